// SPDX-License-Identifier: GPL-2.0
/* Databases */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rate.h"
#include "store.h"
#include "target.h"

/*
 * Each transaction waits for the disk. When little comes there are not more
 * than ten a second; what is as much as this does not wait.
 */
#define PACE		(NSEC_PER_SEC / 10)
#define ENOUGH		(BATCH_SIZE / 2)

/**
 * struct target_db - a database that an output writes to
 * @store: the database
 * @due: when there may be another transaction, as rate_now() tells it
 */
struct target_db {
	struct store store;
	int64_t due;
};

static int db_open(struct target *t)
{
	struct target_db *db = calloc(1, sizeof(*db));
	int err;

	if (!db)
		return target_fails(t, -ENOMEM, "%s", strerror(ENOMEM));
	err = store_open(&db->store, t->path, &t->keep, t->waker);
	if (err) {
		target_fails(t, err, "%s", db->store.why);
		free(db);
		return err;
	}
	t->db = db;
	return 0;
}

static bool is_too_soon(const struct target *t, size_t len)
{
	return len < ENOUGH && !waker_is_ending(t->waker) &&
	       rate_now() < t->db->due;
}

static ssize_t db_put(struct target *t, const char *data, size_t len)
{
	struct target_db *db = t->db;
	int err;

	if (!store_is_at(&db->store, t->path))
		return -ESTALE;
	if (is_too_soon(t, len))
		return -EAGAIN;
	err = store_put(&db->store, data, len);
	if (err)
		return target_fails(t, err, "%s", db->store.why);
	db->due = rate_now() + PACE;
	return len;
}

static int db_wait(struct target *t, int64_t timeout)
{
	int64_t left = t->db->due - rate_now();

	if (left < timeout)
		timeout = left > 0 ? left : 0;
	return waker_wait(t->waker, -1, 0, timeout);
}

static int db_tend(struct target *t, int64_t *pause)
{
	int err;

	err = store_tend(&t->db->store, pause);
	return err ? target_fails(t, err, "%s", t->db->store.why) : 0;
}

static void db_close(struct target *t, bool finish)
{
	(void)finish;
	store_close(&t->db->store);
	free(t->db);
	t->db = NULL;
}

const struct target_ops target_store = {
	.must_open	= true,
	.explains	= true,
	.open		= db_open,
	.put		= db_put,
	.wait		= db_wait,
	.tend		= db_tend,
	.close		= db_close,
};
