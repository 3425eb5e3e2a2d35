// SPDX-License-Identifier: GPL-2.0
/* Records in a form that the user gives */

#include <errno.h>
#include <string.h>

#include "sink.h"
#include "usage.h"

/**
 * struct piece - what a format is made of
 * @name: of a field, NULL for a byte
 * @len: length of @name
 * @byte: to be written as it is
 */
struct piece {
	const char *name;
	size_t len;
	char byte;
};

static const char *take_escape(const char *at, struct piece *piece)
{
	static const char letters[] = "nt0\\", bytes[] = "\n\t\0\\";
	const char *letter = *at ? strchr(letters, *at) : NULL;

	if (!letter)
		return NULL;
	piece->byte = bytes[letter - letters];
	return at + 1;
}

static const char *take_field(const char *at, struct piece *piece)
{
	const char *end = strchr(at, '}');

	if (!end)
		return NULL;
	piece->name = at;
	piece->len = end - at;
	return end + 1;
}

/* Return: what follows the piece that @at begins with, NULL if it is none. */
static const char *take(const char *at, struct piece *piece)
{
	bool brace = *at == '{';

	piece->name = NULL;
	if (*at == '\\')
		return take_escape(at + 1, piece);
	if (brace && at[1] != '{')
		return take_field(at + 1, piece);
	piece->byte = *at;
	return at + 1 + brace;
}

/**
 * format_check - see whether a format can be used
 * @text: the format
 * @rec: a record like those to be written; its structs are not looked at
 *
 * Return: 0, or EXIT_MISUSED after a report.
 */
int format_check(const char *text, const struct record *rec)
{
	const struct field *field;
	struct piece piece;
	const char *at, *next;
	const void *data;

	for (at = text; *at; at = next) {
		next = take(at, &piece);
		if (!next && *at == '{')
			return misused("'%s' in the format has no '}'", at);
		if (!next)
			return misused("'%.2s' in the format is none of "
				       "\\n, \\t, \\0 and \\\\", at);
		if (!piece.name)
			continue;
		field = record_field(rec, piece.name, piece.len, &data);
		if (!field || !FIELD_IS_DATA(field))
			return misused("there is no field '%.*s'",
				       (int)piece.len, piece.name);
	}
	return 0;
}

static void put_field(const struct sink *sink, const struct format *format,
		      const struct record *rec, const struct piece *piece)
{
	const struct field *field;
	const void *data;
	struct value v;

	field = record_field(rec, piece->name, piece->len, &data);
	if (!field)
		return;
	field_value(field, data, &v);
	if (format->raw && v.kind == VALUE_BYTES)
		fwrite(v.bytes.data, 1, v.bytes.len, sink->out);
	else
		field_text(field, data, sink->out);
}

/**
 * format_fill - write a record in a form, and nothing that ends it
 * @sink: output, which is a file
 * @format: the form, which passed format_check() or would
 * @rec: the record; a field that it does not have is left out
 */
void format_fill(struct sink *sink, const struct format *format,
		 const struct record *rec)
{
	const char *at = format->text;
	struct piece piece;

	while (at && *at) {
		at = take(at, &piece);
		if (at && piece.name)
			put_field(sink, format, rec, &piece);
		else if (at)
			putc(piece.byte, sink->out);
	}
}

static int format_put_record(struct sink *sink, const struct record *rec)
{
	const struct format *format = sink->priv;

	errno = 0;
	format_fill(sink, format, rec);
	putc(format->raw ? '\0' : '\n', sink->out);
	return sink_file_status(sink);
}

static const struct sink_ops sink_format = {
	.name	= "format",
	.put	= format_put_record,
	.flush	= sink_file_flush,
};

/**
 * sink_open_format - open an output for records in a form of one's own
 * @sink: set up here
 * @format: which passed format_check(), and must outlive @sink
 *
 * Return: 0, or a negative errno after a report.
 */
int sink_open_format(struct sink *sink, struct format *format)
{
	int err;

	err = sink_open(sink, &sink_format, stdout);
	if (!err)
		sink->priv = format;
	return err;
}
