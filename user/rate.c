// SPDX-License-Identifier: GPL-2.0
/* How fast to send */

#include <stdlib.h>
#include <string.h>

#include "rate.h"
#include "util.h"

/* Who is late by no more than this catches up */
#define SLACK		(NSEC_PER_SEC / 50)

/* Slower, the next datagram would be due after the end of time. */
#define MIN_PER_SECOND	0.001

static const struct {
	const char *name;
	double factor;
} suffixes[] = {
	{ "Ki", 1 << 10 },
	{ "Mi", 1 << 20 },
	{ "Gi", 1 << 30 },
	{ "k", 1e3 },
	{ "M", 1e6 },
	{ "G", 1e9 },
};

static bool skip(const char **at, const char *what)
{
	size_t len = strlen(what);

	if (strncmp(*at, what, len))
		return false;
	*at += len;
	return true;
}

/* Digits, of which some may be behind a point. Return: false if it is none. */
static bool parse_number(const char **at, double *number)
{
	size_t len = strspn(*at, "0123456789");
	char *end;

	if (!len)
		return false;
	if ((*at)[len] == '.')
		len += 1 + strspn(*at + len + 1, "0123456789");
	*number = strtod(*at, &end);
	if (end != *at + len)
		return false;
	*at = end;
	return true;
}

/**
 * rate_parse - read a rate
 * @text: a number, then maybe k, M, G or Ki, Mi, Gi, then maybe B if it is of
 *	bytes, then maybe "/s"
 * @rate: filled
 *
 * Return: true if it is one.
 */
bool rate_parse(const char *text, struct rate *rate)
{
	double number;
	size_t i;

	if (!parse_number(&text, &number))
		return false;
	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (!skip(&text, suffixes[i].name))
			continue;
		number *= suffixes[i].factor;
		break;
	}
	rate->bytes = skip(&text, "B");
	rate->per_second = number;
	rate->due = 0;
	skip(&text, "/s");
	return !*text && number >= MIN_PER_SECOND;
}

/**
 * rate_delay - see how long to wait before the next datagram
 * @rate: how fast to send
 * @now: what rate_now() says
 *
 * Return: nanoseconds, 0 if it can be sent now.
 */
int64_t rate_delay(const struct rate *rate, int64_t now)
{
	return rate->due > now ? rate->due - now : 0;
}

/**
 * rate_sent - account for a datagram
 * @rate: how fast to send
 * @now: what rate_now() says
 * @len: length of the datagram
 */
void rate_sent(struct rate *rate, int64_t now, size_t len)
{
	if (rate->per_second <= 0)
		return;
	if (rate->due < now - SLACK)
		rate->due = now;
	rate->due += (rate->bytes ? len : 1) / rate->per_second * NSEC_PER_SEC;
}
