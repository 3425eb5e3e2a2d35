// SPDX-License-Identifier: GPL-2.0
/* Stores that are read, whoever writes to them or last has */

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "stamp.h"
#include "store.h"
#include "text.h"

#define BUSY_MS		5000
#define FLAGS		(SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX |	\
			 SQLITE_OPEN_EXRESCODE)

/* See settings.c */
#define CONFIGURATION	"/etc/divulge/divulged.conf"
#define STORE		"sqlite:"
#define BLANKS		" \t\r\n"

/* matches(PATTERN, TEXT), as find(1) has it with -path */
static void matches(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *pattern = (const char *)sqlite3_value_text(argv[0]);
	const char *text = (const char *)sqlite3_value_text(argv[1]);
	bool same = pattern && text && !fnmatch(pattern, text, 0);

	(void)argc;
	sqlite3_result_int(context, same);
}

/* utc(TIME), as in all our JSON */
static void utc(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	char buf[STAMP_LEN];

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	stamp_utc(stamp_from_ns(sqlite3_value_int64(argv[0])), buf);
	sqlite3_result_text(context, buf, -1, SQLITE_TRANSIENT);
}

static int add_functions(sqlite3 *db)
{
	int code;

	code = sqlite3_create_function(db, "matches", 2, SQLITE_UTF8, NULL,
				       matches, NULL, NULL);
	if (!code)
		code = sqlite3_create_function(db, "utc", 1, SQLITE_UTF8, NULL,
					       utc, NULL, NULL);
	return code;
}

/* Return: a code of the library; *@answer is 0 if there is none. */
static int ask(sqlite3 *db, const char *sql, int64_t *answer)
{
	sqlite3_stmt *statement;
	int code;

	*answer = 0;
	code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	if (code)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Return: a code of the library; it is asked something to see if it can. */
static int try(sqlite3 *db, const char *pragma)
{
	int64_t tables;
	int code;

	code = sqlite3_busy_timeout(db, BUSY_MS);
	if (!code)
		code = sqlite3_exec(db, pragma, NULL, NULL, NULL);
	return code ? code :
	       ask(db, "SELECT count(*) FROM sqlite_schema", &tables);
}

static int open_shared(const char *path, sqlite3 **db)
{
	int code = sqlite3_open_v2(path, db, FLAGS, NULL);

	return code ? code : try(*db, "");
}

/* With the log, and what else would be shared in memory of our own */
static int open_with_log(const char *path, sqlite3 **db)
{
	int code = sqlite3_open_v2(path, db, FLAGS, "unix-none");

	return code ? code : try(*db, "PRAGMA locking_mode = EXCLUSIVE");
}

/* As it is; a path is to be escaped where an option comes after it. */
static int open_unchanged(const char *path, sqlite3 **db)
{
	sqlite3_str *uri = sqlite3_str_new(NULL);
	int code = SQLITE_NOMEM;
	char *text;

	sqlite3_str_appendall(uri, "file:");
	for (; *path; path++)
		sqlite3_str_appendf(uri, "%%%02x", (unsigned char)*path);
	sqlite3_str_appendall(uri, "?immutable=1");
	text = sqlite3_str_finish(uri);
	if (text)
		code = sqlite3_open_v2(text, db, FLAGS | SQLITE_OPEN_URI,
				       NULL);
	sqlite3_free(text);
	return code ? code : try(*db, "");
}

/* What access() says of a file beside a store, as a negative errno */
static int see_beside(const char *path, const char *suffix, int mode)
{
	char *file;
	int err;

	if (asprintf(&file, "%s%s", path, suffix) < 0)
		return -ENOMEM;
	err = access(file, mode) ? -errno : 0;
	free(file);
	return err;
}

/* On a disk that is read-only, what is shared was but left behind. */
static bool is_shared(const char *path)
{
	int err = see_beside(path, "-shm", W_OK);

	return err != -ENOENT && err != -EROFS;
}

static int open_any(const char *path, sqlite3 **db)
{
	int code = open_shared(path, db);

	if (!code || is_shared(path))
		return code;
	sqlite3_close(*db);
	return see_beside(path, "-wal", F_OK) ? open_unchanged(path, db) :
						open_with_log(path, db);
}

static int complain(const char *path, const char *why)
{
	report("cannot read the store '%s': %s", path, why);
	return -EIO;
}

static int check(const char *path, sqlite3 *db)
{
	int64_t id, version, tables;
	char why[128];

	if (ask(db, "PRAGMA application_id", &id) ||
	    ask(db, "PRAGMA user_version", &version) ||
	    ask(db, "SELECT count(*) FROM sqlite_schema", &tables))
		return complain(path, sqlite3_errmsg(db));
	if (!id && !version && !tables)
		return complain(path, "it is empty: divulged has not begun with it");
	if (id != STORE_ID)
		return complain(path, "it is not a store of divulged");
	if (version <= STORE_VERSION)
		return 0;
	snprintf(why, sizeof(why),
		 "a newer divulged made it (version %lld, this divulge knows %d): read it with that one",
		 (long long)version, STORE_VERSION);
	return complain(path, why);
}

static const char *why_not(sqlite3 *db, int code)
{
	if ((code & 0xff) == SQLITE_READONLY)
		return "divulged has it open, and to read beside it takes the "
		       "right to write to what they share: be root, or its owner";
	return db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
}

/**
 * archive_open - open a store to read it
 * @path: its file
 * @db: set to the database, to be closed; NULL if it fails
 *
 * To read what is in the log beside a database takes memory that is shared
 * through a file. Where that cannot be made, as on a disk that is read-only,
 * nobody else can be there, either: so it is read without.
 *
 * Return: 0, or a negative errno after a report.
 */
int archive_open(const char *path, sqlite3 **db)
{
	struct stat st;
	int code, err;

	*db = NULL;
	if (access(path, R_OK) || stat(path, &st))
		return complain(path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return complain(path, "it is no file");
	code = open_any(path, db);
	if (!code)
		code = add_functions(*db);
	err = code ? complain(path, why_not(*db, code)) : check(path, *db);
	if (!err)
		return 0;
	sqlite3_close(*db);
	*db = NULL;
	return err;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, BLANKS);
	end = text + strlen(text);
	while (end > text && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* Return: the file that a line names as a store, NULL if it does not. */
static char *store_in(char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return NULL;
	*value = '\0';
	value = trim(value + 1);
	if (strcmp(trim(line), "output") || strncmp(value, STORE, strlen(STORE)))
		return NULL;
	return strdup(value + strlen(STORE));
}

/**
 * archive_configured - find the store that divulged is told to write
 *
 * Return: its file, to be freed; NULL if the configuration names none.
 */
char *archive_configured(void)
{
	FILE *file = fopen(CONFIGURATION, "re");
	char *line = NULL, *path = NULL;
	size_t size = 0;

	while (file && !path && getline(&line, &size, file) > 0)
		path = store_in(line);
	free(line);
	if (file)
		fclose(file);
	return path;
}
