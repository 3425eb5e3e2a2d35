// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>

#include "filetype.h"
#include "usage.h"
#include "wanted.h"

/* As find(1) does: a name if there is one, else a number. */
static int parse_user(struct filter *filter, const char *arg)
{
	const struct passwd *user = getpwnam(arg);
	unsigned long long uid;
	char *end;

	if (user) {
		filter->uid = user->pw_uid;
		return EXIT_OK;
	}
	errno = 0;
	uid = strtoull(arg, &end, 10);
	if (!isdigit((unsigned char)*arg) || *end || errno ||
	    uid >= WANTED_ANY_UID)
		return misused("there is no user '%s'", arg);
	filter->uid = uid;
	return EXIT_OK;
}

/**
 * wanted_option - take an option that says what is wanted
 * @wanted: changed by it
 * @c: what getopt_long() returned, also if the option is none of ours
 * @argv: what it was given
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int wanted_option(struct wanted *wanted, int c, char **argv)
{
	switch (c) {
	case WANTED_NO_RESCAN:
		wanted->rescan = false;
		return EXIT_OK;
	case WANTED_SUBTREE:
		wanted->filter.subtree = true;
		return EXIT_OK;
	case WANTED_TYPE:
		return filetype_parse(optarg, &wanted->filter.types);
	case WANTED_UID:
		return parse_user(&wanted->filter, optarg);
	default:
		return bad_option(c, argv);
	}
}

/* Return: true if not all births are wanted. */
bool filter_is_set(const struct filter *filter)
{
	return filter->types || filter->uid != WANTED_ANY_UID ||
	       filter->subtree;
}

/**
 * filter_passes - see if a birth is wanted, wherever it was
 * @filter: which are
 * @type: type of the file
 * @uid: user that made it
 *
 * Return: true if it is wanted.
 */
bool filter_passes(const struct filter *filter, uint8_t type, uint32_t uid)
{
	if (filter->types && (type >= 32 ||
			      !(filter->types & UINT32_C(1) << type)))
		return false;
	return filter->uid == WANTED_ANY_UID || filter->uid == uid;
}
