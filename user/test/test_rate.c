// SPDX-License-Identifier: GPL-2.0
#include "rate.h"
#include "test/tap.h"
#include "util.h"

#define SEC	((int64_t)NSEC_PER_SEC)

static void is_rate(const char *text, double per_second, bool bytes)
{
	struct rate rate = { .due = 7 };
	bool good = rate_parse(text, &rate);

	ok(good && rate.per_second == per_second && rate.bytes == bytes &&
	   !rate.due, "'%s': %g", text, rate.per_second);
}

static void test_refuse(void)
{
	static const char *const bad[] = {
		"", "0", "0.0", "-1", "+1", "x", "k", "B", ".5", "1e3", "0x10",
		"inf", "nan", "1 k", "1kk", "1K", "1m", "1b", "1KB", "1/", "1/m",
		"1.2.3", "1/sB", "1Bk", "0.0001", " 1", "1 ",
	};
	struct rate rate = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ok(!rate_parse(bad[i], &rate), "'%s' is none", bad[i]);
}

/* Send as early as allowed. Return: when all were. */
static int64_t send_all(struct rate *rate, int64_t now, int count, size_t len)
{
	while (count--) {
		now += rate_delay(rate, now);
		rate_sent(rate, now, len);
	}
	return now;
}

static void test_pace(void)
{
	struct rate rate = { .per_second = 0 };
	int64_t end;

	ok(send_all(&rate, 5 * SEC, 1000, 1400) == 5 * SEC,
	   "without a rate there is no delay");
	rate.per_second = 10;
	ok(!rate_delay(&rate, 5 * SEC), "the first goes at once");
	ok(send_all(&rate, 5 * SEC, 11, 1400) == 6 * SEC, "ten a second");
	ok(!rate_delay(&rate, 9 * SEC), "after a while one goes at once");
	ok(send_all(&rate, 9 * SEC, 11, 1400) == 10 * SEC,
	   "but what was missed does not follow");
	rate = (struct rate){ .per_second = 1000, .bytes = true };
	end = send_all(&rate, 5 * SEC, 21, 100);
	ok(end == 7 * SEC, "a thousand bytes a second");
}

/* Who wakes up late each time still gets on as fast as told. */
static void test_late(void)
{
	struct rate rate = { .per_second = 100 };
	int64_t now = 5 * SEC;
	int i;

	for (i = 0; i < 101; i++) {
		if (rate_delay(&rate, now))
			now += rate_delay(&rate, now) + SEC / 1000;
		rate_sent(&rate, now, 1);
	}
	ok(now >= 6 * SEC && now <= 6 * SEC + SEC / 100,
	   "late by a millisecond each time: %lld",
	   (long long)(now - 6 * SEC));
}

int main(void)
{
	is_rate("1", 1, false);
	is_rate("20", 20, false);
	is_rate("0.5", 0.5, false);
	is_rate("1.", 1, false);
	is_rate("20/s", 20, false);
	is_rate("1.5k", 1500, false);
	is_rate("2M", 2e6, false);
	is_rate("1G/s", 1e9, false);
	is_rate("64Ki", 65536, false);
	is_rate("100B", 100, true);
	is_rate("1.5kB", 1500, true);
	is_rate("1KiB/s", 1024, true);
	is_rate("2MiB", 2 * 1048576, true);
	is_rate("1GiB/s", 1073741824, true);
	test_refuse();
	test_pace();
	test_late();
	return tap_end();
}
