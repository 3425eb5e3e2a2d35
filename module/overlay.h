/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_OVERLAY_H
#define _DIVULGE_OVERLAY_H

#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/types.h>

struct dentry;

/**
 * divulge_overlay_is_locked - can a file be a work directory of an overlay
 * @inode: the file
 *
 * Any context. Nobody may enter that but who mounted the overlay
 * (ovl_workdir_create()).
 *
 * Return: true if it may be one.
 */
static inline bool divulge_overlay_is_locked(const struct inode *inode)
{
	return S_ISDIR(inode->i_mode) && !(inode->i_mode & S_IALLUGO);
}

bool divulge_overlay_is_upper(struct dentry *dir);
bool divulge_overlay_copied(struct dentry *dentry);
bool divulge_overlay_is_work(const struct dentry *dir);
bool divulge_overlay_makes_work(const struct dentry *dentry);

#endif /* _DIVULGE_OVERLAY_H */
