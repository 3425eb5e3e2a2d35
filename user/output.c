// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "privileges.h"
#include "rate.h"
#include "text.h"
#include "thread.h"

#define MSEC		(NSEC_PER_SEC / 1000)

/* How long to wait after a failure: each time twice as long, up to a limit */
#define FIRST_PAUSE	(100 * MSEC)
#define LAST_PAUSE	(10LL * NSEC_PER_SEC)

/* How often to see whether the peer has confirmed */
#define FIRST_LOOK	(MSEC / 10)
#define LAST_LOOK	(20 * MSEC)

/* How long a thread may take to notice that its time is up */
#define GRACE		(300 * MSEC)

static void close_target(struct output *o, bool finish)
{
	if (o->is_open)
		o->target.ops->close(&o->target, finish);
	o->is_open = false;
	batch_restart(&o->batch);
}

/* A disk that is full may have room again, and the line goes on where it was */
static bool is_full(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG;
}

static bool is_file(const struct output *o)
{
	return o->target.ops == &target_file || o->target.ops == &target_stdout;
}

/* What can be moved away, and made again */
static bool is_path(const struct output *o)
{
	return o->target.ops == &target_file || o->target.ops == &target_store;
}

/*
 * What others gave us cannot be opened again; a FIFO's reader may come, and who
 * uses a database may let it go.
 */
static bool is_beyond_hope(const struct output *o, int err)
{
	if (is_full(err))
		return false;
	if (o->target.ops == &target_stdout)
		return true;
	return o->strict && !o->opened && err != -ENXIO && err != -EBUSY;
}

static void say_failed(const struct output *o, const char *what,
		       const char *why)
{
	if (o->dead)
		report("output %s: %s: %s", o->name, what, why);
	else
		report("output %s: %s: %s; trying again", o->name, what, why);
}

/* Nothing is said again until it has worked for once. */
static void fail(struct output *o, const char *what, const char *why, int err)
{
	bool was_open = o->is_open && !is_full(err);
	bool first = !o->failed_at;

	o->err = -err;
	o->errors++;
	if (!(is_file(o) && is_full(err)))
		close_target(o, false);
	if (is_beyond_hope(o, err)) {
		o->dead = true;
		o->finished = true;
	}
	if (first && err != -ESTALE) {
		o->failed_at = rate_now();
		say_failed(o, what, why);
	}
	o->due = rate_now() + o->pause;
	o->pause = o->pause ? 2 * o->pause : FIRST_PAUSE;
	if (o->pause > LAST_PAUSE)
		o->pause = LAST_PAUSE;
	/* What breaks at the end is connected once more, as far as that goes */
	if (waker_is_ending(&o->waker) && !was_open)
		o->finished = true;
}

static void get_on(struct output *o)
{
	o->pause = 0;
	o->err = 0;
	if (o->failed_at)
		report("output %s: goes on after %" PRId64 " s", o->name,
		       (rate_now() - o->failed_at) / NSEC_PER_SEC);
	o->failed_at = 0;
	waker_gets_on(&o->waker, OUTPUT_IDLE);
}

/* Its records would have to be told apart in another way now. */
static void give_up_batch(struct output *o)
{
	struct batch *b = &o->batch;
	unsigned int n;

	for (n = b->first; n < b->nr; n++) {
		if (!n && b->has_gap) {
			gap_merge(&o->untold, &b->told);
		} else {
			gap_add(&o->untold, &b->slot[n].mark);
			o->given_up++;
		}
	}
	o->tell = o->untold.count;
	batch_clear(b);
}

static void open_target(struct output *o)
{
	bool syslog = !strcmp(o->format->name, "syslog");
	enum framing framing;
	int err;

	o->target.keep = (struct keep){ o->keep_age, o->keep_size };
	err = o->target.ops->open(&o->target);
	if (err) {
		fail(o, "cannot open", o->target.why, err);
		o->tried = true;
		return;
	}
	o->is_open = true;
	o->opened++;
	framing = target_framing(&o->target, syslog);
	if (framing != o->batch.framing)
		give_up_batch(o);
	o->batch.framing = framing;
	o->tried = true;
}

/* A gap record that cannot be made is told later. */
static void put_gap(struct output *o)
{
	struct noted noted = { stamp_now() };
	struct batch *b = &o->batch;
	struct record rec;
	struct gap gap;
	char *room;

	if (ring_take_gap(o->ring, &o->cursor, &gap))
		o->tell = true;
	gap_merge(&o->untold, &gap);
	if (!o->tell)
		return;
	rec = gap_record(&o->untold, &noted);
	room = render_record(&o->render, &rec) ? NULL :
	       batch_room(b, o->render.len);
	if (!room)
		return;
	memcpy(room, o->render.text, o->render.len);
	batch_add(b, &(struct mark){ 0 }, o->render.len);
	b->told = o->untold;
	b->has_gap = true;
	o->tell = false;
	memset(&o->untold, 0, sizeof(o->untold));
}

/* Return: false if there is nothing to write. */
static bool fill(struct output *o)
{
	struct batch *b = &o->batch;

	if (b->first < b->nr)
		return true;
	do {
		batch_clear(b);
		put_gap(o);
	} while (ring_take(o->ring, &o->cursor, b) && !b->nr);
	return b->nr;
}

/* What is too long for a datagram is told in a gap record, if that is not. */
static void refuse(struct output *o)
{
	struct batch *b = &o->batch;

	if (!b->first && b->has_gap) {
		gap_merge(&o->untold, &b->told);
	} else {
		gap_add(&o->untold, &b->slot[b->first].mark);
		o->tell = true;
		o->too_long++;
	}
	batch_skip(b);
}

/* Return: how long the next datagram is, 0 if the next record does not fit. */
static size_t next_datagram(const struct output *o, size_t room)
{
	const struct batch *b = &o->batch;
	size_t len;

	if (o->target.ops->several)
		return batch_fitting(b, room);
	len = b->slot[batch_next(b)].end - b->sent;
	return len <= room ? len : 0;
}

/* Return: how much was taken; 0 if that waits for what is in flight. */
static ssize_t put_datagram(struct output *o)
{
	const struct target_ops *ops = o->target.ops;
	struct batch *b = &o->batch;
	size_t room = ops->room(&o->target);
	ssize_t n = -EMSGSIZE;
	size_t len;

	if (!room)
		return -ECONNRESET;
	len = next_datagram(o, room);
	if (len)
		n = ops->put(&o->target, b->buf + b->sent, len);
	if (n != -EMSGSIZE)
		return n < 0 ? n : (ssize_t)len;
	if (b->done == b->sent && !(len && ops->several))
		refuse(o);
	return 0;
}

static ssize_t hand_over(struct output *o)
{
	struct batch *b = &o->batch;

	if (o->target.ops->datagrams)
		return put_datagram(o);
	return o->target.ops->put(&o->target, b->buf + b->sent,
				  b->len - b->sent);
}

/* Nobody tells when a network card that had no room has some again. */
static void wait_for_room(struct output *o, int err)
{
	struct target *t = &o->target;

	if (err == -ENOBUFS)
		waker_wait(&o->waker, -1, 0, LAST_LOOK);
	else if (t->ops->wait)
		t->ops->wait(t, NSEC_PER_SEC);
	else
		waker_wait(&o->waker, t->fd, POLLOUT, -1);
}

static void settle(struct output *o)
{
	uint64_t first = batch_unsettled(&o->batch);
	uint64_t untold = o->untold.first_record;

	ring_settle(o->ring, &o->cursor,
		    !first || (untold && untold < first) ? untold : first);
}

static void account(struct output *o)
{
	struct target *t = &o->target;
	struct batch *b = &o->batch;
	size_t flying = t->ops->in_flight ? t->ops->in_flight(t) : 0;
	size_t done = flying < b->sent ? b->sent - flying : 0;
	bool gap = b->has_gap && !b->first;
	size_t before = b->done;
	unsigned int n;

	if (done <= before)
		return;
	n = batch_done(b, done);
	o->bytes += done - before;
	if (n && gap) {
		o->told += b->told.count;
		o->gaps++;
		n--;
	}
	o->written += n;
	settle(o);
	get_on(o);
}

/* Return: 0, or an error if the peer breaks off. */
static int wait_for_peer(struct output *o)
{
	const struct batch *b = &o->batch;
	int64_t look = FIRST_LOOK;
	size_t before = b->done;
	int err = 0;

	while (b->done == before && err != -EINTR) {
		err = waker_wait(&o->waker, o->target.fd, 0, look);
		account(o);
		if (!err)
			return -ECONNRESET;
		if (waker_is_over(&o->waker))
			break;
		look = 2 * look < LAST_LOOK ? 2 * look : LAST_LOOK;
	}
	return 0;
}

/* Write some of the batch. Return: 0 or a negative errno. */
static int push(struct output *o)
{
	struct batch *b = &o->batch;
	bool some = b->sent < b->len;
	ssize_t n = some ? hand_over(o) : 0;

	if (n == -EAGAIN || n == -ENOBUFS) {
		wait_for_room(o, n);
		account(o);
		return 0;
	}
	if (n == -EINTR)
		return 0;
	if (n < 0)
		return n;
	b->sent += n;
	account(o);
	if (!n && b->done < b->sent)
		return wait_for_peer(o);
	return 0;
}

static void cannot_write(struct output *o, int err)
{
	bool explains = o->target.ops->explains;

	fail(o, "cannot write", explains ? o->target.why : strerror(-err), err);
}

/* With nothing to do, notice all the same when the peer goes away. */
static void idle(struct output *o)
{
	struct target *t = &o->target;
	int64_t pause = -1;
	int err = 0;

	if (waker_is_ending(&o->waker)) {
		o->finished = true;
		return;
	}
	/* It is open, and all is written: what was wrong before is over. */
	o->err = 0;
	if (t->ops->tend)
		err = t->ops->tend(t, &pause);
	if (err)
		cannot_write(o, err);
	else if (pause && !waker_wait(&o->waker, t->fd, 0, pause))
		fail(o, "cannot write", strerror(EPIPE), -EPIPE);
}

static void step(struct output *o)
{
	int err;

	if (atomic_exchange(&o->reopen, false) && is_path(o))
		close_target(o, false);
	if (atomic_exchange(&o->hurry, false)) {
		o->due = 0;
		o->pause = 0;
	}
	if (rate_now() < o->due) {
		waker_wait(&o->waker, -1, 0, o->due - rate_now());
	} else if (!o->is_open) {
		open_target(o);
	} else if (!fill(o)) {
		idle(o);
	} else {
		err = push(o);
		if (err)
			cannot_write(o, err);
	}
}

/* How many records may have arrived, though nobody said so */
static uint64_t handed_over(const struct batch *b)
{
	unsigned int n, next = batch_next(b);
	uint64_t count = 0;

	for (n = b->first; n < next; n++)
		count += !n && b->has_gap ? b->told.count : 1;
	return count;
}

static void *run(void *arg)
{
	struct output *o = arg;
	struct batch *b = &o->batch;

	privileges_drop_in_writer();
	while (!o->finished && !waker_is_over(&o->waker))
		step(o);
	o->unsure = handed_over(b);
	close_target(o, b->first == b->nr);
	o->finished = true;
	return NULL;
}

static int begin(struct output *o, const struct identity *identity)
{
	int err;

	err = waker_open(&o->waker);
	if (err)
		return err;
	err = render_open(&o->render, o->format, identity);
	if (err)
		goto close_waker;
	o->target.waker = &o->waker;
	ring_join(o->ring, &o->cursor, o->waker.fd);
	err = thread_start(&o->thread, run, o);
	if (!err)
		return 0;
	ring_leave(o->ring, &o->cursor);
	render_close(&o->render);
close_waker:
	waker_close(&o->waker);
	return err;
}

/* Have a database keep that, from when it is opened next on. */
void output_keep(struct output *o, const struct keep *keep)
{
	o->keep_age = keep->age;
	o->keep_size = keep->size;
}

/**
 * output_start - begin to write what a ring is given from now on
 * @name: FORMAT:TARGET
 * @format: of the records
 * @identity: who tells; must outlive the output
 * @ring: where they come from
 * @target: where they are to go; it is the output's then
 * @strict: give up if that cannot be opened at once, though it should be there
 *
 * Return: the output, NULL after a report.
 */
struct output *output_start(const char *name, const struct sink_ops *format,
			    const struct identity *identity, struct ring *ring,
			    struct target *target, bool strict)
{
	struct output *o = calloc(1, sizeof(*o));
	int err = -ENOMEM;

	if (o)
		o->name = strdup(name);
	if (o && o->name) {
		o->format = format;
		o->ring = ring;
		o->strict = strict && target->ops->must_open;
		o->target = *target;
		output_keep(o, &target->keep);
		err = begin(o, identity);
	}
	if (!err) {
		*target = (struct target){ .fd = -1 };
		return o;
	}
	report("cannot start the output %s: %s", name, strerror(-err));
	if (o)
		free(o->name);
	free(o);
	return NULL;
}

/* Open a file anew, and try at once what failed. */
void output_reopen(struct output *o)
{
	o->reopen = true;
	o->hurry = true;
	waker_wake(&o->waker);
}

/* Have it write what it was given, as far as that gets on. */
void output_end(struct output *o)
{
	ring_close_cursor(o->ring, &o->cursor);
	o->hurry = true;
	waker_end(&o->waker, OUTPUT_IDLE, OUTPUT_END);
}

/* Return: true if an output finishes within its time. */
bool output_wait(struct output *o)
{
	while (!o->finished) {
		if (rate_now() > o->waker.end + GRACE)
			return false;
		poll(NULL, 0, 2);
	}
	return true;
}

/**
 * output_join - see whether an output has finished
 * @o: output after output_end()
 * @wait: wait until it has, or has no time left
 *
 * Return: false if it has not: then it hangs where nothing wakes it, as on a
 * disk that does not answer, and nothing of it can be freed.
 */
bool output_join(struct output *o, bool wait)
{
	if (wait ? !output_wait(o) : !o->finished)
		return false;
	return !pthread_join(o->thread, NULL);
}

/* Return: records that were neither written nor told in a gap record. */
uint64_t output_left(struct output *o)
{
	uint64_t given, waiting;

	ring_look(o->ring, &o->cursor, &given, &waiting);
	return given - o->written - o->told;
}

/**
 * output_settled - see how far all is settled
 * @o: output
 * @last: number of the last record there is
 *
 * Return: number of the last record of which, and of all before, this is true:
 * it was not to have it, has written it, or has written a gap that tells of it.
 */
uint64_t output_settled(const struct output *o, uint64_t last)
{
	uint64_t first = ring_unsettled(o->ring, &o->cursor);

	return first ? first - 1 : last;
}

/* Say how it is getting on. */
void output_tell(struct output *o)
{
	uint64_t left = output_left(o);

	report("output %s: %" PRIu64 " records (%" PRIu64 " bytes) written, %"
	       PRIu64 " told in %" PRIu64 " gaps, %" PRIu64
	       " neither yet, %" PRIu64 " too long, opened %" PRIu64
	       " times, %s", o->name, o->written, o->bytes, o->told, o->gaps,
	       left, o->too_long, o->opened,
	       o->err ? strerror(o->err) : "well");
}

/**
 * output_look - see how an output is getting on
 * @o: output
 * @figures: filled
 */
void output_look(struct output *o, struct output_figures *figures)
{
	uint64_t missed;

	*figures = (struct output_figures){
		.up = !o->err, .written = o->written, .bytes = o->bytes,
		.told = o->told, .gaps = o->gaps, .errors = o->errors,
		.opened = o->opened,
	};
	ring_look(o->ring, &o->cursor, &figures->given, &figures->waiting);
	ring_measure(o->ring, &o->cursor, &missed, &figures->waiting_bytes);
	figures->lost = missed + o->too_long + o->given_up;
}

/* Only if output_join() says that it has finished. */
void output_free(struct output *o)
{
	ring_leave(o->ring, &o->cursor);
	target_free(&o->target);
	render_close(&o->render);
	waker_close(&o->waker);
	free(o->name);
	free(o);
}
