// SPDX-License-Identifier: GPL-2.0
/*
 * Which DCCP sockets are asked for.
 *
 * A socket is looked at twice: in its table, so that no reference is taken on
 * what is not wanted, by all that needs no lock of its own; and when it has
 * been read, by the rest.
 */

#include <linux/dccp.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "dccp.h"
#include "dccp_filter.h"

#define V4_BITS		32
#define V6_BITS		128
#define MAPPED_BITS	(V6_BITS - V4_BITS)

/* Return: 0, or -EINVAL with a message */
static int parse_addr(struct divulge_dccp_addr *addr, const struct nlattr *attr,
		      const struct nlattr *prefix,
		      struct netlink_ext_ack *extack)
{
	unsigned int max;

	addr->attr = attr;
	if (!attr) {
		if (!prefix)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, prefix, "prefix of no address");
		return -EINVAL;
	}
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		max = V4_BITS;
		ipv6_addr_set_v4mapped(*(const __be32 *)nla_data(attr),
				       &addr->addr);
		break;
	case sizeof(struct in6_addr):
		max = V6_BITS;
		memcpy(&addr->addr, nla_data(attr), sizeof(addr->addr));
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	addr->bits = prefix ? nla_get_u8(prefix) : max;
	if (addr->bits > max) {
		NL_SET_ERR_MSG_ATTR(extack, prefix,
				    "longer than the address");
		return -EINVAL;
	}
	/* All of IPv4 is still less than all there is. */
	if (max == V4_BITS)
		addr->bits += MAPPED_BITS;
	return 0;
}

static int parse_uid(struct divulge_dccp_filter *filter,
		     const struct nlattr *attr, struct user_namespace *user_ns,
		     struct netlink_ext_ack *extack)
{
	filter->any_uid = !attr;
	if (!attr)
		return 0;
	filter->uid = make_kuid(user_ns, nla_get_u32(attr));
	if (uid_valid(filter->uid))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "no such user in the user namespace");
	return -EINVAL;
}

/* As most do; what is not asked for need not be looked at for each socket. */
static bool asks_for_kinds_only(struct nlattr **attrs)
{
	unsigned int i;

	for (i = DIVULGE_A_DCCP_STATES; i <= DIVULGE_A_DCCP_IFINDEX; i++)
		if (attrs[i])
			return false;
	return true;
}

static u32 get_mask(const struct nlattr *attr, u32 all)
{
	return attr ? nla_get_u32(attr) : all;
}

static int get_port(const struct nlattr *attr)
{
	return attr ? nla_get_u16(attr) : -1;
}

static int get_ccid(const struct nlattr *attr)
{
	return attr ? nla_get_u8(attr) : -1;
}

/**
 * divulge_dccp_filter_parse - take the filter out of a request
 * @filter: set up here
 * @attrs: attributes of the request, by DIVULGE_A_DCCP_*
 * @net: network namespace that is asked about
 * @user_ns: user namespace of the asker
 * @extack: says what is wrong
 *
 * Return: 0, or -EINVAL.
 */
int divulge_dccp_filter_parse(struct divulge_dccp_filter *filter,
			      struct nlattr **attrs, const struct net *net,
			      struct user_namespace *user_ns,
			      struct netlink_ext_ack *extack)
{
	const struct nlattr *service = attrs[DIVULGE_A_DCCP_SERVICE];
	const struct nlattr *ifindex = attrs[DIVULGE_A_DCCP_IFINDEX];
	int err;

	memset(filter, 0, sizeof(*filter));
	filter->net = net;
	filter->kinds_only = asks_for_kinds_only(attrs);
	filter->kinds = get_mask(attrs[DIVULGE_A_DCCP_KINDS],
				 BIT(DIVULGE_DCCP_KIND_SOCKET));
	filter->states = get_mask(attrs[DIVULGE_A_DCCP_STATES], U32_MAX);
	filter->roles = get_mask(attrs[DIVULGE_A_DCCP_ROLES], U32_MAX);
	filter->sport = get_port(attrs[DIVULGE_A_DCCP_SPORT]);
	filter->dport = get_port(attrs[DIVULGE_A_DCCP_DPORT]);
	filter->port = get_port(attrs[DIVULGE_A_DCCP_PORT]);
	filter->ccid = get_ccid(attrs[DIVULGE_A_DCCP_CCID]);
	filter->tx_ccid = get_ccid(attrs[DIVULGE_A_DCCP_TX_CCID]);
	filter->rx_ccid = get_ccid(attrs[DIVULGE_A_DCCP_RX_CCID]);
	filter->any_service = !service;
	if (service)
		filter->service = nla_get_u32(service);
	filter->any_ifindex = !ifindex;
	if (ifindex)
		filter->ifindex = nla_get_u32(ifindex);

	err = parse_addr(&filter->src, attrs[DIVULGE_A_DCCP_SRC],
			 attrs[DIVULGE_A_DCCP_SRC_PREFIX], extack);
	if (!err)
		err = parse_addr(&filter->dst, attrs[DIVULGE_A_DCCP_DST],
				 attrs[DIVULGE_A_DCCP_DST_PREFIX], extack);
	if (!err)
		err = parse_uid(filter, attrs[DIVULGE_A_DCCP_UID], user_ns,
				extack);
	return err;
}

/* An IPv4 address is the same whether or not the socket is of IPv6. */
static bool addr_passes(const struct divulge_dccp_addr *wanted,
			const struct sock *sk, __be32 v4,
			const struct in6_addr *v6)
{
	struct in6_addr mapped;

	if (sk->sk_family == AF_INET) {
		ipv6_addr_set_v4mapped(v4, &mapped);
		v6 = &mapped;
	}
	return ipv6_prefix_equal(&wanted->addr, v6, wanted->bits);
}

static bool addrs_pass(const struct divulge_dccp_filter *filter,
		       const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct in6_addr *src = &sk->sk_v6_rcv_saddr;
	const struct in6_addr *dst = &sk->sk_v6_daddr;
#else
	const struct in6_addr *src = NULL;
	const struct in6_addr *dst = NULL;
#endif

	return (!filter->src.attr ||
		addr_passes(&filter->src, sk, sk->sk_rcv_saddr, src)) &&
	       (!filter->dst.attr ||
		addr_passes(&filter->dst, sk, sk->sk_daddr, dst));
}

static bool ports_pass(const struct divulge_dccp_filter *filter,
		       const struct sock *sk)
{
	int sport = sk->sk_num;
	int dport = ntohs(sk->sk_dport);

	return (filter->sport < 0 || filter->sport == sport) &&
	       (filter->dport < 0 || filter->dport == dport) &&
	       (filter->port < 0 || filter->port == sport ||
		filter->port == dport);
}

static bool owner_passes(const struct divulge_dccp_filter *filter,
			 const struct sock *sk)
{
	if (filter->any_uid)
		return true;
	switch (divulge_dccp_kind(sk)) {
	case DIVULGE_DCCP_KIND_SOCKET:
		return uid_eq(filter->uid, sk->sk_uid);
	case DIVULGE_DCCP_KIND_REQUEST:
		sk = inet_reqsk((struct sock *)sk)->rsk_listener;
		return uid_eq(filter->uid, sk->sk_uid);
	default:
		return false;
	}
}

/**
 * divulge_dccp_filter_may_pass - look at a socket in its table
 * @filter: what is wanted
 * @sk: a socket, or what is in its table instead of one; not locked
 *
 * Any context; the table's bucket is locked, so @sk stays in it.
 *
 * Return: false if it is not wanted; true if it may be.
 */
bool divulge_dccp_filter_may_pass(const struct divulge_dccp_filter *filter,
				  const struct sock *sk)
{
	u8 state;

	if (!net_eq(sock_net(sk), filter->net) ||
	    !(filter->kinds & BIT(divulge_dccp_kind(sk))))
		return false;
	if (filter->kinds_only)
		return true;
	state = divulge_dccp_state(READ_ONCE(sk->sk_state));
	return filter->states & BIT(state) && ports_pass(filter, sk) &&
	       (filter->any_ifindex ||
		filter->ifindex == sk->sk_bound_dev_if) &&
	       (!filter->cookie ||
		filter->cookie == atomic64_read(&sk->sk_cookie)) &&
	       owner_passes(filter, sk) && addrs_pass(filter, sk);
}

static bool service_passes(const struct divulge_dccp_filter *filter,
			   const struct divulge_dccp_entry *entry)
{
	unsigned int i;

	if (filter->any_service || entry->sock.service == filter->service)
		return true;
	if (!(entry->groups & DIVULGE_DCCP_GROUP_SERVICES))
		return false;
	for (i = 0; i < entry->nr_services; i++)
		if (entry->services[i] == filter->service)
			return true;
	return false;
}

static bool ccids_pass(const struct divulge_dccp_filter *filter,
		       const struct divulge_dccp_sock *rec)
{
	return (filter->tx_ccid < 0 || filter->tx_ccid == rec->tx_ccid) &&
	       (filter->rx_ccid < 0 || filter->rx_ccid == rec->rx_ccid) &&
	       (filter->ccid < 0 || filter->ccid == rec->tx_ccid ||
		filter->ccid == rec->rx_ccid);
}

/**
 * divulge_dccp_filter_passes - look at a socket that has been read
 * @filter: what is wanted
 * @entry: the socket, which passed divulge_dccp_filter_may_pass(); with its
 *	service codes
 *
 * Return: whether it is wanted.
 */
bool divulge_dccp_filter_passes(const struct divulge_dccp_filter *filter,
				const struct divulge_dccp_entry *entry)
{
	const struct divulge_dccp_sock *rec = &entry->sock;

	/* It may have changed since. */
	return filter->states & BIT(rec->state) &&
	       filter->roles & BIT(rec->role) &&
	       service_passes(filter, entry) && ccids_pass(filter, rec);
}
