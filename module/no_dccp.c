// SPDX-License-Identifier: GPL-2.0
/* In place of dccp.c and what belongs to it where the kernel has no DCCP. */

#include <net/genetlink.h>

#include "compat.h"
#include "dccp.h"
#include "genl.h"

enum divulge_absence divulge_dccp_absence(void)
{
	return DIVULGE_NO_DCCP;
}

enum divulge_absence divulge_dccp_events_absence(enum divulge_ability ability)
{
	return DIVULGE_NO_DCCP;
}

void divulge_dccp_count(struct divulge_dccp_counters *counters, struct net *net)
{
	memset(counters, 0, sizeof(*counters));
}

int divulge_dccp_count_all(struct divulge_dccp_statistics *statistics)
{
	return -EOPNOTSUPP;
}

int __init divulge_dccp_events_init(void)
{
	return 0;
}

void divulge_dccp_events_exit(void)
{
}

int __init divulge_dccp_net_init(void)
{
	return 0;
}

void divulge_dccp_net_exit(void)
{
}

static int no_dccp(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "this kernel has no DCCP");
	return -EOPNOTSUPP;
}

int divulge_nl_dccp_dump_start(struct netlink_callback *cb)
{
	return no_dccp(cb->extack);
}

int divulge_nl_dccp_dump_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return no_dccp(cb->extack);
}

int divulge_nl_dccp_dump_done(struct netlink_callback *cb)
{
	return 0;
}

int divulge_nl_dccp_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return no_dccp(info->extack);
}
