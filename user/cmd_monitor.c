// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cmd.h"
#include "listen.h"
#include "text.h"
#include "usage.h"

struct wish {
	const struct sink_ops *format;
	bool births;
	bool dccp;
	bool quiet;
	uint64_t count;
	char *here[2];	/* the paths if none is named */
	char **paths;
};

static void announce(const struct listener *l)
{
	const struct mount *mount;
	size_t i;

	for (i = 0; i < l->events.paths.nr_mounts; i++) {
		mount = &l->events.paths.mounts[i];
		report("watching %s on %s (%u:%u)", mount->fs, mount->path,
		       major(mount->sb), minor(mount->sb));
	}
	if (l->want_dccp)
		report("listening to DCCP");
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
	err = listener_start(&l, wish->births, wish->dccp, wish->paths);
	if (err)
		goto close_sink;
	if (!wish->quiet)
		announce(&l);
	err = listener_run(&l);

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
	if (*argv && !strcmp(*argv, "births")) {
		wish->dccp = false;
		argv++;
	} else if (*argv && !strcmp(*argv, "dccp")) {
		wish->births = false;
		argv++;
	}
	if (wish->births && !*argv)
		argv = wish->here;
	wish->paths = argv;
}

int cmd_monitor(const struct command *cmd, int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ 0 }
	};
	struct wish wish = {
		.format = &sink_text, .births = true, .dccp = true,
		.count = UINT64_MAX, .here = { "." },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":hjn:q", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			return cmd_help(cmd);
		case 'j':
			wish.format = &sink_json;
			break;
		case 'n':
			if (!parse_count(optarg, &wish.count))
				return misused("'%s' is no count", optarg);
			break;
		case 'q':
			wish.quiet = true;
			break;
		default:
			return bad_option(c, argv);
		}
	}
	parse_what(&wish, argv + optind);
	if (!wish.births && *wish.paths)
		return misused("DCCP has no paths, '%s' is too much",
			       *wish.paths);
	return monitor(&wish);
}
