// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <linux/divulge.h>

#include "test/tap.h"
#include "usage.h"
#include "wanted.h"

#define T(type)		(1U << DIVULGE_FILE_TYPE_##type)

static struct wanted wanted;
static char *argv[] = { "test", "--option", NULL };

/* Return: what wanted_option() does with an option and its value. */
static int take(int c, const char *value)
{
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", value);
	wanted_init(&wanted);
	optind = 2;
	optarg = copy;
	return wanted_option(&wanted, c, argv);
}

static void test_types(void)
{
	ok(!take(WANTED_TYPE, "f") && wanted.filter.types == T(REG),
	   "a letter");
	ok(!take(WANTED_TYPE, "f,d,l,p,s,b,c") && wanted.filter.types ==
	   (T(REG) | T(DIR) | T(LNK) | T(FIFO) | T(SOCK) | T(BLK) | T(CHR)),
	   "all letters");
	ok(!take(WANTED_TYPE, "lnk,reg,lnk") &&
	   wanted.filter.types == (T(LNK) | T(REG)), "names, one twice");
	ok(take(WANTED_TYPE, "") == EXIT_MISUSED, "nothing");
	ok(take(WANTED_TYPE, "f,") == EXIT_MISUSED, "nothing behind a comma");
	ok(take(WANTED_TYPE, "fd") == EXIT_MISUSED, "no comma");
	ok(take(WANTED_TYPE, "regular") == EXIT_MISUSED, "too long a name");
	ok(take(WANTED_TYPE, "re") == EXIT_MISUSED, "too short a name");
	ok(take(WANTED_TYPE, "unknown") == EXIT_MISUSED, "no type");
}

static void test_users(void)
{
	ok(!take(WANTED_UID, "root") && !wanted.filter.uid, "a name");
	ok(!take(WANTED_UID, "4294967294") &&
	   wanted.filter.uid == 4294967294 &&
	   wanted.sockets.uid == 4294967294, "a number, of sockets too");
	ok(take(WANTED_UID, "4294967295") == EXIT_MISUSED, "that of nobody");
	ok(take(WANTED_UID, "18446744073709551616") == EXIT_MISUSED,
	   "too large a number");
	ok(take(WANTED_UID, "-1") == EXIT_MISUSED, "a negative number");
	ok(take(WANTED_UID, "0x10") == EXIT_MISUSED, "half a number");
	ok(take(WANTED_UID, "") == EXIT_MISUSED, "nothing");
	ok(take(WANTED_UID, "no such user") == EXIT_MISUSED, "no such user");
}

static void test_others(void)
{
	ok(!take(WANTED_SUBTREE, "") && wanted.filter.subtree &&
	   filter_is_of_births(&wanted.filter), "a subtree");
	ok(!take(WANTED_NO_RESCAN, "") && !wanted.rescan &&
	   !filter_is_of_births(&wanted.filter), "no rescan, which is no filter");
	optopt = 'x';
	ok(take('?', "") == EXIT_MISUSED, "what is no option");
}

static void test_passes(void)
{
	struct filter all = { .uid = WANTED_ANY_UID };
	struct filter some = { .types = T(REG) | T(LNK), .uid = 7 };

	ok(filter_passes(&all, DIVULGE_FILE_TYPE_DIR, 0) &&
	   filter_passes(&all, 200, 1), "all pass no filter");
	ok(filter_passes(&some, DIVULGE_FILE_TYPE_LNK, 7), "type and user");
	ok(!filter_passes(&some, DIVULGE_FILE_TYPE_LNK, 0), "another user");
	ok(!filter_passes(&some, DIVULGE_FILE_TYPE_DIR, 7), "another type");
	ok(!filter_passes(&some, 33, 7), "a type beyond all");
}

int main(void)
{
	test_types();
	test_users();
	test_others();
	test_passes();
	return tap_end();
}
