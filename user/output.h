/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_OUTPUT_H
#define DIVULGE_OUTPUT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "batch.h"
#include "render.h"
#include "ring.h"
#include "target.h"
#include "waker.h"

/**
 * struct output - records on their way to one target, in a thread of their own
 * @name: FORMAT:TARGET
 * @format: of the records
 * @ring: where they come from
 * @cursor: how far they were taken from there
 * @target: where they go
 * @waker: wakes the thread
 * @thread: the thread; all from @strict up to @failed_at is its own
 * @keep_age: what a database keeps, when it is opened next
 * @keep_size: likewise
 * @strict: it was to be possible to open @target at once
 * @render: makes the text of gap records
 * @batch: records that are being written
 * @untold: records that are in no gap record yet, beside those of @cursor
 * @tell: they are to be told
 * @is_open: @target is
 * @pause: how long to wait after a failure
 * @due: when to try again, as rate_now() tells it
 * @failed_at: since when nothing could be written, 0 if it can
 * @tried: @target was opened, or could not be
 * @finished: nothing more will be written
 * @dead: nor could it be, were there more
 * @reopen: open a file anew
 * @hurry: try what failed again at once
 * @err: why nothing can be written just now, 0 if it can
 * @written: records that were
 * @bytes: what was in them
 * @told: records that gap records told of
 * @gaps: how many of these there were
 * @unsure: records that were handed over, and may have arrived
 * @too_long: records that were longer than a datagram
 * @opened: how often @target was opened
 * @given_up: records that a change of framing had no use for
 * @errors: how often it could not be opened or written to
 */
struct output {
	char *name;
	const struct sink_ops *format;
	struct ring *ring;
	struct cursor cursor;
	struct target target;
	struct waker waker;
	pthread_t thread;
	atomic_int_least64_t keep_age;
	atomic_int_least64_t keep_size;
	bool strict;
	struct render render;
	struct batch batch;
	struct gap untold;
	bool tell;
	bool is_open;
	int64_t pause;
	int64_t due;
	int64_t failed_at;
	atomic_bool tried;
	atomic_bool finished;
	atomic_bool dead;
	atomic_bool reopen;
	atomic_bool hurry;
	atomic_int err;
	atomic_uint_least64_t written;
	atomic_uint_least64_t bytes;
	atomic_uint_least64_t told;
	atomic_uint_least64_t gaps;
	atomic_uint_least64_t unsure;
	atomic_uint_least64_t too_long;
	atomic_uint_least64_t opened;
	atomic_uint_least64_t given_up;
	atomic_uint_least64_t errors;
};

/**
 * struct output_figures - how an output is getting on
 * @up: 1 if it can write just now
 * @given: records that were for it
 * @written: records that it wrote
 * @bytes: what was in them
 * @lost: records that it had to leave out
 * @told: how many of these gap records tell
 * @gaps: how many gap records there were
 * @waiting: records in its queue
 * @waiting_bytes: what they take there
 * @errors: how often it could not be opened or written to
 * @opened: how often it was opened
 */
struct output_figures {
	uint64_t up;
	uint64_t given;
	uint64_t written;
	uint64_t bytes;
	uint64_t lost;
	uint64_t told;
	uint64_t gaps;
	uint64_t waiting;
	uint64_t waiting_bytes;
	uint64_t errors;
	uint64_t opened;
};

/* How long an output may take at the end: without getting on, and in all */
#define OUTPUT_IDLE	(1LL * NSEC_PER_SEC)
#define OUTPUT_END	(10LL * NSEC_PER_SEC)

struct output *output_start(const char *name, const struct sink_ops *format,
			    const struct identity *identity, struct ring *ring,
			    struct target *target, bool strict);
void output_keep(struct output *o, const struct keep *keep);
void output_reopen(struct output *o);
void output_end(struct output *o);
bool output_wait(struct output *o);
bool output_join(struct output *o, bool wait);
uint64_t output_left(struct output *o);
uint64_t output_settled(const struct output *o, uint64_t last);
void output_tell(struct output *o);
void output_look(struct output *o, struct output_figures *figures);
void output_free(struct output *o);

#endif
