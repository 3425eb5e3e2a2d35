// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "stamp.h"

#define NSEC_PER_SEC	1000000000
#define SEC_PER_DAY	86400
#define DAYS_PER_ERA	146097	/* 400 years, after which all repeats */

/* The seconds of later ones do not all fit */
#define MAX_YEAR	INT64_C(292277020000)

/* Now, in nanoseconds since the epoch. */
int64_t stamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* Nanoseconds since the kernel began, by a clock that nobody sets. */
int64_t stamp_uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

struct stamp stamp_from_ns(int64_t ns)
{
	struct stamp t = { ns / NSEC_PER_SEC, 0 };
	int64_t rest = ns % NSEC_PER_SEC;

	if (rest < 0) {
		t.sec--;
		rest += NSEC_PER_SEC;
	}
	t.nsec = rest;
	return t;
}

/**
 * stamp_to_ns - count the nanoseconds since the epoch
 * @t: time
 *
 * Return: they, or the nearest number that there is room for.
 */
int64_t stamp_to_ns(struct stamp t)
{
	int64_t sec = t.sec, rest = t.nsec, ns;

	/* The first second there is room for is not a whole one */
	if (sec < 0 && rest) {
		sec++;
		rest -= NSEC_PER_SEC;
	}
	if (__builtin_mul_overflow(sec, NSEC_PER_SEC, &ns) ||
	    __builtin_add_overflow(ns, rest, &ns))
		return t.sec < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

/*
 * gmtime_r() fails where the year does not fit an int. A year begins in March
 * here, so that the leap day is its last.
 */
static int64_t civil(int64_t days, int *month, int *day)
{
	int64_t era, year;
	int doe, yoe, doy, m;

	days += 719468;		/* 0000-03-01 to 1970-01-01 */
	era = days / DAYS_PER_ERA;
	doe = days % DAYS_PER_ERA;
	if (doe < 0) {
		doe += DAYS_PER_ERA;
		era--;
	}
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153;
	*day = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	year = yoe + era * 400;
	return *month <= 2 ? year + 1 : year;
}

/**
 * stamp_utc - write a time as RFC 3339 does, in UTC and to the nanosecond
 * @t: time
 * @buf: room for STAMP_LEN bytes
 *
 * RFC 3339 ends with the year 9999. Beyond, and before the year 0, the year has
 * a sign, as in ISO 8601.
 */
void stamp_utc(struct stamp t, char *buf)
{
	int64_t days = t.sec / SEC_PER_DAY;
	int sec = t.sec % SEC_PER_DAY;
	int month, day, len;
	int64_t year;

	if (sec < 0) {
		sec += SEC_PER_DAY;
		days--;
	}
	year = civil(days, &month, &day);
	len = snprintf(buf, STAMP_LEN,
		       year < 0 || year > 9999 ? "%+05" PRId64 : "%04" PRId64,
		       year);
	snprintf(buf + len, STAMP_LEN - len,
		 "-%02d-%02dT%02d:%02d:%02d.%09" PRIu32 "Z", month, day,
		 sec / 3600, sec / 60 % 60, sec % 60, t.nsec);
}

/* The other way round */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t era;
	int yoe, doy;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	yoe = year - era * 400;
	doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * DAYS_PER_ERA + yoe * 365 + yoe / 4 - yoe / 100 + doy -
	       719468;
}

/**
 * stamp_parse - read a time that stamp_utc() has written
 * @text: the time
 * @t: filled
 *
 * Return: false if it is none.
 */
bool stamp_parse(const char *text, struct stamp *t)
{
	int month, day, hour, min, sec, end = 0;
	int64_t year;

	if (sscanf(text, "%" SCNd64 "-%2d-%2dT%2d:%2d:%2d.%9" SCNu32 "Z%n",
		   &year, &month, &day, &hour, &min, &sec, &t->nsec,
		   &end) != 7 || !end || text[end])
		return false;
	if (year > MAX_YEAR || year < -MAX_YEAR || month < 1 || month > 12)
		return false;
	t->sec = days_of(year, month, day) * SEC_PER_DAY + hour * 3600 +
		 min * 60 + sec;
	return true;
}

/* Return: true if the C library can tell the local time of @t. */
static bool to_local(struct stamp t, struct tm *tm)
{
	time_t sec = t.sec;

	return sec == t.sec && localtime_r(&sec, tm);
}

/**
 * stamp_local - write a time as stat(1) does, in the local time zone
 * @t: time
 * @buf: room for STAMP_LEN bytes
 */
void stamp_local(struct stamp t, char *buf)
{
	struct tm tm;
	size_t len;

	if (!to_local(t, &tm)) {
		stamp_utc(t, buf);
		return;
	}
	len = strftime(buf, STAMP_LEN, "%Y-%m-%d %H:%M:%S", &tm);
	len += snprintf(buf + len, STAMP_LEN - len, ".%09" PRIu32, t.nsec);
	strftime(buf + len, STAMP_LEN - len, " %z", &tm);
}

/**
 * stamp_clock - write the time of day, in the local time zone
 * @t: time
 * @buf: room for STAMP_LEN bytes
 */
void stamp_clock(struct stamp t, char *buf)
{
	struct tm tm;
	size_t len;

	if (!to_local(t, &tm)) {
		stamp_utc(t, buf);
		return;
	}
	len = strftime(buf, STAMP_LEN, "%H:%M:%S", &tm);
	snprintf(buf + len, STAMP_LEN - len, ".%09" PRIu32, t.nsec);
}
