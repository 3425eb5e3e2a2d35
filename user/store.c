// SPDX-License-Identifier: GPL-2.0
/*
 * A database of records.
 *
 * It has a write-ahead log, so that who reads holds nobody up, and
 * synchronous=FULL: what is committed has been synced to its disk, in that
 * log, before the output counts it as written. NORMAL would sync the log only
 * now and then, and a power cut could take back what was counted; EXTRA adds
 * nothing where there is a log.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rate.h"
#include "store.h"

#define MSEC		(NSEC_PER_SEC / 1000)

/* How long to wait for another program that writes, and how often to look */
#define MAX_BUSY	(500 * MSEC)
#define BUSY_LOOK	(10 * MSEC)

static const char *const statements[STORE_NR_STATEMENTS] = {
	[STORE_BEGIN]		= "BEGIN IMMEDIATE",
	[STORE_COMMIT]		= "COMMIT",
	[STORE_ROLLBACK]	= "ROLLBACK",
	[STORE_RECORD] =
		"INSERT INTO records (event, time, host, boot, run, record,"
		" born, path, name, type, fs, dev, ino, gen, kind, uid, tgid,"
		" comm, json)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
		" ON CONFLICT (host, boot, run, record, event) DO NOTHING",
	[STORE_CONNECTION] =
		"INSERT INTO connections (host, boot, netns, cookie, opened,"
		" established, closed, losses, last, json, state, role, saddr,"
		" sport, daddr, dport, service, uid, tx_ccid, rx_ccid, mps,"
		" pmtu, rtt, rate, recv_rate, loss_rate, sent, received, cause,"
		" reset, reset_code, error)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,"
		" ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)"
		" ON CONFLICT (host, boot, netns, cookie) DO UPDATE SET"
		" established = coalesce(established, excluded.established),"
		" closed = excluded.closed,"
		" losses = losses + excluded.losses,"
		" last = excluded.last,"
		/* What told the end has the final figures */
		" json = iif(excluded.cause IS NULL AND cause IS NOT NULL AND"
		"  excluded.state = 'closed', json, excluded.json),"
		" state = excluded.state, role = excluded.role,"
		" saddr = excluded.saddr, sport = excluded.sport,"
		" daddr = excluded.daddr, dport = excluded.dport,"
		" service = excluded.service, uid = excluded.uid,"
		" tx_ccid = coalesce(excluded.tx_ccid, tx_ccid),"
		" rx_ccid = coalesce(excluded.rx_ccid, rx_ccid),"
		" mps = excluded.mps, pmtu = excluded.pmtu,"
		" rtt = coalesce(excluded.rtt, rtt),"
		" rate = coalesce(excluded.rate, rate),"
		" recv_rate = coalesce(excluded.recv_rate, recv_rate),"
		" loss_rate = coalesce(excluded.loss_rate, loss_rate),"
		" sent = coalesce(excluded.sent, sent),"
		" received = coalesce(excluded.received, received),"
		" cause = coalesce(excluded.cause, cause),"
		" reset = coalesce(excluded.reset, reset),"
		" reset_code = coalesce(excluded.reset_code, reset_code),"
		" error = coalesce(excluded.error, error)"
		" RETURNING id",
	[STORE_JOIN] =
		"UPDATE records SET connection = ?1 WHERE id = ?2",
	[STORE_OLD] =
		"DELETE FROM records WHERE id IN (SELECT id FROM records"
		" WHERE time < ?1 ORDER BY time LIMIT ?2)",
	[STORE_FIRST] =
		"DELETE FROM records WHERE id IN (SELECT id FROM records"
		" ORDER BY id LIMIT ?1)",
	[STORE_PAGES]		= "PRAGMA page_count",
	[STORE_FREE]		= "PRAGMA freelist_count",
	[STORE_VACUUM]		= "PRAGMA incremental_vacuum(256)",
};

static bool is_damaged(int code)
{
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/* What the system calls it, as it would for a file */
static int errno_of(const struct store *store, int code)
{
	int err = store->db ? sqlite3_system_errno(store->db) : 0;

	switch (code) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
	default:
		return err ? -err : -EIO;
	}
}

/**
 * store_fails - note why something failed
 * @store: store
 * @code: what the library returned
 *
 * Return: a negative errno.
 */
int store_fails(struct store *store, int code)
{
	int err = errno_of(store, code & 0xff);
	const char *what = sqlite3_errstr(code);

	if (store->db && sqlite3_errcode(store->db) == code)
		what = sqlite3_errmsg(store->db);
	if (is_damaged(code & 0xff))
		snprintf(store->why, sizeof(store->why),
			 "%s: move it away, and '-wal' beside it", what);
	else if (err == -EBUSY)
		snprintf(store->why, sizeof(store->why),
			 "%s by another program", what);
	else if (err == -EIO)
		snprintf(store->why, sizeof(store->why), "%s", what);
	else
		snprintf(store->why, sizeof(store->why), "%s",
			 strerror(-err));
	return err;
}

/**
 * store_run - run a statement that has no answer, or but one row
 * @store: store
 * @n: which, with its parameters set
 *
 * Return: 0, 1 if there was a row, or a negative errno; what the row had can be
 * read until the next call.
 */
int store_run(struct store *store, enum store_statement n)
{
	sqlite3_stmt *statement = store->statement[n];
	int code = sqlite3_step(statement);
	int err;

	if (code == SQLITE_ROW)
		return 1;
	/* What the system says of it is gone with the next call */
	err = code == SQLITE_DONE ? 0 : store_fails(store, code);
	sqlite3_reset(statement);
	return err;
}

/**
 * store_ask - ask for a number
 * @store: store
 * @n: the statement
 * @answer: set to it
 *
 * Return: 0 or a negative errno.
 */
int store_ask(struct store *store, enum store_statement n, int64_t *answer)
{
	int err = store_run(store, n);

	*answer = 0;
	if (err < 0)
		return err;
	if (err)
		*answer = sqlite3_column_int64(store->statement[n], 0);
	sqlite3_reset(store->statement[n]);
	return 0;
}

/* End a transaction that failed; some failures have done it already. */
void store_roll_back(struct store *store, int err)
{
	if (!err || sqlite3_get_autocommit(store->db))
		return;
	sqlite3_step(store->statement[STORE_ROLLBACK]);
	sqlite3_reset(store->statement[STORE_ROLLBACK]);
}

/* Nothing but the waker may hold the thread up. */
static int on_busy(void *arg, int times)
{
	struct waker *waker = arg;

	if (times * BUSY_LOOK > MAX_BUSY || waker_is_ending(waker))
		return 0;
	waker_ready(waker, -1, 0, BUSY_LOOK);
	return 1;
}

/*
 * To open and close a file lets go the locks that this process has on it: so
 * one that is there is left to the library.
 */
static int make_file(struct store *store, const char *path)
{
	struct stat st;
	int fd, err = 0;

	if (stat(path, &st)) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
		err = fd < 0 || fstat(fd, &st) ? -errno : 0;
		if (fd >= 0)
			close(fd);
	}
	if (!err && !S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (err == -EINVAL)
		snprintf(store->why, sizeof(store->why), "it is no file");
	else if (err)
		snprintf(store->why, sizeof(store->why), "%s", strerror(-err));
	store->dev = st.st_dev;
	store->ino = st.st_ino;
	return err;
}

static int prepare(struct store *store)
{
	size_t i;
	int code;

	for (i = 0; i < STORE_NR_STATEMENTS; i++) {
		code = sqlite3_prepare_v3(store->db, statements[i], -1,
					  SQLITE_PREPARE_PERSISTENT,
					  &store->statement[i], NULL);
		if (code)
			return store_fails(store, code);
	}
	return 0;
}

static int set_up(struct store *store, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_EXRESCODE;
	int err, code;

	code = sqlite3_open_v2(path, &store->db, flags, NULL);
	if (!code)
		code = sqlite3_busy_handler(store->db, on_busy, store->waker);
	if (code)
		return store_fails(store, code);
	if (sqlite3_db_readonly(store->db, "main"))
		return store_fails(store, SQLITE_READONLY);
	err = store_schema(store);
	return err ? err : prepare(store);
}

/**
 * store_open - open a database, or make one
 * @store: set up here
 * @path: its file
 * @keep: what is to be kept
 * @waker: of the thread
 *
 * Return: 0, or a negative errno with @store->why filled: -EBUSY and -ENOSPC
 * if it is worth trying again.
 */
int store_open(struct store *store, const char *path, const struct keep *keep,
	       struct waker *waker)
{
	int err;

	memset(store, 0, sizeof(*store));
	store->keep = *keep;
	store->waker = waker;
	err = line_open(&store->line);
	if (err)
		return err;
	err = make_file(store, path);
	if (!err)
		err = set_up(store, path);
	if (err)
		store_close(store);
	return err;
}

/**
 * store_close - let a database go
 * @store: store
 *
 * If its file was moved away the log stays behind. So what is in there has to
 * be brought into the file now, and must not get into what is there instead.
 */
void store_close(struct store *store)
{
	size_t i;

	for (i = 0; i < STORE_NR_STATEMENTS; i++)
		sqlite3_finalize(store->statement[i]);
	if (store->db)
		sqlite3_wal_checkpoint_v2(store->db, NULL,
					  SQLITE_CHECKPOINT_TRUNCATE, NULL,
					  NULL);
	sqlite3_close(store->db);
	line_close(&store->line);
}

/* Return: false if the file that a store writes to is no longer there. */
bool store_is_at(const struct store *store, const char *path)
{
	struct stat st;

	return !stat(path, &st) && st.st_dev == store->dev &&
	       st.st_ino == store->ino;
}
