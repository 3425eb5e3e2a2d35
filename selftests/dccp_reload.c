// SPDX-License-Identifier: GPL-2.0
/*
 * The module comes and goes while connections do so at full speed, and are
 * dumped, asked for and listened to: nothing is left behind.
 */

#include <sys/resource.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "load.h"
#include "nl.h"
#include "pester.h"

/* However long that takes */
#define TIMES	3	/* that the module goes */
#define DUMPS	64	/* so that it shows if each leaves something behind */

/* Where that which may leak comes from */
static const struct slab {
	const char *name;
	long slack;	/* others use it too */
} slabs[] = {
	{ "DCCP", 0 }, { "DCCPv6", 0 },
	{ "request_sock_DCCP", 0 }, { "request_sock_DCCPv6", 0 },
	{ "tw_sock_DCCP", 0 }, { "tw_sock_DCCPv6", 0 },
	{ "ccid2_hc_tx_sock", 0 },
	{ "kmalloc-512", 24 }, { "kmalloc-1k", 24 }, { "kmalloc-2k", 24 },
	{ "kmalloc-4k", 24 }, { "kmalloc-8k", 24 },
};

#define SLABS	(sizeof(slabs) / sizeof(*slabs))

/* What is there of it */
struct stock {
	long slab[SLABS];	/* objects; -1 if that cannot be had */
	long uses;		/* of dccp.ko */
};

static long read_number(const char *path)
{
	char word[32];

	return read_word(path, word, sizeof(word)) ? -1 : atol(word);
}

static void take_stock(struct stock *stock)
{
	char path[128];
	unsigned int i;

	for (i = 0; i < SLABS; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink",
			 slabs[i].name);
		write_word(path, "1");
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects",
			 slabs[i].name);
		stock->slab[i] = read_number(path);
	}
	stock->uses = read_number("/sys/module/dccp/refcnt");
}

static bool is_more(const struct stock *stock, const struct stock *before)
{
	unsigned int i;

	for (i = 0; i < SLABS; i++)
		if (stock->slab[i] > before->slab[i] + slabs[i].slack)
			return true;
	return stock->uses != before->uses;
}

/* What sockets leave behind is freed some time after them. */
static void expect_stock(struct __test_metadata *_metadata,
			 const struct stock *before)
{
	time_t end = now() + PATIENCE;
	struct stock stock;
	unsigned int i;

	do {
		take_stock(&stock);
		if (!is_more(&stock, before))
			break;
		usleep(100000);
	} while (now() < end);
	EXPECT_FALSE(is_more(&stock, before)) {
		for (i = 0; i < SLABS; i++)
			TH_LOG("%s: %ld, was %ld", slabs[i].name,
			       stock.slab[i], before->slab[i]);
	}
	EXPECT_EQ(before->uses, stock.uses);
}

/* Return: 0 or -errno */
static int insert_module(void)
{
	int fd = open(getenv("DIVULGE_KO"), O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return err;
}

/* A dump that is under way has the module for that long. */
static int remove_module(void)
{
	time_t end = now() + PATIENCE;

	while (syscall(SYS_delete_module, "divulge", O_NONBLOCK)) {
		if (errno != EAGAIN)
			return -errno;
		if (now() > end)
			return -ETIMEDOUT;
		sched_yield();
	}
	return 0;
}

static unsigned long dumps(const struct pesters *pesters)
{
	return pesters->pester[0].done + pesters->pester[1].done;
}

/* Return: 0 or -errno; @times: how often the module went and came */
static int keep_reloading(const struct pesters *pesters, unsigned int *times)
{
	time_t end = now() + duration();
	time_t late = now() + TIMEOUT / 2;
	int err = 0;

	for (*times = 0; !err && (now() < end || *times < TIMES ||
				  dumps(pesters) < DUMPS); ++*times) {
		if (now() > late)
			return -ETIMEDOUT;
		usleep(*times % 10 * 20000);
		err = remove_module();
		if (err)
			break;
		usleep(*times % 7 * 5000);
		err = insert_module();
	}
	return err;
}

FIXTURE(reload)
{
	struct load *load;
	struct pesters *pesters;
	struct stock before;
	int netns;		/* that it began in */
};

FIXTURE_SETUP(reload)
{
	if (geteuid())
		SKIP(return, "insmod needs root");
	if (!getenv("DIVULGE_KO"))
		SKIP(return, "DIVULGE_KO names no divulge.ko");
	if (!can_dccp())
		SKIP(return, "DCCP sockets: %m");
	self->load = calloc(1, sizeof(*self->load));
	self->pesters = calloc(1, sizeof(*self->pesters));
	ASSERT_TRUE(self->load && self->pesters);
	self->netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->netns);
	take_stock(&self->before);
	ASSERT_EQ(0, enter_own_netns());
}

FIXTURE_TEARDOWN(reload)
{
	if (self->load)
		load_free(self->load);
	free(self->load);
	free(self->pesters);
}

TEST_F_TIMEOUT(reload, comes_and_goes, TIMEOUT)
{
	unsigned int times;
	struct nl nl;

	/* Who removes the module waits often, and has its turn before them. */
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, 19));
	ASSERT_EQ(0, load_start(self->load));
	start_pesters(self->pesters, self->load, true);
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, 0));
	EXPECT_EQ(0, keep_reloading(self->pesters, &times));
	stop_pesters(self->pesters);
	load_stop(self->load);
	TH_LOG("the module went %u times, there were %lu dumps", times,
	       dumps(self->pesters));
	expect_no_failure(_metadata, self->load, self->pesters);

	ASSERT_EQ(0, nl_open(&nl));
	EXPECT_EQ(0, wait_until_gone(&nl));
	nl_close(&nl);
	/* With the network namespace goes what waits there in TIME-WAIT. */
	ASSERT_EQ(0, setns(self->netns, CLONE_NEWNET));
	EXPECT_EQ(0, remove_module());
	expect_stock(_metadata, &self->before);
	EXPECT_EQ(0, insert_module());
}

TEST_HARNESS_MAIN
