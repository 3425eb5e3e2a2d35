// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "number.h"
#include "socks.h"
#include "text.h"
#include "usage.h"

#define KIND(k)		(UINT32_C(1) << DIVULGE_DCCP_KIND_##k)

enum {
	OPTION_FORMAT = 256,
	OPTION_REQUESTS,
	OPTION_TIMEWAIT,
};

#define NR_OPTIONS	10

/* With room for those of dccp_filter_options() */
static struct option options[NR_OPTIONS + DCCP_FILTER_NR_OPTIONS + 1] = {
	{ "all", no_argument, NULL, 'a' },
	{ "extended", no_argument, NULL, 'e' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "listening", no_argument, NULL, 'l' },
	{ "netns", required_argument, NULL, 'N' },
	{ "requests", no_argument, NULL, OPTION_REQUESTS },
	{ "timewait", no_argument, NULL, OPTION_TIMEWAIT },
	{ "uid", required_argument, NULL, DCCP_FILTER_UID },
};

/**
 * struct wish - what the options say
 * @query: what comes of it
 * @listening: listeners alone
 * @filtered: some option is a filter
 * @nr_netns: how many network namespaces are named
 */
struct wish {
	struct socks_query query;
	bool listening;
	bool filtered;
	size_t nr_netns;
};

/* The parsers return an exit code, or -1 to go on, as cmd_only_json() does. */
static int parse_format(const char *arg, struct format *format)
{
	const struct dccp_entry none = { 0 };
	const struct record like = socks_record(&none, NULL);

	format->text = arg;
	return format_check(arg, &like) ? EXIT_MISUSED : -1;
}

static int parse_filter(struct wish *wish, int c, char **argv)
{
	struct dccp_filter *filter = &wish->query.filter;
	int code;

	wish->filtered = true;
	switch (c) {
	case 'a':
		filter->kinds = KIND(SOCKET) | KIND(REQUEST) | KIND(TIMEWAIT);
		return -1;
	case 'l':
		wish->listening = true;
		return -1;
	case OPTION_REQUESTS:
		filter->kinds |= KIND(REQUEST);
		return -1;
	case OPTION_TIMEWAIT:
		filter->kinds |= KIND(TIMEWAIT);
		return -1;
	default:
		code = dccp_filter_option(filter, c, argv);
		return code ? code : -1;
	}
}

static int parse_option(struct wish *wish, int c, char **argv)
{
	struct socks_query *query = &wish->query;

	switch (c) {
	case 'e':
		query->extended = true;
		return -1;
	case 'j':
		query->json = true;
		return -1;
	case 'N':
		query->netns[wish->nr_netns++] = optarg;
		return -1;
	case OPTION_FORMAT:
		return parse_format(optarg, &query->format);
	default:
		return parse_filter(wish, c, argv);
	}
}

/* See whether what was asked for goes together, and add what goes with it. */
static int settle(struct wish *wish)
{
	struct socks_query *query = &wish->query;

	if (query->format.text && (query->json || query->extended))
		return misused("'--format' goes with neither '--json' nor "
			       "'--extended'");
	if (!wish->listening)
		return -1;
	if (query->filter.states || query->filter.kinds)
		return misused("'--listening' goes with none of '--state', "
			       "'--all', '--requests' and '--timewait'");
	query->filter.states = UINT32_C(1) << DIVULGE_DCCP_STATE_LISTEN;
	return -1;
}

static int parse_cookie(const char *arg, struct dccp_key *key)
{
	key->has_cookie = true;
	if (!number_parse(arg, 10, UINT64_MAX, &key->cookie) || !key->cookie)
		return misused("'%s' is no cookie", arg);
	return -1;
}

static int parse_end(const char *arg, struct dccp_end *end)
{
	if (dccp_end_parse(arg, end))
		return EXIT_MISUSED;
	if (!end->len || !end->has_port || end->prefix < 8 * end->len)
		return misused("'%s' is not one address and port", arg);
	return -1;
}

static int parse_key(char **args, struct dccp_key *key)
{
	int code;

	if (!args[0])
		return misused("'get' needs a cookie, or SRC:PORT [DST:PORT]");
	if (!args[1] && !args[0][strspn(args[0], "0123456789")])
		return parse_cookie(args[0], key);
	code = parse_end(args[0], &key->src);
	if (code >= 0 || !args[1])
		return code;
	code = parse_end(args[1], &key->dst);
	if (code >= 0)
		return code;
	if (key->src.len != key->dst.len)
		return misused("'%s' and '%s' are not of one family", args[0],
			       args[1]);
	if (args[2])
		return misused("'%s' is too much", args[2]);
	return -1;
}

static int get(struct wish *wish, char **args)
{
	struct socks_query *query = &wish->query;
	struct dccp_key key = { 0 };
	int code;

	if (wish->filtered)
		return misused("'get' takes no filter");
	code = parse_key(args, &key);
	if (code >= 0)
		return code;
	query->key = &key;
	query->named[0] = args[0];
	query->named[1] = args[1];
	query->extended = true;
	return socks_show(query);
}

static int run(struct wish *wish, char **args)
{
	int code;

	code = settle(wish);
	if (code >= 0)
		return code;
	if (!*args)
		return socks_show(&wish->query);
	if (!strcmp(*args, "get"))
		return get(wish, args + 1);
	return misused("'%s' is too much", *args);
}

int cmd_dccp(const struct command *cmd, int argc, char **argv)
{
	struct wish wish = { 0 };
	int c, code = -1;

	dccp_filter_options(options);
	dccp_filter_init(&wish.query.filter);
	wish.query.netns = calloc(argc, sizeof(*wish.query.netns));
	if (!wish.query.netns) {
		report("there is no memory");
		return EXIT_FAILED;
	}
	while (code < 0 &&
	       (c = getopt_long(argc, argv, ":aehjlN:", options, NULL)) != -1)
		code = c == 'h' ? cmd_help(cmd) : parse_option(&wish, c, argv);
	if (code < 0)
		code = run(&wish, argv + optind);
	free(wish.query.netns);
	return code;
}
