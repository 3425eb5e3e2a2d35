// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "ccids.h"
#include "test/tap.h"
#include "util.h"

static void is_list(const char *text, const char *want, size_t nr)
{
	struct ccids ccids = { .nr = 9 };
	char name[CCIDS_LEN];
	int code = ccids_parse(&ccids, text);

	ok(code == -1 && ccids.nr == nr &&
	   !strcmp(ccids_name(&ccids, name), want), "'%s'", text);
}

int main(void)
{
	static const char *const bad[] = {
		"", ",", "2,", ",2", "2,,3", "x", "-1", "256", "1000", "2 3",
		"2,2", "0x2", "2.0",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
	};
	struct ccids none = { .nr = 0 };
	char name[CCIDS_LEN];
	size_t i;

	/* What is reported is another test's */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	is_list("2", "2", 1);
	is_list("3,2", "3,2", 2);
	is_list("0,255", "0,255", 2);
	is_list("002", "2", 1);
	is_list("240,241,242,243,244,245,246,247,248,249,250,251,252,253,254,255",
		"240,241,242,243,244,245,246,247,248,249,250,251,252,253,254,255",
		16);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ok(ccids_parse(&none, bad[i]) == 2, "'%s' is none", bad[i]);
	none.nr = 0;
	ok(!*ccids_name(&none, name), "none has no name");
	return tap_end();
}
