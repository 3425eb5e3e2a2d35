// SPDX-License-Identifier: GPL-2.0
/* Records on their way to several outputs, none of which waits for another */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "outputs.h"
#include "rate.h"
#include "text.h"

/* How long to wait for a first attempt to open what has to be there */
#define FIRST_ATTEMPT	NSEC_PER_SEC

static int feed_open(struct feed *feed, const struct sink_ops *format,
		     const struct outputs *outputs)
{
	int err;

	if (feed->ring.size)
		return 0;
	err = render_open(&feed->render, format, &outputs->identity);
	if (err)
		return err;
	err = ring_open(&feed->ring, outputs->queue);
	if (!err)
		return 0;
	feed->ring.size = 0;
	render_close(&feed->render);
	return err;
}

static bool all_dead(const struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < outputs->nr; i++)
		if (!outputs->output[i]->dead)
			return false;
	return outputs->nr;
}

static int outputs_put(struct sink *sink, const struct record *rec)
{
	struct outputs *outputs = sink->priv;
	struct record numbered = *rec;
	struct mark mark;
	struct feed *feed;
	size_t i;
	int err;

	if (all_dead(outputs))
		return -EPIPE;
	numbered.number = outputs->tally.records + 1;
	mark_record(&numbered, &mark);
	tally_add(&outputs->tally, &numbered, &mark);
	for (i = 0; i < SETTINGS_FORMATS; i++) {
		feed = &outputs->feed[i];
		if (!feed->ring.cursors)
			continue;
		err = render_record(&feed->render, &numbered);
		if (err)
			return err;
		ring_put(&feed->ring, &mark, feed->render.text,
			 feed->render.len);
	}
	return 0;
}

static void drop(struct outputs *outputs, size_t i)
{
	struct output *o = outputs->output[i];
	uint64_t left = output_left(o);

	if (left)
		report("output %s: %" PRIu64 " records were not written, of which %" PRIu64
		       " may have arrived all the same", o->name, left,
		       o->unsure);
	output_free(o);
	outputs->nr--;
	memmove(&outputs->output[i], &outputs->output[i + 1],
		(outputs->nr - i) * sizeof(o));
}

/* Let go what was told to end and has. */
static void reap(struct outputs *outputs)
{
	size_t i;

	for (i = outputs->nr; i-- > outputs->nr - outputs->leaving;) {
		if (!output_join(outputs->output[i], false))
			continue;
		outputs->leaving--;
		drop(outputs, i);
	}
}

static int outputs_flush(struct sink *sink)
{
	struct outputs *outputs = sink->priv;
	size_t i;

	for (i = 0; i < SETTINGS_FORMATS; i++)
		if (outputs->feed[i].ring.size)
			ring_wake(&outputs->feed[i].ring);
	if (outputs->leaving)
		reap(outputs);
	return 0;
}

static const struct sink_ops outputs_ops = {
	.name	= "outputs",
	.put	= outputs_put,
	.flush	= outputs_flush,
};

static int start(struct outputs *outputs, struct destination *to, bool strict)
{
	const struct sink_ops *format = settings_formats[to->format];
	struct feed *feed = &outputs->feed[to->format];
	struct output *o;
	int err;

	err = feed_open(feed, format, outputs);
	if (err) {
		report("cannot start the output %s: %s", to->name,
		       strerror(-err));
		return err;
	}
	o = output_start(to->name, format, &outputs->identity, &feed->ring,
			 &to->target, strict);
	if (!o)
		return -ENOMEM;
	outputs->output[outputs->nr++] = o;
	return 0;
}

/* What cannot be opened at the start is wrong: a network may come later. */
static int see_opened(const struct output *o)
{
	int64_t until = rate_now() + FIRST_ATTEMPT;

	if (!o->strict)
		return 0;
	while (!o->tried && rate_now() < until)
		poll(NULL, 0, 2);
	return o->dead ? -o->err : 0;
}

/**
 * outputs_measure - have the file of metrics say how all is getting on
 * @outputs: outputs
 * @info: what the kernel module says, NULL for what it said last
 */
void outputs_measure(struct outputs *outputs, const struct module_info *info)
{
	size_t len;
	char *text;

	if (info) {
		outputs->info = *info;
		outputs->asked = true;
	}
	if (!outputs->metrics)
		return;
	text = metrics_text(outputs, outputs->asked ? &outputs->info : NULL,
			    &len);
	if (text)
		snapshot_put(outputs->metrics, text, len);
}

/* As for any file, what cannot be written at the start is wrong. */
static int start_metrics(struct outputs *outputs,
			 const struct settings *settings, bool strict)
{
	if (!settings->metrics)
		return 0;
	outputs->metrics = snapshot_start(settings->metrics,
					  settings->metrics_path);
	if (!outputs->metrics)
		return -ENOMEM;
	outputs_measure(outputs, NULL);
	return strict ? snapshot_wait(outputs->metrics, FIRST_ATTEMPT) : 0;
}

static void end_metrics(struct outputs *outputs)
{
	if (!outputs->metrics)
		return;
	if (!snapshot_end(outputs->metrics))
		report("output metrics:%s: stuck when told to end",
		       outputs->metrics->name);
	outputs->metrics = NULL;
}

/**
 * outputs_open - start all outputs
 * @outputs: set up here
 * @settings: which; their targets are taken from there
 *
 * Return: 0, or a negative errno after a report.
 */
int outputs_open(struct outputs *outputs, struct settings *settings)
{
	size_t i;
	int err;

	memset(outputs, 0, sizeof(*outputs));
	outputs->sink.ops = &outputs_ops;
	outputs->sink.priv = outputs;
	outputs->queue = settings->queue;
	outputs->settled = UINT64_MAX;
	err = identity_find(&outputs->identity);
	outputs->since = stamp_now();
	for (i = 0; i < settings->nr_outputs && !err; i++)
		err = start(outputs, &settings->output[i], true);
	for (i = 0; i < outputs->nr && !err; i++)
		err = see_opened(outputs->output[i]);
	if (!err)
		err = start_metrics(outputs, settings, true);
	if (err)
		outputs_close(outputs);
	return err;
}

static bool is_wanted(const struct settings *settings, const char *name)
{
	size_t i;

	for (i = 0; i < settings->nr_outputs; i++)
		if (!strcmp(settings->output[i].name, name))
			return true;
	return false;
}

static bool is_there(const struct outputs *outputs, const char *name)
{
	size_t i;

	for (i = 0; i < outputs->nr - outputs->leaving; i++)
		if (!strcmp(outputs->output[i]->name, name))
			return true;
	return false;
}

/* Those that leave come last. */
static void dismiss(struct outputs *outputs, size_t i)
{
	struct output *o = outputs->output[i];

	output_end(o);
	memmove(&outputs->output[i], &outputs->output[i + 1],
		(outputs->nr - 1 - i) * sizeof(o));
	outputs->output[outputs->nr - 1] = o;
	outputs->leaving++;
}

static int add(struct outputs *outputs, struct destination *to)
{
	struct output *leaving[SETTINGS_OUTPUTS];
	size_t stay = outputs->nr - outputs->leaving;
	int err;

	if (outputs->leaving)
		memcpy(leaving, &outputs->output[stay],
		       outputs->leaving * sizeof(leaving[0]));
	outputs->nr = stay;
	err = start(outputs, to, false);
	if (outputs->leaving)
		memcpy(&outputs->output[outputs->nr], leaving,
		       outputs->leaving * sizeof(leaving[0]));
	outputs->nr += outputs->leaving;
	return err;
}

/* Where a name leads is settled when it is new. */
static int change_metrics(struct outputs *outputs,
			  const struct settings *settings)
{
	if (outputs->metrics && settings->metrics &&
	    !strcmp(outputs->metrics->name, settings->metrics))
		return 0;
	end_metrics(outputs);
	return start_metrics(outputs, settings, false);
}

/**
 * outputs_prepare - see whether there can be other outputs
 * @outputs: those there are
 * @settings: those that are wanted
 *
 * Return: 0, for outputs_change() or outputs_cancel(); -EBUSY if some of those
 * that were to leave before have not yet; or -ENOMEM. It is reported.
 */
int outputs_prepare(struct outputs *outputs, const struct settings *settings)
{
	size_t i;

	reap(outputs);
	if (outputs->leaving) {
		report("outputs are still ending: try again");
		return -EBUSY;
	}
	for (i = 0; i < SETTINGS_FORMATS; i++) {
		if (settings->queue == outputs->queue ||
		    !outputs->feed[i].ring.size)
			continue;
		outputs->spare[i] = malloc(settings->queue);
		if (outputs->spare[i])
			continue;
		report("there is not enough memory for the queue");
		outputs_cancel(outputs);
		return -ENOMEM;
	}
	return 0;
}

/* Leave all as it was before outputs_prepare(). */
void outputs_cancel(struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < SETTINGS_FORMATS; i++) {
		free(outputs->spare[i]);
		outputs->spare[i] = NULL;
	}
}

static void move_queues(struct outputs *outputs, size_t size)
{
	size_t i;

	outputs->queue = size;
	for (i = 0; i < SETTINGS_FORMATS; i++) {
		if (outputs->spare[i])
			ring_move(&outputs->feed[i].ring, outputs->spare[i],
				  size);
		outputs->spare[i] = NULL;
	}
}

/**
 * outputs_change - have other outputs
 * @outputs: those there are, after outputs_prepare(); they stay if they are
 *	still wanted
 * @settings: those that are; the targets of new ones are taken from there
 *
 * Return: 0, or a negative errno after a report.
 */
int outputs_change(struct outputs *outputs, struct settings *settings)
{
	size_t i;
	int err = 0;

	move_queues(outputs, settings->queue);
	for (i = outputs->nr; i-- > 0;)
		if (!is_wanted(settings, outputs->output[i]->name))
			dismiss(outputs, i);
	for (i = 0; i < outputs->nr; i++)
		output_keep(outputs->output[i], &settings->keep);
	for (i = 0; i < settings->nr_outputs && !err; i++)
		if (!is_there(outputs, settings->output[i].name))
			err = add(outputs, &settings->output[i]);
	return err ? err : change_metrics(outputs, settings);
}

/* Open files anew, and try at once what failed. */
void outputs_reopen(struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < outputs->nr; i++)
		output_reopen(outputs->output[i]);
}

static void limit(uint64_t *settled, const struct outputs *outputs,
		  const struct output *o)
{
	uint64_t of_one = output_settled(o, outputs->tally.records);

	if (of_one < *settled)
		*settled = of_one;
}

/**
 * outputs_settled - see how far all outputs have settled what they were given
 * @outputs: outputs
 *
 * One that does not get on is waited for, though it may never.
 *
 * Return: number of the last record of which, and of all before, this is true:
 * each output that was to have it has written it, or a gap that tells of it.
 */
uint64_t outputs_settled(const struct outputs *outputs)
{
	uint64_t settled = outputs->settled;
	size_t i;

	if (outputs->tally.records < settled)
		settled = outputs->tally.records;
	for (i = 0; i < outputs->nr; i++)
		limit(&settled, outputs, outputs->output[i]);
	return settled;
}

/* Say how all of it is getting on. */
void outputs_tell(const struct outputs *outputs)
{
	const struct tally *tally = &outputs->tally;
	size_t i;

	report("%" PRIu64 " records: %" PRIu64 " births, %" PRIu64
	       " of DCCP, %" PRIu64 " events were lost before", tally->records,
	       tally->births, tally->dccp,
	       tally->lost_births + tally->lost_dccp);
	for (i = 0; i < outputs->nr; i++)
		output_tell(outputs->output[i]);
}

static void feeds_close(struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < SETTINGS_FORMATS; i++) {
		if (!outputs->feed[i].ring.size)
			continue;
		render_close(&outputs->feed[i].render);
		ring_close(&outputs->feed[i].ring);
	}
}

/**
 * outputs_close - have all written that can be, and end
 * @outputs: outputs
 *
 * Return: 0, or -EIO after a report if not all was written.
 */
int outputs_close(struct outputs *outputs)
{
	uint64_t left, all = 0;
	struct output *o;
	size_t i;

	for (i = 0; i < outputs->nr; i++)
		output_end(outputs->output[i]);
	for (i = outputs->nr; i-- > 0;)
		output_wait(outputs->output[i]);
	outputs_measure(outputs, NULL);
	end_metrics(outputs);
	for (i = outputs->nr; i-- > 0;) {
		o = outputs->output[i];
		left = output_join(o, true) ? 0 : output_left(o) + 1;
		if (!left) {
			all += output_left(o);
			limit(&outputs->settled, outputs, o);
			drop(outputs, i);
			continue;
		}
		all += left;
		report("output %s: stuck when told to end, %" PRIu64
		       " records were not written", o->name, left - 1);
	}
	/* A thread that hangs still looks there, until the process ends */
	if (!outputs->nr)
		feeds_close(outputs);
	return all ? -EIO : 0;
}
