/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	module/divulge.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_DIVULGE_GEN_H
#define _LINUX_DIVULGE_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/divulge.h>
#include <compat.h>

int divulge_nl_birth_dump_start(struct netlink_callback *cb);
int divulge_nl_dccp_dump_start(struct netlink_callback *cb);
int divulge_nl_birth_dump_done(struct netlink_callback *cb);
int divulge_nl_dccp_dump_done(struct netlink_callback *cb);

int divulge_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info);
int divulge_nl_birth_get_doit(struct sk_buff *skb, struct genl_info *info);
int divulge_nl_birth_dump_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int divulge_nl_watch_add_doit(struct sk_buff *skb, struct genl_info *info);
int divulge_nl_watch_del_doit(struct sk_buff *skb, struct genl_info *info);
int divulge_nl_watch_dump_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int divulge_nl_dccp_dump_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int divulge_nl_dccp_get_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	DIVULGE_NLGRP_BIRTHS,
	DIVULGE_NLGRP_DCCP,
};

extern struct genl_family divulge_nl_family;

#endif /* _LINUX_DIVULGE_GEN_H */
