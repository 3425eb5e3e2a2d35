/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_PLAN_H
#define DIVULGE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "ccids.h"
#include "input.h"
#include "rate.h"
#include "codes.h"

/* For times in nanoseconds */
#define FOREVER		(-1)
#define BY_INPUT	(-2)

/**
 * struct plan - what dccpcat was told to do
 * @host: where to connect to, or where to listen, NULL for anywhere
 * @port: a port there, or a range of them for @scan
 * @source: address to connect from, or NULL
 * @source_port: port to connect from, or NULL
 * @services: service codes
 * @tx: CCIDs to send with, in order of preference, or none
 * @rx: CCIDs to receive with, in order of preference, or none
 * @rate: how fast to send
 * @unit: what of standard input is a datagram
 * @block: how long one is, for UNIT_BLOCK
 * @family: AF_INET, AF_INET6 or AF_UNSPEC
 * @timeout: how long to wait for a connection, or for anything on it, or
 *	FOREVER
 * @quit: how long to wait for answers when all is sent, FOREVER until the peer
 *	closes; or BY_INPUT for whichever suits what was on standard input
 * @listen: wait to be connected to
 * @keep: do it again and again
 * @echo: send back what comes
 * @deaf: leave standard input alone
 * @numeric: look up no names
 * @verbose: tell what happens
 * @scan: connect, and no more
 */
struct plan {
	const char *host, *port;
	const char *source, *source_port;
	struct services services;
	struct ccids tx, rx;
	struct rate rate;
	enum unit unit;
	size_t block;
	int family;
	int64_t timeout;
	int64_t quit;
	bool listen, keep, echo, deaf, numeric, verbose, scan;
};

#endif
