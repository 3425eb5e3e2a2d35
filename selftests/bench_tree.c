// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to learn names, inode numbers and birth times of all files in
 * a tree: instructions per file, by the way they are learnt. The first pass
 * only fills the caches.
 *
 * Files are created with "bench_tree DIRECTORY make DIRS FILES".
 */

#include <dirent.h>
#include <limits.h>

#include "bench.h"

#define DIRENT_BUF	32768

static char buf[BUF_SIZE] __attribute__((aligned(8)));
static unsigned long files;		/* seen */
static unsigned long long sum;		/* of what was read of them */
static unsigned long filtered;		/* left out by the filter */

struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

static void walk(int dir, bool stat);

static void take_dirent(int dir, const struct linux_dirent64 *entry, bool stat)
{
	struct statx stx;
	int fd;

	if (entry->d_name[0] == '.' &&
	    (!entry->d_name[1] ||
	     (entry->d_name[1] == '.' && !entry->d_name[2])))
		return;
	files++;
	sum += entry->d_ino + entry->d_name[0];
	if (stat) {
		if (statx(dir, entry->d_name, AT_SYMLINK_NOFOLLOW,
			  STATX_BASIC_STATS | STATX_BTIME, &stx))
			err(1, "statx: %s", entry->d_name);
		sum += stx.stx_ino + stx.stx_btime.tv_nsec;
	}
	if (entry->d_type != DT_DIR)
		return;
	fd = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		err(1, "%s", entry->d_name);
	walk(fd, stat);
	close(fd);
}

/* The buffer is each level's own. */
static void walk(int dir, bool stat)
{
	char entries[DIRENT_BUF] __attribute__((aligned(8)));
	const struct linux_dirent64 *entry;
	long len, pos;

	while ((len = syscall(SYS_getdents64, dir, entries,
			      sizeof(entries))) > 0) {
		for (pos = 0; pos < len; pos += entry->d_reclen) {
			entry = (const void *)(entries + pos);
			take_dirent(dir, entry, stat);
		}
	}
	if (len < 0)
		err(1, "getdents64");
}

static void getdents_pass(int fd)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		err(1, "lseek");
	walk(fd, false);
}

static void statx_pass(int fd)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		err(1, "lseek");
	walk(fd, true);
}

static struct nl nl;

/* Path of the directory whose entries come, cut where a level ends */
static char path[PATH_MAX];
static unsigned int path_len[PATH_MAX / 2];	/* up to that depth */

static void enter_dir(unsigned int depth, const struct nlattr *name)
{
	unsigned int at, len;

	if (!name || !depth || depth >= PATH_MAX / 2)
		return;
	at = path_len[depth - 1];
	len = bench_attr_len(name);
	if (at + len + 1 >= sizeof(path))
		errx(1, "too deep");
	path[at] = '/';
	memcpy(path + at + 1, bench_attr_data(name), len);
	path_len[depth] = at + 1 + len;
}

static void take_entry(const struct nlattr *entry)
{
	const struct divulge_birth *birth = NULL;
	const struct nlattr *attr;
	const char *name = "";

	bench_for_each_attr(attr, bench_attr_data(entry),
			    bench_attr_end(entry)) {
		switch (bench_attr_type(attr)) {
		case DIVULGE_A_BIRTH_ENTRY_RECORD:
			birth = bench_attr_data(attr);
			break;
		case DIVULGE_A_BIRTH_ENTRY_NAME:
			name = bench_attr_data(attr);
			break;
		}
	}
	if (!birth)
		errx(1, "no record");
	files++;
	sum += birth->ino + birth->btime_nsec + *name;
}

static void take_tree_msg(const struct nlmsghdr *nlh)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;
	uint32_t depth = 0;

	bench_for_each_attr(attr, (const char *)nlh + MNL_NLMSG_HDRLEN +
			    sizeof(struct genlmsghdr), end) {
		switch (bench_attr_type(attr)) {
		case DIVULGE_A_BIRTH_TREE_DEPTH:
			memcpy(&depth, bench_attr_data(attr), sizeof(depth));
			break;
		case DIVULGE_A_BIRTH_TREE_DIR:
			enter_dir(depth, attr);
			break;
		case DIVULGE_A_BIRTH_TREE_ENTRY:
			take_entry(attr);
			break;
		case DIVULGE_A_BIRTH_TREE_SKIP:
			errx(1, "skipped something");
		}
	}
}

/* Return: whether more is to come */
static bool take_tree(ssize_t len)
{
	const struct nlmsghdr *nlh;
	int left = len;

	for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			errx(1, "interrupted");
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    nlh->nlmsg_type == NLMSG_DONE) {
			errno = -*(int *)mnl_nlmsg_get_payload(nlh);
			if (errno)
				err(1, "birth-dump");
			return false;
		}
		take_tree_msg(nlh);
	}
	return true;
}

static void dump(int fd, const struct divulge_moment *since)
{
	struct nlmsghdr *nlh = nl_request(&nl, nl.family,
					  DIVULGE_CMD_BIRTH_DUMP);
	ssize_t len;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++nl.seq;
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_FD, fd);
	if (since)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_SINCE, sizeof(*since),
			     since);
	if (mnl_socket_sendto(nl.sock, nlh, nlh->nlmsg_len) < 0)
		err(1, "send");
	do {
		len = recv(mnl_socket_get_fd(nl.sock), buf, sizeof(buf), 0);
		if (len < 0)
			err(1, "receive");
	} while (take_tree(len));
}

static void dump_pass(int fd)
{
	dump(fd, NULL);
	files--;		/* the directory that was asked for */
}

/* After the last birth, so that none passes */
static void since_pass(int fd)
{
	const struct divulge_moment since = { .sec = INT32_MAX };

	dump(fd, &since);
	if (files)
		errx(1, "the filter let %lu files pass", files);
	files = filtered;
}

static const struct {
	const char *name;
	void (*pass)(int fd);
	bool asks;
} ways[] = {
	{ "getdents", getdents_pass, false },
	{ "statx", statx_pass, false },
	{ "dump", dump_pass, true },
	{ "since", since_pass, true },
};

static void make_files(int at, unsigned int nr_dirs, unsigned int nr)
{
	unsigned int i, j;
	char name[32];
	int fd;

	for (i = 0; i < nr_dirs; i++)
		for (j = 0; j <= nr; j++) {
			snprintf(name, sizeof(name),
				 j ? "dir%03u/file%04u" : "dir%03u", i, j - 1);
			if (!j && mkdirat(at, name, 0700))
				err(1, "mkdir");
			if (!j)
				continue;
			fd = openat(at, name, O_CREAT | O_EXCL | O_WRONLY,
				    0600);
			if (fd < 0)
				err(1, "%s", name);
			close(fd);
		}
}

static void measure(int fd, void (*pass)(int fd), bool marks)
{
	unsigned long long start, spent;

	files = 0;
	if (marks)
		bench_begin();
	start = bench_now();
	pass(fd);
	spent = bench_now() - start;
	if (marks)
		bench_end();
	printf("%llu ", spent / files);
}

int main(int argc, char **argv)
{
	unsigned int i, j;
	int fd;

	if (argc != 3 && argc != 5)
		errx(2, "usage: bench_tree DIRECTORY WAY | make DIRS FILES");
	fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		err(1, "%s", argv[1]);
	if (argc == 5) {
		make_files(fd, atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		if (!strcmp(ways[i].name, argv[2]))
			break;
	if (i == ARRAY_SIZE(ways))
		errx(2, "there is no way %s", argv[2]);
	if (ways[i].asks && nl_open(&nl))
		err(1, "no module divulge");
	getdents_pass(fd);
	filtered = files;
	files = 0;
	ways[i].pass(fd);
	if (files != filtered)
		errx(1, "%s told of %lu of %lu files", argv[2], files,
		     filtered);
	for (j = 0; j < REPEAT; j++)
		measure(fd, ways[i].pass, !j);
	printf("\n");
	bench_use(&sum);
	return 0;
}
