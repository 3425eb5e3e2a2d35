/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SOCKS_H
#define DIVULGE_SOCKS_H

#include <stdbool.h>

#include "dccp_ask.h"
#include "dccp_filter.h"
#include "netns.h"
#include "sink.h"

/**
 * struct socks_query - which DCCP sockets are to be shown, and how
 * @filter: which
 * @key: or the one that is meant, NULL for @filter
 * @named: what @key was called, for who does not find it
 * @netns: network namespaces, as netns_each() takes them; where we are if
 *	there is none
 * @extended: with all that is known
 * @json: in JSON
 * @format: in this form, if it has a text
 */
struct socks_query {
	struct dccp_filter filter;
	const struct dccp_key *key;
	const char *named[2];
	char **netns;
	bool extended;
	bool json;
	struct format format;
};

struct record socks_record(const struct dccp_entry *entry,
			   const struct netns *netns);
int socks_show(struct socks_query *query);

#endif
