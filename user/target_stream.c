// SPDX-License-Identifier: GPL-2.0
/* Streams: TCP, and unix sockets of that type */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "target.h"

/*
 * Who answers is not listened to. But what nobody reads would have the end of
 * the connection become a Reset, which takes data with it.
 */
static void ignore_answers(const struct target *t)
{
	char buf[4096];
	int i;

	for (i = 0; i < 16; i++)
		if (recv(t->fd, buf, sizeof(buf), MSG_DONTWAIT) <= 0)
			break;
}

static int tcp_open(struct target *t)
{
	int one = 1, err;

	err = target_connect(t, SOCK_STREAM, IPPROTO_TCP);
	/* A peer that is gone without a word is to be noticed some time */
	if (!err && setsockopt(t->fd, SOL_SOCKET, SO_KEEPALIVE, &one,
			       sizeof(one))) {
		err = target_fails(t, -errno, "%s", strerror(errno));
		target_close(t, false);
	}
	return err;
}

static ssize_t stream_put(struct target *t, const char *data, size_t len)
{
	ssize_t n;

	if (target_peer_gone(t))
		return -ECONNRESET;
	ignore_answers(t);
	n = send(t->fd, data, len, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	t->flying += n;
	return n;
}

/* TCP counts bytes: those that the peer's kernel has not confirmed */
static size_t tcp_in_flight(struct target *t)
{
	return target_queued(t);
}

/*
 * A unix socket counts memory: once there is none, the peer has read it all,
 * or has gone and taken it with it.
 */
static size_t unix_in_flight(struct target *t)
{
	if (!target_queued(t) && !target_peer_gone(t))
		t->flying = 0;
	return t->flying;
}

/* Of which type it is, only trying tells, and it may change. */
int target_open_unix(struct target *t)
{
	int err;

	err = target_connect_unix(t, SOCK_STREAM);
	if (!err) {
		t->ops = &target_unix;
		return 0;
	}
	if (err != -EPROTOTYPE)
		return err;
	err = target_connect_unix(t, SOCK_DGRAM);
	if (!err)
		t->ops = &target_unix_datagram;
	return err;
}

const struct target_ops target_tcp = {
	.open		= tcp_open,
	.put		= stream_put,
	.in_flight	= tcp_in_flight,
	.close		= target_close,
};

const struct target_ops target_unix = {
	.open		= target_open_unix,
	.put		= stream_put,
	.in_flight	= unix_in_flight,
	.close		= target_close,
};
