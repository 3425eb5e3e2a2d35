// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codes.h"
#include "test/tap.h"
#include "util.h"

static void is_code(const char *text, uint32_t want)
{
	uint32_t code = 0;
	bool good = code_parse(text, strlen(text), &code);

	ok(good && code == want, "'%s': %u", text, code);
}

static void is_none(const char *text)
{
	uint32_t code = 7;

	ok(!code_parse(text, strlen(text), &code) && code == 7,
	   "'%s' is none", text);
}

static void is_named(uint32_t code, const char *want)
{
	char name[SERVICE_LEN];
	uint32_t again = ~code;

	code_name(code, name);
	ok(!strcmp(name, want), "%u is %s: %s", code, want, name);
	ok(code_parse(name, strlen(name), &again) && again == code,
	   "%s is read as %u", name, again);
}

static void test_parse(void)
{
	/* The example of RFC 4340, 8.1.2 */
	is_code("SC:fdpz", 1717858426);
	is_code("SC=1717858426", 1717858426);
	is_code("SC=x6664707A", 1717858426);
	is_code("SC=x6664707a", 1717858426);
	is_code("fdpz", 1717858426);
	is_code("1717858426", 1717858426);
	is_code("0x6664707A", 1717858426);
	is_code("0", 0);
	is_code("42", 42);
	is_code("0042", 42);
	is_code("SC=x0", 0);
	is_code("4294967294", UINT32_MAX - 1);
	is_code("SC=xfffffffe", UINT32_MAX - 1);
	/* A number throughout, or four characters */
	is_code("1234", 1234);
	is_code("SC:1234", 0x31323334);
	is_code("12a4", 0x31326134);
	is_code("-_+.", 0x2d5f2b2e);
	is_code("*/?@", 0x2a2f3f40);
	is_code("SC=4", 4);
}

static void test_refuse(void)
{
	static const char *const bad[] = {
		"", "abc", "abcde", "SC:", "SC:abc", "SC:abcde", "SC:a,bc",
		"SC=", "SC=x", "SC=abcd", "SC=-1", "SC=0x1", "SC=xg",
		"sc:demo", "4294967295", "SC=xffffffff", "99999999999", "-1",
		"+1", " 42", "42 ", "a b ", "0x", "0x1g", "caf\xe9",
		"SC=x123456789", "SC=18446744073709551616", "dem\n",
	};
	uint32_t code;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		is_none(bad[i]);
	ok(!code_parse("a\0bc", 4, &code), "a NUL is in none");
	ok(code_parse("demos", 4, &code), "no more than its length is read");
}

static void test_list(void)
{
	struct services services = { .nr = 0 };
	int i, code = 0;

	ok(codes_add(&services, "demo,2,SC=x3") == -1 && services.nr == 3,
	   "a list");
	ok(codes_add(&services, "4") == -1 && services.nr == 4 &&
	   services.code[0] == 0x64656d6f && services.code[1] == 2 &&
	   services.code[2] == 3 && services.code[3] == 4, "one more");
	ok(codes_add(&services, "5,") == 2, "nothing behind the comma");
	ok(codes_add(&services, "") == 2, "nothing at all");
	services.nr = 0;
	for (i = 0; i < DCCP_SERVICE_LIST_MAX_LEN; i++)
		code = codes_add(&services, "1");
	ok(code == -1 && codes_add(&services, "1") == 2,
	   "not more than the kernel takes");
}

int main(void)
{
	/* What is reported is another test's */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	test_parse();
	test_refuse();
	is_named(1717858426, "SC:fdpz");
	is_named(0x31323334, "SC:1234");
	is_named(0, "SC=0");
	is_named(UINT32_MAX - 1, "SC=4294967294");
	is_named(0x64656d00, "SC=1684368640");
	is_named(0x20646d6f, "SC=543452527");
	test_list();
	return tap_end();
}
