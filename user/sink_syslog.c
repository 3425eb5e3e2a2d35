// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of syslog's, as RFC 5424 has them: an element of structured data that
 * holds the fields, one with the number, and the line for people.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "sink.h"
#include "utf8.h"
#include "util.h"
#include "value.h"

/* The number for documentation: RFC 5612 */
#define SD_ID		"divulge@32473"

#define FACILITY	3	/* daemon */

/* RFC 5424, 7.3.1: then it begins with 1 again */
#define LAST_SEQUENCE_ID	2147483647

/* As much of a fraction of a second as there may not be, and the Z */
#define BEYOND_USEC	strlen("789Z")

/**
 * struct constants - what is the same in each message
 * @sender: what the header has between the time and the kind of event
 * @ids: the last parameters, as far as the record's number
 */
struct constants {
	char sender[HOST_NAME_MAX + 64];
	char ids[128];
};

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

static int syslog_open(struct sink *sink)
{
	const struct identity *id = sink->identity;
	struct constants *same = malloc(sizeof(*same));

	if (!same)
		return -ENOMEM;
	snprintf(same->sender, sizeof(same->sender), " %s divulged %d ",
		 id->host, (int)getpid());
	snprintf(same->ids, sizeof(same->ids),
		 " boot=\"%s\" run=\"%" PRIu64 "\" record=\"", id->boot,
		 id->run);
	sink->priv = same;
	return 0;
}

static void put_header(const struct sink *sink, const struct record *rec)
{
	const struct constants *same = sink->priv;

	fprintf(sink->out, "<%d>1 ", FACILITY * 8 + sink_severity(rec->event));
	put_time(rec, sink->out);
	fputs(same->sender, sink->out);
	fputs(rec->event, sink->out);
	putc(' ', sink->out);
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

/* The number that RFC 5424 has a name for is too small for all of ours. */
static void put_number(const struct sink *sink, uint64_t number)
{
	const struct constants *same = sink->priv;

	fputs(same->ids, sink->out);
	fprintf(sink->out, "%" PRIu64 "\"][meta sequenceId=\"%" PRIu64 "\"] ",
		number, (number - 1) % LAST_SEQUENCE_ID + 1);
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
			value_put(&v, out, put_bytes);
			putc('"', out);
		}
	}
}

static int syslog_put(struct sink *sink, const struct record *rec)
{
	errno = 0;
	put_header(sink, rec);
	put_fields(rec, sink->out);
	put_number(sink, rec->number);
	text_say(sink, rec);
	putc('\n', sink->out);
	return sink_file_status(sink);
}

const struct sink_ops sink_syslog = {
	.name	= "syslog",
	.open	= syslog_open,
	.put	= syslog_put,
	.flush	= sink_file_flush,
	.close	= sink_close_kept,
};
