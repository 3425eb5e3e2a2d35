// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of the journal: NAME=VALUE, each with a NUL behind it. No value has
 * one: a path and the name of a program are without, and all else is text.
 */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "identity.h"
#include "sink.h"
#include "util.h"
#include "value.h"

/* What "journalctl MESSAGE_ID=" finds: they never change */
static const struct {
	const char *event;
	const char *id;
} message_ids[] = {
	{ "birth",		"93372313840f4063b48f4b6a564b85e9" },
	{ "found",		"36f5a3d6d8d44ffa9d77afe6f5c7e359" },
	{ "lost",		"8c1947b3e63e473d94d1b79867366380" },
	{ "gap",		"b6b08545b6b64368b4be229e3ecb9f1f" },
	{ "down",		"0ba712429484472db09361bf4507fa4b" },
	{ "watch",		"585fb9bc7d1c4bf2a58202c1ecea2264" },
	{ "unmount",		"78f981977256432e96b6d723b3edf5ea" },
	{ "dccp-state",		"b7127bed954b41ad908c13ffc35e3c7a" },
	{ "dccp-ccid",		"eeea0fa88eda4786bb160f7f232024a2" },
	{ "dccp-mps",		"127a5c10bf0f42e89454a8bfe46ce02d" },
	{ "dccp-loss",		"3a82786568c842398a15a49eb211f603" },
	{ "dccp-change",	"4d4b019ab5e143be9138a5d335b4b3dc" },
};

static void put_bytes(const char *at, size_t len, FILE *out)
{
	fwrite(at, 1, len, out);
}

static void put_message_id(const struct record *rec, FILE *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(message_ids); i++)
		if (!strcmp(message_ids[i].event, rec->event))
			fprintf(out, "MESSAGE_ID=%s%c", message_ids[i].id, 0);
}

static void put_head(struct sink *sink, const struct record *rec)
{
	fputs("MESSAGE=", sink->out);
	text_say(sink, rec);
	putc('\0', sink->out);
	put_message_id(rec, sink->out);
	fprintf(sink->out, "PRIORITY=%d%c", sink_severity(rec->event), 0);
	fprintf(sink->out, "SYSLOG_IDENTIFIER=divulged%c", 0);
	fprintf(sink->out, "DIVULGE_EVENT=%s%c", rec->event, 0);
}

static void put_field(const struct field *field, const struct value *v,
		      FILE *out)
{
	const char *c;

	fputs("DIVULGE_", out);
	for (c = field->name; *c; c++)
		putc(toupper((unsigned char)*c), out);
	putc('=', out);
	value_put(v, out, put_bytes);
	putc('\0', out);
}

/* A field that holds nothing is left out. */
static void put_part(const struct part *part, FILE *out)
{
	const struct field *field;
	struct value v;

	for (field = part->fields; field->name; field++) {
		if (!FIELD_IS_DATA(field))
			continue;
		field_value(field, part->data, &v);
		if (v.kind != VALUE_NULL)
			put_field(field, &v, out);
	}
}

static void put_identity(const struct sink *sink, uint64_t number)
{
	const struct identity *id = sink->identity;

	fprintf(sink->out, "DIVULGE_HOST=%s%cDIVULGE_BOOT=%s%c", id->host, 0,
		id->boot, 0);
	fprintf(sink->out, "DIVULGE_RUN=%" PRIu64 "%cDIVULGE_RECORD=%" PRIu64
		"%c", id->run, 0, number, 0);
}

static int journal_put(struct sink *sink, const struct record *rec)
{
	const struct part *part;

	errno = 0;
	put_head(sink, rec);
	for (part = rec->part; part->fields; part++)
		put_part(part, sink->out);
	put_identity(sink, rec->number);
	putc('\n', sink->out);
	return sink_file_status(sink);
}

const struct sink_ops sink_journal = {
	.name	= "journal",
	.put	= journal_put,
	.flush	= sink_file_flush,
};
