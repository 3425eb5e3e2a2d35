// SPDX-License-Identifier: GPL-2.0
/* Datagrams that wait to be sent */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fifo.h"

/*
 * DCCP cannot hold a peer back: beyond this, what comes is left to the kernel,
 * which counts what it has no room for.
 */
#define FULL	(16 << 20)

struct packet {
	struct packet *next;
	size_t len;
	char data[];
};

/**
 * fifo_put - add a datagram
 * @fifo: where to add it
 * @data: its bytes, copied
 * @len: how many there are
 *
 * Return: 0 or a negative errno.
 */
int fifo_put(struct fifo *fifo, const char *data, size_t len)
{
	struct packet *packet = malloc(sizeof(*packet) + len);

	if (!packet)
		return -ENOMEM;
	packet->next = NULL;
	packet->len = len;
	memcpy(packet->data, data, len);
	if (!fifo->first)
		fifo->last = &fifo->first;
	*fifo->last = packet;
	fifo->last = &packet->next;
	fifo->size += sizeof(*packet) + len;
	return 0;
}

/**
 * fifo_next - see which datagram comes
 * @fifo: datagrams
 * @next: filled if there is one; stays until fifo_take()
 *
 * Return: true if there is one.
 */
bool fifo_next(const struct fifo *fifo, struct datagram *next)
{
	const struct packet *first = fifo->first;

	if (!first)
		return false;
	next->data = first->data;
	next->len = first->len;
	return true;
}

/**
 * fifo_take - remove the datagram that comes
 * @fifo: datagrams, at least one
 */
void fifo_take(struct fifo *fifo)
{
	struct packet *first = fifo->first;

	fifo->first = first->next;
	fifo->size -= sizeof(*first) + first->len;
	free(first);
}

bool fifo_is_full(const struct fifo *fifo)
{
	return fifo->size >= FULL;
}

/**
 * fifo_empty - remove all datagrams
 * @fifo: datagrams
 */
void fifo_empty(struct fifo *fifo)
{
	while (fifo->first)
		fifo_take(fifo);
}
