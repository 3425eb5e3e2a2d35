/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CHANGE_H
#define DIVULGE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/divulge.h>

#include "dccp.h"
#include "record.h"

/**
 * struct change - something that happened to a DCCP socket
 * @change: what and when
 * @sock: the socket after it
 * @mps: what its maximum packet size was
 * @loss: how a loss was noticed
 * @close: how it ended
 * @ccid2_tx: sender under CCID 2
 * @ccid3_tx: sender under CCID 3
 * @ccid3_rx: receiver under CCID 3
 * @figures: what was made of the CCIDs
 * @has: bit N is set if attribute N was there, enum DIVULGE_A_DCCP_EVENT_*
 * @name: what it is called
 */
struct change {
	struct divulge_dccp_change change;
	struct divulge_dccp_sock sock;
	struct divulge_dccp_mps mps;
	struct divulge_dccp_loss loss;
	struct divulge_dccp_close close;
	struct divulge_dccp_ccid2_tx ccid2_tx;
	struct divulge_dccp_ccid3_tx ccid3_tx;
	struct divulge_dccp_ccid3_rx ccid3_rx;
	struct dccp_figures figures;
	uint32_t has;
	const char *name;
};

bool change_decode(const struct nlattr *attr, struct change *change);
struct record change_record(const struct change *change);
int change_parse(const char *list, uint32_t *wanted);
bool change_passes(uint32_t wanted, const struct change *change);

#endif
