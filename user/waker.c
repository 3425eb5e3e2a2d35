// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "rate.h"
#include "util.h"
#include "waker.h"

int waker_open(struct waker *waker)
{
	waker->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	waker->end = 0;
	waker->last = 0;
	return waker->fd < 0 ? -errno : 0;
}

void waker_close(struct waker *waker)
{
	close(waker->fd);
}

void waker_wake(struct waker *waker)
{
	eventfd_write(waker->fd, 1);
}

/**
 * waker_end - have a thread finish
 * @waker: its waker
 * @idle: nanoseconds that it may be without achieving anything
 * @all: nanoseconds that it may take at most
 */
void waker_end(struct waker *waker, int64_t idle, int64_t all)
{
	int64_t now = rate_now();

	waker->last = now + all;
	waker->end = now + idle;
	waker_wake(waker);
}

/**
 * waker_gets_on - have more time, since something was achieved
 * @waker: waker of the calling thread
 * @idle: as for waker_end()
 */
void waker_gets_on(struct waker *waker, int64_t idle)
{
	int64_t end = rate_now() + idle;

	if (!waker->end)
		return;
	waker->end = end < waker->last ? end : waker->last;
}

bool waker_is_ending(const struct waker *waker)
{
	return waker->end;
}

/* Return: true if there is no time left. */
bool waker_is_over(const struct waker *waker)
{
	return waker->end && rate_now() >= waker->end;
}

static int64_t time_left(const struct waker *waker, int64_t timeout)
{
	int64_t left;

	if (!waker->end)
		return timeout;
	left = waker->end - rate_now();
	if (left < 0)
		left = 0;
	return timeout < 0 || left < timeout ? left : timeout;
}

/**
 * waker_wait - wait for something
 * @waker: waker of the calling thread
 * @fd: file, or -1 for none
 * @events: what to wait for there, as for poll()
 * @timeout: how long, in nanoseconds; less than 0 for ever
 *
 * Return: 0 if the file is ready; -EINTR if the thread is woken; -ETIMEDOUT.
 */
int waker_wait(struct waker *waker, int fd, short events, int64_t timeout)
{
	struct pollfd fds[2] = {
		{ .fd = waker->fd, .events = POLLIN },
		{ .fd = fd, .events = events },
	};
	int64_t left = time_left(waker, timeout);
	struct timespec ts = { left / NSEC_PER_SEC, left % NSEC_PER_SEC };
	eventfd_t woken;
	int n;

	n = ppoll(fds, ARRAY_SIZE(fds), left < 0 ? NULL : &ts, NULL);
	if (n < 0)
		return -errno;
	if (fds[0].revents) {
		eventfd_read(waker->fd, &woken);
		return -EINTR;
	}
	return n ? 0 : -ETIMEDOUT;
}

/**
 * waker_ready - wait for something, whoever wakes the thread meanwhile
 * @waker: waker of the calling thread
 * @fd: file
 * @events: what to wait for there, as for poll()
 * @timeout: how long, in nanoseconds, or shorter if the thread is to finish
 *
 * Return: 0 if the file is ready, or -ETIMEDOUT.
 */
int waker_ready(struct waker *waker, int fd, short events, int64_t timeout)
{
	int64_t until = rate_now() + timeout;
	bool woken = false;
	int err;

	do {
		timeout = until - rate_now();
		err = waker_wait(waker, fd, events, timeout > 0 ? timeout : 0);
		woken |= err == -EINTR;
	} while (err == -EINTR);
	/* What it was woken for is still to be looked at */
	if (woken)
		waker_wake(waker);
	return err;
}
