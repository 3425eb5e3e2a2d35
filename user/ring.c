// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "ring.h"

/* Who has that much to do is told before the records in a row are at an end */
#define ENOUGH		(64 << 10)

struct head {
	struct mark mark;
	size_t len;
};

/**
 * ring_open - get memory
 * @ring: set up here
 * @size: bytes for records
 *
 * Return: 0 or a negative errno.
 */
int ring_open(struct ring *ring, size_t size)
{
	int err;

	memset(ring, 0, sizeof(*ring));
	ring->size = size;
	ring->buf = malloc(size);
	if (!ring->buf)
		return -ENOMEM;
	err = pthread_mutex_init(&ring->lock, NULL);
	if (err)
		free(ring->buf);
	return -err;
}

void ring_close(struct ring *ring)
{
	pthread_mutex_destroy(&ring->lock);
	free(ring->buf);
}

/**
 * ring_join - begin to read
 * @ring: ring
 * @cursor: set up here to read what is put from now on
 * @wake: eventfd for when there is something
 */
void ring_join(struct ring *ring, struct cursor *cursor, int wake)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->wake = wake;
	pthread_mutex_lock(&ring->lock);
	cursor->at = ring->head;
	cursor->next = ring->cursors;
	ring->cursors = cursor;
	pthread_mutex_unlock(&ring->lock);
}

/* Put no more for that output; what there is it may take. */
void ring_close_cursor(struct ring *ring, struct cursor *cursor)
{
	pthread_mutex_lock(&ring->lock);
	cursor->closed = true;
	pthread_mutex_unlock(&ring->lock);
}

void ring_leave(struct ring *ring, struct cursor *cursor)
{
	struct cursor **at;

	pthread_mutex_lock(&ring->lock);
	for (at = &ring->cursors; *at; at = &(*at)->next) {
		if (*at != cursor)
			continue;
		*at = cursor->next;
		break;
	}
	pthread_mutex_unlock(&ring->lock);
}

/* It may go over the edge. */
static void copy_in(struct ring *ring, const void *data, size_t len)
{
	size_t at = ring->head % ring->size;
	size_t first = len < ring->size - at ? len : ring->size - at;

	memcpy(ring->buf + at, data, first);
	memcpy(ring->buf, (const char *)data + first, len - first);
	ring->head += len;
}

static void copy_out(const struct ring *ring, uint64_t from, void *data,
		     size_t len)
{
	size_t at = from % ring->size;
	size_t first = len < ring->size - at ? len : ring->size - at;

	memcpy(data, ring->buf + at, first);
	memcpy((char *)data + first, ring->buf, len - first);
}

static void overwrite_oldest(struct ring *ring)
{
	struct cursor *cursor;
	struct head head;
	uint64_t next;

	copy_out(ring, ring->tail, &head, sizeof(head));
	next = ring->tail + sizeof(head) + head.len;
	for (cursor = ring->cursors; cursor; cursor = cursor->next) {
		if (cursor->at != ring->tail || !cursor->waiting)
			continue;
		gap_add(&cursor->gap, &head.mark);
		cursor->missed++;
		cursor->waiting--;
		cursor->at = next;
	}
	ring->tail = next;
}

/* Whoever wants it has a gap instead. */
static void leave_out(struct ring *ring, const struct mark *mark)
{
	struct cursor *cursor;

	for (cursor = ring->cursors; cursor; cursor = cursor->next) {
		if (cursor->closed)
			continue;
		cursor->given++;
		gap_add(&cursor->gap, mark);
		cursor->missed++;
	}
}

static void wake(struct cursor *cursor)
{
	cursor->idle = false;
	eventfd_write(cursor->wake, 1);
}

static void add(struct ring *ring, const struct mark *mark, const char *data,
		size_t len)
{
	const struct head head = { *mark, len };
	uint64_t need = sizeof(head) + len;
	struct cursor *cursor;

	while (ring->head - ring->tail + need > ring->size)
		overwrite_oldest(ring);
	copy_in(ring, &head, sizeof(head));
	copy_in(ring, data, len);
	for (cursor = ring->cursors; cursor; cursor = cursor->next) {
		if (cursor->closed)
			continue;
		cursor->given++;
		cursor->waiting++;
		if (cursor->idle && ring->head - cursor->at >= ENOUGH)
			wake(cursor);
	}
}

/**
 * ring_put - give a record to all outputs
 * @ring: ring
 * @mark: of the record
 * @data: its text; one that is too long for any output is a gap of each
 * @len: length of that
 */
void ring_put(struct ring *ring, const struct mark *mark, const char *data,
	      size_t len)
{
	pthread_mutex_lock(&ring->lock);
	if (len > BATCH_MAX_RECORD)
		leave_out(ring, mark);
	else
		add(ring, mark, data, len);
	pthread_mutex_unlock(&ring->lock);
}

/**
 * ring_move - have more memory, or less
 * @ring: ring
 * @buf: the memory, which is the ring's then
 * @size: of that; what does not fit is overwritten, as by records
 */
void ring_move(struct ring *ring, char *buf, size_t size)
{
	char *old = ring->buf;
	uint64_t at, n;

	pthread_mutex_lock(&ring->lock);
	while (ring->head - ring->tail > size)
		overwrite_oldest(ring);
	for (at = ring->tail; at < ring->head; at += n) {
		n = ring->head - at;
		if (n > size - at % size)
			n = size - at % size;
		if (n > ring->size - at % ring->size)
			n = ring->size - at % ring->size;
		memcpy(buf + at % size, old + at % ring->size, n);
	}
	ring->buf = buf;
	ring->size = size;
	pthread_mutex_unlock(&ring->lock);
	free(old);
}

/* Tell outputs that wait that there is something. */
void ring_wake(struct ring *ring)
{
	struct cursor *cursor;

	pthread_mutex_lock(&ring->lock);
	for (cursor = ring->cursors; cursor; cursor = cursor->next)
		if (cursor->idle && (cursor->waiting || cursor->gap.count))
			wake(cursor);
	pthread_mutex_unlock(&ring->lock);
}

/* Make a number that of the first of two records; 0 is none. */
static void lower(uint64_t *first, uint64_t other)
{
	if (other && (!*first || other < *first))
		*first = other;
}

/**
 * ring_take_gap - see what an output missed
 * @ring: ring
 * @cursor: where the output is, and what it missed comes before that
 * @gap: filled
 *
 * Return: false if it missed nothing.
 */
bool ring_take_gap(struct ring *ring, struct cursor *cursor, struct gap *gap)
{
	pthread_mutex_lock(&ring->lock);
	*gap = cursor->gap;
	lower(&cursor->taken, gap->first_record);
	memset(&cursor->gap, 0, sizeof(cursor->gap));
	pthread_mutex_unlock(&ring->lock);
	return gap->count;
}

static void take(struct ring *ring, struct cursor *cursor, struct batch *batch)
{
	struct head head;
	char *room;

	while (cursor->waiting) {
		copy_out(ring, cursor->at, &head, sizeof(head));
		room = batch_room(batch, head.len);
		if (!room)
			break;
		copy_out(ring, cursor->at + sizeof(head), room, head.len);
		batch_add(batch, &head.mark, head.len);
		lower(&cursor->taken, head.mark.record);
		cursor->at += sizeof(head) + head.len;
		cursor->waiting--;
	}
}

/**
 * ring_take - take records for an output
 * @ring: ring
 * @cursor: where the output is
 * @batch: filled with what fits
 *
 * If there is a gap before them, that is to be taken first.
 *
 * Return: false if there is nothing; then @cursor is told of more.
 */
bool ring_take(struct ring *ring, struct cursor *cursor, struct batch *batch)
{
	bool some;

	pthread_mutex_lock(&ring->lock);
	if (!cursor->gap.count)
		take(ring, cursor, batch);
	some = cursor->gap.count || cursor->waiting || batch->nr;
	cursor->idle = !some;
	pthread_mutex_unlock(&ring->lock);
	return some;
}

/**
 * ring_settle - note what an output has settled of what it took
 * @ring: ring
 * @cursor: where the output is
 * @first: the first record, also of a gap, that is neither written nor told in
 *	a gap that was; 0 for none
 */
void ring_settle(struct ring *ring, struct cursor *cursor, uint64_t first)
{
	pthread_mutex_lock(&ring->lock);
	cursor->taken = first;
	pthread_mutex_unlock(&ring->lock);
}

/**
 * ring_unsettled - see what an output has not settled
 * @ring: ring
 * @cursor: where the output is
 *
 * Return: the first record that it was to have and that is neither written nor
 * told in a gap that was; 0 if there is none.
 */
uint64_t ring_unsettled(struct ring *ring, const struct cursor *cursor)
{
	struct head head;
	uint64_t first;

	pthread_mutex_lock(&ring->lock);
	first = cursor->taken;
	lower(&first, cursor->gap.first_record);
	if (cursor->waiting) {
		copy_out(ring, cursor->at, &head, sizeof(head));
		lower(&first, head.mark.record);
	}
	pthread_mutex_unlock(&ring->lock);
	return first;
}

/**
 * ring_look - see how an output is getting on
 * @ring: ring
 * @cursor: where it is
 * @given: set to how many records it was to have
 * @waiting: set to how many of them it has not taken yet
 */
void ring_look(struct ring *ring, const struct cursor *cursor,
	       uint64_t *given, uint64_t *waiting)
{
	pthread_mutex_lock(&ring->lock);
	*given = cursor->given;
	*waiting = cursor->waiting;
	pthread_mutex_unlock(&ring->lock);
}

/**
 * ring_measure - see what an output missed, and how long its queue is
 * @ring: ring
 * @cursor: where it is
 * @missed: set to how many records were ever overwritten before it had them
 * @bytes: set to the memory of those that it has not taken yet
 */
void ring_measure(struct ring *ring, const struct cursor *cursor,
		  uint64_t *missed, uint64_t *bytes)
{
	pthread_mutex_lock(&ring->lock);
	*missed = cursor->missed;
	*bytes = cursor->waiting ? ring->head - cursor->at : 0;
	pthread_mutex_unlock(&ring->lock);
}
