/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_BIRTH_EVENTS_H
#define _DIVULGE_BIRTH_EVENTS_H

#include <linux/fsnotify_backend.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

/* What happens on a watched superblock that may be a birth */
#define DIVULGE_BIRTH_EVENTS	(FS_CREATE | FS_RENAME | FS_ISDIR)

int divulge_birth_events_handle(struct fsnotify_group *group, u32 mask,
				const void *data, int data_type,
				struct inode *dir, const struct qstr *name,
				u32 cookie,
				struct fsnotify_iter_info *iter_info);
void divulge_birth_events_unmount(const struct divulge_unmount *unmount);
void divulge_birth_events_count(struct divulge_birth_counters *counters);
void divulge_birth_events_init(void);
void divulge_birth_events_exit(void);

#endif /* _DIVULGE_BIRTH_EVENTS_H */
