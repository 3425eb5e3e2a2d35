// SPDX-License-Identifier: GPL-2.0
/*
 * State changes of DCCP sockets as events.
 *
 * They are seen at the kernel's own tracepoint inet_sock_set_state, which TCP
 * shares, so we are on it only while dccp.ko is there.
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

#include "dccp.h"
#include "genl.h"
#include "publish.h"
#include "trace.h"

struct dccp_event {
	struct divulge_dccp_sock sock;
	u8 old_state;
};

static unsigned int dccp_net_id;

static DEFINE_MUTEX(attach_mutex);
static struct tracepoint *set_state_tp;	/* constant after init */
static bool attached;			/* under attach_mutex */

static int put_change(struct sk_buff *skb, const void *data, unsigned int len,
		      u64 seq, s64 time)
{
	const struct dccp_event *event = data;
	const struct divulge_dccp_change change = {
		.seq = seq,
		.time = time,
		.old_state = event->old_state,
	};
	struct nlattr *nest;

	nest = nla_nest_start(skb, DIVULGE_A_DCCP_EVENTS_EVENT);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put(skb, DIVULGE_A_DCCP_EVENT_CHANGE, sizeof(change),
		    &change) ||
	    nla_put(skb, DIVULGE_A_DCCP_EVENT_SOCK, sizeof(event->sock),
		    &event->sock)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static const struct divulge_stream_ops dccp_ops = {
	.group = DIVULGE_NLGRP_DCCP,
	.cmd = DIVULGE_CMD_DCCP_NTF,
	.loss_attr = DIVULGE_A_DCCP_EVENTS_LOSS,
	.put = put_change,
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

static void fill_event(void *to, const void *arg)
{
	memcpy(to, arg, sizeof(struct dccp_event));
}

static void on_set_state(void *data, const struct sock *sk,
			 const int old_state, const int new_state)
{
	struct divulge_stream *stream;
	struct dccp_event event;
	bool heard;

	if (sk->sk_protocol != IPPROTO_DCCP)
		return;
	/*
	 * This is a connection's socket just copied from its listener
	 * (inet_csk_clone_lock()): it has no peer yet, and still the
	 * listener's cookie.
	 */
	if (old_state == DCCP_LISTEN && new_state == DCCP_RESPOND)
		return;
	stream = net_generic(sock_net(sk), dccp_net_id);
	heard = divulge_stream_heard(stream);
	if (!heard && !trace_dccp_state_enabled())
		return;

	divulge_dccp_fill(&event.sock, sk, valid_state(old_state, new_state),
			  true, sock_net(sk)->user_ns);
	event.sock.state = divulge_dccp_state(new_state);
	event.old_state = divulge_dccp_state(old_state);
	trace_dccp_state(&event.sock, event.old_state);
	if (heard)
		divulge_event_add(stream, sizeof(event), fill_event, &event);
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
	attached = !err;
	return err;
}

static void detach(void)
{
	lockdep_assert_held(&attach_mutex);
	if (!attached)
		return;
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

/**
 * divulge_dccp_events_absence - can DCCP events be had now
 *
 * Process context, may sleep.
 *
 * Return: DIVULGE_ABSENCE_NONE if state changes are seen.
 */
enum divulge_absence divulge_dccp_events_absence(void)
{
	bool present;

	if (!set_state_tp)
		return DIVULGE_ABSENCE_NO_TRACEPOINT;
	mutex_lock(&attach_mutex);
	present = attached;
	mutex_unlock(&attach_mutex);
	return present ? DIVULGE_ABSENCE_NONE : DIVULGE_ABSENCE_NOT_LOADED;
}

/**
 * divulge_dccp_count - tell the counters of DCCP events
 * @counters: filled
 * @net: network namespace they are of
 */
void divulge_dccp_count(struct divulge_dccp_counters *counters, struct net *net)
{
	const struct divulge_stream *stream = net_generic(net, dccp_net_id);

	counters->dccp_published = READ_ONCE(stream->published);
	counters->dccp_lost = READ_ONCE(stream->lost);
}

/**
 * divulge_dccp_events_init - follow dccp.ko, now there or not
 *
 * Return: 0, or what the kernel's notifiers and tracepoints returned.
 */
int __init divulge_dccp_events_init(void)
{
	int err;

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
