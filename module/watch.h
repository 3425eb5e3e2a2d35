/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_WATCH_H
#define _DIVULGE_WATCH_H

#include <linux/types.h>
#include <uapi/linux/divulge.h>

int divulge_watch_init(void);
void divulge_watch_exit(void);
void divulge_watch_count(struct divulge_counters *counters);

#endif /* _DIVULGE_WATCH_H */
