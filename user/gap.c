// SPDX-License-Identifier: GPL-2.0
/* Records that an output does without, and the record that says so */

#include <string.h>

#include "fields.h"
#include "gap.h"

#define NSEC_PER_SEC	INT64_C(1000000000)

const struct field gap_fields[] = {
	PLAIN(UINT, gap, count),
	PLAIN(UINT, gap, first_record),
	PLAIN(UINT, gap, last_record),
	PLAIN(UINT, gap, births),
	PLAIN(LIMIT, gap, births_first_seq),
	PLAIN(LIMIT, gap, births_last_seq),
	PLAIN(UINT, gap, dccp),
	PLAIN(LIMIT, gap, dccp_first_seq),
	PLAIN(LIMIT, gap, dccp_last_seq),
	PLAIN(UINT, gap, others),
	PLAIN(UINT, gap, lost),
	PLAIN(TIME, gap, since),
	PLAIN(TIME, gap, until),
	{ 0 }
};

static uint64_t number(const struct record *rec, const char *name)
{
	struct value v;

	record_value(rec, name, &v);
	return v.kind == VALUE_UINT ? v.u : 0;
}

static int64_t moment(const struct record *rec)
{
	struct stamp stamp;

	if (!record_stamp(rec, &stamp))
		return stamp_now();
	return stamp.sec * NSEC_PER_SEC + stamp.nsec;
}

/**
 * mark_record - note what a gap would say of a record
 * @rec: the record, of an event
 * @mark: filled
 */
void mark_record(const struct record *rec, struct mark *mark)
{
	memset(mark, 0, sizeof(*mark));
	mark->stream = MARK_OTHER;
	mark->record = rec->number;
	mark->time = moment(rec);
	if (!strcmp(rec->event, "lost")) {
		mark->lost = number(rec, "count");
		return;
	}
	mark->seq = number(rec, "seq");
	if (!mark->seq)
		return;
	if (!strcmp(rec->event, "birth"))
		mark->stream = MARK_BIRTHS;
	else if (!strncmp(rec->event, "dccp-", strlen("dccp-")))
		mark->stream = MARK_DCCP;
}

static void span(uint64_t *count, uint64_t *first, uint64_t *last,
		 uint64_t more, uint64_t more_first, uint64_t more_last)
{
	if (!more)
		return;
	if (!*count || more_first < *first)
		*first = more_first;
	if (!*count || more_last > *last)
		*last = more_last;
	*count += more;
}

/**
 * gap_merge - make one gap of two
 * @gap: the first, with or without records; set to both
 * @more: the second, likewise
 */
void gap_merge(struct gap *gap, const struct gap *more)
{
	if (!more->count)
		return;
	if (!gap->count || more->since < gap->since)
		gap->since = more->since;
	if (!gap->count || more->until > gap->until)
		gap->until = more->until;
	span(&gap->count, &gap->first_record, &gap->last_record,
	     more->count, more->first_record, more->last_record);
	gap->others += more->others;
	gap->lost += more->lost;
	span(&gap->births, &gap->births_first_seq, &gap->births_last_seq,
	     more->births, more->births_first_seq, more->births_last_seq);
	span(&gap->dccp, &gap->dccp_first_seq, &gap->dccp_last_seq,
	     more->dccp, more->dccp_first_seq, more->dccp_last_seq);
}

/**
 * gap_add - have a gap include one more record
 * @gap: zeroed, or added to before
 * @mark: of the record
 */
void gap_add(struct gap *gap, const struct mark *mark)
{
	struct gap one = {
		.count = 1, .lost = mark->lost,
		.first_record = mark->record, .last_record = mark->record,
		.since = mark->time, .until = mark->time,
	};

	if (mark->stream == MARK_BIRTHS) {
		one.births = 1;
		one.births_first_seq = mark->seq;
		one.births_last_seq = mark->seq;
	} else if (mark->stream == MARK_DCCP) {
		one.dccp = 1;
		one.dccp_first_seq = mark->seq;
		one.dccp_last_seq = mark->seq;
	} else {
		one.others = 1;
	}
	gap_merge(gap, &one);
}

/**
 * gap_record - tell of a gap
 * @gap: must outlive the record
 * @noted: when it is told; likewise
 *
 * Return: the record.
 */
struct record gap_record(const struct gap *gap, const struct noted *noted)
{
	return (struct record){
		.event = "gap",
		.number = gap->first_record,
		.part = {
			{ noted_fields, noted },
			{ gap_fields, gap },
		},
	};
}
