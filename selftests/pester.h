/* SPDX-License-Identifier: GPL-2.0 */
/* Those who ask and listen while DCCP connections come and go, for tests */
#ifndef SELFTESTS_PESTER_H
#define SELFTESTS_PESTER_H

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <time.h>

#include "kselftest_harness.h"
#include "load.h"
#include "nl.h"
#include "patience.h"

#define SECONDS		patient(5) /* unless DIVULGE_CHURN_SECONDS says more */
#define TIMEOUT		patient(600)
#define PATIENCE	patient(60)	/* seconds for all to be gone and told */
#define ALL_GROUPS	0x1f
#define ALL_KINDS	0x7
#define NOT_TIMEWAIT	0x3

/* Somebody who asks or listens all the time, in a thread */
struct pester {
	pthread_t thread;
	int (*once)(struct nl *nl, struct pester *pester);
	struct load *load;
	const atomic_bool *stop;
	bool may_vanish;	/* the module may */
	struct nl nl;
	atomic_ulong done;
	unsigned long found;	/* sockets, or datagrams */
	int error;
};

static inline int count_entries(const struct nlmsghdr *nlh, void *data)
{
	struct divulge_dccp_sock sock;
	const struct nlattr *entry, *attr;
	unsigned long *found = data;

	mnl_attr_for_each(entry, nlh, sizeof(struct genlmsghdr)) {
		attr = mnl_attr_get_payload(entry);
		memcpy(&sock, mnl_attr_get_payload(attr), sizeof(sock));
		if (!sock.cookie || !sock.state || !sock.netns)
			return MNL_CB_ERROR;
		++*found;
	}
	return MNL_CB_OK;
}

static inline int dump(struct nl *nl, uint32_t groups, uint32_t kinds,
		       unsigned long *found)
{
	struct nlmsghdr *nlh = nl_request(nl, nl->family,
					  DIVULGE_CMD_DCCP_DUMP);

	nlh->nlmsg_flags |= NLM_F_DUMP;
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, groups);
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_KINDS, kinds);
	return nl_talk(nl, count_entries, found);
}

static inline int dump_once(struct nl *nl, struct pester *pester)
{
	/* There soon are so many entries in TIME-WAIT that these take long. */
	return dump(nl, ALL_GROUPS, pester->done % 8 ? NOT_TIMEWAIT : ALL_KINDS,
		    &pester->found);
}

static inline int get(struct nl *nl, struct pester *pester)
{
	int err = nl_talk(nl, count_entries, &pester->found);

	return err == -ENOENT && strstr(nl->ext_ack, "no such") ? 0 : err;
}

static inline int get_cookie_once(struct nl *nl, struct pester *pester)
{
	struct load_lane *lane = &pester->load->lane[pester->done % LOAD_LANES];
	uint64_t cookie = lane->recent;
	struct nlmsghdr *nlh;

	/* None is known before the first connection, and 0 may not be asked. */
	nlh = nl_request(nl, nl->family, DIVULGE_CMD_DCCP_GET);
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, ALL_GROUPS);
	mnl_attr_put_u64(nlh, DIVULGE_A_DCCP_COOKIE, cookie ?: 1);
	return get(nl, pester);
}

static inline void put_address(struct nlmsghdr *nlh, uint16_t addr,
			       uint16_t port, const struct load_addr *at)
{
	const struct sockaddr_in6 *in6 = (const void *)&at->addr;
	const struct sockaddr_in *in = (const void *)&at->addr;

	if (in->sin_family == AF_INET)
		mnl_attr_put(nlh, addr, sizeof(in->sin_addr), &in->sin_addr);
	else
		mnl_attr_put(nlh, addr, sizeof(in6->sin6_addr),
			     &in6->sin6_addr);
	mnl_attr_put_u16(nlh, port, ntohs(in->sin_port));
}

/* What has the peer @port of a listener: a connection, if there is one now */
static inline int get_tuple_once(struct nl *nl, struct pester *pester)
{
	struct load_lane *lane = &pester->load->lane[pester->done % LOAD_LANES];
	struct load_addr peer;
	struct nlmsghdr *nlh;

	nlh = nl_request(nl, nl->family, DIVULGE_CMD_DCCP_GET);
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, ALL_GROUPS);
	put_address(nlh, DIVULGE_A_DCCP_SRC, DIVULGE_A_DCCP_SPORT,
		    &lane->addr);
	if (pester->done % 2) {
		load_loopback(&peer, lane->family,
			      32768 + pester->done % 28232);
		put_address(nlh, DIVULGE_A_DCCP_DST, DIVULGE_A_DCCP_DPORT,
			    &peer);
	}
	return get(nl, pester);
}

static inline int listen_once(struct nl *nl, struct pester *pester)
{
	unsigned int i;
	ssize_t len;
	int err;

	err = nl_join(nl, nl->dccp);
	for (i = 0; i < 20 && !err; i++) {
		len = nl_next(nl, 10);
		if (len < 0 && len != -ENOBUFS)
			err = len;
		pester->found += len > 0;
	}
	nl_close(nl);
	return err;
}

static inline void *go_on(void *data)
{
	struct pester *pester = data;
	struct nl *nl = &pester->nl;
	int err;

	while (!*pester->stop && !pester->error) {
		err = nl->sock ? 0 : nl_open(nl);
		if (!err)
			err = pester->once(nl, pester);
		/* The module cannot go while one asks. */
		if (pester->may_vanish)
			usleep(pester->done % 8 * 5000);
		if (!err) {
			pester->done++;
			continue;
		}
		nl_close(nl);
		/* No dump begins while the module is on its way out. */
		if (!pester->may_vanish ||
		    (err != -ENOENT && err != -EPROTONOSUPPORT))
			pester->error = err;
	}
	nl_close(nl);
	return NULL;
}

#define PESTERS	6

struct pesters {
	atomic_bool stop;
	struct pester pester[PESTERS];
};

static inline void start_pesters(struct pesters *all, struct load *load,
				 bool may_vanish)
{
	static int (*const once[PESTERS])(struct nl *, struct pester *) = {
		dump_once, dump_once, get_cookie_once, get_tuple_once,
		listen_once, listen_once,
	};
	unsigned int i;

	memset(all, 0, sizeof(*all));
	for (i = 0; i < PESTERS; i++) {
		all->pester[i].once = once[i];
		all->pester[i].load = load;
		all->pester[i].stop = &all->stop;
		all->pester[i].may_vanish = may_vanish;
		if (pthread_create(&all->pester[i].thread, NULL, go_on,
				   &all->pester[i]))
			abort();
	}
}

static inline void stop_pesters(struct pesters *all)
{
	unsigned int i;

	all->stop = true;
	for (i = 0; i < PESTERS; i++)
		pthread_join(all->pester[i].thread, NULL);
}

static inline unsigned int duration(void)
{
	const char *told = getenv("DIVULGE_CHURN_SECONDS");

	return told ? atoi(told) : SECONDS;
}

static inline time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static inline int read_word(const char *path, char *word, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, word, size - 1);
	close(fd);
	word[len > 0 ? len : 0] = '\0';
	/* Other words may follow it. */
	strtok(word, "\n ");
	return len > 0 ? 0 : -EIO;
}

static inline int write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = write(fd, word, strlen(word));
	close(fd);
	return len < 0 ? -EIO : 0;
}

/* A network namespace with nothing in it but lo. Return: 0 or -errno */
static inline int enter_own_netns(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int sock, err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	err = ioctl(sock, SIOCSIFFLAGS, &lo) ? -errno : 0;
	close(sock);
	return err;
}

static inline bool can_dccp(void)
{
	int sock = socket(AF_INET6, SOCK_DCCP, IPPROTO_DCCP);

	if (sock >= 0)
		close(sock);
	return sock >= 0;
}

/* Orphans may have to say goodbye yet. Return: 0, -ETIMEDOUT or -errno */
static inline int wait_until_gone(struct nl *nl)
{
	time_t end = now() + PATIENCE;
	unsigned long found;
	int err;

	do {
		found = 0;
		err = dump(nl, 0, NOT_TIMEWAIT, &found);
		if (err || !found)
			return err;
		usleep(100000);
	} while (now() < end);
	return -ETIMEDOUT;
}

static inline void expect_no_failure(struct __test_metadata *_metadata,
				     const struct load *load,
				     const struct pesters *pesters)
{
	const struct pester *pester;
	const struct load_lane *lane;
	unsigned int i;

	for (i = 0; i < LOAD_LANES; i++) {
		lane = &load->lane[i];
		EXPECT_EQ(NULL, lane->failed) {
			TH_LOG("%s: %s", lane->failed, strerror(lane->error));
		}
		EXPECT_LT(LOAD_ENDS, lane->made);
	}
	for (i = 0; i < PESTERS; i++) {
		pester = &pesters->pester[i];
		EXPECT_EQ(0, pester->error) {
			TH_LOG("who asks, %u: %s", i, pester->nl.ext_ack);
		}
		EXPECT_LT(0, pester->found);
	}
}

#endif /* SELFTESTS_PESTER_H */
