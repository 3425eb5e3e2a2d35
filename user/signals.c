// SPDX-License-Identifier: GPL-2.0
/* Signals as something to poll() for */

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "signals.h"
#include "text.h"

/* What the handlers have to reach */
static int noted = -1;
static int resized = -1;
static int asked = -1;
static atomic_bool hangup, usr1;

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

static void note_asked(int sig)
{
	int err = errno;

	if (sig == SIGHUP)
		hangup = true;
	else
		usr1 = true;
	eventfd_write(asked, 1);
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

/**
 * signals_open_asked - take SIGHUP and SIGUSR1
 *
 * Return: as signals_open() does.
 */
int signals_open_asked(void)
{
	asked = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (asked < 0 || take(SIGHUP, note_asked, SA_RESTART) ||
	    take(SIGUSR1, note_asked, SA_RESTART))
		return fail();
	return asked;
}

/**
 * signals_was_asked - see for what there was a signal
 * @sig: SIGHUP or SIGUSR1
 *
 * Return: true if it came since the last time; the eventfd has been read then.
 */
bool signals_was_asked(int sig)
{
	eventfd_t noted;

	eventfd_read(asked, &noted);
	return atomic_exchange(sig == SIGHUP ? &hangup : &usr1, false);
}
