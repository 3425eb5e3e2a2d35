/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SCREEN_H
#define DIVULGE_SCREEN_H

#include <stdbool.h>

#include "samples.h"
#include "view.h"

/**
 * struct screen - the whole terminal
 * @term: what curses knows of it
 * @view: what is shown there
 */
struct screen {
	void *term;
	struct view view;
};

bool screen_open(struct screen *screen);
void screen_draw(struct screen *screen, const struct samples *samples);
void screen_resize(struct screen *screen);
bool screen_take_keys(struct screen *screen, size_t nr, bool *quit);
void screen_close(struct screen *screen);

#endif
