// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "fifo.h"
#include "test/tap.h"

static bool comes(struct fifo *fifo, const char *want)
{
	struct datagram next;

	if (!fifo_next(fifo, &next) || next.len != strlen(want) ||
	    memcmp(next.data, want, next.len))
		return false;
	fifo_take(fifo);
	return true;
}

int main(void)
{
	static char large[65000];
	struct fifo fifo = { 0 };
	struct datagram next;
	int i;

	ok(!fifo_next(&fifo, &next) && !fifo_is_full(&fifo), "nothing");
	ok(!fifo_put(&fifo, "one", 3) && !fifo_put(&fifo, "", 0) &&
	   !fifo_put(&fifo, "three", 5), "three are put");
	ok(comes(&fifo, "one"), "the first comes first");
	ok(!fifo_put(&fifo, "four", 4), "one more");
	ok(comes(&fifo, "") && comes(&fifo, "three") && comes(&fifo, "four"),
	   "the others follow in order, an empty one too");
	ok(!fifo_next(&fifo, &next) && !fifo.size, "no more");
	ok(!fifo_put(&fifo, "again", 5) && comes(&fifo, "again"), "again");
	for (i = 0; i < 1000 && !fifo_is_full(&fifo); i++)
		if (fifo_put(&fifo, large, sizeof(large)))
			break;
	ok(fifo_is_full(&fifo) && i > 200, "it is full some time");
	fifo_take(&fifo);
	ok(!fifo_is_full(&fifo), "and with one less it is not");
	fifo_empty(&fifo);
	ok(!fifo_next(&fifo, &next) && !fifo.size, "emptied");
	return tap_end();
}
