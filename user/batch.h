/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_BATCH_H
#define DIVULGE_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "gap.h"

/* The longest record has some 50 kB: a path and a name that all is escaped of */
#define BATCH_SIZE	(128 << 10)
#define BATCH_MAX_RECORD (BATCH_SIZE - 1024)
#define BATCH_MAX	512

/* How records are told apart where they are written to */
enum framing {
	FRAMING_LINE,	/* a newline ends each */
	FRAMING_COUNT,	/* its length comes before: RFC 6587, 3.4.1 */
	FRAMING_NONE,
};

/**
 * struct slot - a record of a batch
 * @end: where it ends
 * @mark: what a gap would say of it
 */
struct slot {
	size_t end;
	struct mark mark;
};

/**
 * struct batch - records that an output is writing
 * @framing: how they are told apart
 * @len: how many bytes there are
 * @sent: how many were handed over
 * @done: how many are known to have got where they were to
 * @nr: how many records there are
 * @first: the first that is not done
 * @has_gap: that in slot 0 tells @told
 * @told: a gap
 * @slot: the records
 * @buf: their text
 */
struct batch {
	enum framing framing;
	size_t len;
	size_t sent;
	size_t done;
	unsigned int nr;
	unsigned int first;
	bool has_gap;
	struct gap told;
	struct slot slot[BATCH_MAX];
	char buf[BATCH_SIZE];
};

void batch_clear(struct batch *batch);
char *batch_room(struct batch *batch, size_t len);
void batch_add(struct batch *batch, const struct mark *mark, size_t len);
uint64_t batch_unsettled(const struct batch *batch);
size_t batch_begin(const struct batch *batch, unsigned int n);
unsigned int batch_done(struct batch *batch, size_t done);
void batch_restart(struct batch *batch);
unsigned int batch_next(const struct batch *batch);
void batch_skip(struct batch *batch);
size_t batch_fitting(const struct batch *batch, size_t room);

#endif
