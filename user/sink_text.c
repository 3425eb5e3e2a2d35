// SPDX-License-Identifier: GPL-2.0
/* One line an event, for people */

#include <string.h>

#include "sink.h"
#include "util.h"

static const struct {
	const char *event, *line;	/* as the text of a struct format */
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

static int text_put_record(struct sink *sink, const struct record *rec)
{
	const struct format format = { .text = line_of(rec) };

	return format_put(sink, &format, rec);
}

const struct sink_ops sink_text = {
	.name	= "text",
	.open	= sink_file_open,
	.put	= text_put_record,
	.flush	= sink_file_flush,
	.close	= sink_file_close,
};
