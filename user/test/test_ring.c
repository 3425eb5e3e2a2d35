// SPDX-License-Identifier: GPL-2.0
/* Records through a ring and batches: each comes once, or is in a gap */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ring.h"
#include "test/tap.h"

#define RECORDS	5000
#define READERS	3

static struct batch batch;
static char text[BATCH_SIZE];

struct reader {
	struct cursor cursor;
	unsigned char seen[RECORDS + 1];
	uint64_t last;
	bool good;
};

static size_t length(uint64_t seq)
{
	return 1 + seq * 7919 % 900;
}

static void put(struct ring *ring, uint64_t seq, size_t len)
{
	const struct mark mark = { .record = seq, .seq = seq, .time = seq };

	memset(text, 'a' + seq % 26, len);
	ring_put(ring, &mark, text, len);
}

static void see_gap(struct reader *r, const struct gap *gap)
{
	uint64_t seq;

	r->good &= gap->births == gap->births_last_seq -
		   gap->births_first_seq + 1;
	r->good &= gap->births_first_seq > r->last;
	r->good &= gap->first_record == gap->births_first_seq &&
		   gap->last_record == gap->births_last_seq;
	for (seq = gap->births_first_seq; seq <= gap->births_last_seq; seq++)
		r->seen[seq]++;
	r->last = gap->births_last_seq;
}

static void see_batch(struct reader *r)
{
	unsigned int n;
	size_t begin, len;
	uint64_t seq;

	for (n = 0; n < batch.nr; n++) {
		begin = batch_begin(&batch, n);
		len = batch.slot[n].end - begin;
		seq = batch.slot[n].mark.seq;
		r->good &= seq > r->last && len == length(seq) + 1 &&
			   batch.buf[begin] == (char)('a' + seq % 26) &&
			   batch.buf[begin + len - 1] == '\n';
		r->seen[seq]++;
		r->last = seq;
	}
}

static void read_some(struct ring *ring, struct reader *r)
{
	struct gap gap;

	if (ring_take_gap(ring, &r->cursor, &gap))
		see_gap(r, &gap);
	batch_clear(&batch);
	ring_take(ring, &r->cursor, &batch);
	see_batch(r);
}

/* Some readers are quick, some are not. */
static bool random_readers(unsigned int seed, int wake)
{
	static struct reader reader[READERS];
	struct ring ring;
	uint64_t seq, i;
	bool good = true;

	srandom(seed);
	if (ring_open(&ring, 40000 + random() % 5000))
		return false;
	memset(reader, 0, sizeof(reader));
	for (i = 0; i < READERS; i++) {
		reader[i].good = true;
		ring_join(&ring, &reader[i].cursor, wake);
	}
	for (seq = 1; seq <= RECORDS; seq++) {
		put(&ring, seq, length(seq));
		for (i = 0; i < READERS; i++)
			if (!(random() % (1 + 40 * i * i)))
				read_some(&ring, &reader[i]);
	}
	for (i = 0; i < READERS; i++) {
		read_some(&ring, &reader[i]);
		good &= reader[i].good;
		for (seq = 1; seq <= RECORDS; seq++)
			good &= reader[i].seen[seq] == 1;
		ring_leave(&ring, &reader[i].cursor);
	}
	ring_close(&ring);
	return good;
}

/* The reader is slow; less memory makes a gap, more makes none. */
static void test_move(int wake)
{
	static struct reader r;
	struct ring ring;
	uint64_t seq;
	bool good = true;

	ring_open(&ring, 70000);
	memset(&r, 0, sizeof(r));
	r.good = true;
	ring_join(&ring, &r.cursor, wake);
	for (seq = 1; seq <= RECORDS; seq++) {
		put(&ring, seq, length(seq));
		if (seq % 400 == 100)
			ring_move(&ring, malloc(30000), 30000);
		if (seq % 400 == 200)
			ring_move(&ring, malloc(99999), 99999);
		if (seq % 400 == 210)
			good &= r.cursor.waiting > 50 || r.last > seq - 50;
		if (seq % 37 == 0)
			read_some(&ring, &r);
	}
	for (seq = 0; seq < 9; seq++)
		read_some(&ring, &r);
	for (seq = 1; seq <= RECORDS; seq++)
		good &= r.seen[seq] == 1;
	ok(good && r.good, "another size loses nothing");
	ring_leave(&ring, &r.cursor);
	ring_close(&ring);
}

static bool woken(int wake)
{
	eventfd_t n;

	return !eventfd_read(wake, &n);
}

static void test_wake(int wake)
{
	struct cursor cursor;
	struct ring ring;
	struct gap gap;
	uint64_t given, waiting;

	ring_open(&ring, 1 << 20);
	ring_join(&ring, &cursor, wake);
	put(&ring, 1, 10);
	ring_wake(&ring);
	ok(!woken(wake), "who is busy is not woken");
	batch_clear(&batch);
	ok(ring_take(&ring, &cursor, &batch) && batch.nr == 1, "it takes one");
	batch_clear(&batch);
	ok(!ring_take(&ring, &cursor, &batch) && !batch.nr, "and no more");
	put(&ring, 2, 10);
	ok(!woken(wake), "a record alone wakes nobody");
	ring_wake(&ring);
	ok(woken(wake), "their end does");
	batch_clear(&batch);
	ring_take(&ring, &cursor, &batch);
	batch_clear(&batch);
	ring_take(&ring, &cursor, &batch);
	put(&ring, 3, 60000);
	put(&ring, 4, 60000);
	ok(woken(wake), "and so do many before that");
	put(&ring, 5, BATCH_SIZE);
	ok(ring_take_gap(&ring, &cursor, &gap) && gap.births_first_seq == 5,
	   "what is too long for anybody is a gap");
	ring_close_cursor(&ring, &cursor);
	put(&ring, 6, 10);
	ring_look(&ring, &cursor, &given, &waiting);
	ok(ring_unsettled(&ring, &cursor) == 1, "what was taken is not settled");
	ring_settle(&ring, &cursor, 0);
	ok(ring_unsettled(&ring, &cursor) == 3, "nor is what was not");
	ok(given == 5 && waiting == 2, "who is to end gets no more");
	ring_leave(&ring, &cursor);
	ring_close(&ring);
}

static void add(size_t len)
{
	char *room = batch_room(&batch, len);

	memset(room, 'x', len);
	batch_add(&batch, &(struct mark){ .record = len }, len);
}

static void test_batch(void)
{
	batch.framing = FRAMING_COUNT;
	batch_clear(&batch);
	add(3);
	add(12);
	ok(batch.len == 20 && !memcmp(batch.buf, "3 xxx12 xxxx", 12),
	   "lengths come first");
	batch.framing = FRAMING_NONE;
	batch_clear(&batch);
	add(3);
	add(12);
	add(5);
	ok(batch.len == 20 && !memcmp(batch.buf, "xxxx", 4), "or there are none");
	ok(batch_fitting(&batch, 15) == 15 && batch_fitting(&batch, 19) == 15 &&
	   batch_fitting(&batch, 20) == 20, "as many fit as there is room for");
	ok(!batch_fitting(&batch, 2), "or none does");
	batch.sent = 15;
	ok(batch_next(&batch) == 2, "two were handed over");
	ok(batch_done(&batch, 4) == 1 && batch.first == 1, "one is done");
	batch_restart(&batch);
	ok(batch.sent == 3 && batch_next(&batch) == 1, "the other comes again");
	ok(batch_unsettled(&batch) == 12, "it is the first that is not settled");
	batch_skip(&batch);
	ok(batch_unsettled(&batch) == 5, "then the next");
	batch.first = 0;
	batch.has_gap = true;
	batch.told.first_record = 4;
	ok(batch_unsettled(&batch) == 4, "or one that is in a gap");
	batch.told.first_record = 40;
	ok(batch_unsettled(&batch) == 12, "unless that is a later one");
	batch.first = 1;
	batch_skip(&batch);
	ok(batch.sent == 15 && batch.done == 15 && batch.first == 2,
	   "or is left out");
	ok(!batch_room(&batch, BATCH_SIZE - 20), "what does not fit");
	batch.framing = FRAMING_LINE;
}

int main(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	unsigned int seed, good = 0;

	test_batch();
	test_wake(wake);
	test_move(wake);
	for (seed = 0; seed < 50; seed++)
		good += random_readers(seed, wake);
	ok(good == 50, "%u of 50 random readers add up", good);
	close(wake);
	return tap_end();
}
