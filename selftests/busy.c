// SPDX-License-Identifier: GPL-2.0
/* A dump of DCCP sockets does not wait for one that its owner keeps in use. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "nl.h"

#ifndef SOCK_DCCP
#define SOCK_DCCP	6
#endif
#ifndef IPPROTO_DCCP
#define IPPROTO_DCCP	33
#endif

struct sender {
	int sock;
	void *page;
	size_t size;
};

/* Memory that is never there: who reads it waits. */
static void *endless_page(int *uffd, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page;

	*uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*uffd < 0 || page == MAP_FAILED)
		return NULL;
	reg.range.start = (unsigned long)page;
	reg.range.len = size;
	if (ioctl(*uffd, UFFDIO_API, &api) ||
	    ioctl(*uffd, UFFDIO_REGISTER, &reg))
		return NULL;
	return page;
}

static void *send_page(void *data)
{
	struct sender *sender = data;

	send(sender->sock, sender->page, 100, 0);
	return NULL;
}

static int find_sock(const struct nlmsghdr *nlh, void *data)
{
	struct divulge_dccp_sock sock, *wanted = data;
	const struct nlattr *entry, *attr;

	mnl_attr_for_each(entry, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(entry) != DIVULGE_A_DCCP_ENTRY)
			continue;
		/* The record of a socket comes first. */
		attr = mnl_attr_get_payload(entry);
		memcpy(&sock, mnl_attr_get_payload(attr), sizeof(sock));
		if (sock.sport == wanted->sport)
			*wanted = sock;
	}
	return MNL_CB_OK;
}

static int dump(struct nl *nl, struct divulge_dccp_sock *wanted)
{
	struct nlmsghdr *nlh;

	nlh = nl_request(nl, nl->family, DIVULGE_CMD_DCCP_DUMP);
	nlh->nlmsg_flags |= NLM_F_DUMP;
	return nl_talk(nl, find_sock, wanted);
}

TEST(dump_goes_on)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct divulge_dccp_sock idle = {}, busy = {};
	struct sender sender = { .size = sysconf(_SC_PAGESIZE) };
	socklen_t len = sizeof(addr);
	int listener, uffd;
	pthread_t thread;
	struct nl nl;

	if (nl_open(&nl))
		SKIP(return, "divulge.ko is not loaded");
	listener = socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP);
	if (listener < 0)
		SKIP(return, "DCCP sockets: %m");
	sender.page = endless_page(&uffd, sender.size);
	if (!sender.page)
		SKIP(return, "no userfaultfd: %m");

	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&addr, sizeof(addr)));
	ASSERT_EQ(0, listen(listener, 1));
	ASSERT_EQ(0, getsockname(listener, (struct sockaddr *)&addr, &len));
	sender.sock = socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP);
	ASSERT_EQ(0, connect(sender.sock, (struct sockaddr *)&addr,
			     sizeof(addr)));
	ASSERT_EQ(0, getsockname(sender.sock, (struct sockaddr *)&addr, &len));
	idle.sport = ntohs(addr.sin_port);
	busy.sport = ntohs(addr.sin_port);

	ASSERT_EQ(0, dump(&nl, &idle));
	EXPECT_EQ(0, idle.busy);
	EXPECT_EQ(2, idle.tx_ccid);

	ASSERT_EQ(0, pthread_create(&thread, NULL, send_page, &sender));
	usleep(500000);
	ASSERT_EQ(0, dump(&nl, &busy));
	EXPECT_EQ(1, busy.busy);
	EXPECT_EQ(-1, busy.tx_ccid);
	EXPECT_EQ(idle.cookie, busy.cookie);
	EXPECT_EQ(idle.mps, busy.mps);
	EXPECT_EQ(idle.state, busy.state);

	/* That wakes the sender. */
	close(uffd);
	pthread_join(thread, NULL);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
