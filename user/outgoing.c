// SPDX-License-Identifier: GPL-2.0
/* What goes to the peer */

#include <errno.h>
#include <inttypes.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "caught.h"
#include "conn.h"
#include "outgoing.h"
#include "plan.h"
#include "text.h"

/* That many, then it is time to look whether something has come */
#define AT_ONCE		64

/**
 * outgoing_open - get ready to send
 * @out: what is to go, and to whom
 *
 * poll() always says that a DCCP socket can be written to. But it wakes up
 * whoever waits for that when something has left, of which the edge-triggered
 * epoll makes an event.
 *
 * Return: 0 or a negative errno.
 */
int outgoing_open(struct outgoing *out)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };

	out->mps = conn_mps(out->conn);
	out->last = rate_now();
	out->room = epoll_create1(EPOLL_CLOEXEC);
	if (out->room < 0)
		return -errno;
	return epoll_ctl(out->room, EPOLL_CTL_ADD, out->conn->fd, &event) ?
	       -errno : 0;
}

void outgoing_close(struct outgoing *out)
{
	fifo_empty(&out->fifo);
	if (out->room >= 0)
		close(out->room);
}

/**
 * outgoing_next - see what comes
 * @out: what goes
 * @next: filled if it is a datagram
 *
 * Return: as input_next(); without an input, the end comes with a signal.
 */
enum input_state outgoing_next(struct outgoing *out, struct datagram *next)
{
	if (out->gone)
		return INPUT_MORE;
	if (fifo_next(&out->fifo, next))
		return INPUT_DATAGRAM;
	if (out->in)
		return input_next(out->in, out->mps, next);
	return caught_signal() ? INPUT_END : INPUT_MORE;
}

/**
 * outgoing_delay - see how long to wait before something can be sent
 * @out: what goes
 *
 * Return: nanoseconds; less than 0 if it is not time that it needs.
 */
int64_t outgoing_delay(struct outgoing *out)
{
	struct datagram next;

	if (out->full || outgoing_next(out, &next) != INPUT_DATAGRAM)
		return FOREVER;
	return rate_delay(&out->rate, rate_now());
}

/**
 * outgoing_has_room - take note that there may be room
 * @out: what goes, whose @room is readable
 *
 * What leaves after this, and before it is seen that it was not enough, makes
 * @room readable again.
 */
void outgoing_has_room(struct outgoing *out)
{
	struct epoll_event event;

	epoll_wait(out->room, &event, 1, 0);
	out->full = false;
}

/**
 * outgoing_peer_gone - give up sending
 * @out: what goes
 * @err: why, as a negative errno, or 0 if the peer has closed
 *
 * What came before is still there to be received, and then the end.
 */
void outgoing_peer_gone(struct outgoing *out, int err)
{
	out->gone = true;
	out->gone_err = err;
	fifo_empty(&out->fifo);
}

static void take(struct outgoing *out, const struct datagram *taken)
{
	out->taken++;
	if (out->plan->echo)
		fifo_take(&out->fifo);
	else
		input_take(out->in, taken);
}

static void look_at_mps(struct outgoing *out)
{
	uint32_t mps = conn_mps(out->conn);

	if (out->plan->verbose && mps != out->mps)
		report("%s: the MPS is %" PRIu32 " now, it was %" PRIu32,
		       out->conn->peer, mps, out->mps);
	out->mps = mps;
}

static void refuse(struct outgoing *out, const struct datagram *next)
{
	report("%zu bytes do not fit into a datagram, whose MPS is %" PRIu32
	       " to %s: not sent%s", next->len, out->mps, out->conn->peer,
	       out->plan->echo ? " back" : "; '--datagram full' cuts as it fits");
	out->refused = true;
	take(out, next);
}

static void account(struct outgoing *out, const struct datagram *next,
		    int64_t now)
{
	rate_sent(&out->rate, now, next->len);
	out->sent++;
	out->bytes += next->len;
	out->last = now;
	take(out, next);
}

/* Return: true if another one may follow. */
static bool send_one(struct outgoing *out)
{
	int64_t now = rate_now();
	struct datagram next;

	if (rate_delay(&out->rate, now))
		return false;
	look_at_mps(out);
	if (outgoing_next(out, &next) != INPUT_DATAGRAM)
		return false;
	if (next.len > out->mps) {
		refuse(out, &next);
		return true;
	}
	if (send(out->conn->fd, next.data, next.len,
		 MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
		account(out, &next, now);
		return true;
	}
	switch (errno) {
	case EMSGSIZE:	/* since just now: the MPS is looked at again */
	case EINTR:
		return true;
	case EAGAIN:
		out->full = true;
		return false;
	default:
		outgoing_peer_gone(out, errno == EPIPE ? 0 : -errno);
		return false;
	}
}

/**
 * outgoing_send - send what can be sent now
 * @out: what goes
 */
void outgoing_send(struct outgoing *out)
{
	int i;

	for (i = 0; i < AT_ONCE && !out->full; i++)
		if (!send_one(out))
			break;
}
