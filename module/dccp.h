/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_DCCP_H
#define _DIVULGE_DCCP_H

#include <linux/dccp.h>
#include <linux/types.h>
#include <net/sock.h>
#include <uapi/linux/divulge.h>

struct divulge_ccid2_tx;
struct divulge_ccid3_tx;
struct net;
struct sk_buff;
struct user_namespace;

/* The first one is among them (dccp_setsockopt_service()). */
#define DIVULGE_MAX_SERVICES	DCCP_SERVICE_LIST_MAX_LEN

/**
 * struct divulge_dccp_half - figures of one half-connection's CCID
 * @attr: attribute of a struct divulge_dccp_entry that tells them, 0 if none
 * @len: length of what is in it, in bytes
 * @ccid2_tx: for DIVULGE_A_DCCP_ENTRY_CCID2_TX
 * @ccid2_rx: for DIVULGE_A_DCCP_ENTRY_CCID2_RX
 * @ccid3_tx: for DIVULGE_A_DCCP_ENTRY_CCID3_TX
 * @ccid3_rx: for DIVULGE_A_DCCP_ENTRY_CCID3_RX
 */
struct divulge_dccp_half {
	u16 attr;
	u16 len;
	union {
		struct divulge_dccp_ccid2_tx ccid2_tx;
		struct divulge_dccp_ccid2_rx ccid2_rx;
		struct divulge_dccp_ccid3_tx ccid3_tx;
		struct divulge_dccp_ccid3_rx ccid3_rx;
	};
};

/**
 * struct divulge_dccp_entry - all that is told of a socket
 * @groups: what of it is there (DIVULGE_DCCP_GROUP_*), beside @sock
 * @sock: always
 * @seq: if the group is there
 * @feat: if the group is there
 * @timers: if the group is there
 * @tx: half-connection it sends on, if the group is there
 * @rx: half-connection it receives on, if the group is there
 * @services: if the group is there; in host order
 * @nr_services: how many
 */
struct divulge_dccp_entry {
	u32 groups;
	struct divulge_dccp_sock sock;
	struct divulge_dccp_seq seq;
	struct divulge_dccp_feat feat;
	struct divulge_dccp_timers timers;
	struct divulge_dccp_half tx;
	struct divulge_dccp_half rx;
	u32 services[DIVULGE_MAX_SERVICES];
	unsigned int nr_services;
};

/**
 * divulge_dccp_kind - what stands for a connection
 * @sk: a socket, or what is in its table instead of one
 *
 * Return: enum divulge_dccp_kind.
 */
static inline u8 divulge_dccp_kind(const struct sock *sk)
{
	switch (READ_ONCE(sk->sk_state)) {
	case DCCP_NEW_SYN_RECV:
		return DIVULGE_DCCP_KIND_REQUEST;
	case DCCP_TIME_WAIT:
		return DIVULGE_DCCP_KIND_TIMEWAIT;
	default:
		return DIVULGE_DCCP_KIND_SOCKET;
	}
}

enum divulge_absence divulge_dccp_absence(void);

u8 divulge_dccp_state(int state);
u64 divulge_dccp_cookie(const struct sock *sk);
void divulge_dccp_fill(struct divulge_dccp_sock *rec, const struct sock *sk,
		       int state, bool locked,
		       struct user_namespace *user_ns);
const struct divulge_ccid2_tx *divulge_dccp_ccid2_tx(const struct sock *sk);
const struct divulge_ccid3_tx *divulge_dccp_ccid3_tx(const struct sock *sk);
void divulge_dccp_fill_halves(struct divulge_dccp_half *tx,
			      struct divulge_dccp_half *rx,
			      const struct sock *sk, int state);
void divulge_dccp_read(struct divulge_dccp_entry *entry, const struct sock *sk,
		       u32 groups, bool locked,
		       struct user_namespace *user_ns);

int divulge_dccp_count_all(struct divulge_dccp_statistics *statistics);

enum divulge_absence divulge_dccp_events_absence(enum divulge_ability ability);
void divulge_dccp_count(struct divulge_dccp_counters *counters, struct net *net);
int divulge_dccp_events_init(void);
void divulge_dccp_events_exit(void);
int divulge_dccp_net_init(void);
void divulge_dccp_net_exit(void);

#endif /* _DIVULGE_DCCP_H */
