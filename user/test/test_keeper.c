// SPDX-License-Identifier: GPL-2.0
/* From one run to the next, with a listener and outputs that obey */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "listen.h"
#include "outputs.h"
#include "privileges.h"

#define listener_told	fake_told
#define outputs_settled	fake_settled
#define rescan_since	fake_rescan
#define stamp_now	fake_now
#define stamp_uptime	fake_uptime
#define report		fake_report
void privileges_drop_in_writer(void)
{
}

static bool fake_told(const struct listener *l, struct reached *until);
static uint64_t fake_settled(const struct outputs *of);
static int fake_rescan(struct events *e, const struct mount *mount,
		       const struct window *window, int stop);
static int64_t fake_now(void);
static int64_t fake_uptime(void);
static void fake_report(const char *fmt, ...);
#include "../keeper.c"
#include "test/tap.h"

#define SEC	INT64_C(1000000000)

static char file[] = "/tmp/keeper.XXXXXX";
static struct keeper keeper;
static struct listener listener;
static struct outputs outputs;
static struct sink sink;
static char *text, said[512];
static size_t text_len;
static struct mount mounts[2];

/* What the clocks say, what outputs have, and what was looked for */
static struct {
	int64_t now, up;
	bool told;
	uint64_t settled;
	int searches;
	struct window window[4];
	const char *path[4];
} fake;

static bool fake_told(const struct listener *l, struct reached *until)
{
	(void)l;
	*until = (struct reached){ fake.now - 2 * SEC, fake.up - 2 * SEC };
	return fake.told;
}

static uint64_t fake_settled(const struct outputs *of)
{
	(void)of;
	return fake.settled;
}

static int fake_rescan(struct events *e, const struct mount *mount,
		       const struct window *window, int stop)
{
	(void)e;
	(void)stop;
	fake.window[fake.searches] = *window;
	fake.path[fake.searches++] = mount->path;
	return 0;
}

static int64_t fake_now(void)
{
	return fake.now;
}

static int64_t fake_uptime(void)
{
	return fake.up;
}

static void fake_report(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
}

static void at(int64_t sec)
{
	fake.now = (1000 + sec) * SEC;
	fake.up = (100 + sec) * SEC;
}

/* A run begins, with so many directories watched. */
static void begin(size_t nr)
{
	outputs.tally.records = 0;
	outputs.identity.run++;
	mounts[0].heard = false;
	mounts[1].heard = false;
	listener.events.paths.mounts = mounts;
	listener.events.paths.nr_mounts = nr;
	fake.searches = 0;
	fake.settled = 0;
	fake.told = true;
	said[0] = '\0';
	rewind(sink.out);
	if (keeper_open(&keeper, file) ||
	    keeper_begin(&keeper, &listener, &outputs))
		exit(1);
	fflush(sink.out);
	text[text_len] = '\0';
}

/* Time goes on, and there are so many records, of which some are settled. */
static void tick(int64_t sec, uint64_t records, uint64_t settled)
{
	at(sec);
	outputs.tally.records = records;
	fake.settled = settled;
	keeper_tick(&keeper, &listener, &outputs);
}

/* It is killed. */
static void die(void)
{
	keeper_close(&keeper);
}

static bool searched(int n, const char *path, int64_t since, int64_t until)
{
	return fake.searches > n && !strcmp(fake.path[n], path) &&
	       fake.window[n].since == (1000 + since) * SEC &&
	       fake.window[n].until == (1000 + until) * SEC;
}

static void test_first(void)
{
	unlink(file);
	at(0);
	begin(1);
	ok(!fake.searches && !*said && !text_len, "nothing was before");
	die();
	at(50);
	begin(1);
	ok(fake.searches == 1 && searched(0, "/a", 0, 50),
	   "killed at once, it knows when it began");
	ok(strstr(text, " down between 1970-01-01 00:16:40.000000000 +0000 and 1970-01-01 00:17:30.000000000 +0000, births on /a (ext4 8:1) were not heard\n"),
	   "which is told");
	die();
}

static void test_settled(void)
{
	unlink(file);
	at(0);
	begin(1);
	tick(10, 5, 5);
	tick(20, 9, 7);
	die();
	at(60);
	begin(1);
	ok(fake.searches == 1 && searched(0, "/a", 8, 60),
	   "what is not settled is looked for");
	tick(70, 20, 20);
	fake.told = false;
	tick(80, 30, 30);
	die();
	at(90);
	begin(1);
	ok(searched(0, "/a", 68, 90), "and what was lost and not looked for");
	tick(100, 5, 5);
	at(110);
	fake.told = true;
	outputs.tally.records = 6;
	fake.settled = 6;
	keeper_end(&keeper, &listener, &outputs, true);
	die();
	at(120);
	begin(1);
	ok(searched(0, "/a", 108, 120), "an end is as good as a while");
	die();
}

/* When nothing happens any more, that is not looked for again. */
static void test_quiet(void)
{
	int64_t sec;

	unlink(file);
	at(0);
	begin(1);
	tick(10, 5, 5);
	for (sec = 15; sec < 200; sec += 5)
		tick(sec, 5, 5);
	die();
	at(200);
	begin(1);
	ok(fake.searches == 1 && fake.window[0].since >= (1000 + 10) * SEC,
	   "what was told before all was quiet is not looked for");
	ok(fake.window[0].since < (1000 + 30) * SEC,
	   "and quiet is not written down again and again");
	die();
}

static void test_interrupted(void)
{
	unlink(file);
	at(0);
	begin(1);
	tick(10, 5, 5);
	die();
	at(20);
	begin(1);
	die();
	at(30);
	begin(1);
	ok(searched(0, "/a", 8, 30), "a search that was killed is made again");
	fake.told = false;
	at(40);
	keeper_end(&keeper, &listener, &outputs, true);
	die();
	at(50);
	begin(1);
	ok(searched(0, "/a", 8, 50), "and so is one that was ended");
	die();
}

static void test_unmounted(void)
{
	dev_t sb = mounts[1].sb;

	unlink(file);
	at(0);
	begin(2);
	tick(10, 5, 5);
	/* Records are on their way when it comes back, and is searched */
	at(20);
	outputs.tally.records = 6;
	keeper_tick(&keeper, &listener, &outputs);
	mounts[1].sb = 0;
	mounts[1].left = (1000 + 12) * SEC;
	listener.events.epoch++;
	tick(30, 7, 7);
	die();
	mounts[1].sb = sb;
	at(40);
	begin(2);
	ok(fake.searches == 2 && searched(0, "/a", 28, 40) &&
	   searched(1, "/b", 12, 40), "one that was unmounted, before");
	die();

	unlink(file);
	at(0);
	begin(1);
	tick(20, 6, 5);
	listener.events.epoch++;
	tick(25, 8, 6);
	die();
	at(40);
	begin(1);
	ok(searched(0, "/a", 0, 40),
	   "what came back is not told by what was on its way");
	die();
}

static void test_clock(void)
{
	unlink(file);
	at(0);
	begin(1);
	tick(500, 5, 5);
	die();
	fake.now = (1000 + 100) * SEC;
	fake.up = (100 + 520) * SEC;
	begin(1);
	ok(searched(0, "/a", 78, 100) &&
	   strstr(said, "the clock was set back"), "the clock was set back");
	die();
}

static void test_others(void)
{
	unlink(file);
	at(0);
	begin(1);
	tick(10, 5, 5);
	die();
	mounts[0].fsid.born_sec++;
	at(20);
	begin(2);
	ok(fake.searches == 1 && searched(0, "/a", 8, 20) &&
	   strstr(said, "another filesystem is at '/a'"), "one made anew");
	die();
	mounts[0].fsid.born_sec--;
	listener.events.rescan.off = true;
	at(30);
	begin(1);
	ok(!fake.searches && strstr(text, " down between "),
	   "it is told also if nothing is to be looked for");
	listener.events.rescan.off = false;
	die();
	begin(0);
	ok(!fake.searches && strstr(text, " down between ") &&
	   !strstr(text, "births on"), "without births");
	die();
	ok(!keeper_open(&keeper, NULL) &&
	   !keeper_begin(&keeper, &listener, &outputs), "nothing is kept");
	keeper_end(&keeper, &listener, &outputs, true);
	keeper_close(&keeper);
}

int main(void)
{
	int fd = mkstemp(file);

	if (fd < 0)
		return 1;
	close(fd);
	setenv("TZ", "UTC", 1);
	sink = (struct sink){ .ops = &sink_text };
	sink.out = open_memstream(&text, &text_len);
	events_init(&listener.events, &sink);
	strcpy(outputs.identity.boot, "0123-4567");
	mounts[0] = (struct mount){ .path = "/a", .fs = "ext4",
		.sb = makedev(8, 1), .fsid = { 1, 77, 0 } };
	mounts[1] = (struct mount){ .path = "/b", .fs = "xfs",
		.sb = makedev(8, 2), .fsid = { 2, 88, 0 } };
	test_first();
	test_settled();
	test_quiet();
	test_interrupted();
	test_unmounted();
	test_clock();
	test_others();
	fclose(sink.out);
	free(text);
	unlink(file);
	return tap_end();
}
