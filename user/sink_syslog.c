// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of syslog's, as RFC 5424 has them: one element of structured data
 * that holds the fields, and the line for people.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "sink.h"
#include "utf8.h"

/* The number for documentation: RFC 5612 */
#define SD_ID		"divulge@32473"

#define FACILITY	3	/* daemon */
#define WARNING		4
#define INFO		6

/* RFC 5424, 6.2.4 */
#define HOSTNAME_LEN	255

/* As much of a fraction of a second as there may not be, and the Z */
#define BEYOND_USEC	strlen("789Z")

static void put_time(const struct record *rec, FILE *out)
{
	char buf[STAMP_LEN];
	struct stamp time;

	if (!record_stamp(rec, &time)) {
		putc('-', out);
		return;
	}
	stamp_utc(time, buf);
	fprintf(out, "%.*sZ", (int)(strlen(buf) - BEYOND_USEC), buf);
}

static void put_host(FILE *out)
{
	char name[HOSTNAME_LEN + 1] = "";
	size_t i;

	if (gethostname(name, HOSTNAME_LEN) || !*name)
		strcpy(name, "-");
	for (i = 0; name[i]; i++)
		if (name[i] < '!' || name[i] > '~')
			name[i] = '?';
	fputs(name, out);
}

static void put_header(const struct record *rec, FILE *out)
{
	bool bad = !strcmp(rec->event, "lost") || !strcmp(rec->event, "gap");

	fprintf(out, "<%d>1 ", FACILITY * 8 + (bad ? WARNING : INFO));
	put_time(rec, out);
	putc(' ', out);
	put_host(out);
	fprintf(out, " divulged %d %s ", (int)getpid(), rec->event);
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/*
 * A value is UTF-8. What is none becomes \xNN, as it does for people, and so
 * does a backslash that would read as one of these; then a backslash is
 * escaped, as is what could end the value.
 */
static void put_bytes(const char *at, size_t left, FILE *out)
{
	size_t n;

	for (; left; at += n, left -= n) {
		unsigned char c = *at;
		bool reads = c == '\\' && left > 1 && at[1] == 'x';

		n = utf8_len(at, left);
		if (!n || is_control(c) || reads) {
			fprintf(out, "\\\\x%02x", c);
			n = 1;
			continue;
		}
		if (strchr("\"\\]", c))
			putc('\\', out);
		fwrite(at, 1, n, out);
	}
}

static void put_value(const struct value *v, FILE *out);

static void put_flags(const struct value *v, FILE *out)
{
	const char *sep = "";
	struct value flag;
	unsigned int bit;

	for (bit = 0; bit < NR_FLAGS; bit++) {
		if (!value_flag(v, bit, &flag))
			continue;
		fputs(sep, out);
		put_value(&flag, out);
		sep = ",";
	}
}

static void put_uints(const struct uints *uints, FILE *out)
{
	size_t i;

	for (i = 0; i < uints->nr; i++)
		fprintf(out, "%s%" PRIu32, i ? "," : "", uints->u[i]);
}

static void put_value(const struct value *v, FILE *out)
{
	char buf[STAMP_LEN];

	switch (v->kind) {
	case VALUE_NULL:
		break;
	case VALUE_UINT:
		fprintf(out, "%" PRIu64, v->u);
		break;
	case VALUE_INT:
		fprintf(out, "%" PRId64, v->i);
		break;
	case VALUE_BYTES:
		put_bytes(v->bytes.data, v->bytes.len, out);
		break;
	case VALUE_STAMP:
		stamp_utc(v->stamp, buf);
		fputs(buf, out);
		break;
	case VALUE_FLAGS:
		put_flags(v, out);
		break;
	case VALUE_UINTS:
		put_uints(&v->uints, out);
		break;
	}
}

/* A field that holds nothing is left out. */
static void put_fields(const struct record *rec, FILE *out)
{
	const struct field *field;
	const struct part *part;
	struct value v;

	fputs("[" SD_ID, out);
	for (part = rec->part; part->fields; part++) {
		for (field = part->fields; field->name; field++) {
			if (!FIELD_IS_DATA(field))
				continue;
			field_value(field, part->data, &v);
			if (v.kind == VALUE_NULL)
				continue;
			fprintf(out, " %s=\"", field->name);
			put_value(&v, out);
			putc('"', out);
		}
	}
	fputs("] ", out);
}

static int syslog_put(struct sink *sink, const struct record *rec)
{
	errno = 0;
	put_header(rec, sink->out);
	put_fields(rec, sink->out);
	text_say(sink, rec);
	putc('\n', sink->out);
	return sink_file_status(sink);
}

const struct sink_ops sink_syslog = {
	.name	= "syslog",
	.put	= syslog_put,
	.flush	= sink_file_flush,
};
