// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/utsname.h>

#include "identity.h"
#include "test/tap.h"

static bool is_cleaned(const char *name, const char *want)
{
	char text[16];

	strcpy(text, name);
	identity_clean(text);
	return !strcmp(text, want);
}

static void test_clean(void)
{
	ok(is_cleaned("a-1.example", "a-1.example"), "a name");
	ok(is_cleaned("", "-"), "no name");
	ok(is_cleaned("a b\n\t\x7f\xc3\xa9", "a?b?????"), "what cannot be seen");
	ok(is_cleaned("a\"b\\c]", "a?b?c?"), "what would end a value");
}

static bool is_boot(const char *boot)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'x' ? !strchr("0123456789abcdef", boot[i]) :
				     boot[i] != '-')
			return false;
	return !boot[i];
}

static void test_find(void)
{
	struct identity first, second;
	struct utsname uts;

	if (identity_find(&first) || identity_find(&second) || uname(&uts)) {
		ok(false, "it cannot be found");
		return;
	}
	ok(!strcmp(first.host, uts.nodename), "the host is that of uname()");
	ok(is_boot(first.boot) && !strcmp(first.boot, second.boot),
	   "the boot id stays: %s", first.boot);
	ok(second.run > first.run, "a later run has a higher number");
}

int main(void)
{
	test_clean();
	test_find();
	return tap_end();
}
