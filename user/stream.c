// SPDX-License-Identifier: GPL-2.0
/*
 * What is missing from a stream of numbered events.
 *
 * Numbers leave no gaps, so one shows exactly how many events are missing. The
 * kernel tells of those that it had no room for. Of those that the socket's
 * buffer had no room for only the gap tells.
 */

#include "stream.h"

/* Take all numbers before @seq, which was seen at @time, as lost. */
static bool skip_to(struct stream *stream, uint64_t seq, int64_t time,
		    struct lost *lost)
{
	if (seq <= stream->next)
		return false;

	lost->count = seq - stream->next;
	lost->first_seq = stream->next;
	lost->last_seq = seq - 1;
	lost->since = stream->last;
	lost->until = time;
	stream->next = seq;
	return true;
}

static void start(struct stream *stream, uint64_t seq, int64_t time)
{
	stream->next = seq;
	stream->last = time;
	stream->started = true;
}

/**
 * stream_begin - account for the beginning of a stream
 * @stream: stream that nothing has come of yet
 * @seq: number of the last event that the kernel knows of
 * @time: when it was so, in nanoseconds since the epoch
 *
 * What is on its way then may still come: its numbers go back.
 */
void stream_begin(struct stream *stream, uint64_t seq, int64_t time)
{
	start(stream, seq + 1, time);
}

/**
 * stream_loss - account for a loss that the kernel tells of
 * @stream: stream it is missing from
 * @loss: what the kernel says
 * @lost: filled with what is newly known to be lost, in order
 *
 * Return: how many of @lost were filled.
 */
unsigned int stream_loss(struct stream *stream, const struct divulge_loss *loss,
			 struct lost lost[STREAM_MAX_LOST])
{
	uint64_t last_seq = loss->first_seq + loss->count - 1;
	unsigned int n;

	if (!loss->count || last_seq < loss->first_seq)
		return 0;
	if (!stream->started)
		start(stream, loss->first_seq, loss->since);
	if (last_seq < stream->next)
		return 0;

	n = skip_to(stream, loss->first_seq, loss->since, &lost[0]);
	lost[n].count = last_seq - stream->next + 1;
	lost[n].first_seq = stream->next;
	lost[n].last_seq = last_seq;
	lost[n].since = loss->since;
	lost[n].until = loss->until;
	start(stream, last_seq + 1, loss->until);
	return n + 1;
}

/**
 * stream_event - account for an event
 * @stream: stream it is in
 * @seq: number of the event
 * @time: when it happened, in nanoseconds since the epoch
 * @lost: filled if events before this one are newly known to be lost
 *
 * Numbers that go back are those of events that were on their way at the
 * beginning: nothing is lost there.
 *
 * Return: true if @lost was filled.
 */
bool stream_event(struct stream *stream, uint64_t seq, int64_t time,
		  struct lost *lost)
{
	bool gap = stream->started && skip_to(stream, seq, time, lost);

	start(stream, seq + 1, time);
	return gap;
}

/**
 * stream_end - account for the end of a stream
 * @stream: stream that nothing will be added to
 * @seq: number of the last event that the kernel knows of
 * @time: when it was so, in nanoseconds since the epoch
 * @lost: filled if events at the end are newly known to be lost
 *
 * Return: true if @lost was filled.
 */
bool stream_end(struct stream *stream, uint64_t seq, int64_t time,
		struct lost *lost)
{
	return stream->started && skip_to(stream, seq + 1, time, lost);
}
