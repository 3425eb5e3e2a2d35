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
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "births.h"
#include "compat.h"
#include "genl.h"
#include "overlay.h"
#include "private.h"

/**
 * struct divulge_birth_fs - what is known of a filesystem type
 * @name: of the type, as in /proc/filesystems
 * @term: its own word for the birth time (enum divulge_birth_term)
 * @missing: why its inodes lack one when they do (enum divulge_birth_missing)
 * @watchable: its getattr needs no mount and asks no server, so it can be
 *	called while a file is being created; that of an encrypted symlink
 *	also decrypts its target
 * @reads_whole: to read a directory ends at its end or when the reader has
 *	enough, never in between
 * @transient_ids: inode numbers and generations are new each time an inode is
 *	read (iunique())
 * @private: what it keeps without an interface
 * @granularity: step of its birth times in nanoseconds, if it is not that of
 *	its other times
 * @mtime_step: step of its modification times in nanoseconds, where they are
 *	rounded to more than that of its birth times
 *
 * Read from the getattr of each in Linux 6.1 and 6.12. ext4: i_crtime needs
 * room behind the first 128 bytes of the inode (EXT4_FITS_IN_INODE); the ext4
 * driver also serves ext2 and ext3. XFS: di_crtime came with version 5.
 * FAT counts a creation's hundredths of a second and a modification's even
 * seconds (fs/fat/misc.c). UDF and UBIFS keep or know a birth time and do not
 * give it to statx.
 */
struct divulge_birth_fs {
	const char *name;
	u8 term;
	u8 missing;
	bool watchable;
	bool reads_whole;
	bool transient_ids;
	u8 private;
	u32 granularity;
	u32 mtime_step;
};

#define FS(n, t, m, ...)						\
	{ .name = n, .term = DIVULGE_BIRTH_TERM_##t,			\
	  .missing = DIVULGE_BIRTH_MISSING_##m, __VA_ARGS__ }

static const struct divulge_birth_fs birth_fs[] = {
	FS("ext4", CRTIME, INODE_TOO_SMALL, .watchable = true,
	   .reads_whole = true),
	FS("ext3", CRTIME, INODE_TOO_SMALL, .watchable = true,
	   .reads_whole = true),
	FS("ext2", CRTIME, INODE_TOO_SMALL, .watchable = true,
	   .reads_whole = true),
	FS("xfs", CRTIME, FORMAT_TOO_OLD, .watchable = true,
	   .reads_whole = true),
	FS("btrfs", OTIME, NOT_REPORTED, .watchable = true, .reads_whole = true,
	   .private = DIVULGE_PRIVATE_BTRFS),
	FS("tmpfs", BTIME, NOT_REPORTED, .watchable = true,
	   .reads_whole = true),
	FS("f2fs", CRTIME, NOT_REPORTED, .watchable = true),
	FS("vfat", CRTIME, NOT_REPORTED, .watchable = true, .transient_ids = true,
	   .granularity = 10 * NSEC_PER_MSEC, .mtime_step = 2 * NSEC_PER_SEC),
	FS("exfat", CRTIME, NOT_REPORTED, .watchable = true,
	   .transient_ids = true, .granularity = 10 * NSEC_PER_MSEC),
	FS("jfs", OTIME, LAYOUT_UNKNOWN, .watchable = true,
	   .private = DIVULGE_PRIVATE_JFS, .granularity = NSEC_PER_SEC),
	FS("msdos", BTIME, NOT_STORED),
	FS("udf", CRTIME, NOT_REPORTED),
	FS("proc", BTIME, NOT_STORED),
	FS("sysfs", BTIME, NOT_STORED),
	FS("devpts", BTIME, NOT_STORED),
	FS("ramfs", BTIME, NOT_STORED),
	FS("cgroup2", BTIME, NOT_STORED),
	FS("tracefs", BTIME, NOT_STORED),
	FS("debugfs", BTIME, NOT_STORED),
	FS("squashfs", BTIME, NOT_STORED),
};

static const struct divulge_birth_fs birth_fs_other =
	FS("", BTIME, NOT_REPORTED);

static const struct divulge_birth_fs *birth_fs_of(const struct super_block *sb)
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
 * Return: true if divulge_birth_stat() may be called for its files.
 */
bool divulge_birth_watchable(const struct super_block *sb)
{
	return birth_fs_of(sb)->watchable;
}

/**
 * divulge_birth_reads_whole - is a directory read when reading it stops
 * @view: of the superblock
 *
 * Return: true if nothing more comes of a directory once its filesystem, asked
 * for names, has returned without an error and without being told to stop.
 */
bool divulge_birth_reads_whole(const struct divulge_birth_view *view)
{
	return view->fs->reads_whole;
}

/**
 * divulge_birth_ids_last - is a directory known again by its number
 * @view: of the superblock
 *
 * Return: true if inode number, generation and, on Btrfs, the subvolume name
 * one directory for good.
 */
bool divulge_birth_ids_last(const struct divulge_birth_view *view)
{
	return !view->fs->transient_ids &&
	       (view->learnt || !divulge_birth_has_subvolumes(view));
}

/**
 * divulge_birth_has_subvolumes - is a superblock one of Btrfs
 * @view: of the superblock
 *
 * Return: true if divulge_private_subvolume() may be called for its inodes,
 * given that @view->learnt.
 */
bool divulge_birth_has_subvolumes(const struct divulge_birth_view *view)
{
	return view->fs->private == DIVULGE_PRIVATE_BTRFS;
}

static void fill_name(u8 name[DIVULGE_FS_NAME_LEN],
		      const struct super_block *sb)
{
	size_t len = strnlen(sb->s_type->name, DIVULGE_FS_NAME_LEN);

	memcpy(name, sb->s_type->name, len);
	memset(name + len, 0, DIVULGE_FS_NAME_LEN - len);
}

/**
 * divulge_birth_type - type of a file as the contract numbers it
 * @mode: of the file
 *
 * Return: enum divulge_file_type.
 */
u8 divulge_birth_type(umode_t mode)
{
	static const u8 types[] = {
		[S_IFREG >> 12] = DIVULGE_FILE_TYPE_REG,
		[S_IFDIR >> 12] = DIVULGE_FILE_TYPE_DIR,
		[S_IFLNK >> 12] = DIVULGE_FILE_TYPE_LNK,
		[S_IFCHR >> 12] = DIVULGE_FILE_TYPE_CHR,
		[S_IFBLK >> 12] = DIVULGE_FILE_TYPE_BLK,
		[S_IFIFO >> 12] = DIVULGE_FILE_TYPE_FIFO,
		[S_IFSOCK >> 12] = DIVULGE_FILE_TYPE_SOCK,
		[S_IFMT >> 12] = DIVULGE_FILE_TYPE_UNKNOWN,
	};

	return types[(mode & S_IFMT) >> 12];
}

/**
 * divulge_birth_stat - stat a file without a mount
 * @dentry: positive, on a superblock that divulge_birth_watchable() allows
 * @stat: filled
 *
 * Process context, may sleep, but asks no server; the caller keeps @dentry and
 * may hold the lock of its directory. The filesystem is asked itself, and no
 * permission is checked: it is for those who may see every birth.
 *
 * Return: 0, or what getattr returned.
 */
int divulge_birth_stat(struct dentry *dentry, struct kstat *stat)
{
	const struct path path = { .dentry = dentry };
	struct inode *inode = d_inode(dentry);

	stat->result_mask = 0;
	if (inode->i_op->getattr)
		return inode->i_op->getattr(divulge_nop_idmap, &path, stat,
					    STATX_BASIC_STATS | STATX_BTIME,
					    AT_STATX_SYNC_AS_STAT);
	divulge_generic_fillattr(inode, stat);
	return 0;
}

/**
 * divulge_birth_complete - add a birth that the filesystem does not report
 * @stat: what its getattr said; gets the birth, if it is known elsewhere
 * @view: of the inode's superblock
 * @inode: the inode
 *
 * Any context. That is so for JFS, which has no getattr of its own.
 */
void divulge_birth_complete(struct kstat *stat,
			    const struct divulge_birth_view *view,
			    const struct inode *inode)
{
	if (view->fs->private != DIVULGE_PRIVATE_JFS || !view->learnt ||
	    !divulge_private_jfs_born(inode, &stat->btime.tv_sec))
		return;
	stat->btime.tv_nsec = 0;
	stat->result_mask |= STATX_BTIME;
}

static void learn_fs_born(struct divulge_birth_view *view,
			  struct super_block *sb)
{
	struct kstat stat;

	if (!view->fs->watchable || !sb->s_root ||
	    divulge_birth_stat(sb->s_root, &stat))
		return;
	divulge_birth_complete(&stat, view, d_inode(sb->s_root));
	view->fs_born_known = stat.result_mask & STATX_BTIME;
	view->fs_born = stat.btime;
}

/**
 * divulge_birth_look_at - make ready to read births on a superblock
 * @view: filled
 * @sb: the superblock, active
 *
 * Process context, may sleep, and may read the kernel's type information from
 * files. The view holds for as long as somebody holds the superblock.
 */
void divulge_birth_look_at(struct divulge_birth_view *view,
			   struct super_block *sb)
{
	memset(view, 0, sizeof(*view));
	view->sb = sb;
	view->fs = birth_fs_of(sb);
	view->learnt = divulge_private_learn(sb, view->fs->private);
	ktime_get_real_ts64(&view->now);
	fill_name(view->name, sb);
	learn_fs_born(view, sb);
}

static bool is_later(const struct timespec64 *a, const struct timespec64 *b)
{
	return timespec64_compare(a, b) > 0;
}

static bool is_after_mtime(const struct kstat *stat, u32 step)
{
	struct timespec64 mtime = stat->mtime;

	if (!is_later(&stat->btime, &mtime))
		return false;
	timespec64_add_ns(&mtime, step);
	return is_later(&stat->btime, &mtime);
}

static bool is_inherited(const struct inode *inode, const struct kstat *stat)
{
	struct divulge_subvolume subvolume;

	divulge_private_subvolume(inode, &subvolume);
	return subvolume.snapshot && is_later(&subvolume.born, &stat->btime);
}

static u8 flags_of(const struct divulge_birth_view *view,
		   const struct inode *inode, const struct kstat *stat)
{
	u8 flags = 0;

	if (is_after_mtime(stat, view->fs->mtime_step))
		flags |= DIVULGE_BIRTH_FLAG_AFTER_MTIME;
	if (is_later(&stat->btime, &view->now))
		flags |= DIVULGE_BIRTH_FLAG_FUTURE;
	if (view->fs_born_known && is_later(&view->fs_born, &stat->btime))
		flags |= DIVULGE_BIRTH_FLAG_BEFORE_FS;
	if (view->learnt && view->fs->private == DIVULGE_PRIVATE_BTRFS &&
	    is_inherited(inode, stat))
		flags |= DIVULGE_BIRTH_FLAG_INHERITED;
	return flags;
}

/**
 * divulge_birth_fill - make a birth record
 * @birth: filled
 * @view: of the inode's superblock
 * @inode: the inode
 * @stat: after divulge_birth_complete()
 *
 * Any context. Whether overlayfs made the file is not found out here.
 */
void divulge_birth_fill(struct divulge_birth *birth,
			const struct divulge_birth_view *view,
			const struct inode *inode, const struct kstat *stat)
{
	if (stat->result_mask & STATX_BTIME) {
		birth->btime_sec = stat->btime.tv_sec;
		birth->btime_nsec = stat->btime.tv_nsec;
		birth->missing = DIVULGE_BIRTH_MISSING_NONE;
		birth->flags = flags_of(view, inode, stat);
	} else {
		birth->btime_sec = 0;
		birth->btime_nsec = 0;
		birth->missing = view->fs->missing;
		birth->flags = 0;
	}
	birth->mtime_sec = stat->mtime.tv_sec;
	birth->mtime_nsec = stat->mtime.tv_nsec;
	birth->atime_sec = stat->atime.tv_sec;
	birth->atime_nsec = stat->atime.tv_nsec;
	birth->ctime_sec = stat->ctime.tv_sec;
	birth->ctime_nsec = stat->ctime.tv_nsec;
	birth->ino = stat->ino;
	birth->gen = inode->i_generation;
	birth->granularity = view->fs->granularity ?: view->sb->s_time_gran;
	birth->dev_major = MAJOR(stat->dev);
	birth->dev_minor = MINOR(stat->dev);
	birth->mode = stat->mode;
	birth->type = divulge_birth_type(stat->mode);
	birth->term = view->fs->term;
	memcpy(birth->fs, view->name, sizeof(birth->fs));
}

static int birth_of_path(struct divulge_birth *birth, const struct path *path)
{
	struct divulge_birth_view view;
	struct kstat stat;
	int err;

	/*
	 * All of generic netlink waits while this request is served: do not
	 * let it wait for a server, which may be the caller's own (FUSE).
	 */
	err = vfs_getattr(path, &stat, STATX_BASIC_STATS | STATX_BTIME,
			  AT_STATX_DONT_SYNC);
	if (err)
		return err;
	divulge_birth_look_at(&view, path->dentry->d_sb);
	divulge_birth_complete(&stat, &view, d_inode(path->dentry));
	divulge_birth_fill(birth, &view, d_inode(path->dentry), &stat);
	if (divulge_overlay_copied(path->dentry))
		birth->flags |= DIVULGE_BIRTH_FLAG_COPIED_UP;
	return 0;
}

static int birth_of_fd(struct divulge_birth *birth, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[DIVULGE_A_BIRTH_FD];
	struct file *file;
	int err;

	file = fget_raw(nla_get_s32(attr));
	if (!file) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "fd is not open");
		return -EBADF;
	}
	err = birth_of_path(birth, &file->f_path);
	if (err)
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the filesystem refuses to stat the file");
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
