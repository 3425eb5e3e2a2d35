// SPDX-License-Identifier: GPL-2.0
/* Sockets that are connected to somebody */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "plan.h"
#include "rate.h"
#include "sock.h"
#include "target.h"

/* How long one address may take */
#define CONNECT_TIME	(10LL * NSEC_PER_SEC)

static int make_socket(struct target *t, const struct addrinfo *to)
{
	struct plan plan = { .services = { { t->service }, 1 } };
	int fd;

	if (to->ai_protocol == IPPROTO_DCCP)
		return sock_open(&plan, to->ai_family, t->why);
	fd = socket(to->ai_family,
		    to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    to->ai_protocol);
	if (fd < 0)
		return target_fails(t, -errno, "%s", strerror(errno));
	return fd;
}

static int start(struct target *t, int fd, const struct addrinfo *to)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (!connect(fd, to->ai_addr, to->ai_addrlen))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	if (waker_ready(t->waker, fd, POLLOUT, CONNECT_TIME))
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		return -errno;
	return -err;
}

static int try_one(struct target *t, const struct addrinfo *to)
{
	int fd, err;

	fd = make_socket(t, to);
	if (fd < 0)
		return fd;
	err = start(t, fd, to);
	if (!err) {
		t->fd = fd;
		return 0;
	}
	close(fd);
	return target_fails(t, err, "%s", strerror(-err));
}

/**
 * target_connect - connect to where a target is now
 * @t: target; its host is looked up anew
 * @type: of the socket
 * @protocol: likewise
 *
 * Return: 0, or a negative errno with @why filled.
 */
int target_connect(struct target *t, int type, int protocol)
{
	/* The C library knows nothing of DCCP: ask for what it knows */
	struct addrinfo hints = {
		.ai_socktype = type == SOCK_DCCP ? SOCK_DGRAM : type,
		.ai_flags = AI_ADDRCONFIG,
	};
	struct addrinfo *found, *to;
	int err;

	err = getaddrinfo(t->host, t->port, &hints, &found);
	/* There may be no address but that of the loopback device */
	if (err == EAI_NONAME || err == EAI_ADDRFAMILY) {
		hints.ai_flags = 0;
		err = getaddrinfo(t->host, t->port, &hints, &found);
	}
	if (err)
		return target_fails(t, -ENOENT, "cannot look up '%s' port '%s': %s",
				    t->host, t->port,
				    err == EAI_SYSTEM ? strerror(errno)
						      : gai_strerror(err));
	err = -ENOENT;
	for (to = found; to && err; to = to->ai_next) {
		to->ai_socktype = type;
		to->ai_protocol = protocol;
		err = try_one(t, to);
	}
	freeaddrinfo(found);
	t->flying = 0;
	return err;
}

/**
 * target_connect_unix - connect to a unix socket
 * @t: target
 * @type: of the socket
 *
 * Return: as target_connect(); -EPROTOTYPE if it is of another type.
 */
int target_connect_unix(struct target *t, int type)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(t->path) >= sizeof(addr.sun_path))
		return target_fails(t, -ENAMETOOLONG,
				    "the path of a socket is shorter");
	strcpy(addr.sun_path, t->path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return target_fails(t, -errno, "%s", strerror(errno));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		t->fd = fd;
		t->flying = 0;
		return 0;
	}
	err = -errno;
	close(fd);
	return target_fails(t, err, "%s", strerror(-err));
}

/* Return: true if the peer takes no more; one that just says no more may. */
bool target_peer_gone(const struct target *t)
{
	short closes = t->ops == &target_dccp ? POLLRDHUP : 0;
	struct pollfd fd = { .fd = t->fd, .events = closes };

	return poll(&fd, 1, 0) > 0 && fd.revents;
}

/* Return: what has not left, in a unit of the socket's own; 0 if all has. */
int target_queued(const struct target *t)
{
	int bytes;

	return ioctl(t->fd, SIOCOUTQ, &bytes) ? 0 : bytes;
}

void target_close(struct target *t, bool finish __attribute__((unused)))
{
	close(t->fd);
	t->fd = -1;
}
