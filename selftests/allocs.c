// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation that a request needs fails once, the first, then the second
 * and so on, until it needs no more: the request ends with an error or as it
 * should, and never without an answer. The module's init is one, too; and a
 * birth is told or counted as lost.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "nl.h"
#include "patience.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAIL_INIT	"/sys/module/faults/parameters/fail_init"
#define KNOBS		"/sys/kernel/debug/"
#define TIMEOUT		patient(600)
#define MAX_NTH		20000	/* nothing here needs as many */
#define PATIENCE	patient(60)	/* seconds that an answer may take */

/*
 * Requests that could wait for memory fail as well, which is most of ours, and
 * nobody writes a backtrace to the kernel log for it.
 */
static const struct {
	const char *path;
	const char *value;
} knobs[] = {
	{ KNOBS "failslab/ignore-gfp-wait", "N" },
	{ KNOBS "failslab/verbose", "0" },
	{ KNOBS "fail_page_alloc/ignore-gfp-wait", "N" },
	{ KNOBS "fail_page_alloc/verbose", "0" },
};

FIXTURE(allocs)
{
	int nth;		/* which one of this thread's fails */
	int dir;
	char path[32];
	int listener;
	int client;
	int server;
};

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void let_fail(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fd, text, len, 0) != len)
		abort();
}

/* No more from now on. Return: whether one failed */
static bool has_failed(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	let_fail(fd, 0);
	return !atoi(text);
}

static bool connect_dccp(int *listener, int *client, int *server)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*listener = socket(AF_INET, SOCK_DCCP | SOCK_CLOEXEC, IPPROTO_DCCP);
	*client = socket(AF_INET, SOCK_DCCP | SOCK_CLOEXEC, IPPROTO_DCCP);
	if (*listener < 0 || *client < 0 ||
	    bind(*listener, (struct sockaddr *)&at, len) ||
	    listen(*listener, 1) ||
	    getsockname(*listener, (struct sockaddr *)&at, &len) ||
	    connect(*client, (struct sockaddr *)&at, len))
		return false;
	*server = accept4(*listener, NULL, NULL, SOCK_CLOEXEC);
	return *server >= 0;
}

/* What the kernel then says of it is no report, as qemu/klog knows by these. */
#define BEGIN		"<4>allocs: allocations begin to fail"
#define CEASE		"<4>allocs: allocations cease to fail"

/* Return: what let_fail() takes, or -errno */
static int prepare(void)
{
	unsigned int i;
	int err, fd;

	for (i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		err = write_text(knobs[i].path, knobs[i].value);
		if (err)
			return err;
	}
	fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_text("/dev/kmsg", BEGIN);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int finish(int fd)
{
	close(fd);
	return write_text("/dev/kmsg", CEASE);
}

FIXTURE_SETUP(allocs)
{
	if (access(FAIL_NTH, W_OK))
		SKIP(return, "this kernel has no fault injection");
	self->nth = prepare();
	ASSERT_LE(0, self->nth);
	strcpy(self->path, "/mnt/xfs/allocs.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->path));
	self->dir = open(self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LE(0, self->dir);
	ASSERT_EQ(0, mkdirat(self->dir, "a", 0700));
	ASSERT_EQ(0, mkdirat(self->dir, "a/b", 0700));
	ASSERT_TRUE(connect_dccp(&self->listener, &self->client,
				 &self->server));
}

FIXTURE_TEARDOWN(allocs)
{
	EXPECT_EQ(0, finish(self->nth));
	close(self->server);
	close(self->client);
	close(self->listener);
	unlinkat(self->dir, "a/b", AT_REMOVEDIR);
	unlinkat(self->dir, "a", AT_REMOVEDIR);
	close(self->dir);
	rmdir(self->path);
}

static int birth_get(struct nl *nl, int fd)
{
	struct divulge_birth birth;

	return nl_birth(nl, fd, &birth);
}

static int birth_dump(struct nl *nl, int fd)
{
	struct nlmsghdr *nlh = nl_request(nl, nl->family,
					  DIVULGE_CMD_BIRTH_DUMP);

	nlh->nlmsg_flags |= NLM_F_DUMP;
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_FD, fd);
	return nl_talk(nl, nl_reply_cb, NULL);
}

static int watch_add(struct nl *nl, int fd)
{
	struct divulge_watch watch;

	return nl_watch(nl, fd, &watch);
}

static int dccp_dump(struct nl *nl, int fd)
{
	const uint32_t all = DIVULGE_DCCP_GROUP_SEQ | DIVULGE_DCCP_GROUP_FEAT |
			     DIVULGE_DCCP_GROUP_TIMERS |
			     DIVULGE_DCCP_GROUP_CCID |
			     DIVULGE_DCCP_GROUP_SERVICES;
	struct nlmsghdr *nlh = nl_request(nl, nl->family,
					  DIVULGE_CMD_DCCP_DUMP);

	nlh->nlmsg_flags |= NLM_F_DUMP;
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, all);
	return nl_talk(nl, nl_reply_cb, NULL);
}

static int dccp_get(struct nl *nl, int fd)
{
	struct nlmsghdr *nlh = nl_request(nl, nl->family, DIVULGE_CMD_DCCP_GET);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return -errno;
	mnl_attr_put_u64(nlh, DIVULGE_A_DCCP_COOKIE, cookie);
	return nl_talk(nl, nl_reply_cb, NULL);
}

static int info_get(struct nl *nl, int fd)
{
	nl_request(nl, nl->family, DIVULGE_CMD_INFO_GET);
	return nl_talk(nl, nl_reply_cb, NULL);
}

/* On a socket of its own, since what failed may have left it in any state. */
static int ask(int (*request)(struct nl *nl, int fd), int fd, int nth,
	       unsigned int n, bool *failed)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	static struct nl nl;
	int err;

	err = nl_open(&nl);
	if (err)
		return err;
	setsockopt(mnl_socket_get_fd(nl.sock), SOL_SOCKET, SO_RCVTIMEO,
		   &patience, sizeof(patience));
	let_fail(nth, n);
	err = request(&nl, fd);
	*failed = has_failed(nth);
	nl_close(&nl);
	return err;
}

FIXTURE_VARIANT(allocs)
{
	int (*request)(struct nl *nl, int fd);
	bool of_socket;
};

FIXTURE_VARIANT_ADD(allocs, info_get) { .request = info_get };
FIXTURE_VARIANT_ADD(allocs, birth_get) { .request = birth_get };
FIXTURE_VARIANT_ADD(allocs, birth_dump) { .request = birth_dump };
FIXTURE_VARIANT_ADD(allocs, watch_add) { .request = watch_add };
FIXTURE_VARIANT_ADD(allocs, dccp_dump) {
	.request = dccp_dump, .of_socket = true
};

FIXTURE_VARIANT_ADD(allocs, dccp_get) {
	.request = dccp_get, .of_socket = true
};

TEST_F_TIMEOUT(allocs, fail_once_each, TIMEOUT)
{
	int fd = variant->of_socket ? self->client : self->dir;
	unsigned int n, errors = 0;
	bool failed = true;
	int err;

	ASSERT_EQ(0, ask(variant->request, fd, self->nth, 0, &failed));
	for (n = 1, failed = true; failed && n < MAX_NTH; n++) {
		err = ask(variant->request, fd, self->nth, n, &failed);
		EXPECT_NE(-EAGAIN, err) {
			TH_LOG("no answer when allocation %u failed", n);
		}
		errors += err < 0;
	}
	EXPECT_FALSE(failed);
	EXPECT_EQ(0, err);
	EXPECT_LT(0, errors);
	TH_LOG("%u allocations, of which %u are an error", n - 2, errors);
}

FIXTURE(births)
{
	int nth;
	int dir;
	char path[32];
	struct nl asks;
	struct nl hears;
	struct divulge_watch watch;
	struct divulge_birth_counters before;
};

FIXTURE_SETUP(births)
{
	if (access(FAIL_NTH, W_OK))
		SKIP(return, "this kernel has no fault injection");
	self->nth = prepare();
	ASSERT_LE(0, self->nth);
	strcpy(self->path, "/dev/shm/allocs.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->path));
	self->dir = open(self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LE(0, self->dir);
	ASSERT_EQ(0, nl_open(&self->asks));
	ASSERT_EQ(0, nl_open(&self->hears));
	ASSERT_EQ(0, nl_join(&self->hears, self->hears.births));
	ASSERT_EQ(0, nl_watch(&self->asks, self->dir, &self->watch));
	ASSERT_EQ(0, nl_counters(&self->asks, &self->before));
}

FIXTURE_TEARDOWN(births)
{
	nl_close(&self->hears);
	nl_close(&self->asks);
	close(self->dir);
	rmdir(self->path);
	EXPECT_EQ(0, finish(self->nth));
}

/* Return: whether an allocation failed */
static bool make_file(int dir, int nth, unsigned int n, unsigned int *made)
{
	bool failed;
	int fd;

	let_fail(nth, n);
	fd = openat(dir, "file", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	failed = has_failed(nth);
	if (fd >= 0)
		close(fd);
	*made += !unlinkat(dir, "file", 0);
	return failed;
}

/* Return: how many births were told or counted as lost, once they are enough */
static unsigned long long accounted(struct nl *nl, unsigned int enough,
				    const struct divulge_birth_counters *before)
{
	struct divulge_birth_counters now = *before;
	unsigned long long sum = 0;
	int tries;

	for (tries = 0; tries < PATIENCE * 100 && sum < enough; tries++) {
		usleep(10000);
		if (nl_counters(nl, &now))
			break;
		sum = now.births_published - before->births_published +
		      now.births_lost - before->births_lost;
	}
	return sum;
}

TEST_F_TIMEOUT(births, are_told_or_counted, TIMEOUT)
{
	unsigned int n, made = 0;
	bool failed = true;

	for (n = 1; failed && n < MAX_NTH; n++)
		failed = make_file(self->dir, self->nth, n, &made);
	EXPECT_FALSE(failed);
	EXPECT_LT(0, made);
	EXPECT_EQ(made, accounted(&self->asks, made, &self->before));
	TH_LOG("%u allocations, %u births", n - 2, made);
}

/* Return: 0 or -errno */
static int load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0))
		err = -errno;
	close(fd);
	return err;
}

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

FIXTURE(init)
{
	int nth;
	const char *divulge;
	char faults[PATH_MAX];
};

/* faults.ko knows when the init begins, before which others allocate. */
FIXTURE_SETUP(init)
{
	const char *ko = getenv("DIVULGE_KO");
	const char *slash = ko ? strrchr(ko, '/') : NULL;

	if (access(FAIL_NTH, W_OK))
		SKIP(return, "this kernel has no fault injection");
	if (!slash)
		SKIP(return, "DIVULGE_KO does not name a divulge.ko");
	snprintf(self->faults, sizeof(self->faults), "%.*s-test/faults.ko",
		 (int)(slash - ko), ko);
	if (access(self->faults, R_OK))
		SKIP(return, "there is no faults.ko");
	self->divulge = ko;
	self->nth = prepare();
	ASSERT_LE(0, self->nth);
	ASSERT_EQ(0, unload("divulge"));
	ASSERT_EQ(0, load(self->faults));
}

FIXTURE_TEARDOWN(init)
{
	EXPECT_EQ(0, finish(self->nth));
	EXPECT_EQ(0, unload("faults"));
	EXPECT_EQ(0, load(self->divulge));
}

static int load_failing(const char *path, unsigned int n)
{
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%u", n);
	err = write_text(FAIL_INIT, text);
	return err ?: load(path);
}

/*
 * Some seven hundred, most of them by ftrace: it copies its hash for each probe,
 * entry by entry. The more there were, the more of them are passed over, or this
 * would take an hour; of each probe some fail.
 */
TEST_F_TIMEOUT(init, fails_once_each, TIMEOUT)
{
	unsigned int n, tries = 0, errors = 0;
	bool failed = true;
	int err = 0;

	for (n = 1; failed && n < MAX_NTH; n += 1 + n / 32) {
		tries++;
		err = load_failing(self->divulge, n);
		failed = has_failed(self->nth);
		errors += err < 0;
		if (!err)
			ASSERT_EQ(0, unload("divulge"));
	}
	EXPECT_FALSE(failed);
	EXPECT_EQ(0, err);
	EXPECT_LT(0, errors);
	TH_LOG("%u of some %u allocations, of which %u are an error", tries - 1,
	       n, errors);
}

TEST_HARNESS_MAIN
