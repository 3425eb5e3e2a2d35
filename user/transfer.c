// SPDX-License-Identifier: GPL-2.0
/*
 * What goes through a connection, both ways.
 *
 * DCCP sends nothing again, cannot hold a peer back and closes both ways at
 * once. So what comes is read before anything else; and the connection is
 * closed only when all has left this machine, since close() would throw away
 * what congestion control still holds back.
 */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "caught.h"
#include "conn.h"
#include "outgoing.h"
#include "plan.h"
#include "refusal.h"
#include "text.h"
#include "transfer.h"

/* That many, then it is time to send something */
#define AT_ONCE		64

/* Who sends more while we close does not care whether it is read */
#define AT_LAST		1024

/* The kernel tells of all that leaves but of the last byte: so look */
#define DRAIN_TICK	(NSEC_PER_SEC / 100)

/* What a network card is just sending is still counted */
#define CARD		(NSEC_PER_SEC / 10)

/* How long after the last answer no more is expected, if not told */
#define QUIT		NSEC_PER_SEC

/* A Close that is lost is sent again after 3 s, after 6 s more, and so on */
#define CONFIRM		(10LL * NSEC_PER_SEC)

/**
 * struct transfer - what goes through a connection
 * @plan: how it is to be done
 * @conn: the connection
 * @out: what goes to the peer
 * @over: it has ended
 * @closed: because of the peer
 * @closing: the peer was seen to close, and @unsent says what it would not have
 * @broken: there is no use in waiting for anything
 * @failed: not all that should be was transferred
 * @unsent: what conn_unsent() said last
 * @active: when something last went on
 * @last: when something last came
 * @all_sent: when it was first seen that nothing is left to send, or 0
 * @received: how many datagrams came
 * @bytes: what was in them
 */
struct transfer {
	const struct plan *plan;
	struct conn *conn;
	struct outgoing out;
	bool over, closed, closing, broken, failed;
	int unsent;
	int64_t active, last, all_sent;
	uint64_t received, bytes;
};

static void break_off(struct transfer *t)
{
	t->failed = true;
	t->broken = true;
	t->over = true;
}

static int write_all(const char *data, size_t len)
{
	ssize_t n;
	int err;

	while (len) {
		n = write(STDOUT_FILENO, data, len);
		err = n < 0 ? -errno : 0;
		if (err == -EAGAIN)
			err = caught_or_ready(STDOUT_FILENO, POLLOUT, FOREVER);
		if (err && (err != -EINTR || caught_signal()))
			return err;
		if (n < 0)
			continue;
		data += n;
		len -= n;
	}
	return 0;
}

static void put_out(struct transfer *t, const char *data, size_t len)
{
	int err;

	if (t->plan->echo)
		err = fifo_put(&t->out.fifo, data, len);
	else
		err = write_all(data, len);
	if (!err)
		return;
	if (err != -EINTR)
		report("cannot write to standard output: %s", strerror(-err));
	break_off(t);
}

static void peer_closed(struct transfer *t, int err)
{
	t->closed = true;
	t->over = true;
	if (!err)
		err = t->out.gone_err;
	if (!err)
		err = conn_error(t->conn);
	if (!err)
		return;
	report("%s: %s", t->conn->peer, refusal_why(-err));
	t->failed = true;
}

/*
 * To read that the peer closes is to answer it, which is counted as unsent from
 * then on: so look before.
 */
static void look_at_unsent(struct transfer *t)
{
	const struct timespec tick = { .tv_nsec = DRAIN_TICK };
	int64_t end = rate_now() + CARD;

	if (!t->out.sent || t->closing || !conn_is_closing(t->conn))
		return;
	t->closing = true;
	while ((t->unsent = conn_unsent(t->conn)) && rate_now() < end)
		nanosleep(&tick, NULL);
}

/* Return: true if there may be more. */
static bool receive_one(struct transfer *t)
{
	static char buf[MAX_DATAGRAM];
	ssize_t n;

	look_at_unsent(t);
	n = recv(t->conn->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return errno == EINTR;
	if (n < 0 || (!n && conn_is_at_end(t->conn))) {
		peer_closed(t, n < 0 ? -errno : 0);
		return false;
	}
	/* Behind the Close that was just read, the Reset that confirms it. */
	if (!n && conn_is_over(t->conn))
		return true;
	t->received++;
	t->bytes += n;
	t->last = rate_now();
	t->active = t->last;
	put_out(t, buf, n);
	return !t->broken;
}

static bool may_receive(const struct transfer *t)
{
	return !fifo_is_full(&t->out.fifo);
}

static void receive(struct transfer *t)
{
	int i;

	/* There is nobody any more who would read what waits. */
	if (!may_receive(t))
		outgoing_peer_gone(&t->out, 0);
	for (i = 0; i < AT_ONCE && may_receive(t); i++)
		if (!receive_one(t))
			break;
}

static void fill(struct transfer *t)
{
	int err = input_fill(t->out.in);

	t->active = rate_now();
	if (!err)
		return;
	report("cannot read standard input: %s", strerror(-err));
	t->out.in->eof = true;
	t->failed = true;
}

/* How long to wait for answers when all is sent */
static int64_t quit_after(const struct transfer *t)
{
	if (caught_signal())
		return 0;
	if (t->plan->quit != BY_INPUT)
		return t->plan->quit;
	/* With nothing to say one has come to listen. */
	return t->out.in && t->out.taken ? QUIT : FOREVER;
}

static int64_t quit_at(const struct transfer *t)
{
	return (t->last > t->all_sent ? t->last : t->all_sent) + quit_after(t);
}

static void time_out(struct transfer *t, bool all_sent)
{
	double seconds = (double)t->plan->timeout / NSEC_PER_SEC;

	t->over = true;
	if (!all_sent) {
		report("%s: nothing could be sent for %g s: the rest is given up",
		       t->conn->peer, seconds);
		break_off(t);
	} else if (t->plan->verbose) {
		report("%s: nothing has come for %g s", t->conn->peer, seconds);
	}
}

/* Note what has gone on by itself, and see whether it is time to end. */
static void see_end(struct transfer *t)
{
	struct datagram next;
	enum input_state state = outgoing_next(&t->out, &next);
	int unsent = conn_unsent(t->conn);
	int64_t now = rate_now();

	if (unsent < t->unsent || outgoing_delay(&t->out) > 0)
		t->active = now;
	else if (t->active < t->out.last)
		t->active = t->out.last;
	t->unsent = unsent;
	if (t->plan->timeout >= 0 && now >= t->active + t->plan->timeout) {
		time_out(t, !unsent && state != INPUT_DATAGRAM);
		return;
	}
	if (state != INPUT_END || unsent)
		return;
	if (!t->all_sent)
		t->all_sent = now;
	if (quit_after(t) >= 0 && now >= quit_at(t))
		t->over = true;
}

static void sooner(int64_t *limit, int64_t other)
{
	if (other < 0)
		other = 0;
	if (*limit < 0 || other < *limit)
		*limit = other;
}

/* How long nothing needs to be done if nothing happens */
static int64_t limit_of(struct transfer *t, enum input_state state)
{
	int64_t limit = outgoing_delay(&t->out), now = rate_now();

	if (state == INPUT_END && !t->all_sent)
		sooner(&limit, DRAIN_TICK);
	else if (state == INPUT_END && quit_after(t) >= 0)
		sooner(&limit, quit_at(t) - now);
	if (t->plan->timeout >= 0)
		sooner(&limit, t->active + t->plan->timeout - now);
	return limit;
}

enum {
	POLL_SIGNAL,
	POLL_PEER,
	POLL_ROOM,
	POLL_INPUT,
	NR_POLL,
};

/* Wait until there is something to do; of -1 poll() says nothing. */
static int wait_for_some(struct transfer *t, struct pollfd fds[NR_POLL])
{
	struct datagram next;
	enum input_state state = outgoing_next(&t->out, &next);
	bool wants_input = t->out.in && !t->out.gone && state == INPUT_MORE;
	int64_t limit = limit_of(t, state);
	const struct timespec ts = {
		.tv_sec = limit / NSEC_PER_SEC,
		.tv_nsec = limit % NSEC_PER_SEC,
	};
	int i;

	fds[POLL_SIGNAL].fd = caught_signal() ? -1 : caught_fd();
	fds[POLL_PEER].fd = t->conn->fd;
	fds[POLL_ROOM].fd = t->out.full && !t->out.gone ? t->out.room : -1;
	fds[POLL_INPUT].fd = wants_input ? t->out.in->fd : -1;
	for (i = 0; i < NR_POLL; i++) {
		fds[i].events = POLLIN;
		fds[i].revents = 0;
	}
	if (!may_receive(t))
		fds[POLL_PEER].events = POLLRDHUP;
	if (ppoll(fds, NR_POLL, limit < 0 ? NULL : &ts, NULL) >= 0 ||
	    errno == EINTR)
		return 0;
	return -errno;
}

static void do_some(struct transfer *t, const struct pollfd fds[NR_POLL])
{
	if (fds[POLL_PEER].revents)
		receive(t);
	/* What was read already is still sent. */
	if (caught_signal() && t->out.in)
		t->out.in->eof = true;
	else if (fds[POLL_INPUT].revents)
		fill(t);
	if (fds[POLL_ROOM].revents)
		outgoing_has_room(&t->out);
	if (t->over)
		return;
	outgoing_send(&t->out);
	see_end(t);
}

/* See what was lost because the peer closed. */
static void account_for_rest(struct transfer *t)
{
	bool unsent = t->closing && t->unsent;

	/* With --keep, the next one gets what was read. */
	if (t->out.in && !t->plan->keep && input_left(t->out.in))
		unsent = true;
	/* Who does not wait for the echo does not want it. */
	if (!unsent || (t->plan->echo && !t->plan->verbose))
		return;
	report("%s closed before all was sent", t->conn->peer);
	if (!t->plan->echo)
		t->failed = true;
}

static void account_for_drops(struct transfer *t)
{
	unsigned int drops = conn_drops(t->conn);

	if (!drops)
		return;
	report("%u packets from %s were dropped, as they came faster than they were read",
	       drops, t->conn->peer);
	t->failed = true;
}

static void close_it(struct transfer *t)
{
	int64_t wait = t->plan->timeout >= 0 ? t->plan->timeout : CONFIRM;

	if (t->closed || t->broken || caught_signal())
		wait = 0;
	if (conn_close(t->conn, wait))
		return;
	report("%s has not confirmed within %g s that it has read all",
	       t->conn->peer, (double)wait / NSEC_PER_SEC);
	t->failed = true;
}

static void finish(struct transfer *t)
{
	int i;

	/* With something unread, close() breaks the connection off. */
	for (i = 0; i < AT_LAST && !t->closed && !t->broken; i++)
		if (!receive_one(t))
			break;
	if (t->closed)
		account_for_rest(t);
	account_for_drops(t);
	close_it(t);
	if (t->out.refused)
		t->failed = true;
	if (t->plan->verbose)
		report("%s: sent %" PRIu64 " datagrams, %" PRIu64
		       " bytes; received %" PRIu64 ", %" PRIu64 " bytes",
		       t->conn->peer, t->out.sent, t->out.bytes, t->received,
		       t->bytes);
}

/**
 * transfer - see a connection to its end
 * @plan: how
 * @conn: connection, which is closed
 * @in: what is to be sent, or NULL
 *
 * Return: 0, or a negative errno after a report.
 */
int transfer(const struct plan *plan, struct conn *conn, struct input *in)
{
	struct transfer t = {
		.plan = plan, .conn = conn, .active = rate_now(),
		.out = {
			.plan = plan, .conn = conn, .in = in,
			.rate = plan->rate,
		},
	};
	struct pollfd fds[NR_POLL];
	int err;

	err = outgoing_open(&t.out);
	while (!err && !t.over) {
		err = wait_for_some(&t, fds);
		if (!err)
			do_some(&t, fds);
	}
	if (err) {
		report("cannot wait for %s: %s", conn->peer, strerror(-err));
		break_off(&t);
	}
	finish(&t);
	outgoing_close(&t.out);
	return t.failed ? -EIO : 0;
}
