// SPDX-License-Identifier: GPL-2.0
/* Values as characters of different heights */

#include <langinfo.h>
#include <string.h>

#include "spark.h"
#include "util.h"

static const char *const with_blocks[] = {
	"\u2581", "\u2582", "\u2583", "\u2584",
	"\u2585", "\u2586", "\u2587", "\u2588",
};

/* The more of its place a character fills, the higher it is meant */
static const char *const without_blocks[] = {
	"_", ".", ":", "-", "=", "+", "*", "#",
};

#define NR_LEVELS	ARRAY_SIZE(with_blocks)

/* Return: true if the locale's characters include blocks of eight heights. */
bool spark_have_blocks(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Nothing but zero is drawn as zero. */
static unsigned int level_of(uint64_t value, uint64_t max)
{
	if (!value)
		return 0;
	if (value >= max)
		return NR_LEVELS - 1;
	return 1 + (double)value / max * (NR_LEVELS - 2);
}

/**
 * spark_glyph - draw one value
 * @value: the value, SPARK_GAP for a gap
 * @max: greatest of the values beside it
 * @blocks: spark_have_blocks()
 *
 * Return: a character that takes one column.
 */
const char *spark_glyph(uint64_t value, uint64_t max, bool blocks)
{
	unsigned int level;

	if (value == SPARK_GAP)
		return " ";
	level = level_of(value, max);
	return blocks ? with_blocks[level] : without_blocks[level];
}
