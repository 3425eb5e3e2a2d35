// SPDX-License-Identifier: GPL-2.0
/* What tables a store has */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "store.h"

#define TEXT_OF(n)	TEXT_OF_(n)
#define TEXT_OF_(n)	#n

/* To give pages back has to be wished for before there is a table. */
static const char before[] =
	"PRAGMA auto_vacuum = INCREMENTAL;"
	"PRAGMA journal_mode = WAL;";

static const char each_time[] =
	"PRAGMA synchronous = FULL;"
	"PRAGMA journal_size_limit = 16777216;"
	"PRAGMA trusted_schema = OFF;"
	"PRAGMA temp_store = MEMORY;";

/*
 * Times are nanoseconds since the epoch, numbers beyond 2^63 negative. What is
 * born has a time of birth: the filesystem's if it gives one. A connection goes
 * with the last of its records.
 */
static const char schema[] =
	"CREATE TABLE records ("
	" id INTEGER PRIMARY KEY,"
	" event TEXT NOT NULL, time INTEGER NOT NULL,"
	" host TEXT, boot TEXT, run INTEGER, record INTEGER,"
	" born INTEGER, path TEXT, name TEXT, type TEXT, fs TEXT, dev TEXT,"
	" ino INTEGER, gen INTEGER, kind TEXT, uid INTEGER, tgid INTEGER,"
	" comm TEXT, connection INTEGER, json TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX records_identity"
	" ON records (host, boot, run, record, event);"
	"CREATE INDEX records_time ON records (time);"
	"CREATE INDEX records_born ON records (born) WHERE born IS NOT NULL;"
	"CREATE INDEX records_path ON records (path) WHERE path IS NOT NULL;"
	"CREATE INDEX records_fs ON records (fs, born) WHERE born IS NOT NULL;"
	"CREATE INDEX records_ino ON records (ino, gen, dev)"
	" WHERE ino IS NOT NULL;"
	"CREATE INDEX records_uid ON records (uid, born)"
	" WHERE uid IS NOT NULL;"
	"CREATE INDEX records_comm ON records (comm, born)"
	" WHERE comm IS NOT NULL;"
	"CREATE INDEX records_connection ON records (connection)"
	" WHERE connection IS NOT NULL;"
	"CREATE INDEX records_notice ON records (time)"
	" WHERE born IS NULL AND connection IS NULL;"
	"CREATE TABLE connections ("
	" id INTEGER PRIMARY KEY,"
	" host TEXT NOT NULL, boot TEXT NOT NULL,"
	" netns INTEGER NOT NULL, cookie INTEGER NOT NULL,"
	" opened INTEGER NOT NULL, established INTEGER, closed INTEGER,"
	" losses INTEGER NOT NULL, last INTEGER NOT NULL, json TEXT NOT NULL,"
	" state TEXT, role TEXT, saddr TEXT, sport INTEGER, daddr TEXT,"
	" dport INTEGER, service INTEGER, uid INTEGER, tx_ccid INTEGER,"
	" rx_ccid INTEGER, mps INTEGER, pmtu INTEGER, rtt INTEGER,"
	" rate INTEGER, recv_rate INTEGER, loss_rate INTEGER, sent INTEGER,"
	" received INTEGER, cause TEXT, reset TEXT, reset_code TEXT,"
	" error INTEGER,"
	" UNIQUE (host, boot, netns, cookie)) STRICT;"
	"CREATE INDEX connections_opened ON connections (opened);"
	"CREATE INDEX connections_last ON connections (last);"
	"CREATE TRIGGER forget AFTER DELETE ON records"
	" WHEN old.connection IS NOT NULL BEGIN"
	" DELETE FROM connections"
	"  WHERE id = old.connection AND last = old.id; END;"
	"PRAGMA application_id = " TEXT_OF(STORE_ID) ";"
	"PRAGMA user_version = " TEXT_OF(STORE_VERSION) ";";

static int run(struct store *store, const char *sql)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code ? store_fails(store, code) : 0;
}

static int ask(struct store *store, const char *sql, int64_t *answer)
{
	sqlite3_stmt *statement;
	int code;

	code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
	if (code)
		return store_fails(store, code);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : store_fails(store, code);
}

/* Return: 0 if the store is ours, 1 if there is nothing in it yet. */
static int check(struct store *store)
{
	int64_t id, version, tables;
	int err;

	err = ask(store, "PRAGMA application_id", &id);
	if (!err)
		err = ask(store, "PRAGMA user_version", &version);
	if (!err)
		err = ask(store, "SELECT count(*) FROM sqlite_schema", &tables);
	if (err)
		return err;
	if (!id && !version && !tables)
		return 1;
	if (id != STORE_ID)
		snprintf(store->why, sizeof(store->why),
			 "it is the database of another program: name another file");
	else if (version > STORE_VERSION)
		snprintf(store->why, sizeof(store->why),
			 "a newer divulged made it (version %" PRId64
			 ", this one knows " TEXT_OF(STORE_VERSION)
			 "): name another file, or use that one", version);
	else
		return 0;
	return -EINVAL;
}

/* Another program may be making the same at the same time. */
static int make(struct store *store)
{
	int err;

	err = run(store, "BEGIN IMMEDIATE");
	if (err)
		return err;
	err = check(store);
	if (err == 1)
		err = run(store, schema);
	if (!err)
		err = run(store, "COMMIT");
	if (err)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

/* On what has no memory to share between processes it stays as it was. */
static int check_log(struct store *store)
{
	int64_t has_log;
	int err;

	err = ask(store, "SELECT journal_mode = 'wal' FROM pragma_journal_mode",
		  &has_log);
	if (err || has_log)
		return err;
	snprintf(store->why, sizeof(store->why),
		 "the filesystem cannot hold a database with a log: name a file on a local one");
	return -EOPNOTSUPP;
}

/**
 * store_schema - see what database it is, and make the tables of a new one
 * @store: whose database is open
 *
 * Return: 0 or a negative errno.
 */
int store_schema(struct store *store)
{
	int err;

	err = check(store);
	if (err < 0)
		return err;
	if (err)
		err = run(store, before);
	if (!err)
		err = run(store, each_time);
	if (!err)
		err = check_log(store);
	if (!err)
		err = make(store);
	return err ? err : ask(store, "PRAGMA page_size", &store->page_size);
}
