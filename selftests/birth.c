// SPDX-License-Identifier: GPL-2.0
/* birth-get: records equal what statx() says, requests that are wrong fail. */

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "kselftest_harness.h"
#include "nl.h"
#include "patience.h"

#define NOBODY	65534

static void make_file(char *path, size_t size, const char *dir, int n)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	snprintf(path, size, "%s/f%d", dir, n);
	switch (n % 6) {
	case 0:
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
		if (fd >= 0)
			close(fd);
		break;
	case 1:
		mkdir(path, 0700);
		break;
	case 2:
		if (symlink("nowhere", path))
			perror("symlink");
		break;
	case 3:
		mknod(path, S_IFIFO | 0600, 0);
		break;
	case 4:
		mknod(path, S_IFCHR | 0600, makedev(1, 3));
		break;
	case 5:
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
		bind(fd, (struct sockaddr *)&addr, sizeof(addr));
		close(fd);
		break;
	}
}

static int type_of(mode_t mode)
{
	return S_ISREG(mode) ? DIVULGE_FILE_TYPE_REG :
	       S_ISDIR(mode) ? DIVULGE_FILE_TYPE_DIR :
	       S_ISLNK(mode) ? DIVULGE_FILE_TYPE_LNK :
	       S_ISCHR(mode) ? DIVULGE_FILE_TYPE_CHR :
	       S_ISBLK(mode) ? DIVULGE_FILE_TYPE_BLK :
	       S_ISFIFO(mode) ? DIVULGE_FILE_TYPE_FIFO :
	       S_ISSOCK(mode) ? DIVULGE_FILE_TYPE_SOCK :
	       DIVULGE_FILE_TYPE_UNKNOWN;
}

FIXTURE(birth)
{
	struct nl nl;
	char dir[64];
};

FIXTURE_VARIANT(birth)
{
	const char *mount;
	const char *fs;
	int term;
	bool own;	/* mounted by the test */
};

FIXTURE_VARIANT_ADD(birth, ext4) {
	.mount = "/mnt/ext4", .fs = "ext4", .term = DIVULGE_BIRTH_TERM_CRTIME,
};

FIXTURE_VARIANT_ADD(birth, xfs) {
	.mount = "/mnt/xfs", .fs = "xfs", .term = DIVULGE_BIRTH_TERM_CRTIME,
};

FIXTURE_VARIANT_ADD(birth, btrfs) {
	.mount = "/mnt/btrfs", .fs = "btrfs", .term = DIVULGE_BIRTH_TERM_OTIME,
};

FIXTURE_VARIANT_ADD(birth, tmpfs) {
	.mount = "/dev/shm", .fs = "tmpfs", .term = DIVULGE_BIRTH_TERM_BTIME,
};

static bool is_mounted(const char *path)
{
	struct stat at, above;
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s/..", path);
	return !stat(path, &at) && !stat(parent, &above) &&
	       at.st_dev != above.st_dev;
}

FIXTURE_SETUP(birth)
{
	if (nl_open(&self->nl))
		SKIP(return, "divulge.ko is not loaded");
	if (!is_mounted(variant->mount))
		SKIP(return, "nothing is mounted at %s", variant->mount);
	snprintf(self->dir, sizeof(self->dir), "%s/birth.XXXXXX",
		 variant->mount);
	ASSERT_NE(NULL, mkdtemp(self->dir));
}

FIXTURE_TEARDOWN(birth)
{
	char cmd[128];

	nl_close(&self->nl);
	if (!self->dir[0])
		return;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->dir);
	ASSERT_EQ(0, system(cmd));
}

TEST_F(birth, equals_statx)
{
	struct divulge_birth rec;
	struct statx stx;
	char path[128];
	int fd, i;

	for (i = 0; i < 1000; i++) {
		make_file(path, sizeof(path), self->dir, i);
		fd = open(path, O_PATH | O_NOFOLLOW);
		ASSERT_LE(0, fd) TH_LOG("%s: %m", path);
		ASSERT_EQ(0, nl_birth(&self->nl, fd, &rec));
		ASSERT_EQ(0, statx(fd, "", AT_EMPTY_PATH,
				   STATX_BASIC_STATS | STATX_BTIME, &stx));
		close(fd);

		ASSERT_TRUE(stx.stx_mask & STATX_BTIME);
		ASSERT_EQ(DIVULGE_BIRTH_MISSING_NONE, rec.missing);
		ASSERT_EQ(stx.stx_btime.tv_sec, rec.btime_sec);
		ASSERT_EQ(stx.stx_btime.tv_nsec, rec.btime_nsec);
		ASSERT_EQ(stx.stx_mtime.tv_sec, rec.mtime_sec);
		ASSERT_EQ(stx.stx_mtime.tv_nsec, rec.mtime_nsec);
		ASSERT_EQ(stx.stx_atime.tv_sec, rec.atime_sec);
		ASSERT_EQ(stx.stx_atime.tv_nsec, rec.atime_nsec);
		ASSERT_EQ(stx.stx_ctime.tv_sec, rec.ctime_sec);
		ASSERT_EQ(stx.stx_ctime.tv_nsec, rec.ctime_nsec);
		ASSERT_EQ(stx.stx_ino, rec.ino);
		ASSERT_EQ(stx.stx_dev_major, rec.dev_major);
		ASSERT_EQ(stx.stx_dev_minor, rec.dev_minor);
		ASSERT_EQ(stx.stx_mode, rec.mode);
		ASSERT_EQ(type_of(stx.stx_mode), rec.type);
		ASSERT_EQ(variant->term, rec.term);
		ASSERT_EQ(0, rec.flags);
		ASSERT_EQ(0, strncmp(variant->fs, (char *)rec.fs,
				     sizeof(rec.fs)));
	}
}

TEST_F(birth, generation)
{
	struct divulge_birth rec;
	char path[128];
	long gen = 0;
	int fd;

	make_file(path, sizeof(path), self->dir, 0);
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, nl_birth(&self->nl, fd, &rec));
	if (ioctl(fd, FS_IOC_GETVERSION, &gen))
		SKIP(return, "%s has no FS_IOC_GETVERSION", variant->fs);
	EXPECT_EQ((uint32_t)gen, rec.gen);
	close(fd);
}

TEST_F(birth, unprivileged)
{
	struct divulge_birth rec;
	struct statx stx;
	struct nl nl;
	char path[128];
	int fd;

	make_file(path, sizeof(path), self->dir, 0);
	ASSERT_EQ(0, chmod(self->dir, 0755));
	ASSERT_EQ(0, setresgid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, nl_open(&nl));
	fd = open(path, O_PATH);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, nl_birth(&nl, fd, &rec));
	ASSERT_EQ(0, statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &stx));
	EXPECT_EQ(stx.stx_btime.tv_sec, rec.btime_sec);
	EXPECT_EQ(stx.stx_btime.tv_nsec, rec.btime_nsec);
	nl_close(&nl);
	/* The teardown is root's. */
	_exit(_metadata->exit_code);
}

FIXTURE(request)
{
	struct nl nl;
};

FIXTURE_SETUP(request)
{
	if (nl_open(&self->nl))
		SKIP(return, "divulge.ko is not loaded");
}

FIXTURE_TEARDOWN(request)
{
	nl_close(&self->nl);
}

TEST_F(request, without_fd)
{
	nl_request(&self->nl, self->nl.family, DIVULGE_CMD_BIRTH_GET);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, NULL, NULL));
	EXPECT_STREQ("fd of the file is missing", self->nl.ext_ack);
}

TEST_F(request, closed_fd)
{
	struct divulge_birth rec;
	int fd = dup(0);

	close(fd);
	EXPECT_EQ(-EBADF, nl_birth(&self->nl, fd, &rec));
	EXPECT_STREQ("fd is not open", self->nl.ext_ack);
}

TEST_F(request, negative_fd)
{
	struct divulge_birth rec;

	EXPECT_EQ(-ERANGE, nl_birth(&self->nl, -1, &rec));
	EXPECT_NE(0, strlen(self->nl.ext_ack));
	EXPECT_EQ(-ERANGE, nl_birth(&self->nl, INT_MIN, &rec));
	EXPECT_EQ(-EBADF, nl_birth(&self->nl, INT_MAX, &rec));
}

TEST_F(request, short_fd)
{
	struct nlmsghdr *nlh;

	nlh = nl_request(&self->nl, self->nl.family, DIVULGE_CMD_BIRTH_GET);
	mnl_attr_put_u16(nlh, DIVULGE_A_BIRTH_FD, 0);
	EXPECT_GT(0, nl_talk(&self->nl, NULL, NULL));
	EXPECT_NE(0, strlen(self->nl.ext_ack));
}

TEST_F(request, unknown_attribute)
{
	struct nlmsghdr *nlh;

	nlh = nl_request(&self->nl, self->nl.family, DIVULGE_CMD_BIRTH_GET);
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_FD, 0);
	mnl_attr_put_u32(nlh, 77, 0);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, NULL, NULL));
	EXPECT_NE(0, strlen(self->nl.ext_ack));
}

TEST_F(request, unknown_command)
{
	nl_request(&self->nl, self->nl.family, 200);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, NULL, NULL));
}

TEST_F(request, do_of_a_dump)
{
	nl_request(&self->nl, self->nl.family, DIVULGE_CMD_DCCP_DUMP);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, NULL, NULL));
}

/* Of who may do less, and is not to learn by it what the sender may see. */
TEST_F(request, dump_over_another_ones_socket)
{
	struct nlmsghdr *nlh;
	struct nl other;

	if (geteuid())
		SKIP(return, "this takes root");
	ASSERT_EQ(0, seteuid(65534));
	EXPECT_EQ(0, nl_open(&other));
	ASSERT_EQ(0, seteuid(0));
	nlh = nl_request(&other, other.family, DIVULGE_CMD_BIRTH_DUMP);
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_FD, 0);
	EXPECT_EQ(-EPERM, nl_talk(&other, NULL, NULL));
	nl_close(&other);
}

/* Files that are on no disk: pipe, socket, memfd, anonymous inode. */
TEST_F(request, unusual_files)
{
	struct divulge_birth rec;
	struct statx stx;
	int fds[4], i;

	ASSERT_EQ(0, pipe(fds));
	fds[2] = socket(AF_UNIX, SOCK_STREAM, 0);
	fds[3] = memfd_create("x", 0);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, nl_birth(&self->nl, fds[i], &rec));
		ASSERT_EQ(0, statx(fds[i], "", AT_EMPTY_PATH,
				   STATX_BASIC_STATS | STATX_BTIME, &stx));
		EXPECT_EQ(!!(stx.stx_mask & STATX_BTIME), !rec.missing);
		EXPECT_EQ(stx.stx_ino, rec.ino);
		close(fds[i]);
	}
}

/* A server that never answers must not keep all of generic netlink waiting. */
TEST_F(request, waits_for_no_server)
{
	char dir[] = "/tmp/fuse.XXXXXX", options[64];
	struct divulge_birth rec;
	int dev, fd;

	if (geteuid())
		SKIP(return, "mounting needs root");
	if (system("modprobe fuse 2>/dev/null"))
		SKIP(return, "there is no FUSE");
	dev = open("/dev/fuse", O_RDWR);
	ASSERT_LE(0, dev);
	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", dev);
	ASSERT_EQ(0, mount("mute", dir, "fuse", 0, options));
	fd = open(dir, O_PATH);
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, nl_birth(&self->nl, fd, &rec));
	EXPECT_EQ(0, strcmp("fuse", (char *)rec.fs));
	close(fd);
	close(dev);
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
	rmdir(dir);
}

FIXTURE(missing)
{
	struct nl nl;
	char dir[32];
};

FIXTURE_VARIANT(missing)
{
	const char *mkfs;
	const char *fs;
	const char *dev;
	int missing;
};

FIXTURE_VARIANT_ADD(missing, ext4_small_inode) {
	.mkfs = "truncate -s 16M image && mke2fs -q -t ext4 -I 128 image",
	.fs = "ext4",
	.missing = DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL,
};

FIXTURE_VARIANT_ADD(missing, xfs_v4) {
	.mkfs = "truncate -s 300M image && mkfs.xfs -q -m crc=0 image 2>&1",
	.fs = "xfs",
	.missing = DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD,
};

FIXTURE_SETUP(missing)
{
	char cmd[256];

	if (nl_open(&self->nl))
		SKIP(return, "divulge.ko is not loaded");
	if (geteuid())
		SKIP(return, "mounting needs root");
	strcpy(self->dir, "/tmp/missing.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(cmd, sizeof(cmd),
		 "cd %s && mkdir mnt && %s && { modprobe loop || :; } && mount -o loop image mnt",
		 self->dir, variant->mkfs);
	if (system(cmd))
		SKIP(return, "cannot make and mount a %s of this kind",
		     variant->fs);
}

FIXTURE_TEARDOWN(missing)
{
	char cmd[128];

	nl_close(&self->nl);
	if (!self->dir[0])
		return;
	snprintf(cmd, sizeof(cmd),
		 "{ umount %s/mnt 2>/dev/null || :; } && rm -rf %s", self->dir,
		 self->dir);
	ASSERT_EQ(0, system(cmd));
}

TEST_F(missing, is_explained)
{
	struct divulge_birth rec;
	struct statx stx;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/mnt/file", self->dir);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, nl_birth(&self->nl, fd, &rec));
	ASSERT_EQ(0, statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &stx));
	close(fd);
	EXPECT_FALSE(stx.stx_mask & STATX_BTIME);
	EXPECT_EQ(variant->missing, rec.missing);
	EXPECT_EQ(0, rec.btime_sec);
	EXPECT_EQ(0, rec.btime_nsec);
	EXPECT_EQ(stx.stx_ino, rec.ino);
}

TEST_F(request, proc_stores_none)
{
	struct divulge_birth rec;
	int fd = open("/proc/self/stat", O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, nl_birth(&self->nl, fd, &rec));
	close(fd);
	EXPECT_EQ(DIVULGE_BIRTH_MISSING_NOT_STORED, rec.missing);
}

TEST_HARNESS_MAIN
