// SPDX-License-Identifier: GPL-2.0
/* From what the module says of a DCCP socket to what is shown */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "dccp.h"
#include "sink.h"
#include "test/tap.h"

static char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
static struct nlmsghdr *nlh;
static struct nlattr *nest;

static void begin(const struct divulge_dccp_sock *sock)
{
	nlh = mnl_nlmsg_put_header(buf);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_DCCP_ENTRY);
	if (sock)
		mnl_attr_put(nlh, DIVULGE_A_DCCP_ENTRY_SOCK, sizeof(*sock),
			     sock);
}

#define PUT(a, s)	mnl_attr_put(nlh, DIVULGE_A_DCCP_ENTRY_##a, sizeof(s), &(s))

static bool end(struct dccp_entry *entry)
{
	/* What was there before must not show through */
	memset(entry, 0x5a, sizeof(*entry));
	mnl_attr_nest_end(nlh, nest);
	return dccp_entry_decode(nest, entry);
}

static char *text;
static size_t text_len;

static void show(const struct dccp_entry *entry, const char *name)
{
	struct record rec = dccp_entry_record(entry);
	FILE *out;

	free(text);
	out = open_memstream(&text, &text_len);
	record_text(&rec, name, out);
	fclose(out);
}

static void shows(const struct dccp_entry *entry, const char *name,
		  const char *want)
{
	show(entry, name);
	ok(!strcmp(text, want), "%s: '%s' for '%s'", name, text, want);
}

static void json(const struct dccp_entry *entry)
{
	struct record rec = dccp_entry_record(entry);
	struct sink sink = { .ops = &sink_json };

	free(text);
	sink.out = open_memstream(&text, &text_len);
	sink_put(&sink, &rec);
	fclose(sink.out);
}

static bool said(const char *what)
{
	bool found = strstr(text, what);

	if (!found)
		printf("# no %s in %s", what, text);
	return found;
}

static const struct divulge_dccp_sock server = {
	.saddr = { 127, 0, 0, 1 }, .daddr = { 127, 0, 0, 1 }, .sport = 5001,
	.dport = 40000, .family = AF_INET, .state = DIVULGE_DCCP_STATE_OPEN,
	.role = DIVULGE_DCCP_ROLE_SERVER, .tx_ccid = 2, .rx_ccid = 3,
	.service = 0x64656d6f, .shutdown = 2,
};

static const struct divulge_dccp_sock listener = {
	.family = AF_INET6, .state = DIVULGE_DCCP_STATE_LISTEN,
	.role = DIVULGE_DCCP_ROLE_LISTEN, .tx_ccid = -1, .rx_ccid = -1,
	.service = 42, .sport = 5001,
};

static const struct divulge_dccp_ccid2_tx ccid2_tx = {
	.cwnd = 17, .ssthresh = UINT32_MAX, .srtt = 1234, .rto = 200000,
	.last_cong = 1500,
};

static const struct divulge_dccp_ccid3_tx ccid3_tx = {
	.x = 64 * UINT64_C(1500000), .x_recv = 64 * 999 + 63, .rtt = 5000000,
	.p = 5000, .state = DIVULGE_DCCP_TFRC_STATE_FBACK,
};

static const struct divulge_dccp_ccid3_rx ccid3_rx = {
	.x_recv = 99950, .rtt = 77, .p = UINT32_MAX, .i_mean = UINT32_MAX,
	.state = DIVULGE_DCCP_TFRC_STATE_DATA,
};

static const struct divulge_dccp_timers timers = {
	.delack = 200, .keepalive = 7200000, .rto = 3000000,
};

static void test_groups(void)
{
	struct divulge_dccp_seq seq = { .gss = (UINT64_C(1) << 48) - 1 };
	struct dccp_entry entry;

	begin(&server);
	PUT(CCID2_TX, ccid2_tx);
	PUT(CCID3_RX, ccid3_rx);
	PUT(TIMERS, timers);
	PUT(SEQ, seq);
	ok(end(&entry), "a server");
	shows(&entry, "ccids", "2/3");
	shows(&entry, "window", "17");
	shows(&entry, "rtt", "1.23ms");
	shows(&entry, "rate", "-");
	shows(&entry, "codes", "SC:demo");
	shows(&entry, "shutdown", "send");
	shows(&entry, "ccid2_tx_ssthresh", "-");
	shows(&entry, "ccid2_tx_last_cong", "1.5s");
	shows(&entry, "ccid3_rx_x_recv", "100kB/s");
	shows(&entry, "ccid3_rx_p", "-");
	shows(&entry, "timer_delack", "200ms");
	shows(&entry, "timer_keepalive", "7200s");
	shows(&entry, "timer_retransmit", "-");
	shows(&entry, "gss", "281474976710655");
	shows(&entry, "ccid3_tx_x", "-");
	shows(&entry, "l_seq_win", "-");

	json(&entry);
	ok(said("\"ccid2_tx_cwnd\":17,") && said("\"ccid2_tx_srtt\":1234,") &&
	   said("\"ccid2_tx_ssthresh\":null") && said("\"timer_rto\":3000000,"),
	   "what is there, in the units of the contract");
	ok(said("\"ccid3_tx_x\":null,") && said("\"l_seq_win\":null,") &&
	   said("\"services\":null,"), "what is not there");
	ok(said("\"rtt\":1234,\"rate\":null,\"recv_rate\":null,"
		"\"loss_rate\":null}") &&
	   said("\"shutdown\":[\"send\"],") &&
	   said("\"service\":1684368751,") &&
	   said("\"service_text\":\"demo\""), "what was made of it");
}

static void test_ccid3(void)
{
	struct dccp_entry entry;

	begin(&server);
	PUT(CCID3_TX, ccid3_tx);
	PUT(CCID3_RX, ccid3_rx);
	ok(end(&entry), "a sender under CCID 3");
	shows(&entry, "window", "1.5MB/s");
	shows(&entry, "rtt", "5s");
	shows(&entry, "ccid3_tx_p", "0.5%");
	shows(&entry, "ccid3_tx_state", "fback");
	json(&entry);
	ok(said("\"ccid3_tx_x\":96000000,\"ccid3_tx_x_recv\":63999,") &&
	   said("\"rtt\":5000000,\"rate\":1500000,\"recv_rate\":999,"
		"\"loss_rate\":5000}"),
	   "rates as the contract has them, and in bytes");
	begin(&server);
	PUT(CCID3_RX, ccid3_rx);
	end(&entry);
	shows(&entry, "rtt", "77us");
	shows(&entry, "window", "-");
}

static void test_listener(void)
{
	uint32_t codes[DCCP_MAX_SERVICES + 1] = { 42, 0x64656d6f, UINT32_MAX };
	struct dccp_entry entry;

	begin(&listener);
	ok(end(&entry), "a listener");
	shows(&entry, "ccids", "-");
	shows(&entry, "codes", "SC=42");
	shows(&entry, "window", "-");
	json(&entry);
	ok(said("\"services\":null,\"service_text\":null,"), "of one service");
	begin(&listener);
	mnl_attr_put(nlh, DIVULGE_A_DCCP_ENTRY_SERVICES, 3 * sizeof(*codes),
		     codes);
	end(&entry);
	shows(&entry, "codes", "SC=42+2");
	shows(&entry, "services", "SC=42,SC:demo,SC=4294967295");
	json(&entry);
	ok(said("\"services\":[42,1684368751,4294967295],"), "of three");
	begin(&listener);
	PUT(SERVICES, codes);
	ok(end(&entry) && entry.services.nr == DCCP_MAX_SERVICES,
	   "of more than there can be");
}

static void test_odd(void)
{
	struct divulge_dccp_sock busy = server;
	struct dccp_entry entry;

	busy.busy = 1;
	begin(&busy);
	mnl_attr_put_u32(nlh, 99, 1);
	ok(end(&entry), "one in use");
	shows(&entry, "ccids", "busy");
	busy.busy = 0;
	busy.rx_ccid = -1;
	begin(&busy);
	end(&entry);
	shows(&entry, "ccids", "2/-");
	begin(NULL);
	PUT(TIMERS, timers);
	ok(!end(&entry), "no socket");
}

/* A key that is there twice is one that no reader sees. */
static void test_keys(void)
{
	struct dccp_entry entry = { 0 };
	struct record rec = dccp_entry_record(&entry);
	const struct field *field, *found;
	const struct part *part;
	unsigned int twice = 0;
	const void *data;

	for (part = rec.part; part->fields; part++) {
		for (field = part->fields; field->name; field++) {
			found = record_field(&rec, field->name,
					     strlen(field->name), &data);
			twice += found != field;
		}
	}
	ok(!twice, "%u keys are there twice", twice);
}

int main(void)
{
	test_groups();
	test_ccid3();
	test_listener();
	test_odd();
	test_keys();
	free(text);
	return tap_end();
}
