// SPDX-License-Identifier: GPL-2.0
/* Connections from sample to sample, and how they are drawn */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "sink.h"
#include "spark.h"
#include "test/tap.h"
#include "view.h"

#define HAS(a)		(UINT32_C(1) << DIVULGE_A_DCCP_ENTRY_##a)

static struct samples samples;
static int64_t clock_ms;
static char *text;
static size_t text_len;

static void begin_test(bool keep)
{
	samples = (struct samples){ .keep = keep };
	clock_ms = 1000;
}

/* Samples take 10 ms, and are taken every second. */
static void begin(void)
{
	clock_ms += 990;
	samples_begin(&samples, samples.now.sample + 1,
		      clock_ms * INT64_C(1000000), clock_ms);
}

static void end(bool whole)
{
	clock_ms += 10;
	samples_end(&samples, clock_ms, whole);
}

static struct dccp_entry entry(uint64_t cookie)
{
	return (struct dccp_entry){
		.sock = {
			.cookie = cookie, .family = AF_INET, .sport = cookie,
			.state = DIVULGE_DCCP_STATE_OPEN, .tx_ccid = 2,
			.rx_ccid = 2, .role = DIVULGE_DCCP_ROLE_CLIENT,
			.service = 42, .mps = 1424,
		},
		.figures = { .rate = UINT64_MAX, .recv_rate = UINT64_MAX },
		.has = HAS(SOCK) | HAS(FEAT),
	};
}

static struct dccp_entry ccid2(uint64_t cookie, uint32_t cwnd, uint32_t rtt,
			       uint32_t last_cong)
{
	struct dccp_entry e = entry(cookie);

	e.ccid2_tx.cwnd = cwnd;
	e.ccid2_tx.srtt = rtt;
	e.ccid2_tx.last_cong = last_cong;
	e.has |= HAS(CCID2_TX);
	dccp_figures_make(&e.figures, &e.ccid2_tx, NULL, NULL);
	return e;
}

static struct dccp_entry ccid3(uint64_t cookie, uint8_t tx_state,
			       uint8_t rx_state)
{
	struct dccp_entry e = entry(cookie);

	e.ccid3_tx.state = tx_state;
	e.ccid3_tx.x = 64 * 5000;
	e.ccid3_tx.p = 700;
	e.ccid3_rx.state = rx_state;
	e.ccid3_rx.x_recv = 9000;
	e.ccid3_rx.p = 800;
	e.ccid3_rx.rtt = 1500;
	e.has |= HAS(CCID3_TX) | HAS(CCID3_RX);
	dccp_figures_make(&e.figures, NULL, &e.ccid3_tx, &e.ccid3_rx);
	return e;
}

static void add(struct dccp_entry e)
{
	if (samples_add(&samples, &e))
		abort();
}

static const struct track *track(size_t i)
{
	return samples.tracks[i];
}

static bool order_is(const char *cookies)
{
	char got[64] = "";
	size_t i;

	for (i = 0; i < samples.nr; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 "%" PRIu64 "%s ", (uint64_t)track(i)->entry.sock.cookie,
			 track(i)->gone ? "-" : "");
	if (strcmp(got, cookies))
		printf("# got %s\n", got);
	return !strcmp(got, cookies);
}

static void test_order(void)
{
	begin_test(true);
	begin();
	end(true);
	ok(order_is(""), "nothing");
	begin();
	add(entry(30));
	add(entry(10));
	add(entry(20));
	add(entry(10));
	end(true);
	ok(order_is("10 20 30 "), "by cookie, each once");
	begin();
	add(entry(25));
	add(entry(30));
	add(entry(5));
	add(entry(10));
	add(entry(20));
	end(true);
	ok(order_is("10 20 30 5 25 "), "what is new comes last");
	begin();
	add(entry(5));
	add(entry(30));
	end(true);
	ok(order_is("10- 20- 30 5 25- "), "what is gone is shown");
	begin();
	add(entry(5));
	add(entry(30));
	add(entry(20));
	end(true);
	ok(order_is("10- 20 30 5 25- "), "what comes back is there");
	for (int i = 0; i < 4; i++) {
		begin();
		add(entry(5));
		end(true);
	}
	ok(order_is("20- 30- 5 "), "what is gone for some seconds is forgotten");
	begin();
	end(false);
	ok(order_is("20- 30- 5 ") && !samples.whole,
	   "what is not told need not be gone");
	begin();
	end(true);
	ok(order_is("5- "), "until all is told");
	samples_free(&samples);
}

static void test_forget(void)
{
	begin_test(false);
	begin();
	add(entry(1));
	add(entry(2));
	end(true);
	begin();
	add(entry(2));
	end(true);
	ok(order_is("2 "), "what is not drawn is forgotten at once");
	samples_free(&samples);
}

static uint32_t congested_after(uint32_t before, uint32_t after)
{
	uint32_t congested;

	begin_test(false);
	begin();
	add(ccid2(1, 4, 0, before));
	end(true);
	begin();
	add(ccid2(1, 4, 0, after));
	congested = track(0)->sampled.congested;
	end(true);
	samples_free(&samples);
	return congested;
}

static void test_congested(void)
{
	begin_test(false);
	begin();
	add(ccid2(1, 4, 0, 3));
	ok(track(0)->sampled.congested == UINT32_MAX,
	   "at first it cannot be told");
	end(true);
	begin();
	add(ccid3(1, 0, 0));
	ok(track(0)->sampled.congested == UINT32_MAX, "nor of another CCID");
	end(true);
	samples_free(&samples);

	ok(congested_after(500, 1500) == 0, "nothing since");
	ok(congested_after(500, 1490) == 0, "nothing, and asked at once");
	ok(congested_after(500, 1510) == 0, "nothing, and answered late");
	ok(congested_after(500, 1270) == 0, "nothing, and the kernel is late");
	ok(congested_after(500, 10) == 1, "just now");
	ok(congested_after(500, 900) == 1, "just after the sample before");
	ok(congested_after(0, 500) == 1, "and just before it too");
	ok(congested_after(0, 995) == 0, "what was in the sample before");
	ok(congested_after(UINT32_MAX - 500, 100) == 1, "long after the last");
}

static bool last_is(uint64_t window, uint64_t rtt, uint64_t loss)
{
	const struct track *t = track(samples.nr - 1);

	return track_point(t, SERIES_WINDOW, 0) == window &&
	       track_point(t, SERIES_RTT, 0) == rtt &&
	       track_point(t, SERIES_LOSS, 0) == loss;
}

static void test_points(void)
{
	begin_test(true);
	begin();
	add(entry(1));
	ok(last_is(SPARK_GAP, SPARK_GAP, SPARK_GAP), "no CCID yet");
	add(ccid2(2, 7, 0, 3));
	ok(last_is(7, SPARK_GAP, SPARK_GAP), "no RTT yet");
	add(ccid3(3, DIVULGE_DCCP_TFRC_STATE_FBACK,
		  DIVULGE_DCCP_TFRC_STATE_NO_DATA));
	ok(last_is(5000, 1500, 700), "a sender");
	add(ccid3(4, DIVULGE_DCCP_TFRC_STATE_FBACK,
		  DIVULGE_DCCP_TFRC_STATE_DATA));
	ok(last_is(5000, 1500, 700), "a sender that receives");
	add(ccid3(5, DIVULGE_DCCP_TFRC_STATE_NO_FBACK,
		  DIVULGE_DCCP_TFRC_STATE_DATA));
	ok(last_is(9000, 1500, 800), "a receiver that sends a packet or two");
	add(ccid3(6, DIVULGE_DCCP_TFRC_STATE_NO_SENT,
		  DIVULGE_DCCP_TFRC_STATE_NO_DATA));
	ok(last_is(5000, 1500, 700), "neither");
	end(true);
	begin();
	add(ccid2(2, 9, 250, 1003));
	end(true);
	samples_miss(&samples, 2);
	begin();
	add(ccid2(2, 10, 300, 5));
	end(true);
	ok(samples.missed == 2 && track_point(track(1), SERIES_WINDOW, 0) == 10 &&
	   track_point(track(1), SERIES_WINDOW, 1) == SPARK_GAP &&
	   track_point(track(1), SERIES_WINDOW, 2) == SPARK_GAP &&
	   track_point(track(1), SERIES_WINDOW, 3) == 9 &&
	   track_point(track(1), SERIES_LOSS, 0) == 1 &&
	   track_point(track(1), SERIES_LOSS, 3) == 0 &&
	   track_point(track(1), SERIES_RTT, 3) == 250 &&
	   track_point(track(1), SERIES_WINDOW, TRACK_LEN - 1) == SPARK_GAP,
	   "what was missed is a gap");
	ok(track_point(track(0), SERIES_WINDOW, 0) == SPARK_GAP,
	   "and what is gone");
	samples_miss(&samples, UINT64_C(1) << 40);
	ok(track_point(track(1), SERIES_WINDOW, TRACK_LEN - 1) == SPARK_GAP,
	   "all was missed");
	samples_free(&samples);
}

static void write_to(const struct sink_ops *ops)
{
	struct record rec = track_record(track(0));
	struct sink sink = { .ops = ops };

	free(text);
	sink.out = open_memstream(&text, &text_len);
	sink_put(&sink, &rec);
	fclose(sink.out);
}

static void test_record(void)
{
	begin_test(false);
	begin();
	add(ccid2(1, 7, 2500, 3));
	end(true);
	begin();
	add(ccid2(1, 7, 2500, 4));
	end(true);
	write_to(&sink_json);
	ok(strstr(text, "{\"event\":\"dccp-sample\",\"sample\":2,"
		  "\"time\":\"1970-01-01T00:00:02.990000000Z\","
		  "\"congested\":1,\"family\":\"inet\",") == text &&
	   strstr(text, "\"cookie\":1,") && strstr(text, "\"tx_queued\":0,") &&
	   strstr(text, "\"ccid2_tx_cwnd\":7,") &&
	   strstr(text, "\"ccid3_tx_x\":null,") &&
	   strstr(text, "\"rtt\":2500,"), "a sample in JSON");
	write_to(&sink_text);
	ok(!strcmp(text, "00:00:02.990000000 dccp 0.0.0.0:1 0.0.0.0:* OPEN "
		   "sample 2 mps 1424 cwnd 7 pipe 0 rtt 2.5ms congested 1 "
		   "queue 0\n"), "for people");
	samples_free(&samples);
	begin_test(false);
	begin();
	add(ccid3(1, DIVULGE_DCCP_TFRC_STATE_FBACK,
		  DIVULGE_DCCP_TFRC_STATE_NO_DATA));
	end(true);
	write_to(&sink_text);
	ok(!strcmp(text, "00:00:01.990000000 dccp 0.0.0.0:1 0.0.0.0:* OPEN "
		   "sample 1 mps 1424 rate 5kB/s rtt 1.5ms p 0.07% rx rate "
		   "9kB/s rx p 0.08% queue 0\n"), "under CCID 3");
	samples_free(&samples);
}

typedef void (*writer)(const struct view *view, const struct track *track,
		       FILE *out);

static void write_who(const struct view *view, const struct track *track,
		      FILE *out)
{
	(void)view;
	view_who(track, out);
}

static void write_head(const struct view *view, const struct track *track,
		       FILE *out)
{
	(void)track;
	view_head(view, &samples, out);
}

static void write_titles(const struct view *view, const struct track *track,
			 FILE *out)
{
	(void)track;
	view_titles(view, out);
}

static void shows(const struct view *view, size_t i, writer write,
		  const char *want)
{
	FILE *out;

	free(text);
	out = open_memstream(&text, &text_len);
	write(view, i < samples.nr ? track(i) : NULL, out);
	fclose(out);
	if (!ok(!strcmp(text, want), "'%s'", want))
		printf("# got '%s'\n", text);
}

static void test_view(void)
{
	static const uint32_t cwnds[] = { 1, 5, 0, 10 };
	struct view view = { .height = 24, .width = 64 };
	size_t i;

	begin_test(true);
	for (i = 0; i < 4; i++) {
		begin();
		add(ccid2(1, cwnds[i], 400 * i, i == 2 ? 5 : 1000 * i));
		add(ccid3(2, DIVULGE_DCCP_TFRC_STATE_FBACK, 0));
		end(true);
	}
	shows(&view, 0, write_who,
	      "0.0.0.0:1 0.0.0.0:* OPEN client ccid 2/2 mps 1424 queue 0 SC=42");
	shows(&view, 0, write_titles,
	      "WINDOW/RATE           RTT                   LOSS                  ");
	shows(&view, 0, view_drawn,
	      "     10         .=_#    1.2ms          -+#       no          _#_");
}

static void test_narrow(void)
{
	struct view view = { .height = 24, .width = 64, .blocks = true };

	view.width = 1;
	shows(&view, 0, view_drawn, "     10 ");
	view.width = 12;
	shows(&view, 0, view_drawn, "     10 ▂▅▁█");
	view.width = 41;
	shows(&view, 0, write_titles,
	      "WINDOW/RATE                                ");
	view.width = 42;
	shows(&view, 0, write_titles,
	      "WINDOW/RATE           RTT                   ");
}

static void test_scroll(void)
{
	struct view view = { .height = 11, .width = 80 };

	ok(view_room(&view) == 4, "room for four");
	view_scroll(&view, 10, 1);
	ok(view.top == 1, "down");
	view_scroll(&view, 10, 100);
	ok(view.top == 6, "to the end");
	view_scroll(&view, 10, -2);
	ok(view.top == 4, "up");
	view_scroll(&view, 6, 0);
	ok(view.top == 2, "there are less");
	view_scroll(&view, 6, -100);
	ok(view.top == 0, "to the beginning");
	view_scroll(&view, 3, 5);
	ok(view.top == 0, "all are seen");
	view.height = 0;
	ok(view_room(&view) == 1, "on a very small terminal one");
}

static void test_head(void)
{
	struct view view = { .height = 5, .width = 80 };

	shows(&view, 0, write_head,
	      "00:00:04  1-1 of 2 connections  sample 4");
	view.height = 24;
	samples_miss(&samples, 3);
	samples.whole = false;
	shows(&view, 0, write_head,
	      "00:00:04  2 connections  sample 4  3 missed  some may not be "
	      "shown: they come and go");
	begin();
	add(entry(1));
	end(true);
	shows(&view, 1, write_who, "0.0.0.0:2 0.0.0.0:* CLOSED client SC=42");
	samples_free(&samples);
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_order();
	test_forget();
	test_congested();
	test_points();
	test_record();
	test_view();
	test_narrow();
	test_scroll();
	test_head();
	free(text);
	return tap_end();
}
