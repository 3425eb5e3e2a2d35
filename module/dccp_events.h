/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_DCCP_EVENTS_H
#define _DIVULGE_DCCP_EVENTS_H

#include <linux/types.h>
#include <uapi/linux/divulge.h>

#include "dccp.h"

/**
 * struct divulge_dccp_event - what happened to a socket
 * @sock: the socket after that
 * @old_state: before that, enum divulge_dccp_state
 * @kind: enum divulge_dccp_change_kind
 * @attr: attribute of a dccp-event that tells more of it, 0 if none
 * @mps: for DIVULGE_A_DCCP_EVENT_MPS
 * @loss: for DIVULGE_A_DCCP_EVENT_LOSS
 * @close: for DIVULGE_A_DCCP_EVENT_CLOSE
 * @tx: half-connection it sends on, if that is told
 * @rx: half-connection it receives on, if that is told
 */
struct divulge_dccp_event {
	struct divulge_dccp_sock sock;
	u8 old_state;
	u8 kind;
	u16 attr;
	union {
		struct divulge_dccp_mps mps;
		struct divulge_dccp_loss loss;
		struct divulge_dccp_close close;
	};
	struct divulge_dccp_half tx;
	struct divulge_dccp_half rx;
};

bool divulge_dccp_heard(const struct sock *sk);
void divulge_dccp_event_begin(struct divulge_dccp_event *event,
			      const struct sock *sk, int state, u8 kind);
void divulge_dccp_agreed(const struct sock *sk, int state);
void divulge_dccp_tell(const struct sock *sk,
		       const struct divulge_dccp_event *event);

#endif /* _DIVULGE_DCCP_EVENTS_H */
