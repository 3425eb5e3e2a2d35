// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <locale.h>
#include <string.h>

#include "spark.h"
#include "test/tap.h"

static void is(uint64_t value, uint64_t max, const char *ascii,
	       const char *block)
{
	const char *plain = spark_glyph(value, max, false);
	const char *drawn = spark_glyph(value, max, true);

	ok(!strcmp(plain, ascii) && !strcmp(drawn, block),
	   "%" PRIu64 " of %" PRIu64 ": %s %s", value, max, plain, drawn);
}

int main(void)
{
	setlocale(LC_CTYPE, "C");
	ok(!spark_have_blocks(), "the C locale has no blocks");
	setlocale(LC_CTYPE, "C.UTF-8");
	ok(spark_have_blocks(), "UTF-8 has");
	is(0, 0, "_", "\u2581");
	is(0, 10, "_", "\u2581");
	is(1, 1000, ".", "\u2582");
	is(1, 7, ".", "\u2582");
	is(1, 6, ":", "\u2583");
	is(5, 10, "=", "\u2585");
	is(999, 1000, "*", "\u2587");
	is(10, 10, "#", "\u2588");
	is(11, 10, "#", "\u2588");
	is(1, 1, "#", "\u2588");
	is(UINT64_MAX - 1, UINT64_MAX - 1, "#", "\u2588");
	is(UINT64_MAX / 2, UINT64_MAX - 1, "=", "\u2585");
	is(UINT64_MAX - 2, UINT64_MAX - 1, "#", "\u2588");
	is(SPARK_GAP, 10, " ", " ");
	return tap_end();
}
