// SPDX-License-Identifier: GPL-2.0
/*
 * Reading one DCCP socket.
 *
 * What is read without its lock is each a word that the kernel itself reads so
 * (net/ipv4/inet_diag.c). The rest may come and go, and is read under the lock.
 */

#include <linux/dccp.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sock_diag.h>
#include <linux/time.h>
#include <linux/uidgid.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "dccp.h"
#include "dccp_ccid.h"

/* net/dccp/ccids/lib/tfrc_equation.c: the least p but 0, in millionths */
#define TFRC_SMALLEST_P	100

/**
 * divulge_dccp_state - name a state as the contract does
 * @state: of a socket, enum dccp_state (linux/dccp.h)
 *
 * Return: enum divulge_dccp_state.
 */
u8 divulge_dccp_state(int state)
{
	switch (state) {
	case DCCP_CLOSED:
		return DIVULGE_DCCP_STATE_CLOSED;
	case DCCP_REQUESTING:
		return DIVULGE_DCCP_STATE_REQUEST;
	case DCCP_LISTEN:
		return DIVULGE_DCCP_STATE_LISTEN;
	case DCCP_RESPOND:
	case DCCP_NEW_SYN_RECV:
		return DIVULGE_DCCP_STATE_RESPOND;
	case DCCP_PARTOPEN:
		return DIVULGE_DCCP_STATE_PARTOPEN;
	case DCCP_OPEN:
		return DIVULGE_DCCP_STATE_OPEN;
	case DCCP_ACTIVE_CLOSEREQ:
		return DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ;
	case DCCP_PASSIVE_CLOSE:
		return DIVULGE_DCCP_STATE_PASSIVE_CLOSE;
	case DCCP_PASSIVE_CLOSEREQ:
		return DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ;
	case DCCP_CLOSING:
		return DIVULGE_DCCP_STATE_CLOSING;
	case DCCP_TIME_WAIT:
		return DIVULGE_DCCP_STATE_TIMEWAIT;
	default:
		return DIVULGE_DCCP_STATE_UNKNOWN;
	}
}

static u8 role_of(const struct dccp_sock *dp)
{
	switch (dp->dccps_role) {
	case DCCP_ROLE_LISTEN:
		return DIVULGE_DCCP_ROLE_LISTEN;
	case DCCP_ROLE_CLIENT:
		return DIVULGE_DCCP_ROLE_CLIENT;
	case DCCP_ROLE_SERVER:
		return DIVULGE_DCCP_ROLE_SERVER;
	default:
		return DIVULGE_DCCP_ROLE_NONE;
	}
}

/*
 * Before the connection is agreed on, a socket may still hold the CCIDs of an
 * earlier connection, and a child those of its listener.
 */
static bool has_ccids(int state)
{
	switch (state) {
	case DCCP_PARTOPEN:
	case DCCP_OPEN:
	case DCCP_ACTIVE_CLOSEREQ:
	case DCCP_PASSIVE_CLOSE:
	case DCCP_PASSIVE_CLOSEREQ:
	case DCCP_CLOSING:
		return true;
	default:
		return false;
	}
}

/* Return: NULL if there is none */
static const struct divulge_ccid *ccid_of(const struct ccid *private)
{
	const struct divulge_ccid *ccid = (const struct divulge_ccid *)private;

	return ccid && ccid->ccid_ops ? ccid : NULL;
}

static s16 id_of(const struct ccid *private)
{
	const struct divulge_ccid *ccid = ccid_of(private);

	return ccid ? ccid->ccid_ops->ccid_id : -1;
}

static void fill_addrs(struct divulge_dccp_sock *rec, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(rec->saddr, &sk->sk_v6_rcv_saddr, sizeof(rec->saddr));
		memcpy(rec->daddr, &sk->sk_v6_daddr, sizeof(rec->daddr));
		return;
	}
#endif
	memcpy(rec->saddr, &sk->sk_rcv_saddr, sizeof(sk->sk_rcv_saddr));
	memcpy(rec->daddr, &sk->sk_daddr, sizeof(sk->sk_daddr));
}

/**
 * divulge_dccp_cookie - what tells a socket from all others
 * @sk: any kind of socket, which gets a cookie if it has none
 *
 * Any context but NMI.
 *
 * Return: as SO_COOKIE has it.
 */
u64 divulge_dccp_cookie(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	u32 words[2];

	if (cookie)
		return cookie;
	sock_diag_save_cookie((struct sock *)sk, words);
	return (u64)words[1] << 32 | words[0];
}

/*
 * As sock_i_ino(), but without a lock: this may run where one must not be
 * taken. The inode of a socket is freed after an RCU grace period.
 */
static u64 inode_of(const struct sock *sk)
{
	struct socket *socket;
	u64 ino = 0;

	rcu_read_lock();
	socket = READ_ONCE(sk->sk_socket);
	if (socket)
		ino = READ_ONCE(SOCK_INODE(socket)->i_ino);
	rcu_read_unlock();
	return ino;
}

/* The way that most ask needs no map. */
static u32 uid_for(struct user_namespace *user_ns, kuid_t uid)
{
	return user_ns == &init_user_ns ? __kuid_val(uid) :
					  from_kuid_munged(user_ns, uid);
}

/* What sockets, requests and time-wait entries have in common */
static void fill_common(struct divulge_dccp_sock *rec, const struct sock *sk)
{
	memset(rec, 0, sizeof(*rec));
	fill_addrs(rec, sk);
	rec->cookie = divulge_dccp_cookie(sk);
	rec->netns = sock_net(sk)->ns.inum;
	rec->ifindex = sk->sk_bound_dev_if;
	rec->tx_ccid = -1;
	rec->rx_ccid = -1;
	rec->sport = sk->sk_num;
	rec->dport = ntohs(sk->sk_dport);
	rec->family = sk->sk_family;
	rec->v6only = ipv6_only_sock(sk);
}

/**
 * divulge_dccp_fill - the record of a DCCP socket
 * @rec: gets the record
 * @sk: a full socket
 * @state: the state to read it in, which for a socket about to change is the
 *	one that says what is valid in it
 * @locked: the caller has locked @sk; CCIDs come and go under that lock
 *	(net/dccp/feat.c, dccp_hdlr_ccid()), so without it they are left out
 * @user_ns: of those who will see the record
 *
 * Any context but NMI. The record says @sk's own state.
 */
void divulge_dccp_fill(struct divulge_dccp_sock *rec, const struct sock *sk,
		       int state, bool locked,
		       struct user_namespace *user_ns)
{
	const struct dccp_sock *dp = dccp_sk(sk);

	fill_common(rec, sk);
	rec->inode = inode_of(sk);
	rec->uid = uid_for(user_ns, sk->sk_uid);
	rec->service = be32_to_cpu(dp->dccps_service);
	rec->mps = READ_ONCE(dp->dccps_mss_cache);
	rec->pmtu = READ_ONCE(inet_csk(sk)->icsk_pmtu_cookie);
	rec->busy = !locked;
	if (locked && has_ccids(state)) {
		rec->tx_ccid = id_of(dp->dccps_hc_tx_ccid);
		rec->rx_ccid = id_of(dp->dccps_hc_rx_ccid);
	}
	/* A closed socket has given inet_num back, inet_sport not. */
	rec->sport = ntohs(inet_sk(sk)->inet_sport);
	rec->state = divulge_dccp_state(sk->sk_state);
	rec->role = role_of(dp);
	rec->shutdown = READ_ONCE(sk->sk_shutdown);
}

/* In milliseconds, and 0 for a timer that does not run */
static u32 remaining(const struct timer_list *timer)
{
	long left = READ_ONCE(timer->expires) - jiffies;

	if (!timer_pending(timer))
		return 0;
	return left > 0 ? max(jiffies_to_msecs(left), 1U) : 1;
}

/* @scale: how many of @value make a jiffy */
static u32 to_usecs(u32 value, u32 scale)
{
	return div_u64((u64)value * USEC_PER_SEC, scale * HZ);
}

static const void *tx_of(const struct sock *sk, u8 id, size_t size)
{
	const struct divulge_ccid *ccid = ccid_of(dccp_sk(sk)->dccps_hc_tx_ccid);

	return ccid && ccid->ccid_ops->ccid_id == id &&
	       ccid->ccid_ops->ccid_hc_tx_obj_size == size ?
	       ccid->ccid_priv : NULL;
}

static const void *rx_of(const struct sock *sk, u8 id, size_t size)
{
	const struct divulge_ccid *ccid = ccid_of(dccp_sk(sk)->dccps_hc_rx_ccid);

	return ccid && ccid->ccid_ops->ccid_id == id &&
	       ccid->ccid_ops->ccid_hc_rx_obj_size == size ?
	       ccid->ccid_priv : NULL;
}

/**
 * divulge_dccp_ccid2_tx - the sender of a socket, if it is under CCID 2
 * @sk: a full socket, locked
 *
 * Any context.
 *
 * Return: NULL under another CCID, and under one that is not as dccp_ccid.h
 * has it.
 */
const struct divulge_ccid2_tx *divulge_dccp_ccid2_tx(const struct sock *sk)
{
	return tx_of(sk, DCCPC_CCID2, sizeof(struct divulge_ccid2_tx));
}

/**
 * divulge_dccp_ccid3_tx - the sender of a socket, if it is under CCID 3
 * @sk: a full socket, locked
 *
 * Any context.
 *
 * Return: as divulge_dccp_ccid2_tx() does.
 */
const struct divulge_ccid3_tx *divulge_dccp_ccid3_tx(const struct sock *sk)
{
	return tx_of(sk, DCCPC_CCID3, sizeof(struct divulge_ccid3_tx));
}

static void fill_ccid2_tx(struct divulge_dccp_half *half,
			  const struct divulge_ccid2_tx *hc)
{
	half->attr = DIVULGE_A_DCCP_ENTRY_CCID2_TX;
	half->len = sizeof(half->ccid2_tx);
	half->ccid2_tx = (struct divulge_dccp_ccid2_tx) {
		.cwnd = hc->tx_cwnd,
		.ssthresh = hc->tx_ssthresh,
		.pipe = hc->tx_pipe,
		.packets_acked = hc->tx_packets_acked,
		.srtt = to_usecs(hc->tx_srtt, 8),
		.mdev = to_usecs(hc->tx_mdev, 4),
		.rttvar = to_usecs(hc->tx_rttvar, 1),
		.rto = to_usecs(hc->tx_rto, 1),
		.cwnd_used = hc->tx_cwnd_used,
		.expected_wnd = hc->tx_expected_wnd,
		.last_cong = jiffies_to_msecs((u32)jiffies - hc->tx_last_cong),
	};
}

static u8 tfrc_tx_state(u8 state)
{
	switch (state) {
	case DIVULGE_TFRC_SSTATE_NO_SENT:
		return DIVULGE_DCCP_TFRC_STATE_NO_SENT;
	case DIVULGE_TFRC_SSTATE_NO_FBACK:
		return DIVULGE_DCCP_TFRC_STATE_NO_FBACK;
	case DIVULGE_TFRC_SSTATE_FBACK:
		return DIVULGE_DCCP_TFRC_STATE_FBACK;
	default:
		return DIVULGE_DCCP_TFRC_STATE_NONE;
	}
}

static void fill_ccid3_tx(struct divulge_dccp_half *half,
			  const struct divulge_ccid3_tx *hc)
{
	half->attr = DIVULGE_A_DCCP_ENTRY_CCID3_TX;
	half->len = sizeof(half->ccid3_tx);
	half->ccid3_tx = (struct divulge_dccp_ccid3_tx) {
		.x = hc->tx_x,
		.x_recv = hc->tx_x_recv,
		.x_calc = hc->tx_x_calc,
		.rtt = hc->tx_rtt,
		.p = hc->tx_p,
		.rto = hc->tx_t_rto,
		.ipi = hc->tx_t_ipi,
		.s = hc->tx_s,
		.state = tfrc_tx_state(hc->tx_state),
		.win_count = hc->tx_last_win_count,
	};
}

/*
 * From the mean loss interval to p as the receiver's own socket option has it
 * (tfrc_invert_loss_event_rate()).
 */
static u32 loss_event_rate(u32 i_mean)
{
	if (i_mean == U32_MAX)
		return 0;
	if (!i_mean)
		return USEC_PER_SEC;
	return max_t(u32, USEC_PER_SEC / i_mean, TFRC_SMALLEST_P);
}

static u8 tfrc_rx_state(u8 state)
{
	switch (state) {
	case DIVULGE_TFRC_RSTATE_NO_DATA:
		return DIVULGE_DCCP_TFRC_STATE_NO_DATA;
	case DIVULGE_TFRC_RSTATE_DATA:
		return DIVULGE_DCCP_TFRC_STATE_DATA;
	default:
		return DIVULGE_DCCP_TFRC_STATE_NONE;
	}
}

static void fill_ccid3_rx(struct divulge_dccp_half *half,
			  const struct divulge_ccid3_rx *hc)
{
	half->attr = DIVULGE_A_DCCP_ENTRY_CCID3_RX;
	half->len = sizeof(half->ccid3_rx);
	half->ccid3_rx = (struct divulge_dccp_ccid3_rx) {
		.x_recv = hc->rx_x_recv,
		.rtt = hc->rx_rtt,
		.p = loss_event_rate(hc->rx_li_hist.i_mean),
		.i_mean = hc->rx_li_hist.i_mean,
		.bytes_recv = hc->rx_bytes_recv,
		.s = hc->rx_s,
		.state = tfrc_rx_state(hc->rx_state),
		.last_counter = hc->rx_last_counter,
	};
}

static void fill_ccid2_rx(struct divulge_dccp_half *half,
			  const struct divulge_ccid2_rx *hc)
{
	half->attr = DIVULGE_A_DCCP_ENTRY_CCID2_RX;
	half->len = sizeof(half->ccid2_rx);
	half->ccid2_rx = (struct divulge_dccp_ccid2_rx) {
		.num_data_pkts = hc->rx_num_data_pkts,
	};
}

static void fill_tx(struct divulge_dccp_half *half, const struct sock *sk)
{
	const struct divulge_ccid2_tx *ccid2 = divulge_dccp_ccid2_tx(sk);
	const struct divulge_ccid3_tx *ccid3 = divulge_dccp_ccid3_tx(sk);

	if (ccid2)
		fill_ccid2_tx(half, ccid2);
	else if (ccid3)
		fill_ccid3_tx(half, ccid3);
}

static void fill_rx(struct divulge_dccp_half *half, const struct sock *sk)
{
	const struct divulge_ccid2_rx *ccid2;
	const struct divulge_ccid3_rx *ccid3;

	ccid2 = rx_of(sk, DCCPC_CCID2, sizeof(*ccid2));
	ccid3 = rx_of(sk, DCCPC_CCID3, sizeof(*ccid3));
	if (ccid2)
		fill_ccid2_rx(half, ccid2);
	else if (ccid3)
		fill_ccid3_rx(half, ccid3);
}

/**
 * divulge_dccp_fill_halves - the figures of a socket's CCIDs
 * @tx: gets those of the half-connection it sends on
 * @rx: gets those of the half-connection it receives on
 * @sk: a full socket, locked
 * @state: as for divulge_dccp_fill()
 *
 * Any context but NMI. A CCID that is not known, or not of the size it should
 * have, has no figures.
 */
void divulge_dccp_fill_halves(struct divulge_dccp_half *tx,
			      struct divulge_dccp_half *rx,
			      const struct sock *sk, int state)
{
	tx->attr = 0;
	rx->attr = 0;
	if (!has_ccids(state))
		return;
	fill_tx(tx, sk);
	fill_rx(rx, sk);
}

static u32 ccid_timer(const struct sock *sk)
{
	const struct divulge_ccid2_tx *ccid2 = divulge_dccp_ccid2_tx(sk);
	const struct divulge_ccid3_tx *ccid3 = divulge_dccp_ccid3_tx(sk);

	if (ccid2)
		return remaining(&ccid2->tx_rtotimer);
	return ccid3 ? remaining(&ccid3->tx_no_feedback_timer) : 0;
}

static void fill_seq(struct divulge_dccp_seq *seq, const struct dccp_sock *dp)
{
	*seq = (struct divulge_dccp_seq) {
		.iss = dp->dccps_iss,
		.gss = dp->dccps_gss,
		.isr = dp->dccps_isr,
		.gsr = dp->dccps_gsr,
		.osr = dp->dccps_osr,
		.gar = dp->dccps_gar,
		.swl = dp->dccps_swl,
		.swh = dp->dccps_swh,
		.awl = dp->dccps_awl,
		.awh = dp->dccps_awh,
		.ndp_count = dp->dccps_ndp_count,
	};
}

static u32 ccmps_of(const struct sock *sk)
{
	const struct divulge_ccid *ccid = ccid_of(dccp_sk(sk)->dccps_hc_tx_ccid);

	return ccid && has_ccids(sk->sk_state) ? ccid->ccid_ops->ccid_ccmps : 0;
}

static void fill_feat(struct divulge_dccp_feat *feat, const struct sock *sk)
{
	const struct dccp_sock *dp = dccp_sk(sk);
	bool listens = sk->sk_state == DCCP_LISTEN;

	*feat = (struct divulge_dccp_feat) {
		.l_seq_win = dp->dccps_l_seq_win,
		.r_seq_win = dp->dccps_r_seq_win,
		.l_ack_ratio = dp->dccps_l_ack_ratio,
		.r_ack_ratio = dp->dccps_r_ack_ratio,
		.send_cscov = dp->dccps_pcslen,
		.recv_cscov = dp->dccps_pcrlen,
		.send_ndp_count = dp->dccps_send_ndp_count,
		.ack_vector = !!dp->dccps_hc_rx_ackvec,
		.server_timewait = dp->dccps_server_timewait,
		.qpolicy = dp->dccps_qpolicy,
		.tx_qlen = dp->dccps_tx_qlen,
		.tx_queued = skb_queue_len_lockless(&sk->sk_write_queue),
		.rx_queued = listens ? READ_ONCE(sk->sk_ack_backlog) :
			     skb_queue_len_lockless(&sk->sk_receive_queue),
		.backlog = listens ? READ_ONCE(sk->sk_max_ack_backlog) : 0,
		.rmem = sk_rmem_alloc_get(sk),
		.wmem = sk_wmem_alloc_get(sk),
		.ccmps = ccmps_of(sk),
	};
}

static void fill_timers(struct divulge_dccp_timers *timers,
			const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct dccp_sock *dp = dccp_sk(sk);
	bool acks = icsk->icsk_ack.pending & ICSK_ACK_TIMER;

	/* A timer that is not wanted any more may run on with nothing to do. */
	*timers = (struct divulge_dccp_timers) {
		.retransmit = icsk->icsk_pending ?
			      remaining(&icsk->icsk_retransmit_timer) : 0,
		.delack = acks ? remaining(&icsk->icsk_delack_timer) : 0,
		.keepalive = remaining(&sk->sk_timer),
		.xmit = remaining(&dp->dccps_xmit_timer),
		.ccid = has_ccids(sk->sk_state) ? ccid_timer(sk) : 0,
		.rto = to_usecs(icsk->icsk_rto, 1),
		.syn_rtt = dp->dccps_syn_rtt,
		.retransmits = icsk->icsk_retransmits,
		.backoff = icsk->icsk_backoff,
	};
}

/* A connection has the one code that was asked for. */
static u32 fill_services(struct divulge_dccp_entry *entry,
			 const struct dccp_sock *dp)
{
	const struct dccp_service_list *more = dp->dccps_service_list;
	unsigned int i, n;

	if (!more || dp->dccps_role != DCCP_ROLE_LISTEN)
		return 0;
	n = min_t(u32, more->dccpsl_nr, DIVULGE_MAX_SERVICES - 1);
	entry->services[0] = be32_to_cpu(dp->dccps_service);
	for (i = 0; i < n; i++)
		entry->services[i + 1] = be32_to_cpu(more->dccpsl_list[i]);
	entry->nr_services = n + 1;
	return DIVULGE_DCCP_GROUP_SERVICES;
}

static void read_socket(struct divulge_dccp_entry *entry, const struct sock *sk,
			u32 groups)
{
	const struct dccp_sock *dp = dccp_sk(sk);

	if (groups & DIVULGE_DCCP_GROUP_SEQ)
		fill_seq(&entry->seq, dp);
	if (groups & DIVULGE_DCCP_GROUP_FEAT)
		fill_feat(&entry->feat, sk);
	if (groups & DIVULGE_DCCP_GROUP_TIMERS)
		fill_timers(&entry->timers, sk);
	if (groups & DIVULGE_DCCP_GROUP_CCID)
		divulge_dccp_fill_halves(&entry->tx, &entry->rx, sk,
					 sk->sk_state);
	entry->groups = groups & ~DIVULGE_DCCP_GROUP_SERVICES;
	if (groups & DIVULGE_DCCP_GROUP_SERVICES)
		entry->groups |= fill_services(entry, dp);
}

static void read_request(struct divulge_dccp_entry *entry,
			 const struct request_sock *req, u32 groups,
			 struct user_namespace *user_ns)
{
	const struct dccp_request_sock *dreq = dccp_rsk(req);
	struct divulge_dccp_sock *rec = &entry->sock;

	rec->kind = DIVULGE_DCCP_KIND_REQUEST;
	rec->state = DIVULGE_DCCP_STATE_RESPOND;
	rec->role = DIVULGE_DCCP_ROLE_SERVER;
	rec->service = be32_to_cpu(dreq->dreq_service);
	rec->uid = uid_for(user_ns, req->rsk_listener->sk_uid);
	if (groups & DIVULGE_DCCP_GROUP_SEQ)
		entry->seq = (struct divulge_dccp_seq) {
			.iss = dreq->dreq_iss,
			.gss = dreq->dreq_gss,
			.isr = dreq->dreq_isr,
			.gsr = dreq->dreq_gsr,
		};
	if (groups & DIVULGE_DCCP_GROUP_TIMERS)
		entry->timers = (struct divulge_dccp_timers) {
			.retransmit = remaining(&req->rsk_timer),
			.retransmits = req->num_retrans,
			.backoff = req->num_timeout,
		};
	entry->groups = groups & (DIVULGE_DCCP_GROUP_SEQ |
				  DIVULGE_DCCP_GROUP_TIMERS);
}

static void read_timewait(struct divulge_dccp_entry *entry,
			  const struct inet_timewait_sock *tw, u32 groups)
{
	struct divulge_dccp_sock *rec = &entry->sock;

	rec->kind = DIVULGE_DCCP_KIND_TIMEWAIT;
	rec->state = DIVULGE_DCCP_STATE_TIMEWAIT;
	/* Nobody owns it. */
	rec->uid = U32_MAX;
	if (groups & DIVULGE_DCCP_GROUP_TIMERS)
		entry->timers = (struct divulge_dccp_timers) {
			.timewait = remaining(&tw->tw_timer),
		};
	entry->groups = groups & DIVULGE_DCCP_GROUP_TIMERS;
}

/**
 * divulge_dccp_read - all that is to be told of a socket
 * @entry: filled
 * @sk: a socket, or what is in its table instead of one
 * @groups: what is wanted (DIVULGE_DCCP_GROUP_*)
 * @locked: the caller has locked @sk, if it is a full socket; without that no
 *	group is told
 * @user_ns: of those who will see it
 *
 * Any context but NMI; the caller has a reference on @sk.
 */
void divulge_dccp_read(struct divulge_dccp_entry *entry, const struct sock *sk,
		       u32 groups, bool locked, struct user_namespace *user_ns)
{
	u8 kind = divulge_dccp_kind(sk);

	entry->groups = 0;
	if (kind == DIVULGE_DCCP_KIND_SOCKET) {
		divulge_dccp_fill(&entry->sock, sk, sk->sk_state, locked,
				  user_ns);
		if (locked)
			read_socket(entry, sk, groups);
		return;
	}
	fill_common(&entry->sock, sk);
	if (kind == DIVULGE_DCCP_KIND_REQUEST)
		read_request(entry, inet_reqsk((struct sock *)sk), groups,
			     user_ns);
	else
		read_timewait(entry, inet_twsk(sk), groups);
}
