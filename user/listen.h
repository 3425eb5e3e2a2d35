/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_LISTEN_H
#define DIVULGE_LISTEN_H

#include <stdbool.h>

#include "events.h"
#include "genl.h"

/**
 * struct listener - what hears events
 * @genl: socket that they come on, and that the watches live as long as
 * @events: what becomes of them
 * @overrun: the buffer of the socket was full at some time
 * @want_dccp: changes of DCCP sockets are to be had
 * @signals: tells of SIGINT and SIGTERM
 */
struct listener {
	struct genl genl;
	struct events events;
	bool overrun;
	bool want_dccp;
	int signals;
};

int listener_open(struct listener *l, struct sink *sink);
int listener_start(struct listener *l, bool births, bool dccp, char **paths);
int listener_run(struct listener *l);
void listener_close(struct listener *l);

#endif
