/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_PRIVATE_H
#define _DIVULGE_PRIVATE_H

#include <linux/time64.h>
#include <linux/types.h>

struct inode;
struct super_block;

/**
 * enum divulge_private - filesystems with something that has no interface
 * @DIVULGE_PRIVATE_NONE: any other
 * @DIVULGE_PRIVATE_JFS: when an inode was born
 * @DIVULGE_PRIVATE_BTRFS: which subvolume an inode is in, and when that began
 */
enum divulge_private {
	DIVULGE_PRIVATE_NONE,
	DIVULGE_PRIVATE_JFS,
	DIVULGE_PRIVATE_BTRFS,
};

/**
 * struct divulge_subvolume - what the root item of a Btrfs subvolume tells
 * @id: number of the subvolume
 * @born: when it was made, unless it is the first
 * @snapshot: it was made as a snapshot of another
 */
struct divulge_subvolume {
	u64 id;
	struct timespec64 born;
	bool snapshot;
};

bool divulge_private_learn(const struct super_block *sb,
			   enum divulge_private fs);
bool divulge_private_jfs_born(const struct inode *inode, time64_t *born);
void divulge_private_subvolume(const struct inode *inode,
			       struct divulge_subvolume *subvolume);

int divulge_private_init(void);
void divulge_private_exit(void);

#endif /* _DIVULGE_PRIVATE_H */
