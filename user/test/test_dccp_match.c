// SPDX-License-Identifier: GPL-2.0
/* Sockets that pass, and such that do not, by the options that ask for them */
#include <arpa/inet.h>
#include <getopt.h>
#include <string.h>

#include "dccp_filter.h"
#include "test/tap.h"

static struct divulge_dccp_sock sock;
static char *argv[] = { "test", "--option", NULL };

static void of_family(uint8_t family, const char *src, const char *dst)
{
	sock = (struct divulge_dccp_sock){
		.family = family, .sport = 5001, .dport = 40000,
		.state = DIVULGE_DCCP_STATE_OPEN,
		.role = DIVULGE_DCCP_ROLE_SERVER, .tx_ccid = 2, .rx_ccid = 3,
		.service = 0x64656d6f, .uid = 1000,
	};
	inet_pton(family, src, sock.saddr);
	inet_pton(family, dst, sock.daddr);
}

/* Return: true if the socket passes by @c alone. */
static bool passes(int c, const char *value)
{
	struct dccp_filter filter;
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", value);
	dccp_filter_init(&filter);
	optind = 2;
	optarg = copy;
	return !dccp_filter_option(&filter, c, argv) &&
	       dccp_filter_passes(&filter, &sock);
}

static void by(int c, const char *option, const char *good, const char *bad)
{
	ok(passes(c, good) && !passes(c, bad), "--%s %s, not %s", option, good,
	   bad);
}

#define BY(option, good, bad)	by(DCCP_FILTER_##option, #option, good, bad)

static void test_socket(void)
{
	struct dccp_filter filter;

	of_family(AF_INET, "10.1.2.3", "192.168.0.1");
	dccp_filter_init(&filter);
	ok(dccp_filter_passes(&filter, &sock), "any socket");
	BY(STATE, "listen,open", "closed");
	BY(STATE, "connected", "listening");
	BY(ROLE, "client,server", "client");
	BY(SPORT, "5001", "40000");
	BY(DPORT, "40000", "5001");
	BY(PORT, "40000", "1");
	BY(PORT, "5001", "0");
	BY(SERVICE, "demo", "SC=1");
	BY(CCID, "2", "4");
	BY(CCID, "3", "0");
	BY(TX_CCID, "2", "3");
	BY(RX_CCID, "3", "2");
	BY(UID, "1000", "0");
	BY(SRC, "10.1.2.3:5001", "10.1.2.3:5002");
	BY(DST, ":40000", ":5001");
	ok(!passes(DCCP_FILTER_DEV, "no-such"),
	   "no interface is not one that there is not");
	sock.tx_ccid = -1;
	sock.rx_ccid = -1;
	ok(!passes(DCCP_FILTER_CCID, "2"), "no CCID yet");
	sock.state = 200;
	ok(!passes(DCCP_FILTER_STATE, "all"), "a state that is not known");
	sock.ifindex = if_nametoindex("lo");
	ok(!sock.ifindex || passes(DCCP_FILTER_DEV, "lo"), "an interface");
}

static void test_addresses(void)
{
	of_family(AF_INET, "10.1.2.3", "192.168.0.1");
	BY(SRC, "10.1.2.3", "10.1.2.4");
	BY(SRC, "10.0.0.0/8", "11.0.0.0/8");
	BY(SRC, "10.1.2.2/31", "10.1.2.4/31");
	BY(SRC, "0.0.0.0/0", "10.1.2.3:0");
	BY(DST, "192.168.0.1", "10.1.2.3");
	BY(SRC, "::ffff:10.1.2.3", "::10.1.2.3");
	BY(SRC, "::/0", "::1");

	of_family(AF_INET6, "2001:db8::5", "fe80::1");
	BY(SRC, "2001:db8::5", "2001:db8::6");
	BY(SRC, "2001:db8::/32", "2001:db9::/32");
	BY(SRC, "2001:db8::4/127", "2001:db8::6/127");
	BY(DST, "[fe80::1]:40000", "[fe80::1]:1");
	ok(!passes(DCCP_FILTER_SRC, "0.0.0.0/0"), "no IPv4 of IPv6");

	of_family(AF_INET6, "::ffff:10.1.2.3", "::ffff:10.0.0.1");
	BY(SRC, "10.1.2.3", "10.1.2.4");
	BY(SRC, "10.0.0.0/8", "11.0.0.0/8");
}

int main(void)
{
	test_socket();
	test_addresses();
	return tap_end();
}
