// SPDX-License-Identifier: GPL-2.0
/* Signals as something to poll() for */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "signals.h"
#include "text.h"

/* What the handlers have to reach */
static int noted = -1;
static int resized = -1;

/*
 * The loop sees that it is to end. Until it is back there, a write that does
 * not get on is interrupted, again and again: a stuck output keeps nobody.
 */
static void note(int sig __attribute__((unused)))
{
	int err = errno;

	eventfd_write(noted, 1);
	alarm(1);
	errno = err;
}

static void note_resized(int sig __attribute__((unused)))
{
	int err = errno;

	eventfd_write(resized, 1);
	errno = err;
}

/* Return: 0 if the handler of @sig is @handler now. */
static int take(int sig, void (*handler)(int), int flags)
{
	const struct sigaction action = {
		.sa_handler = handler, .sa_flags = flags,
	};

	return sigaction(sig, &action, NULL);
}

static int fail(void)
{
	int err = -errno;

	report("cannot take signals: %s", strerror(-err));
	return err;
}

/**
 * signals_open - take SIGINT and SIGTERM
 *
 * Return: an eventfd that they can be polled for at, or a negative errno after
 * a report.
 */
int signals_open(void)
{
	noted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* Without SA_RESTART */
	if (noted < 0 || take(SIGINT, note, 0) || take(SIGTERM, note, 0) ||
	    take(SIGALRM, note, 0))
		return fail();
	return noted;
}

/**
 * signals_open_resized - take SIGWINCH
 *
 * Return: as signals_open() does.
 */
int signals_open_resized(void)
{
	resized = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (resized < 0 || take(SIGWINCH, note_resized, SA_RESTART))
		return fail();
	return resized;
}
