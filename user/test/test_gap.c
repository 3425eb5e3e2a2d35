// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/divulge.h>

#include "gap.h"
#include "test/tap.h"

static void test_mark(void)
{
	struct divulge_birth_origin origin = { .seq = 7, .time = -1 };
	struct noticed noticed = { "births", 1500000001 };
	struct record rec = {
		.event = "birth", .number = 12,
		.part = { { origin_fields, &origin } },
	};
	struct noted noted = { 3 };
	struct mark mark;
	struct gap lost = { .count = 5 };

	mark_record(&rec, &mark);
	ok(mark.stream == MARK_BIRTHS && mark.seq == 7 && mark.time == -1 &&
	   mark.record == 12 && !mark.lost, "a birth");
	rec.event = "dccp-state";
	mark_record(&rec, &mark);
	ok(mark.stream == MARK_DCCP && mark.seq == 7, "a change of DCCP");
	rec = (struct record){
		.event = "lost",
		.part = { { noticed_fields, &noticed }, { gap_fields, &lost } },
	};
	mark_record(&rec, &mark);
	ok(mark.stream == MARK_OTHER && mark.lost == 5 &&
	   mark.time == 1500000001, "a loss");
	rec = (struct record){
		.event = "found", .part = { { noted_fields, &noted } },
	};
	mark_record(&rec, &mark);
	ok(mark.stream == MARK_OTHER && !mark.seq && mark.time == 3,
	   "what was found");
}

static void test_add(void)
{
	struct gap gap = { 0 };

	gap_add(&gap, &(struct mark){ 100, 31, 8, 0, MARK_BIRTHS });
	gap_add(&gap, &(struct mark){ 90, 30, 9, 0, MARK_BIRTHS });
	gap_add(&gap, &(struct mark){ 110, 34, 3, 0, MARK_DCCP });
	gap_add(&gap, &(struct mark){ 105, 33, 0, 6, MARK_OTHER });
	ok(gap.count == 4 && gap.births == 2 && gap.dccp == 1 &&
	   gap.others == 1 && gap.lost == 6, "it counts");
	ok(gap.births_first_seq == 8 && gap.births_last_seq == 9 &&
	   gap.dccp_first_seq == 3 && gap.dccp_last_seq == 3,
	   "it has the numbers");
	ok(gap.first_record == 30 && gap.last_record == 34,
	   "those of records, too");
	ok(gap.since == 90 && gap.until == 110,
	   "and the times, even if the clock is set back");
}

static void test_merge(void)
{
	struct gap a = { 0 }, b = { 0 };

	gap_add(&b, &(struct mark){ 50, 6, 4, 1, MARK_DCCP });
	gap_merge(&a, &b);
	ok(!memcmp(&a, &b, sizeof(a)), "nothing and a gap");
	memset(&b, 0, sizeof(b));
	gap_add(&b, &(struct mark){ 40, 5, 9, 2, MARK_DCCP });
	gap_add(&b, &(struct mark){ 60, 9, 2, 0, MARK_BIRTHS });
	gap_merge(&a, &b);
	ok(a.count == 3 && a.dccp == 2 && a.dccp_first_seq == 4 &&
	   a.dccp_last_seq == 9 && a.births == 1 && a.births_first_seq == 2 &&
	   a.first_record == 5 && a.last_record == 9 && a.lost == 3 && a.since == 40 && a.until == 60, "two gaps");
	b = a;
	gap_merge(&a, &(struct gap){ 0 });
	ok(!memcmp(&a, &b, sizeof(a)), "a gap and nothing");
}

static void test_record(void)
{
	struct noted noted = { 5 };
	struct gap gap = { 0 };
	struct record rec;

	gap_add(&gap, &(struct mark){ 1, 77, 0, 0, MARK_OTHER });
	gap_add(&gap, &(struct mark){ 2, 79, 0, 0, MARK_OTHER });
	rec = gap_record(&gap, &noted);
	ok(rec.number == 77, "a gap has the first number of what it stands for");
}

int main(void)
{
	test_mark();
	test_add();
	test_merge();
	test_record();
	return tap_end();
}
