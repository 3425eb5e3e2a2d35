// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "cmd.h"
#include "history.h"
#include "moment.h"
#include "stamp.h"
#include "usage.h"
#include "user.h"

#define DEFAULT_STORE	"/var/lib/divulge/history.db"

enum {
	OPTION_COMM = 256,
	OPTION_DCCP,
	OPTION_DELETED,
	OPTION_FS,
	OPTION_PATH,
	OPTION_SINCE,
	OPTION_STORE,
	OPTION_UID,
	OPTION_UNTIL,
};

static const struct option options[] = {
	{ "comm", required_argument, NULL, OPTION_COMM },
	{ "dccp", no_argument, NULL, OPTION_DCCP },
	{ "deleted", no_argument, NULL, OPTION_DELETED },
	{ "fs", required_argument, NULL, OPTION_FS },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "path", required_argument, NULL, OPTION_PATH },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "store", required_argument, NULL, OPTION_STORE },
	{ "uid", required_argument, NULL, OPTION_UID },
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ 0 }
};

/* The parsers return an exit code, or -1 to go on, as cmd_only_json() does. */
static int parse_time(const char *arg, int64_t *ns)
{
	struct divulge_moment moment;
	struct stamp t;
	int code;

	code = moment_parse(arg, &moment);
	if (code >= 0)
		return code;
	t.sec = moment.sec;
	t.nsec = moment.nsec;
	*ns = stamp_to_ns(t);
	return -1;
}

static int parse_uid(const char *arg, uint32_t *uid)
{
	return user_parse(arg, uid) ? EXIT_MISUSED : -1;
}

static int parse_value(struct history *history, int c)
{
	switch (c) {
	case OPTION_COMM:
		history->comm = optarg;
		return -1;
	case OPTION_FS:
		history->fs = optarg;
		return -1;
	case OPTION_PATH:
		history->path = optarg;
		return -1;
	case OPTION_STORE:
		history->store = optarg;
		return -1;
	case OPTION_SINCE:
		return parse_time(optarg, &history->since);
	case OPTION_UNTIL:
		return parse_time(optarg, &history->until);
	default:
		return parse_uid(optarg, &history->uid);
	}
}

static int parse_option(struct history *history, int c, char **argv)
{
	switch (c) {
	case 'j':
		history->json = true;
		return -1;
	case OPTION_DCCP:
		history->dccp = true;
		return -1;
	case OPTION_DELETED:
		history->deleted = true;
		return -1;
	case '?':
	case ':':
		return bad_option(c, argv);
	default:
		return parse_value(history, c);
	}
}

/* See whether what was asked for goes together. */
static int settle(const struct history *history)
{
	if (history->until < history->since)
		return misused("'--until' is before '--since'");
	if (history->dccp && (history->path || history->comm || history->fs ||
			      history->deleted))
		return misused("'--dccp' goes with none of '--path', '--comm', "
			       "'--fs' and '--deleted'");
	return -1;
}

static int show(struct history *history)
{
	char *configured = NULL;
	int code;

	if (!history->store) {
		configured = archive_configured();
		history->store = configured ? configured : DEFAULT_STORE;
	}
	code = history_show(history);
	free(configured);
	return code;
}

int cmd_history(const struct command *cmd, int argc, char **argv)
{
	struct history history = {
		.since = INT64_MIN, .until = INT64_MAX, .uid = USER_ANY,
	};
	int c, code;

	while ((c = getopt_long(argc, argv, ":hj", options, NULL)) != -1) {
		if (c == 'h')
			return cmd_help(cmd);
		code = parse_option(&history, c, argv);
		if (code >= 0)
			return code;
	}
	if (optind < argc)
		return misused("'%s' is too much", argv[optind]);
	code = settle(&history);
	return code >= 0 ? code : show(&history);
}
