// SPDX-License-Identifier: GPL-2.0
/* Connections on the whole of a terminal */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ncurses.h>
#include <term.h>

#include "screen.h"
#include "spark.h"

/* A terminal that cannot say what it is, or move its cursor, is a printer. */
static bool can_draw(void)
{
	int err;

	if (!isatty(STDOUT_FILENO) ||
	    setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return false;
	err = !tigetstr("cup") || !tigetstr("clear");
	del_curterm(cur_term);
	return !err;
}

static void measure(struct view *view)
{
	view->height = LINES;
	view->width = COLS;
}

/**
 * screen_open - take the terminal that stdout is
 * @screen: set up here
 *
 * Return: false if it is none that can be drawn on.
 */
bool screen_open(struct screen *screen)
{
	memset(screen, 0, sizeof(*screen));
	if (!can_draw())
		return false;
	screen->term = newterm(NULL, stdout, stdin);
	if (!screen->term)
		return false;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	screen->view.blocks = spark_have_blocks();
	measure(&screen->view);
	return true;
}

/* As many columns as a line may have that is not cut off */
#define MAX_COLUMNS	1024

/**
 * struct pen - what lines are written with
 * @out: where to
 * @text: what was written
 * @len: its length
 */
struct pen {
	FILE *out;
	char *text;
	size_t len;
};

/* What is too long is cut off: it would go on in the next line. */
static void put_line(struct pen *pen, size_t line, attr_t attrs)
{
	wchar_t wide[MAX_COLUMNS + 1];
	size_t len;

	putc('\0', pen->out);
	fflush(pen->out);
	len = mbstowcs(wide, pen->text, MAX_COLUMNS);
	rewind(pen->out);
	if (len == (size_t)-1)
		return;
	wide[len] = L'\0';
	attrset(attrs);
	mvaddnwstr(line, 0, wide, COLS);
	attrset(A_NORMAL);
}

static void put_track(const struct view *view, const struct track *track,
		      struct pen *pen, size_t line)
{
	attr_t attrs = track->gone ? A_DIM : A_NORMAL;

	view_who(track, pen->out);
	put_line(pen, line, track->gone ? A_DIM : A_BOLD);
	view_drawn(view, track, pen->out);
	put_line(pen, line + 1, attrs);
}

static void put_all(const struct view *view, const struct samples *samples,
		    struct pen *pen)
{
	size_t room = view_room(view);
	size_t i, at;

	view_head(view, samples, pen->out);
	put_line(pen, 0, A_NORMAL);
	view_titles(view, pen->out);
	put_line(pen, 1, A_REVERSE);
	for (i = 0; i < room; i++) {
		at = view->top + i;
		if (at >= samples->nr)
			break;
		put_track(view, samples->tracks[at], pen,
			  VIEW_HEAD_LINES + i * VIEW_TRACK_LINES);
	}
}

/**
 * screen_draw - show connections
 * @screen: from screen_open()
 * @samples: the connections
 */
void screen_draw(struct screen *screen, const struct samples *samples)
{
	struct pen pen;

	pen.out = open_memstream(&pen.text, &pen.len);
	if (!pen.out)
		return;
	view_scroll(&screen->view, samples->nr, 0);
	erase();
	put_all(&screen->view, samples, &pen);
	refresh();
	fclose(pen.out);
	free(pen.text);
}

/**
 * screen_resize - see how large the terminal is now
 * @screen: from screen_open()
 */
void screen_resize(struct screen *screen)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col || resizeterm(size.ws_row, size.ws_col) != OK)
		return;
	/* Terminals move what they show, each in its way */
	clearok(curscr, TRUE);
	measure(&screen->view);
}

static long step_of(const struct view *view, int key)
{
	long page = view_room(view);

	switch (key) {
	case KEY_UP:
	case 'k':
		return -1;
	case KEY_DOWN:
	case 'j':
		return 1;
	case KEY_PPAGE:
		return -page;
	case KEY_NPAGE:
	case ' ':
		return page;
	case KEY_HOME:
	case 'g':
		return -INT_MAX;
	case KEY_END:
	case 'G':
		return INT_MAX;
	default:
		return 0;
	}
}

/**
 * screen_take_keys - do what the keys say that were pressed
 * @screen: from screen_open()
 * @nr: how many connections there are
 * @quit: set to whether to end
 *
 * Return: false if there was none: nobody is there to press any.
 */
bool screen_take_keys(struct screen *screen, size_t nr, bool *quit)
{
	bool any = false;
	int key;

	*quit = false;
	while ((key = getch()) != ERR) {
		any = true;
		if (key == 'q')
			*quit = true;
		view_scroll(&screen->view, nr, step_of(&screen->view, key));
	}
	return any;
}

/**
 * screen_close - leave the terminal as it was
 * @screen: from screen_open()
 */
void screen_close(struct screen *screen)
{
	endwin();
	delscreen(screen->term);
}
