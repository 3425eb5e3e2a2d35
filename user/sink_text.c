// SPDX-License-Identifier: GPL-2.0
/* One line an event, for people */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "identity.h"
#include "sink.h"
#include "util.h"

/**
 * struct phrase - what a line is made of, in this order
 * @event: of which records, NULL for all
 * @with: only if this field holds something
 * @text: as that of a struct format
 */
struct phrase {
	const char *event;
	const char *with;
	const char *text;
};

static const struct phrase phrases[] = {
	{
		"birth", NULL,
		"born {type} {where} ({fs} {sb_dev} ino {ino} gen {gen})"
		" {kind} by {comm}[{tgid}] uid {uid}",
	},
	{
		"lost", NULL,
		"lost {count} {stream} (from {first_seq} to {last_seq},"
		" between {since} and {until})",
	},
	{
		"found", NULL,
		"found {type} {path} born {btime}"
		" ({fs} {dev} ino {ino} gen {gen})",
	},
	{
		"unmount", NULL,
		"unmounted {fs} {sb_dev}, was watched on {path}",
	},
	{
		"watch", NULL,
		"watching {fs} on {path} ({sb_dev})",
	},

	{ "down", NULL, "down between {since} and {until}" },
	{ "down", "path", ", births on {path} ({fs} {sb_dev}) were not heard" },
	{
		"gap", NULL,
		"gap of {count} records (from {first_record} to"
		" {last_record}) between {since} and {until}:",
	},
	{
		"gap", "births_first_seq",
		" {births} births from {births_first_seq} to"
		" {births_last_seq},",
	},
	{
		"gap", "dccp_first_seq",
		" {dccp} of dccp from {dccp_first_seq} to {dccp_last_seq},",
	},
	{ "gap", NULL, " {others} others that told of {lost} lost" },

	{ NULL, "cookie", "dccp {local} {peer} " },
	{ "dccp-state", NULL, "{old_state} -> {state}" },
	{ "dccp-ccid", NULL, "ccid {ccids} agreed" },
	{
		"dccp-mps", NULL,
		"mps {old_mps} -> {mps} pmtu {old_pmtu} -> {pmtu}",
	},
	{ "dccp-loss", NULL, "loss {loss}" },
	/* What a newer module tells of */
	{ "dccp-change", NULL, "change {change}" },
	{ "dccp-sample", NULL, "{state} sample {sample} mps {mps}" },
	{
		NULL, "change",
		" ({role} ccid {ccids} mps {mps} pmtu {pmtu} {service} cookie"
		" {cookie} netns {netns})",
	},
	{ NULL, "cause", " {how}" },
	{ NULL, "ccid2_tx_cwnd", " cwnd {ccid2_tx_cwnd}" },
	{ NULL, "ccid2_tx_pipe", " pipe {ccid2_tx_pipe}" },
	{ NULL, "rate", " rate {rate}" },
	{ NULL, "rtt", " rtt {rtt}" },
	{ NULL, "congested", " congested {congested}" },
	{ NULL, "ccid3_tx_p", " p {ccid3_tx_p}" },
	{ NULL, "ccid3_rx_x_recv", " rx rate {ccid3_rx_x_recv}" },
	{ NULL, "ccid3_rx_p", " rx p {ccid3_rx_p}" },
	{ NULL, "tx_queued", " queue {tx_queued}" },
};

static bool holds(const struct record *rec, const char *name)
{
	struct value v;

	record_value(rec, name, &v);
	return v.kind != VALUE_NULL;
}

static bool fits(const struct phrase *phrase, const struct record *rec)
{
	if (phrase->event && strcmp(phrase->event, rec->event))
		return false;
	return !phrase->with || holds(rec, phrase->with);
}

/**
 * text_say - write what a record says, but for its time
 * @sink: output, which is a file
 * @rec: the record, of an event
 */
void text_say(struct sink *sink, const struct record *rec)
{
	struct format format = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(phrases); i++) {
		if (!fits(&phrases[i], rec))
			continue;
		format.text = phrases[i].text;
		format_fill(sink, &format, rec);
	}
}

static int text_put_record(struct sink *sink, const struct record *rec)
{
	const struct format time = { .text = "{time} " };

	errno = 0;
	format_fill(sink, &time, rec);
	text_say(sink, rec);
	putc('\n', sink->out);
	return sink_file_status(sink);
}

/* A boot id says nothing to people; without it a run is all but unique. */
static int log_open(struct sink *sink)
{
	const struct identity *id = sink->identity;

	return sink_keep(sink, "%s %" PRIu64 ".", id->host, id->run);
}

/* Who reads a log wants to know the day, too. */
static int log_put_record(struct sink *sink, const struct record *rec)
{
	char buf[STAMP_LEN];
	struct stamp time;

	errno = 0;
	if (record_stamp(rec, &time)) {
		stamp_local(time, buf);
		fprintf(sink->out, "%s ", buf);
	}
	fputs(sink->priv, sink->out);
	fprintf(sink->out, "%" PRIu64 " ", rec->number);
	text_say(sink, rec);
	putc('\n', sink->out);
	return sink_file_status(sink);
}

const struct sink_ops sink_text = {
	.name	= "text",
	.put	= text_put_record,
	.flush	= sink_file_flush,
};

const struct sink_ops sink_log = {
	.name	= "text",
	.open	= log_open,
	.put	= log_put_record,
	.flush	= sink_file_flush,
	.close	= sink_close_kept,
};
