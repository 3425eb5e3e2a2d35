// SPDX-License-Identifier: GPL-2.0
/*
 * One inode's birth record.
 *
 * The time itself is what the filesystem's getattr reports; that it reports
 * one is told by STATX_BTIME in the result alone, for a time of zero may be
 * a birth in 1970.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <net/genetlink.h>

#include "births.h"
#include "compat.h"
#include "genl.h"

/**
 * struct birth_fs - what is known of a filesystem type
 * @name: of the type, as in /proc/filesystems
 * @term: its own word for the birth time (enum divulge_birth_term)
 * @missing: why its inodes lack one when they do (enum divulge_birth_missing)
 * @watchable: its getattr needs no mount and asks no server, so it can be
 *	called while a file is being created; that of an encrypted symlink
 *	also decrypts its target
 * @granularity: step of its birth times in nanoseconds, if it is not that of
 *	its other times
 *
 * Read from the getattr of each in Linux 6.1 and 6.12. ext4: i_crtime needs
 * room behind the first 128 bytes of the inode (EXT4_FITS_IN_INODE); the ext4
 * driver also serves ext2 and ext3. XFS: di_crtime came with version 5.
 * FAT counts a creation's hundredths of a second (fs/fat/misc.c). JFS, UDF
 * and UBIFS keep or know a birth time and do not give it to statx.
 */
struct birth_fs {
	const char *name;
	u8 term;
	u8 missing;
	bool watchable;
	u32 granularity;
};

static const struct birth_fs birth_fs[] = {
	{ "ext4", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL, true },
	{ "ext3", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL, true },
	{ "ext2", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL, true },
	{ "xfs", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD, true },
	{ "btrfs", DIVULGE_BIRTH_TERM_OTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED, true },
	{ "tmpfs", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED, true },
	{ "f2fs", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED, true },
	{ "vfat", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED, true, 10 * NSEC_PER_MSEC },
	{ "exfat", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED, true, 10 * NSEC_PER_MSEC },
	{ "jfs", DIVULGE_BIRTH_TERM_OTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED },
	{ "udf", DIVULGE_BIRTH_TERM_CRTIME,
	  DIVULGE_BIRTH_MISSING_NOT_REPORTED },
	{ "proc", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "sysfs", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "devpts", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "ramfs", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "cgroup2", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "tracefs", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "debugfs", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
	{ "squashfs", DIVULGE_BIRTH_TERM_BTIME,
	  DIVULGE_BIRTH_MISSING_NOT_STORED },
};

static const struct birth_fs birth_fs_other = {
	.term = DIVULGE_BIRTH_TERM_BTIME,
	.missing = DIVULGE_BIRTH_MISSING_NOT_REPORTED,
};

static const struct birth_fs *birth_fs_of(const struct super_block *sb)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(birth_fs); i++)
		if (!strcmp(sb->s_type->name, birth_fs[i].name))
			return &birth_fs[i];
	return &birth_fs_other;
}

/**
 * divulge_birth_watchable - can births on a superblock be read as they happen
 * @sb: the superblock, active
 *
 * Return: true if divulge_birth_of_dentry() may be called for its files.
 */
bool divulge_birth_watchable(const struct super_block *sb)
{
	return birth_fs_of(sb)->watchable;
}

/**
 * divulge_birth_fs_name - name of a superblock's filesystem type
 * @name: gets it, NUL padded, without a NUL if it is that long
 * @sb: the superblock, active
 */
void divulge_birth_fs_name(u8 name[DIVULGE_FS_NAME_LEN],
			   const struct super_block *sb)
{
	size_t len = strnlen(sb->s_type->name, DIVULGE_FS_NAME_LEN);

	memcpy(name, sb->s_type->name, len);
	memset(name + len, 0, DIVULGE_FS_NAME_LEN - len);
}

static u8 type_of_mode(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return DIVULGE_FILE_TYPE_REG;
	case S_IFDIR:
		return DIVULGE_FILE_TYPE_DIR;
	case S_IFLNK:
		return DIVULGE_FILE_TYPE_LNK;
	case S_IFCHR:
		return DIVULGE_FILE_TYPE_CHR;
	case S_IFBLK:
		return DIVULGE_FILE_TYPE_BLK;
	case S_IFIFO:
		return DIVULGE_FILE_TYPE_FIFO;
	case S_IFSOCK:
		return DIVULGE_FILE_TYPE_SOCK;
	default:
		return DIVULGE_FILE_TYPE_UNKNOWN;
	}
}

static void fill_birth(struct divulge_birth *birth, const struct inode *inode,
		       const struct kstat *stat)
{
	const struct birth_fs *fs = birth_fs_of(inode->i_sb);

	memset(birth, 0, sizeof(*birth));
	if (stat->result_mask & STATX_BTIME) {
		birth->btime_sec = stat->btime.tv_sec;
		birth->btime_nsec = stat->btime.tv_nsec;
	} else {
		birth->missing = fs->missing;
	}
	birth->mtime_sec = stat->mtime.tv_sec;
	birth->mtime_nsec = stat->mtime.tv_nsec;
	birth->atime_sec = stat->atime.tv_sec;
	birth->atime_nsec = stat->atime.tv_nsec;
	birth->ctime_sec = stat->ctime.tv_sec;
	birth->ctime_nsec = stat->ctime.tv_nsec;
	birth->ino = stat->ino;
	birth->gen = inode->i_generation;
	birth->granularity = fs->granularity ?: inode->i_sb->s_time_gran;
	birth->dev_major = MAJOR(stat->dev);
	birth->dev_minor = MINOR(stat->dev);
	birth->mode = stat->mode;
	birth->type = type_of_mode(stat->mode);
	birth->term = fs->term;
	divulge_birth_fs_name(birth->fs, inode->i_sb);
}

/**
 * divulge_birth_of_dentry - the birth record of a file that is being created
 * @birth: gets the record
 * @dentry: positive, on a superblock that divulge_birth_watchable() allows
 *
 * The caller keeps @dentry and holds the lock of its directory. There is no
 * mount to ask through, so the filesystem is asked itself, and no permission
 * is checked: the record is for those who may see every birth.
 *
 * Return: 0, or what getattr returned.
 */
int divulge_birth_of_dentry(struct divulge_birth *birth, struct dentry *dentry)
{
	const struct path path = { .dentry = dentry };
	const struct inode *inode = d_inode(dentry);
	struct kstat stat = {};
	int err;

	if (!inode->i_op->getattr)
		return -EOPNOTSUPP;
	err = inode->i_op->getattr(divulge_nop_idmap, &path, &stat,
				   STATX_BASIC_STATS | STATX_BTIME,
				   AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	fill_birth(birth, inode, &stat);
	return 0;
}

static int birth_of_fd(struct divulge_birth *birth, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[DIVULGE_A_BIRTH_FD];
	struct kstat stat;
	struct file *file;
	int err;

	file = fget_raw(nla_get_s32(attr));
	if (!file) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "fd is not open");
		return -EBADF;
	}
	/*
	 * All of generic netlink waits while this request is served: do not
	 * let it wait for a server, which may be the caller's own (FUSE).
	 */
	err = vfs_getattr(&file->f_path, &stat,
			  STATX_BASIC_STATS | STATX_BTIME,
			  AT_STATX_DONT_SYNC);
	if (err)
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the filesystem refuses to stat the file");
	else
		fill_birth(birth, d_inode(file->f_path.dentry), &stat);
	fput(file);
	return err;
}

/**
 * divulge_nl_birth_get_doit - answer DIVULGE_CMD_BIRTH_GET
 * @skb: the request
 * @info: its attributes; the fd is one of the caller
 *
 * Runs in the context of the caller's sendmsg(), who could as well statx().
 * Remote filesystems answer from what they have cached.
 *
 * Return: 0, -EBADF, -EINVAL, -ENOMEM, or what the filesystem returned.
 */
int divulge_nl_birth_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct divulge_birth birth;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, DIVULGE_A_BIRTH_FD)) {
		NL_SET_ERR_MSG(info->extack, "fd of the file is missing");
		return -EINVAL;
	}
	err = birth_of_fd(&birth, info);
	if (err)
		return err;

	msg = genlmsg_new(nla_total_size(sizeof(birth)), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &divulge_nl_family, 0,
				DIVULGE_CMD_BIRTH_GET);
	if (!hdr || nla_put(msg, DIVULGE_A_BIRTH_RECORD, sizeof(birth),
			    &birth)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}
