// SPDX-License-Identifier: GPL-2.0
/* What was born while nobody listened is found, by what the run before left */

#include <string.h>
#include <sys/sysmacros.h>

#include "down.h"
#include "keeper.h"
#include "listen.h"
#include "outputs.h"
#include "text.h"

/* How often to write that there is nothing new */
#define QUIET_TICKS	(300 / KEEPER_SECONDS)

static struct reached reached_now(void)
{
	return (struct reached){ stamp_now(), stamp_uptime() };
}

static void write_state(void *priv, const char *text, size_t len)
{
	state_write(priv, text, len);
}

/**
 * keeper_open - see what the run before has left
 * @keeper: set up here
 * @file: where that is, NULL if nothing is to be kept
 *
 * Return: 0, or a negative errno after a report.
 */
int keeper_open(struct keeper *keeper, const char *file)
{
	int err;

	memset(keeper, 0, sizeof(*keeper));
	if (!file)
		return 0;
	keeper->opened = reached_now();
	err = state_open(&keeper->state, file);
	if (err)
		return err;
	err = saver_open(&keeper->saver, write_state, &keeper->state);
	if (err) {
		report("cannot write states: %s", strerror(-err));
		state_close(&keeper->state);
	}
	keeper->on = !err;
	return err;
}

/* Must outlive what hangs on a disk. */
void keeper_close(struct keeper *keeper)
{
	if (!keeper->on)
		return;
	if (saver_close(&keeper->saver))
		state_close(&keeper->state);
	else
		report("the state '%s' is not written: its disk is stuck",
		       keeper->state.file);
}

/* Return: what is told of a filesystem that is away since @left. */
static struct reached until_left(const struct reached *told, int64_t left)
{
	struct reached then = *told;

	if (left >= told->time)
		return then;
	then.uptime -= told->time - left;
	then.time = left;
	return then;
}

static int put_down(struct events *e, const struct state *state,
		    const struct mount *mount, const struct window *window)
{
	struct noted noted = { stamp_now() };
	struct place place;
	struct down down = {
		.since = stamp_from_ns(window->since),
		.until = stamp_from_ns(window->until),
		.clean = state->clean, .boot = state->boot,
		.run = state->run, .record = state->record,
	};
	struct record rec;

	if (mount) {
		place.path = (struct bytes){ mount->path, strlen(mount->path) };
		memcpy(down.fs, mount->fs, sizeof(down.fs));
		down.sb_dev_major = major(mount->sb);
		down.sb_dev_minor = minor(mount->sb);
	}
	rec = down_record(&down, &noted, mount ? &place : NULL);
	return sink_put(e->sink, &rec);
}

/* What the clock says is not what it will have said when files were born. */
static void report_clock(const struct mount *mount, int64_t told, int64_t since)
{
	char was[STAMP_LEN], from[STAMP_LEN];

	stamp_utc(stamp_from_ns(told), was);
	stamp_utc(stamp_from_ns(since), from);
	report("the clock was set back, it was %s: births on '%s' are looked for since %s",
	       was, mount->path, from);
}

static int fill_in(struct keeper *keeper, struct listener *l,
		   struct mount *mount, const struct identity *identity,
		   const struct reached *now)
{
	struct events *e = &l->events;
	const struct known *known;
	struct window window;
	bool same;
	int err;

	known = state_find(&keeper->state, mount, &same);
	/* Nobody has listened there before */
	if (!known)
		return 0;
	if (!same)
		report("another filesystem is at '%s': births there are looked for, too",
		       mount->path);
	window.since = state_since(&keeper->state, &known->told, known->boot,
				   now, identity->boot);
	window.until = now->time;
	if (known->told.time > now->time)
		report_clock(mount, known->told.time, window.since);
	err = put_down(e, &keeper->state, mount, &window);
	if (err || e->rescan.off)
		return err;
	return rescan_since(e, mount, &window, l->signals);
}

static int fill_all(struct keeper *keeper, struct listener *l,
		    const struct identity *identity, const struct reached *now)
{
	struct events *e = &l->events;
	struct window window = { keeper->state.told.time, now->time };
	struct mount *mount;
	size_t i;
	int err = 0;

	if (!e->paths.nr_mounts && !keeper->begun && *keeper->state.boot)
		err = put_down(e, &keeper->state, NULL, &window);
	for (i = 0; i < e->paths.nr_mounts && !err; i++) {
		mount = &e->paths.mounts[i];
		if (mount->heard || mount->retired)
			continue;
		if (mount->sb && !rescan_is_double(e, i))
			err = fill_in(keeper, l, mount, identity, now);
		mount->heard = true;
	}
	return err ? err : sink_flush(e->sink);
}

/* What nobody has listened to before is told from the start on. */
static void know_all(struct keeper *keeper, const struct listener *l,
		     const struct identity *identity)
{
	const struct paths *paths = &l->events.paths;
	bool same;
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++)
		if (!paths->mounts[i].retired &&
		    !state_find(&keeper->state, &paths->mounts[i], &same))
			state_put(&keeper->state, &paths->mounts[i],
				  &keeper->opened, identity->boot);
}

static void note(struct keeper *keeper, const struct listener *l,
		 const struct identity *identity, const struct reached *told)
{
	const struct paths *paths = &l->events.paths;
	struct reached until;
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++) {
		if (paths->mounts[i].retired)
			continue;
		until = *told;
		if (!paths->mounts[i].sb)
			until = until_left(told, paths->mounts[i].left);
		state_put(&keeper->state, &paths->mounts[i], &until,
			  identity->boot);
	}
	keeper->state.told = *told;
}

static void save(struct keeper *keeper, const struct outputs *outputs,
		 bool clean)
{
	struct state *state = &keeper->state;
	size_t len;
	char *text;

	strcpy(state->boot, outputs->identity.boot);
	state->run = outputs->identity.run;
	state->record = outputs_settled(outputs);
	state->clean = clean;
	text = state_text(state, &len);
	/* Without memory the next one will do */
	if (text)
		saver_put(&keeper->saver, text, len);
	keeper->record = state->record;
	keeper->until = state->told.uptime;
	keeper->quiet = 0;
}

/**
 * keeper_begin - find what was born where and while nobody listened
 * @keeper: keeper
 * @l: what has begun to listen, or listens to more than before
 * @outputs: where it tells
 *
 * Return: 0, or the error of the sink.
 */
int keeper_begin(struct keeper *keeper, struct listener *l,
		 const struct outputs *outputs)
{
	const struct identity *identity = &outputs->identity;
	struct reached now = reached_now();
	int err;

	if (!keeper->on)
		return 0;
	err = fill_all(keeper, l, identity, &now);
	if (err)
		return err;
	know_all(keeper, l, identity);
	if (!*keeper->state.boot)
		keeper->state.told = keeper->opened;
	keeper->epoch = l->events.epoch;
	keeper->begun = true;
	save(keeper, outputs, false);
	return 0;
}

/* Return: true if there is something to be written down. */
static bool move_on(struct keeper *keeper, const struct listener *l,
		    const struct outputs *outputs)
{
	struct reached until;

	/* What is on its way tells nothing of a filesystem that came since */
	if (keeper->epoch != l->events.epoch)
		keeper->progress.nr = 0;
	keeper->epoch = l->events.epoch;
	if (listener_told(l, &until))
		progress_add(&keeper->progress, outputs->tally.records, &until);
	if (!progress_take(&keeper->progress, outputs_settled(outputs),
			   &until))
		return false;
	note(keeper, l, &outputs->identity, &until);
	return true;
}

/* Once all is told and settled, there is nothing to be written down. */
static bool has_news(struct keeper *keeper, const struct listener *l,
		     const struct outputs *outputs)
{
	if (outputs->tally.records != keeper->records)
		keeper->changed = keeper->opened.uptime;
	keeper->records = outputs->tally.records;
	return move_on(keeper, l, outputs) &&
	       (outputs_settled(outputs) != keeper->record ||
		keeper->until < keeper->changed);
}

/**
 * keeper_tick - see how far outputs have got, and note that
 * @keeper: keeper
 * @l: what listens
 * @outputs: where it tells
 */
void keeper_tick(struct keeper *keeper, const struct listener *l,
		 const struct outputs *outputs)
{
	keeper->opened = reached_now();
	if (has_news(keeper, l, outputs) || keeper->state.failed || ++keeper->quiet >= QUIET_TICKS)
		save(keeper, outputs, false);
}

/**
 * keeper_end - leave to the next run what this one has told
 * @keeper: keeper
 * @l: what has listened
 * @outputs: where it told, ended
 * @clean: it has told all, to all outputs
 */
void keeper_end(struct keeper *keeper, const struct listener *l,
		const struct outputs *outputs, bool clean)
{
	if (!keeper->begun)
		return;
	move_on(keeper, l, outputs);
	save(keeper, outputs, clean);
}
