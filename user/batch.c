// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "batch.h"

/* "65536 " */
#define COUNT_LEN	24

/* Begin with nothing; the framing stays. */
void batch_clear(struct batch *batch)
{
	batch->len = 0;
	batch->sent = 0;
	batch->done = 0;
	batch->nr = 0;
	batch->first = 0;
	batch->has_gap = false;
}

static size_t put_count(const struct batch *batch, size_t len, char *at)
{
	if (batch->framing != FRAMING_COUNT)
		return 0;
	return snprintf(at, COUNT_LEN, "%zu ", len);
}

/**
 * batch_room - make room for a record
 * @batch: batch
 * @len: length of the record's text, which batch_add() is to follow with
 *
 * Return: where the text goes, NULL if it does not fit.
 */
char *batch_room(struct batch *batch, size_t len)
{
	char *at = batch->buf + batch->len;

	if (batch->nr == BATCH_MAX ||
	    BATCH_SIZE - batch->len < COUNT_LEN + len + 1)
		return NULL;
	return at + put_count(batch, len, at);
}

/**
 * batch_add - add the record whose text is in its room
 * @batch: batch
 * @mark: of the record
 * @len: length of its text
 */
void batch_add(struct batch *batch, const struct mark *mark, size_t len)
{
	struct slot *slot = &batch->slot[batch->nr++];
	char *at = batch->buf + batch->len;
	char count[COUNT_LEN];

	at += put_count(batch, len, count) + len;
	if (batch->framing == FRAMING_LINE)
		*at++ = '\n';
	batch->len = at - batch->buf;
	slot->end = batch->len;
	slot->mark = *mark;
}

/**
 * batch_unsettled - see what is not done
 * @batch: batch
 *
 * Return: the first record that is not, also one that a gap tells of; 0 if all
 * are.
 */
uint64_t batch_unsettled(const struct batch *batch)
{
	unsigned int first = batch->first;
	uint64_t gap = 0;

	if (first < batch->nr && !first && batch->has_gap) {
		gap = batch->told.first_record;
		first++;
	}
	if (first == batch->nr)
		return gap;
	if (!gap || batch->slot[first].mark.record < gap)
		return batch->slot[first].mark.record;
	return gap;
}

/* Where record @n begins; the one after the last begins at the end. */
size_t batch_begin(const struct batch *batch, unsigned int n)
{
	return n ? batch->slot[n - 1].end : 0;
}

/**
 * batch_done - account for what has got where it was to
 * @batch: batch
 * @done: how many bytes have
 *
 * Return: how many records are done with that.
 */
unsigned int batch_done(struct batch *batch, size_t done)
{
	unsigned int first = batch->first;

	batch->done = done;
	while (batch->first < batch->nr &&
	       batch->slot[batch->first].end <= done)
		batch->first++;
	return batch->first - first;
}

/* What was handed over is gone: begin with the first record that is not done */
void batch_restart(struct batch *batch)
{
	batch->done = batch_begin(batch, batch->first);
	batch->sent = batch->done;
}

/* The record that has not been handed over, or not all of it */
unsigned int batch_next(const struct batch *batch)
{
	unsigned int n = batch->first;

	while (n < batch->nr && batch->slot[n].end <= batch->sent)
		n++;
	return n;
}

/* Leave out the next record; all before it are done. */
void batch_skip(struct batch *batch)
{
	batch->sent = batch->slot[batch->first++].end;
	batch->done = batch->sent;
}

/**
 * batch_fitting - see how much makes a datagram
 * @batch: batch of which whole records were sent, and not all
 * @room: how much a datagram holds
 *
 * Return: bytes of whole records, 0 if the first does not fit.
 */
size_t batch_fitting(const struct batch *batch, size_t room)
{
	unsigned int n = batch_next(batch);
	size_t len = 0;

	for (; n < batch->nr && batch->slot[n].end - batch->sent <= room; n++)
		len = batch->slot[n].end - batch->sent;
	return len;
}
