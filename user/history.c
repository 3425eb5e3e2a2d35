// SPDX-License-Identifier: GPL-2.0
/* What a store tells of births and of connections */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "dccp.h"
#include "fields.h"
#include "gap.h"
#include "history.h"
#include "line.h"
#include "presence.h"
#include "sink.h"
#include "text.h"
#include "usage.h"
#include "user.h"

#define MAX_HOST	256
#define NSEC_PER_USEC	1000

enum parameter { SINCE = 1, UNTIL, OWNER, COMM, FS, FROM, TO, GLOB };

/* What rows have, in this order */
enum { AT, EVENT, JSON, OPENED = 0, CLOSED, LOSSES, LAST, CONNECTION };

/**
 * struct seen - what is told of a birth beside the record of it
 * @sec: when it was, by the filesystem if that tells
 * @nsec: nanoseconds after that
 * @how: it came to be, or to be known
 */
struct seen {
	int64_t sec;
	uint32_t nsec;
	struct bytes how;
};

/**
 * struct life - what is told of a connection beside its last record
 * @sec: when it was first heard of
 * @nsec: nanoseconds after that
 * @usec: how long it lasted, 0 if it does
 * @losses: how many were told
 */
struct life {
	int64_t sec;
	uint32_t nsec;
	uint64_t usec;
	uint64_t losses;
};

static const struct field seen_fields[] = {
	PAIR(STAMP, seen, sec, nsec, "at"),
	PLAIN(BYTES, seen, how),
	{ 0 }
};

static const struct field life_fields[] = {
	PAIR(STAMP, life, sec, nsec, "opened"),
	CALLED(RTT, life, usec, "life"),
	PLAIN(UINT, life, losses),
	{ 0 }
};

/**
 * struct reader - what there is so far
 * @history: what is asked
 * @db: the store
 * @line: takes records apart
 * @look: looks for files
 * @host: name of this host
 * @boot: id of this start of its kernel
 * @sink: where to show it
 * @lost: what was not told, in all
 * @deaf: when nobody listened; its count is how often
 * @unknown: files of which nobody can say whether they are there
 * @broken: records that could not be read
 */
struct reader {
	const struct history *history;
	sqlite3 *db;
	struct line line;
	struct presence_look look;
	char host[MAX_HOST];
	char boot[64];
	struct sink sink;
	struct gap lost;
	struct gap deaf;
	uint64_t unknown;
	uint64_t broken;
};

/* How far a pattern is a text like any other, of which there is a next one */
static size_t plain_part(const char *pattern)
{
	size_t len = strcspn(pattern, "*?[\\");

	while (len && pattern[len - 1] == '\xff')
		len--;
	return len;
}

static void add_birth_filters(sqlite3_str *sql, const struct history *history)
{
	if (history->uid != USER_ANY)
		sqlite3_str_appendf(sql, " AND uid = ?%d", OWNER);
	if (history->comm)
		sqlite3_str_appendf(sql, " AND comm = ?%d", COMM);
	if (history->fs)
		sqlite3_str_appendf(sql, " AND fs = ?%d", FS);
	if (!history->path)
		return;
	sqlite3_str_appendf(sql, " AND matches(?%d, path)", GLOB);
	/* So that not all paths have to be looked at */
	if (plain_part(history->path))
		sqlite3_str_appendf(sql, " AND path >= ?%d AND path < ?%d",
				    FROM, TO);
}

/*
 * A search finds what was told before, too, and may find it again. The path is
 * compared so that a pattern which one of them matches finds the file.
 */
static const char first_time[] =
	" AND (event = 'birth' OR NOT EXISTS (SELECT 1 FROM records AS other"
	" WHERE other.ino = records.ino AND other.gen = records.gen"
	" AND other.dev = records.dev AND other.born = records.born"
	" AND other.path IS records.path AND other.host IS records.host"
	" AND (other.event = 'birth' OR other.id < records.id)))";

/* What was not told is told whatever the filters: it may have been theirs. */
static char *births_query(const struct history *history)
{
	sqlite3_str *sql = sqlite3_str_new(NULL);

	sqlite3_str_appendf(sql,
			    "SELECT born AS at, event, json, id FROM records"
			    " WHERE born BETWEEN ?%d AND ?%d%s", SINCE, UNTIL,
			    first_time);
	add_birth_filters(sql, history);
	sqlite3_str_appendf(sql,
			    " UNION ALL"
			    " SELECT time, event, json, id FROM records"
			    " WHERE born IS NULL AND connection IS NULL"
			    " AND time BETWEEN ?%d AND ?%d ORDER BY 1, 4",
			    SINCE, UNTIL);
	return sqlite3_str_finish(sql);
}

/* A connection was there while it was asked for, not only begun then. */
static char *connections_query(const struct history *history)
{
	sqlite3_str *sql = sqlite3_str_new(NULL);

	sqlite3_str_appendf(sql,
			    "SELECT opened, closed, losses, json,"
			    " json_insert(json_set("
			    "  json_remove(json, '$.seq', '$.old_state', '$.change'),"
			    "  '$.event', 'connection'),"
			    "  '$.opened', utc(opened),"
			    "  '$.established', utc(established),"
			    "  '$.closed', utc(closed), '$.losses', losses,"
			    "  '$.rtt', rtt, '$.rate', rate,"
			    "  '$.recv_rate', recv_rate,"
			    "  '$.loss_rate', loss_rate, '$.sent', sent,"
			    "  '$.received', received, '$.error', error,"
			    "  '$.reset', reset, '$.reset_code', reset_code,"
			    "  '$.cause', cause, '$.life', (SELECT"
			    "   json_group_array(json_object('time', utc(time),"
			    "    'state', json_extract(json, '$.state')))"
			    "   FROM (SELECT time, json FROM records WHERE"
			    "    connection = connections.id AND"
			    "    event = 'dccp-state' ORDER BY id)))"
			    " FROM connections WHERE opened <= ?%d"
			    " AND (closed IS NULL OR closed >= ?%d)", UNTIL,
			    SINCE);
	if (history->uid != USER_ANY)
		sqlite3_str_appendf(sql, " AND uid = ?%d", OWNER);
	sqlite3_str_appendf(sql, " ORDER BY opened, id");
	return sqlite3_str_finish(sql);
}

static void bind_text(sqlite3_stmt *query, enum parameter n, const char *text)
{
	if (text)
		sqlite3_bind_text(query, n, text, -1, SQLITE_STATIC);
}

/* All that begins as the pattern does comes before the same with a later end. */
static void bind_range(sqlite3_stmt *query, const char *pattern)
{
	size_t len = plain_part(pattern);
	char *to = strndup(pattern, len);

	sqlite3_bind_text(query, FROM, pattern, len, SQLITE_STATIC);
	if (!to || !len)
		goto out;
	to[len - 1]++;
	sqlite3_bind_text(query, TO, to, len, SQLITE_TRANSIENT);
out:
	free(to);
}

static void bind_all(sqlite3_stmt *query, const struct history *history)
{
	sqlite3_bind_int64(query, SINCE, history->since);
	sqlite3_bind_int64(query, UNTIL, history->until);
	sqlite3_bind_int64(query, OWNER, history->uid);
	bind_text(query, COMM, history->comm);
	bind_text(query, FS, history->fs);
	bind_text(query, GLOB, history->path);
	if (history->path)
		bind_range(query, history->path);
}

static int put_text(struct reader *r, sqlite3_stmt *row, int column)
{
	const void *text = sqlite3_column_blob(row, column);
	int len = sqlite3_column_bytes(row, column);

	errno = 0;
	if (len)
		fwrite(text, 1, len, r->sink.out);
	putc('\n', r->sink.out);
	r->sink.err = sink_file_status(&r->sink);
	return r->sink.err;
}

static int parse(struct reader *r, sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	int err = -EINVAL;

	if (text)
		err = line_parse(&r->line, text,
				 sqlite3_column_bytes(row, column));
	r->broken += err == -EINVAL;
	return err;
}

static bool is_text(const struct line *line, const char *key, const char *text)
{
	struct bytes seen;

	return !line_text(line, key, &seen) || !strcmp(seen.data, text);
}

/* Nobody but a kernel's run itself has what is in its memory. */
static bool is_of_memory(const struct divulge_birth *birth)
{
	return !strncmp((const char *)birth->fs, "tmpfs", sizeof(birth->fs)) ||
	       !strncmp((const char *)birth->fs, "ramfs", sizeof(birth->fs));
}

static enum presence find(struct reader *r, const struct place *place,
			  const struct divulge_birth *birth)
{
	if (!is_text(&r->line, "host", r->host))
		return PRESENCE_UNKNOWN;
	if (is_of_memory(birth) && !is_text(&r->line, "boot", r->boot))
		return PRESENCE_GONE;
	return presence_of(&r->look, place->path.data, birth);
}

static bool is_wanted(struct reader *r, const struct place *place,
		      const struct divulge_birth *birth)
{
	enum presence presence;

	if (!r->history->deleted)
		return true;
	presence = find(r, place, birth);
	r->unknown += presence == PRESENCE_UNKNOWN;
	return presence == PRESENCE_GONE;
}

static int show_birth(struct reader *r, sqlite3_stmt *row, bool found)
{
	struct stamp at = stamp_from_ns(sqlite3_column_int64(row, AT));
	struct seen seen = { .sec = at.sec, .nsec = at.nsec };
	struct divulge_birth_origin origin = { 0 };
	struct divulge_birth birth = { 0 };
	struct place place = { 0 };
	const struct record rec = {
		.part = {
			{ seen_fields, &seen },
			{ place_fields, &place },
			{ origin_fields, found ? NULL : &origin },
			{ birth_fields, &birth },
		},
	};
	int err;

	err = parse(r, row, JSON);
	if (err)
		return err == -ENOMEM ? err : 0;
	line_fill(&r->line, place_fields, &place);
	line_fill(&r->line, birth_fields, &birth);
	if (!is_wanted(r, &place, &birth))
		return 0;
	if (r->history->json)
		return put_text(r, row, JSON);
	line_fill(&r->line, origin_fields, &origin);
	seen.how = (struct bytes){ "found", strlen("found") };
	if (!found)
		line_text(&r->line, "kind", &seen.how);
	return sink_put(&r->sink, &rec);
}

static int64_t ns_of(const struct line *line, const char *key)
{
	struct stamp t;

	return line_time(line, key, &t) ? stamp_to_ns(t) : 0;
}

static void add_lost(struct gap *gap, const struct line *line, uint64_t count)
{
	const struct gap more = {
		.count = count, .since = ns_of(line, "since"),
		.until = ns_of(line, "until"),
	};

	gap_merge(gap, &more);
}

static int show_notice(struct reader *r, sqlite3_stmt *row, const char *event)
{
	uint64_t count = 0;

	if (r->history->json)
		return put_text(r, row, JSON);
	if (parse(r, row, JSON))
		return 0;
	line_number(&r->line, "count", &count);
	if (!strcmp(event, "lost") || !strcmp(event, "gap"))
		add_lost(&r->lost, &r->line, count);
	else if (!strcmp(event, "down"))
		add_lost(&r->deaf, &r->line, 1);
	return 0;
}

static int show_event(struct reader *r, sqlite3_stmt *row)
{
	const char *event = (const char *)sqlite3_column_text(row, EVENT);
	bool found = event && !strcmp(event, "found");

	if (!event)
		return -ENOMEM;
	if (found || !strcmp(event, "birth"))
		return show_birth(r, row, found);
	return show_notice(r, row, event);
}

static struct life life_of(sqlite3_stmt *row)
{
	int64_t opened = sqlite3_column_int64(row, OPENED);
	int64_t closed = sqlite3_column_int64(row, CLOSED);
	struct stamp at = stamp_from_ns(opened);

	return (struct life){
		.sec = at.sec, .nsec = at.nsec,
		.usec = closed > opened ? (closed - opened) / NSEC_PER_USEC : 0,
		.losses = sqlite3_column_int64(row, LOSSES),
	};
}

static int show_connection(struct reader *r, sqlite3_stmt *row)
{
	struct life life = life_of(row);
	struct divulge_dccp_sock sock = { 0 };
	struct divulge_dccp_close end = { 0 };
	struct dccp_figures figures;
	struct record rec = {
		.part = {
			{ life_fields, &life },
			{ sock_fields, &sock },
			{ figures_fields, &figures },
			{ close_fields, &end },
		},
	};
	int err;

	if (r->history->json)
		return put_text(r, row, CONNECTION);
	err = parse(r, row, CONNECTION);
	if (err)
		return err == -ENOMEM ? err : 0;
	line_fill(&r->line, sock_fields, &sock);
	line_fill(&r->line, figures_fields, &figures);
	line_fill(&r->line, close_fields, &end);
	if (!line_has(&r->line, "cause"))
		rec.part[3].data = NULL;
	return sink_put(&r->sink, &rec);
}

static int show_rows(struct reader *r, sqlite3_stmt *query)
{
	bool dccp = r->history->dccp;
	int code, err = 0;

	while (!err && (code = sqlite3_step(query)) == SQLITE_ROW)
		err = dccp ? show_connection(r, query) : show_event(r, query);
	if (err && err != r->sink.err)
		report("cannot show the store: %s", strerror(-err));
	if (err || code == SQLITE_DONE)
		return err;
	report("cannot read the store '%s': %s", r->history->store,
	       sqlite3_errmsg(r->db));
	return -EIO;
}

static int show_all(struct reader *r)
{
	const struct history *history = r->history;
	char *sql = history->dccp ? connections_query(history) :
				    births_query(history);
	sqlite3_stmt *query = NULL;
	int err = -EIO;

	if (sql && !sqlite3_prepare_v2(r->db, sql, -1, &query, NULL)) {
		bind_all(query, history);
		err = show_rows(r, query);
	} else {
		report("cannot read the store '%s': %s", history->store,
		       sqlite3_errmsg(r->db));
	}
	sqlite3_finalize(query);
	sqlite3_free(sql);
	return err;
}

/* Where there is but a table, what is missing in it is said beside it. */
static void tell_lost(const struct gap *lost, const char *what)
{
	char since[STAMP_LEN], until[STAMP_LEN];

	if (!lost->count)
		return;
	stamp_local(stamp_from_ns(lost->since), since);
	stamp_local(stamp_from_ns(lost->until), until);
	report("between %s and %s %s: %" PRIu64 ", of which --json tells more",
	       since, until, what, lost->count);
}

static int tell_unread(const struct reader *r)
{
	if (r->look.blind)
		report("what was moved counts as deleted where no handle leads "
		       "to it: that takes CAP_DAC_READ_SEARCH, and a "
		       "filesystem that has them");
	if (r->unknown)
		report("of %" PRIu64 " files nobody can tell here if they are "
		       "there: their filesystems are not mounted, or they are "
		       "of another host", r->unknown);
	if (r->broken)
		report("%" PRIu64 " records in the store are damaged",
		       r->broken);
	return r->unknown || r->broken ? -ENODATA : 0;
}

static const struct sink_ops *ops_of(const struct history *history)
{
	if (history->json)
		return &sink_json;
	return history->dccp ? &sink_connection_table : &sink_history_table;
}

static int show(struct reader *r)
{
	int err, unread;

	err = sink_open(&r->sink, ops_of(r->history), stdout);
	if (err)
		return err;
	err = show_all(r);
	if (sink_close(&r->sink))
		err = -EIO;
	tell_lost(&r->lost, "records or events were lost");
	tell_lost(&r->deaf, "there were times when nobody listened");
	unread = tell_unread(r);
	return err ? err : unread;
}

static void find_self(struct reader *r)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (gethostname(r->host, sizeof(r->host) - 1))
		r->host[0] = '\0';
	if (file && fgets(r->boot, sizeof(r->boot), file))
		r->boot[strcspn(r->boot, "\n")] = '\0';
	if (file)
		fclose(file);
}

/**
 * history_show - show what a store has
 * @history: what is asked
 *
 * Return: an exit code.
 */
int history_show(const struct history *history)
{
	struct reader r = { .history = history };
	int err;

	find_self(&r);
	presence_open(&r.look);
	err = archive_open(history->store, &r.db);
	if (err)
		return EXIT_FAILED;
	err = line_open(&r.line);
	if (!err) {
		err = show(&r);
		line_close(&r.line);
	}
	presence_close(&r.look);
	sqlite3_close(r.db);
	return err ? EXIT_FAILED : EXIT_OK;
}
