// SPDX-License-Identifier: GPL-2.0
/* From what the user says of DCCP sockets to what the kernel is told */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <linux/divulge.h>

#include "dccp_filter.h"
#include "genl.h"
#include "record.h"
#include "service.h"
#include "test/tap.h"
#include "usage.h"
#include "user.h"

#define S(state)	(1U << DIVULGE_DCCP_STATE_##state)
#define K(kind)		(1U << DIVULGE_DCCP_KIND_##kind)

static void is_end(const char *arg, const char *addr, int prefix, int port,
		   const char *dev)
{
	struct dccp_end end;
	char text[INET6_ADDRSTRLEN] = "";
	int code = dccp_end_parse(arg, &end);

	if (end.len)
		inet_ntop(end.len == 4 ? AF_INET : AF_INET6, end.addr, text,
			  sizeof(text));
	ok(!code && !strcmp(text, addr) && end.prefix == prefix &&
	   (end.has_port ? end.port : -1) == port && !strcmp(end.dev, dev),
	   "'%s' is %s/%d %d '%s'", arg, text, end.prefix,
	   end.has_port ? end.port : -1, end.dev);
}

static void test_ends(void)
{
	is_end("127.0.0.1", "127.0.0.1", 32, -1, "");
	is_end("127.0.0.1:5001", "127.0.0.1", 32, 5001, "");
	is_end("127.0.0.1:*", "127.0.0.1", 32, -1, "");
	is_end("127.0.0.1%lo:5001", "127.0.0.1", 32, 5001, "lo");
	is_end("10.0.0.0/8", "10.0.0.0", 8, -1, "");
	is_end("10.0.0.0/0:1", "10.0.0.0", 0, 1, "");
	is_end("::", "::", 128, -1, "");
	is_end("::1", "::1", 128, -1, "");
	is_end("2001:db8::/32", "2001:db8::", 32, -1, "");
	is_end("2001:db8::/32:5001", "2001:db8::", 32, 5001, "");
	is_end("fe80::1%eth0", "fe80::1", 128, -1, "eth0");
	is_end("[::1]", "::1", 128, -1, "");
	is_end("[::1]:65535", "::1", 128, 65535, "");
	is_end("[::1]:*", "::1", 128, -1, "");
	is_end("[fe80::1%eth0]:1", "fe80::1", 128, 1, "eth0");
	is_end("[fe80::1]%eth0:1", "fe80::1", 128, 1, "eth0");
	is_end("[2001:db8::]/32:1", "2001:db8::", 32, 1, "");
	is_end("::ffff:10.0.0.1", "::ffff:10.0.0.1", 128, -1, "");
	is_end("*", "", 0, -1, "");
	is_end("*:5001", "", 0, 5001, "");
	is_end(":5001", "", 0, 5001, "");
	is_end("*%lo", "", 0, -1, "lo");
}

static void test_no_ends(void)
{
	static const char *const bad[] = {
		"", "5001", "localhost", "localhost:1", "127.0.0.1:",
		"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:0x1",
		"127.0.0.1:ssh", "127.0.0.1/33", "127.0.0.1/", "/8", "*/8",
		"127.0.0.1/8/8", "127.0.0.256", "[::1", "[::1]5001", "[::1]]",
		"[127.0.0.1]/33", "::1/129", "::1%", "::1%0123456789012345",
		"::1:2:3:4:5:6:7:8:9", "[]x", "127.0.0.1:1:2", "%lo/8",
		"127.0.0.1/8%lo",
	};
	struct dccp_end end;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(dccp_end_parse(bad[i], &end) == EXIT_MISUSED,
		   "'%s' is none", bad[i]);
}

static void is_service(const char *arg, uint32_t want)
{
	uint32_t code = 0;

	ok(service_parse(arg, &code) && code == want, "'%s' is %u", arg, code);
}

static void test_services(void)
{
	static const char *const bad[] = {
		"", "-1", "4294967296", "SC=", "SC:", "SC:abc", "SC:abcde",
		"SC=abcd", "SC:ab d", "abc", "abcde", "ab d", "0x", "SC=x",
		"SC=0xx1", "0x123456789", "ab\tc",
	};
	uint32_t code;
	size_t i;

	is_service("0", 0);
	is_service("4294967295", 4294967295);
	is_service("SC=1717858426", 1717858426);
	is_service("sc=X6664707a", 1717858426);
	is_service("0x6664707A", 1717858426);
	is_service("SC:fdpz", 1717858426);
	is_service("fdpz", 1717858426);
	is_service("1234", 1234);
	is_service("SC:1234", 0x31323334);
	is_service("0xyz", 0x3078797a);
	is_service("SC:?@-_", 0x3f402d5f);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!service_parse(bad[i], &code), "'%s' is none", bad[i]);
}

static char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
static const struct nlattr *tb[DIVULGE_A_DCCP_MAX + 1];
static struct dccp_filter filter;
static char *argv[] = { "test", "--option", NULL };

static int take(int c, const char *value)
{
	static char copy[64];

	snprintf(copy, sizeof(copy), "%s", value);
	optind = 2;
	optarg = copy;
	return dccp_filter_option(&filter, c, argv);
}

/* Sort what the kernel is told; how many attributes there are, or an error. */
static int told(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int i, err, nr = 0;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	err = dccp_filter_put(&filter, nlh);
	if (err)
		return err;
	genl_attrs(nlh, tb, DIVULGE_A_DCCP_MAX);
	for (i = 0; i <= DIVULGE_A_DCCP_MAX; i++)
		nr += !!tb[i];
	return nr;
}

#define A(a)		tb[DIVULGE_A_DCCP_##a]
#define U8(a)		mnl_attr_get_u8(A(a))
#define U16(a)		mnl_attr_get_u16(A(a))
#define U32(a)		mnl_attr_get_u32(A(a))

static void test_put(void)
{
	static const uint8_t net[] = { 10, 0, 0, 0 };

	dccp_filter_init(&filter);
	ok(told() == 1 && U32(KINDS) == K(SOCKET), "all sockets");
	ok(!take(DCCP_FILTER_SRC, "10.0.0.0/8") &&
	   !take(DCCP_FILTER_SPORT, "1") &&
	   !take(DCCP_FILTER_DPORT, "2") &&
	   !take(DCCP_FILTER_DST, "[::1]"), "two ends");
	ok(told() == 6 && U16(SPORT) == 1 && U16(DPORT) == 2 &&
	   mnl_attr_get_payload_len(A(SRC)) == 4 &&
	   !memcmp(mnl_attr_get_payload(A(SRC)), net, 4) &&
	   U8(SRC_PREFIX) == 8 && !A(DST_PREFIX) &&
	   mnl_attr_get_payload_len(A(DST)) == 16, "are told");
	dccp_filter_init(&filter);
	ok(!take(DCCP_FILTER_CCID, "3") && !take(DCCP_FILTER_TX_CCID, "0") &&
	   !take(DCCP_FILTER_RX_CCID, "255") &&
	   !take(DCCP_FILTER_UID, "root") && !take(DCCP_FILTER_PORT, "0") &&
	   !take(DCCP_FILTER_SERVICE, "0") &&
	   !take(DCCP_FILTER_ROLE, "client,Server") &&
	   !take(DCCP_FILTER_DEV, "lo"), "what else there is");
	ok(told() == 9 && U8(CCID) == 3 && U8(TX_CCID) == 0 &&
	   U8(RX_CCID) == 255 && U32(UID) == 0 && U16(PORT) == 0 &&
	   U32(SERVICE) == 0 && U32(IFINDEX) == 1 &&
	   U32(ROLES) == (1 << DIVULGE_DCCP_ROLE_CLIENT |
			  1 << DIVULGE_DCCP_ROLE_SERVER), "is told");
}

static void test_states(void)
{
	dccp_filter_init(&filter);
	ok(!take(DCCP_FILTER_STATE, "OPEN,partopen") && told() == 2 &&
	   U32(STATES) == (S(OPEN) | S(PARTOPEN)) && U32(KINDS) == K(SOCKET),
	   "states of sockets");
	ok(!take(DCCP_FILTER_STATE, "time-wait") && told() == 2 &&
	   U32(STATES) == (S(OPEN) | S(PARTOPEN) | S(TIMEWAIT)) &&
	   U32(KINDS) == (K(SOCKET) | K(TIMEWAIT)), "lists add up");
	dccp_filter_init(&filter);
	ok(!take(DCCP_FILTER_STATE, "connected") && told() == 2 &&
	   !(U32(STATES) & (S(LISTEN) | S(CLOSED))) &&
	   U32(KINDS) == (K(SOCKET) | K(REQUEST) | K(TIMEWAIT)), "connected");
	filter.kinds = K(REQUEST);
	ok(told() == 2 && U32(KINDS) == K(REQUEST), "but of one kind");
}

/* Whatever is shown as a state or a role can be asked for. */
static void test_names(void)
{
	const struct record rec = { .part = { { sock_fields, NULL } } };
	const struct field *field;
	const void *data;
	int i;

	dccp_filter_init(&filter);
	field = record_field(&rec, "state", 5, &data);
	for (i = 1; i < field->nr_names; i++) {
		filter.states = 0;
		ok(!take(DCCP_FILTER_STATE, field->names[i]) &&
		   filter.states == 1U << i, "%s", field->names[i]);
	}
	field = record_field(&rec, "role", 4, &data);
	for (i = 0; i < field->nr_names; i++) {
		filter.roles = 0;
		ok(!take(DCCP_FILTER_ROLE, field->names[i]) &&
		   filter.roles == 1U << i, "%s", field->names[i]);
	}
}

static void test_misuse(void)
{
	dccp_filter_init(&filter);
	ok(take(DCCP_FILTER_STATE, "opened") == EXIT_MISUSED, "no state");
	ok(take(DCCP_FILTER_STATE, "open,") == EXIT_MISUSED, "half a list");
	ok(take(DCCP_FILTER_ROLE, "open") == EXIT_MISUSED, "no role");
	ok(take(DCCP_FILTER_PORT, "65536") == EXIT_MISUSED, "no port");
	ok(take(DCCP_FILTER_SPORT, "") == EXIT_MISUSED, "no port");
	ok(take(DCCP_FILTER_CCID, "256") == EXIT_MISUSED, "no CCID");
	ok(take(DCCP_FILTER_SERVICE, "abc") == EXIT_MISUSED, "no service");
	ok(take(DCCP_FILTER_UID, "nobody at all") == EXIT_MISUSED, "no user");
	ok(take(DCCP_FILTER_DEV, "") == EXIT_MISUSED, "no interface");
	ok(take(DCCP_FILTER_DEV, "0123456789abcdef") == EXIT_MISUSED,
	   "too long a name of one");
	ok(take('?', "") == EXIT_MISUSED, "no option");
	dccp_filter_init(&filter);
	ok(!take(DCCP_FILTER_DEV, "nosuchdev") && told() == -ENODEV,
	   "an interface that is not there");
	ok(take(DCCP_FILTER_SRC, "::1%lo") == EXIT_MISUSED, "two interfaces");
}

int main(void)
{
	test_ends();
	test_no_ends();
	test_services();
	test_put();
	test_states();
	test_names();
	test_misuse();
	return tap_end();
}
