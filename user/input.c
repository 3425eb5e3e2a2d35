// SPDX-License-Identifier: GPL-2.0
/* A file that is cut into datagrams */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"

/**
 * input_open - get ready to read
 * @in: what to read, and how to cut it
 *
 * Return: 0 or a negative errno.
 */
int input_open(struct input *in)
{
	in->buf = malloc(MAX_DATAGRAM);
	return in->buf ? 0 : -ENOMEM;
}

void input_close(struct input *in)
{
	free(in->buf);
}

/* Make room at the end. A line that fills all of it cannot be sent. */
static void make_room(struct input *in)
{
	if (in->end - in->start == MAX_DATAGRAM) {
		in->skipping = true;
		in->skipped += MAX_DATAGRAM;
		in->start = in->end;
	}
	memmove(in->buf, in->buf + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
}

/**
 * input_fill - read what is there, once
 * @in: input of which input_next() wants more
 *
 * Return: 0, also if nothing was there, or a negative errno.
 */
int input_fill(struct input *in)
{
	ssize_t n;

	make_room(in);
	n = read(in->fd, in->buf + in->end, MAX_DATAGRAM - in->end);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	in->end += n;
	in->eof = !n;
	return 0;
}

/* Return: length of the line that comes, or 0 if its end is not there. */
static size_t line_len(const struct input *in)
{
	const char *at = in->buf + in->start;
	const char *end = memchr(at, '\n', input_left(in));

	return end ? end + 1 - at : 0;
}

static size_t wanted_len(const struct input *in, size_t mps)
{
	size_t left = input_left(in);
	size_t len;

	switch (in->unit) {
	case UNIT_LINE:
		return line_len(in);
	case UNIT_READ:
		return left;
	case UNIT_FULL:
		len = mps < MAX_DATAGRAM ? mps : MAX_DATAGRAM;
		break;
	default:
		len = in->block;
	}
	return left < len ? 0 : len;
}

/**
 * input_next - see what comes
 * @in: input
 * @mps: what fits into a datagram, for UNIT_FULL
 * @next: filled if it is a datagram; stays until input_fill()
 *
 * Return: what was found.
 */
enum input_state input_next(struct input *in, size_t mps, struct datagram *next)
{
	size_t len = wanted_len(in, mps);

	if (!len && !in->eof)
		return INPUT_MORE;
	if (!len)
		len = input_left(in);
	if (!len && !in->skipping)
		return INPUT_END;
	next->data = in->skipping ? NULL : in->buf + in->start;
	next->len = in->skipped + len;
	return INPUT_DATAGRAM;
}

/**
 * input_take - go on to what comes after
 * @in: input
 * @taken: what input_next() has found
 */
void input_take(struct input *in, const struct datagram *taken)
{
	in->start += taken->len - in->skipped;
	in->skipped = 0;
	in->skipping = false;
}

/* How many bytes have been read and not taken. */
size_t input_left(const struct input *in)
{
	return in->end - in->start;
}
