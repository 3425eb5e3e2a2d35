// SPDX-License-Identifier: GPL-2.0
/*
 * The signal that tells to end. The first lets what was begun be finished; the
 * second of its kind is no longer caught, and ends at once.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include "caught.h"
#include "rate.h"
#include "util.h"

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

/* What the handler has to reach */
static int event = -1;
static atomic_int caught;

static void note(int sig)
{
	int err = errno;

	caught = sig;
	eventfd_write(event, 1);
	errno = err;
}

/* What was ignored stays so, as under nohup(1) and for what a script starts. */
static int catch(int sig)
{
	/* Without SA_RESTART, so that an output that is stuck keeps nobody */
	const struct sigaction action = {
		.sa_handler = note,
		.sa_flags = SA_RESETHAND,
	};
	struct sigaction old;

	if (sigaction(sig, NULL, &old))
		return -errno;
	if (old.sa_handler == SIG_IGN)
		return 0;
	return sigaction(sig, &action, NULL) ? -errno : 0;
}

/**
 * caught_open - begin to catch signals
 *
 * Return: 0 or a negative errno.
 */
int caught_open(void)
{
	size_t i;
	int err;

	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		err = catch(signals[i]);
		if (err)
			return err;
	}
	/* That nobody reads our output any more is an error like any other. */
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -errno : 0;
}

/* What becomes readable with the first signal */
int caught_fd(void)
{
	return event;
}

/* Return: the signal that was caught, or 0. */
int caught_signal(void)
{
	return caught;
}

/**
 * caught_end - end as the signal would have ended us
 * @code: exit code if there was none
 *
 * Return: @code.
 */
int caught_end(int code)
{
	if (!caught)
		return code;
	signal(caught, SIG_DFL);
	raise(caught);
	return 128 + caught;
}

/**
 * caught_or_ready - wait for a file or a signal
 * @fd: file
 * @events: what to wait for, as for poll()
 * @timeout: how long, in nanoseconds; less than 0 for ever
 *
 * Return: 0 if it is ready, -EINTR if there is a signal, -ETIMEDOUT, or what
 * else went wrong.
 */
int caught_or_ready(int fd, short events, int64_t timeout)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = events },
		{ .fd = event, .events = POLLIN },
	};
	int64_t end = rate_now() + timeout, left = timeout;
	struct timespec ts;
	int n;

	do {
		if (timeout >= 0) {
			left = end - rate_now();
			if (left < 0)
				left = 0;
			ts.tv_sec = left / NSEC_PER_SEC;
			ts.tv_nsec = left % NSEC_PER_SEC;
		}
		n = ppoll(fds, ARRAY_SIZE(fds), timeout < 0 ? NULL : &ts, NULL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (caught)
		return -EINTR;
	return n ? 0 : -ETIMEDOUT;
}
