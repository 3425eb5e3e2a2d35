// SPDX-License-Identifier: GPL-2.0
/*
 * Where a file was born.
 *
 * A birth comes with a handle of its directory, not with a path: what a path
 * is depends on who asks. To open a handle takes an open file on the
 * filesystem, and an open file keeps it from being unmounted. So none is held
 * longer than it takes to find one directory.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

union handle {
	struct file_handle fh;
	char bytes[PATH_MAX_HANDLE];
};

/**
 * paths_add - add a directory through which handles can be opened
 * @paths: zeroed, or added to before
 * @mount: the directory; its path and where it is mounted are allocated and
 *	belong to @paths if added
 *
 * Return: 0 or -ENOMEM.
 */
int paths_add(struct paths *paths, const struct mount *mount)
{
	int err = 0;

	if (paths->nr_mounts >= paths->room)
		err = paths_reserve(paths, 1);
	if (!err)
		paths->mounts[paths->nr_mounts++] = *mount;
	return err;
}

static void mount_free(struct mount *mount)
{
	free(mount->path);
	free(mount->asked);
	free(mount->point);
}

/**
 * paths_reserve - have room for more directories
 * @paths: zeroed, or added to before
 * @more: how many; paths_add() does not fail for these
 *
 * Return: 0 or -ENOMEM.
 */
int paths_reserve(struct paths *paths, size_t more)
{
	struct mount *mounts;

	mounts = reallocarray(paths->mounts, paths->nr_mounts + more + 1,
			      sizeof(*mounts));
	if (!mounts)
		return -ENOMEM;
	paths->mounts = mounts;
	paths->room = paths->nr_mounts + more + 1;
	return 0;
}

void paths_drop_last(struct paths *paths)
{
	mount_free(&paths->mounts[--paths->nr_mounts]);
}

/**
 * paths_forget_retired - forget what has not been wanted for a while
 * @paths: directories
 * @before: what ceased to be wanted before, in nanoseconds since the epoch
 */
void paths_forget_retired(struct paths *paths, int64_t before)
{
	struct mount *mount = paths->mounts;
	size_t i, left = 0;

	for (i = 0; i < paths->nr_mounts; i++) {
		if (mount[i].retired && mount[i].retired < before)
			mount_free(&mount[i]);
		else
			mount[left++] = mount[i];
	}
	paths->nr_mounts = left;
}

void paths_free(struct paths *paths)
{
	while (paths->nr_mounts)
		paths_drop_last(paths);
	free(paths->mounts);
	paths->mounts = NULL;
	paths->room = 0;
}

static bool was_wanted(const struct mount *mount, int64_t time)
{
	return !mount->retired || time <= mount->retired;
}

static bool has_id(const struct paths *paths, uint32_t id, int64_t time)
{
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++)
		if (paths->mounts[i].id == id &&
		    was_wanted(&paths->mounts[i], time))
			return true;
	return false;
}

/* Return: true if a directory has that watch, wanted or not. */
bool paths_have_id(const struct paths *paths, uint32_t id)
{
	return has_id(paths, id, INT64_MIN);
}

/* Return: true if a directory that is wanted has that watch. */
bool paths_want_id(const struct paths *paths, uint32_t id)
{
	return has_id(paths, id, INT64_MAX);
}

/**
 * paths_have_watch - see if one of some watches is ours
 * @paths: directories with their watches
 * @ids: ids of watches, 32 bits each
 * @time: when it matters, in nanoseconds since the epoch
 *
 * Return: true if one is, and was wanted then.
 */
bool paths_have_watch(const struct paths *paths, const struct bytes *ids,
		      int64_t time)
{
	uint32_t id;
	size_t at;

	for (at = 0; at + sizeof(id) <= ids->len; at += sizeof(id)) {
		memcpy(&id, ids->data + at, sizeof(id));
		if (has_id(paths, id, time))
			return true;
	}
	return false;
}

/**
 * paths_watched - see if births on a superblock were wanted
 * @paths: directories
 * @sb: device of the superblock
 * @time: when, in nanoseconds since the epoch
 *
 * Return: true if they were.
 */
bool paths_watched(const struct paths *paths, dev_t sb, int64_t time)
{
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++)
		if (paths->mounts[i].sb == sb &&
		    was_wanted(&paths->mounts[i], time))
			return true;
	return false;
}

static bool same_dir(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * The link tells of a directory that was removed, or that is outside of what
 * is mounted there, in a way that may also be a true path. A path is right if
 * it leads back.
 */
static bool path_of_fd(int fd, char path[PATH_MAX])
{
	char link[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	struct stat here, there;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX);
	if (len <= 0 || len == PATH_MAX || path[0] != '/')
		return false;
	path[len] = '\0';
	return !fstat(fd, &here) && !lstat(path, &there) &&
	       same_dir(&here, &there);
}

static int open_handle(const struct mount *mount, struct file_handle *handle)
{
	struct stat st;
	int root, fd;

	root = open(mount->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	/* Something else may be mounted there by now */
	fd = -1;
	if (!fstat(root, &st) && st.st_dev == mount->dev)
		fd = open_by_handle_at(root, handle,
				       O_PATH | O_DIRECTORY | O_CLOEXEC);
	close(root);
	return fd;
}

static bool path_through(const struct mount *mount, struct file_handle *handle,
			 char path[PATH_MAX])
{
	bool found;
	int fd;

	fd = open_handle(mount, handle);
	if (fd < 0)
		return false;
	found = path_of_fd(fd, path);
	close(fd);
	return found;
}

static bool is_handle(const union handle *handle, size_t len)
{
	return len >= sizeof(handle->fh) &&
	       len - sizeof(handle->fh) == handle->fh.handle_bytes;
}

/* The same directory can be in sight through one mount and not another. */
static void look_up(const struct paths *paths, struct parent *parent)
{
	union handle handle;
	size_t i;

	memcpy(handle.bytes, parent->handle, parent->len);
	if (!is_handle(&handle, parent->len))
		goto none;
	for (i = 0; i < paths->nr_mounts; i++)
		if (paths->mounts[i].sb == parent->sb &&
		    path_through(&paths->mounts[i], &handle.fh, parent->path))
			return;
none:
	parent->path[0] = '\0';
}

static const struct parent *find_parent(struct paths *paths, dev_t sb,
					const struct bytes *handle)
{
	struct parent *parent;
	size_t i;

	for (i = 0; i < paths->nr_parents && i < PATH_NR_PARENTS; i++) {
		parent = &paths->parents[i];
		if (parent->sb == sb && parent->len == handle->len &&
		    !memcmp(parent->handle, handle->data, handle->len))
			return parent;
	}

	parent = &paths->parents[paths->nr_parents++ % PATH_NR_PARENTS];
	parent->sb = sb;
	parent->len = handle->len;
	memcpy(parent->handle, handle->data, handle->len);
	look_up(paths, parent);
	return parent;
}

/**
 * paths_find - find the path of a file
 * @paths: directories through which it may be in sight
 * @sb: device of its superblock
 * @handle: its directory, as a struct file_handle
 * @name: its name in there
 *
 * Return: the path, until the next call; no data if it cannot be known.
 */
struct bytes paths_find(struct paths *paths, dev_t sb,
			const struct bytes *handle, const struct bytes *name)
{
	const struct bytes none = { NULL, 0 };
	const struct parent *parent;
	int len;

	if (!handle->data || handle->len > PATH_MAX_HANDLE || !name->data)
		return none;
	parent = find_parent(paths, sb, handle);
	if (!parent->path[0])
		return none;
	len = snprintf(paths->path, sizeof(paths->path), "%s/%.*s",
		       strcmp(parent->path, "/") ? parent->path : "",
		       (int)name->len, name->data);
	if (len < 0 || (size_t)len >= sizeof(paths->path))
		return none;
	return (struct bytes){ paths->path, len };
}

/**
 * paths_forget - forget all directories found
 * @paths: where they are kept
 *
 * A directory can be moved at any time. What was found may serve the events of
 * one read and no longer.
 */
void paths_forget(struct paths *paths)
{
	paths->nr_parents = 0;
}
