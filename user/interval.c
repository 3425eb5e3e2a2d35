// SPDX-License-Identifier: GPL-2.0
/* What people call a length of time */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "interval.h"
#include "util.h"

#define NS_PER_MS	INT64_C(1000000)
#define BILLION		INT64_C(1000000000)

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{ "",		1000 },
	{ "s",		1000 },
	{ "sec",	1000 },
	{ "ms",		1 },
	{ "m",		60000 },
	{ "min",	60000 },
	{ "h",		3600000 },
};

/* Return: what follows the digits; @whole stops to grow where it is too much. */
static const char *take_whole(const char *at, int64_t *whole)
{
	for (*whole = 0; isdigit((unsigned char)*at); at++)
		if (*whole <= INTERVAL_MAX_NS)
			*whole = *whole * 10 + *at - '0';
	return at;
}

/* Return: what follows the digits; those beyond the ninth change nothing. */
static const char *take_billionths(const char *at, int64_t *billionths)
{
	int64_t worth = BILLION / 10;

	for (*billionths = 0; isdigit((unsigned char)*at); at++) {
		*billionths += worth * (*at - '0');
		worth /= 10;
	}
	return at;
}

/* Return: milliseconds, 0 if there is no such unit. */
static int64_t unit_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(units[i].name, name))
			return units[i].ms;
	return 0;
}

/**
 * interval_parse - take a length of time as sleep(1) and others write it
 * @text: a number, perhaps with a fraction, and a unit, seconds if there is none
 * @ns: set to nanoseconds
 *
 * Return: 0; -EINVAL if it is none; -ERANGE if it is less than INTERVAL_MIN_NS
 * or more than INTERVAL_MAX_NS.
 */
int interval_parse(const char *text, int64_t *ns)
{
	int64_t whole, billionths = 0, ms;
	const char *at;

	at = take_whole(text, &whole);
	if (at == text)
		return -EINVAL;
	if (*at == '.' && isdigit((unsigned char)at[1]))
		at = take_billionths(at + 1, &billionths);
	ms = unit_of(at);
	if (!ms)
		return -EINVAL;
	if (whole > INTERVAL_MAX_NS / (ms * NS_PER_MS))
		return -ERANGE;
	*ns = whole * ms * NS_PER_MS + billionths * ms / 1000;
	if (*ns < INTERVAL_MIN_NS || *ns > INTERVAL_MAX_NS)
		return -ERANGE;
	return 0;
}
