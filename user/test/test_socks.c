// SPDX-License-Identifier: GPL-2.0
/* The table of DCCP sockets in the room that there is */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "socks.h"
#include "test/tap.h"
#include "width.h"

static char path[] = "/tmp/test_socks.XXXXXX";
static char text[65536];

static struct sink sink;
static FILE *out;

/* In so many columns, or in a pipe */
static void begin(const struct sink_ops *ops, const char *columns)
{
	if (columns)
		setenv("COLUMNS", columns, 1);
	else
		unsetenv("COLUMNS");
	out = fopen(path, "w");
	if (!out || sink_open(&sink, ops, out))
		exit(1);
}

static void end(void)
{
	FILE *file;
	size_t n;

	if (sink_close(&sink) || fclose(out))
		exit(1);
	file = fopen(path, "r");
	if (!file)
		exit(1);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
}

static void put(uint8_t family, const char *saddr, const char *daddr,
		uint8_t state, const struct netns *netns)
{
	struct dccp_entry entry = {
		.sock = {
			.family = family, .state = state, .sport = 50000,
			.dport = 5001, .role = DIVULGE_DCCP_ROLE_SERVER,
			.tx_ccid = 2, .rx_ccid = 3, .mps = 65475,
			.pmtu = 65535, .service = UINT32_MAX - 1,
			.cookie = UINT64_MAX, .uid = 1000,
		},
		.feat = { .rx_queued = 7 },
		.seq = { .gss = 12345 },
		.figures = {
			.rtt = 123456, .rate = 123456789,
			.recv_rate = UINT64_MAX, .loss_rate = UINT32_MAX,
		},
		.has = 1 << DIVULGE_A_DCCP_ENTRY_SOCK |
		       1 << DIVULGE_A_DCCP_ENTRY_FEAT |
		       1 << DIVULGE_A_DCCP_ENTRY_SEQ,
	};
	struct record rec = socks_record(&entry, netns);

	inet_pton(family, saddr, entry.sock.saddr);
	inet_pton(family, daddr, entry.sock.daddr);
	sink_put(&sink, &rec);
}

#define WIDEST_V4	"255.255.255.255"
#define USUAL_V6	"2001:db8:1234:5678:9abc::1"
#define WIDEST_V6	"2001:db80:1234:5678:9abc:def0:1234:5678"

static size_t widest_line(void)
{
	size_t len, widest = 0;
	const char *at;
	char line[4096];

	for (at = text; *at; at += len + !!at[len]) {
		len = strcspn(at, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		if (width_of(line) > widest)
			widest = width_of(line);
	}
	return widest;
}

static unsigned int nr_lines(void)
{
	const char *at;
	unsigned int n = 0;

	for (at = text; (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

static bool said(const char *what)
{
	if (strstr(text, what))
		return true;
	printf("# no '%s' in\n%s\n", what, text);
	return false;
}

static void test_narrow(void)
{
	begin(&sink_sock_table, "80");
	put(AF_INET, WIDEST_V4, WIDEST_V4, DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ,
	    NULL);
	end();
	ok(widest_line() <= 80 && nr_lines() == 4, "IPv4 in 80 columns: %zu",
	   widest_line());
	ok(said(WIDEST_V4 ":50000") && said(WIDEST_V4 ":5001") &&
	   said("PASSIVE-CLOSEREQ ") && said(" 2/3 ") && said(" 65475 ") &&
	   said(" 65535 ") && said("SC=4294967294 ") && said(" 123ms\n") &&
	   said(" 123MB/s\n") && said("server "), "with all that matters");
	ok(said("STATE ") && said("\nROLE ") && said(" WINDOW\n") &&
	   !strstr(text, "COOKIE"), "and titles");
	begin(&sink_sock_table, "80");
	put(AF_INET6, USUAL_V6, USUAL_V6, DIVULGE_DCCP_STATE_PARTOPEN, NULL);
	end();
	ok(widest_line() <= 80 && nr_lines() == 4 &&
	   said("[" USUAL_V6 "]:50000") && said("[" USUAL_V6 "]:5001"),
	   "IPv6 too: %zu", widest_line());
	begin(&sink_sock_table, "20");
	put(AF_INET6, WIDEST_V6, WIDEST_V6, DIVULGE_DCCP_STATE_OPEN, NULL);
	end();
	ok(nr_lines() == 4 && said("[" WIDEST_V6 "]:50000") && said("123MB/s"),
	   "nothing is cut off where there is no room");
}

static void test_wide(void)
{
	size_t core = 0, width;
	char columns[8];

	begin(&sink_sock_table, NULL);
	put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN, NULL);
	end();
	ok(nr_lines() == 2 && said(" COOKIE\n") &&
	   said(" 18446744073709551615\n") && said(" 1000 "),
	   "a pipe has room for all");
	for (width = 200; width; width--) {
		snprintf(columns, sizeof(columns), "%zu", width);
		begin(&sink_sock_table, columns);
		put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN,
		    NULL);
		end();
		if (nr_lines() != 2)
			break;
		if (widest_line() > width)
			ok(false, "%zu in %zu", widest_line(), width);
		core = width;
	}
	ok(core >= 80 && core < 100 && nr_lines() == 4,
	   "%zu columns are room for one line", core);
	begin(&sink_sock_table, "100");
	put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN, NULL);
	end();
	ok(said("RECV-Q") && !strstr(text, "COOKIE"),
	   "more of them are room for more");
}

static void test_netns(void)
{
	struct netns named = { { "a b", 3 }, 4026531840 };
	struct netns unnamed = { { NULL, 0 }, 4026531841 };

	begin(&sink_sock_table, NULL);
	put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN, &named);
	put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN, &unnamed);
	end();
	ok(nr_lines() == 3 && said("NETNS      STATE") &&
	   said("\na b        OPEN ") && said("\n4026531841 OPEN "),
	   "network namespaces");
	begin(&sink_sock_table, "60");
	put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN, &named);
	end();
	ok(nr_lines() == 4 && said("\na b ") && said("\n      server "),
	   "and in two lines");
}

static void test_extended(void)
{
	begin(&sink_sock_extended, "80");
	put(AF_INET, "10.0.0.1", "10.0.0.2", DIVULGE_DCCP_STATE_OPEN, NULL);
	put(AF_INET, "10.0.0.3", "10.0.0.4", DIVULGE_DCCP_STATE_OPEN, NULL);
	end();
	ok(widest_line() <= 80, "lines fit: %zu", widest_line());
	ok(said("        socket   service:4294967294 "
		"cookie:18446744073709551615 inode:0 ") &&
	   said(" uid:1000 ") && said(" rx_queued:7 ") &&
	   said("        seq      iss:0 gss:12345 ") &&
	   !strstr(text, "ccid2-tx") && !strstr(text, "saddr"),
	   "what there is besides");
	ok(strstr(text, "10.0.0.1") < strstr(text, "gss") &&
	   strstr(text, "gss") < strstr(text, "10.0.0.3"),
	   "below its own socket");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	test_narrow();
	test_wide();
	test_netns();
	test_extended();
	unlink(path);
	return tap_end();
}
