// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "test/tap.h"
#include "util.h"

#define MPS	10

/* Writes to it are what one read finds */
static int feed;

static struct input start(enum unit unit, size_t block)
{
	struct input in = { .unit = unit, .block = block };
	int fds[2];

	if (pipe2(fds, O_NONBLOCK) || input_open(&in))
		exit(1);
	in.fd = fds[0];
	feed = fds[1];
	return in;
}

static void stop(struct input *in)
{
	close(in->fd);
	if (feed >= 0)
		close(feed);
	input_close(in);
}

static void write_to(struct input *in, const char *data, size_t len)
{
	if (write(feed, data, len) != (ssize_t)len || input_fill(in))
		exit(1);
}

static void say(struct input *in, const char *text)
{
	write_to(in, text, strlen(text));
}

static void end(struct input *in)
{
	close(feed);
	feed = -1;
	if (input_fill(in))
		exit(1);
}

static void comes(struct input *in, const char *want, const char *what)
{
	struct datagram next = { NULL, 0 };
	enum input_state state = input_next(in, MPS, &next);

	ok(state == INPUT_DATAGRAM && next.data && next.len == strlen(want) &&
	   !memcmp(next.data, want, next.len), "%s", what);
	if (state == INPUT_DATAGRAM)
		input_take(in, &next);
}

static void is(struct input *in, enum input_state want, const char *what)
{
	struct datagram next;

	ok(input_next(in, MPS, &next) == want, "%s", what);
}

static void test_lines(void)
{
	struct input in = start(UNIT_LINE, 0);

	is(&in, INPUT_MORE, "lines: nothing yet");
	ok(!input_fill(&in) && !in.eof, "lines: nothing there is no end");
	say(&in, "one\n\ntwo");
	comes(&in, "one\n", "lines: one");
	comes(&in, "\n", "lines: an empty one");
	is(&in, INPUT_MORE, "lines: part of one");
	ok(input_left(&in) == 3, "lines: which is left");
	say(&in, " and more than fits\nlast");
	comes(&in, "two and more than fits\n", "lines: the MPS is another's");
	end(&in);
	comes(&in, "last", "lines: the last has no newline");
	is(&in, INPUT_END, "lines: no more");
	stop(&in);
}

static void test_empty(void)
{
	struct input in = start(UNIT_LINE, 0);

	end(&in);
	is(&in, INPUT_END, "nothing: the end at once");
	stop(&in);
}

static void test_reads(void)
{
	struct input in = start(UNIT_READ, 0);

	say(&in, "one\ntwo\n");
	comes(&in, "one\ntwo\n", "reads: what was written at once");
	is(&in, INPUT_MORE, "reads: no more");
	say(&in, "x");
	comes(&in, "x", "reads: the next");
	end(&in);
	is(&in, INPUT_END, "reads: the end");
	stop(&in);
}

static void test_full(void)
{
	struct input in = start(UNIT_FULL, 0);

	say(&in, "0123456");
	is(&in, INPUT_MORE, "full: not yet");
	say(&in, "789abcdefghijklmno");
	comes(&in, "0123456789", "full: the MPS");
	comes(&in, "abcdefghij", "full: the MPS again");
	is(&in, INPUT_MORE, "full: not yet again");
	end(&in);
	comes(&in, "klmno", "full: the rest");
	is(&in, INPUT_END, "full: the end");
	stop(&in);
}

static void test_blocks(void)
{
	struct input in = start(UNIT_BLOCK, 12);

	say(&in, "0123456789abcdefg");
	comes(&in, "0123456789ab", "blocks: whatever the MPS");
	is(&in, INPUT_MORE, "blocks: not yet");
	end(&in);
	comes(&in, "cdefg", "blocks: the rest");
	is(&in, INPUT_END, "blocks: the end");
	stop(&in);
}

/* Return: length of what comes and has no data, or 0. */
static size_t skipped(struct input *in)
{
	struct datagram next = { "", 0 };

	if (input_next(in, MPS, &next) != INPUT_DATAGRAM || next.data)
		return 0;
	input_take(in, &next);
	return next.len;
}

/* @count bytes that no newline ends, in writes that the pipe has room for */
static void much(struct input *in, size_t count)
{
	static char bytes[1000];

	memset(bytes, 'x', sizeof(bytes));
	for (; count; count -= sizeof(bytes))
		write_to(in, bytes, sizeof(bytes));
}

static void test_too_long(void)
{
	struct input in = start(UNIT_LINE, 0);

	say(&in, "first\n");
	comes(&in, "first\n", "too long: what is before");
	much(&in, 200000);
	is(&in, INPUT_MORE, "too long: its end is not there");
	say(&in, "end\nafter\n");
	ok(skipped(&in) == 200004, "too long: all of it");
	comes(&in, "after\n", "too long: what is after");
	much(&in, 70000);
	end(&in);
	ok(skipped(&in) == 70000, "too long: with nothing after it");
	is(&in, INPUT_END, "too long: the end");
	stop(&in);
}

static void test_longest(void)
{
	struct input in = start(UNIT_LINE, 0);
	struct datagram next;

	much(&in, 65000);
	write_to(&in, memset((char[536]){ 0 }, 'y', 535), 535);
	is(&in, INPUT_MORE, "longest: not yet");
	say(&in, "\n");
	ok(input_next(&in, MPS, &next) == INPUT_DATAGRAM && next.data &&
	   next.len == MAX_DATAGRAM, "longest: a line that fills the buffer");
	stop(&in);
}

static void test_failure(void)
{
	struct input in = start(UNIT_LINE, 0);

	close(in.fd);
	ok(input_fill(&in) == -EBADF, "failure: of read()");
	in.fd = open("/dev/null", O_RDONLY);
	stop(&in);
}

int main(void)
{
	test_lines();
	test_empty();
	test_reads();
	test_full();
	test_blocks();
	test_too_long();
	test_longest();
	test_failure();
	return tap_end();
}
