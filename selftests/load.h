/* SPDX-License-Identifier: GPL-2.0 */
/* DCCP connections that come and go as fast as they can, for tests */
#ifndef SELFTESTS_LOAD_H
#define SELFTESTS_LOAD_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/dccp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "patience.h"

#ifndef SOCK_DCCP
#define SOCK_DCCP	6
#endif
#ifndef IPPROTO_DCCP
#define IPPROTO_DCCP	33
#endif
#ifndef SOL_DCCP
#define SOL_DCCP	269
#endif
#ifndef SO_COOKIE
#define SO_COOKIE	57
#endif

#define LOAD_LANES	8	/* both families, each CCID either way */
#define LOAD_OPEN	8	/* connections that a lane has open at a time */
#define LOAD_PATIENCE	patient(20)	/* seconds that a connection may need */

/* What becomes of a connection, each in turn */
enum load_end {
	LOAD_END_CLIENT,	/* the client closes first */
	LOAD_END_SERVER,	/* the server does */
	LOAD_END_UNREAD,	/* the client leaves data unread */
	LOAD_END_CLIENT_ABORTS,	/* without lingering */
	LOAD_END_SERVER_ABORTS,	/* without lingering */
	LOAD_END_QUEUED,	/* the client goes as soon as it has sent */
	LOAD_END_SILENT,	/* the server never says a word */
	LOAD_END_WAITING,	/* it is never accepted */
	LOAD_END_REFUSED,	/* nobody listens */
	LOAD_ENDS
};

struct load_addr {
	struct sockaddr_storage addr;
	socklen_t len;
};

struct load_conn {
	int client;		/* -1 if there is none */
	int server;		/* the same */
	enum load_end end;
};

/* One thread, that has both ends of its connections */
struct load_lane {
	pthread_t thread;
	const atomic_bool *stop;
	int family;
	uint8_t ccid[2];	/* client's, for sending and for receiving */
	int listener;
	struct load_addr addr;	/* of that */
	struct load_conn conn[LOAD_OPEN];
	uint64_t *opened;	/* cookies of sockets that were in OPEN */
	size_t nr_opened, room;
	unsigned long made;
	atomic_uint_least64_t recent;	/* cookie that was there just now */
	const char *failed;	/* what did, if something did */
	int error;
};

struct load {
	atomic_bool stop;
	struct load_lane lane[LOAD_LANES];
};

static inline uint64_t load_cookie(int sock)
{
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;

	getsockopt(sock, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

/* Return: false, having noted what failed */
static inline bool load_fails(struct load_lane *lane, const char *what)
{
	lane->error = errno;
	lane->failed = what;
	return false;
}

static inline bool load_know(struct load_lane *lane, int sock)
{
	size_t room = lane->room ? 2 * lane->room : 1024;
	uint64_t *more;

	if (lane->nr_opened == lane->room) {
		more = reallocarray(lane->opened, room, sizeof(*more));
		if (!more)
			return load_fails(lane, "reallocarray");
		lane->opened = more;
		lane->room = room;
	}
	lane->opened[lane->nr_opened] = load_cookie(sock);
	lane->recent = lane->opened[lane->nr_opened++];
	return true;
}

static inline void load_loopback(struct load_addr *to, int family, int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to->addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&to->addr;

	memset(to, 0, sizeof(*to));
	if (family == AF_INET) {
		in->sin_family = family;
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		in->sin_port = htons(port);
		to->len = sizeof(*in);
	} else {
		in6->sin6_family = family;
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons(port);
		to->len = sizeof(*in6);
	}
}

/* @client: which end it will be. Return: the socket, or -1 */
static inline int load_socket(struct load_lane *lane, bool client)
{
	struct timeval patience = { .tv_sec = LOAD_PATIENCE };
	uint8_t *tx = &lane->ccid[client ? 0 : 1];
	uint8_t *rx = &lane->ccid[client ? 1 : 0];
	int sock;

	sock = socket(lane->family, SOCK_DCCP | SOCK_CLOEXEC, IPPROTO_DCCP);
	if (sock < 0)
		return -1;
	if (!setsockopt(sock, SOL_DCCP, DCCP_SOCKOPT_TX_CCID, tx, 1) &&
	    !setsockopt(sock, SOL_DCCP, DCCP_SOCKOPT_RX_CCID, rx, 1) &&
	    !setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience,
			sizeof(patience)) &&
	    !setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience,
			sizeof(patience)))
		return sock;
	close(sock);
	return -1;
}

/* Return: a listener and where, or -1 */
static inline int load_listen(struct load_lane *lane, struct load_addr *at)
{
	struct sockaddr *addr = (struct sockaddr *)&at->addr;
	int sock = load_socket(lane, false);

	load_loopback(at, lane->family, 0);
	if (sock >= 0 && !bind(sock, addr, at->len) && !listen(sock, 16) &&
	    !getsockname(sock, addr, &at->len))
		return sock;
	if (sock >= 0)
		close(sock);
	return -1;
}

static inline int load_connect(struct load_conn *conn,
			       const struct load_addr *to)
{
	return connect(conn->client, (const struct sockaddr *)&to->addr,
		       to->len);
}

/* Data from the server is what takes a client from PARTOPEN to OPEN. */
static inline bool load_exchange(struct load_lane *lane, struct load_conn *conn)
{
	char byte = 0;

	if (send(conn->client, &byte, 1, 0) < 0 ||
	    recv(conn->server, &byte, 1, 0) < 0)
		return load_fails(lane, "data to the server");
	if (conn->end == LOAD_END_SILENT)
		return true;
	if (send(conn->server, &byte, 1, 0) < 0 ||
	    recv(conn->client, &byte, 1, 0) < 0)
		return load_fails(lane, "data to the client");
	return load_know(lane, conn->client);
}

/*
 * A server's TIME-WAIT entry refuses whoever comes from the port of an earlier
 * client: go where nobody has been.
 */
static inline bool load_move(struct load_lane *lane, struct load_conn *conn)
{
	close(conn->client);
	close(lane->listener);
	lane->listener = load_listen(lane, &lane->addr);
	conn->client = load_socket(lane, true);
	return lane->listener >= 0 && conn->client >= 0 &&
	       !load_connect(conn, &lane->addr);
}

static inline bool load_accept(struct load_lane *lane, struct load_conn *conn)
{
	if (load_connect(conn, &lane->addr) &&
	    (errno != ECONNREFUSED || !load_move(lane, conn)))
		return load_fails(lane, "connect");
	conn->server = accept4(lane->listener, NULL, NULL, SOCK_CLOEXEC);
	if (conn->server < 0)
		return load_fails(lane, "accept");
	return load_know(lane, conn->server) && load_exchange(lane, conn);
}

/* The listener goes, and with it the server's end. */
static inline bool load_wait(struct load_lane *lane, struct load_conn *conn)
{
	struct load_addr at;
	int listener = load_listen(lane, &at);

	if (listener < 0)
		return load_fails(lane, "another listener");
	if (load_connect(conn, &at))
		load_fails(lane, "connect to another listener");
	close(listener);
	return !lane->failed;
}

static inline bool load_refused(struct load_lane *lane, struct load_conn *conn)
{
	struct load_addr nowhere;

	load_loopback(&nowhere, lane->family, 1);
	if (load_connect(conn, &nowhere) && errno == ECONNREFUSED)
		return true;
	return load_fails(lane, "connection to be refused");
}

static inline bool load_begin(struct load_lane *lane, struct load_conn *conn)
{
	conn->end = lane->made++ % LOAD_ENDS;
	conn->client = load_socket(lane, true);
	if (conn->client < 0)
		return load_fails(lane, "socket");
	switch (conn->end) {
	case LOAD_END_WAITING:
		return load_wait(lane, conn);
	case LOAD_END_REFUSED:
		return load_refused(lane, conn);
	default:
		return load_accept(lane, conn);
	}
}

static inline void load_close(int *sock)
{
	if (*sock >= 0)
		close(*sock);
	*sock = -1;
}

static inline void load_end(struct load_conn *conn)
{
	struct linger at_once = { .l_onoff = 1 };
	char byte = 0;

	switch (conn->end) {
	case LOAD_END_SERVER:
		load_close(&conn->server);
		break;
	case LOAD_END_UNREAD:
		send(conn->server, &byte, 1, 0);
		break;
	case LOAD_END_CLIENT_ABORTS:
		setsockopt(conn->client, SOL_SOCKET, SO_LINGER, &at_once,
			   sizeof(at_once));
		break;
	case LOAD_END_SERVER_ABORTS:
		setsockopt(conn->server, SOL_SOCKET, SO_LINGER, &at_once,
			   sizeof(at_once));
		load_close(&conn->server);
		break;
	case LOAD_END_QUEUED:
		send(conn->client, &byte, 1, 0);
		break;
	default:
		break;
	}
	load_close(&conn->client);
	load_close(&conn->server);
}

static inline void *load_run(void *data)
{
	struct load_lane *lane = data;
	struct load_conn *conn;
	unsigned int i;

	while (!*lane->stop && !lane->failed) {
		conn = &lane->conn[lane->made % LOAD_OPEN];
		load_end(conn);
		load_begin(lane, conn);
	}
	for (i = 0; i < LOAD_OPEN; i++)
		load_end(&lane->conn[i]);
	close(lane->listener);
	return NULL;
}

static inline int load_start_lane(struct load_lane *lane)
{
	unsigned int i;

	for (i = 0; i < LOAD_OPEN; i++) {
		lane->conn[i].client = -1;
		lane->conn[i].server = -1;
	}
	lane->listener = load_listen(lane, &lane->addr);
	if (lane->listener < 0)
		return -errno;
	return -pthread_create(&lane->thread, NULL, load_run, lane);
}

/* Return: 0 or -errno */
static inline int load_start(struct load *load)
{
	unsigned int i;
	int err = 0;

	memset(load, 0, sizeof(*load));
	for (i = 0; i < LOAD_LANES && !err; i++) {
		load->lane[i] = (struct load_lane) {
			.stop = &load->stop,
			.family = i & 1 ? AF_INET6 : AF_INET,
			.ccid = { i & 2 ? 3 : 2, i & 4 ? 3 : 2 },
		};
		err = load_start_lane(&load->lane[i]);
	}
	return err;
}

/* All sockets are closed then, and some of them not yet gone. */
static inline void load_stop(struct load *load)
{
	unsigned int i;

	load->stop = true;
	for (i = 0; i < LOAD_LANES; i++)
		pthread_join(load->lane[i].thread, NULL);
}

static inline void load_free(struct load *load)
{
	unsigned int i;

	for (i = 0; i < LOAD_LANES; i++)
		free(load->lane[i].opened);
}

#endif /* SELFTESTS_LOAD_H */
