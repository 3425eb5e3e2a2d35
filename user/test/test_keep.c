// SPDX-License-Identifier: GPL-2.0
#include "keep.h"
#include "test/tap.h"
#include "usage.h"
#include "util.h"

#define SEC	INT64_C(1000000000)

static void is_age(const char *arg, int64_t sec)
{
	struct keep keep = { 0 };
	int code = keep_parse_age(arg, &keep);

	ok(sec ? code == -1 && keep.age == sec * SEC : code == EXIT_MISUSED,
	   "age '%s'", arg);
}

static void is_size(const char *arg, int64_t mega)
{
	struct keep keep = { 0 };
	int code = keep_parse_size(arg, &keep);

	ok(mega ? code == -1 && keep.size == mega << 20 : code == EXIT_MISUSED,
	   "size '%s'", arg);
}

int main(void)
{
	static const char *const no[] = {
		"", "0d", "d", "30", "30D", "1.5d", "-1d", " 1d", "1d ", "1 d",
		"201y", "99999999999999999999d", "1m", "30days", "0", "0x1d",
		"18446744073709551617s",
	};
	static const char *const no_size[] = {
		"", "0M", "M", "1", "1k", "1g", "1.5G", "-1G", "1GB", "1025T",
		"99999999999999999999T", "1 G", "0",
	};
	size_t i;

	is_age("1s", 1);
	is_age("90min", 5400);
	is_age("24h", 86400);
	is_age("30d", 2592000);
	is_age("2w", 1209600);
	is_age("200y", INT64_C(200) * 365 * 86400);
	for (i = 0; i < ARRAY_SIZE(no); i++)
		is_age(no[i], 0);
	is_size("1M", 1);
	is_size("2G", 2048);
	is_size("1T", 1 << 20);
	is_size("1024T", INT64_C(1) << 30);
	for (i = 0; i < ARRAY_SIZE(no_size); i++)
		is_size(no_size[i], 0);
	return tap_end();
}
