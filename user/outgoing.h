/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_OUTGOING_H
#define DIVULGE_OUTGOING_H

#include <stdbool.h>
#include <stdint.h>

#include "fifo.h"
#include "input.h"
#include "rate.h"

struct conn;
struct plan;

/**
 * struct outgoing - what goes to the peer
 * @plan: how it is to be done
 * @conn: connection to the peer
 * @in: what is to be sent, NULL if nothing
 * @fifo: what is to be sent back
 * @rate: how fast to send
 * @mps: what fitted into a datagram when it was last looked at
 * @room: becomes readable when there may be room again
 * @full: there was none the last time
 * @gone: the peer takes no more
 * @gone_err: why, as a negative errno, or 0 if it has just closed
 * @refused: there was what did not fit into a datagram
 * @taken: how many datagrams there were to send
 * @sent: how many of them were sent
 * @bytes: what was in them
 * @last: when the last was sent, as rate_now() tells it
 */
struct outgoing {
	const struct plan *plan;
	const struct conn *conn;
	struct input *in;
	struct fifo fifo;
	struct rate rate;
	uint32_t mps;
	int room;
	bool full, gone, refused;
	int gone_err;
	uint64_t taken, sent, bytes;
	int64_t last;
};

int outgoing_open(struct outgoing *out);
void outgoing_close(struct outgoing *out);
enum input_state outgoing_next(struct outgoing *out, struct datagram *next);
int64_t outgoing_delay(struct outgoing *out);
void outgoing_has_room(struct outgoing *out);
void outgoing_peer_gone(struct outgoing *out, int err);
void outgoing_send(struct outgoing *out);

#endif
