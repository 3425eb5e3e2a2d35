// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a file that was born is still there.
 *
 * Where it was born there may be another by now, and it may be anywhere else on
 * its filesystem. An inode number is used again, but not with the same birth.
 * So it is the same file if number and birth are; and if there is none at its
 * path, the filesystem is asked for the inode by a handle, which is made of
 * number and generation as filesystems make theirs.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mounted.h"
#include "presence.h"
#include "util.h"

union handle {
	struct file_handle fh;
	char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

/**
 * struct layout - where in a handle of some kind there is what
 * @type: of the handle
 * @bytes: length of it
 * @number: where the inode number begins
 * @number_size: 4 or 8 bytes
 * @gen: where the generation begins
 */
struct layout {
	int type;
	unsigned int bytes;
	unsigned int number;
	size_t number_size;
	unsigned int gen;
};

/* On tmpfs an inode cannot be found before it was once asked for its handle. */
static const struct layout layouts[] = {
	{ 0x01, 8, 0, 4, 4 },	/* FILEID_INO32_GEN: ext4, JFS, F2FS, XFS */
	{ 0x81, 12, 0, 8, 8 },	/* XFS with numbers of 64 bits */
	{ 0x4d, 20, 0, 8, 16 },	/* FILEID_BTRFS_WITHOUT_PARENT */
};

void presence_open(struct presence_look *look)
{
	*look = (struct presence_look){ .base = -1 };
}

static void let_go(struct presence_look *look)
{
	if (look->base >= 0)
		close(look->base);
	look->base = -1;
}

void presence_close(struct presence_look *look)
{
	let_go(look);
}

static bool is_of(const struct divulge_birth *birth, const char *fs)
{
	return !strncmp((const char *)birth->fs, fs, sizeof(birth->fs));
}

/* FAT numbers its inodes anew each time they are read. */
static bool has_numbers(const struct divulge_birth *birth)
{
	return !is_of(birth, "vfat") && !is_of(birth, "msdos") &&
	       !is_of(birth, "exfat");
}

static bool is_born_then(const struct statx *stx,
			 const struct divulge_birth *birth)
{
	return stx->stx_btime.tv_sec == birth->btime_sec &&
	       stx->stx_btime.tv_nsec == birth->btime_nsec;
}

/* A device may have another number since, but not two files one birth. */
static bool is_same(int fd, const char *path, const struct divulge_birth *birth)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
		    AT_STATX_DONT_SYNC;
	struct statx stx;

	if (statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &stx))
		return false;
	if (!stx.stx_nlink || (has_numbers(birth) && stx.stx_ino != birth->ino))
		return false;
	if (birth->missing == DIVULGE_BIRTH_MISSING_NONE &&
	    stx.stx_mask & STATX_BTIME)
		return is_born_then(&stx, birth);
	return stx.stx_dev_major == birth->dev_major &&
	       stx.stx_dev_minor == birth->dev_minor;
}

static int open_dir(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY |
			  O_NONBLOCK);
}

/* Of a mount point another filesystem may cover the directory. */
static int open_mount(const struct mounted *m)
{
	struct stat st;
	int fd;

	fd = open_dir(m->point);
	if (fd < 0 || (!fstat(fd, &st) && st.st_dev == m->sb))
		return fd;
	close(fd);
	return -1;
}

static int open_device(dev_t dev)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	struct mounted m;
	size_t room = 0;
	int fd = -1;

	while (file && fd < 0 && getline(&line, &room, file) > 0) {
		if (!mounted_parse(line, &m))
			continue;
		if (m.sb == dev)
			fd = open_mount(&m);
		free(m.point);
	}
	free(line);
	if (file)
		fclose(file);
	return fd;
}

/* The directory that a file was in, or what is left of the way to it */
static int open_above(const char *path)
{
	char *above = strdup(path);
	char *slash;
	int fd = -1;

	while (above && fd < 0 && (slash = strrchr(above, '/'))) {
		*slash = '\0';
		fd = open_dir(*above ? above : "/");
	}
	free(above);
	return fd;
}

/*
 * A subvolume of Btrfs has a device number of its own, which no list of mounts
 * has and no next mount has to have; and a handle has the number of the
 * subvolume in it. So the way to the file has to lead there.
 */
static int open_subvolume(const char *path)
{
	struct statfs fs;
	int fd;

	fd = open_above(path);
	if (fd < 0 || (!fstatfs(fd, &fs) && fs.f_type == BTRFS_SUPER_MAGIC))
		return fd;
	close(fd);
	return -1;
}

static bool find_base(struct presence_look *look, const char *path,
		      const struct divulge_birth *birth)
{
	dev_t dev = makedev(birth->dev_major, birth->dev_minor);
	bool btrfs = is_of(birth, "btrfs");

	if (!btrfs && look->base >= 0 && look->dev == dev)
		return true;
	let_go(look);
	if (!btrfs)
		look->base = open_device(dev);
	else if (path)
		look->base = open_subvolume(path);
	look->dev = btrfs ? 0 : dev;
	return look->base >= 0;
}

static const struct layout *layout_of(const union handle *handle)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++)
		if (layouts[i].type == handle->fh.handle_type &&
		    layouts[i].bytes == handle->fh.handle_bytes)
			return &layouts[i];
	return NULL;
}

/* A handle of another file on a filesystem, made after that of one there is */
static int make_handle(int base, const struct divulge_birth *birth,
		       union handle *handle)
{
	const struct layout *layout;
	uint64_t ino = birth->ino;
	uint32_t gen = birth->gen;
	int mount;

	handle->fh.handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(base, "", &handle->fh, &mount, AT_EMPTY_PATH))
		return -errno;
	layout = layout_of(handle);
	if (!layout || !has_numbers(birth))
		return -EOPNOTSUPP;
	/* The lower half comes first, on all that this has been built for */
	memcpy(handle->fh.f_handle + layout->number, &ino,
	       layout->number_size);
	memcpy(handle->fh.f_handle + layout->gen, &gen, sizeof(gen));
	return 0;
}

static enum presence look_for_inode(struct presence_look *look,
				    const struct divulge_birth *birth)
{
	union handle handle;
	bool there;
	int fd;

	if (make_handle(look->base, birth, &handle)) {
		look->blind = true;
		return PRESENCE_GONE;
	}
	fd = open_by_handle_at(look->base, &handle.fh, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		look->blind |= errno == EPERM;
		return PRESENCE_GONE;
	}
	there = is_same(fd, "", birth);
	close(fd);
	return there ? PRESENCE_THERE : PRESENCE_GONE;
}

/**
 * presence_of - see whether a file is still there
 * @look: presence_open() was called
 * @path: where it was born, NULL if that is not known
 * @birth: its birth
 *
 * Return: that it is, wherever on its filesystem; that it is not; or that this
 * cannot be told as its filesystem is not in sight.
 */
enum presence presence_of(struct presence_look *look, const char *path,
			  const struct divulge_birth *birth)
{
	if (path && is_same(AT_FDCWD, path, birth))
		return PRESENCE_THERE;
	if (!find_base(look, path, birth))
		return PRESENCE_UNKNOWN;
	return look_for_inode(look, birth);
}
