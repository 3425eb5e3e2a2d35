// SPDX-License-Identifier: GPL-2.0
/*
 * Births that were lost are looked for on the filesystems: what is there, and
 * was born when they were lost, is found.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "module.h"
#include "mounted.h"
#include "rescan.h"
#include "text.h"
#include "tree.h"

/* A loss seldom comes alone */
#define DELAY_MS	200
/* A file has the time of the clock's last tick before its birth (HZ=100) */
#define TICK_NS		10000000
/* Later than that no tick comes, but the clock may be set */
#define MAX_LAG_NS	INT64_C(10000000000)
#define NSEC_PER_MSEC	1000000
#define NSEC_PER_SEC	INT64_C(1000000000)
#define MSEC_PER_SEC	1000

/**
 * struct scan - a search of one filesystem
 * @events: where what is found goes
 * @genl: socket of its own, which an unfinished dump keeps busy
 * @query: what is asked for
 * @beyond: what says that it was born in the future is wanted as well; else
 *	NULL, or what else was born later is not
 * @mount: mount id of the filesystem
 * @dirs: directories to search, the last @nr_dirs - @done of them still to be
 * @nr_dirs: how many there are
 * @done: how many were begun with
 * @missed: something could not be searched
 * @stop: fd that becomes readable if this is to end
 */
struct scan {
	struct events *events;
	struct genl genl;
	struct tree_query query;
	const struct divulge_moment *beyond;
	int mount;
	char **dirs;
	size_t nr_dirs;
	size_t done;
	bool missed;
	int stop;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MSEC_PER_SEC + now.tv_nsec / NSEC_PER_MSEC;
}

/*
 * A search may take so long that it makes the next loss itself. So it is not
 * searched more than half of the time.
 */
static int64_t delay(const struct rescan *rescan)
{
	return rescan->took > DELAY_MS ? rescan->took : DELAY_MS;
}

/**
 * rescan_add - have births looked for
 * @rescan: what is to be looked for so far
 * @since: they were not lost before, in nanoseconds since the epoch
 * @until: they were not lost after, in nanoseconds since the epoch
 *
 * The gap before a loss that the kernel tells may end before it begins: its
 * neighbours waited in different queues.
 */
void rescan_add(struct rescan *rescan, int64_t since, int64_t until)
{
	struct window w = {
		since < until ? since : until, since < until ? until : since,
	};

	if (rescan->off)
		return;
	if (!rescan->pending) {
		rescan->pending = true;
		rescan->window = w;
		rescan->due = now_ms() + delay(rescan);
		return;
	}
	if (w.since < rescan->window.since)
		rescan->window.since = w.since;
	if (w.until > rescan->window.until)
		rescan->window.until = w.until;
}

/**
 * rescan_timeout - tell how long not to look yet
 * @rescan: what is to be looked for
 *
 * Return: milliseconds, 0 if it is time, -1 if there is nothing to look for.
 */
int rescan_timeout(const struct rescan *rescan)
{
	int64_t left;

	if (!rescan->pending)
		return -1;
	left = rescan->due - now_ms();
	return left > 0 ? left : 0;
}

static struct divulge_moment moment(int64_t ns)
{
	struct stamp t = stamp_from_ns(ns);

	return (struct divulge_moment){ .sec = t.sec, .nsec = t.nsec };
}

/**
 * rescan_learn - learn from a birth what to look for
 * @rescan: what is to be looked for
 * @origin: of a birth that was not lost
 * @birth: its record
 *
 * In a virtual machine that has to wait for its processor the clock's ticks
 * come late, by half a second and more. What is lost then is born early.
 */
void rescan_learn(struct rescan *rescan,
		  const struct divulge_birth_origin *origin,
		  const struct divulge_birth *birth)
{
	int64_t lag;

	if (origin->kind != DIVULGE_BIRTH_KIND_CREATED ||
	    birth->missing != DIVULGE_BIRTH_MISSING_NONE)
		return;
	/* What is out of range is no lag of a clock */
	if (birth->btime_sec < origin->time / NSEC_PER_SEC - 60 ||
	    birth->btime_sec > origin->time / NSEC_PER_SEC)
		return;
	lag = origin->time - birth->btime_sec * NSEC_PER_SEC -
	      birth->btime_nsec;
	if (lag > rescan->lag && lag < MAX_LAG_NS)
		rescan->lag = lag;
}

/**
 * rescan_limits - tell when what was lost then may say it was born
 * @rescan: what was learnt
 * @window: when it was lost
 * @granularity: step of the filesystem's birth times in nanoseconds
 * @since: filled, not before
 * @until: filled, not after
 */
void rescan_limits(const struct rescan *rescan, const struct window *window,
		   uint32_t granularity, struct divulge_moment *since,
		   struct divulge_moment *until)
{
	int64_t slack = 2 * rescan->lag;

	if (slack < granularity)
		slack = granularity;
	slack += TICK_NS;
	*since = moment(window->since - slack);
	*until = moment(window->until + slack);
}

static int put_found(struct events *e, const char *path,
		     const struct divulge_birth *birth)
{
	struct place place = { .path = { path, strlen(path) } };
	struct noted noted = { stamp_now() };
	struct record rec = {
		.event = "found",
		.part = {
			{ noted_fields, &noted },
			{ path_fields, &place },
			{ birth_fields, birth },
		},
	};

	return sink_put(e->sink, &rec);
}

/* Return: path of what the dump under way tells of, to be freed. */
static char *full_path(const struct scan *scan, const struct bytes *path)
{
	const char *dir = scan->dirs[scan->done - 1];
	char *full;

	if (!path->len)
		return strdup(dir);
	if (asprintf(&full, "%s/%s", strcmp(dir, "/") ? dir : "",
		     path->data) < 0)
		return NULL;
	return full;
}

/* Also where there is nothing to be found it is to end when told to. */
static int on_more(void *arg)
{
	const struct scan *scan = arg;
	struct pollfd fd = { .fd = scan->stop, .events = POLLIN };

	if (scan->events->alive)
		scan->events->alive();
	return poll(&fd, 1, 0) > 0 ? -ECANCELED : 0;
}

static bool is_later(const struct divulge_birth *birth,
		     const struct divulge_moment *moment)
{
	if (birth->btime_sec != moment->sec)
		return birth->btime_sec > moment->sec;
	return birth->btime_nsec > moment->nsec;
}

static int on_entry(void *arg, const struct bytes *path,
		    const struct divulge_birth *birth)
{
	struct scan *scan = arg;
	char *full;
	int err;

	if (scan->beyond && is_later(birth, scan->beyond) &&
	    !(birth->flags & DIVULGE_BIRTH_FLAG_FUTURE))
		return 0;
	if (told_has(&scan->events->told, birth))
		return 0;
	full = full_path(scan, path);
	if (!full)
		return -ENOMEM;
	told_add(&scan->events->told, birth);
	err = put_found(scan->events, full, birth);
	free(full);
	return err;
}

/* Takes @dir, also if it fails. */
static int add_dir(struct scan *scan, char *dir)
{
	char **dirs;

	if (!dir)
		return -ENOMEM;
	dirs = reallocarray(scan->dirs, scan->nr_dirs + 1, sizeof(*dirs));
	if (!dirs) {
		free(dir);
		return -ENOMEM;
	}
	scan->dirs = dirs;
	dirs[scan->nr_dirs++] = dir;
	return 0;
}

/* A subvolume is on the watched filesystem, a mount is not. */
static int on_skip(void *arg, const struct bytes *path,
		   const struct divulge_birth_skip *skip)
{
	struct scan *scan = arg;

	if (skip->reason == DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME)
		return add_dir(scan, full_path(scan, path));
	if (skip->reason != DIVULGE_BIRTH_SKIP_REASON_MOUNT)
		scan->missed = true;
	return 0;
}

static int open_dir(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int dump(struct scan *scan, const char *dir)
{
	static const struct tree_ops ops = { on_entry, on_skip, on_more };
	struct divulge_birth_total total;
	int err = 0;

	scan->query.fd = open_dir(dir);
	if (scan->query.fd < 0 || mounted_id(scan->query.fd) != scan->mount)
		scan->missed = true;
	else
		err = tree_dump(&scan->genl, &scan->query, &ops, scan, &total);
	if (scan->query.fd >= 0)
		close(scan->query.fd);
	return err;
}

static int dump_all(struct scan *scan)
{
	int err = 0;

	while (!err && scan->done < scan->nr_dirs) {
		scan->done++;
		err = dump(scan, scan->dirs[scan->done - 1]);
	}
	return err;
}

/* Return: id of the mount that a directory is on, or a negative errno. */
static int look_at(const char *path, struct stat *st)
{
	int fd, id;

	fd = open_dir(path);
	if (fd < 0)
		return -errno;
	id = fstat(fd, st) ? -errno : mounted_id(fd);
	close(fd);
	return id;
}

/* All that is watched is searched, as far as it is mounted there. */
static int begin(struct scan *scan, const struct mount *mount)
{
	const char *dir = mount->path;
	struct stat st;

	scan->mount = look_at(dir, &st);
	if (scan->mount < 0)
		return scan->mount;
	/* Something else may be mounted there by now */
	if (st.st_dev != mount->dev)
		return -ENOENT;
	if (!scan->events->filter.subtree && mount->point) {
		if (look_at(mount->point, &st) == scan->mount)
			dir = mount->point;
		else
			scan->missed = true;
	}
	return add_dir(scan, strdup(dir));
}

static void report_missed(const struct scan *scan, const char *path, int err)
{
	if (err == -ECANCELED)
		report("what was lost on '%s' was not looked for to the end",
		       path);
	else if (err)
		report("cannot look for what was lost on '%s': %s", path,
		       *scan->genl.why ? scan->genl.why : strerror(-err));
	if (scan->missed)
		report("not all on '%s' could be searched for what was lost",
		       path);
}

static void search(struct scan *scan, const struct mount *mount)
{
	int err;

	err = begin(scan, mount);
	if (!err)
		err = dump_all(scan);
	if (err == -ECANCELED)
		scan->events->rescan.cut = true;
	if (!scan->events->sink->err)
		report_missed(scan, mount->path, err);
	while (scan->nr_dirs)
		free(scan->dirs[--scan->nr_dirs]);
	free(scan->dirs);
}

static int look_for(struct events *e, const struct mount *mount,
		    const struct window *window, bool beyond, int stop)
{
	struct divulge_moment since, until;
	struct scan scan = {
		.events = e, .stop = stop,
		.query = {
			.since = &since, .until = beyond ? NULL : &until,
			.max_depth = -1, .types = e->filter.types,
		},
		.beyond = beyond ? &until : NULL,
	};

	rescan_limits(&e->rescan, window, mount->granularity, &since, &until);
	if (module_open(&scan.genl))
		return 0;
	search(&scan, mount);
	genl_close(&scan.genl);
	return sink_flush(e->sink);
}

/**
 * rescan_mount - look for births on one filesystem
 * @e: where what is found goes
 * @mount: directory on it
 * @window: when they were lost
 * @stop: fd that becomes readable if this is to end
 *
 * Return: 0, or the error of the sink. What cannot be looked for is reported.
 */
int rescan_mount(struct events *e, const struct mount *mount,
		 const struct window *window, int stop)
{
	return look_for(e, mount, window, false, stop);
}

/**
 * rescan_since - look for births on one filesystem that nobody heard of
 * @e: where what is found goes
 * @mount: directory on it
 * @window: when nobody listened; the clock may have been wrong then, so births
 *	in the future are looked for, too
 * @stop: fd that becomes readable if this is to end
 *
 * Return: as rescan_mount() does.
 */
int rescan_since(struct events *e, const struct mount *mount,
		 const struct window *window, int stop)
{
	return look_for(e, mount, window, true, stop);
}

/**
 * rescan_is_double - see if two directories lead to one search
 * @e: events
 * @n: number of a directory
 *
 * Return: true if one before leads there as well.
 */
bool rescan_is_double(const struct events *e, size_t n)
{
	const struct mount *mount = &e->paths.mounts[n];
	const struct mount *other;

	if (e->filter.subtree || !mount->point)
		return false;
	for (other = e->paths.mounts; other < mount; other++)
		if (!other->retired && other->sb == mount->sb && other->point &&
		    !strcmp(other->point, mount->point))
			return true;
	return false;
}

/* What was lost may have been looked for since, when it was mounted again. */
static bool is_caught_up(const struct mount *mount, const struct window *window)
{
	return mount->left <= window->since && window->until <= mount->back;
}

/**
 * rescan_all - look for what is pending
 * @e: where what is found goes
 * @stop: fd that becomes readable if this is to end
 *
 * Return: as rescan_mount() does.
 */
int rescan_all(struct events *e, int stop)
{
	struct window window = e->rescan.window;
	int64_t start = now_ms();
	const struct mount *mount;
	size_t i;
	int err;

	if (!e->rescan.pending)
		return 0;
	e->rescan.pending = false;
	for (i = 0; i < e->paths.nr_mounts; i++) {
		mount = &e->paths.mounts[i];
		if (!mount->sb || mount->retired || rescan_is_double(e, i) ||
		    is_caught_up(mount, &window))
			continue;
		err = rescan_mount(e, mount, &window, stop);
		if (err)
			return err;
	}
	e->rescan.took = now_ms() - start;
	/* A clock that goes wrong may go right again */
	e->rescan.lag /= 2;
	return 0;
}
