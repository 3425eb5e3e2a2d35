// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to learn of all DCCP sockets: instructions per socket, by the
 * way they are learnt. "info" is what 'ss --dccp --info' asks inet_diag for.
 */

#include <arpa/inet.h>
#include <linux/dccp.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "bench.h"

#define SOL_DCCP	269

#define ALL_GROUPS							\
	(DIVULGE_DCCP_GROUP_SEQ | DIVULGE_DCCP_GROUP_FEAT |		\
	 DIVULGE_DCCP_GROUP_TIMERS | DIVULGE_DCCP_GROUP_CCID |		\
	 DIVULGE_DCCP_GROUP_SERVICES)

static char buf[BUF_SIZE] __attribute__((aligned(8)));
static struct nl nl;
static int diag;		/* socket to inet_diag */
static uint64_t *cookies;	/* of the sockets that were told */
static unsigned int told, room;
static unsigned long long sum;	/* of what was read of them */

/* The same for all ways, so that it can be seen that each tells the same. */
static void take_cookie(uint64_t cookie)
{
	if (told < room)
		cookies[told] = cookie;
	told++;
}

/* Return: whether more is to come */
static bool take_msgs(ssize_t len, void (*take)(const struct nlmsghdr *nlh))
{
	const struct nlmsghdr *nlh;
	int left = len;

	for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    nlh->nlmsg_type == NLMSG_DONE) {
			errno = -*(int *)mnl_nlmsg_get_payload(nlh);
			if (errno)
				err(1, "dump");
			return false;
		}
		take(nlh);
	}
	return true;
}

static void take_all(int sock, void (*take)(const struct nlmsghdr *nlh))
{
	ssize_t len;

	do {
		len = recv(sock, buf, sizeof(buf), 0);
		if (len < 0)
			err(1, "receive");
	} while (take_msgs(len, take));
}

/* inet_diag */

static void take_diag(const struct nlmsghdr *nlh)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;

	bench_for_each_attr(attr, msg + 1, end)
		if (bench_attr_type(attr) == INET_DIAG_INFO)
			sum += *(const uint8_t *)bench_attr_data(attr);
	sum += msg->idiag_state;
	take_cookie((uint64_t)msg->id.idiag_cookie[1] << 32 |
		    msg->id.idiag_cookie[0]);
}

static void diag_pass(bool info)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
	} msg = {
		.nlh = {
			.nlmsg_len = sizeof(msg),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.req = {
			.sdiag_family = AF_INET,
			.sdiag_protocol = IPPROTO_DCCP,
			.idiag_ext = info ? 1 << (INET_DIAG_INFO - 1) : 0,
			.idiag_states = ~0U,
		},
	};

	if (send(diag, &msg, sizeof(msg), 0) < 0)
		err(1, "send");
	take_all(diag, take_diag);
}

static void plain_pass(void)
{
	diag_pass(false);
}

static void info_pass(void)
{
	diag_pass(true);
}

/* divulge */

static void take_entry(const struct nlattr *entry)
{
	const struct divulge_dccp_sock *sock = NULL;
	const struct nlattr *attr;

	bench_for_each_attr(attr, bench_attr_data(entry),
			    bench_attr_end(entry)) {
		if (bench_attr_type(attr) == DIVULGE_A_DCCP_ENTRY_SOCK)
			sock = bench_attr_data(attr);
		else
			sum += *(const uint8_t *)bench_attr_data(attr);
	}
	if (!sock)
		errx(1, "no socket");
	sum += sock->state;
	take_cookie(sock->cookie);
}

static void take_dump(const struct nlmsghdr *nlh)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;

	bench_for_each_attr(attr, (const char *)nlh + MNL_NLMSG_HDRLEN +
			    sizeof(struct genlmsghdr), end)
		if (bench_attr_type(attr) == DIVULGE_A_DCCP_ENTRY)
			take_entry(attr);
}

static void dump(uint32_t groups)
{
	struct nlmsghdr *nlh = nl_request(&nl, nl.family,
					  DIVULGE_CMD_DCCP_DUMP);

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++nl.seq;
	mnl_attr_put_u32(nlh, DIVULGE_A_DCCP_GROUPS, groups);
	if (mnl_socket_sendto(nl.sock, nlh, nlh->nlmsg_len) < 0)
		err(1, "send");
	take_all(mnl_socket_get_fd(nl.sock), take_dump);
}

static void dump_pass(void)
{
	dump(ALL_GROUPS);
}

static void base_pass(void)
{
	dump(0);
}

static const struct {
	const char *name;
	void (*pass)(void);
} ways[] = {
	{ "diag", plain_pass },
	{ "info", info_pass },
	{ "base", base_pass },
	{ "dump", dump_pass },
};

/* The sockets */

static int dccp_socket(uint8_t ccid)
{
	uint32_t service = htonl(42);
	int sock;

	sock = socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP);
	if (sock < 0)
		err(1, "DCCP");
	if (setsockopt(sock, SOL_DCCP, DCCP_SOCKOPT_SERVICE, &service,
		       sizeof(service)) ||
	    setsockopt(sock, SOL_DCCP, DCCP_SOCKOPT_CCID, &ccid, sizeof(ccid)))
		err(1, "setsockopt");
	return sock;
}

static int dccp_listener(uint8_t ccid, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int sock = dccp_socket(ccid);

	addr->sin_family = AF_INET;
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(sock, (struct sockaddr *)addr, len) || listen(sock, 16) ||
	    getsockname(sock, (struct sockaddr *)addr, &len))
		err(1, "listen");
	return sock;
}

/* Data from the server takes the client out of PARTOPEN. */
static void connect_one(uint8_t ccid, int listener,
			const struct sockaddr_in *addr)
{
	int client = dccp_socket(ccid);
	int server;
	char byte;

	if (connect(client, (const struct sockaddr *)addr, sizeof(*addr)))
		err(1, "connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		err(1, "accept");
	if (send(server, "", 1, 0) != 1 || recv(client, &byte, 1, 0) != 1)
		err(1, "exchange");
}

/* Half of them under CCID 2, half under CCID 3; they stay open. */
static void make_sockets(unsigned int nr)
{
	struct rlimit limit = { nr + 64, nr + 64 };
	struct sockaddr_in addr[2] = { 0 };
	int listener[2];
	unsigned int i;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit");
	for (i = 0; i < 2; i++)
		listener[i] = dccp_listener(2 + i, &addr[i]);
	for (i = 0; i + 4 <= nr; i += 2)
		connect_one(2 + i / 2 % 2, listener[i / 2 % 2],
			    &addr[i / 2 % 2]);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void check(const char *way)
{
	unsigned int i;

	if (told != room)
		errx(1, "%s told of %u of %u sockets", way, told, room);
	qsort(cookies, room, sizeof(*cookies), compare);
	for (i = 1; i < room; i++)
		if (cookies[i] == cookies[i - 1])
			errx(1, "%s told of one twice", way);
}

static void measure(unsigned int i)
{
	unsigned long long start, spent;
	unsigned int j;

	printf("%s", ways[i].name);
	for (j = 0; j < REPEAT; j++) {
		told = 0;
		if (!j)
			bench_begin();
		start = bench_now();
		ways[i].pass();
		spent = bench_now() - start;
		if (!j)
			bench_end();
		check(ways[i].name);
		printf(" %llu", spent / (room ? room : 1));
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc != 2)
		errx(2, "usage: bench_dccp SOCKETS");
	room = atoi(argv[1]);
	cookies = calloc(room + 1, sizeof(*cookies));
	if (!cookies)
		err(1, "memory");
	if (room)
		make_sockets(room);
	if (nl_open(&nl))
		err(1, "no module divulge");
	diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (diag < 0)
		err(1, "inet_diag");
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		measure(i);
	bench_use(&sum);
	return 0;
}
