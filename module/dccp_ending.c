// SPDX-License-Identifier: GPL-2.0
/*
 * Why DCCP sockets end.
 *
 * A socket does not remember what Reset it got or sent. Both are seen a moment
 * before it is closed, with the socket locked from then on, and noted here in
 * between. There are more slots than sockets can be in that moment, if hardly;
 * should two share one, the first ends for a reason that is not known.
 */

#include <linux/cache.h>
#include <linux/dccp.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/spinlock.h>
#include <net/sock.h>

#include "dccp_ending.h"

#define SLOT_BITS	8
#define SEQ_BITS	48

/**
 * struct slot - what was noted of a socket
 * @lock: taken in any context but NMI
 * @sk: which socket, only ever compared; NULL if nothing is noted
 * @reset: enum divulge_dccp_reset
 * @code: enum divulge_dccp_reset_code
 * @cause: enum divulge_dccp_cause, unknown if the Reset says it
 */
struct slot {
	raw_spinlock_t lock;
	const struct sock *sk;
	u8 reset;
	u8 code;
	u8 cause;
} ____cacheline_aligned_in_smp;

static struct slot slots[1 << SLOT_BITS];

/**
 * divulge_dccp_ending_note - note what is about to end a socket
 * @sk: the socket, locked and not yet closed
 * @reset: who sent a Reset, enum divulge_dccp_reset
 * @code: why, as in the packet
 * @cause: enum divulge_dccp_cause, if it is known already
 *
 * Any context but NMI.
 */
void divulge_dccp_ending_note(const struct sock *sk, u8 reset, u8 code,
			      u8 cause)
{
	struct slot *slot = &slots[hash_ptr(sk, SLOT_BITS)];
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	slot->sk = sk;
	slot->reset = reset;
	slot->code = code;
	slot->cause = cause;
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

static bool take_note(struct divulge_dccp_close *close, const struct sock *sk)
{
	struct slot *slot = &slots[hash_ptr(sk, SLOT_BITS)];
	unsigned long flags;
	bool noted;

	raw_spin_lock_irqsave(&slot->lock, flags);
	noted = slot->sk == sk;
	if (noted) {
		close->reset = slot->reset;
		close->reset_code = slot->code;
		close->cause = slot->cause;
		slot->sk = NULL;
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
	return noted;
}

static u8 cause_of_reset(const struct divulge_dccp_close *close)
{
	if (close->reset_code == DCCP_RESET_CODE_CLOSED)
		return DIVULGE_DCCP_CAUSE_CLOSED;
	if (close->reset == DIVULGE_DCCP_RESET_RECEIVED)
		return DIVULGE_DCCP_CAUSE_RESET;
	/* Its owner gets an error if the kernel gave up (dccp_write_err()). */
	return close->error ? DIVULGE_DCCP_CAUSE_TIMEOUT :
			      DIVULGE_DCCP_CAUSE_ABORTED;
}

static u8 cause_of_error(const struct divulge_dccp_close *close)
{
	switch (close->error) {
	case 0:
		return DIVULGE_DCCP_CAUSE_UNKNOWN;
	case ETIMEDOUT:
		return DIVULGE_DCCP_CAUSE_TIMEOUT;
	default:
		return DIVULGE_DCCP_CAUSE_ERROR;
	}
}

/* Packets from the first number to the last, in arithmetic of 48 bits */
static u64 packets(u64 first, u64 last)
{
	return ((last - first) & GENMASK_ULL(SEQ_BITS - 1, 0)) + 1;
}

/* Before it has heard of the peer, a socket has no number of its packets. */
static void count_packets(struct divulge_dccp_close *close,
			  const struct dccp_sock *dp, int old_state)
{
	if (dp->dccps_role == DCCP_ROLE_LISTEN)
		return;
	close->sent = packets(dp->dccps_iss, dp->dccps_gss);
	if (old_state != DCCP_REQUESTING)
		close->received = packets(dp->dccps_isr, dp->dccps_gsr);
}

/**
 * divulge_dccp_ending_take - tell how a socket ended
 * @close: filled
 * @sk: the socket, locked, which is closed now
 * @old_state: and was that before, enum dccp_state
 *
 * Any context but NMI.
 */
void divulge_dccp_ending_take(struct divulge_dccp_close *close,
			      const struct sock *sk, int old_state)
{
	bool noted;

	memset(close, 0, sizeof(*close));
	count_packets(close, dccp_sk(sk), old_state);
	close->error = READ_ONCE(sk->sk_err);
	noted = take_note(close, sk);
	if (old_state == DCCP_LISTEN)
		close->cause = DIVULGE_DCCP_CAUSE_LISTENER;
	else if (!noted)
		close->cause = cause_of_error(close);
	else if (close->cause == DIVULGE_DCCP_CAUSE_UNKNOWN)
		close->cause = cause_of_reset(close);
}

/**
 * divulge_dccp_ending_init - make ready to note
 */
void __init divulge_dccp_ending_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		raw_spin_lock_init(&slots[i].lock);
}
