// SPDX-License-Identifier: GPL-2.0
/*
 * Finding DCCP sockets, and telling of them.
 *
 * Sockets are looked for as inet_diag does (net/ipv4/inet_diag.c,
 * inet_diag_dump_icsk()), in the hash tables that dccp.ko exports. That module
 * is held by each question until it is answered, as netlink holds ours; to find
 * it anew for each message costs as much as to tell of five sockets.
 */

#include <linux/capability.h>
#include <linux/dccp.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/inet6_hashtables.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "attr.h"
#include "compat.h"
#include "dccp.h"
#include "dccp_ccid.h"
#include "dccp_filter.h"
#include "genl.h"
#include "refusal.h"

/*
 * How long one dump may wait for sockets that are in use, in jiffies. A caller
 * can be kept in a system call with the socket for as long as it likes
 * (dccp_sendmsg() copies from its memory), and others wait for the dump.
 */
#define PATIENCE	(HZ / 10)

/* Enough to make taking a bucket's lock cheap */
#define BATCH	16

/* Buckets looked at in one go */
#define STRIDE		8

#define ALL_KINDS	GENMASK(DIVULGE_DCCP_KIND_TIMEWAIT, 0)

/**
 * enum table - hash tables in the order of the walk
 * @TABLE_LISTEN: listeners
 * @TABLE_ESTABLISHED: all with a peer
 * @TABLE_END: behind the last
 */
enum table {
	TABLE_LISTEN,
	TABLE_ESTABLISHED,
	TABLE_END,
};

/**
 * struct walk - where one is in the tables
 * @table: in this table
 * @bucket: in this bucket of it
 * @pos: before this of all that is in the bucket
 */
struct walk {
	enum table table;
	unsigned int bucket;
	unsigned int pos;
};

/**
 * struct batch - what was found in a bucket
 * @sk: with a reference each
 * @pos: where in the bucket each is
 * @n: how many
 * @end: how far in the bucket was looked
 */
struct batch {
	struct sock *sk[BATCH];
	unsigned int pos[BATCH];
	unsigned int n;
	unsigned int end;
};

/**
 * struct question - what is asked, and by whom
 * @filter: which sockets
 * @groups: what of them (DIVULGE_DCCP_GROUP_*)
 * @user_ns: of the asker
 * @patience: how long to wait yet for sockets in use, in jiffies
 * @batch: what was found last; not on the stack, which may be cleared each time
 * @entry: what was read last
 */
struct question {
	struct divulge_dccp_filter filter;
	u32 groups;
	struct user_namespace *user_ns;
	unsigned int patience;
	struct batch batch;
	struct divulge_dccp_entry entry;
};

/**
 * struct dump - a dump between its calls
 * @q: what is asked
 * @walk: where it is
 * @tables: where the sockets are
 * @refusal: what is told instead
 */
struct dump {
	struct question q;
	struct walk walk;
	struct inet_hashinfo *tables;
	struct divulge_refusal refusal;
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

static u64 sum_of(const struct dccp_mib __percpu *mib,
		  enum divulge_dccp_mib which)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(mib, cpu)->mibs[which];
	return sum;
}

/**
 * divulge_dccp_count_all - tell what DCCP itself has counted
 * @statistics: filled
 *
 * Process context.
 *
 * Return: 0, or -EOPNOTSUPP without dccp.ko.
 */
int divulge_dccp_count_all(struct divulge_dccp_statistics *statistics)
{
	struct dccp_mib __percpu **where = symbol_get(dccp_statistics);
	const struct dccp_mib __percpu *mib;

	if (!where)
		return -EOPNOTSUPP;
	mib = *where;
	*statistics = (struct divulge_dccp_statistics) {
		.active_opens = sum_of(mib, DIVULGE_DCCP_MIB_ACTIVEOPENS),
		.passive_opens = sum_of(mib, DIVULGE_DCCP_MIB_PASSIVEOPENS),
		.curr_estab = (long)sum_of(mib, DIVULGE_DCCP_MIB_CURRESTAB),
		.estab_resets = sum_of(mib, DIVULGE_DCCP_MIB_ESTABRESETS),
		.attempt_fails = sum_of(mib, DIVULGE_DCCP_MIB_ATTEMPTFAILS),
		.abort_on_timeout = sum_of(mib,
					   DIVULGE_DCCP_MIB_ABORTONTIMEOUT),
		.abort_failed = sum_of(mib, DIVULGE_DCCP_MIB_ABORTFAILED),
		.timeouts = sum_of(mib, DIVULGE_DCCP_MIB_TIMEOUTS),
		.out_segs = sum_of(mib, DIVULGE_DCCP_MIB_OUTSEGS),
		.out_rsts = sum_of(mib, DIVULGE_DCCP_MIB_OUTRSTS),
		.out_datagrams = sum_of(mib, DIVULGE_DCCP_MIB_OUTDATAGRAMS),
		.in_errs = sum_of(mib, DIVULGE_DCCP_MIB_INERRS),
		.opt_mandatory_error =
			sum_of(mib, DIVULGE_DCCP_MIB_OPTMANDATORYERROR),
		.invalid_opt = sum_of(mib, DIVULGE_DCCP_MIB_INVALIDOPT),
	};
	symbol_put(dccp_statistics);
	return 0;
}

/*
 * Take references on up to BATCH sockets of a bucket that may be wanted,
 * beginning with what is at @pos. The bucket is locked by the caller.
 */
static void take_sockets(struct batch *batch,
			 const struct hlist_nulls_head *head,
			 const struct divulge_dccp_filter *filter,
			 unsigned int pos)
{
	struct hlist_nulls_node *node;
	unsigned int at = 0;
	struct sock *sk;

	sk_nulls_for_each(sk, node, head) {
		if (at++ < pos || !divulge_dccp_filter_may_pass(filter, sk) ||
		    !refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		batch->sk[batch->n] = sk;
		batch->pos[batch->n] = at - 1;
		if (++batch->n == BATCH)
			break;
	}
	batch->end = at;
}

static void take_batch(struct batch *batch, struct inet_hashinfo *tables,
		       const struct walk *walk,
		       const struct divulge_dccp_filter *filter)
{
	struct inet_listen_hashbucket *listen;
	struct hlist_nulls_head *head;
	spinlock_t *lock;	/* of the bucket */

	if (walk->table == TABLE_LISTEN) {
		listen = &tables->lhash2[walk->bucket];
		lock = &listen->lock;
		head = &listen->nulls_head;
	} else {
		lock = inet_ehash_lockp(tables, walk->bucket);
		head = &tables->ehash[walk->bucket].chain;
	}

	batch->n = 0;
	spin_lock_bh(lock);
	take_sockets(batch, head, filter, walk->pos);
	spin_unlock_bh(lock);
}

static void put_batch(struct batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->n; i++)
		sock_gen_put(batch->sk[i]);
}

static void enter_bucket(struct walk *walk, unsigned int bucket)
{
	/* Where it went on may have become empty meanwhile. */
	if (walk->bucket != bucket)
		walk->pos = 0;
	walk->bucket = bucket;
}

static bool next_listeners(struct walk *walk, struct inet_hashinfo *tables)
{
	unsigned int i;

	for (i = walk->bucket; i <= tables->lhash2_mask; i++)
		if (!hlist_nulls_empty(&tables->lhash2[i].nulls_head)) {
			enter_bucket(walk, i);
			return true;
		}
	return false;
}

/* The mark of an empty list is the lowest bit of the pointer to the first. */
static unsigned long mark(const struct inet_ehash_bucket *head)
{
	return (unsigned long)READ_ONCE(head->chain.first);
}

static bool all_empty(const struct inet_ehash_bucket *head)
{
	BUILD_BUG_ON(STRIDE != 8);

	return mark(head) & mark(head + 1) & mark(head + 2) & mark(head + 3) &
	       mark(head + 4) & mark(head + 5) & mark(head + 6) &
	       mark(head + 7) & 1;
}

/*
 * The table is large, with a power of two of buckets that fills whole pages,
 * and mostly empty: this is most of the cost of a dump without sockets.
 */
static bool next_established(struct walk *walk, struct inet_hashinfo *tables)
{
	const struct inet_ehash_bucket *table = tables->ehash;
	unsigned int last = tables->ehash_mask;
	unsigned int i = walk->bucket;

	while (i <= last) {
		if (i % STRIDE == 0 && all_empty(table + i)) {
			i += STRIDE;
			continue;
		}
		if (!(mark(table + i) & 1)) {
			enter_bucket(walk, i);
			return true;
		}
		i++;
	}
	return false;
}

/*
 * Go on to the next bucket with something in it.
 *
 * Return: false behind the last one
 */
static bool next_bucket(struct walk *walk, struct inet_hashinfo *tables)
{
	if (walk->table == TABLE_LISTEN) {
		if (next_listeners(walk, tables))
			return true;
		walk->table = TABLE_ESTABLISHED;
		walk->bucket = 0;
		walk->pos = 0;
	}
	if (walk->table == TABLE_ESTABLISHED) {
		if (next_established(walk, tables))
			return true;
		walk->table = TABLE_END;
	}
	return false;
}

static void leave_bucket(struct walk *walk)
{
	walk->bucket++;
	walk->pos = 0;
}

/* As under lock_sock_fast(), but only if it need not sleep for the lock. */
static bool read_unowned(struct question *q, u32 groups, struct sock *sk)
{
	bool owned;

	spin_lock_bh(&sk->sk_lock.slock);
	owned = sock_owned_by_user_nocheck(sk);
	if (!owned)
		divulge_dccp_read(&q->entry, sk, groups, true, q->user_ns);
	spin_unlock_bh(&sk->sk_lock.slock);
	return !owned;
}

static void read_sock(struct question *q, struct sock *sk)
{
	u32 groups = q->groups;

	if (!sk_fullsock(sk)) {
		divulge_dccp_read(&q->entry, sk, groups, false, q->user_ns);
		return;
	}
	if (!q->filter.any_service)
		groups |= DIVULGE_DCCP_GROUP_SERVICES;
	while (!read_unowned(q, groups, sk)) {
		if (!q->patience) {
			divulge_dccp_read(&q->entry, sk, groups, false,
					  q->user_ns);
			return;
		}
		q->patience--;
		schedule_timeout_idle(1);
	}
}

static unsigned int max_entry_size(void)
{
	return nla_total_size(0) +
	       nla_total_size(sizeof(struct divulge_dccp_sock)) +
	       nla_total_size(sizeof(struct divulge_dccp_seq)) +
	       nla_total_size(sizeof(struct divulge_dccp_feat)) +
	       nla_total_size(sizeof(struct divulge_dccp_timers)) +
	       nla_total_size(sizeof(struct divulge_dccp_ccid2_tx)) +
	       nla_total_size(sizeof(struct divulge_dccp_ccid3_rx)) +
	       nla_total_size(DIVULGE_MAX_SERVICES * sizeof(u32));
}

/* Lengths that the compiler knows save a call for each. */
static void *put_half(void *at, const struct divulge_dccp_half *half)
{
	switch (half->attr) {
	case DIVULGE_A_DCCP_ENTRY_CCID2_TX:
		return divulge_attr_put(at, half->attr, &half->ccid2_tx,
					sizeof(half->ccid2_tx));
	case DIVULGE_A_DCCP_ENTRY_CCID2_RX:
		return divulge_attr_put(at, half->attr, &half->ccid2_rx,
					sizeof(half->ccid2_rx));
	case DIVULGE_A_DCCP_ENTRY_CCID3_TX:
		return divulge_attr_put(at, half->attr, &half->ccid3_tx,
					sizeof(half->ccid3_tx));
	case DIVULGE_A_DCCP_ENTRY_CCID3_RX:
		return divulge_attr_put(at, half->attr, &half->ccid3_rx,
					sizeof(half->ccid3_rx));
	default:
		return at;
	}
}

static void *put_groups(void *at, const struct divulge_dccp_entry *entry,
			u32 groups)
{
	groups &= entry->groups;
	if (groups & DIVULGE_DCCP_GROUP_SEQ)
		at = divulge_attr_put(at, DIVULGE_A_DCCP_ENTRY_SEQ,
				      &entry->seq, sizeof(entry->seq));
	if (groups & DIVULGE_DCCP_GROUP_FEAT)
		at = divulge_attr_put(at, DIVULGE_A_DCCP_ENTRY_FEAT,
				      &entry->feat, sizeof(entry->feat));
	if (groups & DIVULGE_DCCP_GROUP_TIMERS)
		at = divulge_attr_put(at, DIVULGE_A_DCCP_ENTRY_TIMERS,
				      &entry->timers, sizeof(entry->timers));
	if (groups & DIVULGE_DCCP_GROUP_CCID) {
		at = put_half(at, &entry->tx);
		at = put_half(at, &entry->rx);
	}
	if (groups & DIVULGE_DCCP_GROUP_SERVICES)
		at = divulge_attr_put(at, DIVULGE_A_DCCP_ENTRY_SERVICES,
				      entry->services,
				      entry->nr_services * sizeof(u32));
	return at;
}

/* Return: 0, or -EMSGSIZE if the message is full */
static int put_entry(struct sk_buff *skb,
		     const struct divulge_dccp_entry *entry, u32 groups)
{
	struct nlattr *nest = (struct nlattr *)skb_tail_pointer(skb);
	void *at;

	if (skb_tailroom(skb) < max_entry_size())
		return -EMSGSIZE;
	at = divulge_attr_put(nla_data(nest), DIVULGE_A_DCCP_ENTRY_SOCK,
			      &entry->sock, sizeof(entry->sock));
	at = put_groups(at, entry, groups);
	nest->nla_type = DIVULGE_A_DCCP_ENTRY | NLA_F_NESTED;
	nest->nla_len = at - (void *)nest;
	__skb_put(skb, nest->nla_len);
	return 0;
}

/* Return: 0, or -EMSGSIZE if the message is full */
static int tell_sock(struct sk_buff *skb, struct question *q, struct sock *sk)
{
	read_sock(q, sk);
	/* It was closed after it was taken from its table. */
	if (q->entry.sock.state == DIVULGE_DCCP_STATE_CLOSED)
		return 0;
	if (!q->filter.kinds_only &&
	    !divulge_dccp_filter_passes(&q->filter, &q->entry))
		return 0;
	return put_entry(skb, &q->entry, q->groups);
}

/* Return: 0 when the bucket is done, -EMSGSIZE when the message is full */
static int walk_bucket(struct sk_buff *skb, struct question *q,
		       struct walk *walk, struct inet_hashinfo *tables)
{
	struct batch *batch = &q->batch;
	unsigned int i;
	int err = 0;

	do {
		take_batch(batch, tables, walk, &q->filter);
		walk->pos = batch->end;
		for (i = 0; i < batch->n && !err; i++) {
			err = tell_sock(skb, q, batch->sk[i]);
			if (err)
				walk->pos = batch->pos[i];
		}
		put_batch(batch);
		cond_resched();
	} while (!err && batch->n == BATCH);
	return err;
}

/* Go on until the message is full, or to the end. */
static void walk_tables(struct sk_buff *skb, struct dump *dump)
{
	while (next_bucket(&dump->walk, dump->tables)) {
		if (walk_bucket(skb, &dump->q, &dump->walk, dump->tables))
			return;
		leave_bucket(&dump->walk);
	}
}

/*
 * Who knows the sequence numbers of a connection can end it or put data into
 * it; of TCP, too, only CAP_NET_ADMIN is told them (TCP_REPAIR).
 */
static u32 groups_for(const struct sk_buff *req, const struct nlattr *attr)
{
	u32 groups = attr ? nla_get_u32(attr) : 0;

	if (!netlink_net_capable(req, CAP_NET_ADMIN))
		groups &= ~DIVULGE_DCCP_GROUP_SEQ;
	return groups;
}

/* Return: 0, or -EINVAL with a message */
static int parse_question(struct question *q, const struct sk_buff *req,
			  struct nlattr **attrs, struct net *net,
			  struct netlink_ext_ack *extack)
{
	q->user_ns = sk_user_ns(NETLINK_CB(req).sk);
	q->groups = groups_for(req, attrs[DIVULGE_A_DCCP_GROUPS]);
	q->patience = PATIENCE;
	return divulge_dccp_filter_parse(&q->filter, attrs, net, q->user_ns,
					 extack);
}

static int no_dccp(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "the kernel's dccp module is not loaded");
	return -EOPNOTSUPP;
}

/* Return: 0, -EINVAL or -EOPNOTSUPP with a message */
static int begin(struct dump *dump, struct netlink_callback *cb,
		 struct netlink_ext_ack *extack)
{
	int err;

	err = parse_question(&dump->q, cb->skb, divulge_dump_attrs(cb),
			     sock_net(cb->skb->sk), extack);
	if (err)
		return err;
	dump->tables = symbol_get(dccp_hashinfo);
	return dump->tables ? 0 : no_dccp(extack);
}

/**
 * divulge_nl_dccp_dump_start - begin to answer DIVULGE_CMD_DCCP_DUMP
 * @cb: what is asked
 *
 * Process context. A refusal is left to the first call.
 *
 * Return: 0 or -ENOMEM.
 */
int divulge_nl_dccp_dump_start(struct netlink_callback *cb)
{
	struct dump **where = (struct dump **)cb->ctx;
	struct netlink_ext_ack said = {};
	struct dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->refusal.err = begin(dump, cb, &said);
	dump->refusal.why = said._msg;
	dump->refusal.attr = said.bad_attr;
	*where = dump;
	return 0;
}

/**
 * divulge_nl_dccp_dump_done - a dump is at its end, or nobody wants the rest
 * @cb: where it was
 *
 * Return: 0.
 */
int divulge_nl_dccp_dump_done(struct netlink_callback *cb)
{
	struct dump *dump = *(struct dump **)cb->ctx;

	if (dump->tables)
		symbol_put(dccp_hashinfo);
	kfree(dump);
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
 * Return: length of the message, 0 at the end, -EINVAL, or -EOPNOTSUPP without
 * dccp.ko.
 */
int divulge_nl_dccp_dump_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct dump *dump = *(struct dump **)cb->ctx;
	unsigned int empty;
	void *hdr;

	if (dump->refusal.err)
		return divulge_refusal_tell(&dump->refusal, cb->extack);
	if (dump->walk.table == TABLE_END)
		return 0;
	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &divulge_nl_family, NLM_F_MULTI,
			  DIVULGE_CMD_DCCP_DUMP);
	if (!hdr)
		return -EMSGSIZE;
	empty = skb->len;
	walk_tables(skb, dump);
	if (skb->len == empty)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return skb->len;
}

/* Return: the socket with a reference, NULL if there is none */
static struct sock *find_cookie(struct inet_hashinfo *tables,
				struct question *q)
{
	struct walk walk = { .table = TABLE_LISTEN };

	while (next_bucket(&walk, tables)) {
		take_batch(&q->batch, tables, &walk, &q->filter);
		/* No two have the same. */
		if (q->batch.n)
			return q->batch.sk[0];
		leave_bucket(&walk);
		cond_resched();
	}
	return NULL;
}

/* Who looks for a listener gets no reference. */
static struct sock *keep_listener(struct sock *sk)
{
	return sk && refcount_inc_not_zero(&sk->sk_refcnt) ? sk : NULL;
}

static struct sock *find_v4(struct inet_hashinfo *tables, struct net *net,
			    const struct divulge_dccp_filter *filter)
{
	__be32 src = filter->src.addr.s6_addr32[3];
	__be32 dst = filter->dst.addr.s6_addr32[3];

	if (filter->dst.attr)
		return __inet_lookup_established(net, tables, dst,
						 htons(filter->dport), src,
						 filter->sport,
						 filter->ifindex, 0);
	return keep_listener(__inet_lookup_listener(net, tables, NULL, 0, 0, 0,
						    src, filter->sport,
						    filter->ifindex, 0));
}

#if IS_ENABLED(CONFIG_IPV6)
static struct sock *find_v6(struct inet_hashinfo *tables, struct net *net,
			    const struct divulge_dccp_filter *filter)
{
	const struct in6_addr *src = &filter->src.addr;
	const struct in6_addr *dst = &filter->dst.addr;

	if (filter->dst.attr)
		return __inet6_lookup_established(net, tables, dst,
						  htons(filter->dport), src,
						  filter->sport,
						  filter->ifindex, 0);
	return keep_listener(inet6_lookup_listener(net, tables, NULL, 0,
						   &in6addr_any, 0, src,
						   filter->sport,
						   filter->ifindex, 0));
}
#else
static struct sock *find_v6(struct inet_hashinfo *tables, struct net *net,
			    const struct divulge_dccp_filter *filter)
{
	return NULL;
}
#endif

/* Return: the socket with a reference, NULL if there is none */
static struct sock *find_tuple(struct inet_hashinfo *tables, struct net *net,
			       const struct divulge_dccp_filter *filter)
{
	struct sock *sk;

	/* Sockets are looked up, and their memory kept, under RCU alone. */
	rcu_read_lock();
	/* A connection over IPv4 is found as such, be its socket of IPv6. */
	if (ipv6_addr_v4mapped(&filter->src.addr))
		sk = find_v4(tables, net, filter);
	else
		sk = find_v6(tables, net, filter);
	rcu_read_unlock();
	return sk;
}

/* A get asks for one: by its cookie, or by one end, or by both. */
static int check_get(struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[DIVULGE_A_DCCP_COOKIE])
		return 0;
	if (GENL_REQ_ATTR_CHECK(info, DIVULGE_A_DCCP_SRC) ||
	    GENL_REQ_ATTR_CHECK(info, DIVULGE_A_DCCP_SPORT))
		return -EINVAL;
	if (!attrs[DIVULGE_A_DCCP_DST] && !attrs[DIVULGE_A_DCCP_DPORT])
		return 0;
	if (GENL_REQ_ATTR_CHECK(info, DIVULGE_A_DCCP_DST) ||
	    GENL_REQ_ATTR_CHECK(info, DIVULGE_A_DCCP_DPORT))
		return -EINVAL;
	if (nla_len(attrs[DIVULGE_A_DCCP_SRC]) !=
	    nla_len(attrs[DIVULGE_A_DCCP_DST])) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[DIVULGE_A_DCCP_DST],
				    "not of the family of src");
		return -EINVAL;
	}
	return 0;
}

static int reply(struct genl_info *info, const struct question *q)
{
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &divulge_nl_family, 0,
				DIVULGE_CMD_DCCP_GET);
	if (!hdr || put_entry(msg, &q->entry, q->groups)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static int get(struct question *q, struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct inet_hashinfo *tables;
	struct sock *sk;
	int err;

	err = parse_question(q, skb, info->attrs, net, info->extack);
	if (err)
		return err;
	q->filter.kinds = ALL_KINDS;
	q->filter.kinds_only = false;
	q->filter.cookie = info->attrs[DIVULGE_A_DCCP_COOKIE] ?
			   nla_get_u64(info->attrs[DIVULGE_A_DCCP_COOKIE]) : 0;
	tables = symbol_get(dccp_hashinfo);
	if (!tables)
		return no_dccp(info->extack);
	sk = q->filter.cookie ? find_cookie(tables, q) :
				find_tuple(tables, net, &q->filter);
	if (sk) {
		read_sock(q, sk);
		sock_gen_put(sk);
	}
	symbol_put(dccp_hashinfo);
	if (sk && q->entry.sock.state != DIVULGE_DCCP_STATE_CLOSED)
		return reply(info, q);
	NL_SET_ERR_MSG(info->extack, "no such DCCP socket");
	return -ENOENT;
}

/**
 * divulge_nl_dccp_get_doit - answer DIVULGE_CMD_DCCP_GET
 * @skb: the request
 * @info: its attributes
 *
 * Process context. Anybody may ask, as with inet_diag.
 *
 * Return: 0, -EINVAL, -ENOENT, -ENOMEM, or -EOPNOTSUPP without dccp.ko.
 */
int divulge_nl_dccp_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct question *q;
	int err;

	err = check_get(info);
	if (err)
		return err;
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	err = get(q, skb, info);
	kfree(q);
	return err;
}
