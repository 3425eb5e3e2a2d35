// SPDX-License-Identifier: GPL-2.0
/* What is mounted again is watched again; with a kernel that agrees */
#include <stdint.h>

#include "fsid.h"
#include "module.h"

#define genl_talk	fake_talk
#define module_birth	fake_birth
#define fsid_find	fake_fsid
#define report		fake_report
static int fake_talk(struct genl *to, struct nlmsghdr *req, genl_cb cb,
		     void *arg);
static int fake_birth(struct genl *from, int fd, struct divulge_birth *birth);
static void fake_fsid(struct genl *from, int fd, const char *point,
		      struct fsid *id);
#include "../watch.c"
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include "test/tap.h"

static char top[] = "/tmp/divulge-XXXXXX";
static const struct filter filter = { .uid = WANTED_ANY_UID };
static struct divulge_watch watch;
static struct genl genl;
static struct paths paths;
static char dir[64];
static int asked, refusal, reported;

static int fake_talk(struct genl *to, struct nlmsghdr *req, genl_cb cb,
		     void *arg)
{
	const struct genlmsghdr *hdr = mnl_nlmsg_get_payload(req);
	struct divulge_watch *reply = arg;

	(void)to;
	(void)cb;
	if (hdr->cmd != DIVULGE_CMD_WATCH_ADD)
		return -EINVAL;
	if (refusal)
		return refusal;
	asked++;
	*reply = (struct divulge_watch){
		.id = asked, .fs = "tmpfs", .sb_dev_minor = 77,
	};
	return 0;
}

static int fake_birth(struct genl *from, int fd, struct divulge_birth *birth)
{
	(void)from;
	*birth = (struct divulge_birth){ .granularity = 7 };
	return mounted_id(fd) < 0 ? -EBADF : 0;
}

static void fake_fsid(struct genl *from, int fd, const char *point,
		      struct fsid *id)
{
	(void)from;
	(void)fd;
	*id = (struct fsid){ .number = point ? strlen(point) : 0 };
}

void fake_report(const char *fmt, ...)
{
	(void)fmt;
	reported++;
}

static bool mount_at(const char *path)
{
	return !mount("none", path, "tmpfs", 0, NULL);
}

/* Return: 0, or why the test cannot be. */
static const char *set_up(void)
{
	if (!mkdtemp(top) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return strerror(errno);
	/* As an automounter does it */
	if (!mount_at(top) || !mount_at(top))
		return strerror(errno);
	snprintf(dir, sizeof(dir), "%s/a b", top);
	mkdir(dir, 0700);
	return NULL;
}

static int again(void)
{
	paths.mounts[0].sb = 0;
	paths.mounts[0].id = 0;
	asked = 10;
	return watch_again(&genl, &filter, &paths.mounts[0], &watch);
}

static void test_watch(void)
{
	const struct mount *mount;

	ok(watch_path(&genl, &filter, &paths, "/no/such") == -ENOENT &&
	   !paths.nr_mounts, "what is not there");
	ok(!watch_path(&genl, &filter, &paths, dir) && paths.nr_mounts == 1,
	   "a directory");
	mount = paths.mounts;
	ok(mount->id == 1 && mount->sb == makedev(0, 77) &&
	   mount->granularity == 7 &&
	   !strcmp(mount->path, dir) && mount->point &&
	   !strcmp(mount->point, top) && mount->under > 0,
	   "where it is mounted");
	ok(mount->fsid.number == strlen(top), "what tells it from others");
}

static void test_again(void)
{
	const struct mount *mount = paths.mounts;

	umount2(top, MNT_DETACH);
	mkdir(dir, 0700);
	ok(again() == -ENOENT && asked == 10 && !mount->sb,
	   "what is underneath is not watched");
	mount_at(top);
	ok(again() == -ENOENT && asked == 10 && mount->refused,
	   "a filesystem without the directory");
	mkdir(dir, 0700);
	mount_at(dir);
	ok(again() == -ENOENT && asked == 10, "something mounted on that");
	umount(dir);
	ok(!again() && watch.id == 11 && mount->id == 11 && mount->sb &&
	   !mount->refused, "the filesystem mounted again");
}

static void test_refused(void)
{
	reported = 0;
	refusal = -EPERM;
	ok(again() == -EPERM && again() == -EPERM && reported == 1,
	   "a refusal is told once");
	refusal = -EOPNOTSUPP;
	ok(again() == -EOPNOTSUPP && reported == 2, "another is told");
	umount(top);
	again();
	mount_at(top);
	mkdir(dir, 0700);
	ok(again() == -EOPNOTSUPP && reported == 3,
	   "and so is one that follows an unmount");
	refusal = 0;
	ok(!again() && reported == 3 && !paths.mounts[0].refused,
	   "no refusal");
}

static void test_away(void)
{
	umount2(top, MNT_DETACH);
	umount2(top, MNT_DETACH);
	mkdir(dir, 0700);
	ok(again() == -ENOENT && asked == 10, "nothing is mounted there");
	rmdir(dir);
}

int main(void)
{
	const char *why = set_up();

	if (why) {
		printf("1..0 # SKIP cannot mount: %s\n", why);
	} else {
		test_watch();
		test_again();
		test_refused();
		test_away();
		tap_end();
	}
	paths_free(&paths);
	rmdir(top);
	return tap_failed ? 1 : 0;
}
