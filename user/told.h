/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TOLD_H
#define DIVULGE_TOLD_H

#include <stdbool.h>

#include <linux/divulge.h>

#define TOLD_BITS	13

/**
 * struct file_id - what no two files have in common
 * @ino: inode number
 * @btime_sec: birth
 * @btime_nsec: birth
 * @gen: inode generation
 * @dev_major: device
 * @dev_minor: device
 */
struct file_id {
	__u64 ino;
	__s64 btime_sec;
	__u32 btime_nsec;
	__u32 gen;
	__u32 dev_major;
	__u32 dev_minor;
};

/**
 * struct told - files that were told not long ago
 * @slot: each the last of those that have a place there
 */
struct told {
	struct file_id slot[1 << TOLD_BITS];
};

void told_add(struct told *told, const struct divulge_birth *birth);
bool told_has(const struct told *told, const struct divulge_birth *birth);

#endif
