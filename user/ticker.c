// SPDX-License-Identifier: GPL-2.0
/* What is to be done from time to time, as something to poll() for */

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "rate.h"
#include "text.h"
#include "ticker.h"

/**
 * ticker_open - get something to poll() for
 *
 * Return: a file that becomes readable when ticker_due() is true, or a negative
 * errno after a report.
 */
int ticker_open(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int err = -errno;

	if (fd >= 0)
		return fd;
	report("cannot have a timer: %s", strerror(-err));
	return err;
}

static struct timespec from_ns(int64_t ns)
{
	return (struct timespec){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
}

/**
 * ticker_set - say how often
 * @fd: from ticker_open()
 * @first: when for the first time, in nanoseconds from now on
 * @period: nanoseconds from then on
 *
 * Return: 0, or a negative errno after a report.
 */
int ticker_set(int fd, int64_t first, int64_t period)
{
	const struct itimerspec timer = {
		.it_value = from_ns(first), .it_interval = from_ns(period),
	};
	int err;

	if (!timerfd_settime(fd, 0, &timer, NULL))
		return 0;
	err = -errno;
	report("cannot set a timer: %s", strerror(-err));
	return err;
}

/* Return: true once after each period, or after several. */
bool ticker_due(int fd)
{
	uint64_t times;

	return read(fd, &times, sizeof(times)) == sizeof(times);
}
