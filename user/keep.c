// SPDX-License-Identifier: GPL-2.0
/* For how long records are to be kept, and how many */

#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "number.h"
#include "usage.h"
#include "util.h"

#define NSEC_PER_SEC	INT64_C(1000000000)
#define DAY		86400

/* Two hundred years, which nanoseconds have room for */
#define MAX_SECONDS	(200LL * 365 * DAY)

/* With less, what there is in no row takes more than the rows */
#define MIN_SIZE	(INT64_C(1) << 20)
#define MAX_SIZE	(INT64_C(1) << 50)

struct unit {
	const char *name;
	int64_t worth;
};

static const struct unit times[] = {
	{ "s",		1 },
	{ "min",	60 },
	{ "h",		3600 },
	{ "d",		DAY },
	{ "w",		7 * DAY },
	{ "y",		365 * DAY },
	{ 0 }
};

static const struct unit sizes[] = {
	{ "M",		INT64_C(1) << 20 },
	{ "G",		INT64_C(1) << 30 },
	{ "T",		INT64_C(1) << 40 },
	{ 0 }
};

/* Return: 0 if it is no number with one of the units, or is more than @max. */
static int64_t parse(const char *arg, const struct unit *units, int64_t max)
{
	size_t digits = strspn(arg, "0123456789");
	char number[20] = "";
	uint64_t n;

	if (!digits || digits >= sizeof(number))
		return 0;
	memcpy(number, arg, digits);
	for (; units->name; units++)
		if (!strcmp(units->name, arg + digits))
			return number_parse(number, 10, max / units->worth,
					    &n) ? (int64_t)n * units->worth : 0;
	return 0;
}

/**
 * keep_parse_age - read how old records may be
 * @arg: a number with a unit
 * @keep: set to it
 *
 * Return: -1 to go on, or EXIT_MISUSED after a report.
 */
int keep_parse_age(const char *arg, struct keep *keep)
{
	keep->age = parse(arg, times, MAX_SECONDS) * NSEC_PER_SEC;
	return keep->age ? -1 :
	       misused("'%s' is no time to keep records: say 30d, with s, min, h, d, w or y",
		       arg);
}

/**
 * keep_parse_size - read how large a store may be
 * @arg: a number with a unit
 * @keep: set to it
 *
 * Return: -1 to go on, or EXIT_MISUSED after a report.
 */
int keep_parse_size(const char *arg, struct keep *keep)
{
	keep->size = parse(arg, sizes, MAX_SIZE);
	return keep->size >= MIN_SIZE ? -1 :
	       misused("'%s' is no size of a store: say 1G, with M, G or T",
		       arg);
}
