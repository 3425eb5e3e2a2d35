// SPDX-License-Identifier: GPL-2.0
/* A table for people, as wide as what is in it */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "sink.h"

/* One with SCOLS_FL_HIDDEN is shown if it holds more than "-" */
struct column {
	const char *title;
	const char *field;
	int flags;
};

static const struct column birth_columns[] = {
	{ "BIRTH",	"born",		0 },
	{ "FS",		"fs",		0 },
	{ "TERM",	"term",		0 },
	{ "TYPE",	"type",		0 },
	{ "INODE",	"ino",		SCOLS_FL_RIGHT },
	{ "FLAGS",	"flags",	SCOLS_FL_HIDDEN },
	{ "PATH",	"path",		0 },
	{ NULL,		NULL,		0 },
};

static const struct column watch_columns[] = {
	{ "ID",		"id",		SCOLS_FL_RIGHT },
	{ "FS",		"fs",		0 },
	{ "DEVICE",	"sb_dev",	0 },
	{ "BELOW",	"root_ino",	SCOLS_FL_RIGHT },
	{ "TYPES",	"types",	0 },
	{ "UID",	"uid",		SCOLS_FL_RIGHT },
	{ "PORT",	"portid",	SCOLS_FL_RIGHT },
	{ NULL,		NULL,		0 },
};

static const struct column history_columns[] = {
	{ "BORN",	"at",		0 },
	{ "FS",		"fs",		0 },
	{ "TYPE",	"type",		0 },
	{ "INODE",	"ino",		SCOLS_FL_RIGHT },
	{ "UID",	"uid",		SCOLS_FL_RIGHT },
	{ "BY",		"comm",		0 },
	{ "HOW",	"how",		0 },
	{ "FLAGS",	"flags",	SCOLS_FL_HIDDEN },
	{ "PATH",	"where",	0 },
	{ NULL,		NULL,		0 },
};

static const struct column connection_columns[] = {
	{ "OPENED",	"opened",	0 },
	{ "LIFE",	"life",		SCOLS_FL_RIGHT },
	{ "STATE",	"state",	0 },
	{ "ROLE",	"role",		0 },
	{ "LOCAL",	"local",	0 },
	{ "PEER",	"peer",		0 },
	{ "CCID",	"ccids",	0 },
	{ "MPS",	"mps",		SCOLS_FL_RIGHT },
	{ "SERVICE",	"service",	0 },
	{ "RTT",	"rtt",		SCOLS_FL_RIGHT },
	{ "LOSSES",	"losses",	SCOLS_FL_RIGHT },
	{ "END",	"how",		0 },
	{ NULL,		NULL,		0 },
};

struct table {
	struct libscols_table *rows;
	const struct column *columns;
};

static void table_free(struct table *table)
{
	scols_unref_table(table->rows);
	free(table);
}

static int table_fill(struct table *table, FILE *out)
{
	const struct column *column;

	scols_table_set_stream(table->rows, out);
	/* A path is to be read whole, and text_put() made it safe */
	scols_table_set_termforce(table->rows, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_noencoding(table->rows, 1);
	for (column = table->columns; column->title; column++)
		if (!scols_table_new_column(table->rows, column->title, 0,
					    column->flags))
			return -ENOMEM;
	return 0;
}

static int table_open(struct sink *sink, const struct column *columns)
{
	struct table *table;
	int err;

	table = calloc(1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->columns = columns;
	table->rows = scols_new_table();
	if (!table->rows) {
		free(table);
		return -ENOMEM;
	}
	err = table_fill(table, sink->out);
	if (err) {
		table_free(table);
		return err;
	}
	sink->priv = table;
	return 0;
}

static int birth_table_open(struct sink *sink)
{
	return table_open(sink, birth_columns);
}

static int watch_table_open(struct sink *sink)
{
	return table_open(sink, watch_columns);
}

static int history_table_open(struct sink *sink)
{
	return table_open(sink, history_columns);
}

static int connection_table_open(struct sink *sink)
{
	return table_open(sink, connection_columns);
}

static void show_column(const struct table *table, size_t n)
{
	struct libscols_column *column;

	column = scols_table_get_column(table->rows, n);
	scols_column_set_flags(column, table->columns[n].flags &
				       ~SCOLS_FL_HIDDEN);
}

/*
 * What the cells hold, a NUL after each, to be freed. A stream costs more than
 * what is written to it, so all have one.
 */
static char *cells_of(const struct table *table, const struct record *rec)
{
	const struct column *column;
	char *cells = NULL;
	size_t len;
	FILE *out;

	out = open_memstream(&cells, &len);
	if (!out)
		return NULL;
	for (column = table->columns; column->title; column++) {
		record_text(rec, column->field, out);
		putc('\0', out);
	}
	if (!fclose(out))
		return cells;
	free(cells);
	return NULL;
}

static int put_line(const struct table *table, const char *cell)
{
	struct libscols_line *line;
	size_t n;

	line = scols_table_new_line(table->rows, NULL);
	if (!line)
		return -ENOMEM;
	for (n = 0; table->columns[n].title; n++) {
		if (scols_line_set_data(line, n, cell))
			return -ENOMEM;
		if (strcmp(cell, "-"))
			show_column(table, n);
		cell += strlen(cell) + 1;
	}
	return 0;
}

static int table_put(struct sink *sink, const struct record *rec)
{
	const struct table *table = sink->priv;
	char *cells;
	int err;

	cells = cells_of(table, rec);
	if (!cells)
		return -ENOMEM;
	err = put_line(table, cells);
	free(cells);
	return err;
}

/* What widths the columns have is known only at the end. */
static int table_flush(struct sink *sink)
{
	(void)sink;
	return 0;
}

static int table_close(struct sink *sink)
{
	struct table *table = sink->priv;
	int err;

	err = scols_print_table(table->rows);
	table_free(table);
	if (err)
		return err;
	return sink_file_flush(sink);
}

const struct sink_ops sink_birth_table = {
	.name	= "table",
	.open	= birth_table_open,
	.put	= table_put,
	.flush	= table_flush,
	.close	= table_close,
};

const struct sink_ops sink_watch_table = {
	.name	= "table",
	.open	= watch_table_open,
	.put	= table_put,
	.flush	= table_flush,
	.close	= table_close,
};

const struct sink_ops sink_history_table = {
	.name	= "table",
	.open	= history_table_open,
	.put	= table_put,
	.flush	= table_flush,
	.close	= table_close,
};

const struct sink_ops sink_connection_table = {
	.name	= "table",
	.open	= connection_table_open,
	.put	= table_put,
	.flush	= table_flush,
	.close	= table_close,
};
