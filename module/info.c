// SPDX-License-Identifier: GPL-2.0
/* What this module can do on this kernel, and what it has counted. */

#include <linux/capability.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "dccp.h"
#include "genl.h"
#include "watch.h"

static int put_ability(struct sk_buff *msg, enum divulge_ability name,
		       enum divulge_absence absence)
{
	struct nlattr *nest = nla_nest_start(msg, DIVULGE_A_INFO_ABILITY);

	if (!nest || nla_put_u32(msg, DIVULGE_A_ABILITY_NAME, name) ||
	    nla_put_u32(msg, DIVULGE_A_ABILITY_ABSENCE, absence))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* How many files are born is for those to know who may watch them. */
static int put_births(struct sk_buff *msg, const struct sk_buff *req)
{
	struct divulge_birth_counters counters;

	if (!netlink_capable(req, CAP_SYS_ADMIN))
		return 0;
	divulge_watch_count(&counters);
	return nla_put(msg, DIVULGE_A_INFO_BIRTHS, sizeof(counters), &counters);
}

static int put_events(struct sk_buff *msg)
{
	static const enum divulge_ability abilities[] = {
		DIVULGE_ABILITY_DCCP_WATCH,
		DIVULGE_ABILITY_DCCP_CCID,
		DIVULGE_ABILITY_DCCP_MPS,
		DIVULGE_ABILITY_DCCP_LOSS,
		DIVULGE_ABILITY_DCCP_RESET,
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(abilities) && !err; i++)
		err = put_ability(msg, abilities[i],
				  divulge_dccp_events_absence(abilities[i]));
	return err;
}

/* These are of all network namespaces, so not for who is kept in another. */
static int put_statistics(struct sk_buff *msg, const struct net *net)
{
	struct divulge_dccp_statistics statistics;

	if (!net_eq(net, &init_net) || divulge_dccp_count_all(&statistics))
		return 0;
	return nla_put(msg, DIVULGE_A_INFO_DCCP_STATISTICS, sizeof(statistics),
		       &statistics);
}

static int put_info(struct sk_buff *msg, const struct sk_buff *req,
		    struct net *net)
{
	struct divulge_dccp_counters dccp;

	divulge_dccp_count(&dccp, net);
	if (nla_put_string(msg, DIVULGE_A_INFO_VERSION, THIS_MODULE->version) ||
	    put_ability(msg, DIVULGE_ABILITY_BIRTH_GET,
			DIVULGE_ABSENCE_NONE) ||
	    put_ability(msg, DIVULGE_ABILITY_BIRTH_WATCH,
			net_eq(net, &init_net) ? DIVULGE_ABSENCE_NONE :
						 DIVULGE_ABSENCE_OTHER_NETNS) ||
	    put_ability(msg, DIVULGE_ABILITY_DCCP_DUMP,
			divulge_dccp_absence()) ||
	    put_events(msg) ||
	    put_births(msg, req) ||
	    nla_put(msg, DIVULGE_A_INFO_DCCP, sizeof(dccp), &dccp))
		return -EMSGSIZE;
	return put_statistics(msg, net);
}

/**
 * divulge_nl_info_get_doit - answer DIVULGE_CMD_INFO_GET
 * @skb: the request
 * @info: its attributes, of which there are none
 *
 * Process context.
 *
 * Return: 0, -ENOMEM or -EMSGSIZE.
 */
int divulge_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &divulge_nl_family, 0,
				DIVULGE_CMD_INFO_GET);
	if (!hdr || put_info(msg, skb, genl_info_net(info))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}
