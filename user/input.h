/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_INPUT_H
#define DIVULGE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

/* No packet of IP has room for more. */
#define MAX_DATAGRAM	65536

/**
 * enum unit - what of the input is one datagram
 * @UNIT_LINE: a line, with the newline that ends it
 * @UNIT_READ: what a read() returns, as it was written to a pipe or terminal
 * @UNIT_FULL: as much as the MPS allows
 * @UNIT_BLOCK: a number of bytes, the last maybe less
 */
enum unit {
	UNIT_LINE,
	UNIT_READ,
	UNIT_FULL,
	UNIT_BLOCK,
};

/**
 * struct datagram - bytes that belong together
 * @data: the bytes; NULL for those that no datagram could hold
 * @len: how many there are
 */
struct datagram {
	const char *data;
	size_t len;
};

/**
 * struct input - a file that is cut into datagrams
 * @fd: the file
 * @unit: how to cut it
 * @block: how many bytes a datagram has, for UNIT_BLOCK
 * @buf: what was read of it
 * @start: where in @buf what was not taken begins
 * @end: where it ends
 * @skipped: so much of a line that no datagram could hold was thrown away
 * @skipping: the rest of it has to go too
 * @eof: there will be no more
 */
struct input {
	int fd;
	enum unit unit;
	size_t block;
	char *buf;
	size_t start, end;
	size_t skipped;
	bool skipping;
	bool eof;
};

/**
 * enum input_state - what input_next() has found
 * @INPUT_MORE: more has to be read to tell
 * @INPUT_DATAGRAM: a datagram
 * @INPUT_END: there is no more
 */
enum input_state {
	INPUT_MORE,
	INPUT_DATAGRAM,
	INPUT_END,
};

int input_open(struct input *in);
void input_close(struct input *in);
int input_fill(struct input *in);
enum input_state input_next(struct input *in, size_t mps,
			    struct datagram *next);
void input_take(struct input *in, const struct datagram *taken);
size_t input_left(const struct input *in);

#endif
