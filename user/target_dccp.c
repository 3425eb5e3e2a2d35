// SPDX-License-Identifier: GPL-2.0
/*
 * DCCP: datagrams that hold as many lines as fit, which is less or more as the
 * path to the peer changes. It sends nothing again, and close() throws away
 * what congestion control holds back.
 */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/dccp.h>

#include "rate.h"
#include "sock.h"
#include "target.h"

/* What a network card is just sending is still counted, so look again */
#define LOOK_AGAIN	(NSEC_PER_SEC / 100)

static void dccp_close(struct target *t, bool finish)
{
	while (finish && target_queued(t) && !target_peer_gone(t) &&
	       !waker_is_over(t->waker))
		waker_wait(t->waker, -1, 0, LOOK_AGAIN);
	if (t->room >= 0)
		close(t->room);
	t->room = -1;
	target_close(t, finish);
}

/*
 * poll() always says that a DCCP socket can be written to. But it wakes up
 * whoever waits for that when something has left, of which the edge-triggered
 * epoll makes an event.
 */
static int dccp_open(struct target *t)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int err;

	err = target_connect(t, SOCK_DCCP, IPPROTO_DCCP);
	if (err)
		return err;
	t->room = epoll_create1(EPOLL_CLOEXEC);
	if (t->room >= 0 && !epoll_ctl(t->room, EPOLL_CTL_ADD, t->fd, &event))
		return 0;
	err = target_fails(t, -errno, "cannot wait: %s", strerror(errno));
	dccp_close(t, false);
	return err;
}

static size_t dccp_room(struct target *t)
{
	int mps;

	if (sock_number(t->fd, DCCP_SOCKOPT_GET_CUR_MPS, &mps) || mps < 0)
		return 0;
	return mps;
}

static int dccp_wait(struct target *t, int64_t timeout)
{
	struct epoll_event event;
	int err;

	err = waker_wait(t->waker, t->room, POLLIN, timeout);
	if (!err)
		epoll_wait(t->room, &event, 1, 0);
	return err;
}

static ssize_t dccp_put(struct target *t, const char *data, size_t len)
{
	ssize_t n;

	if (target_peer_gone(t))
		return -ECONNRESET;
	n = send(t->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	t->flying += n;
	return n;
}

/*
 * It counts memory: once there is none, all has left this machine. What a peer
 * that goes away leaves unsent is sent again to the next.
 */
static size_t dccp_in_flight(struct target *t)
{
	if (!target_queued(t) && !target_peer_gone(t))
		t->flying = 0;
	return t->flying;
}

const struct target_ops target_dccp = {
	.datagrams	= true,
	.several	= true,
	.open		= dccp_open,
	.put		= dccp_put,
	.room		= dccp_room,
	.wait		= dccp_wait,
	.in_flight	= dccp_in_flight,
	.close		= dccp_close,
};
