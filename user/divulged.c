// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "keeper.h"
#include "listen.h"
#include "outputs.h"
#include "settings.h"
#include "signals.h"
#include "text.h"
#include "usage.h"

/* What a signal asks for is done for all there is; threads may outlive main() */
static struct settings settings;
static struct outputs outputs;
static struct listener listener;
static struct keeper keeper;
static int line_argc;
static char **line_argv;

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
	if (err) {
		outputs_cancel(&outputs);
		return err;
	}
	outputs_change(&outputs, now);
	settings_take(&settings, now);
	return 0;
}

static void configure(void)
{
	struct settings now;

	if (settings_read_again(&now, &settings, line_argc, line_argv) >= 0 ||
	    change_to(&now))
		report("the configuration stays as it was");
	else if (keeper.on)
		keeper_begin(&keeper, &listener, &outputs);
	settings_free(&now);
}

static void answer(void)
{
	if (signals_was_asked(SIGUSR1))
		outputs_tell(&outputs);
	if (!signals_was_asked(SIGHUP))
		return;
	configure();
	outputs_reopen(&outputs);
}

static void keep_state(void)
{
	keeper_tick(&keeper, &listener, &outputs);
}

static int open_timer(void)
{
	/* Soon for the first time: what was found is not to be found again */
	const struct itimerspec spec = {
		.it_interval.tv_sec = KEEPER_SECONDS, .it_value.tv_sec = 1,
	};
	int fd, err;

	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd >= 0 && !timerfd_settime(fd, 0, &spec, NULL))
		return fd;
	err = -errno;
	report("cannot have a timer: %s", strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}

static int listen_to(struct listener *l)
{
	int err;

	l->asked = signals_open_asked();
	if (l->asked < 0)
		return l->asked;
	l->answer = answer;
	err = listener_start(l, &settings.wanted);
	if (err)
		return err;
	report("ready");
	err = keeper_begin(&keeper, l, &outputs);
	if (err || !keeper.on)
		return err ? err : listener_run(l);
	l->due = open_timer();
	if (l->due < 0)
		return l->due;
	l->on_due = keep_state;
	err = listener_run(l);
	close(l->due);
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
