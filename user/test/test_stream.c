// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"
#include "test/tap.h"

#define MAX_EVENTS	2000

static bool is_lost(const struct lost *lost, uint64_t first, uint64_t last,
		    int64_t since, int64_t until)
{
	return lost->count == last - first + 1 && lost->first_seq == first &&
	       lost->last_seq == last && lost->since == since &&
	       lost->until == until;
}

static struct divulge_loss loss(uint64_t first, uint64_t count, int64_t since,
				int64_t until)
{
	return (struct divulge_loss){ count, first, since, until };
}

static void test_events(void)
{
	struct stream s = { 0 };
	struct lost lost[STREAM_MAX_LOST];

	ok(!stream_event(&s, 41, 100, lost), "numbering begins anywhere");
	ok(!stream_event(&s, 42, 110, lost), "the next number is no loss");
	ok(stream_event(&s, 50, 120, lost) && is_lost(lost, 43, 49, 110, 120),
	   "a gap is a loss between the times of its neighbours");
	ok(!stream_event(&s, 51, 130, lost), "a gap is told once");
	ok(!stream_event(&s, 1, 140, lost), "numbers that go back are no loss");
	ok(stream_event(&s, 3, 150, lost) && is_lost(lost, 2, 2, 140, 150),
	   "they count from there");
}

static void test_losses(void)
{
	struct stream s = { 0 };
	struct lost lost[STREAM_MAX_LOST];
	struct divulge_loss l;

	l = loss(1, 3, 10, 20);
	ok(stream_loss(&s, &l, lost) == 1 && is_lost(lost, 1, 3, 10, 20),
	   "a loss can come first");
	ok(!stream_event(&s, 4, 30, lost), "it is told once");
	l = loss(5, 2, 31, 32);
	ok(stream_loss(&s, &l, lost) == 1 && is_lost(lost, 5, 6, 31, 32),
	   "a loss that follows an event");
	ok(stream_event(&s, 9, 40, lost) && is_lost(lost, 7, 8, 32, 40),
	   "a gap after a loss begins where that ends");
	l = loss(15, 2, 50, 60);
	ok(stream_loss(&s, &l, lost) == 2 && is_lost(lost, 10, 14, 40, 50) &&
	   is_lost(lost + 1, 15, 16, 50, 60),
	   "a gap before a loss ends where that begins");
	ok(!stream_loss(&s, &l, lost), "a loss told twice is one");
	l = loss(15, 5, 50, 70);
	ok(stream_loss(&s, &l, lost) == 1 && is_lost(lost, 17, 19, 50, 70),
	   "of a loss known in part the rest is told");
	l = loss(20, 0, 0, 0);
	ok(!stream_loss(&s, &l, lost), "a loss of nothing is none");
	l = loss(UINT64_MAX - 1, 3, 0, 0);
	ok(!stream_loss(&s, &l, lost), "a loss beyond the last number is none");
	ok(!stream_event(&s, 20, 80, lost), "neither moves the numbers");
}

static void test_end(void)
{
	struct stream s = { 0 };
	struct lost lost[STREAM_MAX_LOST];

	ok(!stream_end(&s, 7, 20, lost), "an end without a beginning");
	stream_event(&s, 5, 10, lost);
	ok(!stream_end(&s, 5, 20, lost), "an end with nothing lost");
	ok(stream_end(&s, 7, 20, lost) && is_lost(lost, 6, 7, 10, 20),
	   "an end that was lost");
}

static void test_begin(void)
{
	struct lost lost[STREAM_MAX_LOST];
	struct divulge_loss l;
	struct stream s = { 0 };

	stream_begin(&s, 7, 10);
	ok(!stream_end(&s, 7, 20, lost), "nothing happens");
	ok(stream_end(&s, 9, 20, lost) && is_lost(lost, 8, 9, 10, 20),
	   "all is lost");
	stream_begin(&s, 7, 10);
	ok(stream_event(&s, 9, 20, lost) && is_lost(lost, 8, 8, 10, 20),
	   "what comes before the first event is lost");
	stream_begin(&s, 7, 10);
	ok(!stream_event(&s, 6, 9, lost) && !stream_event(&s, 7, 9, lost) &&
	   !stream_event(&s, 8, 11, lost), "some is on its way");
	stream_begin(&s, 7, 10);
	l = loss(6, 2, 8, 9);
	ok(!stream_loss(&s, &l, lost), "what was lost before is not ours");
}

static void mark(unsigned char *seen, const struct lost *lost)
{
	uint64_t seq;

	for (seq = lost->first_seq; seq <= lost->last_seq; seq++)
		seen[seq]++;
}

/*
 * Both kernel and socket lose events at random. Each number from the first
 * that gets through to the last must be seen or told lost, once.
 */
static bool random_stream(unsigned int seed)
{
	unsigned char seen[MAX_EVENTS + 1] = { 0 };
	struct lost lost[STREAM_MAX_LOST];
	struct stream s = { 0 };
	struct divulge_loss l;
	uint64_t seq = 0, first = 0, i;
	unsigned int n;

	srandom(seed);
	while (seq < MAX_EVENTS - 20) {
		bool dropped = random() % 4 == 0;

		memset(&l, 0, sizeof(l));
		if (random() % 3 == 0)
			l = loss(seq + 1, random() % 5, 0, 0);
		seq += l.count;
		if (!dropped) {
			for (n = stream_loss(&s, &l, lost); n--; )
				mark(seen, &lost[n]);
			if (!first && l.count)
				first = seq - l.count + 1;
		}
		for (n = random() % 5; n--; ) {
			seq++;
			if (dropped)
				continue;
			if (stream_event(&s, seq, 0, lost))
				mark(seen, lost);
			seen[seq]++;
			if (!first)
				first = seq;
		}
	}
	for (i = first; first && i < s.next; i++)
		if (seen[i] != 1)
			return false;
	return true;
}

int main(void)
{
	unsigned int seed, good = 0;

	test_events();
	test_losses();
	test_end();
	test_begin();
	for (seed = 0; seed < 500; seed++)
		good += random_stream(seed);
	ok(good == 500, "%u of 500 random streams add up", good);
	return tap_end();
}
