// SPDX-License-Identifier: GPL-2.0
/*
 * Word to systemd, if that has asked for it: sd_notify(3). A process that it
 * does not supervise says it to nobody.
 *
 * The watchdog is told of the loop that hears the kernel alone. An output that
 * does not get on waits for something outside, which another start of the
 * daemon would not mend, but would take its queue and all events meanwhile.
 */

#include <inttypes.h>

#include <systemd/sd-daemon.h>

#include "notify.h"
#include "rate.h"

#define NSEC_PER_USEC	1000

/* How many times one of them may be late */
#define SPARE		3

/**
 * notify_period - see how often notify_alive() has to be called
 * @otherwise: how often it is to be called in any case, in nanoseconds
 *
 * Return: nanoseconds.
 */
int64_t notify_period(int64_t otherwise)
{
	uint64_t usec;
	int64_t period;

	if (sd_watchdog_enabled(0, &usec) <= 0)
		return otherwise;
	period = usec / SPARE * NSEC_PER_USEC;
	return period && period < otherwise ? period : otherwise;
}

/* It listens, and its outputs were begun with. */
void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		   rate_now() / NSEC_PER_USEC);
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

static size_t count_up(const struct outputs *outputs)
{
	size_t i, up = 0;

	for (i = 0; i < outputs->nr; i++)
		up += !outputs->output[i]->err;
	return up;
}

/* Say that it gets on, and how. */
void notify_alive(const struct outputs *outputs)
{
	const struct tally *tally = &outputs->tally;

	sd_notifyf(0, "WATCHDOG=1\nSTATUS=%" PRIu64 " births, %" PRIu64
		   " of DCCP, %" PRIu64 " lost; %zu of %zu outputs well",
		   tally->births, tally->dccp,
		   tally->lost_births + tally->lost_dccp, count_up(outputs),
		   outputs->nr);
}
