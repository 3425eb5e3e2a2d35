/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DCCP_H
#define DIVULGE_DCCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/divulge.h>

#include "record.h"

/* The kernel takes no more (DCCP_SERVICE_LIST_MAX_LEN) */
#define DCCP_MAX_SERVICES	32

/**
 * struct dccp_services - service codes of a listener that has several
 * @code: they, that of the sock first
 * @nr: how many, 0 if there is but that of the sock
 */
struct dccp_services {
	uint32_t code[DCCP_MAX_SERVICES];
	size_t nr;
};

/**
 * struct dccp_figures - what can be told under any CCID
 * @rtt: round-trip time in microseconds, 0 for none
 * @loss_rate: loss event rate in millionths, -1 for none
 * @cwnd: window in packets, 0 for none
 * @rate: rate it may send at, in bytes per second, -1 for none
 * @recv_rate: rate its peer has received at, in bytes per second, -1 for none
 */
struct dccp_figures {
	uint32_t rtt;
	uint32_t loss_rate;
	uint32_t cwnd;
	uint64_t rate;
	uint64_t recv_rate;
};

/**
 * struct dccp_entry - a DCCP socket, or what stands for one
 * @sock: what every one has
 * @seq: sequence numbers
 * @feat: features, options and queues
 * @timers: timers
 * @ccid2_tx: sender under CCID 2
 * @ccid2_rx: receiver under CCID 2
 * @ccid3_tx: sender under CCID 3
 * @ccid3_rx: receiver under CCID 3
 * @services: all service codes
 * @figures: what was made of the CCIDs
 * @has: bit N is set if attribute N was there, enum DIVULGE_A_DCCP_ENTRY_*
 */
struct dccp_entry {
	struct divulge_dccp_sock sock;
	struct divulge_dccp_seq seq;
	struct divulge_dccp_feat feat;
	struct divulge_dccp_timers timers;
	struct divulge_dccp_ccid2_tx ccid2_tx;
	struct divulge_dccp_ccid2_rx ccid2_rx;
	struct divulge_dccp_ccid3_tx ccid3_tx;
	struct divulge_dccp_ccid3_rx ccid3_rx;
	struct dccp_services services;
	struct dccp_figures figures;
	uint32_t has;
};

void dccp_figures_make(struct dccp_figures *figures,
		       const struct divulge_dccp_ccid2_tx *ccid2_tx,
		       const struct divulge_dccp_ccid3_tx *ccid3_tx,
		       const struct divulge_dccp_ccid3_rx *ccid3_rx);
bool dccp_entry_decode(const struct nlattr *attr, struct dccp_entry *entry);
struct record dccp_entry_record(const struct dccp_entry *entry);

#endif
