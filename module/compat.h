/* SPDX-License-Identifier: GPL-2.0 */
/* Differences between kernel releases; nothing outside this file tests one */
#ifndef _DIVULGE_COMPAT_H
#define _DIVULGE_COMPAT_H

#include <linux/dcache.h>
#include <linux/exportfs.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/stat.h>
#include <linux/version.h>
#include <net/genetlink.h>

/* Until 6.11: it was the architecture's */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/*
 * Until 6.1: no split operations. The table generated for them fits the older
 * struct, since every command has only a do or only a dump.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops
#endif

/* Until 6.2: the idmapping of a mount was a user namespace */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define divulge_nop_idmap	(&init_user_ns)
#else
#define divulge_nop_idmap	(&nop_mnt_idmap)
#endif

static inline int divulge_permission(const struct path *path, int mask)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	return inode_permission(mnt_user_ns(path->mnt), d_inode(path->dentry),
				mask);
#else
	return inode_permission(mnt_idmap(path->mnt), d_inode(path->dentry),
				mask);
#endif
}

/* Until 6.15: name and length instead of a struct qstr */
static inline struct dentry *divulge_lookup(const struct path *dir,
					    const char *name, int len)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	return lookup_one_positive_unlocked(mnt_user_ns(dir->mnt), name,
					    dir->dentry, len);
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	return lookup_one_positive_unlocked(mnt_idmap(dir->mnt), name,
					    dir->dentry, len);
#else
	return lookup_one_positive_unlocked(mnt_idmap(dir->mnt),
					    &QSTR_LEN(name, len), dir->dentry);
#endif
}

/* Until 6.5: no mask of what is wanted */
static inline void divulge_generic_fillattr(struct inode *inode,
					    struct kstat *stat)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	generic_fillattr(divulge_nop_idmap, inode, stat);
#else
	generic_fillattr(divulge_nop_idmap, STATX_BASIC_STATS, inode, stat);
#endif
	stat->result_mask |= STATX_BASIC_STATS;
}

/* Until 6.8: an inode instead of what is wanted; NULL for the data */
static inline struct dentry *divulge_d_real(struct dentry *dentry)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
	return d_real(dentry, NULL);
#else
	return d_real(dentry, D_REAL_METADATA);
#endif
}

/* Until 6.5: a dump has the attributes alone, no struct genl_info */
static inline struct nlattr **divulge_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

/* Until 6.4: no flags; NFS-style decodable handles were the only ones */
static inline int divulge_encode_fh(struct inode *inode, struct fid *fid,
				    int *words)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	return exportfs_encode_inode_fh(inode, fid, words, NULL);
#else
	return exportfs_encode_inode_fh(inode, fid, words, NULL, 0);
#endif
}

/*
 * Until 6.12, unless a stable release took the change: only groups that ask
 * for it keep fs reclaim out while they hold their lock.
 */
#ifdef FSNOTIFY_GROUP_NOFS
#define DIVULGE_GROUP_FLAGS	FSNOTIFY_GROUP_NOFS
#else
#define DIVULGE_GROUP_FLAGS	0
#endif

/* Until 6.7: fsid in the connector; until 6.9: connector instead of object */
static inline int divulge_add_sb_mark(struct fsnotify_mark *mark,
				      struct super_block *sb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return fsnotify_add_mark(mark, &sb->s_fsnotify_marks,
				 FSNOTIFY_OBJ_TYPE_SB, 0, NULL);
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return fsnotify_add_mark(mark, &sb->s_fsnotify_marks,
				 FSNOTIFY_OBJ_TYPE_SB, 0);
#else
	return fsnotify_add_mark(mark, sb, FSNOTIFY_OBJ_TYPE_SB, 0);
#endif
}

/* Until 6.15: a kernel without DCCP was built so */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define DIVULGE_NO_DCCP	DIVULGE_ABSENCE_NOT_BUILT
#else
#define DIVULGE_NO_DCCP	DIVULGE_ABSENCE_REMOVED
#endif

#endif /* _DIVULGE_COMPAT_H */
