// SPDX-License-Identifier: GPL-2.0
/* Who is connected to */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "caught.h"
#include "conn.h"
#include "plan.h"
#include "server.h"
#include "text.h"
#include "util.h"

#define BACKLOG		16

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ?
	       -errno : 0;
}

/* Without an address and a family, IPv6 takes what comes by IPv4 too. */
static int prepare(const struct plan *plan, int fd, int family)
{
	bool both = !plan->host && plan->family == AF_UNSPEC;
	int err;

	err = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!err && family == AF_INET6)
		err = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !both);
	return err;
}

static int try_one(const struct plan *plan, const struct addrinfo *at,
		   struct attempt *attempt)
{
	int fd, err;

	endpoint_name(at->ai_addr, attempt->where);
	fd = sock_open(plan, at->ai_family, attempt->why);
	if (fd < 0)
		return fd;
	err = prepare(plan, fd, at->ai_family);
	if (!err && bind(fd, at->ai_addr, at->ai_addrlen))
		err = -errno;
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return attempt_fails(attempt, err, "%s", strerror(-err));
}

/* IPv6 is tried first: it may do for both. */
static int try_all(const struct plan *plan, const struct addrinfo *found,
		   struct attempt *attempt)
{
	static const int families[] = { AF_INET6, AF_INET };
	const struct addrinfo *at;
	int fd = -EADDRNOTAVAIL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (at = found; at; at = at->ai_next) {
			if (at->ai_family != families[i])
				continue;
			fd = try_one(plan, at, attempt);
			if (fd >= 0 || fd == -EADDRINUSE)
				return fd;
		}
	}
	return fd;
}

static void tell_listening(const struct plan *plan, int fd)
{
	const struct services *services = &plan->services;
	char list[DCCP_SERVICE_LIST_MAX_LEN * (CODE_LEN + 1)];
	char where[ENDPOINT_LEN], name[CODE_LEN];
	struct sockaddr_storage addr = { 0 };
	socklen_t addr_len = sizeof(addr);
	size_t i, len = 0;

	if (getsockname(fd, (struct sockaddr *)&addr, &addr_len))
		return;
	code_name(0, list);
	for (i = 0; i < services->nr; i++)
		len += sprintf(list + len, "%s%s", i ? ", " : "",
			       code_name(services->code[i], name));
	report("listening on %s for %s",
	       endpoint_name((struct sockaddr *)&addr, where), list);
}

/**
 * server_listen - begin to listen
 * @plan: where and how
 *
 * Return: a socket, or a negative errno after a report.
 */
int server_listen(const struct plan *plan)
{
	struct attempt attempt = { .why = "" };
	struct addrinfo *found;
	int fd;

	fd = endpoint_resolve(plan, plan->host, plan->port, AI_PASSIVE, &found);
	if (fd)
		return fd;
	fd = try_all(plan, found, &attempt);
	freeaddrinfo(found);
	if (fd < 0)
		attempt_tell(&attempt, plan);
	else if (plan->verbose)
		tell_listening(plan, fd);
	return fd;
}

/* Who has gone again before we were there is no reason to end. */
static bool is_passing(int err)
{
	return err == -EAGAIN || err == -ECONNABORTED || err == -EPROTO;
}

/**
 * server_accept - wait for somebody to connect
 * @listener: from server_listen()
 * @conn: filled
 *
 * Return: 0, or a negative errno, reported unless it is a signal.
 */
int server_accept(int listener, struct conn *conn)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int err;

	do {
		err = caught_or_ready(listener, POLLIN, FOREVER);
		if (err)
			break;
		memset(&addr, 0, sizeof(addr));
		len = sizeof(addr);
		conn->fd = accept4(listener, (struct sockaddr *)&addr, &len,
				   SOCK_CLOEXEC | SOCK_NONBLOCK);
		err = conn->fd < 0 ? -errno : 0;
	} while (is_passing(err) || (err == -EINTR && !caught_signal()));
	if (err && err != -EINTR)
		report("cannot accept a connection: %s", strerror(-err));
	if (err)
		return err;
	endpoint_name((struct sockaddr *)&addr, conn->peer);
	sock_no_limit(conn->fd);
	return 0;
}
