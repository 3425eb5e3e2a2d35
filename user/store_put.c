// SPDX-License-Identifier: GPL-2.0
/*
 * Records on their way into tables.
 *
 * They come as the lines that outputs of JSON write, from the queue of these:
 * the thread that reads from the kernel makes them once for all, a store prints
 * what other outputs have, and what a newer record has is kept even where no
 * column is known for it. Taking a line apart again costs this thread less than
 * the rows do.
 */

#include <errno.h>
#include <string.h>

#include "store.h"

enum kind { TEXT, NUMBER };

struct column {
	int parameter;
	const char *key;
	enum kind kind;
};

static const struct column all_columns[] = {
	{ 1, "event", TEXT },
	{ 3, "host", TEXT },
	{ 4, "boot", TEXT },
	{ 5, "run", NUMBER },
	{ 6, "record", NUMBER },
	{ 0 }
};

static const struct column birth_columns[] = {
	{ 8, "path", TEXT },
	{ 9, "name", TEXT },
	{ 10, "type", TEXT },
	{ 11, "fs", TEXT },
	{ 12, "dev", TEXT },
	{ 13, "ino", NUMBER },
	{ 14, "gen", NUMBER },
	{ 15, "kind", TEXT },
	{ 16, "uid", NUMBER },
	{ 17, "tgid", NUMBER },
	{ 18, "comm", TEXT },
	{ 0 }
};

static const struct column connection_columns[] = {
	{ 11, "state", TEXT },
	{ 12, "role", TEXT },
	{ 13, "saddr", TEXT },
	{ 14, "sport", NUMBER },
	{ 15, "daddr", TEXT },
	{ 16, "dport", NUMBER },
	{ 17, "service", NUMBER },
	{ 18, "uid", NUMBER },
	{ 19, "tx_ccid", NUMBER },
	{ 20, "rx_ccid", NUMBER },
	{ 21, "mps", NUMBER },
	{ 22, "pmtu", NUMBER },
	{ 23, "rtt", NUMBER },
	{ 24, "rate", NUMBER },
	{ 25, "recv_rate", NUMBER },
	{ 26, "loss_rate", NUMBER },
	{ 27, "sent", NUMBER },
	{ 28, "received", NUMBER },
	{ 29, "cause", TEXT },
	{ 30, "reset", TEXT },
	{ 31, "reset_code", TEXT },
	{ 32, "error", NUMBER },
	{ 0 }
};

/* What a line does not have stays NULL. */
static void bind(sqlite3_stmt *to, const struct column *column,
		 const struct line *line)
{
	struct bytes text;
	uint64_t n;

	for (; column->key; column++) {
		if (column->kind == TEXT && line_text(line, column->key, &text))
			sqlite3_bind_text(to, column->parameter, text.data,
					  text.len, SQLITE_STATIC);
		else if (column->kind == NUMBER &&
			 line_number(line, column->key, &n))
			sqlite3_bind_int64(to, column->parameter, n);
	}
}

static sqlite3_stmt *begin_row(struct store *store, enum store_statement n)
{
	sqlite3_stmt *statement = store->statement[n];

	sqlite3_clear_bindings(statement);
	return statement;
}

static int64_t time_of(const struct line *line, const char *key, int64_t none)
{
	struct stamp t;

	return line_time(line, key, &t) ? stamp_to_ns(t) : none;
}

static bool is_event(const struct line *line, const char *event)
{
	struct bytes text;

	return line_text(line, "event", &text) && !strcmp(text.data, event);
}

/* Return: whether there is a row now that was not there, or a negative errno. */
static int put_record(struct store *store, const char *data, size_t len,
		      int64_t time)
{
	sqlite3_stmt *to = begin_row(store, STORE_RECORD);
	const struct line *line = &store->line;
	int err;

	sqlite3_bind_text(to, 1, "", 0, SQLITE_STATIC);
	sqlite3_bind_int64(to, 2, time);
	sqlite3_bind_text(to, 19, data, len, SQLITE_STATIC);
	bind(to, all_columns, line);
	if (is_event(line, "birth") || is_event(line, "found")) {
		sqlite3_bind_int64(to, 7, time_of(line, "btime", time));
		bind(to, birth_columns, line);
	}
	err = store_run(store, STORE_RECORD);
	return err ? err : sqlite3_changes(store->db);
}

static void bind_key(sqlite3_stmt *to, const struct line *line)
{
	struct bytes text;
	uint64_t n;

	if (!line_text(line, "host", &text))
		text = (struct bytes){ "", 0 };
	sqlite3_bind_text(to, 1, text.data, text.len, SQLITE_STATIC);
	if (!line_text(line, "boot", &text))
		text = (struct bytes){ "", 0 };
	sqlite3_bind_text(to, 2, text.data, text.len, SQLITE_STATIC);
	sqlite3_bind_int64(to, 3, line_number(line, "netns", &n) ? n : 0);
	sqlite3_bind_int64(to, 4, line_number(line, "cookie", &n) ? n : 0);
}

static void bind_life(sqlite3_stmt *to, const struct line *line, int64_t time)
{
	struct bytes state = { "", 0 };

	line_text(line, "state", &state);
	sqlite3_bind_int64(to, 5, time);
	if (!strcmp(state.data, "open"))
		sqlite3_bind_int64(to, 6, time);
	if (!strcmp(state.data, "closed"))
		sqlite3_bind_int64(to, 7, time);
	sqlite3_bind_int64(to, 8, is_event(line, "dccp-loss"));
}

static int put_connection(struct store *store, const char *data, size_t len,
			  int64_t time)
{
	int64_t record = sqlite3_last_insert_rowid(store->db);
	sqlite3_stmt *to = begin_row(store, STORE_CONNECTION);
	sqlite3_stmt *join = store->statement[STORE_JOIN];
	int64_t connection;
	int err;

	bind_key(to, &store->line);
	bind_life(to, &store->line, time);
	sqlite3_bind_int64(to, 9, record);
	sqlite3_bind_text(to, 10, data, len, SQLITE_STATIC);
	bind(to, connection_columns, &store->line);
	err = store_ask(store, STORE_CONNECTION, &connection);
	if (err)
		return err;
	sqlite3_bind_int64(join, 1, connection);
	sqlite3_bind_int64(join, 2, record);
	return store_run(store, STORE_JOIN);
}

/* What is no JSON has no columns, but is no less a record. */
static int put_line(struct store *store, const char *data, size_t len)
{
	int64_t time;
	int err;

	err = line_parse(&store->line, data, len);
	if (err == -ENOMEM)
		return store_fails(store, SQLITE_NOMEM);
	time = time_of(&store->line, "time", stamp_now());
	err = put_record(store, data, len, time);
	if (err <= 0 || !line_has(&store->line, "cookie"))
		return err < 0 ? err : 0;
	return put_connection(store, data, len, time);
}

static int put_lines(struct store *store, const char *data, size_t len)
{
	const char *end = data + len, *next;
	int nr = 0, err;

	for (; data < end; data = next + 1) {
		next = memchr(data, '\n', end - data);
		if (!next)
			next = end;
		err = put_line(store, data, next - data);
		if (err)
			return err;
		nr++;
	}
	/* As many as came may go, and some more until it is as it should be */
	return store_trim(store, 2 * nr);
}

/**
 * store_put - write records, all or none
 * @store: store
 * @data: lines, each with a newline
 * @len: length of that
 *
 * Return: 0 if they are committed, or a negative errno with @store->why filled.
 */
int store_put(struct store *store, const char *data, size_t len)
{
	int err;

	err = store_run(store, STORE_BEGIN);
	if (err)
		return err;
	err = put_lines(store, data, len);
	if (err >= 0)
		err = store_run(store, STORE_COMMIT);
	store_roll_back(store, err);
	return err;
}
