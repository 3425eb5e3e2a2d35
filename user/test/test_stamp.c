// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stamp.h"
#include "test/tap.h"

static void is_utc(int64_t sec, uint32_t nsec, const char *want)
{
	char got[STAMP_LEN];

	stamp_utc((struct stamp){ sec, nsec }, got);
	ok(!strcmp(got, want), "%s is %s", got, want);
}

static void is_local(int64_t sec, uint32_t nsec, const char *want)
{
	char got[STAMP_LEN];

	stamp_local((struct stamp){ sec, nsec }, got);
	ok(!strcmp(got, want), "%s is %s", got, want);
}

static void is_clock(int64_t sec, uint32_t nsec, const char *want)
{
	char got[STAMP_LEN];

	stamp_clock((struct stamp){ sec, nsec }, got);
	ok(!strcmp(got, want), "%s is %s", got, want);
}

static void is_ns(int64_t ns, int64_t sec, uint32_t nsec)
{
	struct stamp t = stamp_from_ns(ns);

	ok(t.sec == sec && t.nsec == nsec, "%lld ns", (long long)ns);
}

static void is_parsed(int64_t sec, uint32_t nsec)
{
	char text[STAMP_LEN];
	struct stamp t;

	stamp_utc((struct stamp){ sec, nsec }, text);
	ok(stamp_parse(text, &t) && t.sec == sec && t.nsec == nsec,
	   "%s is read", text);
}

static void is_no_stamp(const char *text)
{
	struct stamp t;

	ok(!stamp_parse(text, &t), "'%s' is no time", text);
}

static void test_parse(void)
{
	is_parsed(1795376026, 123456789);
	is_parsed(0, 0);
	is_parsed(-1, 999999999);
	is_parsed(951782400, 1);
	is_parsed(4107542399, 0);
	is_parsed(253402300800, 7);
	is_parsed(-62167219201, 0);
	is_parsed(INT64_MAX / 1024, 1);
	is_parsed(INT64_MIN / 1024, 1);
	is_no_stamp("");
	is_no_stamp("2026-11-22");
	is_no_stamp("2026-11-22T19:33:46Z");
	is_no_stamp("2026-11-22T19:33:46.123456789");
	is_no_stamp("2026-11-22T19:33:46.123456789Zx");
	is_no_stamp("2026-13-22T19:33:46.123456789Z");
	is_no_stamp("+999999999999-01-01T00:00:00.000000000Z");
	ok(stamp_to_ns((struct stamp){ -1, 999999999 }) == -1, "before 1970");
	ok(stamp_to_ns((struct stamp){ INT64_MAX / 2, 0 }) == INT64_MAX &&
	   stamp_to_ns((struct stamp){ INT64_MIN / 2, 0 }) == INT64_MIN,
	   "what there is no room for");
}

/* The C library knows the calendar too, as far as it goes. */
static void test_calendar(void)
{
	char got[STAMP_LEN], want[STAMP_LEN];
	int64_t sec, bad = 0, n = 0;
	struct stamp back;
	struct tm tm;
	time_t t;

	for (sec = -62167219200; sec < 253402300800; sec += 863999, n++) {
		t = sec;
		gmtime_r(&t, &tm);
		snprintf(want, sizeof(want),
			 "%04d-%02d-%02dT%02d:%02d:%02d.000000000Z",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			 tm.tm_hour, tm.tm_min, tm.tm_sec);
		stamp_utc((struct stamp){ sec, 0 }, got);
		bad += !!strcmp(got, want);
		bad += !stamp_parse(got, &back) || back.sec != sec;
	}
	ok(!bad, "%lld of %lld times in the years 0 to 9999 differ",
	   (long long)bad, (long long)n);
}

int main(void)
{
	setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
	tzset();

	is_utc(1795376026, 123456789, "2026-11-22T19:33:46.123456789Z");
	is_utc(0, 0, "1970-01-01T00:00:00.000000000Z");
	is_utc(-1, 999999999, "1969-12-31T23:59:59.999999999Z");
	is_utc(951782400, 1, "2000-02-29T00:00:00.000000001Z");
	is_utc(4107542399, 0, "2100-02-28T23:59:59.000000000Z");
	is_utc(253402300799, 0, "9999-12-31T23:59:59.000000000Z");
	is_utc(253402300800, 0, "+10000-01-01T00:00:00.000000000Z");
	is_utc(-62167219201, 0, "-0001-12-31T23:59:59.000000000Z");
	is_utc(INT64_MAX, 0, "+292277026596-12-04T15:30:07.000000000Z");
	is_utc(INT64_MIN, 0, "-292277022657-01-27T08:29:52.000000000Z");
	is_local(1795376026, 5, "2026-11-22 14:33:46.000000005 -0500");
	is_local(INT64_MAX, 0, "+292277026596-12-04T15:30:07.000000000Z");
	is_clock(1795376026, 5, "14:33:46.000000005");
	is_ns(0, 0, 0);
	is_ns(-1, -1, 999999999);
	is_ns(1999999999, 1, 999999999);
	is_ns(INT64_MAX, 9223372036, 854775807);
	is_ns(INT64_MIN, -9223372037, 145224192);
	test_calendar();
	test_parse();
	return tap_end();
}
