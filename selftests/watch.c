// SPDX-License-Identifier: GPL-2.0
/* watch-add and the births group: what is an event, who may ask, what is lost */

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "kselftest_harness.h"
#include "nl.h"
#include "patience.h"

#define NOBODY		65534
#define MAX_EVENTS	64
#define QUEUE_LEN	"/sys/module/divulge/parameters/queue_len"

struct event {
	struct divulge_birth birth;
	struct divulge_birth_origin origin;
	char name[NAME_MAX + 1];
	unsigned int name_len;
};

/* What came from the births group */
struct heard {
	struct event event[MAX_EVENTS];
	unsigned int nr;	/* may be more than fit */
	unsigned long long lost;
	unsigned long long next_seq;
	unsigned long long gaps;
	unsigned int errors;	/* out of order */
};

static void take_event(struct heard *heard, const struct nlattr *nest)
{
	const struct nlattr *attr;
	struct event event = {};

	mnl_attr_for_each_nested(attr, nest) {
		const void *data = mnl_attr_get_payload(attr);
		size_t len = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case DIVULGE_A_BIRTH_EVENT_ORIGIN:
			memcpy(&event.origin, data, sizeof(event.origin));
			break;
		case DIVULGE_A_BIRTH_EVENT_RECORD:
			memcpy(&event.birth, data, sizeof(event.birth));
			break;
		case DIVULGE_A_BIRTH_EVENT_NAME:
			memcpy(event.name, data, len);
			event.name_len = len;
			break;
		}
	}
	if (!heard->next_seq)
		heard->next_seq = event.origin.seq;
	if (event.origin.seq < heard->next_seq)
		heard->errors++;
	else
		heard->gaps += event.origin.seq - heard->next_seq;
	heard->next_seq = event.origin.seq + 1;
	if (heard->nr < MAX_EVENTS)
		heard->event[heard->nr] = event;
	heard->nr++;
}

static int take_msg(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct heard *heard = data;
	struct divulge_loss loss;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case DIVULGE_A_BIRTH_EVENTS_LOSS:
			memcpy(&loss, mnl_attr_get_payload(attr), sizeof(loss));
			if (heard->next_seq && loss.first_seq < heard->next_seq)
				heard->errors++;
			if (heard->next_seq)
				heard->gaps += loss.first_seq - heard->next_seq;
			heard->next_seq = loss.first_seq + loss.count;
			heard->lost += loss.count;
			if (loss.since > loss.until)
				heard->errors++;
			break;
		case DIVULGE_A_BIRTH_EVENTS_EVENT:
			take_event(heard, attr);
			break;
		}
	}
	return MNL_CB_OK;
}

/* Listen until it is quiet. Return: how often ENOBUFS was said, or -errno */
static int listen_to(struct nl *nl, struct heard *heard)
{
	int overruns = 0;
	ssize_t len;

	while ((len = nl_next(nl, 500))) {
		if (len == -ENOBUFS) {
			overruns++;
			continue;
		}
		if (len < 0)
			return len;
		if (mnl_cb_run(nl->buf, len, 0, 0, take_msg, heard) < 0)
			return -errno;
	}
	return overruns;
}

FIXTURE(watch)
{
	struct nl asks;
	struct nl hears;
	struct heard *heard;
	struct divulge_watch watch;
	char dir[64];
	int dirfd;
};

FIXTURE_VARIANT(watch)
{
	const char *mount;
};

FIXTURE_VARIANT_ADD(watch, ext4) { .mount = "/mnt/ext4" };
FIXTURE_VARIANT_ADD(watch, xfs) { .mount = "/mnt/xfs" };
FIXTURE_VARIANT_ADD(watch, btrfs) { .mount = "/mnt/btrfs" };
FIXTURE_VARIANT_ADD(watch, tmpfs) { .mount = "/dev/shm" };

FIXTURE_SETUP(watch)
{
	struct stat at, above;
	char parent[64];

	if (nl_open(&self->asks) || nl_open(&self->hears))
		SKIP(return, "divulge.ko is not loaded");
	if (geteuid())
		SKIP(return, "watching needs root");
	snprintf(parent, sizeof(parent), "%s/..", variant->mount);
	if (stat(variant->mount, &at) || stat(parent, &above) ||
	    at.st_dev == above.st_dev)
		SKIP(return, "nothing is mounted at %s", variant->mount);
	self->heard = calloc(1, sizeof(*self->heard));
	ASSERT_NE(NULL, self->heard);
	snprintf(self->dir, sizeof(self->dir), "%s/watch.XXXXXX",
		 variant->mount);
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->dirfd = open(self->dir, O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, self->dirfd);
	ASSERT_EQ(0, nl_join(&self->hears, self->hears.births));
	ASSERT_EQ(0, nl_watch(&self->asks, self->dirfd, &self->watch));
}

FIXTURE_TEARDOWN(watch)
{
	char cmd[128];

	nl_close(&self->asks);
	nl_close(&self->hears);
	free(self->heard);
	if (!self->dir[0])
		return;
	close(self->dirfd);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->dir);
	ASSERT_EQ(0, system(cmd));
}

TEST_F(watch, every_way_once)
{
	static const char *const names[] = {
		"reg", "dir", "lnk", "fifo", "chr", "late"
	};
	struct heard *heard = self->heard;
	struct stat dir_st;
	char path[64];
	unsigned int i;
	int fd;

	ASSERT_EQ(0, fstat(self->dirfd, &dir_st));
	fd = openat(self->dirfd, "reg", O_CREAT | O_WRONLY, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, mkdirat(self->dirfd, "dir", 0700));
	ASSERT_EQ(0, symlinkat("nowhere", self->dirfd, "lnk"));
	ASSERT_EQ(0, mknodat(self->dirfd, "fifo", S_IFIFO | 0600, 0));
	ASSERT_EQ(0, mknodat(self->dirfd, "chr", S_IFCHR | 0600,
			     makedev(1, 3)));

	/* None of these is a birth. */
	ASSERT_EQ(0, linkat(self->dirfd, "reg", self->dirfd, "hard", 0));
	ASSERT_EQ(0, renameat(self->dirfd, "hard", self->dirfd, "moved"));
	fd = openat(self->dirfd, "reg", O_CREAT | O_TRUNC | O_RDWR, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(-1, mkdirat(self->dirfd, "dir", 0700));

	fd = openat(self->dirfd, ".", O_TMPFILE | O_RDWR, 0600);
	ASSERT_LE(0, fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ASSERT_EQ(0, linkat(AT_FDCWD, path, self->dirfd, "late",
			    AT_SYMLINK_FOLLOW));
	close(fd);

	ASSERT_EQ(0, listen_to(&self->hears, heard));
	ASSERT_EQ(ARRAY_SIZE(names), heard->nr);
	EXPECT_EQ(0, heard->gaps);
	EXPECT_EQ(0, heard->lost);
	EXPECT_EQ(0, heard->errors);

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct event *event = &heard->event[i];
		const struct divulge_birth_origin *origin = &event->origin;
		struct statx stx;

		EXPECT_STREQ(names[i], event->name);
		ASSERT_EQ(0, statx(self->dirfd, names[i], AT_SYMLINK_NOFOLLOW,
				   STATX_BASIC_STATS | STATX_BTIME, &stx));
		EXPECT_EQ(stx.stx_btime.tv_sec, event->birth.btime_sec);
		EXPECT_EQ(stx.stx_btime.tv_nsec, event->birth.btime_nsec);
		EXPECT_EQ(stx.stx_ino, event->birth.ino);
		EXPECT_EQ(stx.stx_mode, event->birth.mode);
		EXPECT_EQ(stx.stx_dev_major, event->birth.dev_major);
		EXPECT_EQ(stx.stx_dev_minor, event->birth.dev_minor);
		EXPECT_EQ(dir_st.st_ino, origin->parent_ino);
		EXPECT_EQ(self->watch.sb_dev_major, origin->sb_dev_major);
		EXPECT_EQ(self->watch.sb_dev_minor, origin->sb_dev_minor);
		EXPECT_EQ(getpid(), origin->tgid);
		EXPECT_EQ(syscall(SYS_gettid), origin->pid);
		EXPECT_EQ(geteuid(), origin->uid);
		EXPECT_EQ(0, memcmp("watch", origin->comm, 6));
		EXPECT_EQ(strcmp(names[i], "late") ?
			  DIVULGE_BIRTH_KIND_CREATED : DIVULGE_BIRTH_KIND_NAMED,
			  origin->kind);
	}
}

TEST_F(watch, any_name)
{
	char name[NAME_MAX + 1];
	unsigned int i;

	memset(name, 0xfe, NAME_MAX);
	name[NAME_MAX] = '\0';
	ASSERT_EQ(0, mkdirat(self->dirfd, name, 0700));
	for (i = 1; i < 256; i++) {
		snprintf(name, sizeof(name), "%c%u", (char)i, i);
		if (i != '/')
			mkdirat(self->dirfd, name, 0700);
	}

	ASSERT_EQ(0, listen_to(&self->hears, self->heard));
	ASSERT_EQ(255, self->heard->nr);
	ASSERT_EQ(NAME_MAX, self->heard->event[0].name_len);
	memset(name, 0xfe, NAME_MAX);
	EXPECT_EQ(0, memcmp(name, self->heard->event[0].name, NAME_MAX));
	for (i = 1; i < '/'; i++) {
		snprintf(name, sizeof(name), "%c%u", (char)i, i);
		EXPECT_STREQ(name, self->heard->event[i].name);
	}
}

TEST_F(watch, only_what_is_watched)
{
	char dir[] = "/tmp/watch.XXXXXX";

	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, rmdir(dir));
	ASSERT_EQ(0, listen_to(&self->hears, self->heard));
	EXPECT_EQ(0, self->heard->nr);
}

TEST_F(watch, twice)
{
	struct divulge_birth_counters counters;
	struct divulge_watch watch;
	struct nl other;

	/* The same socket or another: events come once all the same. */
	memset(&watch, 0, sizeof(watch));
	EXPECT_EQ(0, nl_watch(&self->asks, self->dirfd, &watch));
	EXPECT_EQ(0, memcmp(&self->watch, &watch, sizeof(watch)));
	ASSERT_EQ(0, nl_open(&other));
	ASSERT_EQ(0, nl_watch(&other, self->dirfd, &watch));
	ASSERT_EQ(0, nl_counters(&other, &counters));
	EXPECT_EQ(2, counters.watches);
	ASSERT_EQ(0, mkdirat(self->dirfd, "once", 0700));
	nl_close(&self->asks);
	ASSERT_EQ(0, mkdirat(self->dirfd, "still", 0700));
	nl_close(&other);
	ASSERT_EQ(0, mkdirat(self->dirfd, "unseen", 0700));

	ASSERT_EQ(0, listen_to(&self->hears, self->heard));
	ASSERT_EQ(2, self->heard->nr);
	EXPECT_STREQ("once", self->heard->event[0].name);
	EXPECT_STREQ("still", self->heard->event[1].name);
}

TEST_F(watch, ends_with_its_socket)
{
	struct divulge_birth_counters counters;

	ASSERT_EQ(0, nl_counters(&self->hears, &counters));
	EXPECT_EQ(1, counters.watches);
	nl_close(&self->asks);
	ASSERT_EQ(0, nl_counters(&self->hears, &counters));
	EXPECT_EQ(0, counters.watches);
}

#define NUMBER	7777

/* Close sockets with one number as fast as can be. */
static void *reuse_number(void *data)
{
	struct divulge_watch watch;
	const int *fd = data;
	struct nl nl;
	int i;

	for (i = 0; i < 1500; i++) {
		while (nl_open_as(&nl, NUMBER))
			sched_yield();
		nl_join(&nl, nl.births);
		nl_watch(&nl, *fd, &watch);
		nl_close(&nl);
	}
	return NULL;
}

/* The end of a socket ends its own watch, not that of who has its number now */
TEST_F(watch, number_is_reused)
{
	struct divulge_birth_counters counters;
	struct divulge_watch watch;
	unsigned int i, gone = 0;
	pthread_t thread;
	struct nl nl;

	nl_close(&self->asks);
	ASSERT_EQ(0, pthread_create(&thread, NULL, reuse_number,
				    &self->dirfd));
	for (i = 0; i < 1500; i++) {
		while (nl_open_as(&nl, NUMBER))
			sched_yield();
		ASSERT_EQ(0, nl_watch(&nl, self->dirfd, &watch));
		usleep(200);
		ASSERT_EQ(0, nl_counters(&self->hears, &counters));
		gone += !counters.watches;
		nl_close(&nl);
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(0, gone);
	ASSERT_EQ(0, nl_counters(&self->hears, &counters));
	EXPECT_EQ(0, counters.watches);
}

static int set_queue_len(unsigned int len, unsigned int *old)
{
	FILE *f = fopen(QUEUE_LEN, "r+");
	int ret;

	if (!f)
		return -errno;
	ret = old && fscanf(f, "%u", old) != 1 ? -EINVAL : 0;
	rewind(f);
	if (!ret && fprintf(f, "%u", len) < 0)
		ret = -EIO;
	return fclose(f) ? -errno : ret;
}

/* What finds no room in the queue is counted, to the last one. */
TEST_F(watch, loss_is_exact)
{
	struct heard *heard = self->heard;
	unsigned int i, old_len;
	int size = 8 << 20;
	char name[16];

	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(self->hears.sock), SOL_SOCKET,
				SO_RCVBUFFORCE, &size, sizeof(size)));
	ASSERT_EQ(0, set_queue_len(5, &old_len));
	/* The first number is known from an event, a loss may come before. */
	ASSERT_EQ(0, mkdirat(self->dirfd, "first", 0700));
	ASSERT_EQ(0, listen_to(&self->hears, heard));
	for (i = 0; i < 2000; i++) {
		/* Births may take so long that there is always room for five. */
		if (i == 1000 || i == 1010)
			ASSERT_EQ(0, set_queue_len(i == 1000 ? 0 : 5, NULL));
		snprintf(name, sizeof(name), "%u", i);
		ASSERT_EQ(0, mkdirat(self->dirfd, name, 0700));
	}
	ASSERT_EQ(0, set_queue_len(old_len, NULL));
	ASSERT_EQ(0, listen_to(&self->hears, heard));
	EXPECT_LE(10, heard->lost);
	EXPECT_EQ(2001, heard->nr + heard->lost);
	EXPECT_EQ(0, heard->gaps);
	EXPECT_EQ(0, heard->errors);
}

/* What a slow listener misses shows in the numbers. */
TEST_F(watch, overrun_shows_in_numbers)
{
	struct heard *heard = self->heard;
	int overruns, size = 4096;
	char name[16];
	unsigned int i;

	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(self->hears.sock), SOL_SOCKET,
				SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "%u", i);
		ASSERT_EQ(0, mkdirat(self->dirfd, name, 0700));
	}
	overruns = listen_to(&self->hears, heard);
	EXPECT_LT(0, overruns);
	/* The last event tells what is missing before it. */
	ASSERT_EQ(0, mkdirat(self->dirfd, "last", 0700));
	ASSERT_LE(0, listen_to(&self->hears, heard));
	EXPECT_EQ(2001, heard->nr + heard->lost + heard->gaps);
	EXPECT_LT(0, heard->gaps);
	EXPECT_EQ(0, heard->errors);
}

/* What overlayfs creates below, it creates with the rights of who mounted it */
TEST_F(watch, creator_above_overlayfs)
{
	char options[256], path[128];
	unsigned int i, seen = 0;
	int status;
	pid_t pid;

	ASSERT_EQ(0, mkdirat(self->dirfd, "lower", 0755));
	ASSERT_EQ(0, mkdirat(self->dirfd, "upper", 0755));
	ASSERT_EQ(0, mkdirat(self->dirfd, "work", 0755));
	ASSERT_EQ(0, mkdirat(self->dirfd, "merged", 0755));
	ASSERT_EQ(0, fchmodat(self->dirfd, "upper", 0777, 0));
	ASSERT_EQ(0, fchmodat(self->dirfd, ".", 0755, 0));
	snprintf(options, sizeof(options),
		 "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work",
		 self->dir, self->dir, self->dir);
	snprintf(path, sizeof(path), "%s/merged", self->dir);
	if (mount("none", path, "overlay", 0, options))
		SKIP(return, "no overlayfs on this: %m");
	pid = fork();
	if (!pid)
		_exit(setresuid(1000, 1000, 1000) || chdir(path) ||
		      mkdir("above", 0700));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_EQ(0, umount(path));

	ASSERT_EQ(0, listen_to(&self->hears, self->heard));
	for (i = 0; i < self->heard->nr && i < MAX_EVENTS; i++) {
		const struct event *event = &self->heard->event[i];

		if (event->origin.tgid != (uint32_t)pid)
			continue;
		EXPECT_EQ(1000, event->origin.uid);
		seen++;
	}
	EXPECT_LT(0, seen);
}

FIXTURE(refusal)
{
	struct nl nl;
	struct divulge_watch watch;
};

FIXTURE_SETUP(refusal)
{
	if (nl_open(&self->nl))
		SKIP(return, "divulge.ko is not loaded");
	if (geteuid())
		SKIP(return, "to give up privileges needs root");
}

FIXTURE_TEARDOWN(refusal)
{
	nl_close(&self->nl);
}

TEST_F(refusal, filesystem_without_births)
{
	int fd = open("/proc", O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EOPNOTSUPP, nl_watch(&self->nl, fd, &self->watch));
	EXPECT_STREQ("births on this type of filesystem cannot be watched",
		     self->nl.ext_ack);
	close(fd);
}

TEST_F(refusal, unprivileged)
{
	struct nl nl;

	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, nl_open(&nl));
	EXPECT_EQ(-EPERM, nl_watch(&nl, 0, &self->watch));
	EXPECT_NE(NULL, strstr(nl.ext_ack, "CAP_SYS_ADMIN"));
	EXPECT_EQ(-EPERM, nl_join(&nl, nl.births));
	EXPECT_EQ(0, nl_join(&nl, nl.dccp));
	nl_close(&nl);
}

TEST_F(refusal, counters_of_births)
{
	struct divulge_birth_counters all, some = { .watches = 4711 };
	struct nl nl;
	int fd;

	fd = open("/dev/shm", O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, nl_watch(&self->nl, fd, &self->watch));
	ASSERT_EQ(0, nl_counters(&self->nl, &all));
	EXPECT_LT(0, all.watches);

	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, nl_open(&nl));
	ASSERT_EQ(0, nl_counters(&nl, &some));
	EXPECT_EQ(4711, some.watches);
	nl_close(&nl);
	close(fd);
}

/* Root in a user namespace of one's own is nobody here. */
TEST_F(refusal, other_user_namespace)
{
	struct nl nl;

	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no unprivileged user namespaces here");
	ASSERT_EQ(0, nl_open(&nl));
	EXPECT_EQ(-EPERM, nl_watch(&nl, 0, &self->watch));
	nl_close(&nl);
}

TEST_F(refusal, other_network_namespace)
{
	struct nl nl;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, nl_open(&nl));
	EXPECT_EQ(-EOPNOTSUPP, nl_watch(&nl, 0, &self->watch));
	EXPECT_NE(NULL, strstr(nl.ext_ack, "first network namespace"));
	nl_close(&nl);
}

TEST_F(refusal, closed_fd)
{
	int fd = dup(0);

	close(fd);
	EXPECT_EQ(-EBADF, nl_watch(&self->nl, fd, &self->watch));
	EXPECT_STREQ("fd is not open", self->nl.ext_ack);
}

TEST_F(refusal, without_fd)
{
	nl_request(&self->nl, self->nl.family, DIVULGE_CMD_WATCH_ADD);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, NULL, NULL));
	EXPECT_STREQ("fd of a file on the filesystem is missing",
		     self->nl.ext_ack);
}

/* A watch neither keeps umount away nor outlives it. */
TEST_F(refusal, umount)
{
	struct divulge_birth_counters counters;
	char dir[] = "/tmp/umount.XXXXXX";
	int fd, i;

	ASSERT_NE(NULL, mkdtemp(dir));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mount("none", dir, "tmpfs", 0, ""));
		fd = open(dir, O_RDONLY);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, nl_watch(&self->nl, fd, &self->watch));
		close(fd);
		ASSERT_EQ(0, nl_counters(&self->nl, &counters));
		EXPECT_EQ(1, counters.watches);
		ASSERT_EQ(0, umount(dir));
		ASSERT_EQ(0, nl_counters(&self->nl, &counters));
		EXPECT_EQ(0, counters.watches);
	}
	rmdir(dir);
}

TEST_HARNESS_MAIN
