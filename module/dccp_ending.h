/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_DCCP_ENDING_H
#define _DIVULGE_DCCP_ENDING_H

#include <linux/types.h>
#include <uapi/linux/divulge.h>

struct sock;

void divulge_dccp_ending_note(const struct sock *sk, u8 reset, u8 code,
			      u8 cause);
void divulge_dccp_ending_take(struct divulge_dccp_close *close,
			      const struct sock *sk, int old_state);
void divulge_dccp_ending_forget(const struct sock *sk);
void divulge_dccp_ending_init(void);

#endif /* _DIVULGE_DCCP_ENDING_H */
