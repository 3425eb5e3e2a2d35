// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "test/tap.h"

static struct progress progress;

static void add(uint64_t record, int64_t time)
{
	progress_add(&progress, record, &(struct reached){ time, time + 7 });
}

/* Return: until when all is told with so many records settled, -1 for no news */
static int64_t take(uint64_t settled)
{
	struct reached until;

	if (!progress_take(&progress, settled, &until))
		return -1;
	return until.uptime == until.time + 7 ? until.time : -2;
}

static void test_take(void)
{
	ok(take(100) == -1, "there was nothing to be told");
	add(0, 10);
	ok(take(0) == 10 && take(0) == -1, "nothing is told at once");
	add(5, 20);
	add(5, 30);
	add(9, 40);
	ok(take(4) == -1, "not all records are settled");
	ok(take(7) == 30, "some are");
	ok(take(9) == 40 && take(9) == -1, "all are");
	add(12, 50);
	add(12, 45);
	ok(take(12) == 45, "the clock was set back");
}

/* Who is settled late is never told to have been settled early. */
static void test_many(void)
{
	uint64_t settled = 0, i;
	bool good = true;
	int64_t until, before = 0;

	memset(&progress, 0, sizeof(progress));
	srandom(1);
	for (i = 1; i < 2000; i++) {
		add(i, i);
		if (random() % 90)
			continue;
		settled += random() % (i - settled);
		until = take(settled);
		good &= until < 0 || (until >= before &&
				      until <= (int64_t)settled);
		before = until < 0 ? before : until;
	}
	ok(good, "never too early");
	ok(progress.nr <= PROGRESS_STEPS && take(i) == 1999,
	   "the last step is kept");
}

int main(void)
{
	test_take();
	test_many();
	return tap_end();
}
