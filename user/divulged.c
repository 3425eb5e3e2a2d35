// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "keeper.h"
#include "listen.h"
#include "notify.h"
#include "outputs.h"
#include "privileges.h"
#include "rate.h"
#include "settings.h"
#include "signals.h"
#include "text.h"
#include "ticker.h"
#include "usage.h"

/* What a signal asks for is done for all there is; threads may outlive main() */
static struct settings settings;
static struct outputs outputs;
static struct listener listener;
static struct keeper keeper;
static int line_argc;
static char **line_argv;

/* More often than it is asked for, metrics do no harm. */
static int set_tick(int64_t interval)
{
	int64_t period = notify_period(interval);

	return ticker_set(listener.tick, period, period);
}

/* All is made ready before anything is changed. */
static int change_to(struct settings *now)
{
	const char *fixed = settings_fixed(&settings, now);
	int err = 0;

	if (fixed) {
		report("another start is needed to change '%s'", fixed);
		return -EBUSY;
	}
	err = outputs_prepare(&outputs, now);
	if (err)
		return err;
	if (!settings_same_wishes(&settings, now))
		err = listener_change(&listener, &now->wanted);
	/* A timer that is set again and again never expires */
	if (!err && now->interval != settings.interval)
		err = set_tick(now->interval);
	if (err) {
		outputs_cancel(&outputs);
		return err;
	}
	outputs_change(&outputs, now);
	settings_take(&settings, now);
	return 0;
}

/* Return: true if something may have changed. */
static bool configure(void)
{
	struct settings now;
	bool good;

	good = settings_read_again(&now, &settings, line_argc, line_argv) < 0 &&
	       !change_to(&now);
	if (!good)
		report("the configuration stays as it was");
	settings_free(&now);
	return good;
}

static void alive(void)
{
	struct module_info info;

	if (!ticker_due(listener.tick))
		return;
	notify_alive(&outputs);
	if (outputs.metrics && !module_ask(&listener.control, &info))
		outputs_measure(&outputs, &info);
}

/* Who has it reload does not wait for births that are looked for then. */
static void answer(void)
{
	bool good;

	if (signals_was_asked(SIGUSR1))
		outputs_tell(&outputs);
	if (!signals_was_asked(SIGHUP))
		return;
	notify_reloading();
	good = configure();
	outputs_reopen(&outputs);
	notify_ready();
	if (good)
		keeper_begin(&keeper, &listener, &outputs);
}

static void keep_state(void)
{
	if (ticker_due(listener.due))
		keeper_tick(&keeper, &listener, &outputs);
}

static int open_files(struct listener *l)
{
	l->asked = signals_open_asked();
	if (l->asked < 0)
		return l->asked;
	l->answer = answer;
	l->tick = ticker_open();
	if (l->tick < 0)
		return l->tick;
	l->events.alive = alive;
	return set_tick(settings.interval);
}

/*
 * A timer of its own, since a search has the other one looked at, too, and what
 * that has not found yet is not to be written down as told.
 */
static int begin_to_keep(struct listener *l)
{
	int err;

	err = keeper_begin(&keeper, l, &outputs);
	if (err || !keeper.on)
		return err;
	l->due = ticker_open();
	if (l->due < 0)
		return l->due;
	l->on_due = keep_state;
	/* Soon for the first time: what was found is not to be found again */
	return ticker_set(l->due, NSEC_PER_SEC,
			  INT64_C(1) * KEEPER_SECONDS * NSEC_PER_SEC);
}

static int listen_to(struct listener *l)
{
	int err;

	err = open_files(l);
	if (!err)
		err = listener_start(l, &settings.wanted);
	if (!err)
		err = privileges_drop();
	if (err)
		return err;
	report("ready");
	notify_ready();
	notify_alive(&outputs);
	err = begin_to_keep(l);
	if (!err)
		err = listener_run(l);
	notify_stopping();
	return err;
}

static int run(void)
{
	int err, not_all;

	err = listen_to(&listener);
	not_all = outputs_close(&outputs);
	keeper_end(&keeper, &listener, &outputs, !err && !not_all);
	return err ? err : not_all;
}

static int serve(void)
{
	int err;

	/* That nobody reads our output any more is an error like any other */
	signal(SIGPIPE, SIG_IGN);
	err = listener_open(&listener, &outputs.sink);
	if (err)
		return EXIT_FAILED;
	privileges_look(&settings);
	err = keeper_open(&keeper, settings.state);
	if (err)
		goto close_listener;
	err = outputs_open(&outputs, &settings);
	if (!err)
		err = run();
	keeper_close(&keeper);
close_listener:
	listener_close(&listener);
	return err ? EXIT_FAILED : EXIT_OK;
}

int main(int argc, char **argv)
{
	int code;

	setlocale(LC_CTYPE, "");
	own_output();
	line_argc = argc;
	line_argv = argv;
	code = settings_read(&settings, argc, argv);
	if (code < 0)
		code = serve();
	settings_free(&settings);
	return code;
}
