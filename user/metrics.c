// SPDX-License-Identifier: GPL-2.0
/* Counters of this process and of the kernel module, for Prometheus */

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "exposition.h"
#include "metrics.h"
#include "util.h"

#define NSEC_PER_SEC	INT64_C(1000000000)

struct number {
	struct family family;
	size_t offset;
};

#define NUMBER(s, m, name, type, help)					\
	{ { name, type, help }, offsetof(struct s, m) }

static uint64_t number_in(const struct number *number, const void *data)
{
	uint64_t n;

	memcpy(&n, (const char *)data + number->offset, sizeof(n));
	return n;
}

static const struct number of_output[] = {
	NUMBER(output_figures, up, "output_up", "gauge",
	       "Whether the output can write just now."),
	NUMBER(output_figures, given, "output_given_records_total", "counter",
	       "Records that were for the output."),
	NUMBER(output_figures, written, "output_written_records_total",
	       "counter", "Records that it wrote."),
	NUMBER(output_figures, bytes, "output_written_bytes_total", "counter",
	       "Bytes that it wrote."),
	NUMBER(output_figures, lost, "output_lost_records_total", "counter",
	       "Records that it had to leave out."),
	NUMBER(output_figures, told, "output_told_records_total", "counter",
	       "Records whose absence its gap records tell."),
	NUMBER(output_figures, gaps, "output_gaps_total", "counter",
	       "Gap records that it wrote."),
	NUMBER(output_figures, waiting, "output_waiting_records", "gauge",
	       "Records in its queue."),
	NUMBER(output_figures, waiting_bytes, "output_waiting_bytes", "gauge",
	       "Bytes in its queue."),
	NUMBER(output_figures, errors, "output_errors_total", "counter",
	       "How often it could not be opened or written to."),
	NUMBER(output_figures, opened, "output_opens_total", "counter",
	       "How often it was opened."),
};

/* All figures of an output are of one moment. */
static void put_outputs(FILE *out, const struct outputs *outputs)
{
	struct output_figures figures[ARRAY_SIZE(outputs->output)];
	const struct number *number;
	size_t n, i;

	for (i = 0; i < outputs->nr; i++)
		output_look(outputs->output[i], &figures[i]);
	for (n = 0; n < ARRAY_SIZE(of_output) && outputs->nr; n++) {
		number = &of_output[n];
		exposition_family(out, &number->family);
		for (i = 0; i < outputs->nr; i++)
			exposition_sample(out, &number->family, "output",
					  outputs->output[i]->name,
					  number_in(number, &figures[i]));
	}
}

static void put_one(FILE *out, const struct family *family, uint64_t n)
{
	exposition_family(out, family);
	exposition_sample(out, family, NULL, NULL, n);
}

/* @births: NULL if one may not know */
static void put_streams(FILE *out, const struct family *family,
			const uint64_t *births, uint64_t dccp)
{
	exposition_family(out, family);
	if (births)
		exposition_sample(out, family, "stream", "births", *births);
	exposition_sample(out, family, "stream", "dccp", dccp);
}

static void put_fs(FILE *out, const struct tally *tally,
		   const struct number *number)
{
	size_t i;

	if (tally->nr_fs)
		exposition_family(out, &number->family);
	for (i = 0; i < tally->nr_fs; i++)
		exposition_sample(out, &number->family, "fs",
				  tally->fs[i].name,
				  number_in(number, &tally->fs[i]));
}

static void put_tally(FILE *out, const struct tally *tally)
{
	static const struct family records = {
		"records_total", "counter", "Records of any kind.",
	}, changes = {
		"dccp_events_total", "counter", "Events of DCCP, by kind.",
	}, lost = {
		"events_lost_total", "counter",
		"Events that were lost before they came here.",
	};
	static const struct number by_fs[] = {
		NUMBER(tally_fs, births, "births_total", "counter",
		       "Births, by kind of filesystem."),
		NUMBER(tally_fs, found, "found_births_total", "counter",
		       "Births that were found by a search, after a loss."),
	};
	size_t i;

	put_one(out, &records, tally->records);
	for (i = 0; i < ARRAY_SIZE(by_fs); i++)
		put_fs(out, tally, &by_fs[i]);
	exposition_family(out, &changes);
	for (i = 0; i < TALLY_CHANGES; i++)
		exposition_sample(out, &changes, "event", tally_changes[i],
				  tally->changes[i]);
	put_streams(out, &lost, &tally->lost_births, tally->lost_dccp);
}

static const struct number of_statistics[] = {
#define COUNTED(m, help)						\
	NUMBER(divulge_dccp_statistics, m, "dccp_" #m "_total", "counter", help)
	COUNTED(active_opens, "Connections asked for."),
	COUNTED(passive_opens, "Connections that others asked for."),
	COUNTED(estab_resets, "Connections closed from OPEN or CLOSING."),
	COUNTED(attempt_fails, "Connections that failed before OPEN."),
	COUNTED(abort_on_timeout, "Connections given up after retransmissions."),
	COUNTED(abort_failed, "Resets that could not be sent."),
	COUNTED(timeouts, "Retransmission timers that expired."),
	COUNTED(out_segs, "Packets sent."),
	COUNTED(out_rsts, "Resets sent."),
	COUNTED(in_errs, "Packets received with errors."),
	COUNTED(opt_mandatory_error, "Connections ended by a Mandatory option."),
	COUNTED(invalid_opt, "Packets with an option that was not valid."),
#undef COUNTED
};

/* The processors are asked one after the other: their sum may be below 0. */
static void put_statistics(FILE *out, const struct divulge_dccp_statistics *s)
{
	static const struct family connections = {
		"dccp_connections", "gauge", "Connections in OPEN.",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of_statistics); i++)
		put_one(out, &of_statistics[i].family,
			number_in(&of_statistics[i], s));
	put_one(out, &connections, s->curr_estab > 0 ? s->curr_estab : 0);
}

static void put_kernel(FILE *out, const struct module_info *info)
{
	static const struct family events = {
		"kernel_events_total", "counter",
		"Events that the kernel module has sent to listeners.",
	}, lost = {
		"kernel_events_lost_total", "counter",
		"Events that found no room in the kernel.",
	}, missed = {
		"kernel_dccp_missed_total", "counter",
		"Calls in DCCP that no probe was free for.",
	}, watches = {
		"kernel_watches", "gauge", "Watches of anybody's.",
	};
	uint64_t published = info->births.births_published;
	uint64_t births_lost = info->births.births_lost;
	bool may = info->may_watch;

	put_streams(out, &events, may ? &published : NULL,
		    info->dccp.dccp_published);
	put_streams(out, &lost, may ? &births_lost : NULL,
		    info->dccp.dccp_lost);
	put_one(out, &missed, info->dccp.dccp_missed);
	if (may)
		put_one(out, &watches, info->births.watches);
	if (info->has_statistics)
		put_statistics(out, &info->statistics);
}

static void put_info(FILE *out, const struct module_info *info)
{
	static const struct family family = {
		"info", "gauge", "What runs; always 1.",
	};
	struct utsname name = { .release = "" };

	uname(&name);
	exposition_family(out, &family);
	fputs("divulge_info{version=\"" VERSION "\",kernel=\"", out);
	exposition_text(out, name.release);
	fputs("\",module=\"", out);
	exposition_text(out, info ? info->version : "");
	fputs("\"} 1\n", out);
}

static void put_all(FILE *out, const struct outputs *outputs,
		    const struct module_info *info)
{
	static const struct family start = {
		"start_time_seconds", "gauge",
		"When the daemon began, in seconds since the epoch.",
	}, queue = {
		"queue_size_bytes", "gauge",
		"Memory for the queues of the outputs of one format.",
	};

	put_info(out, info);
	put_one(out, &start, outputs->since / NSEC_PER_SEC);
	put_tally(out, &outputs->tally);
	put_one(out, &queue, outputs->queue);
	put_outputs(out, outputs);
	if (info)
		put_kernel(out, info);
}

/**
 * metrics_text - tell how all is getting on
 * @outputs: outputs
 * @info: what the kernel module says, NULL if it was not asked
 * @len: set to the length of the text
 *
 * Return: the text, to be freed; NULL if there is no memory.
 */
char *metrics_text(const struct outputs *outputs,
		   const struct module_info *info, size_t *len)
{
	char *text = NULL;
	FILE *out;
	bool bad;

	out = open_memstream(&text, len);
	if (!out)
		return NULL;
	put_all(out, outputs, info);
	bad = ferror(out);
	if (!fclose(out) && !bad)
		return text;
	free(text);
	return NULL;
}
