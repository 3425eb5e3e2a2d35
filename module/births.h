/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_BIRTHS_H
#define _DIVULGE_BIRTHS_H

#include <linux/stddef.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

#define DIVULGE_FS_NAME_LEN	sizeof_field(struct divulge_birth, fs)

struct dentry;
struct divulge_birth_fs;
struct inode;
struct kstat;
struct super_block;

/**
 * struct divulge_birth_view - a superblock, as the births on it are read
 * @sb: the superblock; not pinned
 * @fs: what is known of its type
 * @learnt: what the type keeps without an interface can be read
 * @fs_born_known: @fs_born is set
 * @fs_born: birth of its root
 * @now: when the view was made
 * @name: of the type, NUL padded, without a NUL if it is that long
 */
struct divulge_birth_view {
	const struct super_block *sb;
	const struct divulge_birth_fs *fs;
	bool learnt;
	bool fs_born_known;
	struct timespec64 fs_born;
	struct timespec64 now;
	u8 name[DIVULGE_FS_NAME_LEN];
};

bool divulge_birth_watchable(const struct super_block *sb);
bool divulge_birth_ids_last(const struct divulge_birth_view *view);
bool divulge_birth_reads_whole(const struct divulge_birth_view *view);
bool divulge_birth_has_subvolumes(const struct divulge_birth_view *view);
u8 divulge_birth_type(umode_t mode);
void divulge_birth_look_at(struct divulge_birth_view *view,
			   struct super_block *sb);
void divulge_birth_fill(struct divulge_birth *birth,
			const struct divulge_birth_view *view,
			const struct inode *inode, const struct kstat *stat);
void divulge_birth_complete(struct kstat *stat,
			    const struct divulge_birth_view *view,
			    const struct inode *inode);
int divulge_birth_stat(struct dentry *dentry, struct kstat *stat);

#endif /* _DIVULGE_BIRTHS_H */
