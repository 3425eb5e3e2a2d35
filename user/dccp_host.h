/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DCCP_HOST_H
#define DIVULGE_DCCP_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "mend.h"
#include "record.h"

/* RFC 4340, 10, has room for as many */
#define DCCP_MAX_CCIDS	256

/**
 * struct dccp_host - what the running kernel has of DCCP
 * @why: why there can be no DCCP socket, "" if there can
 * @ccid: CCIDs that it has
 * @ccids: the same
 * @seq_window: sysctls below net.dccp.default, each -1 for none
 * @rx_ccid: likewise
 * @tx_ccid: likewise
 * @request_retries: likewise
 * @retries1: likewise
 * @retries2: likewise
 * @tx_qlen: likewise
 * @sync_ratelimit: likewise, in milliseconds
 */
struct dccp_host {
	char why[MEND_LEN];
	uint32_t ccid[DCCP_MAX_CCIDS];
	struct uints ccids;
	int64_t seq_window;
	int64_t rx_ccid;
	int64_t tx_ccid;
	int64_t request_retries;
	int64_t retries1;
	int64_t retries2;
	int64_t tx_qlen;
	int64_t sync_ratelimit;
};

void dccp_host_look(struct dccp_host *host);
void dccp_why(char why[MEND_LEN]);

#endif
