// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	module/divulge.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "genl.h"

#include <uapi/linux/divulge.h>
#include <compat.h>

/* DIVULGE_CMD_BIRTH_GET - do */
static const struct nla_policy divulge_birth_get_nl_policy[DIVULGE_A_BIRTH_FD + 1] = {
	[DIVULGE_A_BIRTH_FD] = NLA_POLICY_MIN(NLA_S32, 0),
};

/* DIVULGE_CMD_BIRTH_DUMP - dump */
static const struct nla_policy divulge_birth_dump_nl_policy[DIVULGE_A_BIRTH_TREE_COPIED_UP + 1] = {
	[DIVULGE_A_BIRTH_TREE_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[DIVULGE_A_BIRTH_TREE_SINCE] = NLA_POLICY_EXACT_LEN(16),
	[DIVULGE_A_BIRTH_TREE_UNTIL] = NLA_POLICY_EXACT_LEN(16),
	[DIVULGE_A_BIRTH_TREE_TYPES] = NLA_POLICY_MASK(NLA_U32, 0xff),
	[DIVULGE_A_BIRTH_TREE_MAX_DEPTH] = { .type = NLA_U32, },
	[DIVULGE_A_BIRTH_TREE_CROSS] = { .type = NLA_FLAG, },
	[DIVULGE_A_BIRTH_TREE_COPIED_UP] = { .type = NLA_FLAG, },
};

/* DIVULGE_CMD_WATCH_ADD - do */
static const struct nla_policy divulge_watch_add_nl_policy[DIVULGE_A_WATCH_SUBTREE + 1] = {
	[DIVULGE_A_WATCH_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[DIVULGE_A_WATCH_TYPES] = NLA_POLICY_MASK(NLA_U32, 0xff),
	[DIVULGE_A_WATCH_UID] = { .type = NLA_U32, },
	[DIVULGE_A_WATCH_SUBTREE] = { .type = NLA_FLAG, },
};

/* DIVULGE_CMD_WATCH_DEL - do */
static const struct nla_policy divulge_watch_del_nl_policy[DIVULGE_A_WATCH_ID + 1] = {
	[DIVULGE_A_WATCH_ID] = { .type = NLA_U32, },
};

/* DIVULGE_CMD_DCCP_DUMP - dump */
static const struct nla_policy divulge_dccp_dump_nl_policy[DIVULGE_A_DCCP_IFINDEX + 1] = {
	[DIVULGE_A_DCCP_GROUPS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[DIVULGE_A_DCCP_KINDS] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[DIVULGE_A_DCCP_STATES] = NLA_POLICY_MASK(NLA_U32, 0xfff),
	[DIVULGE_A_DCCP_ROLES] = NLA_POLICY_MASK(NLA_U32, 0xf),
	[DIVULGE_A_DCCP_SRC] = { .type = NLA_BINARY, },
	[DIVULGE_A_DCCP_SRC_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[DIVULGE_A_DCCP_DST] = { .type = NLA_BINARY, },
	[DIVULGE_A_DCCP_DST_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[DIVULGE_A_DCCP_SPORT] = { .type = NLA_U16, },
	[DIVULGE_A_DCCP_DPORT] = { .type = NLA_U16, },
	[DIVULGE_A_DCCP_PORT] = { .type = NLA_U16, },
	[DIVULGE_A_DCCP_SERVICE] = { .type = NLA_U32, },
	[DIVULGE_A_DCCP_CCID] = { .type = NLA_U8, },
	[DIVULGE_A_DCCP_TX_CCID] = { .type = NLA_U8, },
	[DIVULGE_A_DCCP_RX_CCID] = { .type = NLA_U8, },
	[DIVULGE_A_DCCP_UID] = { .type = NLA_U32, },
	[DIVULGE_A_DCCP_IFINDEX] = { .type = NLA_U32, },
};

/* DIVULGE_CMD_DCCP_GET - do */
static const struct nla_policy divulge_dccp_get_nl_policy[DIVULGE_A_DCCP_COOKIE + 1] = {
	[DIVULGE_A_DCCP_GROUPS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[DIVULGE_A_DCCP_SRC] = { .type = NLA_BINARY, },
	[DIVULGE_A_DCCP_DST] = { .type = NLA_BINARY, },
	[DIVULGE_A_DCCP_SPORT] = { .type = NLA_U16, },
	[DIVULGE_A_DCCP_DPORT] = { .type = NLA_U16, },
	[DIVULGE_A_DCCP_IFINDEX] = { .type = NLA_U32, },
	[DIVULGE_A_DCCP_COOKIE] = NLA_POLICY_MIN(NLA_U64, 1),
};

/* Ops table for divulge */
static const struct genl_split_ops divulge_nl_ops[] = {
	{
		.cmd	= DIVULGE_CMD_INFO_GET,
		.doit	= divulge_nl_info_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DIVULGE_CMD_BIRTH_GET,
		.doit		= divulge_nl_birth_get_doit,
		.policy		= divulge_birth_get_nl_policy,
		.maxattr	= DIVULGE_A_BIRTH_FD,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DIVULGE_CMD_BIRTH_DUMP,
		.start		= divulge_nl_birth_dump_start,
		.dumpit		= divulge_nl_birth_dump_dumpit,
		.done		= divulge_nl_birth_dump_done,
		.policy		= divulge_birth_dump_nl_policy,
		.maxattr	= DIVULGE_A_BIRTH_TREE_COPIED_UP,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DIVULGE_CMD_WATCH_ADD,
		.doit		= divulge_nl_watch_add_doit,
		.policy		= divulge_watch_add_nl_policy,
		.maxattr	= DIVULGE_A_WATCH_SUBTREE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DIVULGE_CMD_WATCH_DEL,
		.doit		= divulge_nl_watch_del_doit,
		.policy		= divulge_watch_del_nl_policy,
		.maxattr	= DIVULGE_A_WATCH_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= DIVULGE_CMD_WATCH_DUMP,
		.dumpit	= divulge_nl_watch_dump_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DIVULGE_CMD_DCCP_DUMP,
		.start		= divulge_nl_dccp_dump_start,
		.dumpit		= divulge_nl_dccp_dump_dumpit,
		.done		= divulge_nl_dccp_dump_done,
		.policy		= divulge_dccp_dump_nl_policy,
		.maxattr	= DIVULGE_A_DCCP_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DIVULGE_CMD_DCCP_GET,
		.doit		= divulge_nl_dccp_get_doit,
		.policy		= divulge_dccp_get_nl_policy,
		.maxattr	= DIVULGE_A_DCCP_COOKIE,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group divulge_nl_mcgrps[] = {
	[DIVULGE_NLGRP_BIRTHS] = { "births", },
	[DIVULGE_NLGRP_DCCP] = { "dccp", },
};

struct genl_family divulge_nl_family __ro_after_init = {
	.name		= DIVULGE_FAMILY_NAME,
	.version	= DIVULGE_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= divulge_nl_ops,
	.n_split_ops	= ARRAY_SIZE(divulge_nl_ops),
	.mcgrps		= divulge_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(divulge_nl_mcgrps),
};
