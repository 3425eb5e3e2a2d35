// SPDX-License-Identifier: GPL-2.0
/*
 * Other directories and filters, while events go on coming.
 *
 * What is wanted newly is watched before anything else is let go. Events that
 * were before then may still be on their way, and are ours by what was wanted
 * at that time: so old watches and filters are kept for a while.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "rewatch.h"
#include "text.h"
#include "usage.h"
#include "watch.h"

/* No event is on its way for as long */
#define KEEP_NS		INT64_C(60000000000)

/**
 * struct change - what becomes of directories
 * @genl: socket that the watches live as long as
 * @e: events
 * @wanted: what is wanted now
 * @same: they are wanted with the same filter as before
 * @stays: for each directory there was, it stays as it is
 * @fresh: those that come
 */
struct change {
	struct genl *genl;
	struct events *e;
	const struct wanted *wanted;
	bool same;
	bool *stays;
	struct paths *fresh;
};

static bool is_same(const struct filter *a, const struct filter *b)
{
	return a->types == b->types && a->uid == b->uid &&
	       a->subtree == b->subtree;
}

/* Return: number of the directory that was asked for so, -1 if none was. */
static ssize_t find(const struct change *change, const char *path)
{
	const struct paths *paths = &change->e->paths;
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++)
		if (!paths->mounts[i].retired && !change->stays[i] &&
		    !strcmp(paths->mounts[i].asked, path))
			return i;
	return -1;
}

/* One that has just been unmounted is not to be what is underneath. */
static int watch_otherwise(struct change *change, size_t n)
{
	struct mount *old = &change->e->paths.mounts[n], *now;
	char *asked;
	int err;

	asked = strdup(old->asked);
	if (!asked)
		return -ENOMEM;
	err = watch_path(change->genl, &change->wanted->filter, change->fresh,
			 old->path);
	if (err) {
		free(asked);
		return err;
	}
	now = &change->fresh->mounts[change->fresh->nr_mounts - 1];
	free(now->asked);
	now->asked = asked;
	now->heard = old->heard;
	if (now->sb == old->sb)
		return 0;
	if (!paths_have_id(&change->e->paths, now->id))
		watch_end(change->genl, now->id);
	paths_drop_last(change->fresh);
	change->stays[n] = true;
	return 0;
}

/* What is unmounted is watched with the filter of the time when it is back. */
static int prepare_one(struct change *change, const char *path)
{
	ssize_t n = find(change, path);

	if (n < 0)
		return watch_path(change->genl, &change->wanted->filter,
				  change->fresh, path);
	if (!change->same && change->e->paths.mounts[n].sb)
		return watch_otherwise(change, n);
	change->stays[n] = true;
	return 0;
}

static int prepare(struct change *change)
{
	const struct wanted *wanted = change->wanted;
	size_t i;
	int err = 0;

	for (i = 0; wanted->paths[i] && !err; i++) {
		usage_where = wanted->where ? wanted->where[i] : NULL;
		err = prepare_one(change, wanted->paths[i]);
	}
	usage_where = NULL;
	if (!err)
		err = paths_reserve(&change->e->paths,
				    change->fresh->nr_mounts);
	return err;
}

/* What was watched before stays so. */
static void give_up(struct change *change)
{
	const struct mount *mount = change->fresh->mounts;
	size_t n = change->fresh->nr_mounts;

	for (; n--; mount++)
		if (!paths_have_id(&change->e->paths, mount->id))
			watch_end(change->genl, mount->id);
	paths_free(change->fresh);
}

static void remember(struct events *e, int64_t now)
{
	e->was.filter = e->filter;
	e->was.sockets = e->sockets;
	e->was.changes = e->changes;
	e->was.until = now;
}

static void commit(struct change *change, int64_t now)
{
	struct paths *paths = &change->e->paths;
	size_t i, old = paths->nr_mounts;

	for (i = 0; i < old; i++)
		if (!change->stays[i] && !paths->mounts[i].retired)
			paths->mounts[i].retired = now;
	for (i = 0; i < change->fresh->nr_mounts; i++)
		paths_add(paths, &change->fresh->mounts[i]);
	free(change->fresh->mounts);
	for (i = 0; i < old; i++)
		if (paths->mounts[i].retired == now && paths->mounts[i].id &&
		    !paths_want_id(paths, paths->mounts[i].id))
			watch_end(change->genl, paths->mounts[i].id);
}

static int change_all(struct change *change)
{
	struct events *e = change->e;
	int64_t now;
	int err;

	change->same = is_same(&e->filter, &change->wanted->filter);
	err = prepare(change);
	if (err) {
		give_up(change);
		return err;
	}
	now = stamp_now();
	remember(e, now);
	commit(change, now);
	e->filter = change->wanted->filter;
	e->sockets = change->wanted->sockets;
	e->changes = change->wanted->changes;
	e->epoch++;
	return 0;
}

/**
 * rewatch - hear of other directories, or by other filters
 * @genl: socket that the watches live as long as
 * @e: events, of which none is missed that was or is wanted
 * @wanted: what is wanted now
 *
 * Return: 0, or a negative errno after a report; then nothing has changed.
 */
int rewatch(struct genl *genl, struct events *e, const struct wanted *wanted)
{
	struct change change = { .genl = genl, .e = e, .wanted = wanted };
	int err = -ENOMEM;

	paths_forget_retired(&e->paths, stamp_now() - KEEP_NS);
	change.stays = calloc(e->paths.nr_mounts + 1, sizeof(bool));
	change.fresh = calloc(1, sizeof(*change.fresh));
	if (change.stays && change.fresh)
		err = change_all(&change);
	else
		report("cannot watch anything else: %s", strerror(-err));
	free(change.stays);
	free(change.fresh);
	return err;
}
