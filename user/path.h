/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_PATH_H
#define DIVULGE_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/divulge.h>

#include "fsid.h"
#include "record.h"

#define PATH_MAX_HANDLE	136	/* struct file_handle and MAX_HANDLE_SZ */
#define PATH_NR_PARENTS	8

/**
 * struct mount - a directory on a watched filesystem
 * @path: from the root
 * @asked: as it was asked for
 * @dev: device of the directory
 * @sb: device of the superblock, as events carry it; not @dev on Btrfs; 0
 *	while it is unmounted
 * @fs: type of the filesystem
 * @fsid: what else tells it from others
 * @id: of the watch
 * @granularity: step of the birth times there in nanoseconds
 * @point: where it is mounted; NULL if that is out of sight
 * @under: id of the mount that it is mounted on
 * @left: when it was unmounted, or births before that were lost, in nanoseconds
 *	since the epoch
 * @back: until when it was searched when it was back, in nanoseconds since the
 *	epoch
 * @refused: errno with which it could not be watched when mounted again, 0 if
 *	that was not tried since
 * @gone: the watch had ended when watches_mark_gone() looked
 * @heard: what was born there before it was watched has been seen to
 * @retired: when it ceased to be wanted, in nanoseconds since the epoch, 0 if it
 *	is wanted
 */
struct mount {
	char *path;
	char *asked;
	dev_t dev;
	dev_t sb;
	char fs[sizeof(((struct divulge_watch *)NULL)->fs) + 1];
	struct fsid fsid;
	uint32_t id;
	uint32_t granularity;
	char *point;
	int under;
	int64_t left;
	int64_t back;
	int refused;
	bool gone;
	bool heard;
	int64_t retired;
};

/**
 * struct parent - a directory whose path was looked for
 * @sb: device of its superblock
 * @handle: its struct file_handle
 * @len: length of @handle
 * @path: where it is, empty if that cannot be known
 */
struct parent {
	dev_t sb;
	char handle[PATH_MAX_HANDLE];
	size_t len;
	char path[PATH_MAX];
};

/**
 * struct paths - what turns the handle of a directory into its path
 * @mounts: directories that were asked for
 * @nr_mounts: how many
 * @room: how many there is room for
 * @parents: what was found since paths_forget()
 * @nr_parents: how many were
 * @path: found last
 */
struct paths {
	struct mount *mounts;
	size_t nr_mounts;
	size_t room;
	struct parent parents[PATH_NR_PARENTS];
	size_t nr_parents;
	char path[PATH_MAX];
};

int paths_add(struct paths *paths, const struct mount *mount);
void paths_free(struct paths *paths);
int paths_reserve(struct paths *paths, size_t more);
void paths_drop_last(struct paths *paths);
void paths_forget_retired(struct paths *paths, int64_t before);
bool paths_have_id(const struct paths *paths, uint32_t id);
bool paths_want_id(const struct paths *paths, uint32_t id);
bool paths_watched(const struct paths *paths, dev_t sb, int64_t time);
bool paths_have_watch(const struct paths *paths, const struct bytes *ids,
		      int64_t time);
struct bytes paths_find(struct paths *paths, dev_t sb,
			const struct bytes *handle, const struct bytes *name);
void paths_forget(struct paths *paths);

#endif
