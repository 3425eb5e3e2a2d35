// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test/tap.h"
#include "util.h"
#include "when.h"

static void is_time(const char *text, int64_t sec, uint32_t nsec)
{
	struct divulge_moment m = { .reserved = 1 };
	int err = when_parse(text, &m);

	ok(!err && m.sec == sec && m.nsec == nsec && !m.reserved,
	   "'%s': %d %lld.%09u", text, err, (long long)m.sec, m.nsec);
}

static void is_no_time(const char *text, int want)
{
	struct divulge_moment m;
	int err = when_parse(text, &m);

	ok(err == want, "'%s' is no time: %s", text, strerror(-err));
}

static void test_ago(void)
{
	int64_t before = time(NULL) - 600;
	struct divulge_moment m = { 0 };
	int err = when_parse("10min ago", &m);

	ok(!err && m.sec >= before && m.sec <= time(NULL) - 600,
	   "ten minutes ago");
}

/* Neither the locale nor what becomes of children is for us to choose. */
static void test_surroundings(void)
{
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("LC_NUMERIC", "de_DE.UTF-8", 1);
	is_time("@1.5", 1, 500000000);
	signal(SIGCHLD, SIG_IGN);
	is_time("@1.5", 1, 500000000);
	is_no_time("no day", -EINVAL);
	signal(SIGCHLD, SIG_DFL);
}

/* One that answers with $ANSWER, if it was asked as it should be. */
static bool make_date(const char *path)
{
	static const char script[] =
		"#!/bin/sh\n"
		"[ \"$LC_ALL$*\" = 'C--date=x +%s.%N' ] && echo \"$ANSWER\"\n"
		"exit \"$CODE\"\n";
	FILE *file = fopen(path, "w");

	return file && fputs(script, file) >= 0 && !fclose(file) &&
	       !chmod(path, 0755);
}

static void answers(const char *answer, const char *code)
{
	setenv("ANSWER", answer, 1);
	setenv("CODE", code, 1);
}

static void test_answers(void)
{
	static char too_long[128];
	static const char *const bad[] = {
		"", "x", "1", "1.", ".123456789", "1.12345678", "1.1234567890",
		"x.123456789", "1x.123456789", "1.12345678x",
		"99999999999999999999.123456789", "1.123456789\n", too_long,
	};
	char dir[] = "/tmp/test_when.XXXXXX", path[64];
	char *old = strdup(getenv("PATH"));
	size_t i;

	snprintf(path, sizeof(path), "%s/date", mkdtemp(dir));
	snprintf(too_long, sizeof(too_long), "%070d.123456789", 1);
	ok(make_date(path), "a date of our own");
	setenv("PATH", dir, 1);
	answers("-7.123456789", "0");
	is_time("x", -7, 123456789);
	answers("7.123456789", "1");
	is_no_time("x", -EINVAL);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		answers(bad[i], "0");
		is_no_time("x", -EINVAL);
	}
	setenv("PATH", old, 1);
	free(old);
	unlink(path);
	rmdir(dir);
}

static void test_failures(void)
{
	struct rlimit old, none = { 0 };

	getrlimit(RLIMIT_NOFILE, &old);
	none.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	is_no_time("@3", -EMFILE);
	setrlimit(RLIMIT_NOFILE, &old);
	setenv("PATH", "/no/such/directory", 1);
	is_no_time("@4", -ENOENT);
}

int main(void)
{
	setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
	is_time("@0", 0, 0);
	is_time("@1795376026.123456789", 1795376026, 123456789);
	is_time("@-1", -1, 0);
	is_time("@-1.5", -2, 500000000);
	is_time("@-0.000000001", -1, 999999999);
	is_time("@4294967296", 4294967296, 0);
	is_time("2026-11-22T19:33:46.123456789Z", 1795376026, 123456789);
	is_time("2026-11-22T19:33:46+01:00", 1795372426, 0);
	is_time("2026-11-22", 1795323600, 0);
	is_time("1901-12-13 00:00 UTC", -2147558400, 0);
	is_time("9999-12-31 23:59:59 UTC", 253402300799, 0);
	is_no_time("", -EINVAL);
	is_no_time(" \t", -EINVAL);
	is_no_time("no day", -EINVAL);
	is_no_time("2026-13-01", -EINVAL);
	is_no_time("@", -EINVAL);
	is_no_time("@99999999999999999999", -EINVAL);
	is_no_time("--help", -EINVAL);
	is_no_time("$(id)", -EINVAL);
	test_ago();
	test_surroundings();
	test_answers();
	test_failures();
	return tap_end();
}
