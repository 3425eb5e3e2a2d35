// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>

#include "test/tap.h"
#include "told.h"

#define SLOTS	(1 << TOLD_BITS)

static struct told told;

static struct divulge_birth file(uint64_t ino)
{
	return (struct divulge_birth){
		.ino = ino, .gen = ino * 7, .btime_sec = 1000,
		.dev_major = 254, .dev_minor = 16,
	};
}

static void test_same(void)
{
	struct divulge_birth f = file(128);

	ok(!told_has(&told, &f), "a file that was not told");
	told_add(&told, &f);
	f.atime_sec++;
	f.mode = 0100600;
	ok(told_has(&told, &f), "a file that was, whatever became of it");
}

static void test_others(void)
{
	struct divulge_birth f = file(128);

	f.gen++;
	ok(!told_has(&told, &f), "another generation");
	f = file(128);
	f.dev_minor++;
	ok(!told_has(&told, &f), "another device");
	f = file(128);
	f.btime_nsec++;
	ok(!told_has(&told, &f), "another birth");
	f = file(129);
	ok(!told_has(&told, &f), "another number");
}

/* Numbers often come one after the other, or in steps of a power of two. */
static void test_many(unsigned int step)
{
	unsigned int i, kept = 0, wrong = 0;
	struct divulge_birth f;

	memset(&told, 0, sizeof(told));
	for (i = 0; i < SLOTS / 4; i++) {
		f = file(1000 + (uint64_t)i * step);
		wrong += told_has(&told, &f);
		told_add(&told, &f);
		wrong += !told_has(&told, &f);
	}
	for (i = 0; i < SLOTS / 4; i++) {
		f = file(1000 + (uint64_t)i * step);
		kept += told_has(&told, &f);
	}
	ok(!wrong && kept > SLOTS / 8, "numbers in steps of %u: %u of %u kept",
	   step, kept, SLOTS / 4);
}

int main(void)
{
	test_same();
	test_others();
	test_many(1);
	test_many(64);
	test_many(1 << 20);
	return tap_end();
}
