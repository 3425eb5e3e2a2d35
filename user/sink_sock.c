// SPDX-License-Identifier: GPL-2.0
/*
 * DCCP sockets in a table for people, within the width of the terminal.
 *
 * If there is room, each has one line, and with more room more columns. If
 * there is not, each has two: nothing is cut off.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "dccp_more.h"
#include "sink.h"
#include "util.h"
#include "width.h"

/* What can be in a cell */
enum datum {
	NETNS, STATE, ROLE, LOCAL, PEER, CCIDS, MPS, PMTU, SERVICE, RTT, WINDOW,
	LOSS, RECV_Q, SEND_Q, UID, INODE, COOKIE,
	NR_DATA,
	NOTHING = NR_DATA,
};

static const struct {
	const char *title;
	const char *field;
	bool right;
} data[NR_DATA] = {
	[NETNS]		= { "NETNS", "netns_shown", false },
	[STATE]		= { "STATE", "state", false },
	[ROLE]		= { "ROLE", "role", false },
	[LOCAL]		= { "LOCAL", "local", false },
	[PEER]		= { "PEER", "peer", false },
	[CCIDS]		= { "CCID", "ccids", false },
	[MPS]		= { "MPS", "mps", true },
	[PMTU]		= { "PMTU", "pmtu", true },
	[SERVICE]	= { "SERVICE", "codes", false },
	[RTT]		= { "RTT", "rtt", true },
	[WINDOW]	= { "WINDOW", "window", true },
	[LOSS]		= { "LOSS", "loss_rate", true },
	[RECV_Q]	= { "RECV-Q", "rx_queued", true },
	[SEND_Q]	= { "SEND-Q", "tx_queued", true },
	[UID]		= { "UID", "uid", true },
	[INODE]		= { "INODE", "inode", true },
	[COOKIE]	= { "COOKIE", "cookie", true },
};

/* From left to right; those behind the window are for who has room */
static const enum datum one_line[][2] = {
	{ NETNS, NOTHING }, { STATE, NOTHING }, { ROLE, NOTHING },
	{ LOCAL, NOTHING }, { PEER, NOTHING }, { CCIDS, NOTHING },
	{ MPS, NOTHING }, { PMTU, NOTHING }, { SERVICE, NOTHING },
	{ RTT, NOTHING }, { WINDOW, NOTHING }, { LOSS, NOTHING },
	{ RECV_Q, NOTHING }, { SEND_Q, NOTHING }, { UID, NOTHING },
	{ INODE, NOTHING }, { COOKIE, NOTHING },
};

#define NR_NEEDED	11

/* Upper and lower line; NETNS comes first if it is wanted */
static const enum datum two_lines[][2] = {
	{ NETNS, NOTHING }, { STATE, ROLE }, { LOCAL, PEER },
	{ SERVICE, CCIDS }, { MPS, PMTU }, { RTT, WINDOW },
};

/**
 * struct row - a socket
 * @cells: what is in its cells, a NUL after each
 * @cell: where each begins, the first being that of the network namespace
 * @more: lines below it, each with a newline; NULL for none
 */
struct row {
	char *cells;
	const char *cell[NR_DATA];
	char *more;
};

/**
 * struct table - all that is to be shown
 * @rows: sockets
 * @nr: how many
 * @width: of each datum, in columns of a terminal
 * @fit: how wide the table may be
 * @extended: there are lines below each socket
 * @netns: network namespaces are shown
 */
struct table {
	struct row *rows;
	size_t nr;
	size_t width[NR_DATA];
	size_t fit;
	bool extended;
	bool netns;
};

/* What the table is made of: so many columns of so many lines */
struct layout {
	const enum datum (*column)[2];
	size_t nr_columns;
	size_t nr_lines;
};

static int sock_open(struct sink *sink, bool extended)
{
	struct table *table;
	enum datum d;

	table = calloc(1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->extended = extended;
	table->fit = width_to_fit(sink->out);
	for (d = 0; d < NR_DATA; d++)
		table->width[d] = strlen(data[d].title);
	sink->priv = table;
	return 0;
}

static int table_open(struct sink *sink)
{
	return sock_open(sink, false);
}

static int extended_open(struct sink *sink)
{
	return sock_open(sink, true);
}

static char *cells_of(const struct record *rec)
{
	char *cells = NULL;
	enum datum d;
	size_t len;
	FILE *out;

	out = open_memstream(&cells, &len);
	if (!out)
		return NULL;
	for (d = 0; d < NR_DATA; d++) {
		record_text(rec, data[d].field, out);
		putc('\0', out);
	}
	if (!fclose(out))
		return cells;
	free(cells);
	return NULL;
}

static int fill_row(struct table *table, struct row *row,
		    const struct record *rec)
{
	const char *at;
	enum datum d;
	size_t width;

	row->cells = cells_of(rec);
	row->more = table->extended ? dccp_more(rec, table->fit) : NULL;
	if (!row->cells || (table->extended && !row->more))
		return -ENOMEM;
	if (strcmp(row->cells, "-"))
		table->netns = true;
	at = row->cells;
	for (d = 0; d < NR_DATA; d++) {
		row->cell[d] = at;
		at += strlen(at) + 1;
		width = width_of(row->cell[d]);
		if (width > table->width[d])
			table->width[d] = width;
	}
	return 0;
}

static int sock_put(struct sink *sink, const struct record *rec)
{
	struct table *table = sink->priv;
	struct row *more;

	more = reallocarray(table->rows, table->nr + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	table->rows = more;
	memset(&more[table->nr], 0, sizeof(*more));
	return fill_row(table, &more[table->nr++], rec);
}

static size_t max_width(const struct table *table, const enum datum *column)
{
	size_t upper = table->width[column[0]];
	size_t lower = column[1] == NOTHING ? 0 : table->width[column[1]];

	return upper > lower ? upper : lower;
}

/* The widest part of a layout that fits, but not less than @nr_needed. */
static bool fits(const struct table *table, struct layout *layout,
		 size_t nr_needed)
{
	size_t nr, n, width = 0;

	for (nr = 0; nr < layout->nr_columns; nr++) {
		n = max_width(table, layout->column[nr]) + !!nr;
		if (nr >= nr_needed && width + n > table->fit)
			break;
		width += n;
	}
	layout->nr_columns = nr;
	return width <= table->fit;
}

static struct layout layout_of(const struct table *table)
{
	/* The first is that of the network namespace */
	size_t skip = table->netns ? 0 : 1;
	struct layout wide = {
		one_line + skip, ARRAY_SIZE(one_line) - skip, 1,
	};
	const struct layout narrow = {
		two_lines + skip, ARRAY_SIZE(two_lines) - skip, 2,
	};

	return fits(table, &wide, NR_NEEDED - skip) ? wide : narrow;
}

static int put_line(struct libscols_table *to, const struct layout *layout,
		    const char *const *cells, size_t n)
{
	struct libscols_line *line;
	enum datum d;
	size_t i;

	line = scols_table_new_line(to, NULL);
	if (!line)
		return -ENOMEM;
	for (i = 0; i < layout->nr_columns; i++) {
		d = layout->column[i][n];
		if (d != NOTHING && scols_line_set_data(line, i, cells[d]))
			return -ENOMEM;
	}
	return 0;
}

static int put_lines(struct libscols_table *to, const struct layout *layout,
		     const char *const *cells)
{
	int err = 0;
	size_t n;

	for (n = 0; n < layout->nr_lines && !err; n++)
		err = put_line(to, layout, cells, n);
	return err;
}

static int flags_of(enum datum d)
{
	return data[d].right ? SCOLS_FL_RIGHT : 0;
}

/* Titles are lines like the others, as there may be two of them. */
static int fill(struct libscols_table *to, const struct layout *layout,
		const struct table *table)
{
	const char *titles[NR_DATA];
	enum datum d;
	size_t i;
	int err;

	scols_table_enable_noheadings(to, 1);
	scols_table_set_termforce(to, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_noencoding(to, 1);
	for (i = 0; i < layout->nr_columns; i++)
		if (!scols_table_new_column(to, NULL, 0,
					    flags_of(layout->column[i][0])))
			return -ENOMEM;
	for (d = 0; d < NR_DATA; d++)
		titles[d] = data[d].title;
	err = put_lines(to, layout, titles);
	for (i = 0; i < table->nr && !err; i++)
		err = put_lines(to, layout, table->rows[i].cell);
	return err;
}

static const char *print_lines(FILE *out, const char *at, size_t nr)
{
	size_t len;

	for (; nr; nr--) {
		len = strcspn(at, "\n");
		fwrite(at, 1, len, out);
		putc('\n', out);
		at += len + !!at[len];
	}
	return at;
}

static int print(const struct table *table, FILE *out)
{
	struct layout layout = layout_of(table);
	struct libscols_table *to;
	const char *at;
	char *text;
	size_t i;
	int err;

	to = scols_new_table();
	if (!to)
		return -ENOMEM;
	err = fill(to, &layout, table);
	if (!err)
		err = scols_print_table_to_string(to, &text);
	scols_unref_table(to);
	if (err)
		return err;
	at = print_lines(out, text, layout.nr_lines);
	for (i = 0; i < table->nr; i++) {
		at = print_lines(out, at, layout.nr_lines);
		if (table->rows[i].more)
			fputs(table->rows[i].more, out);
	}
	free(text);
	return 0;
}

/* What widths the columns have is known only at the end. */
static int sock_flush(struct sink *sink)
{
	(void)sink;
	return 0;
}

static int sock_close(struct sink *sink)
{
	struct table *table = sink->priv;
	size_t i;
	int err;

	err = print(table, sink->out);
	for (i = 0; i < table->nr; i++) {
		free(table->rows[i].cells);
		free(table->rows[i].more);
	}
	free(table->rows);
	free(table);
	return err ? err : sink_file_flush(sink);
}

const struct sink_ops sink_sock_table = {
	.name	= "table",
	.open	= table_open,
	.put	= sock_put,
	.flush	= sock_flush,
	.close	= sock_close,
};

const struct sink_ops sink_sock_extended = {
	.name	= "extended",
	.open	= extended_open,
	.put	= sock_put,
	.flush	= sock_flush,
	.close	= sock_close,
};
