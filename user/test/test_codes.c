// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "codes.h"
#include "test/tap.h"
#include "util.h"

static void test_refuse(void)
{
	static const char *const bad[] = {
		"", ",", "1,", ",1", "1,,2", "abc", "abcde", "SC:", "1, 2",
		"4294967295", "SC=xffffffff", "1,SC=4294967295", "4294967296",
		"000000000000000000000000000000001",
	};
	struct services services;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		services.nr = 0;
		ok(codes_add(&services, bad[i]) == 2, "'%s' is no list",
		   bad[i]);
	}
}

static void test_list(void)
{
	struct services services = { .nr = 0 };
	int i, code = 0;

	ok(codes_add(&services, "demo,2,SC=x3") == -1 && services.nr == 3,
	   "a list");
	ok(codes_add(&services, "0") == -1 && services.nr == 4 &&
	   services.code[0] == 0x64656d6f && services.code[1] == 2 &&
	   services.code[2] == 3 && services.code[3] == 0, "one more");
	services.nr = 0;
	for (i = 0; i < DCCP_SERVICE_LIST_MAX_LEN; i++)
		code = codes_add(&services, "4294967294");
	ok(code == -1 && codes_add(&services, "1") == 2,
	   "not more than the kernel takes");
}

static void is_named(uint32_t code, const char *want)
{
	char name[CODE_LEN];

	ok(!strcmp(code_name(code, name), want), "%u is %s: %s", code, want,
	   name);
}

int main(void)
{
	/* What is reported is another test's */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	test_refuse();
	test_list();
	is_named(1717858426, "SC:fdpz");
	is_named(0, "SC=0");
	is_named(UINT32_MAX - 1, "SC=4294967294");
	return tap_end();
}
