/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_DCCP_FILTER_H
#define _DIVULGE_DCCP_FILTER_H

#include <linux/in6.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct divulge_dccp_entry;
struct net;
struct netlink_ext_ack;
struct nlattr;
struct sock;
struct user_namespace;

/**
 * struct divulge_dccp_addr - addresses that are wanted
 * @addr: one of them; an IPv4 address mapped into IPv6
 * @bits: how many of its bits count, 0 if none is asked for
 * @attr: attribute that says so
 */
struct divulge_dccp_addr {
	struct in6_addr addr;
	unsigned int bits;
	const struct nlattr *attr;
};

/**
 * struct divulge_dccp_filter - which sockets are wanted
 * @net: of this network namespace
 * @kinds_only: only @net and @kinds count
 * @kinds: bit N is set for enum divulge_dccp_kind N
 * @states: the same of enum divulge_dccp_state
 * @roles: the same of enum divulge_dccp_role
 * @src: own address
 * @dst: peer's address
 * @sport: own port, -1 for any
 * @dport: peer's port, -1 for any
 * @port: either's port, -1 for any
 * @service: service code
 * @any_service: do not look at @service
 * @ccid: of either half-connection, -1 for any
 * @tx_ccid: of the one it sends on, -1 for any
 * @rx_ccid: of the one it receives on, -1 for any
 * @uid: owner
 * @any_uid: do not look at @uid
 * @ifindex: interface it is bound to
 * @any_ifindex: do not look at @ifindex
 * @cookie: socket cookie, 0 for any
 */
struct divulge_dccp_filter {
	const struct net *net;
	bool kinds_only;
	u32 kinds;
	u32 states;
	u32 roles;
	struct divulge_dccp_addr src;
	struct divulge_dccp_addr dst;
	int sport;
	int dport;
	int port;
	u32 service;
	bool any_service;
	int ccid;
	int tx_ccid;
	int rx_ccid;
	kuid_t uid;
	bool any_uid;
	int ifindex;
	bool any_ifindex;
	u64 cookie;
};

int divulge_dccp_filter_parse(struct divulge_dccp_filter *filter,
			      struct nlattr **attrs, const struct net *net,
			      struct user_namespace *user_ns,
			      struct netlink_ext_ack *extack);
bool divulge_dccp_filter_may_pass(const struct divulge_dccp_filter *filter,
				  const struct sock *sk);
bool divulge_dccp_filter_passes(const struct divulge_dccp_filter *filter,
				const struct divulge_dccp_entry *entry);

#endif /* _DIVULGE_DCCP_FILTER_H */
