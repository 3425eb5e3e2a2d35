/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_RING_H
#define DIVULGE_RING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "gap.h"

/**
 * struct cursor - where one output has got to
 * @next: another output's
 * @at: where its next record is, in bytes ever put
 * @waiting: records from there on
 * @given: records it was to have, since it began
 * @gap: records that were overwritten and that it was not told of
 * @taken: the first record, also of a gap, that the output took and has not
 *	settled, 0 for none
 * @missed: records that ever were in @gap
 * @wake: eventfd to tell it by that there is something
 * @idle: it wants to be told
 * @closed: it gets no more
 */
struct cursor {
	struct cursor *next;
	uint64_t at;
	uint64_t waiting;
	uint64_t given;
	struct gap gap;
	uint64_t taken;
	uint64_t missed;
	int wake;
	bool idle;
	bool closed;
};

/**
 * struct ring - the last records in one format, for the outputs that want it
 * @lock: held for what is below, and never while something is waited for
 * @buf: the records, each behind its head
 * @size: of @buf
 * @head: where the next record goes, in bytes ever put
 * @tail: where the oldest is
 * @cursors: the outputs
 *
 * It is the queue of each output: from where that has got to up to @head. A
 * record that is put overwrites the oldest ones, and outputs that have not got
 * beyond them have a gap. So nobody waits for a slow output, and memory is the
 * same for one and for many.
 */
struct ring {
	pthread_mutex_t lock;
	char *buf;
	size_t size;
	uint64_t head;
	uint64_t tail;
	struct cursor *cursors;
};

int ring_open(struct ring *ring, size_t size);
void ring_close(struct ring *ring);
void ring_join(struct ring *ring, struct cursor *cursor, int wake);
void ring_close_cursor(struct ring *ring, struct cursor *cursor);
void ring_leave(struct ring *ring, struct cursor *cursor);
void ring_put(struct ring *ring, const struct mark *mark, const char *data,
	      size_t len);
void ring_move(struct ring *ring, char *buf, size_t size);
void ring_wake(struct ring *ring);
bool ring_take_gap(struct ring *ring, struct cursor *cursor, struct gap *gap);
bool ring_take(struct ring *ring, struct cursor *cursor, struct batch *batch);
void ring_settle(struct ring *ring, struct cursor *cursor, uint64_t first);
uint64_t ring_unsettled(struct ring *ring, const struct cursor *cursor);
void ring_look(struct ring *ring, const struct cursor *cursor,
	       uint64_t *given, uint64_t *waiting);
void ring_measure(struct ring *ring, const struct cursor *cursor,
		  uint64_t *missed, uint64_t *bytes);

#endif
