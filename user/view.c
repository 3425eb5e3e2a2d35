// SPDX-License-Identifier: GPL-2.0
/* Connections and what they were, as lines for a terminal */

#include <inttypes.h>
#include <stdlib.h>

#include "sink.h"
#include "spark.h"
#include "stamp.h"
#include "unit.h"
#include "view.h"

/* "999kB/s" and a space; what a series needs at least; what is between two */
#define VALUE_COLUMNS	8
#define MIN_COLUMNS	20
#define GUTTER		2

/**
 * view_room - see how many connections there is room for
 * @view: part of them
 *
 * Return: how many, at least one.
 */
size_t view_room(const struct view *view)
{
	if (view->height < VIEW_HEAD_LINES + 2 * VIEW_TRACK_LINES)
		return 1;
	return (view->height - VIEW_HEAD_LINES) / VIEW_TRACK_LINES;
}

/**
 * view_scroll - look at another part
 * @view: part of them
 * @nr: how many there are
 * @by: how far to go on, or back if it is negative
 */
void view_scroll(struct view *view, size_t nr, long by)
{
	size_t room = view_room(view);
	size_t last = nr > room ? nr - room : 0;

	if (by < 0)
		view->top -= view->top < (size_t)-by ? view->top : (size_t)-by;
	else
		view->top += by;
	if (view->top > last)
		view->top = last;
}

static void put_which(const struct view *view, size_t nr, FILE *out)
{
	size_t room = view_room(view);

	if (nr > room)
		fprintf(out, "%zu-%zu of ", view->top + 1, view->top + room);
	fprintf(out, "%zu connection%s", nr, nr == 1 ? "" : "s");
}

/**
 * view_head - write what holds for all connections
 * @view: part of them
 * @samples: the connections
 * @out: where to
 */
void view_head(const struct view *view, const struct samples *samples,
	       FILE *out)
{
	char buf[STAMP_LEN];

	stamp_clock(stamp_from_ns(samples->now.time), buf);
	/* Its hours, minutes and seconds do */
	fprintf(out, "%.8s  ", buf);
	put_which(view, samples->nr, out);
	fprintf(out, "  sample %" PRIu64, samples->now.sample);
	if (samples->missed)
		fprintf(out, "  %" PRIu64 " missed", samples->missed);
	if (!samples->whole)
		fputs("  some may not be shown: they come and go", out);
}

/* How many series there is room for */
static size_t nr_series(const struct view *view)
{
	size_t nr = (view->width + GUTTER) / (MIN_COLUMNS + GUTTER);

	if (nr < 1)
		return 1;
	return nr < NR_SERIES ? nr : NR_SERIES;
}

/* How many values of each there is room for */
static size_t nr_points(const struct view *view)
{
	size_t nr = nr_series(view);
	size_t columns = (view->width - (nr - 1) * GUTTER) / nr;

	if (columns <= VALUE_COLUMNS)
		return 0;
	columns -= VALUE_COLUMNS;
	return columns < TRACK_LEN ? columns : TRACK_LEN;
}

/**
 * view_titles - write what is drawn below
 * @view: part of the connections
 * @out: where to
 */
void view_titles(const struct view *view, FILE *out)
{
	static const char *const titles[] = { "WINDOW/RATE", "RTT", "LOSS" };
	int width = VALUE_COLUMNS + nr_points(view) + GUTTER;
	size_t i;

	for (i = 0; i < nr_series(view); i++)
		fprintf(out, "%-*s", width, titles[i]);
}

/**
 * view_who - write which connection it is
 * @track: the connection
 * @out: where to
 */
void view_who(const struct track *track, FILE *out)
{
	static const struct format form = {
		.text = "{local} {peer} {state} {role} ccid {ccids} mps {mps}"
			" queue {tx_queued} {service}",
	}, gone = {
		.text = "{local} {peer} CLOSED {role} {service}",
	};
	struct record rec = track_record(track);
	struct sink sink = { .out = out };

	format_fill(&sink, track->gone ? &gone : &form, &rec);
}

static bool is_ccid2(const struct track *track)
{
	return track->entry.has &
	       UINT32_C(1) << DIVULGE_A_DCCP_ENTRY_CCID2_TX;
}

static void put_value(const struct track *track, enum series series,
		      uint64_t value, FILE *out)
{
	if (value == SPARK_GAP)
		putc('-', out);
	else if (series == SERIES_RTT)
		unit_time(out, value);
	else if (series == SERIES_WINDOW && is_ccid2(track))
		fprintf(out, "%" PRIu64, value);
	else if (series == SERIES_WINDOW)
		unit_rate(out, value);
	else if (is_ccid2(track))
		fputs(value ? "yes" : "no", out);
	else
		unit_share(out, value);
}

/* The last value, to the right of its columns */
static void put_last(const struct track *track, enum series series, FILE *out)
{
	char text[32] = "";
	FILE *cell;

	cell = fmemopen(text, sizeof(text) - 1, "w");
	if (!cell)
		return;
	put_value(track, series, track_point(track, series, 0), cell);
	fclose(cell);
	fprintf(out, "%*s ", VALUE_COLUMNS - 1, text);
}

static uint64_t greatest(const struct track *track, enum series series,
			 size_t points)
{
	uint64_t value, max = 0;
	size_t ago;

	for (ago = 0; ago < points; ago++) {
		value = track_point(track, series, ago);
		if (value != SPARK_GAP && value > max)
			max = value;
	}
	return max;
}

static void put_series(const struct view *view, const struct track *track,
		       enum series series, FILE *out)
{
	size_t ago = nr_points(view);
	uint64_t max = greatest(track, series, ago);

	put_last(track, series, out);
	while (ago--)
		fputs(spark_glyph(track_point(track, series, ago), max,
				  view->blocks), out);
}

/**
 * view_drawn - draw what a connection was
 * @view: part of the connections
 * @track: one in it
 * @out: where to
 */
void view_drawn(const struct view *view, const struct track *track, FILE *out)
{
	size_t i;

	for (i = 0; i < nr_series(view); i++) {
		if (i)
			fprintf(out, "%*s", GUTTER, "");
		put_series(view, track, i, out);
	}
}
