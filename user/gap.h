/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_GAP_H
#define DIVULGE_GAP_H

#include <stdint.h>

#include "record.h"

/* What numbers a record, if anything does */
enum mark_stream {
	MARK_BIRTHS,
	MARK_DCCP,
	MARK_OTHER,
};

/**
 * struct mark - what is kept of a record beside its text
 * @time: when it was made
 * @record: which record it is
 * @seq: number of the event, unless it is of MARK_OTHER
 * @lost: how many events it tells the loss of
 * @stream: what numbers it
 */
struct mark {
	int64_t time;
	uint64_t record;
	uint64_t seq;
	uint64_t lost;
	enum mark_stream stream;
};

/**
 * struct gap - records that one output does without
 * @count: how many
 * @first_record: the lowest number of these
 * @last_record: the highest
 * @births: how many of them are births
 * @births_first_seq: the lowest number of these, 0 for none
 * @births_last_seq: the highest
 * @dccp: how many are of DCCP
 * @dccp_first_seq: the lowest number of these, 0 for none
 * @dccp_last_seq: the highest
 * @others: how many are of another kind
 * @lost: events whose loss those tell
 * @since: time of the earliest
 * @until: time of the latest
 */
struct gap {
	uint64_t count;
	uint64_t first_record;
	uint64_t last_record;
	uint64_t births;
	uint64_t births_first_seq;
	uint64_t births_last_seq;
	uint64_t dccp;
	uint64_t dccp_first_seq;
	uint64_t dccp_last_seq;
	uint64_t others;
	uint64_t lost;
	int64_t since;
	int64_t until;
};

extern const struct field gap_fields[];

void mark_record(const struct record *rec, struct mark *mark);
void gap_add(struct gap *gap, const struct mark *mark);
void gap_merge(struct gap *gap, const struct gap *more);
struct record gap_record(const struct gap *gap, const struct noted *noted);

#endif
