// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "text.h"

/* A backslash is unsafe only where it would read as an escape of ours. */
static bool is_safe(const char *bytes, size_t len, wchar_t c)
{
	return iswprint(c) && !(c == L'\\' && len > 1 && bytes[1] == 'x');
}

/**
 * text_put - write bytes for people to read
 * @out: where to
 * @bytes: any bytes
 * @len: how many
 *
 * What the locale cannot print becomes \xNN, byte by byte, so that no file
 * name can steer a terminal or begin a line of its own.
 */
void text_put(FILE *out, const char *bytes, size_t len)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t n, i;

	for (; len; bytes += n, len -= n) {
		n = mbrtowc(&c, bytes, len, &state);
		if (n && n <= len && is_safe(bytes, len, c)) {
			fwrite(bytes, 1, n, out);
			continue;
		}
		if (!n || n > len) {
			memset(&state, 0, sizeof(state));
			n = 1;
		}
		for (i = 0; i < n; i++)
			fprintf(out, "\\x%02x", (unsigned char)bytes[i]);
	}
}

/**
 * report - say something in one line on stderr
 * @fmt: as for printf(), without a newline
 */
void report(const char *fmt, ...)
{
	char *line;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	fflush(stdout);
	flockfile(stderr);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	text_put(stderr, line, len);
	putc('\n', stderr);
	funlockfile(stderr);
	free(line);
}
