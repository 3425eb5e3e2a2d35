/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_EVENTS_H
#define DIVULGE_EVENTS_H

#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/divulge.h>

#include "dccp_filter.h"
#include "module.h"
#include "path.h"
#include "rescan.h"
#include "sink.h"
#include "stream.h"
#include "told.h"
#include "wanted.h"

#define EVENTS_ENOUGH	1

/**
 * struct was_wanted - what was wanted before something else was
 * @filter: as that of struct events
 * @sockets: likewise
 * @changes: likewise
 * @until: when that ended, in nanoseconds since the epoch
 */
struct was_wanted {
	struct filter filter;
	struct dccp_filter sockets;
	uint32_t changes;
	int64_t until;
};

/**
 * struct events - what becomes a record, and where it goes
 * @paths: directories on the watched filesystems
 * @filter: which births are wanted
 * @sockets: which DCCP sockets are
 * @changes: which of what happens to them is, see change_passes()
 * @was: what was wanted before, for what is on its way
 * @births: what has come of births
 * @dccp: what has come of DCCP
 * @told: births that were told
 * @rescan: births that are to be looked for
 * @unmounted: something that was watched has been unmounted
 * @doubt: births were lost, and perhaps that something was unmounted
 * @epoch: how often something came or went that is watched
 * @sink: where records go to
 * @left: how many more events are wanted
 * @alive: called from time to time while something takes long, NULL for nobody
 */
struct events {
	struct paths paths;
	struct filter filter;
	struct dccp_filter sockets;
	uint32_t changes;
	struct was_wanted was;
	struct stream births;
	struct stream dccp;
	struct told told;
	struct rescan rescan;
	bool unmounted;
	bool doubt;
	unsigned int epoch;
	struct sink *sink;
	uint64_t left;
	void (*alive)(void);
};

void events_init(struct events *e, struct sink *sink);
int events_message(const struct nlmsghdr *nlh, void *arg);
void events_begin(struct events *e, const struct module_info *info, bool dccp);
int events_end(struct events *e, const struct module_info *info);
int events_gone(struct events *e);
int events_watch(struct events *e, const struct mount *mount,
		 const struct divulge_watch *watch);

#endif
