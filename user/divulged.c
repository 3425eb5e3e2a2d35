// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "listen.h"
#include "outputs.h"
#include "settings.h"
#include "signals.h"
#include "text.h"
#include "usage.h"

/* What a signal asks for is done for all there is; threads may outlive main() */
static struct settings settings;
static struct outputs outputs;
static int line_argc;
static char **line_argv;

static void configure(void)
{
	struct settings now;

	if (settings_read_again(&now, &settings, line_argc, line_argv) >= 0) {
		report("the configuration stays as it was");
	} else {
		if (!settings_alike(&settings, &now))
			report("another start is needed for all that is not about outputs");
		outputs_change(&outputs, &now);
	}
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
	return listener_run(l);
}

static int serve(void)
{
	struct listener l;
	int err;

	/* That nobody reads our output any more is an error like any other */
	signal(SIGPIPE, SIG_IGN);
	err = listener_open(&l, &outputs.sink);
	if (err)
		return EXIT_FAILED;
	err = outputs_open(&outputs, &settings);
	if (err)
		goto close_listener;
	err = listen_to(&l);
	if (outputs_close(&outputs))
		err = -EIO;
close_listener:
	listener_close(&l);
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
