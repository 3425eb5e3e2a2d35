/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DCCP_ASK_H
#define DIVULGE_DCCP_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "dccp.h"
#include "dccp_filter.h"
#include "genl.h"

/* All that may be asked for beside a socket itself */
#define DCCP_ALL_GROUPS							\
	(DIVULGE_DCCP_GROUP_SEQ | DIVULGE_DCCP_GROUP_FEAT |		\
	 DIVULGE_DCCP_GROUP_TIMERS | DIVULGE_DCCP_GROUP_CCID |		\
	 DIVULGE_DCCP_GROUP_SERVICES)

/**
 * struct dccp_list - DCCP sockets; all zeroes is an empty one
 * @entry: they
 * @nr: how many
 * @room: how many there is room for
 */
struct dccp_list {
	struct dccp_entry *entry;
	size_t nr, room;
};

/**
 * struct dccp_key - which DCCP socket is wanted
 * @has_cookie: it has @cookie, and may have any ends
 * @cookie: its cookie
 * @src: its own end
 * @dst: its peer's; without an address for a listener
 */
struct dccp_key {
	bool has_cookie;
	uint64_t cookie;
	struct dccp_end src;
	struct dccp_end dst;
};

int dccp_dump(struct genl *genl, const struct dccp_filter *filter,
	      uint32_t groups, struct dccp_list *list);
int dccp_get(struct genl *genl, const struct dccp_key *key, uint32_t groups,
	     struct dccp_list *list);
void dccp_list_free(struct dccp_list *list);

#endif
