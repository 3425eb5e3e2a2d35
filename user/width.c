// SPDX-License-Identifier: GPL-2.0
/* How much room text takes, and how much there is */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "number.h"
#include "width.h"

#define USUAL_WIDTH	80

/**
 * width_of - how wide a text is
 * @text: what text_put() wrote
 *
 * Return: columns of a terminal.
 */
size_t width_of(const char *text)
{
	mbstate_t state = { 0 };
	size_t n, width = 0;
	wchar_t c;
	int more;

	for (; *text; text += n) {
		n = mbrtowc(&c, text, strlen(text), &state);
		if (n > strlen(text))
			return width + strlen(text);
		more = wcwidth(c);
		width += more > 0 ? more : 0;
	}
	return width;
}

/**
 * width_to_fit - how wide an output is
 * @out: the output
 *
 * Return: what COLUMNS says, else columns of the terminal, or SIZE_MAX if it
 * is none.
 */
size_t width_to_fit(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (columns && number_parse(columns, 10, SIZE_MAX, &n) && n)
		return n;
	if (!isatty(fileno(out)))
		return SIZE_MAX;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) || !size.ws_col)
		return USUAL_WIDTH;
	return size.ws_col;
}
