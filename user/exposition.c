// SPDX-License-Identifier: GPL-2.0
/* What Prometheus reads: its "text-based format", version 0.0.4 */

#include <inttypes.h>
#include <string.h>

#include "exposition.h"
#include "utf8.h"

/**
 * exposition_family - begin with the samples of one name
 * @out: where to
 * @family: what is to be said of them
 */
void exposition_family(FILE *out, const struct family *family)
{
	fprintf(out, "# HELP divulge_%s %s\n# TYPE divulge_%s %s\n",
		family->name, family->help, family->name, family->type);
}

/**
 * exposition_text - write the value of a label
 * @out: where to
 * @text: any bytes; what is no UTF-8 becomes \xNN
 */
void exposition_text(FILE *out, const char *text)
{
	size_t left = strlen(text), n;

	for (; left; text += n, left -= n) {
		n = utf8_len(text, left);
		if (!n) {
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
			n = 1;
		} else if (*text == '\n') {
			fputs("\\n", out);
		} else {
			if (*text == '"' || *text == '\\')
				putc('\\', out);
			fwrite(text, 1, n, out);
		}
	}
}

/**
 * exposition_sample - write one number
 * @out: where to
 * @family: what it is one of
 * @label: name of its label, NULL for none
 * @value: value of that
 * @n: the number
 */
void exposition_sample(FILE *out, const struct family *family,
		       const char *label, const char *value, uint64_t n)
{
	fprintf(out, "divulge_%s", family->name);
	if (label) {
		fprintf(out, "{%s=\"", label);
		exposition_text(out, value);
		fputs("\"}", out);
	}
	fprintf(out, " %" PRIu64 "\n", n);
}
