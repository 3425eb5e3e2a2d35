// SPDX-License-Identifier: GPL-2.0
/* Asking the kernel module for DCCP sockets */

#include <errno.h>
#include <stdlib.h>

#include "dccp_ask.h"

#define MAX_TRIES	5

static int make_room(struct dccp_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct dccp_entry *more;

	if (list->nr < list->room)
		return 0;
	more = reallocarray(list->entry, room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->entry = more;
	list->room = room;
	return 0;
}

static int keep_entries(const struct nlmsghdr *nlh, void *arg)
{
	struct dccp_list *list = arg;
	const struct nlattr *attr;
	int err;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != DIVULGE_A_DCCP_ENTRY)
			continue;
		err = make_room(list);
		if (err)
			return err;
		if (dccp_entry_decode(attr, &list->entry[list->nr]))
			list->nr++;
	}
	return 0;
}

static int dump_once(struct genl *genl, const struct dccp_filter *filter,
		     uint32_t groups, struct dccp_list *list)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_request(genl, DIVULGE_CMD_DCCP_DUMP, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, groups);
	err = dccp_filter_put(filter, nlh);
	return err ? err : genl_talk(genl, nlh, keep_entries, list);
}

/**
 * dccp_dump - ask for the DCCP sockets of the network namespace
 * @genl: from module_open()
 * @filter: which are wanted
 * @groups: what is wanted beside them, enum divulge_dccp_group
 * @list: they are added to it
 *
 * What changes while it is listed is listed again.
 *
 * Return: 0; -EINTR if some may be missing or double all the same; -ENODEV if
 * there is no such interface; or another negative errno with @genl->why set.
 */
int dccp_dump(struct genl *genl, const struct dccp_filter *filter,
	      uint32_t groups, struct dccp_list *list)
{
	size_t nr = list->nr;
	int tries, err;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		list->nr = nr;
		err = dump_once(genl, filter, groups, list);
		if (err != -EINTR)
			break;
	}
	return err;
}

static void put_end(struct nlmsghdr *nlh, const struct dccp_end *end,
		    uint16_t addr, uint16_t port)
{
	if (end->len)
		mnl_attr_put(nlh, addr, end->len, end->addr);
	if (end->has_port)
		mnl_attr_put_u16(nlh, port, end->port);
}

static int put_ends(struct nlmsghdr *nlh, const struct dccp_key *key)
{
	const char *dev = *key->src.dev ? key->src.dev : key->dst.dev;
	unsigned int ifindex;

	put_end(nlh, &key->src, DIVULGE_A_DCCP_SRC, DIVULGE_A_DCCP_SPORT);
	put_end(nlh, &key->dst, DIVULGE_A_DCCP_DST, DIVULGE_A_DCCP_DPORT);
	if (!*dev)
		return 0;
	ifindex = if_nametoindex(dev);
	if (!ifindex)
		return -ENODEV;
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_IFINDEX, ifindex);
	return 0;
}

/**
 * dccp_get - ask for one DCCP socket of the network namespace
 * @genl: from module_open()
 * @key: which
 * @groups: what is wanted beside it, enum divulge_dccp_group
 * @list: it is added to it
 *
 * Return: 0; -ENOENT if there is none; -ENODEV if there is no such interface;
 * or another negative errno with @genl->why set.
 */
int dccp_get(struct genl *genl, const struct dccp_key *key, uint32_t groups,
	     struct dccp_list *list)
{
	struct nlmsghdr *nlh;
	int err = 0;

	nlh = genl_request(genl, DIVULGE_CMD_DCCP_GET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, groups);
	if (key->has_cookie)
		mnl_attr_put_u64(nlh, DIVULGE_A_DCCP_COOKIE, key->cookie);
	else
		err = put_ends(nlh, key);
	return err ? err : genl_talk(genl, nlh, keep_entries, list);
}

void dccp_list_free(struct dccp_list *list)
{
	free(list->entry);
}
