// SPDX-License-Identifier: GPL-2.0
/* Other directories and filters, with a kernel that obeys */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "watch.h"

#define watch_path	fake_path
#define watch_end	fake_end
#define stamp_now	fake_now
static int fake_path(struct genl *to, const struct filter *filter,
		     struct paths *paths, const char *path);
static void fake_end(struct genl *to, uint32_t id);
static int64_t fake_now(void);
#include "../rewatch.c"
#include "test/tap.h"

#define SEC	INT64_C(1000000000)

static struct genl genl;
static struct events events;
static struct wanted wanted;
static char *paths[8], *where[8];

/* Watches are numbered by filesystem and type; these are there */
static struct {
	int64_t now;
	bool there[1000];
	const char *bad;
	const char *bad_at;
	uint32_t off;
} fake;

static int64_t fake_now(void)
{
	return fake.now;
}

static void fake_end(struct genl *to, uint32_t id)
{
	(void)to;
	fake.there[id] = false;
}

/* "/1x" is on filesystem 1. */
static int fake_path(struct genl *to, const struct filter *filter,
		     struct paths *of, const char *path)
{
	struct mount mount = { .sb = path[1] + fake.off };

	(void)to;
	if (fake.bad && !strcmp(path, fake.bad)) {
		fake.bad_at = usage_where;
		return -ENOENT;
	}
	mount.id = (path[1] - '0' + fake.off) * 100 + filter->types;
	mount.path = strdup(path);
	mount.asked = strdup(path);
	fake.there[mount.id] = true;
	return paths_add(of, &mount);
}

static int want(uint32_t types, const char *a, const char *b, const char *c)
{
	const char *all[] = { a, b, c, NULL };

	memcpy(paths, all, sizeof(all));
	wanted.filter.types = types;
	wanted.paths = paths;
	wanted.where = where;
	fake.now += SEC;
	return rewatch(&genl, &events, &wanted);
}

static bool is_ours(uint32_t id, int64_t time)
{
	struct bytes ids = { (const char *)&id, sizeof(id) };

	return paths_have_watch(&events.paths, &ids, time);
}

static void begin(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.now = 1000 * SEC;
	events_init(&events, NULL);
	wanted_init(&wanted);
}

static void test_directories(void)
{
	begin();
	ok(!want(1, "/1", "/2", NULL) && fake.there[101] && fake.there[201],
	   "the first");
	events.paths.mounts[0].heard = true;
	ok(!want(1, "/2", "/3", NULL) && !fake.there[101] && fake.there[201] &&
	   fake.there[301], "one goes, one stays, one comes");
	ok(is_ours(101, fake.now) && !is_ours(101, fake.now + 1),
	   "what goes is ours for what is on its way");
	ok(is_ours(201, 0) && is_ours(201, INT64_MAX) && is_ours(301, INT64_MAX),
	   "what stays and comes is ours");
	ok(!want(1, "/2", "/2b", NULL) && fake.there[201] && !fake.there[301],
	   "another on a filesystem");
	ok(!want(1, "/2b", NULL, NULL) && fake.there[201] &&
	   is_ours(201, INT64_MAX), "the filesystem stays watched");
	fake.now += 100 * SEC;
	ok(!want(1, "/2b", NULL, NULL) && events.paths.nr_mounts == 1 &&
	   !is_ours(101, 0), "what went is forgotten in the end");
	paths_free(&events.paths);
}

static void test_filter(void)
{
	begin();
	want(1, "/1", "/2", NULL);
	events.paths.mounts[0].heard = true;
	ok(!want(2, "/1", "/2", NULL) && !fake.there[101] && fake.there[102] &&
	   !fake.there[201] && fake.there[202], "others are watched");
	ok(events.filter.types == 2 && events.was.filter.types == 1 &&
	   events.was.until == fake.now, "what was wanted before is known");
	ok(is_ours(101, fake.now) && is_ours(102, fake.now + 1),
	   "each at its time");
	ok(events.paths.mounts[2].heard && !events.paths.mounts[3].heard,
	   "what was born before is seen to once");
	paths_free(&events.paths);
}

static void test_unmounted(void)
{
	begin();
	want(1, "/1", "/2", NULL);
	events.paths.mounts[0].sb = 0;
	events.paths.mounts[0].id = 0;
	ok(!want(2, "/1", "/2", NULL) && !events.paths.mounts[0].retired &&
	   !fake.there[102] && fake.there[202], "what is away waits as before");
	fake.off = 3;
	ok(!want(4, "/1", "/2", NULL) && !fake.there[504] &&
	   events.paths.nr_mounts == 3 && !events.paths.mounts[2].retired,
	   "what has just gone is not what is underneath");
	paths_free(&events.paths);
}

static void test_refused(void)
{
	unsigned int epoch;

	begin();
	where[2] = "conf:7";
	want(1, "/1", "/2", NULL);
	epoch = events.epoch;
	fake.bad = "/9";
	ok(want(2, "/1", "/3", "/9") == -ENOENT && fake.bad_at == where[2] &&
	   !usage_where, "it says where");
	ok(fake.there[101] && fake.there[201] && !fake.there[102] &&
	   !fake.there[302], "nothing else is watched");
	ok(events.filter.types == 1 && events.paths.nr_mounts == 2 &&
	   !events.paths.mounts[0].retired && events.epoch == epoch,
	   "all is as it was");
	ok(want(1, "/1", "/2", "/9") == -ENOENT && fake.there[101] &&
	   fake.there[201], "what was watched before stays so");
	paths_free(&events.paths);
	where[2] = NULL;
}

int main(void)
{
	test_directories();
	test_filter();
	test_unmounted();
	test_refused();
	return tap_end();
}
