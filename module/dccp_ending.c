// SPDX-License-Identifier: GPL-2.0
/*
 * Why DCCP sockets end.
 *
 * A socket does not remember what Reset it got or sent. Both are seen a moment
 * before it is closed, with the socket locked from then on, and noted here in
 * between. Over loopback one moment is inside the other, for the peer gets the
 * Reset while it is sent. Should more sockets meet in a bucket than it has room
 * for, one ends for a reason that is not known.
 */

#include <linux/cache.h>
#include <linux/dccp.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <net/sock.h>

#include "dccp_ending.h"

#define BUCKET_BITS	7
#define BUCKET_NOTES	4
#define SEQ_BITS	48

/**
 * struct note - what is about to end a socket
 * @sk: which socket, only ever compared; NULL if nothing is noted
 * @reset: enum divulge_dccp_reset
 * @code: enum divulge_dccp_reset_code
 * @cause: enum divulge_dccp_cause, unknown if the Reset says it
 */
struct note {
	const struct sock *sk;
	u8 reset;
	u8 code;
	u8 cause;
};

/**
 * struct bucket - notes of sockets with the same hash
 * @lock: taken in any context but NMI
 * @notes: under @lock
 */
struct bucket {
	raw_spinlock_t lock;
	struct note notes[BUCKET_NOTES];
} ____cacheline_aligned_in_smp;

static struct bucket buckets[1 << BUCKET_BITS];

static struct bucket *bucket_of(const struct sock *sk)
{
	return &buckets[hash_ptr(sk, BUCKET_BITS)];
}

/* Return: the note of a socket, or a free one for NULL; NULL if there is none */
static struct note *find_note(struct bucket *bucket, const struct sock *sk)
{
	unsigned int i;

	lockdep_assert_held(&bucket->lock);
	for (i = 0; i < BUCKET_NOTES; i++)
		if (bucket->notes[i].sk == sk)
			return &bucket->notes[i];
	return NULL;
}

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
	struct bucket *bucket = bucket_of(sk);
	struct note *note;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	note = find_note(bucket, sk) ?: find_note(bucket, NULL);
	if (!note)
		note = &bucket->notes[0];
	*note = (struct note) {
		.sk = sk, .reset = reset, .code = code, .cause = cause,
	};
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

/* Return: what was noted, with no socket if nothing was */
static struct note take_note(const struct sock *sk)
{
	struct bucket *bucket = bucket_of(sk);
	struct note taken = { };
	struct note *note;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	note = find_note(bucket, sk);
	if (note) {
		taken = *note;
		note->sk = NULL;
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return taken;
}

/**
 * divulge_dccp_ending_forget - a socket is closed and nobody wants to know why
 * @sk: the socket, locked
 *
 * Any context but NMI. The next socket may be where this one was.
 */
void divulge_dccp_ending_forget(const struct sock *sk)
{
	take_note(sk);
}

/*
 * The kernel gives up with an error for the owner (dccp_write_err()), who may
 * have taken it by now; and before it shuts the socket down, unlike the owner
 * who leaves data unread (dccp_close()).
 */
static u8 cause_of_reset(const struct divulge_dccp_close *close,
			 const struct sock *sk)
{
	if (close->reset_code == DCCP_RESET_CODE_CLOSED)
		return DIVULGE_DCCP_CAUSE_CLOSED;
	if (close->reset == DIVULGE_DCCP_RESET_RECEIVED)
		return DIVULGE_DCCP_CAUSE_RESET;
	if (close->error || READ_ONCE(sk->sk_shutdown) != SHUTDOWN_MASK)
		return DIVULGE_DCCP_CAUSE_TIMEOUT;
	return DIVULGE_DCCP_CAUSE_ABORTED;
}

static u8 cause_of_error(const struct divulge_dccp_close *close, int old_state)
{
	switch (close->error) {
	case 0:
		return old_state == DCCP_REQUESTING ?
		       DIVULGE_DCCP_CAUSE_ABORTED : DIVULGE_DCCP_CAUSE_UNKNOWN;
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

/*
 * Before it has heard of the peer, a socket has no number of its packets; nor
 * of its own if it could not even ask. A Request is kept until it is answered.
 */
static void count_packets(struct divulge_dccp_close *close,
			  const struct sock *sk, int old_state)
{
	const struct dccp_sock *dp = dccp_sk(sk);

	if (dp->dccps_role == DCCP_ROLE_LISTEN)
		return;
	if (old_state != DCCP_REQUESTING)
		close->received = packets(dp->dccps_isr, dp->dccps_gsr);
	if (old_state != DCCP_REQUESTING || sk->sk_send_head)
		close->sent = packets(dp->dccps_iss, dp->dccps_gss);
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
	struct note note = take_note(sk);

	*close = (struct divulge_dccp_close) {
		.error = READ_ONCE(sk->sk_err),
		.reset = note.reset,
		.reset_code = note.code,
		.cause = note.cause,
	};
	count_packets(close, sk, old_state);
	if (old_state == DCCP_LISTEN)
		close->cause = DIVULGE_DCCP_CAUSE_LISTENER;
	else if (!note.sk)
		close->cause = cause_of_error(close, old_state);
	else if (note.cause == DIVULGE_DCCP_CAUSE_UNKNOWN)
		close->cause = cause_of_reset(close, sk);
}

/**
 * divulge_dccp_ending_init - make ready to note
 */
void __init divulge_dccp_ending_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		raw_spin_lock_init(&buckets[i].lock);
}
