// SPDX-License-Identifier: GPL-2.0
/*
 * What overlayfs does on the filesystem below it.
 *
 * A file that overlayfs copied up carries an extended attribute that names the
 * original, and the directory it was put into one that says there are such
 * (fs/overlayfs/overlayfs.h, OVL_XATTR_ORIGIN and OVL_XATTR_IMPURE; "user"
 * instead of "trusted" with the mount option userxattr). What is made in the
 * work directory is moved to its place when it is complete.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/rcupdate.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/xattr.h>

#include "births.h"
#include "compat.h"
#include "overlay.h"

/*
 * __vfs_getxattr() asks for no permission: nothing but the presence is told. A
 * filesystem that would ask a server for it is not asked: it can hold no upper
 * directory.
 */
static bool has_xattr(struct dentry *dentry, const char *trusted,
		      const char *user)
{
	struct inode *inode = d_inode(dentry);

	if (!inode->i_sb->s_xattr || !(inode->i_opflags & IOP_XATTR) ||
	    !divulge_birth_watchable(inode->i_sb))
		return false;
	return __vfs_getxattr(dentry, inode, trusted, NULL, 0) >= 0 ||
	       __vfs_getxattr(dentry, inode, user, NULL, 0) >= 0;
}

/**
 * divulge_overlay_is_upper - may a directory hold files that were copied up
 * @dir: the directory, positive
 *
 * Process context, may sleep.
 *
 * Return: true if divulge_overlay_copied() has to be asked for each of them.
 */
bool divulge_overlay_is_upper(struct dentry *dir)
{
	return !strcmp(dir->d_sb->s_type->name, "overlay") ||
	       has_xattr(dir, "trusted.overlay.impure", "user.overlay.impure");
}

/**
 * divulge_overlay_copied - did overlayfs copy a file up
 * @dentry: the file, positive; on an overlay, or below one
 *
 * Process context, may sleep. Of what is on an overlay itself, only regular
 * files lead to the filesystem below (d_real()).
 *
 * Return: true if it is a copy that overlayfs made.
 */
bool divulge_overlay_copied(struct dentry *dentry)
{
	struct dentry *real = dentry;

	if (!strcmp(dentry->d_sb->s_type->name, "overlay"))
		real = divulge_d_real(dentry);
	return real && d_is_positive(real) &&
	       has_xattr(real, "trusted.overlay.origin", "user.overlay.origin");
}

static bool is_work_name(const struct qstr *name)
{
	return (name->len == 4 && !memcmp(name->name, "work", 4)) ||
	       (name->len == 5 && !memcmp(name->name, "index", 5));
}

static bool is_locked_dir(const struct inode *inode)
{
	return inode && divulge_overlay_is_locked(inode);
}

static bool is_in_use(const struct dentry *dir)
{
	const struct inode *inode = READ_ONCE(dir->d_inode);

	return inode && READ_ONCE(inode->i_state) & I_OVL_INUSE;
}

/**
 * divulge_overlay_is_work - is a directory the work directory of an overlay
 * @dir: the directory, held
 *
 * Any context. What overlayfs makes in there is as locked (volatile overlays,
 * ovl_create_volatile_dirty()).
 *
 * Return: true if what is made in it is for overlayfs alone.
 */
bool divulge_overlay_is_work(const struct dentry *dir)
{
	const struct dentry *parent;
	bool is_work = false;

	rcu_read_lock();
	while (is_locked_dir(READ_ONCE(dir->d_inode))) {
		parent = READ_ONCE(dir->d_parent);
		is_work = is_in_use(parent) && is_work_name(&dir->d_name);
		if (is_work || parent == dir)
			break;
		dir = parent;
	}
	rcu_read_unlock();
	return is_work;
}

/**
 * divulge_overlay_makes_work - is that overlayfs making its work directory
 * @dentry: what was made; its directory is locked
 *
 * Any context.
 *
 * Return: true if @dentry is a work directory.
 */
bool divulge_overlay_makes_work(const struct dentry *dentry)
{
	return is_locked_dir(d_inode(dentry)) && is_in_use(dentry->d_parent) &&
	       is_work_name(&dentry->d_name);
}
