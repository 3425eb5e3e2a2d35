/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_STREAM_H
#define DIVULGE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/divulge.h>

/**
 * struct stream - events that are numbered together, as seen by their reader
 * @name: of the multicast group
 * @next: number that the next event should have
 * @last: when the last thing before it was seen or lost, in nanoseconds since
 *	the epoch
 * @started: @next and @last hold
 */
struct stream {
	const char *name;
	uint64_t next;
	int64_t last;
	bool started;
};

/**
 * struct lost - events that will not be seen
 * @count: how many
 * @first_seq: number of the first
 * @last_seq: number of the last
 * @since: not lost before then, in nanoseconds since the epoch
 * @until: not lost after then, in nanoseconds since the epoch
 */
struct lost {
	uint64_t count;
	uint64_t first_seq;
	uint64_t last_seq;
	int64_t since;
	int64_t until;
};

/* A loss that the kernel tells can come with one that it does not know of */
#define STREAM_MAX_LOST	2

void stream_begin(struct stream *stream, uint64_t seq, int64_t time);
unsigned int stream_loss(struct stream *stream, const struct divulge_loss *loss,
			 struct lost lost[STREAM_MAX_LOST]);
bool stream_event(struct stream *stream, uint64_t seq, int64_t time,
		  struct lost *lost);
bool stream_end(struct stream *stream, uint64_t seq, int64_t time,
		struct lost *lost);

#endif
