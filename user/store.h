/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_STORE_H
#define DIVULGE_STORE_H

#include <stdbool.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "keep.h"
#include "line.h"
#include "waker.h"

/* "dvlg", by which file(1) and others know whose a database is */
#define STORE_ID	0x64766c67

/* What tables and columns there are; an older program refuses a newer one */
#define STORE_VERSION	1

#define STORE_WHY_LEN	256

enum store_statement {
	STORE_BEGIN,
	STORE_COMMIT,
	STORE_ROLLBACK,
	STORE_RECORD,
	STORE_CONNECTION,
	STORE_JOIN,
	STORE_OLD,
	STORE_FIRST,
	STORE_PAGES,
	STORE_FREE,
	STORE_VACUUM,
	STORE_NR_STATEMENTS,
};

/**
 * struct store - records in a database
 * @db: the database
 * @statement: what it is told, prepared
 * @line: takes records apart
 * @keep: what is kept
 * @waker: of the thread
 * @page_size: of the database
 * @dev: device of its file
 * @ino: inode number of its file
 * @why: why something failed
 */
struct store {
	struct sqlite3 *db;
	struct sqlite3_stmt *statement[STORE_NR_STATEMENTS];
	struct line line;
	struct keep keep;
	struct waker *waker;
	int64_t page_size;
	dev_t dev;
	ino_t ino;
	char why[STORE_WHY_LEN];
};

int store_open(struct store *store, const char *path, const struct keep *keep,
	       struct waker *waker);
void store_close(struct store *store);
bool store_is_at(const struct store *store, const char *path);
int store_put(struct store *store, const char *data, size_t len);
int store_tend(struct store *store, int64_t *pause);

/* Between the files of the store */
int store_fails(struct store *store, int code);
int store_run(struct store *store, enum store_statement n);
int store_ask(struct store *store, enum store_statement n, int64_t *answer);
void store_roll_back(struct store *store, int err);
int store_schema(struct store *store);
int store_trim(struct store *store, int rows);

#endif
