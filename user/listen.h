/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_LISTEN_H
#define DIVULGE_LISTEN_H

#include <stdbool.h>

#include "events.h"
#include "genl.h"
#include "progress.h"
#include "wanted.h"

/* All that was watched is unmounted */
#define LISTENER_LEFT	2

/**
 * struct listener - what hears events
 * @genl: socket that they come on
 * @control: socket that can be talked to, and that the watches live as long as
 * @events: what becomes of them
 * @overrun: the buffer of @genl was full at some time
 * @want_dccp: changes of DCCP sockets are to be had
 * @follow: what is mounted again is watched again
 * @mounts: tells that something was mounted, -1 if nobody asks
 * @reader: output whose reader may go away, -1 for none
 * @asked: tells that @answer is to be called, -1 if nobody does
 * @answer: what to do then
 * @due: tells that @on_due is to be called, -1 if nobody does
 * @on_due: what to do then
 * @tick: tells that @events.alive is to be called, -1 if nobody does
 * @ended: when it was told to end, and took what was there, in nanoseconds since
 *	the epoch; 0 if it was not
 * @signals: tells of SIGINT and SIGTERM
 */
struct listener {
	struct genl genl;
	struct genl control;
	struct events events;
	bool overrun;
	bool want_dccp;
	bool follow;
	int mounts;
	int reader;
	int asked;
	void (*answer)(void);
	int due;
	void (*on_due)(void);
	int tick;
	int64_t ended;
	int signals;
};

int listener_open(struct listener *l, struct sink *sink);
int listener_start(struct listener *l, const struct wanted *wanted);
int listener_change(struct listener *l, const struct wanted *wanted);
int listener_run(struct listener *l);
bool listener_told(const struct listener *l, struct reached *until);
void listener_close(struct listener *l);

#endif
