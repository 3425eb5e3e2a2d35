// SPDX-License-Identifier: GPL-2.0
/* Which DCCP sockets are wanted: from options to what the kernel is told */

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <linux/divulge.h>

#include "dccp_filter.h"
#include "number.h"
#include "service.h"
#include "usage.h"
#include "user.h"
#include "util.h"

#define STATE(s)	(UINT32_C(1) << DIVULGE_DCCP_STATE_##s)
#define ROLE(r)		(UINT32_C(1) << DIVULGE_DCCP_ROLE_##r)
#define KIND(k)		(UINT32_C(1) << DIVULGE_DCCP_KIND_##k)

#define CONNECTED							\
	(STATE(REQUEST) | STATE(RESPOND) | STATE(PARTOPEN) |		\
	 STATE(OPEN) | STATE(ACTIVE_CLOSEREQ) | STATE(PASSIVE_CLOSE) |	\
	 STATE(PASSIVE_CLOSEREQ) | STATE(CLOSING) | STATE(TIMEWAIT))
#define BUCKET		(STATE(RESPOND) | STATE(TIMEWAIT))
#define ALL		(CONNECTED | STATE(LISTEN) | STATE(CLOSED))

struct word {
	const char *name;
	uint32_t mask;
};

static const struct word states[] = {
	{ "closed",		STATE(CLOSED) },
	{ "request",		STATE(REQUEST) },
	{ "listen",		STATE(LISTEN) },
	{ "respond",		STATE(RESPOND) },
	{ "partopen",		STATE(PARTOPEN) },
	{ "open",		STATE(OPEN) },
	{ "active-closereq",	STATE(ACTIVE_CLOSEREQ) },
	{ "passive-close",	STATE(PASSIVE_CLOSE) },
	{ "passive-closereq",	STATE(PASSIVE_CLOSEREQ) },
	{ "closing",		STATE(CLOSING) },
	{ "timewait",		STATE(TIMEWAIT) },
	/* As ss(8) calls them */
	{ "all",		ALL },
	{ "connected",		CONNECTED },
	{ "synchronized",	CONNECTED & ~STATE(REQUEST) },
	{ "bucket",		BUCKET },
	{ "big",		ALL & ~BUCKET },
	{ "established",	STATE(OPEN) },
	{ "syn-sent",		STATE(REQUEST) },
	{ "syn-recv",		STATE(RESPOND) },
	{ "fin-wait-1",		STATE(ACTIVE_CLOSEREQ) },
	{ "close-wait",		STATE(PASSIVE_CLOSE) },
	{ "last-ack",		STATE(PASSIVE_CLOSEREQ) },
	{ "listening",		STATE(LISTEN) },
	{ "time-wait",		STATE(TIMEWAIT) },
};

static const struct word roles[] = {
	{ "none",		ROLE(NONE) },
	{ "listen",		ROLE(LISTEN) },
	{ "client",		ROLE(CLIENT) },
	{ "server",		ROLE(SERVER) },
};

static uint32_t mask_of(const struct word *words, size_t nr, const char *at,
			size_t len)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (len == strlen(words[i].name) &&
		    !strncasecmp(at, words[i].name, len))
			return words[i].mask;
	return 0;
}

static int parse_list(const char *list, const struct word *words, size_t nr,
		      const char *what, uint32_t *mask)
{
	uint32_t more;
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		more = mask_of(words, nr, list, len);
		if (!more)
			return misused("'%.*s' is no %s", (int)len, list, what);
		*mask |= more;
		if (!list[len])
			return EXIT_OK;
	}
}

static int set_dev(struct dccp_filter *filter, const char *dev)
{
	if (!*dev)
		return EXIT_OK;
	if (strlen(dev) >= sizeof(filter->dev))
		return misused("'%s' is no interface", dev);
	if (*filter->dev && strcmp(filter->dev, dev))
		return misused("no socket is bound to both '%s' and '%s'",
			       filter->dev, dev);
	strcpy(filter->dev, dev);
	return EXIT_OK;
}

static int set_end(struct dccp_filter *filter, struct dccp_end *end,
		   const char *arg)
{
	struct dccp_end given;
	int code;

	code = dccp_end_parse(arg, &given);
	if (code)
		return code;
	/* A port may come by itself */
	if (!given.has_port) {
		given.has_port = end->has_port;
		given.port = end->port;
	}
	*end = given;
	return set_dev(filter, given.dev);
}

static int set_port(struct dccp_end *end, const char *arg)
{
	end->has_port = true;
	return dccp_port_parse(arg, &end->port);
}

static int parse_any_port(const char *arg, int64_t *port)
{
	uint16_t n = 0;
	int code;

	code = dccp_port_parse(arg, &n);
	*port = n;
	return code;
}

static int parse_service(const char *arg, int64_t *service)
{
	uint32_t code;

	if (!service_parse(arg, &code))
		return misused("'%s' is no service code (42, SC=x2a, demo, "
			       "SC:demo)", arg);
	*service = code;
	return EXIT_OK;
}

static int parse_ccid(const char *arg, int16_t *ccid)
{
	uint64_t n;

	if (!number_parse(arg, 10, UINT8_MAX, &n))
		return misused("'%s' is no CCID", arg);
	*ccid = n;
	return EXIT_OK;
}

static int parse_dev(struct dccp_filter *filter, const char *arg)
{
	return *arg ? set_dev(filter, arg) : misused("'' is no interface");
}

/**
 * dccp_filter_options - add the options that say what is wanted
 * @options: a program's own, with room for DCCP_FILTER_NR_OPTIONS more
 *
 * --uid is not among them, as births have it too.
 */
void dccp_filter_options(struct option *options)
{
	static const struct option more[DCCP_FILTER_NR_OPTIONS + 1] = {
		{ "ccid", required_argument, NULL, DCCP_FILTER_CCID },
		{ "dev", required_argument, NULL, DCCP_FILTER_DEV },
		{ "dport", required_argument, NULL, DCCP_FILTER_DPORT },
		{ "dst", required_argument, NULL, DCCP_FILTER_DST },
		{ "port", required_argument, NULL, DCCP_FILTER_PORT },
		{ "role", required_argument, NULL, DCCP_FILTER_ROLE },
		{ "rx-ccid", required_argument, NULL, DCCP_FILTER_RX_CCID },
		{ "service", required_argument, NULL, DCCP_FILTER_SERVICE },
		{ "sport", required_argument, NULL, DCCP_FILTER_SPORT },
		{ "src", required_argument, NULL, DCCP_FILTER_SRC },
		{ "state", required_argument, NULL, DCCP_FILTER_STATE },
		{ "tx-ccid", required_argument, NULL, DCCP_FILTER_TX_CCID },
		{ 0 }
	};

	while (options->name)
		options++;
	memcpy(options, more, sizeof(more));
}

/**
 * dccp_filter_option - take an option that says what is wanted
 * @filter: changed by it
 * @c: what getopt_long() returned, also if the option is none of ours
 * @argv: what it was given
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int dccp_filter_option(struct dccp_filter *filter, int c, char **argv)
{
	switch (c) {
	case DCCP_FILTER_CCID:
		return parse_ccid(optarg, &filter->ccid);
	case DCCP_FILTER_DEV:
		return parse_dev(filter, optarg);
	case DCCP_FILTER_DPORT:
		return set_port(&filter->dst, optarg);
	case DCCP_FILTER_DST:
		return set_end(filter, &filter->dst, optarg);
	case DCCP_FILTER_PORT:
		return parse_any_port(optarg, &filter->port);
	case DCCP_FILTER_ROLE:
		return parse_list(optarg, roles, ARRAY_SIZE(roles), "role",
				  &filter->roles);
	case DCCP_FILTER_RX_CCID:
		return parse_ccid(optarg, &filter->rx_ccid);
	case DCCP_FILTER_SERVICE:
		return parse_service(optarg, &filter->service);
	case DCCP_FILTER_SPORT:
		return set_port(&filter->src, optarg);
	case DCCP_FILTER_SRC:
		return set_end(filter, &filter->src, optarg);
	case DCCP_FILTER_STATE:
		return parse_list(optarg, states, ARRAY_SIZE(states),
				  "state of DCCP", &filter->states);
	case DCCP_FILTER_TX_CCID:
		return parse_ccid(optarg, &filter->tx_ccid);
	case DCCP_FILTER_UID:
		return user_parse(optarg, &filter->uid);
	default:
		return bad_option(c, argv);
	}
}

/* Who asks for a state asks for all that may be in it. */
static uint32_t kinds_of(const struct dccp_filter *filter)
{
	uint32_t kinds = KIND(SOCKET);

	if (filter->kinds)
		return filter->kinds;
	if (filter->states & STATE(RESPOND))
		kinds |= KIND(REQUEST);
	if (filter->states & STATE(TIMEWAIT))
		kinds |= KIND(TIMEWAIT);
	return kinds;
}

static void put_mask(struct nlmsghdr *nlh, uint16_t type, uint32_t mask)
{
	if (mask)
		mnl_attr_put_u32(nlh, type, mask);
}

static void put_ccid(struct nlmsghdr *nlh, uint16_t type, int16_t ccid)
{
	if (ccid >= 0)
		mnl_attr_put_u8(nlh, type, ccid);
}

/* Type of the attribute of an end, by its address' */
struct end_types {
	uint16_t addr, prefix, port;
};

static void put_end(struct nlmsghdr *nlh, const struct end_types *types,
		    const struct dccp_end *end)
{
	if (end->len)
		mnl_attr_put(nlh, types->addr, end->len, end->addr);
	if (end->prefix < 8 * end->len)
		mnl_attr_put_u8(nlh, types->prefix, end->prefix);
	if (end->has_port)
		mnl_attr_put_u16(nlh, types->port, end->port);
}

static void put_ends(struct nlmsghdr *nlh, const struct dccp_filter *filter)
{
	static const struct end_types src = {
		DIVULGE_A_DCCP_SRC, DIVULGE_A_DCCP_SRC_PREFIX,
		DIVULGE_A_DCCP_SPORT,
	}, dst = {
		DIVULGE_A_DCCP_DST, DIVULGE_A_DCCP_DST_PREFIX,
		DIVULGE_A_DCCP_DPORT,
	};

	put_end(nlh, &src, &filter->src);
	put_end(nlh, &dst, &filter->dst);
	if (filter->port >= 0)
		mnl_attr_put_u16(nlh, DIVULGE_A_DCCP_PORT, filter->port);
}

/* Interfaces have other numbers in other network namespaces. */
static int put_dev(struct nlmsghdr *nlh, const char *dev)
{
	unsigned int ifindex;

	if (!*dev)
		return 0;
	ifindex = if_nametoindex(dev);
	if (!ifindex)
		return -ENODEV;
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_IFINDEX, ifindex);
	return 0;
}

/**
 * dccp_filter_put - say in a request for a dump what is wanted
 * @filter: what is wanted
 * @nlh: request
 *
 * Return: 0, or -ENODEV if this network namespace has no such interface.
 */
int dccp_filter_put(const struct dccp_filter *filter, struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_KINDS, kinds_of(filter));
	put_mask(nlh, DIVULGE_A_DCCP_STATES, filter->states);
	put_mask(nlh, DIVULGE_A_DCCP_ROLES, filter->roles);
	put_ends(nlh, filter);
	if (filter->service >= 0)
		mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_SERVICE, filter->service);
	put_ccid(nlh, DIVULGE_A_DCCP_CCID, filter->ccid);
	put_ccid(nlh, DIVULGE_A_DCCP_TX_CCID, filter->tx_ccid);
	put_ccid(nlh, DIVULGE_A_DCCP_RX_CCID, filter->rx_ccid);
	if (filter->uid != USER_ANY)
		mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_UID, filter->uid);
	return put_dev(nlh, filter->dev);
}

/**
 * dccp_filter_init - begin with all sockets
 * @filter: set up here
 */
void dccp_filter_init(struct dccp_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->port = -1;
	filter->service = -1;
	filter->ccid = -1;
	filter->tx_ccid = -1;
	filter->rx_ccid = -1;
	filter->uid = USER_ANY;
}
