// SPDX-License-Identifier: GPL-2.0
/* Datagrams: UDP, and unix sockets of that type. One holds one record. */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "target.h"

/* What IPv4 has room for */
#define UDP_MAX		65507

static int udp_open(struct target *t)
{
	return target_connect(t, SOCK_DGRAM, IPPROTO_UDP);
}

/* It may be less: then sending it says so */
static size_t udp_room(struct target *t __attribute__((unused)))
{
	return UDP_MAX;
}

static ssize_t unix_put(struct target *t, const char *data, size_t len)
{
	ssize_t n = send(t->fd, data, len, MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

/*
 * That nobody listens a host tells after the datagram is gone. On this machine
 * that is before send() returns, and the datagram can be kept.
 */
static ssize_t udp_put(struct target *t, const char *data, size_t len)
{
	ssize_t n = send(t->fd, data, len, MSG_NOSIGNAL);
	socklen_t size = sizeof(int);
	int err = 0;

	if (n < 0)
		return -errno;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &err, &size))
		return -errno;
	return err ? -err : n;
}

const struct target_ops target_udp = {
	.datagrams	= true,
	.open		= udp_open,
	.put		= udp_put,
	.room		= udp_room,
	.close		= target_close,
};

const struct target_ops target_unix_datagram = {
	.datagrams	= true,
	.open		= target_open_unix,
	.put		= unix_put,
	.room		= udp_room,
	.close		= target_close,
};
