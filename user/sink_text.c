// SPDX-License-Identifier: GPL-2.0
/* One line an event, for people */

#include <errno.h>
#include <string.h>

#include "sink.h"
#include "util.h"

static const struct {
	const char *event, *line;	/* {field} is what the field holds */
} forms[] = {
	{
		"birth",
		"{time} born {type} {where} ({fs} {sb_dev} ino {ino} gen {gen})"
		" {kind} by {comm}[{tgid}] uid {uid}",
	},
	{
		"dccp-state",
		"{time} dccp {local} {peer} {old_state} -> {state} ({role} ccid"
		" {tx_ccid}/{rx_ccid} mps {mps} pmtu {pmtu} {service})",
	},
	{
		"lost",
		"{time} lost {count} {stream} (from {first_seq} to {last_seq},"
		" between {since} and {until})",
	},
	{
		"found",
		"{time} found {type} {path} born {btime}"
		" ({fs} {dev} ino {ino} gen {gen})",
	},
	{
		"unmount",
		"{time} unmounted {fs} {sb_dev}, was watched on {path}",
	},
	{
		"watch",
		"{time} watching {fs} on {path} ({sb_dev})",
	},
};

static const char *line_of(const struct record *rec)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(forms[i].event, rec->event))
			return forms[i].line;
	return rec->event;
}

/* Return: what follows the field that @at begins with. */
static const char *put_field(FILE *out, const struct record *rec,
			     const char *at)
{
	size_t len = strcspn(at, "}");
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)len, at);
	record_text(rec, name, out);
	return at + len + 1;
}

static int text_put_record(struct sink *sink, const struct record *rec)
{
	const char *at = line_of(rec);
	size_t len;

	errno = 0;
	for (;;) {
		len = strcspn(at, "{");
		fwrite(at, 1, len, sink->out);
		at += len;
		if (!*at)
			break;
		at = put_field(sink->out, rec, at + 1);
	}
	putc('\n', sink->out);
	return sink_file_status(sink);
}

const struct sink_ops sink_text = {
	.name	= "text",
	.open	= sink_file_open,
	.put	= text_put_record,
	.flush	= sink_file_flush,
	.close	= sink_file_close,
};
