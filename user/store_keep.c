// SPDX-License-Identifier: GPL-2.0
/* What is too old, or too much, goes a little at a time */

#include "rate.h"
#include "store.h"

#define STEP		512

/* Which part of the size stays free for what comes before something goes */
#define SPARE		16

/* How often to look when nothing is written */
#define FIRST_LOOK	NSEC_PER_SEC
#define LAST_LOOK	(60LL * NSEC_PER_SEC)

/* Return: how many records went, or a negative errno. */
static int drop_old(struct store *store, int rows)
{
	sqlite3_stmt *statement = store->statement[STORE_OLD];
	int err;

	if (!store->keep.age)
		return 0;
	sqlite3_bind_int64(statement, 1, stamp_now() - store->keep.age);
	sqlite3_bind_int(statement, 2, rows);
	err = store_run(store, STORE_OLD);
	return err ? err : sqlite3_changes(store->db);
}

/* Return: 0 or a negative errno, with bytes in use and those that are not. */
static int measure(struct store *store, int64_t *used, int64_t *unused)
{
	int64_t pages, free;
	int err;

	err = store_ask(store, STORE_PAGES, &pages);
	if (!err)
		err = store_ask(store, STORE_FREE, &free);
	if (err)
		return err;
	*used = (pages - free) * store->page_size;
	*unused = free * store->page_size;
	return 0;
}

static int drop_first(struct store *store, int rows)
{
	int64_t used, unused;
	int err;

	if (!store->keep.size)
		return 0;
	err = measure(store, &used, &unused);
	if (err || used <= store->keep.size - store->keep.size / SPARE)
		return err;
	sqlite3_bind_int(store->statement[STORE_FIRST], 1, rows);
	err = store_run(store, STORE_FIRST);
	return err ? err : sqlite3_changes(store->db);
}

/* Pages that will be needed again soon are left where they are. */
static int shrink(struct store *store)
{
	int64_t used, unused;
	int err;

	err = measure(store, &used, &unused);
	if (err || !unused)
		return err;
	if (unused < used / 4 &&
	    (!store->keep.size || used + unused <= store->keep.size))
		return 0;
	do {
		err = store_run(store, STORE_VACUUM);
	} while (err > 0);
	return err ? err : 1;
}

/**
 * store_trim - drop some records that are too old or too many
 * @store: store with a transaction
 * @rows: how many at most for each reason
 *
 * Return: 0, 1 if there may be more to do, or a negative errno.
 */
int store_trim(struct store *store, int rows)
{
	int old, first, err;

	old = drop_old(store, rows);
	if (old < 0)
		return old;
	first = drop_first(store, rows);
	if (first < 0)
		return first;
	err = shrink(store);
	return err < 0 ? err : old || first || err;
}

static int64_t pause_of(const struct keep *keep)
{
	int64_t pause = LAST_LOOK;

	if (keep->age && keep->age / 10 < pause)
		pause = keep->age / 10;
	return pause < FIRST_LOOK ? FIRST_LOOK : pause;
}

/**
 * store_tend - do what there is to do when there is nothing to write
 * @store: store
 * @pause: set to how long there is nothing more, in nanoseconds
 *
 * Return: 0, or a negative errno with @store->why filled.
 */
int store_tend(struct store *store, int64_t *pause)
{
	int more, err;

	*pause = pause_of(&store->keep);
	if (!store->keep.age && !store->keep.size)
		return 0;
	err = store_run(store, STORE_BEGIN);
	if (err)
		return err;
	more = store_trim(store, STEP);
	err = more < 0 ? more : store_run(store, STORE_COMMIT);
	store_roll_back(store, err);
	if (err || !more)
		return err;
	*pause = 0;
	/* A file gets smaller when the log is brought into it, and not before */
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
				  NULL, NULL);
	return 0;
}
