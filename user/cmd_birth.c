// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>

#include "cmd.h"
#include "filetype.h"
#include "moment.h"
#include "number.h"
#include "search.h"
#include "stamp.h"
#include "text.h"
#include "usage.h"

/* The parsers return an exit code, or -1 to go on, as cmd_only_json() does. */
static bool is_before(const struct divulge_moment *a,
		      const struct divulge_moment *b)
{
	return a->sec < b->sec || (a->sec == b->sec && a->nsec < b->nsec);
}

/* date(1) takes "1 hour" for the one that comes. */
static int parse_since(const char *arg, struct divulge_moment *since)
{
	struct divulge_moment now = { 0 };
	struct stamp stamp;
	int code;

	code = moment_parse(arg, since);
	if (code >= 0)
		return code;
	stamp = stamp_from_ns(stamp_now());
	now.sec = stamp.sec;
	now.nsec = stamp.nsec;
	if (is_before(&now, since))
		report("'%s' is in the future, nothing can be born since: "
		       "for an hour back say '1 hour ago'", arg);
	return -1;
}

static int parse_depth(const char *arg, int64_t *depth)
{
	uint64_t n;

	if (!number_parse(arg, 10, UINT32_MAX, &n))
		return misused("'%s' is no depth", arg);
	*depth = n;
	return -1;
}

static int parse_format(const char *arg, struct format *format)
{
	static const struct record like = {
		.part = { { path_fields, NULL }, { birth_fields, NULL } },
	};

	format->text = arg;
	return format_check(arg, &like) ? EXIT_MISUSED : -1;
}

enum {
	OPTION_CROSS = 256,
	OPTION_FORMAT,
	OPTION_MAX_DEPTH,
	OPTION_SINCE,
	OPTION_SORT,
	OPTION_TYPE,
	OPTION_UNTIL,
};

static const struct option options[] = {
	{ "cross", no_argument, NULL, OPTION_CROSS },
	{ "dereference", no_argument, NULL, 'L' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "max-depth", required_argument, NULL, OPTION_MAX_DEPTH },
	{ "print0", no_argument, NULL, '0' },
	{ "recursive", no_argument, NULL, 'r' },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "sort", no_argument, NULL, OPTION_SORT },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ 0 }
};

static int parse_value(struct search *search, int c)
{
	static struct divulge_moment since, until;
	struct tree_query *query = &search->query;

	switch (c) {
	case OPTION_FORMAT:
		return parse_format(optarg, &search->format);
	case OPTION_MAX_DEPTH:
		return parse_depth(optarg, &query->max_depth);
	case OPTION_SINCE:
		query->since = &since;
		return parse_since(optarg, &since);
	case OPTION_TYPE:
		return filetype_parse(optarg, &query->types) ?
		       EXIT_MISUSED : -1;
	default:
		query->until = &until;
		return moment_parse(optarg, &until);
	}
}

static int parse_option(struct search *search, int c, char **argv)
{
	switch (c) {
	case '0':
		search->format.raw = true;
		return -1;
	case 'L':
		search->flags = 0;
		return -1;
	case 'j':
		search->json = true;
		return -1;
	case 'r':
		search->recursive = true;
		return -1;
	case OPTION_CROSS:
		search->query.cross = true;
		return -1;
	case OPTION_SORT:
		search->sort = true;
		return -1;
	case '?':
	case ':':
		return bad_option(c, argv);
	default:
		return parse_value(search, c);
	}
}

/* See whether what was asked for goes together, and add what goes with it. */
static int settle(struct search *search)
{
	struct tree_query *query = &search->query;

	if (search->json && (search->format.text || search->format.raw))
		return misused("'--json' goes with neither '--format' nor "
			       "'--print0'");
	if (!search->recursive && query->max_depth >= 0)
		return misused("'--max-depth' needs '--recursive'");
	if (!search->recursive && query->cross)
		return misused("'--cross' needs '--recursive'");
	if (query->since && query->until &&
	    is_before(query->until, query->since))
		return misused("'--until' is before '--since'");
	if (!search->recursive)
		query->max_depth = 0;
	if (search->format.raw && !search->format.text)
		search->format.text = "{path}";
	return -1;
}

int cmd_birth(const struct command *cmd, int argc, char **argv)
{
	struct search search = {
		.flags = O_NOFOLLOW,
		.query = { .max_depth = -1, .copied_up = true },
	};
	int c, code;

	while ((c = getopt_long(argc, argv, ":0Lhjr", options, NULL)) != -1) {
		if (c == 'h')
			return cmd_help(cmd);
		code = parse_option(&search, c, argv);
		if (code >= 0)
			return code;
	}
	if (optind == argc)
		return misused("no file named");
	code = settle(&search);
	return code >= 0 ? code : search_births(&search, argv + optind);
}
