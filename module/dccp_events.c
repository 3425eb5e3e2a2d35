// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to DCCP sockets, as events.
 *
 * Changes of state are seen at the kernel's own tracepoint inet_sock_set_state,
 * which TCP shares, so we are on it only while dccp.ko is there. For the rest
 * see dccp_probes.c.
 */

#include <linux/dccp.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/tracepoint.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>
#include <trace/events/sock.h>

#include "attr.h"
#include "compat.h"
#include "dccp.h"
#include "dccp_ending.h"
#include "dccp_events.h"
#include "dccp_probes.h"
#include "genl.h"
#include "publish.h"
#include "trace.h"

static unsigned int dccp_net_id;

static DEFINE_MUTEX(attach_mutex);
static struct tracepoint *set_state_tp;	/* constant after init */
static bool attached;			/* under attach_mutex */

/* All that an event has, with room for the largest of each */
#define MAX_EVENT_LEN							\
	(nla_total_size(0) +						\
	 nla_total_size(sizeof(struct divulge_dccp_change)) +		\
	 nla_total_size(sizeof(struct divulge_dccp_sock)) +		\
	 nla_total_size(sizeof(struct divulge_dccp_close)) +		\
	 nla_total_size(sizeof(struct divulge_dccp_ccid2_tx)) +	\
	 nla_total_size(sizeof(struct divulge_dccp_ccid3_rx)))

/* The attributes were written where it happened and only have to be copied. */
static int put_attrs(struct sk_buff *skb, const void *data, unsigned int len,
		     u64 seq, s64 time)
{
	struct divulge_dccp_change *change;
	const struct nlattr *nest;

	if (skb_tailroom(skb) < len)
		return -EMSGSIZE;
	nest = skb_put_data(skb, data, len);
	change = nla_data(nla_data(nest));
	put_unaligned(seq, &change->seq);
	put_unaligned(time, &change->time);
	return 0;
}

static const struct divulge_stream_ops dccp_ops = {
	.group = DIVULGE_NLGRP_DCCP,
	.cmd = DIVULGE_CMD_DCCP_NTF,
	.loss_attr = DIVULGE_A_DCCP_EVENTS_LOSS,
	.put = put_attrs,
};

/*
 * The socket is locked. While it changes, the lower of the two states says
 * what is valid in it: on the way up, CCIDs are set only for OPEN (PARTOPEN
 * is entered before they are), and on the way down they are still there.
 */
static int valid_state(int old_state, int new_state)
{
	if (new_state == DCCP_CLOSED)
		return old_state;
	if (new_state == DCCP_PARTOPEN)
		return DCCP_REQUESTING;
	return new_state;
}

static unsigned int attr_len(const struct divulge_dccp_event *event)
{
	switch (event->attr) {
	case DIVULGE_A_DCCP_EVENT_MPS:
		return sizeof(event->mps);
	case DIVULGE_A_DCCP_EVENT_LOSS:
		return sizeof(event->loss);
	case DIVULGE_A_DCCP_EVENT_CLOSE:
		return sizeof(event->close);
	default:
		return 0;
	}
}

/* Return: attribute of an event for a half-connection, 0 if it has none */
static u16 half_attr(const struct divulge_dccp_half *half)
{
	switch (half->attr) {
	case DIVULGE_A_DCCP_ENTRY_CCID2_TX:
		return DIVULGE_A_DCCP_EVENT_CCID2_TX;
	case DIVULGE_A_DCCP_ENTRY_CCID3_TX:
		return DIVULGE_A_DCCP_EVENT_CCID3_TX;
	case DIVULGE_A_DCCP_ENTRY_CCID3_RX:
		return DIVULGE_A_DCCP_EVENT_CCID3_RX;
	default:
		return 0;
	}
}

static unsigned int half_size(const struct divulge_dccp_half *half)
{
	return half_attr(half) ? nla_total_size(half->len) : 0;
}

static void *put_half(void *at, const struct divulge_dccp_half *half)
{
	if (!half_attr(half))
		return at;
	return divulge_attr_put(at, half_attr(half), &half->ccid2_tx,
				half->len);
}

static unsigned int event_size(const struct divulge_dccp_event *event)
{
	return nla_total_size(0) +
	       nla_total_size(sizeof(struct divulge_dccp_change)) +
	       nla_total_size(sizeof(event->sock)) +
	       (event->attr ? nla_total_size(attr_len(event)) : 0) +
	       half_size(&event->tx) + half_size(&event->rx);
}

static void fill_event(void *to, const void *arg)
{
	const struct divulge_dccp_event *event = arg;
	const struct divulge_dccp_change change = {
		.old_state = event->old_state,
		.kind = event->kind,
	};
	struct nlattr *nest = to;
	void *at;

	at = divulge_attr_put(nla_data(nest), DIVULGE_A_DCCP_EVENT_CHANGE,
			      &change, sizeof(change));
	at = divulge_attr_put(at, DIVULGE_A_DCCP_EVENT_SOCK, &event->sock,
			      sizeof(event->sock));
	if (event->attr)
		at = divulge_attr_put(at, event->attr, &event->mps,
				      attr_len(event));
	at = put_half(at, &event->tx);
	at = put_half(at, &event->rx);
	nest->nla_type = DIVULGE_A_DCCP_EVENTS_EVENT | NLA_F_NESTED;
	nest->nla_len = at - to;
}

static struct divulge_stream *stream_of(const struct sock *sk)
{
	return net_generic(sock_net(sk), dccp_net_id);
}

/**
 * divulge_dccp_heard - does anybody listen to what happens to a socket
 * @sk: the socket
 *
 * Any context.
 *
 * Return: as divulge_stream_heard() does.
 */
bool divulge_dccp_heard(const struct sock *sk)
{
	return divulge_stream_heard(stream_of(sk));
}

/**
 * divulge_dccp_event_begin - make an event of a socket as it is
 * @event: filled; who calls adds what is special to it
 * @sk: the socket, locked
 * @state: as for divulge_dccp_fill()
 * @kind: enum divulge_dccp_change_kind
 *
 * Any context but NMI.
 */
void divulge_dccp_event_begin(struct divulge_dccp_event *event,
			      const struct sock *sk, int state, u8 kind)
{
	divulge_dccp_fill(&event->sock, sk, state, true,
			  sock_net(sk)->user_ns);
	event->old_state = event->sock.state;
	event->kind = kind;
	event->attr = 0;
	event->tx.attr = 0;
	event->rx.attr = 0;
}

/**
 * divulge_dccp_tell - publish an event, if somebody listens
 * @sk: socket it is about
 * @event: what happened
 *
 * Any context but NMI.
 */
void divulge_dccp_tell(const struct sock *sk,
		       const struct divulge_dccp_event *event)
{
	struct divulge_stream *stream = stream_of(sk);

	BUILD_BUG_ON(MAX_EVENT_LEN > DIVULGE_EVENT_MAX_LEN);

	if (divulge_stream_heard(stream))
		divulge_event_add(stream, event_size(event), fill_event, event);
}

/**
 * divulge_dccp_agreed - tell that a connection has its CCIDs
 * @sk: its socket, locked
 * @state: PARTOPEN, or OPEN which it is about to enter
 *
 * Any context but NMI.
 */
void divulge_dccp_agreed(const struct sock *sk, int state)
{
	struct divulge_dccp_event event;

	if (!divulge_dccp_heard(sk) && !trace_dccp_ccid_enabled())
		return;
	divulge_dccp_event_begin(&event, sk, state,
				 DIVULGE_DCCP_CHANGE_KIND_CCID);
	trace_dccp_ccid(&event.sock);
	divulge_dccp_tell(sk, &event);
}

static void tell_state(const struct sock *sk, int old_state, int new_state)
{
	int valid = valid_state(old_state, new_state);
	struct divulge_dccp_event event;

	divulge_dccp_event_begin(&event, sk, valid,
				 DIVULGE_DCCP_CHANGE_KIND_STATE);
	event.old_state = divulge_dccp_state(old_state);
	event.sock.state = divulge_dccp_state(new_state);
	if (new_state == DCCP_CLOSED) {
		event.attr = DIVULGE_A_DCCP_EVENT_CLOSE;
		divulge_dccp_ending_take(&event.close, sk, old_state);
		divulge_dccp_fill_halves(&event.tx, &event.rx, sk, valid);
	}
	trace_dccp_state(&event.sock, event.old_state);
	divulge_dccp_tell(sk, &event);
}

static void on_set_state(void *data, const struct sock *sk,
			 const int old_state, const int new_state)
{
	if (sk->sk_protocol != IPPROTO_DCCP)
		return;
	/*
	 * This is a connection's socket just copied from its listener
	 * (inet_csk_clone_lock()): it has no peer yet, and still the
	 * listener's cookie.
	 */
	if (old_state == DCCP_LISTEN && new_state == DCCP_RESPOND)
		return;
	/* A client's are agreed on before, and told from where that is seen. */
	if (old_state == DCCP_RESPOND && new_state == DCCP_OPEN)
		divulge_dccp_agreed(sk, new_state);
	if (divulge_dccp_heard(sk) || trace_dccp_state_enabled())
		tell_state(sk, old_state, new_state);
	else if (new_state == DCCP_CLOSED)
		divulge_dccp_ending_forget(sk);
}

static void find_set_state(struct tracepoint *tp, void *priv)
{
	struct tracepoint **found = priv;

	if (!strcmp(tp->name, "inet_sock_set_state"))
		*found = tp;
}

static int attach(void)
{
	int err;

	lockdep_assert_held(&attach_mutex);
	if (attached || !set_state_tp)
		return 0;
	check_trace_callback_type_inet_sock_set_state(on_set_state);
	err = tracepoint_probe_register(set_state_tp, on_set_state, NULL);
	if (err)
		return err;
	attached = true;
	divulge_dccp_probes_attach();
	return 0;
}

static void detach(void)
{
	lockdep_assert_held(&attach_mutex);
	if (!attached)
		return;
	divulge_dccp_probes_detach();
	tracepoint_probe_unregister(set_state_tp, on_set_state, NULL);
	tracepoint_synchronize_unregister();
	attached = false;
}

/*
 * dccp.ko can make no socket before it is live: the modules that bring the
 * address families wait for it.
 */
static int module_event(struct notifier_block *nb, unsigned long state,
			void *data)
{
	const struct module *mod = data;
	int err = 0;

	if (strcmp(mod->name, "dccp"))
		return NOTIFY_DONE;

	mutex_lock(&attach_mutex);
	if (state == MODULE_STATE_LIVE)
		err = attach();
	else if (state == MODULE_STATE_GOING)
		detach();
	mutex_unlock(&attach_mutex);
	if (err)
		pr_warn("divulge: no DCCP events: inet_sock_set_state: %d\n",
			err);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

static enum divulge_absence absence_of(enum divulge_ability ability)
{
	lockdep_assert_held(&attach_mutex);
	if (!attached)
		return DIVULGE_ABSENCE_NOT_LOADED;
	return divulge_dccp_probes_have(ability) ? DIVULGE_ABSENCE_NONE :
						   DIVULGE_ABSENCE_NO_PROBE;
}

/**
 * divulge_dccp_events_absence - can DCCP events be had now
 * @ability: which, DIVULGE_ABILITY_DCCP_WATCH or what depends on it
 *
 * Process context, may sleep.
 *
 * Return: DIVULGE_ABSENCE_NONE if they are seen.
 */
enum divulge_absence divulge_dccp_events_absence(enum divulge_ability ability)
{
	enum divulge_absence absence;

	if (!set_state_tp)
		return DIVULGE_ABSENCE_NO_TRACEPOINT;
	mutex_lock(&attach_mutex);
	absence = absence_of(ability);
	mutex_unlock(&attach_mutex);
	return absence;
}

/**
 * divulge_dccp_count - tell the counters of DCCP events
 * @counters: filled
 * @net: network namespace they are of
 *
 * Process context, may sleep.
 */
void divulge_dccp_count(struct divulge_dccp_counters *counters, struct net *net)
{
	const struct divulge_stream *stream = net_generic(net, dccp_net_id);

	counters->dccp_published = READ_ONCE(stream->published);
	counters->dccp_lost = READ_ONCE(stream->lost);
	mutex_lock(&attach_mutex);
	counters->dccp_missed = divulge_dccp_probes_missed();
	mutex_unlock(&attach_mutex);
}

/**
 * divulge_dccp_events_init - follow dccp.ko, now there or not
 *
 * Return: 0, or what the kernel's notifiers and tracepoints returned.
 */
int __init divulge_dccp_events_init(void)
{
	int err;

	divulge_dccp_ending_init();
	for_each_kernel_tracepoint(find_set_state, &set_state_tp);
	err = register_module_notifier(&module_notifier);
	if (err)
		return err;

	mutex_lock(&attach_mutex);
	if (divulge_dccp_absence() == DIVULGE_ABSENCE_NONE)
		err = attach();
	mutex_unlock(&attach_mutex);
	if (err)
		unregister_module_notifier(&module_notifier);
	return err;
}

/**
 * divulge_dccp_events_exit - look away
 *
 * May sleep. When it returns no event is under way.
 */
void divulge_dccp_events_exit(void)
{
	unregister_module_notifier(&module_notifier);
	mutex_lock(&attach_mutex);
	detach();
	mutex_unlock(&attach_mutex);
}

static int __net_init dccp_net_init(struct net *net)
{
	divulge_stream_init(net_generic(net, dccp_net_id), &dccp_ops, net);
	return 0;
}

static void __net_exit dccp_net_exit(struct net *net)
{
	divulge_stream_exit(net_generic(net, dccp_net_id));
}

static struct pernet_operations dccp_net_ops = {
	.init = dccp_net_init,
	.exit = dccp_net_exit,
	.id = &dccp_net_id,
	.size = sizeof(struct divulge_stream),
};

/**
 * divulge_dccp_net_init - give every network namespace its stream of events
 *
 * Return: 0, or what register_pernet_subsys() returned.
 */
int __init divulge_dccp_net_init(void)
{
	return register_pernet_subsys(&dccp_net_ops);
}

/**
 * divulge_dccp_net_exit - take the streams away
 *
 * May sleep. After divulge_dccp_events_exit().
 */
void divulge_dccp_net_exit(void)
{
	unregister_pernet_subsys(&dccp_net_ops);
}
