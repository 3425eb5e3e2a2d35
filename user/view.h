/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_VIEW_H
#define DIVULGE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "samples.h"

/* What is above the connections, and of each */
#define VIEW_HEAD_LINES		2
#define VIEW_TRACK_LINES	2

/**
 * struct view - the part of all connections that is to be seen
 * @height: lines of the terminal
 * @width: columns of the terminal
 * @blocks: spark_have_blocks()
 * @top: the first connection that is seen
 */
struct view {
	size_t height;
	size_t width;
	bool blocks;
	size_t top;
};

size_t view_room(const struct view *view);
void view_scroll(struct view *view, size_t nr, long by);
void view_head(const struct view *view, const struct samples *samples,
	       FILE *out);
void view_titles(const struct view *view, FILE *out);
void view_who(const struct track *track, FILE *out);
void view_drawn(const struct view *view, const struct track *track, FILE *out);

#endif
