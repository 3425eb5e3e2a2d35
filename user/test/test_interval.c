// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "interval.h"
#include "test/tap.h"

static void is(const char *text, int64_t want)
{
	int64_t ns = 0;
	int err = interval_parse(text, &ns);

	ok(!err && ns == want, "'%s': %d, %" PRId64 " ns", text, err, ns);
}

static void is_wrong(const char *text, int want)
{
	int64_t ns;
	int err = interval_parse(text, &ns);

	ok(err == want, "'%s': %d", text, err);
}

int main(void)
{
	is("1s", 1000000000);
	is("2", 2000000000);
	is("500ms", 500000000);
	is("1min", 60000000000);
	is("1m", 60000000000);
	is("1h", 3600000000000);
	is("0.5", 500000000);
	is("1.25sec", 1250000000);
	is("0.1h", 360000000000);
	is("10.5ms", 10500000);
	is("1.0000000009", 1000000000);
	is("1.123456789s", 1123456789);
	is("007", 7000000000);
	is("24h", INTERVAL_MAX_NS);
	is("10ms", INTERVAL_MIN_NS);

	is_wrong("", -EINVAL);
	is_wrong("s", -EINVAL);
	is_wrong("-1s", -EINVAL);
	is_wrong("+1s", -EINVAL);
	is_wrong(" 1s", -EINVAL);
	is_wrong("1 s", -EINVAL);
	is_wrong("1s ", -EINVAL);
	is_wrong("1.s", -EINVAL);
	is_wrong(".5s", -EINVAL);
	is_wrong("1..5", -EINVAL);
	is_wrong("1,5", -EINVAL);
	is_wrong("1e3", -EINVAL);
	is_wrong("0x10", -EINVAL);
	is_wrong("inf", -EINVAL);
	is_wrong("1d", -EINVAL);
	is_wrong("1sms", -EINVAL);
	is_wrong("0", -ERANGE);
	is_wrong("0.0s", -ERANGE);
	is_wrong("9ms", -ERANGE);
	is_wrong("24.1h", -ERANGE);
	is_wrong("86401", -ERANGE);
	is_wrong("9223372036854775808", -ERANGE);
	is_wrong("99999999999999999999999999999999h", -ERANGE);
	return tap_end();
}
