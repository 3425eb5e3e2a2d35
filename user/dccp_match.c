// SPDX-License-Identifier: GPL-2.0
/*
 * Which DCCP sockets are wanted, seen here.
 *
 * Events go to all listeners, so the kernel does not filter them as it does a
 * dump; what passes is the same.
 */

#include <string.h>
#include <sys/socket.h>

#include <linux/divulge.h>

#include "dccp_filter.h"
#include "user.h"

#define V4_LEN		4
#define V6_LEN		16
#define MAPPED_LEN	(V6_LEN - V4_LEN)

static bool has_bit(uint32_t mask, uint8_t bit)
{
	return !mask || (bit < 32 && mask & UINT32_C(1) << bit);
}

/* An IPv4 address is the same whether or not the socket is of IPv6. */
static void map(uint8_t to[V6_LEN], const uint8_t *addr, size_t len)
{
	static const uint8_t prefix[MAPPED_LEN] = { [10] = 0xff, [11] = 0xff };

	if (len == V6_LEN) {
		memcpy(to, addr, V6_LEN);
		return;
	}
	memcpy(to, prefix, MAPPED_LEN);
	memcpy(to + MAPPED_LEN, addr, V4_LEN);
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int rest = bits % 8;

	if (memcmp(a, b, bits / 8))
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest));
}

static bool addr_passes(const struct dccp_end *end, uint8_t family,
			const uint8_t *addr)
{
	uint8_t wanted[V6_LEN], seen[V6_LEN];
	unsigned int bits = end->prefix;

	if (!end->len)
		return true;
	if (end->len == V4_LEN)
		bits += 8 * MAPPED_LEN;
	map(wanted, end->addr, end->len);
	map(seen, addr, family == AF_INET6 ? V6_LEN : V4_LEN);
	return same_bits(wanted, seen, bits);
}

static bool ends_pass(const struct dccp_filter *filter,
		      const struct divulge_dccp_sock *sock)
{
	const struct dccp_end *src = &filter->src, *dst = &filter->dst;

	return (!src->has_port || src->port == sock->sport) &&
	       (!dst->has_port || dst->port == sock->dport) &&
	       (filter->port < 0 || filter->port == sock->sport ||
		filter->port == sock->dport) &&
	       addr_passes(src, sock->family, sock->saddr) &&
	       addr_passes(dst, sock->family, sock->daddr);
}

static bool ccids_pass(const struct dccp_filter *filter,
		       const struct divulge_dccp_sock *sock)
{
	return (filter->tx_ccid < 0 || filter->tx_ccid == sock->tx_ccid) &&
	       (filter->rx_ccid < 0 || filter->rx_ccid == sock->rx_ccid) &&
	       (filter->ccid < 0 || filter->ccid == sock->tx_ccid ||
		filter->ccid == sock->rx_ccid);
}

/* The interface may go and come back with another number. */
static bool dev_passes(const char *dev, uint32_t ifindex)
{
	return !*dev || (ifindex && if_nametoindex(dev) == ifindex);
}

/**
 * dccp_filter_passes - see if something is wanted that happened to a socket
 * @filter: which sockets are wanted
 * @sock: the socket as it is then; of several service codes it has the first
 *
 * Return: true if it is wanted.
 */
bool dccp_filter_passes(const struct dccp_filter *filter,
			const struct divulge_dccp_sock *sock)
{
	return has_bit(filter->states, sock->state) &&
	       has_bit(filter->roles, sock->role) &&
	       (filter->service < 0 || filter->service == sock->service) &&
	       (filter->uid == USER_ANY || filter->uid == sock->uid) &&
	       dev_passes(filter->dev, sock->ifindex) &&
	       ccids_pass(filter, sock) && ends_pass(filter, sock);
}
