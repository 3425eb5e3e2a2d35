/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_RESCAN_H
#define DIVULGE_RESCAN_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/divulge.h>

struct events;
struct mount;

/**
 * struct window - a time that something is to be looked for in
 * @since: its begin, in nanoseconds since the epoch
 * @until: its end, in nanoseconds since the epoch
 */
struct window {
	int64_t since;
	int64_t until;
};

/**
 * struct rescan - births that were lost, and are to be looked for
 * @off: they are not
 * @pending: there are some
 * @window: when they were lost
 * @due: when to look, in milliseconds of the monotonic clock
 * @took: how long it took to look last, in milliseconds
 * @cut: one was not searched to the end, since it was to end
 * @lag: how long before it is seen a birth may say it was, in nanoseconds
 */
struct rescan {
	bool off;
	bool pending;
	struct window window;
	int64_t due;
	int64_t took;
	bool cut;
	int64_t lag;
};

void rescan_add(struct rescan *rescan, int64_t since, int64_t until);
int rescan_timeout(const struct rescan *rescan);
void rescan_learn(struct rescan *rescan,
		  const struct divulge_birth_origin *origin,
		  const struct divulge_birth *birth);
void rescan_limits(const struct rescan *rescan, const struct window *window,
		   uint32_t granularity, struct divulge_moment *since,
		   struct divulge_moment *until);
int rescan_mount(struct events *e, const struct mount *mount,
		 const struct window *window, int stop);
int rescan_since(struct events *e, const struct mount *mount,
		 const struct window *window, int stop);
bool rescan_is_double(const struct events *e, size_t n);
int rescan_all(struct events *e, int stop);

#endif
