// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>

#include "change.h"
#include "filetype.h"
#include "usage.h"
#include "user.h"
#include "wanted.h"

/**
 * wanted_init - begin with all that happens
 * @wanted: set up here
 */
void wanted_init(struct wanted *wanted)
{
	*wanted = (struct wanted){
		.births = true, .dccp = true, .rescan = true,
		.filter = { .uid = WANTED_ANY_UID },
	};
	dccp_filter_init(&wanted->sockets);
}

static int parse_uid(struct wanted *wanted, const char *arg)
{
	int code = user_parse(arg, &wanted->filter.uid);

	wanted->sockets.uid = wanted->filter.uid;
	return code;
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
	case WANTED_EVENT:
		return change_parse(optarg, &wanted->changes);
	case WANTED_NO_RESCAN:
		wanted->rescan = false;
		return EXIT_OK;
	case WANTED_SUBTREE:
		wanted->filter.subtree = true;
		return EXIT_OK;
	case WANTED_TYPE:
		return filetype_parse(optarg, &wanted->filter.types);
	case WANTED_UID:
		return parse_uid(wanted, optarg);
	default:
		return bad_option(c, argv);
	}
}

/* Return: true if something is asked for that only births have. */
bool filter_is_of_births(const struct filter *filter)
{
	return filter->types || filter->subtree;
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
