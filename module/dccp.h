/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_DCCP_H
#define _DIVULGE_DCCP_H

#include <linux/types.h>
#include <uapi/linux/divulge.h>

struct net;
struct sock;
struct user_namespace;

enum divulge_absence divulge_dccp_absence(void);
u8 divulge_dccp_state(int state);
void divulge_dccp_fill(struct divulge_dccp_sock *rec, const struct sock *sk,
		       int state, bool locked,
		       struct user_namespace *user_ns);

enum divulge_absence divulge_dccp_events_absence(void);
void divulge_dccp_count(struct divulge_dccp_counters *counters, struct net *net);
int divulge_dccp_events_init(void);
void divulge_dccp_events_exit(void);
int divulge_dccp_net_init(void);
void divulge_dccp_net_exit(void);

#endif /* _DIVULGE_DCCP_H */
