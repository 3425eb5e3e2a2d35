// SPDX-License-Identifier: GPL-2.0
/* Connections, sample by sample */

#include <assert.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "samples.h"
#include "spark.h"
#include "wire.h"

/* How long one that has ended is shown */
#define GONE_MS		5000

/* The kernel counts in ticks, of at most 10 ms, and rounds */
#define TICKS_MS	20

#define PART(a, m)							\
	WIRE(DIVULGE_A_DCCP_ENTRY_##a, dccp_entry, m, m##_fields)

/* What of an entry is asked for, in the order of the record */
static const struct wire parts[] = {
	PART(SOCK, sock),
	PART(FEAT, feat),
	PART(CCID2_TX, ccid2_tx),
	PART(CCID2_RX, ccid2_rx),
	PART(CCID3_TX, ccid3_tx),
	PART(CCID3_RX, ccid3_rx),
};

static_assert(ARRAY_SIZE(parts) + 2 <= RECORD_MAX_PARTS, "no room");

static const struct field sampled_fields[] = {
	PLAIN(UINT, sampled, sample),
	PLAIN(TIME, sampled, time),
	PLAIN(LIMIT, sampled, congested),
	{ 0 }
};

static bool has(const struct dccp_entry *entry, uint16_t type)
{
	return wire_has(entry->has, type);
}

static int by_cookie(const void *a, const void *b)
{
	const struct track *one = a, *other = b;

	if (one->entry.sock.cookie == other->entry.sock.cookie)
		return 0;
	return one->entry.sock.cookie < other->entry.sock.cookie ? -1 : 1;
}

static int by_age(const void *a, const void *b)
{
	return by_cookie(*(const struct track *const *)a,
			 *(const struct track *const *)b);
}

static void track_free(void *arg)
{
	struct track *track = arg;

	free(track->points);
	free(track);
}

static void push(struct track *track, const uint64_t point[NR_SERIES])
{
	if (!track->points)
		return;
	memcpy(track->points[track->next], point, sizeof(*track->points));
	track->next = (track->next + 1) % TRACK_LEN;
}

static void push_gap(struct track *track)
{
	static const uint64_t gap[] = { SPARK_GAP, SPARK_GAP, SPARK_GAP };

	push(track, gap);
}

/* Who sends no more than a packet or two gets no feedback. */
static bool sends(const struct dccp_entry *entry)
{
	return has(entry, DIVULGE_A_DCCP_ENTRY_CCID3_TX) &&
	       entry->ccid3_tx.state == DIVULGE_DCCP_TFRC_STATE_FBACK;
}

static bool receives(const struct dccp_entry *entry)
{
	return has(entry, DIVULGE_A_DCCP_ENTRY_CCID3_RX) &&
	       entry->ccid3_rx.state == DIVULGE_DCCP_TFRC_STATE_DATA;
}

/* As a sender has it; of one that only receives, as the receiver does. */
static uint64_t loss(const struct dccp_entry *entry, uint32_t congested)
{
	if (has(entry, DIVULGE_A_DCCP_ENTRY_CCID2_TX))
		return congested == UINT32_MAX ? SPARK_GAP : congested;
	if (!sends(entry) && receives(entry))
		return entry->ccid3_rx.p;
	if (has(entry, DIVULGE_A_DCCP_ENTRY_CCID3_TX))
		return entry->ccid3_tx.p;
	return SPARK_GAP;
}

/* The same for a rate; there is always a window. */
static uint64_t window(const struct dccp_entry *entry)
{
	if (has(entry, DIVULGE_A_DCCP_ENTRY_CCID2_TX))
		return entry->ccid2_tx.cwnd;
	if (!sends(entry) && receives(entry))
		return entry->ccid3_rx.x_recv;
	if (has(entry, DIVULGE_A_DCCP_ENTRY_CCID3_TX))
		return entry->figures.rate;
	return SPARK_GAP;
}

/*
 * CCID 2 does not count congestion events, but knows when the last one was. If
 * there was another it is less long ago than the sample before, else longer by
 * as much as it was at that time. The clocks of both need not agree: what is
 * half way is taken for the nearer.
 */
static uint32_t congested(const struct track *track,
			  const struct dccp_entry *entry, int64_t asked)
{
	const struct dccp_entry *before = &track->entry;
	int64_t since;

	if (!has(entry, DIVULGE_A_DCCP_ENTRY_CCID2_TX) ||
	    !has(before, DIVULGE_A_DCCP_ENTRY_CCID2_TX))
		return UINT32_MAX;
	since = asked - track->read + before->ccid2_tx.last_cong / 2;
	return entry->ccid2_tx.last_cong + TICKS_MS < since;
}

static void push_sample(struct track *track)
{
	const struct dccp_entry *entry = &track->entry;
	const uint64_t point[] = {
		[SERIES_WINDOW] = window(entry),
		[SERIES_RTT] = entry->figures.rtt ? entry->figures.rtt :
						    SPARK_GAP,
		[SERIES_LOSS] = loss(entry, track->sampled.congested),
	};

	push(track, point);
}

static struct track *track_new(const struct dccp_entry *entry, bool keep)
{
	struct track *track;
	size_t i;

	track = calloc(1, sizeof(*track));
	if (!track)
		return NULL;
	track->entry.sock.cookie = entry->sock.cookie;
	if (!keep)
		return track;
	track->points = calloc(TRACK_LEN, sizeof(*track->points));
	if (!track->points) {
		free(track);
		return NULL;
	}
	for (i = 0; i < TRACK_LEN; i++)
		push_gap(track);
	return track;
}

static bool make_room(struct samples *samples)
{
	size_t room = samples->room ? 2 * samples->room : 64;
	struct track **more;

	if (samples->nr < samples->room)
		return true;
	more = reallocarray(samples->tracks, room, sizeof(*more));
	if (!more)
		return false;
	samples->tracks = more;
	samples->room = room;
	return true;
}

static struct track *add_track(struct samples *samples,
			       const struct dccp_entry *entry)
{
	struct track *track;

	if (!make_room(samples))
		return NULL;
	track = track_new(entry, samples->keep);
	if (!track)
		return NULL;
	if (!tsearch(track, &samples->by_cookie, by_cookie)) {
		track_free(track);
		return NULL;
	}
	samples->tracks[samples->nr++] = track;
	return track;
}

static struct track *find_track(const struct samples *samples,
				const struct dccp_entry *entry)
{
	const struct track key = {
		.entry = { .sock = { .cookie = entry->sock.cookie } },
	};
	struct track **found;

	found = tfind(&key, &samples->by_cookie, by_cookie);
	return found ? *found : NULL;
}

/* Return: true if a connection is in the last sample. */
bool samples_current(const struct samples *samples, const struct track *track)
{
	return track->sampled.sample == samples->now.sample;
}

/**
 * samples_begin - begin to take a sample
 * @samples: all zero at first, but for @keep
 * @number: number of the sample
 * @time: what time it is, in nanoseconds since the epoch
 * @now: the same, in milliseconds of the monotonic clock
 */
void samples_begin(struct samples *samples, uint64_t number, int64_t time,
		   int64_t now)
{
	samples->now.sample = number;
	samples->now.time = time;
	samples->asked = now;
	samples->old = samples->nr;
}

/**
 * samples_add - take the sample of a connection
 * @samples: after samples_begin()
 * @entry: the connection; what is told twice counts once
 *
 * Return: 0 or -ENOMEM.
 */
int samples_add(struct samples *samples, const struct dccp_entry *entry)
{
	struct track *track;

	track = find_track(samples, entry);
	if (!track)
		track = add_track(samples, entry);
	if (!track)
		return -ENOMEM;
	if (samples_current(samples, track))
		return 0;
	track->sampled = samples->now;
	track->sampled.congested = congested(track, entry, samples->asked);
	track->entry = *entry;
	track->gone = 0;
	push_sample(track);
	return 0;
}

/* Return: true if it is to be forgotten. */
static bool end_track(const struct samples *samples, struct track *track,
		      int64_t now, bool whole)
{
	if (samples_current(samples, track)) {
		track->read = now;
		return false;
	}
	push_gap(track);
	if (!whole)
		return false;
	if (!track->gone) {
		track->gone = now;
		return !samples->keep;
	}
	return now - track->gone >= GONE_MS;
}

/**
 * samples_end - see which connections are no longer there
 * @samples: to which all that are were added
 * @now: when all had been read, in milliseconds of the monotonic clock
 * @whole: none is missing that is there
 */
void samples_end(struct samples *samples, int64_t now, bool whole)
{
	struct track *track;
	size_t i, left = 0;

	samples->whole = whole;
	if (samples->nr > samples->old)
		qsort(samples->tracks + samples->old,
		      samples->nr - samples->old, sizeof(*samples->tracks),
		      by_age);
	for (i = 0; i < samples->nr; i++) {
		track = samples->tracks[i];
		if (end_track(samples, track, now, whole)) {
			tdelete(track, &samples->by_cookie, by_cookie);
			track_free(track);
		} else {
			samples->tracks[left++] = track;
		}
	}
	samples->nr = left;
}

/**
 * samples_miss - account for samples that were not taken
 * @samples: before samples_begin()
 * @number: how many
 */
void samples_miss(struct samples *samples, uint64_t number)
{
	size_t gaps = number < TRACK_LEN ? number : TRACK_LEN;
	size_t i, n;

	samples->missed += number;
	for (i = 0; i < samples->nr; i++)
		for (n = 0; n < gaps; n++)
			push_gap(samples->tracks[i]);
}

void samples_free(struct samples *samples)
{
	tdestroy(samples->by_cookie, track_free);
	free(samples->tracks);
}

/**
 * track_point - what a connection was in an earlier sample
 * @track: the connection, of samples that are kept
 * @series: what of it
 * @ago: how many samples ago, 0 is the last; less than TRACK_LEN
 *
 * Return: the value, SPARK_GAP if it is not known.
 */
uint64_t track_point(const struct track *track, enum series series, size_t ago)
{
	size_t at = (track->next + TRACK_LEN - 1 - ago) % TRACK_LEN;

	return track->points[at][series];
}

/**
 * track_record - make a record of the last sample of a connection
 * @track: the connection, which the record points into
 *
 * Return: the record; what is not there has parts that hold nothing.
 */
struct record track_record(const struct track *track)
{
	struct record rec = {
		.event = "dccp-sample",
		.part = { { sampled_fields, &track->sampled } },
	};
	const struct dccp_entry *entry = &track->entry;
	struct part *part = rec.part + 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++, part++) {
		part->fields = parts[i].fields;
		part->data = wire_data(&parts[i], entry->has, entry);
	}
	part->fields = figures_fields;
	part->data = &entry->figures;
	return rec;
}
