/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_OVERLAY_H
#define _DIVULGE_OVERLAY_H

#include <linux/types.h>

struct dentry;

bool divulge_overlay_is_upper(struct dentry *dir);
bool divulge_overlay_copied(struct dentry *dentry);
bool divulge_overlay_is_work(const struct dentry *dir);
bool divulge_overlay_makes_work(const struct dentry *dentry);

#endif /* _DIVULGE_OVERLAY_H */
