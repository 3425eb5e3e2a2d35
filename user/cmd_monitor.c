// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cmd.h"
#include "interval.h"
#include "listen.h"
#include "netns.h"
#include "number.h"
#include "sampler.h"
#include "text.h"
#include "usage.h"

struct wish {
	const struct sink_ops *format;
	struct wanted wanted;
	bool quiet;
	uint64_t count;
	char *here[2];		/* the paths if none is named */
	int64_t interval;	/* of samples, in ns; 0 for events */
	char *netns;		/* where to listen, NULL for here */
	const char *of_dccp;	/* an option that births do not have */
	int code;
};

#define NR_OPTIONS	11

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
	err = sink_open(&sink, wish->format ? wish->format : &sink_text, stdout);
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

static int sample(const struct wish *wish)
{
	const struct sampling sampling = {
		.filter = wish->wanted.sockets, .interval = wish->interval,
		.count = wish->count, .format = wish->format,
		.quiet = wish->quiet,
	};

	if (wish->wanted.changes)
		return misused("--interval shows connections and no events, "
			       "so there is no use for --event");
	return sampler_run(&sampling);
}

static bool parse_count(const char *arg, uint64_t *count)
{
	return number_parse(arg, 10, UINT64_MAX, count) && *count;
}

static int parse_interval(const char *arg, int64_t *interval)
{
	switch (interval_parse(arg, interval)) {
	case 0:
		return EXIT_OK;
	case -ERANGE:
		return misused("'%s' is not between 10ms and 24h", arg);
	default:
		return misused("'%s' is no length of time (2, 0.5s, 500ms, "
			       "1min)", arg);
	}
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

static int show(const struct wish *wish)
{
	const char *dev = wish->wanted.sockets.dev;

	/* It need not stay, but whose name is wrong would wait in vain */
	if (*dev && !if_nametoindex(dev)) {
		report("there is no interface '%s' here", dev);
		return EXIT_FAILED;
	}
	return wish->interval ? sample(wish) : monitor(wish);
}

static void show_there(const struct netns *netns __attribute__((unused)),
		       void *arg)
{
	struct wish *wish = arg;

	wish->code = show(wish);
}

static int show_in_netns(struct wish *wish)
{
	char *const which[] = { wish->netns, NULL };

	if (!strcmp(wish->netns, "all"))
		return misused("a monitor is in one network namespace, not in "
			       "all: start one in each");
	return netns_each(which, show_there, wish) ? EXIT_FAILED : wish->code;
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
	if (wanted->births && wish->interval)
		return misused("--interval goes with 'monitor dccp'");
	if (wanted->births && wish->netns)
		return misused("--netns goes with 'monitor dccp'");
	return wish->netns ? show_in_netns(wish) : show(wish);
}

static int take_option(struct wish *wish, int c, char **argv)
{
	switch (c) {
	case 'i':
		return parse_interval(optarg, &wish->interval);
	case 'j':
		wish->format = &sink_json;
		return EXIT_OK;
	case 'N':
		wish->netns = optarg;
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
	return c >= DCCP_FILTER_CCID || c == WANTED_EVENT || c == 'i' ||
	       c == 'N';
}

/* With its long name, however it was written */
static void note_if_of_dccp(struct wish *wish, int c,
			    const struct option *options)
{
	if (!is_of_dccp(c))
		return;
	while (options->val != c)
		options++;
	wish->of_dccp = options->name;
}

int cmd_monitor(const struct command *cmd, int argc, char **argv)
{
	struct option options[NR_OPTIONS + DCCP_FILTER_NR_OPTIONS + 1] = {
		{ "count", required_argument, NULL, 'n' },
		{ "event", required_argument, NULL, WANTED_EVENT },
		{ "help", no_argument, NULL, 'h' },
		{ "interval", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "netns", required_argument, NULL, 'N' },
		{ "no-rescan", no_argument, NULL, WANTED_NO_RESCAN },
		{ "quiet", no_argument, NULL, 'q' },
		{ "subtree", no_argument, NULL, WANTED_SUBTREE },
		{ "type", required_argument, NULL, WANTED_TYPE },
		{ "uid", required_argument, NULL, WANTED_UID },
	};
	struct wish wish = {
		.count = UINT64_MAX, .here = { "." },
	};
	int c, code;

	wanted_init(&wish.wanted);
	dccp_filter_options(options);
	while ((c = getopt_long(argc, argv, ":hjN:n:q", options, NULL)) != -1) {
		if (c == 'h')
			return cmd_help(cmd);
		code = take_option(&wish, c, argv);
		if (code)
			return code;
		note_if_of_dccp(&wish, c, options);
	}
	return run(&wish, argv + optind);
}
