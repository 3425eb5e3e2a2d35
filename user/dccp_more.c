// SPDX-License-Identifier: GPL-2.0
/* All of a DCCP socket that is not in its line of the table, for people */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dccp_more.h"
#include "util.h"
#include "width.h"

#define INDENT		8
#define TITLE_WIDTH	9

/* Keys lose the prefix, as the title of the line says as much */
static const struct {
	const struct field *fields;
	const char *title;
	const char *prefix;
} lines[] = {
	{ sock_fields,		"socket",	"" },
	{ entry_fields,		"listener",	"" },
	{ feat_fields,		"feat",		"" },
	{ timers_fields,	"timers",	"timer_" },
	{ ccid2_tx_fields,	"ccid2-tx",	"ccid2_tx_" },
	{ ccid2_rx_fields,	"ccid2-rx",	"ccid2_rx_" },
	{ ccid3_tx_fields,	"ccid3-tx",	"ccid3_tx_" },
	{ ccid3_rx_fields,	"ccid3-rx",	"ccid3_rx_" },
	{ seq_fields,		"seq",		"" },
};

/* What the table has in any case, in one form or another */
static const char *const shown[] = {
	"family", "saddr", "sport", "daddr", "dport", "state", "role",
	"tx_ccid", "rx_ccid", "mps", "pmtu", "service_text",
};

/**
 * struct paragraph - words that go on in the next line when one is full
 * @out: where to
 * @fit: how wide a line may be
 * @title: what comes before the first word
 * @at: how wide the line is so far, 0 if there is none
 */
struct paragraph {
	FILE *out;
	size_t fit;
	const char *title;
	size_t at;
};

static void put_word(struct paragraph *p, const char *word)
{
	size_t width = width_of(word);

	if (!p->at || p->at + 1 + width > p->fit) {
		fprintf(p->out, "%s%*s%-*s", p->at ? "\n" : "", INDENT, "",
			TITLE_WIDTH, p->at ? "" : p->title);
		p->at = INDENT + TITLE_WIDTH;
	} else {
		putc(' ', p->out);
		p->at++;
	}
	fputs(word, p->out);
	p->at += width;
}

static bool is_shown(const struct field *field)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shown); i++)
		if (!strcmp(field->name, shown[i]))
			return true;
	return !FIELD_IS_DATA(field);
}

/* The table has the service code as text, so here it is a number. */
static void put_datum(const struct field *field, const void *data, FILE *out)
{
	struct value v;

	if (field->kind != FIELD_SERVICE) {
		field_text(field, data, out);
		return;
	}
	field_value(field, data, &v);
	fprintf(out, "%" PRIu64, v.u);
}

/* Return: "key:datum", to be freed; NULL on error or if there is no datum. */
static char *word_of(const struct field *field, const void *data,
		     const char *prefix)
{
	char *word = NULL;
	size_t key, len;
	FILE *out;

	out = open_memstream(&word, &len);
	if (!out)
		return NULL;
	fprintf(out, "%s:", field->name + strlen(prefix));
	fflush(out);
	key = len;
	put_datum(field, data, out);
	if (fclose(out) || !strcmp(word + key, "-")) {
		free(word);
		return NULL;
	}
	return word;
}

static void put_part(FILE *out, const struct part *part, const char *title,
		     const char *prefix, size_t fit)
{
	struct paragraph p = { .out = out, .fit = fit, .title = title };
	const struct field *field;
	char *word;

	for (field = part->fields; field->name; field++) {
		if (is_shown(field))
			continue;
		word = word_of(field, part->data, prefix);
		if (word)
			put_word(&p, word);
		free(word);
	}
	if (p.at)
		putc('\n', out);
}

static void put_parts(FILE *out, const struct record *rec, size_t fit)
{
	const struct part *part;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		for (part = rec->part; part->fields; part++)
			if (part->fields == lines[i].fields)
				put_part(out, part, lines[i].title,
					 lines[i].prefix, fit);
}

/**
 * dccp_more - tell the rest of a DCCP socket
 * @rec: from dccp_entry_record()
 * @fit: how wide a line may be
 *
 * Return: lines with a newline each, to be freed; NULL if memory is short.
 */
char *dccp_more(const struct record *rec, size_t fit)
{
	char *text = NULL;
	size_t len;
	FILE *out;

	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	put_parts(out, rec, fit);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
