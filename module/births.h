/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_BIRTHS_H
#define _DIVULGE_BIRTHS_H

#include <linux/stddef.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

#define DIVULGE_FS_NAME_LEN	sizeof_field(struct divulge_birth, fs)

struct dentry;
struct super_block;

bool divulge_birth_watchable(const struct super_block *sb);
void divulge_birth_fs_name(u8 name[DIVULGE_FS_NAME_LEN],
			   const struct super_block *sb);
int divulge_birth_of_dentry(struct divulge_birth *birth,
			    struct dentry *dentry);

#endif /* _DIVULGE_BIRTHS_H */
