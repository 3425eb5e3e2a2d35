// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cmd.h"
#include "listen.h"
#include "text.h"
#include "usage.h"

struct wish {
	const struct sink_ops *format;
	struct wanted wanted;
	bool quiet;
	uint64_t count;
	char *here[2];		/* the paths if none is named */
	const char *of_dccp;	/* an option that births do not have */
};

#define NR_OPTIONS	9

static void announce(const struct listener *l)
{
	const char *where = l->events.filter.subtree ? "below" : "on";
	const struct mount *mount;
	size_t i;

	for (i = 0; i < l->events.paths.nr_mounts; i++) {
		mount = &l->events.paths.mounts[i];
		report("watching %s %s %s (%u:%u)", mount->fs, where,
		       mount->path, major(mount->sb), minor(mount->sb));
	}
	if (l->want_dccp)
		report("listening to DCCP");
}

/* Who asked for a number of events did not get them. */
static int on_left(const struct wish *wish)
{
	report("all that was watched is unmounted");
	return wish->count == UINT64_MAX ? 0 : -ENOENT;
}

static int monitor(const struct wish *wish)
{
	struct listener l;
	struct sink sink;
	int err;

	err = listener_open(&l, &sink);
	if (err)
		return EXIT_FAILED;
	err = sink_open(&sink, wish->format, "-");
	if (err)
		goto close_listener;
	l.events.left = wish->count;
	l.reader = STDOUT_FILENO;
	err = listener_start(&l, &wish->wanted);
	if (err)
		goto close_sink;
	if (!wish->quiet)
		announce(&l);
	err = listener_run(&l);
	if (err == LISTENER_LEFT)
		err = on_left(wish);

close_sink:
	if (sink_close(&sink))
		err = -EIO;
close_listener:
	listener_close(&l);
	return err ? EXIT_FAILED : EXIT_OK;
}

static bool parse_count(const char *arg, uint64_t *count)
{
	char *end;

	errno = 0;
	*count = strtoull(arg, &end, 10);
	return *arg >= '0' && *arg <= '9' && !*end && !errno && *count;
}

/* What is to be shown comes before the paths; both if it is not said. */
static void parse_what(struct wish *wish, char **argv)
{
	struct wanted *wanted = &wish->wanted;

	if (*argv && !strcmp(*argv, "births")) {
		wanted->dccp = false;
		argv++;
	} else if (*argv && !strcmp(*argv, "dccp")) {
		wanted->births = false;
		argv++;
	}
	if (wanted->births && !*argv)
		argv = wish->here;
	wanted->paths = argv;
}

static int run(struct wish *wish, char **argv)
{
	const struct wanted *wanted = &wish->wanted;

	parse_what(wish, argv);
	if (!wanted->births && *wanted->paths)
		return misused("DCCP has no paths, '%s' is too much",
			       *wanted->paths);
	if (!wanted->births && filter_is_of_births(&wanted->filter))
		return misused("--type and --subtree are for births");
	if (!wanted->dccp && wish->of_dccp)
		return misused("--%s is for DCCP", wish->of_dccp);
	return monitor(wish);
}

static int take_option(struct wish *wish, int c, char **argv)
{
	switch (c) {
	case 'j':
		wish->format = &sink_json;
		return EXIT_OK;
	case 'n':
		if (!parse_count(optarg, &wish->count))
			return misused("'%s' is no count", optarg);
		return EXIT_OK;
	case 'q':
		wish->quiet = true;
		return EXIT_OK;
	default:
		if (c >= DCCP_FILTER_CCID)
			return dccp_filter_option(&wish->wanted.sockets, c,
						  argv);
		return wanted_option(&wish->wanted, c, argv);
	}
}

static bool is_of_dccp(int c)
{
	return c >= DCCP_FILTER_CCID || c == WANTED_EVENT;
}

int cmd_monitor(const struct command *cmd, int argc, char **argv)
{
	struct option options[NR_OPTIONS + DCCP_FILTER_NR_OPTIONS + 1] = {
		{ "count", required_argument, NULL, 'n' },
		{ "event", required_argument, NULL, WANTED_EVENT },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "no-rescan", no_argument, NULL, WANTED_NO_RESCAN },
		{ "quiet", no_argument, NULL, 'q' },
		{ "subtree", no_argument, NULL, WANTED_SUBTREE },
		{ "type", required_argument, NULL, WANTED_TYPE },
		{ "uid", required_argument, NULL, WANTED_UID },
	};
	struct wish wish = {
		.format = &sink_text, .count = UINT64_MAX, .here = { "." },
	};
	int c, code, which;

	wanted_init(&wish.wanted);
	dccp_filter_options(options);
	while ((c = getopt_long(argc, argv, ":hjn:q", options, &which)) != -1) {
		if (c == 'h')
			return cmd_help(cmd);
		code = take_option(&wish, c, argv);
		if (code)
			return code;
		if (is_of_dccp(c))
			wish.of_dccp = options[which].name;
	}
	return run(&wish, argv + optind);
}
