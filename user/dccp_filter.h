/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DCCP_FILTER_H
#define DIVULGE_DCCP_FILTER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/divulge.h>

#include "dccp_end.h"

/**
 * struct dccp_filter - which DCCP sockets are wanted
 * @kinds: bit N is set if kind N is wanted, 0 for what @states takes
 * @states: bit N is set if state N is wanted, 0 for all
 * @roles: bit N is set if role N is wanted, 0 for all
 * @src: own end
 * @dst: peer's end
 * @port: port of either end, -1 for any
 * @service: service code, -1 for any
 * @ccid: CCID of either half-connection, -1 for any
 * @tx_ccid: CCID of the half-connection it sends on, -1 for any
 * @rx_ccid: CCID of the half-connection it receives on, -1 for any
 * @uid: owner, USER_ANY for any
 * @dev: interface, "" for any
 */
struct dccp_filter {
	uint32_t kinds;
	uint32_t states;
	uint32_t roles;
	struct dccp_end src;
	struct dccp_end dst;
	int64_t port;
	int64_t service;
	int16_t ccid;
	int16_t tx_ccid;
	int16_t rx_ccid;
	uint32_t uid;
	char dev[IF_NAMESIZE];
};

/* What getopt_long() returns for the options that programs share */
enum {
	DCCP_FILTER_CCID = 768,
	DCCP_FILTER_DEV,
	DCCP_FILTER_DPORT,
	DCCP_FILTER_DST,
	DCCP_FILTER_PORT,
	DCCP_FILTER_ROLE,
	DCCP_FILTER_RX_CCID,
	DCCP_FILTER_SERVICE,
	DCCP_FILTER_SPORT,
	DCCP_FILTER_SRC,
	DCCP_FILTER_STATE,
	DCCP_FILTER_TX_CCID,
	DCCP_FILTER_UID,
};

/* How many options dccp_filter_options() adds */
#define DCCP_FILTER_NR_OPTIONS	12

struct option;

void dccp_filter_options(struct option *options);
void dccp_filter_init(struct dccp_filter *filter);
int dccp_filter_option(struct dccp_filter *filter, int c, char **argv);
int dccp_filter_put(const struct dccp_filter *filter, struct nlmsghdr *nlh);
bool dccp_filter_passes(const struct dccp_filter *filter,
			const struct divulge_dccp_sock *sock);

#endif
