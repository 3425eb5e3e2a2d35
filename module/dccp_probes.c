// SPDX-License-Identifier: GPL-2.0
/*
 * What DCCP has no tracepoint for, seen at its functions.
 *
 * Only functions that are entered seldom are probed, or those where the first
 * look says that nobody wants to know. A probe runs on ftrace, in the context
 * of its caller with preemption disabled; what would need a breakpoint, and so
 * run as if it were an NMI, is left alone.
 */

#include <linux/dccp.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/timer.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "dccp.h"
#include "dccp_ccid.h"
#include "dccp_ending.h"
#include "dccp_events.h"
#include "dccp_probes.h"
#include "trace.h"

/*
 * Calls of one function under way at a time: no more than processors, and those
 * that were preempted in one or wait for memory in it, as who activates features
 * for a packet out of the backlog may.
 */
#define MAX_ACTIVE	(64 + 4 * num_possible_cpus())

static void *argument(struct pt_regs *regs, unsigned int n)
{
	return (void *)regs_get_kernel_argument(regs, n);
}

/* A socket in a call that is looked at again when it returns */
struct call {
	const struct sock *sk;
};

/*
 * The handlers of timers begin with what they were set in, which is believed
 * to be as dccp_ccid.h has it when a socket has been seen whose CCID says so.
 */
static bool ccid2_known;
static bool ccid3_known;

static void learn_layout(const struct sock *sk)
{
	if (divulge_dccp_ccid2_tx(sk))
		WRITE_ONCE(ccid2_known, true);
	else if (divulge_dccp_ccid3_tx(sk))
		WRITE_ONCE(ccid3_known, true);
}

/* Agreement on the features of a connection */

static int enter_activate(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *call = (struct call *)ri->data;

	call->sk = argument(regs, 0);
	return 0;
}

/*
 * A server's socket has no addresses yet (dccp_create_openreq_child()), so it
 * is told when it opens.
 */
static int leave_activate(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct call *call = (const struct call *)ri->data;
	const struct sock *sk = call->sk;
	bool failed = regs_return_value(regs) & UINT_MAX;

	if (!failed)
		learn_layout(sk);
	if (sk->sk_state != DCCP_PARTOPEN)
		return 0;
	if (failed)
		divulge_dccp_ending_note(sk, DIVULGE_DCCP_RESET_NONE, 0,
					 DIVULGE_DCCP_CAUSE_NOT_AGREED);
	else
		divulge_dccp_agreed(sk, sk->sk_state);
	return 0;
}

/* Maximum packet size */

struct mps_call {
	const struct sock *sk;
	struct divulge_dccp_mps old;
};

static int enter_sync_mss(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct mps_call *call = (struct mps_call *)ri->data;

	call->sk = argument(regs, 0);
	call->old.old_mps = dccp_sk(call->sk)->dccps_mss_cache;
	call->old.old_pmtu = inet_csk(call->sk)->icsk_pmtu_cookie;
	return !divulge_dccp_heard(call->sk) && !trace_dccp_mps_enabled();
}

static int leave_sync_mss(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct mps_call *call = (const struct mps_call *)ri->data;
	const struct sock *sk = call->sk;
	struct divulge_dccp_event event;

	if (dccp_sk(sk)->dccps_mss_cache == call->old.old_mps)
		return 0;
	divulge_dccp_event_begin(&event, sk, sk->sk_state,
				 DIVULGE_DCCP_CHANGE_KIND_MPS);
	event.attr = DIVULGE_A_DCCP_EVENT_MPS;
	event.mps = call->old;
	trace_dccp_mps(&event.sock, &event.mps);
	divulge_dccp_tell(sk, &event);
	return 0;
}

/* Losses */

static bool losses_wanted(const struct sock *sk)
{
	return divulge_dccp_heard(sk) || trace_dccp_loss_enabled();
}

static void tell_loss(const struct sock *sk, u8 kind)
{
	struct divulge_dccp_event event;

	divulge_dccp_event_begin(&event, sk, sk->sk_state,
				 DIVULGE_DCCP_CHANGE_KIND_LOSS);
	divulge_dccp_fill_halves(&event.tx, &event.rx, sk, sk->sk_state);
	event.attr = DIVULGE_A_DCCP_EVENT_LOSS;
	event.loss = (struct divulge_dccp_loss) { .kind = kind };
	trace_dccp_loss(&event.sock, kind);
	divulge_dccp_tell(sk, &event);
}

/* Called only while packets are missing, see tfrc_rx_handle_loss(). */
static int enter_interval_add(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	struct call *call = (struct call *)ri->data;

	call->sk = argument(regs, 3);
	return !losses_wanted(call->sk);
}

static int leave_interval_add(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	const struct call *call = (const struct call *)ri->data;

	if (regs_return_value(regs) & UINT_MAX)
		tell_loss(call->sk, DIVULGE_DCCP_LOSS_KIND_INTERVAL);
	return 0;
}

struct ack_call {
	const struct sock *sk;
	u32 cwnd;
	u32 last_cong;
};

static int enter_ack(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct ack_call *call = (struct ack_call *)ri->data;
	const struct divulge_ccid2_tx *hc;

	call->sk = argument(regs, 0);
	if (!losses_wanted(call->sk))
		return 1;
	hc = divulge_dccp_ccid2_tx(call->sk);
	if (!hc)
		return 1;
	/* It may be older than this module. */
	WRITE_ONCE(ccid2_known, true);
	call->cwnd = hc->tx_cwnd;
	call->last_cong = hc->tx_last_cong;
	return 0;
}

/* An acknowledgment makes the window smaller for a congestion event only. */
static int leave_ack(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct ack_call *call = (const struct ack_call *)ri->data;
	const struct divulge_ccid2_tx *hc = divulge_dccp_ccid2_tx(call->sk);

	if (hc && (hc->tx_last_cong != call->last_cong ||
		   hc->tx_cwnd < call->cwnd))
		tell_loss(call->sk, DIVULGE_DCCP_LOSS_KIND_CONGESTION);
	return 0;
}

/*
 * A timer of a CCID has expired, and its handler is about to lock the socket,
 * so that can be done here too. If the socket is in use the handler sets the
 * timer again, and what it does then is told then. In softirq; the timer has a
 * reference. The figures are those before the handler.
 */
static void on_timeout(struct sock *sk, bool (*counts)(const struct sock *sk),
		       u8 kind)
{
	if (!losses_wanted(sk))
		return;
	bh_lock_sock(sk);
	if (!sock_owned_by_user_nocheck(sk) && counts(sk))
		tell_loss(sk, kind);
	bh_unlock_sock(sk);
}

/* Once it has expired it goes on doing so with nothing in flight. */
static bool rto_counts(const struct sock *sk)
{
	const struct divulge_ccid2_tx *hc = divulge_dccp_ccid2_tx(sk);

	return sk->sk_state != DCCP_CLOSED && hc && hc->tx_pipe;
}

static int on_rto(struct kprobe *kp, struct pt_regs *regs)
{
	struct timer_list *timer = argument(regs, 0);
	const struct divulge_ccid2_tx *hc;

	hc = container_of(timer, struct divulge_ccid2_tx, tx_rtotimer);
	if (READ_ONCE(ccid2_known))
		on_timeout(hc->sk, rto_counts, DIVULGE_DCCP_LOSS_KIND_RTO);
	return 0;
}

/* Is @a before @b, in arithmetic of 48 bits */
static bool is_before(u64 a, u64 b)
{
	return (s64)((b << 16) - (a << 16)) > 0;
}

/*
 * In other states the handler does nothing. It makes no difference between a
 * sender that hears nothing and one that has nothing to hear of; the history
 * has first what was sent last.
 */
static bool no_feedback_counts(const struct sock *sk)
{
	const struct divulge_ccid3_tx *hc = divulge_dccp_ccid3_tx(sk);

	return (sk->sk_state == DCCP_OPEN || sk->sk_state == DCCP_PARTOPEN) &&
	       hc && hc->tx_hist &&
	       is_before(dccp_sk(sk)->dccps_gar, hc->tx_hist->seqno);
}

static int on_no_feedback(struct kprobe *kp, struct pt_regs *regs)
{
	struct timer_list *timer = argument(regs, 0);
	const struct divulge_ccid3_tx *hc;

	hc = container_of(timer, struct divulge_ccid3_tx, tx_no_feedback_timer);
	if (READ_ONCE(ccid3_known))
		on_timeout(hc->sk, no_feedback_counts,
			   DIVULGE_DCCP_LOSS_KIND_NO_FEEDBACK);
	return 0;
}

/* Resets */

static int on_send_reset(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = argument(regs, 0);
	u8 code = regs_get_kernel_argument(regs, 1);

	/* dccp_disconnect() sends it when all is over and told. */
	if (sk->sk_state != DCCP_CLOSED)
		divulge_dccp_ending_note(sk, DIVULGE_DCCP_RESET_SENT, code,
					 DIVULGE_DCCP_CAUSE_UNKNOWN);
	return 0;
}

static int on_rcv_reset(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = argument(regs, 0);
	struct sk_buff *skb = argument(regs, 1);
	struct dccp_hdr_reset *reset = dccp_hdr_reset(skb);

	divulge_dccp_ending_note(sk, DIVULGE_DCCP_RESET_RECEIVED,
				 reset->dccph_reset_code,
				 DIVULGE_DCCP_CAUSE_UNKNOWN);
	return 0;
}

/*
 * In states with a peer it sends a Reset, see dccp_need_reset(), and that when
 * all is over.
 */
static int on_disconnect(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = argument(regs, 0);

	switch (sk->sk_state) {
	case DCCP_CLOSED:
	case DCCP_LISTEN:
	case DCCP_REQUESTING:
		break;
	default:
		divulge_dccp_ending_note(sk, DIVULGE_DCCP_RESET_SENT,
					 DCCP_RESET_CODE_ABORTED,
					 DIVULGE_DCCP_CAUSE_ABORTED);
	}
	return 0;
}

/**
 * struct probe - where a function is looked at
 * @name: of the function
 * @ability: what is absent without it
 * @on_entry: called when it is entered; or
 * @enter: called then, to decide whether
 * @leave: is called when it returns
 * @data_size: what both share
 * @kp: probe for @on_entry
 * @rp: probe for @enter and @leave
 * @attached: it is in place
 */
struct probe {
	const char *name;
	enum divulge_ability ability;
	kprobe_pre_handler_t on_entry;
	kretprobe_handler_t enter;
	kretprobe_handler_t leave;
	size_t data_size;
	union {
		struct kprobe kp;
		struct kretprobe rp;
	};
	bool attached;
};

static struct probe probes[] = {
	{
		.name = "dccp_feat_activate_values",
		.ability = DIVULGE_ABILITY_DCCP_CCID,
		.enter = enter_activate, .leave = leave_activate,
		.data_size = sizeof(struct call),
	},
	{
		.name = "dccp_sync_mss",
		.ability = DIVULGE_ABILITY_DCCP_MPS,
		.enter = enter_sync_mss, .leave = leave_sync_mss,
		.data_size = sizeof(struct mps_call),
	},
	{
		.name = "tfrc_lh_interval_add",
		.ability = DIVULGE_ABILITY_DCCP_LOSS,
		.enter = enter_interval_add, .leave = leave_interval_add,
		.data_size = sizeof(struct call),
	},
	{
		.name = "ccid2_hc_tx_packet_recv",
		.ability = DIVULGE_ABILITY_DCCP_LOSS,
		.enter = enter_ack, .leave = leave_ack,
		.data_size = sizeof(struct ack_call),
	},
	{
		.name = "ccid2_hc_tx_rto_expire",
		.ability = DIVULGE_ABILITY_DCCP_LOSS,
		.on_entry = on_rto,
	},
	{
		.name = "ccid3_hc_tx_no_feedback_timer",
		.ability = DIVULGE_ABILITY_DCCP_LOSS,
		.on_entry = on_no_feedback,
	},
	{
		.name = "dccp_send_reset",
		.ability = DIVULGE_ABILITY_DCCP_RESET,
		.on_entry = on_send_reset,
	},
	{
		.name = "dccp_rcv_reset",
		.ability = DIVULGE_ABILITY_DCCP_RESET,
		.on_entry = on_rcv_reset,
	},
	{
		.name = "dccp_disconnect",
		.ability = DIVULGE_ABILITY_DCCP_RESET,
		.on_entry = on_disconnect,
	},
};

static const struct kprobe *kprobe_of(const struct probe *probe)
{
	return probe->leave ? &probe->rp.kp : &probe->kp;
}

static int register_probe(struct probe *probe)
{
	/* What was in use once cannot be used again as it is. */
	memset(&probe->rp, 0, sizeof(probe->rp));
	if (!probe->leave) {
		probe->kp.symbol_name = probe->name;
		probe->kp.pre_handler = probe->on_entry;
		return register_kprobe(&probe->kp);
	}
	probe->rp.kp.symbol_name = probe->name;
	probe->rp.entry_handler = probe->enter;
	probe->rp.handler = probe->leave;
	probe->rp.data_size = probe->data_size;
	probe->rp.maxactive = MAX_ACTIVE;
	return register_kretprobe(&probe->rp);
}

static void unregister_probe(struct probe *probe)
{
	if (probe->leave)
		unregister_kretprobe(&probe->rp);
	else
		unregister_kprobe(&probe->kp);
}

static void attach(struct probe *probe)
{
	int err;

	err = register_probe(probe);
	if (!err && !(kprobe_of(probe)->flags & KPROBE_FLAG_FTRACE)) {
		unregister_probe(probe);
		err = -EOPNOTSUPP;
	}
	probe->attached = !err;
	if (err)
		pr_warn("divulge: cannot probe %s: %d\n", probe->name, err);
}

/**
 * divulge_dccp_probes_attach - look at all functions that can be probed
 *
 * Process context; dccp.ko is live, and the caller sees to it that nothing
 * else of this is called meanwhile.
 */
void divulge_dccp_probes_attach(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		attach(&probes[i]);
}

/**
 * divulge_dccp_probes_detach - look away
 *
 * Process context, sleeps. When it returns no probe is running.
 */
void divulge_dccp_probes_detach(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!probes[i].attached)
			continue;
		unregister_probe(&probes[i]);
		probes[i].attached = false;
	}
}

/**
 * divulge_dccp_probes_have - are the functions probed that are needed
 * @ability: for what
 *
 * The caller sees to it that they stay as they are.
 *
 * Return: true if all are, and if none is needed.
 */
bool divulge_dccp_probes_have(enum divulge_ability ability)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].ability == ability && !probes[i].attached)
			return false;
	return true;
}

/**
 * divulge_dccp_probes_missed - what no probe was free for
 *
 * The caller sees to it that they stay as they are.
 *
 * Return: number of calls, since dccp.ko was loaded.
 */
u64 divulge_dccp_probes_missed(void)
{
	unsigned int i;
	u64 n = 0;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!probes[i].attached)
			continue;
		n += kprobe_of(&probes[i])->nmissed;
		if (probes[i].leave)
			n += probes[i].rp.nmissed;
	}
	return n;
}
