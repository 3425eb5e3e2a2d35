/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_WATCH_H
#define _DIVULGE_WATCH_H

#include <linux/types.h>
#include <uapi/linux/divulge.h>

struct divulge_birth_view;
struct fsnotify_iter_info;
struct inode;

#define DIVULGE_WATCH_MAX_IDS	16

/**
 * struct divulge_watch_ids - watches that a birth passes
 * @n: how many
 * @many: there were more than @id can hold
 * @id: the first of them
 */
struct divulge_watch_ids {
	unsigned int n;
	bool many;
	u32 id[DIVULGE_WATCH_MAX_IDS];
};

const struct divulge_birth_view *
divulge_watch_view(const struct fsnotify_iter_info *iter_info);
void divulge_watch_match(const struct fsnotify_iter_info *iter_info,
			 const struct inode *inode, struct inode *dir,
			 struct divulge_watch_ids *ids);
int divulge_watch_init(void);
void divulge_watch_exit(void);
void divulge_watch_count(struct divulge_birth_counters *counters);

#endif /* _DIVULGE_WATCH_H */
