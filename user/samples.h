/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SAMPLES_H
#define DIVULGE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dccp.h"
#include "record.h"

/* A third of a wide terminal */
#define TRACK_LEN	192

/* What is drawn; SPARK_GAP where it is not known */
enum series {
	SERIES_WINDOW,	/* packets, or a rate in bytes per second */
	SERIES_RTT,	/* microseconds */
	SERIES_LOSS,	/* millionths, or 1 for a congestion event */
	NR_SERIES,
};

/**
 * struct sampled - what a sample has beside the connection
 * @sample: number of the sample
 * @time: when it was begun, in nanoseconds since the epoch
 * @congested: 1 if CCID 2 saw congestion since the sample before, 0 if not,
 *	UINT32_MAX if that cannot be told
 */
struct sampled {
	uint64_t sample;
	int64_t time;
	uint32_t congested;
};

/**
 * struct track - what is known of a connection
 * @entry: its last sample
 * @sampled: what that sample has beside it
 * @read: when that had been read, in milliseconds of the monotonic clock
 * @gone: when it was missed, by the same clock, 0 if it is there
 * @points: the last samples, a ring; NULL if nobody wants to draw them
 * @next: of @points, the oldest
 */
struct track {
	struct dccp_entry entry;
	struct sampled sampled;
	int64_t read;
	int64_t gone;
	uint64_t (*points)[NR_SERIES];
	size_t next;
};

/**
 * struct samples - connections, as they are and as they were
 * @tracks: the connections, those known longest first
 * @nr: how many
 * @old: how many of them were known before
 * @room: how many fit
 * @by_cookie: tree of them
 * @keep: they are to be drawn
 * @whole: none is missing that was there in the last sample
 * @missed: samples that were not taken
 * @now: what the sample has that is being taken
 * @asked: when it was asked for, in milliseconds of the monotonic clock
 */
struct samples {
	struct track **tracks;
	size_t nr, old, room;
	void *by_cookie;
	bool keep;
	bool whole;
	uint64_t missed;
	struct sampled now;
	int64_t asked;
};

void samples_begin(struct samples *samples, uint64_t number, int64_t time,
		   int64_t now);
int samples_add(struct samples *samples, const struct dccp_entry *entry);
void samples_end(struct samples *samples, int64_t now, bool whole);
void samples_miss(struct samples *samples, uint64_t number);
void samples_free(struct samples *samples);
bool samples_current(const struct samples *samples, const struct track *track);

uint64_t track_point(const struct track *track, enum series series, size_t ago);
struct record track_record(const struct track *track);

#endif
