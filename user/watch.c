// SPDX-License-Identifier: GPL-2.0
/* What is watched, from its being asked for to its being mounted again */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "module.h"
#include "mounted.h"
#include "text.h"
#include "usage.h"
#include "watch.h"

static int keep_watch(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_WATCH_MAX + 1];

	genl_attrs(nlh, tb, DIVULGE_A_WATCH_MAX);
	if (!genl_struct(tb[DIVULGE_A_WATCH_RECORD], arg,
			 sizeof(struct divulge_watch)))
		return -EBADMSG;
	return 0;
}

static int ask_watch(struct genl *genl, const struct filter *filter, int fd,
		     struct divulge_watch *watch)
{
	struct nlmsghdr *nlh;

	nlh = genl_request(genl, DIVULGE_CMD_WATCH_ADD, NLM_F_ACK);
	mnl_attr_put_u32(nlh, DIVULGE_A_WATCH_FD, fd);
	if (filter->types)
		mnl_attr_put_u32(nlh, DIVULGE_A_WATCH_TYPES, filter->types);
	if (filter->uid != WANTED_ANY_UID)
		mnl_attr_put_u32(nlh, DIVULGE_A_WATCH_UID, filter->uid);
	if (filter->subtree)
		mnl_attr_put(nlh, DIVULGE_A_WATCH_SUBTREE, 0, NULL);
	return genl_talk(genl, nlh, keep_watch, watch);
}

/* Out of sight, as in some chroots, it cannot be seen to come back either. */
static void keep_point(struct mount *mount, int fd)
{
	struct mounted m;

	free(mount->point);
	mount->point = NULL;
	if (mounted_find(fd, &m))
		return;
	mount->point = m.point;
	mount->under = m.under;
}

static int add(struct genl *genl, const struct filter *filter,
	       struct mount *mount, int fd, struct divulge_watch *watch)
{
	struct divulge_birth birth;
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	err = ask_watch(genl, filter, fd, watch);
	if (!err)
		err = module_birth(genl, fd, &birth);
	if (err)
		return err;
	mount->granularity = birth.granularity;
	mount->dev = st.st_dev;
	mount->sb = makedev(watch->sb_dev_major, watch->sb_dev_minor);
	mount->id = watch->id;
	memcpy(mount->fs, watch->fs, sizeof(watch->fs));
	keep_point(mount, fd);
	fsid_find(genl, fd, mount->point, &mount->fsid);
	return 0;
}

static int add_path(struct genl *genl, const struct filter *filter,
		    struct paths *paths, const char *path, int fd)
{
	struct divulge_watch watch;
	struct mount mount = { 0 };
	int err;

	err = add(genl, filter, &mount, fd, &watch);
	if (err)
		return err;
	mount.path = realpath(path, NULL);
	mount.asked = mount.path ? strdup(path) : NULL;
	err = mount.asked ? paths_add(paths, &mount) : -errno;
	if (err) {
		free(mount.path);
		free(mount.asked);
		free(mount.point);
	}
	return err;
}

static int open_dir(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void report_refused(const struct genl *genl, const char *path, int err)
{
	report("%s%scannot watch '%s': %s%s", usage_where ? usage_where : "",
	       usage_where ? ": " : "", path,
	       *genl->why ? genl->why : strerror(-err),
	       err == -EPERM ? ": run this as root" : "");
}

/**
 * watch_path - watch the births on the filesystem of a directory
 * @genl: socket that the watch is to live as long as
 * @filter: which births are wanted
 * @paths: where to add the directory
 * @path: its path
 *
 * Return: 0, or a negative errno after a report.
 */
int watch_path(struct genl *genl, const struct filter *filter,
	       struct paths *paths, const char *path)
{
	int fd, err;

	genl->why[0] = '\0';
	fd = open_dir(path);
	err = fd < 0 ? fd : add_path(genl, filter, paths, path, fd);
	if (fd >= 0)
		close(fd);
	if (err)
		report_refused(genl, path, err);
	return err;
}

/* What cannot be ended has ended: the filesystem was unmounted. */
void watch_end(struct genl *genl, uint32_t id)
{
	struct nlmsghdr *nlh;

	nlh = genl_request(genl, DIVULGE_CMD_WATCH_DEL, NLM_F_ACK);
	mnl_attr_put_u32(nlh, DIVULGE_A_WATCH_ID, id);
	genl_talk(genl, nlh, NULL, NULL);
}

static int keep_living(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_WATCH_MAX + 1];
	struct divulge_watch watch;
	struct paths *paths = arg;
	size_t i;

	genl_attrs(nlh, tb, DIVULGE_A_WATCH_MAX);
	genl_struct(tb[DIVULGE_A_WATCH_RECORD], &watch, sizeof(watch));
	for (i = 0; i < paths->nr_mounts; i++)
		if (paths->mounts[i].id == watch.id)
			paths->mounts[i].gone = false;
	return 0;
}

static int mark(struct genl *genl, struct paths *paths)
{
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++)
		paths->mounts[i].gone = paths->mounts[i].sb &&
					!paths->mounts[i].retired;
	return genl_talk(genl, genl_request(genl, DIVULGE_CMD_WATCH_DUMP,
					    NLM_F_DUMP), keep_living, paths);
}

/**
 * watches_mark_gone - see which watches have ended
 * @genl: as for watch_path()
 * @paths: directories, marked where the watch has ended and nothing told so yet
 *
 * Return: 0, or a negative errno after a report.
 */
int watches_mark_gone(struct genl *genl, struct paths *paths)
{
	int err;

	do {
		err = mark(genl, paths);
	} while (err == -EINTR);
	if (err)
		report("cannot see what is still watched: %s", genl->why);
	return err;
}

/*
 * What the filesystem was mounted on may be the root of a mount too, as that of
 * an automounter is, and has no business with what is wanted.
 */
static int id_if_back(const struct mount *mount)
{
	int id = mount->point ? mounted_root(mount->point) : -ENOENT;

	return id == mount->under ? -ENOENT : id;
}

static int open_again(const struct mount *mount, int id)
{
	int fd = open_dir(mount->path);

	if (fd < 0 || mounted_id(fd) == id)
		return fd;
	close(fd);
	return -ENOENT;
}

/**
 * watch_again - watch a filesystem that is mounted again where it was
 * @genl: as for watch_path()
 * @filter: as for watch_path()
 * @mount: what was watched, and was unmounted
 * @watch: filled if it is watched again
 *
 * Return: 0; or a negative errno if it is not mounted, or cannot be watched,
 * which is reported once.
 */
int watch_again(struct genl *genl, const struct filter *filter,
		struct mount *mount, struct divulge_watch *watch)
{
	int id, fd, err;

	id = id_if_back(mount);
	if (id < 0) {
		mount->refused = 0;
		return id;
	}
	genl->why[0] = '\0';
	fd = open_again(mount, id);
	err = fd < 0 ? fd : add(genl, filter, mount, fd, watch);
	if (fd >= 0)
		close(fd);
	if (err && err != mount->refused)
		report_refused(genl, mount->path, err);
	mount->refused = err;
	return err;
}
