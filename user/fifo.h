/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_FIFO_H
#define DIVULGE_FIFO_H

#include <stdbool.h>

#include "input.h"

struct packet;

/**
 * struct fifo - datagrams that wait to be sent, in order; all 0 is empty
 * @first: the one that comes
 * @last: where to add one
 * @size: how much memory they take
 */
struct fifo {
	struct packet *first, **last;
	size_t size;
};

int fifo_put(struct fifo *fifo, const char *data, size_t len);
bool fifo_next(const struct fifo *fifo, struct datagram *next);
void fifo_take(struct fifo *fifo);
bool fifo_is_full(const struct fifo *fifo);
void fifo_empty(struct fifo *fifo);

#endif
