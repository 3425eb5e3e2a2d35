// SPDX-License-Identifier: GPL-2.0
/* From what the module says of a DCCP event to what is shown */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "sink.h"
#include "test/tap.h"
#include "usage.h"

static char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
static struct nlmsghdr *nlh;
static struct nlattr *nest;
static struct change change;
static char *text;
static size_t text_len;

static struct divulge_dccp_sock sock = {
	.saddr = { 10, 0, 0, 1 }, .daddr = { 10, 0, 0, 2 }, .sport = 5001,
	.dport = 40000, .family = AF_INET, .state = DIVULGE_DCCP_STATE_OPEN,
	.role = DIVULGE_DCCP_ROLE_SERVER, .tx_ccid = 2, .rx_ccid = 3,
	.service = 0x64656d6f, .cookie = 4097, .netns = 77, .mps = 1424,
	.pmtu = 1500,
};

#define PUT(a, s)							\
	mnl_attr_put(nlh, DIVULGE_A_DCCP_EVENT_##a, sizeof(s), &(s))

static void begin(uint8_t kind, uint8_t old_state)
{
	struct divulge_dccp_change what = {
		.seq = 9, .time = 3000000000, .old_state = old_state,
		.kind = kind,
	};

	nlh = mnl_nlmsg_put_header(buf);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_DCCP_EVENTS_EVENT);
	PUT(CHANGE, what);
	PUT(SOCK, sock);
}

static bool end(void)
{
	mnl_attr_nest_end(nlh, nest);
	/* What was there before must not show through */
	memset(&change, 0x5a, sizeof(change));
	return change_decode(nest, &change);
}

static void write_to(const struct sink_ops *ops)
{
	struct record rec = change_record(&change);
	struct sink sink = { .ops = ops };

	free(text);
	sink.out = open_memstream(&text, &text_len);
	sink_put(&sink, &rec);
	fclose(sink.out);
}

static void is_text(const char *want, const char *name)
{
	write_to(&sink_text);
	if (!ok(!strcmp(text, want), "%s", name))
		printf("# got  %s# want %s", text, want);
}

static void json_ends(const char *want, const char *name)
{
	const char *at;

	write_to(&sink_json);
	at = strstr(text, "\"v6only\":0");
	if (!ok(at && !strcmp(at, want), "%s", name))
		printf("# got  %s# want %s", text, want);
}

static void json_begins(const char *want, const char *name)
{
	write_to(&sink_json);
	if (!ok(!strncmp(text, want, strlen(want)), "%s", name))
		printf("# got  %s# want %s", text, want);
}

#define BEGIN	"00:00:03.000000000 dccp 10.0.0.1:5001 10.0.0.2:40000 "
#define SOCK	"(server ccid 2/3 mps 1424 pmtu 1500 SC:demo cookie 4097 netns 77)"

static void test_state(void)
{
	begin(DIVULGE_DCCP_CHANGE_KIND_STATE, DIVULGE_DCCP_STATE_RESPOND);
	ok(end(), "a change of state");
	is_text(BEGIN "RESPOND -> OPEN " SOCK "\n", "for people");
	json_begins("{\"event\":\"dccp-state\",\"seq\":9,"
		    "\"time\":\"1970-01-01T00:00:03.000000000Z\","
		    "\"old_state\":\"respond\",\"change\":\"state\","
		    "\"family\":\"inet\",\"saddr\":\"10.0.0.1\",", "JSON");
	json_ends("\"v6only\":0}\n", "and no more");
}

static void test_ccid(void)
{
	begin(DIVULGE_DCCP_CHANGE_KIND_CCID, DIVULGE_DCCP_STATE_RESPOND);
	ok(end(), "CCIDs are agreed on");
	is_text(BEGIN "ccid 2/3 agreed " SOCK "\n", "for people");
	json_begins("{\"event\":\"dccp-ccid\",\"seq\":9,", "JSON");
}

static void test_mps(void)
{
	struct divulge_dccp_mps mps = { .old_mps = 1440, .old_pmtu = 1516 };

	begin(DIVULGE_DCCP_CHANGE_KIND_MPS, DIVULGE_DCCP_STATE_OPEN);
	PUT(MPS, mps);
	ok(end(), "another MPS");
	is_text(BEGIN "mps 1440 -> 1424 pmtu 1516 -> 1500 " SOCK "\n",
		"for people");
	json_ends("\"v6only\":0,\"old_mps\":1440,\"old_pmtu\":1516}\n", "JSON");
}

static void test_loss_ccid2(void)
{
	struct divulge_dccp_loss loss = {
		.kind = DIVULGE_DCCP_LOSS_KIND_CONGESTION,
	};
	struct divulge_dccp_ccid2_tx tx = {
		.cwnd = 7, .pipe = 3, .srtt = 1500, .ssthresh = UINT32_MAX,
	};

	begin(DIVULGE_DCCP_CHANGE_KIND_LOSS, DIVULGE_DCCP_STATE_OPEN);
	PUT(LOSS, loss);
	PUT(CCID2_TX, tx);
	ok(end(), "a loss under CCID 2");
	is_text(BEGIN "loss congestion " SOCK " cwnd 7 pipe 3 rtt 1.5ms\n",
		"for people");
	json_begins("{\"event\":\"dccp-loss\",\"seq\":9,", "JSON");
	json_ends("\"v6only\":0,\"loss\":\"congestion\",\"ccid2_tx_cwnd\":7,"
		  "\"ccid2_tx_ssthresh\":null,\"ccid2_tx_pipe\":3,"
		  "\"ccid2_tx_packets_acked\":0,\"ccid2_tx_srtt\":1500,"
		  "\"ccid2_tx_mdev\":0,\"ccid2_tx_rttvar\":0,"
		  "\"ccid2_tx_rto\":0,\"ccid2_tx_cwnd_used\":0,"
		  "\"ccid2_tx_expected_wnd\":0,\"ccid2_tx_last_cong\":0,"
		  "\"rtt\":1500,\"rate\":null,\"recv_rate\":null,"
		  "\"loss_rate\":null}\n",
		  "with the figures");
}

static void test_loss_ccid3(void)
{
	struct divulge_dccp_loss loss = {
		.kind = DIVULGE_DCCP_LOSS_KIND_INTERVAL,
	};
	struct divulge_dccp_ccid3_rx rx = {
		.x_recv = 2000000, .rtt = 20000, .p = 12500,
		.state = DIVULGE_DCCP_TFRC_STATE_DATA,
	};
	struct divulge_dccp_ccid3_tx tx = {
		.x = 64000000, .rtt = 10000, .p = 500,
		.state = DIVULGE_DCCP_TFRC_STATE_FBACK,
	};

	begin(DIVULGE_DCCP_CHANGE_KIND_LOSS, DIVULGE_DCCP_STATE_OPEN);
	PUT(LOSS, loss);
	PUT(CCID3_RX, rx);
	ok(end(), "a receiver's loss under CCID 3");
	is_text(BEGIN "loss interval " SOCK " rtt 20ms rx rate 2MB/s rx p "
		"1.25%\n", "for people");
	loss.kind = 99;
	begin(DIVULGE_DCCP_CHANGE_KIND_LOSS, DIVULGE_DCCP_STATE_OPEN);
	PUT(LOSS, loss);
	PUT(CCID3_TX, tx);
	ok(end(), "a sender's, of a kind that is not known");
	is_text(BEGIN "loss 99 " SOCK " rate 1MB/s rtt 10ms p 0.05%\n",
		"for people");
}

static void closes(const struct divulge_dccp_close *how, const char *want)
{
	char line[512];

	begin(DIVULGE_DCCP_CHANGE_KIND_STATE, DIVULGE_DCCP_STATE_OPEN);
	mnl_attr_put(nlh, DIVULGE_A_DCCP_EVENT_CLOSE, sizeof(*how), how);
	end();
	snprintf(line, sizeof(line), BEGIN "OPEN -> CLOSED " SOCK " %s\n",
		 want);
	is_text(line, want);
}

static void test_close(void)
{
	struct divulge_dccp_close how = {
		.sent = 12, .received = 9,
		.reset = DIVULGE_DCCP_RESET_RECEIVED,
		.reset_code = DIVULGE_DCCP_RESET_CODE_CLOSED,
		.cause = DIVULGE_DCCP_CAUSE_CLOSED,
	};

	sock.state = DIVULGE_DCCP_STATE_CLOSED;
	closes(&how, "closed: reset received closed, 12 sent 9 received");
	json_ends("\"v6only\":0,\"sent\":12,\"received\":9,\"error\":0,"
		  "\"reset\":\"received\",\"reset_code\":\"closed\","
		  "\"cause\":\"closed\"}\n", "JSON");
	how.reset_code = DIVULGE_DCCP_RESET_CODE_BAD_SERVICE_CODE;
	how.error = EBADR;
	how.cause = DIVULGE_DCCP_CAUSE_RESET;
	closes(&how, "reset: reset received bad-service-code, EBADR, "
	       "12 sent 9 received");
	how.reset = DIVULGE_DCCP_RESET_NONE;
	how.error = ETIMEDOUT;
	how.cause = DIVULGE_DCCP_CAUSE_TIMEOUT;
	closes(&how, "timeout: ETIMEDOUT, 12 sent 9 received");
	how.error = 0;
	how.cause = DIVULGE_DCCP_CAUSE_LISTENER;
	how.sent = 0;
	how.received = 0;
	closes(&how, "listener: 0 sent 0 received");
	how.cause = 99;
	how.reset = 98;
	how.reset_code = 97;
	how.error = 9999;
	closes(&how, "99: reset 98 97, errno 9999, 0 sent 0 received");
	sock.state = DIVULGE_DCCP_STATE_OPEN;
}

static void test_newer(void)
{
	begin(200, DIVULGE_DCCP_STATE_OPEN);
	mnl_attr_put_u32(nlh, 99, 1);
	ok(end(), "a kind that is not known");
	is_text(BEGIN "change 200 " SOCK "\n", "for people");
	json_begins("{\"event\":\"dccp-change\",\"seq\":9,"
		    "\"time\":\"1970-01-01T00:00:03.000000000Z\","
		    "\"old_state\":\"open\",\"change\":200,", "JSON");
}

static void test_older(void)
{
	struct { uint64_t seq, time, old_state; } short_change = { 1, 2, 1 };

	nlh = mnl_nlmsg_put_header(buf);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_DCCP_EVENTS_EVENT);
	mnl_attr_put(nlh, DIVULGE_A_DCCP_EVENT_CHANGE, 17, &short_change);
	PUT(SOCK, sock);
	ok(end() && !strcmp(change.name, "dccp-state"),
	   "a module that tells of states alone");
	nlh = mnl_nlmsg_put_header(buf);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_DCCP_EVENTS_EVENT);
	PUT(SOCK, sock);
	ok(!end(), "a socket to which nothing happened");
}

static void test_wanted(void)
{
	struct divulge_dccp_close how = { 0 };
	uint32_t wanted = 0, closed = 0;

	ok(!change_parse("state,mps", &wanted) &&
	   !change_parse("ccid", &wanted), "lists add up");
	begin(DIVULGE_DCCP_CHANGE_KIND_STATE, 0);
	end();
	ok(change_passes(wanted, &change) && change_passes(0, &change),
	   "what is in the list, and anything without one");
	begin(DIVULGE_DCCP_CHANGE_KIND_LOSS, 0);
	end();
	ok(!change_passes(wanted, &change), "what is not");
	begin(200, 0);
	end();
	ok(!change_passes(wanted, &change) && change_passes(0, &change),
	   "what is not known is in no list");
	ok(!change_parse("close", &closed), "the end is a word of its own");
	begin(DIVULGE_DCCP_CHANGE_KIND_STATE, 0);
	end();
	ok(!change_passes(closed, &change), "another change of state");
	begin(DIVULGE_DCCP_CHANGE_KIND_STATE, 0);
	PUT(CLOSE, how);
	end();
	ok(change_passes(closed, &change) && change_passes(wanted, &change),
	   "the end, which is a change of state");
	ok(change_parse("", &wanted) == EXIT_MISUSED, "no word");
	ok(change_parse("state,", &wanted) == EXIT_MISUSED, "half a list");
	ok(change_parse("states", &wanted) == EXIT_MISUSED, "too long");
	ok(change_parse("stat", &wanted) == EXIT_MISUSED, "too short");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_state();
	test_ccid();
	test_mps();
	test_loss_ccid2();
	test_loss_ccid3();
	test_close();
	test_newer();
	test_older();
	test_wanted();
	free(text);
	return tap_end();
}
