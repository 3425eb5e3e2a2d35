// SPDX-License-Identifier: GPL-2.0
/* What is looked for; with the file, and a filesystem that answers instead */
#include "module.h"
#include "tree.h"

#define module_open	fake_open
#define genl_close	fake_close
#define tree_dump	fake_dump
static int fake_open(struct genl *genl);
static void fake_close(struct genl *genl);
static int fake_dump(struct genl *genl, const struct tree_query *query,
		     const struct tree_ops *ops, void *arg,
		     struct divulge_birth_total *total);
#include "../rescan.c"
#include "test/tap.h"

static struct events events;
static struct sink sink;
static char *text, *top;
static size_t text_len;
static int pipes[2];

/* What the filesystem was asked for, and what it answers */
static struct {
	int dumps;
	struct divulge_moment since, until;
	uint32_t types;
	int err;
	bool stop;
	int ms;
	uint32_t flags;
} fake;

static int fake_open(struct genl *genl)
{
	(void)genl;
	return 0;
}

static void fake_close(struct genl *genl)
{
	(void)genl;
}

static int fake_entry(const struct tree_ops *ops, void *arg, const char *path,
		      uint64_t ino)
{
	struct bytes bytes = { path, strlen(path) };
	struct divulge_birth birth = {
		.ino = ino, .type = DIVULGE_FILE_TYPE_REG, .btime_sec = 3,
		.flags = fake.flags,
	};

	return ops->entry(arg, &bytes, &birth);
}

static void fake_skip(const struct tree_ops *ops, void *arg, const char *path,
		      uint8_t reason)
{
	struct bytes bytes = { path, strlen(path) };
	struct divulge_birth_skip skip = { .reason = reason };

	ops->skip(arg, &bytes, &skip);
}

/* There is "a" with a subvolume "sub" beside it, and "b" in that. */
static int fake_dump(struct genl *genl, const struct tree_query *query,
		     const struct tree_ops *ops, void *arg,
		     struct divulge_birth_total *total)
{
	int err;

	(void)genl;
	(void)total;
	fake.since = *query->since;
	fake.until = query->until ? *query->until :
				    (struct divulge_moment){ .sec = -1 };
	fake.types = query->types;
	poll(NULL, 0, fake.ms);
	if (fake.err)
		return fake.err;
	if (fake.dumps++)
		return fake_entry(ops, arg, "x/b", 12);
	if (fake.stop && write(pipes[1], "", 1) != 1)
		return -EIO;
	err = ops->more(arg);
	if (!err)
		err = fake_entry(ops, arg, "", 10);
	if (!err)
		err = fake_entry(ops, arg, "a", 11);
	if (err)
		return err;
	fake_skip(ops, arg, "sub", DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME);
	fake_skip(ops, arg, "gone", DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME);
	fake_skip(ops, arg, "mnt", DIVULGE_BIRTH_SKIP_REASON_MOUNT);
	return 0;
}

static int count(const char *format, const char *path)
{
	char want[512];
	const char *at;
	int n = 0;

	snprintf(want, sizeof(want), format, top, path);
	fflush(sink.out);
	for (at = text; (at = strstr(at, want)); at++)
		n++;
	return n;
}

static void begin_test(void)
{
	struct mount mount = { .sb = 1, .granularity = 1 };
	struct stat st;

	sink = (struct sink){ .ops = &sink_text };
	sink.out = open_memstream(&text, &text_len);
	events_init(&events, &sink);
	stat(top, &st);
	mount.dev = st.st_dev;
	mount.path = strdup(top);
	paths_add(&events.paths, &mount);
	memset(&fake, 0, sizeof(fake));
	if (pipe(pipes))
		exit(1);
}

static void end_test(void)
{
	close(pipes[0]);
	close(pipes[1]);
	paths_free(&events.paths);
	fclose(sink.out);
	free(text);
}

static void test_window(void)
{
	struct rescan r = { 0 };

	ok(rescan_timeout(&r) == -1, "nothing to look for");
	rescan_add(&r, 100, 200);
	ok(r.pending && r.window.since == 100 && r.window.until == 200 &&
	   rescan_timeout(&r) > 0 && rescan_timeout(&r) <= DELAY_MS,
	   "a loss, to be looked for soon");
	rescan_add(&r, 150, 180);
	ok(r.window.since == 100 && r.window.until == 200, "one in it");
	rescan_add(&r, 50, 60);
	rescan_add(&r, 300, 400);
	ok(r.window.since == 50 && r.window.until == 400, "others around it");
	rescan_add(&r, 500, 20);
	ok(r.window.since == 20 && r.window.until == 500,
	   "one that ends before it begins");
	r.due = 0;
	ok(!rescan_timeout(&r), "it is time");
	r = (struct rescan){ .off = true };
	rescan_add(&r, 100, 200);
	ok(!r.pending, "nobody wants to look");
}

/* Or else there may be no time left to hear what happens. */
static void test_slow(void)
{
	struct rescan *r = &events.rescan;

	begin_test();
	fake.ms = DELAY_MS;
	rescan_add(r, 100, 200);
	rescan_all(&events, pipes[0]);
	rescan_add(r, 100, 200);
	ok(fake.dumps == 2 && rescan_timeout(r) > 3 * DELAY_MS / 2,
	   "the next search waits as long as one took");
	end_test();
}

static bool is_moment(const struct divulge_moment *m, int64_t sec,
		      uint32_t nsec)
{
	return m->sec == sec && m->nsec == nsec && !m->reserved;
}

static void test_limits(void)
{
	struct window w = { 1000000000, 1500000000 };
	struct divulge_moment since, until;
	struct rescan r = { 0 };

	rescan_limits(&r, &w, 1, &since, &until);
	ok(is_moment(&since, 0, 989999999) && is_moment(&until, 1, 510000001),
	   "the clock of births goes in steps");
	rescan_limits(&r, &w, 2000000000, &since, &until);
	ok(is_moment(&since, -2, 990000000) && is_moment(&until, 3, 510000000),
	   "those of the filesystem may be larger");
	r.lag = 100000000;
	rescan_limits(&r, &w, 1, &since, &until);
	ok(is_moment(&since, 0, 790000000) && is_moment(&until, 1, 710000000),
	   "and the clock may be late");
}

static int64_t lag_of(int64_t time, int64_t btime_sec, uint32_t btime_nsec,
		      uint8_t kind)
{
	struct rescan r = { .lag = 1000 };
	struct divulge_birth_origin origin = { .time = time, .kind = kind };
	struct divulge_birth birth = {
		.btime_sec = btime_sec, .btime_nsec = btime_nsec,
	};

	rescan_learn(&r, &origin, &birth);
	return r.lag;
}

static void test_lag(void)
{
	const uint8_t made = DIVULGE_BIRTH_KIND_CREATED;

	ok(lag_of(5000000000, 4, 400000000, made) == 600000000,
	   "a clock that is late");
	ok(lag_of(5000000000, 4, 999999500, made) == 1000, "one less late");
	ok(lag_of(5000000000, 4, 0, DIVULGE_BIRTH_KIND_NAMED) == 1000,
	   "what is named is older");
	ok(lag_of(50000000000, 4, 0, made) == 1000 &&
	   lag_of(5000000000, 6, 0, made) == 1000 &&
	   lag_of(5000000000, INT64_MIN, 0, made) == 1000,
	   "a clock that was set");
}

static void test_found(void)
{
	struct divulge_birth told = {
		.ino = 11, .btime_sec = 3, .type = DIVULGE_FILE_TYPE_REG,
	};

	begin_test();
	events.filter.types = 2;
	ok(!rescan_all(&events, pipes[0]) && !fake.dumps, "nothing is lost");
	rescan_add(&events.rescan, 1000000000, 1000000000);
	ok(!rescan_all(&events, pipes[0]) && !events.rescan.pending &&
	   fake.dumps == 2 && fake.types == 2 &&
	   is_moment(&fake.since, 0, 989999999) &&
	   is_moment(&fake.until, 1, 10000001), "what was asked for");
	ok(count(" found reg %s%s born ", "") == 1 &&
	   count(" found reg %s%s born ", "/a") == 1, "what was found");
	ok(count(" found reg %s%s born ", "/sub/x/b") == 1, "in a subvolume");
	rescan_add(&events.rescan, 1000000000, 1000000000);
	rescan_all(&events, pipes[0]);
	ok(count(" found reg %s%s", "") == 3, "nothing is found twice");
	end_test();

	begin_test();
	told_add(&events.told, &told);
	rescan_add(&events.rescan, 1000000000, 1000000000);
	rescan_all(&events, pipes[0]);
	ok(!count(" found reg %s%s", "/a") && count(" found reg %s%s", "") == 2,
	   "what was told is not found");
	end_test();
}

static bool found_in(const char *dir)
{
	char want[64];

	snprintf(want, sizeof(want), " found reg %s/a born ", dir);
	fflush(sink.out);
	return strstr(text, want);
}

static void test_point(void)
{
	begin_test();
	events.paths.mounts[0].point = strdup("/tmp");
	rescan_add(&events.rescan, 1000000000, 1000000000);
	rescan_all(&events, pipes[0]);
	ok(found_in("/tmp") && !found_in(top), "all of the mount");
	end_test();
	begin_test();
	events.paths.mounts[0].point = strdup("/proc");
	rescan_add(&events.rescan, 1000000000, 1000000000);
	rescan_all(&events, pipes[0]);
	ok(found_in(top) && !found_in("/proc"), "unless another hides it");
	end_test();
	begin_test();
	events.paths.mounts[0].point = strdup("/tmp");
	events.filter.subtree = true;
	rescan_add(&events.rescan, 1000000000, 1000000000);
	rescan_all(&events, pipes[0]);
	ok(found_in(top) && !found_in("/tmp"), "or no more is wanted");
	end_test();
}

static void test_caught_up(void)
{
	struct mount *mount;

	begin_test();
	mount = events.paths.mounts;
	mount->left = 1000000000;
	mount->back = 2000000000;
	rescan_add(&events.rescan, 1000000000, 1500000000);
	ok(!rescan_all(&events, pipes[0]) && !fake.dumps &&
	   !events.rescan.pending, "what was looked for when it came back");
	rescan_add(&events.rescan, 1500000000, 2500000000);
	ok(!rescan_all(&events, pipes[0]) && fake.dumps,
	   "what was lost since is looked for");
	fake.dumps = 0;
	rescan_add(&events.rescan, 500000000, 1500000000);
	ok(!rescan_all(&events, pipes[0]) && fake.dumps, "and before");
	end_test();
}

/* A service manager does not wait for ever. */
static int lives;

static void live(void)
{
	lives++;
}

static void test_since(void)
{
	struct window w = { 1000000000, 2000000000 };

	begin_test();
	events.alive = live;
	rescan_since(&events, events.paths.mounts, &w, pipes[0]);
	ok(fake.dumps == 2 && is_moment(&fake.since, 0, 989999999) &&
	   fake.until.sec == -1, "since a time, without an end");
	ok(lives == 1, "it is told that it gets on");
	ok(!count("found", ""), "what is born meanwhile is told anyhow");
	w.until = 3000000000;
	fake.dumps = 0;
	rescan_since(&events, events.paths.mounts, &w, pipes[0]);
	ok(count(" found reg %s%s", "") == 3, "what was before is found");
	end_test();
	begin_test();
	w.until = 2000000000;
	fake.flags = DIVULGE_BIRTH_FLAG_FUTURE;
	rescan_since(&events, events.paths.mounts, &w, pipes[0]);
	ok(count(" found reg %s%s", "") == 3 && !events.rescan.cut,
	   "and what the future seems to hold");
	end_test();
}

static void test_not_found(void)
{
	begin_test();
	fake.err = -EOPNOTSUPP;
	rescan_add(&events.rescan, 1000000000, 1000000000);
	ok(!rescan_all(&events, pipes[0]) && !count("found", ""),
	   "what cannot be had is no error of the sink");
	events.paths.mounts[0].dev++;
	fake.err = 0;
	rescan_add(&events.rescan, 1000000000, 1000000000);
	ok(!rescan_all(&events, pipes[0]) && !fake.dumps,
	   "something else is mounted there");
	events.paths.mounts[0].dev--;
	events.paths.mounts[0].sb = 0;
	rescan_add(&events.rescan, 1000000000, 1000000000);
	ok(!rescan_all(&events, pipes[0]) && !fake.dumps, "it is unmounted");
	events.paths.mounts[0].sb = 1;
	fake.stop = true;
	rescan_add(&events.rescan, 1000000000, 1000000000);
	ok(!rescan_all(&events, pipes[0]) && fake.dumps == 1 &&
	   !count("found", "") && events.rescan.cut, "it ends when told to");
	end_test();
}

int main(void)
{
	char path[] = "/tmp/divulge-XXXXXX", sub[sizeof(path) + 4];

	top = mkdtemp(path);
	snprintf(sub, sizeof(sub), "%s/sub", path);
	if (!top || mkdir(sub, 0700))
		return 1;
	setenv("TZ", "UTC", 1);
	test_window();
	test_slow();
	test_limits();
	test_lag();
	test_found();
	test_point();
	test_caught_up();
	test_since();
	test_not_found();
	rmdir(sub);
	rmdir(top);
	return tap_end();
}
