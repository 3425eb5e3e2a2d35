// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "listen.h"
#include "text.h"
#include "usage.h"
#include "util.h"

static const struct sink_ops *const formats[] = {
	&sink_json,
};

struct wish {
	const struct sink_ops *format;
	const char *target;
	struct wanted wanted;
};

static int show_help(void)
{
	puts("usage: divulged [OPTION...] PATH...\n"
	     "       divulged [--output FORMAT:TARGET] --no-births\n\n"
	     "  log births and what happens to DCCP sockets\n\n"
	     "  -o, --output FORMAT:TARGET  where to; TARGET is a file to\n"
	     "                              append to, '-' is standard output;\n"
	     "                              FORMAT is json, one object a line\n"
	     "                              (default json:-)\n"
	     "      --event LIST            of DCCP, these events only: state,\n"
	     "                              ccid, mps, loss, close\n"
	     "      --no-births             no births\n"
	     "      --no-dccp               no DCCP\n"
	     "      --no-rescan             do not look for births that were\n"
	     "                              lost\n"
	     "      --subtree               births below each PATH only\n"
	     "      --type f,d,l,p,s,b,c    births of such files only\n"
	     "      --uid USER              births by that user only, and\n"
	     "                              sockets of that user\n"
	     "  PATH                        a directory on each filesystem to\n"
	     "                              watch");
	return end_of_output(EXIT_OK);
}

/* @arg is FORMAT:TARGET. Return: false if there is no such format. */
static bool parse_output(struct wish *wish, const char *arg)
{
	size_t len = strcspn(arg, ":");
	size_t i;

	if (!arg[len] || !arg[len + 1])
		return false;
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strncmp(formats[i]->name, arg, len) ||
		    formats[i]->name[len])
			continue;
		wish->format = formats[i];
		wish->target = arg + len + 1;
		return true;
	}
	return false;
}

static int bad_output(const char *arg)
{
	char known[64] = "";
	size_t i, len = 0;

	for (i = 0; i < ARRAY_SIZE(formats) && len < sizeof(known); i++)
		len += snprintf(known + len, sizeof(known) - len, " %s",
				formats[i]->name);
	return misused("'%s' is not FORMAT:TARGET with one of the formats%s",
		       arg, known);
}

static int serve(const struct wish *wish)
{
	struct listener l;
	struct sink sink;
	int err;

	/* That nobody reads our output any more is an error like any other */
	signal(SIGPIPE, SIG_IGN);
	err = listener_open(&l, &sink);
	if (err)
		return EXIT_FAILED;
	err = sink_open(&sink, wish->format, wish->target);
	if (err)
		goto close_listener;
	err = listener_start(&l, &wish->wanted);
	if (err)
		goto close_sink;
	report("ready");
	err = listener_run(&l);

close_sink:
	if (sink_close(&sink))
		err = -EIO;
close_listener:
	listener_close(&l);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct wish *wish)
{
	const struct wanted *wanted = &wish->wanted;

	if (!wanted->births && !wanted->dccp)
		return misused("nothing is left to log");
	if (!wanted->births && *wanted->paths)
		return misused("without births there is no use for '%s'",
			       *wanted->paths);
	if (!wanted->births && filter_is_of_births(&wanted->filter))
		return misused("without births there is no use for --type and --subtree");
	if (!wanted->dccp && wanted->changes)
		return misused("without DCCP there is no use for --event");
	if (wanted->births && !*wanted->paths)
		return misused("no directory named: name one on each "
			       "filesystem to watch, or say --no-births");
	return serve(wish);
}

int main(int argc, char **argv)
{
	enum { NO_BIRTHS = 256, NO_DCCP };
	static const struct option options[] = {
		{ "event", required_argument, NULL, WANTED_EVENT },
		{ "help", no_argument, NULL, 'h' },
		{ "no-births", no_argument, NULL, NO_BIRTHS },
		{ "no-dccp", no_argument, NULL, NO_DCCP },
		{ "no-rescan", no_argument, NULL, WANTED_NO_RESCAN },
		{ "output", required_argument, NULL, 'o' },
		{ "subtree", no_argument, NULL, WANTED_SUBTREE },
		{ "type", required_argument, NULL, WANTED_TYPE },
		{ "uid", required_argument, NULL, WANTED_UID },
		{ "version", no_argument, NULL, 'V' },
		{ 0 }
	};
	struct wish wish = { .format = &sink_json, .target = "-" };
	int c, code;

	setlocale(LC_CTYPE, "");
	own_output();
	wanted_init(&wish.wanted);
	wish.wanted.follow = true;
	while ((c = getopt_long(argc, argv, ":ho:V", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			return show_help();
		case 'o':
			if (!parse_output(&wish, optarg))
				return bad_output(optarg);
			break;
		case 'V':
			puts("divulged " VERSION);
			return end_of_output(EXIT_OK);
		case NO_BIRTHS:
			wish.wanted.births = false;
			break;
		case NO_DCCP:
			wish.wanted.dccp = false;
			break;
		default:
			code = wanted_option(&wish.wanted, c, argv);
			if (code)
				return code;
		}
	}
	wish.wanted.paths = argv + optind;
	return run(&wish);
}
