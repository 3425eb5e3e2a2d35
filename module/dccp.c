// SPDX-License-Identifier: GPL-2.0
/*
 * Walking and reading DCCP sockets.
 *
 * Sockets are looked for as inet_diag does (net/ipv4/inet_diag.c,
 * inet_diag_dump_icsk()), in the hash tables that dccp.ko exports. The module
 * is held for as long as one call looks at them and not between calls, so it
 * can go whenever there are no sockets.
 */

#include <linux/dccp.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "dccp.h"
#include "dccp_ccid.h"
#include "genl.h"

/*
 * How long one dump may wait for sockets that are in use, in jiffies. A caller
 * can be kept in a system call with the socket for as long as it likes
 * (dccp_sendmsg() copies from its memory), and others wait for the dump.
 */
#define PATIENCE	(HZ / 10)

/* Enough to make taking a bucket's lock cheap, few enough for the stack */
#define BATCH	16

/**
 * enum table - hash tables in the order of the walk
 * @TABLE_LISTEN: listeners
 * @TABLE_ESTABLISHED: all sockets with a peer
 * @TABLE_END: behind the last
 */
enum table {
	TABLE_LISTEN,
	TABLE_ESTABLISHED,
	TABLE_END,
};

/**
 * struct walk - where a dump is, kept between its calls in cb->ctx
 * @started: the first call has been
 * @patience: how long to wait yet for sockets in use
 * @table: in this table
 * @bucket: in this bucket of it
 * @pos: before this of the bucket's sockets that match
 */
struct walk {
	bool started;
	u8 patience;
	u8 table;
	unsigned int bucket;
	unsigned int pos;
};

/**
 * divulge_dccp_absence - can DCCP sockets be had now
 *
 * Process context.
 *
 * Return: DIVULGE_ABSENCE_NONE if dccp.ko is there.
 */
enum divulge_absence divulge_dccp_absence(void)
{
	if (!symbol_get(dccp_hashinfo))
		return DIVULGE_ABSENCE_NOT_LOADED;
	symbol_put(dccp_hashinfo);
	return DIVULGE_ABSENCE_NONE;
}

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

static s16 ccid_of(const struct ccid *private)
{
	const struct divulge_ccid *ccid = (const struct divulge_ccid *)private;

	return ccid && ccid->ccid_ops ? ccid->ccid_ops->ccid_id : -1;
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

static u64 cookie_of(const struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie((struct sock *)sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
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
 * Process context or softirq. The record says @sk's own state.
 */
void divulge_dccp_fill(struct divulge_dccp_sock *rec, const struct sock *sk,
		       int state, bool locked,
		       struct user_namespace *user_ns)
{
	const struct dccp_sock *dp = dccp_sk(sk);
	const struct inet_sock *inet = inet_sk(sk);

	memset(rec, 0, sizeof(*rec));
	fill_addrs(rec, sk);
	rec->cookie = cookie_of(sk);
	rec->inode = sock_i_ino((struct sock *)sk);
	rec->netns = sock_net(sk)->ns.inum;
	rec->uid = from_kuid_munged(user_ns, sock_i_uid((struct sock *)sk));
	rec->ifindex = sk->sk_bound_dev_if;
	rec->service = be32_to_cpu(dp->dccps_service);
	rec->mps = dp->dccps_mss_cache;
	rec->pmtu = inet_csk(sk)->icsk_pmtu_cookie;
	rec->tx_ccid = -1;
	rec->rx_ccid = -1;
	rec->busy = !locked;
	if (locked && has_ccids(state)) {
		rec->tx_ccid = ccid_of(dp->dccps_hc_tx_ccid);
		rec->rx_ccid = ccid_of(dp->dccps_hc_rx_ccid);
	}
	/* A closed socket has given inet_num back, inet_sport not. */
	rec->sport = ntohs(inet->inet_sport);
	rec->dport = ntohs(inet->inet_dport);
	rec->family = sk->sk_family;
	rec->state = divulge_dccp_state(sk->sk_state);
	rec->role = role_of(dp);
}

/* Request and time-wait entries share the table and are no full sockets. */
static bool is_wanted(const struct sock *sk, const struct net *net)
{
	return net_eq(sock_net(sk), net) && sk_fullsock(sk);
}

/*
 * Take references on up to BATCH wanted sockets of a bucket, beginning with
 * the one at @pos. The bucket is locked by the caller.
 */
static unsigned int take_sockets(struct sock *socks[BATCH],
				 const struct hlist_nulls_head *head,
				 const struct net *net, unsigned int pos)
{
	struct hlist_nulls_node *node;
	unsigned int n = 0;
	struct sock *sk;

	sk_nulls_for_each(sk, node, head) {
		if (!is_wanted(sk, net))
			continue;
		if (pos) {
			pos--;
			continue;
		}
		if (!refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		socks[n++] = sk;
		if (n == BATCH)
			break;
	}
	return n;
}

static unsigned int take_batch(struct sock *socks[BATCH],
			       struct inet_hashinfo *tables,
			       const struct walk *walk, const struct net *net)
{
	struct inet_listen_hashbucket *listen;
	struct hlist_nulls_head *head;
	spinlock_t *lock;	/* of the bucket */
	unsigned int n;

	if (walk->table == TABLE_LISTEN) {
		listen = &tables->lhash2[walk->bucket];
		lock = &listen->lock;
		head = &listen->nulls_head;
	} else {
		lock = inet_ehash_lockp(tables, walk->bucket);
		head = &tables->ehash[walk->bucket].chain;
	}
	if (hlist_nulls_empty(head))
		return 0;

	spin_lock_bh(lock);
	n = take_sockets(socks, head, net, walk->pos);
	spin_unlock_bh(lock);
	return n;
}

/* As under lock_sock_fast(), but only if it need not sleep for the lock. */
static bool read_unowned(struct divulge_dccp_sock *rec, struct sock *sk,
			 struct user_namespace *user_ns)
{
	bool owned;

	spin_lock_bh(&sk->sk_lock.slock);
	owned = sock_owned_by_user_nocheck(sk);
	if (!owned)
		divulge_dccp_fill(rec, sk, sk->sk_state, true, user_ns);
	spin_unlock_bh(&sk->sk_lock.slock);
	return !owned;
}

static void read_sock(struct divulge_dccp_sock *rec, struct sock *sk,
		      struct user_namespace *user_ns, u8 *patience)
{
	while (!read_unowned(rec, sk, user_ns)) {
		if (!*patience) {
			divulge_dccp_fill(rec, sk, sk->sk_state, false,
					  user_ns);
			return;
		}
		--*patience;
		schedule_timeout_idle(1);
	}
}

/* Return: 0, -EMSGSIZE if the message is full, -ESTALE if @sk is no more */
static int put_sock(struct sk_buff *skb, struct netlink_callback *cb,
		    struct walk *walk, struct sock *sk)
{
	struct divulge_dccp_sock rec;
	void *hdr;

	read_sock(&rec, sk, sk_user_ns(NETLINK_CB(cb->skb).sk),
		  &walk->patience);
	/* It was closed after it was taken from its table. */
	if (rec.state == DIVULGE_DCCP_STATE_CLOSED)
		return -ESTALE;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &divulge_nl_family, NLM_F_MULTI,
			  DIVULGE_CMD_DCCP_DUMP);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put(skb, DIVULGE_A_DCCP_SOCK, sizeof(rec), &rec)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Return: 0 when the bucket is done, -EMSGSIZE when the message is full */
static int walk_bucket(struct sk_buff *skb, struct netlink_callback *cb,
		       struct inet_hashinfo *tables, struct walk *walk)
{
	struct net *net = sock_net(skb->sk);
	struct sock *socks[BATCH];
	unsigned int i, n;
	int err = 0;

	do {
		n = take_batch(socks, tables, walk, net);
		for (i = 0; i < n; i++) {
			if (err != -EMSGSIZE)
				err = put_sock(skb, cb, walk, socks[i]);
			/* A stale one has left the bucket. */
			if (!err)
				walk->pos++;
			sock_put(socks[i]);
		}
		if (err == -ESTALE)
			err = 0;
		cond_resched();
	} while (!err && n == BATCH);
	return err;
}

static unsigned int last_bucket(const struct inet_hashinfo *tables,
				enum table table)
{
	return table == TABLE_LISTEN ? tables->lhash2_mask : tables->ehash_mask;
}

static int walk_tables(struct sk_buff *skb, struct netlink_callback *cb,
		       struct inet_hashinfo *tables, struct walk *walk)
{
	int err;

	for (; walk->table != TABLE_END; walk->table++, walk->bucket = 0) {
		for (; walk->bucket <= last_bucket(tables, walk->table);
		     walk->bucket++, walk->pos = 0) {
			err = walk_bucket(skb, cb, tables, walk);
			if (err)
				return err;
		}
	}
	return 0;
}

/**
 * divulge_nl_dccp_dump_dumpit - answer DIVULGE_CMD_DCCP_DUMP
 * @skb: message to fill
 * @cb: where the dump is
 *
 * Process context, of whoever receives. Anybody may ask, as with inet_diag;
 * the network namespace is that of the socket asked on.
 *
 * Return: length of the message, 0 at the end, -EOPNOTSUPP without dccp.ko.
 */
int divulge_nl_dccp_dump_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct walk *walk = (struct walk *)cb->ctx;
	struct inet_hashinfo *tables;
	int err;

	BUILD_BUG_ON(sizeof(*walk) > sizeof(cb->ctx));

	tables = symbol_get(dccp_hashinfo);
	if (!tables) {
		/* It went away under a dump: then the last socket is gone. */
		if (walk->started)
			return 0;
		NL_SET_ERR_MSG(cb->extack,
			       "the kernel's dccp module is not loaded");
		return -EOPNOTSUPP;
	}
	if (!walk->started)
		walk->patience = PATIENCE;
	walk->started = true;
	err = walk_tables(skb, cb, tables, walk);
	symbol_put(dccp_hashinfo);
	return err && !skb->len ? err : skb->len;
}
