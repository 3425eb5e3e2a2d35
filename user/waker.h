/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_WAKER_H
#define DIVULGE_WAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct waker - what a thread that waits can be woken by
 * @fd: eventfd; whatever wakes it, the thread looks at all it is to look at
 * @end: when it has to stop trying, as rate_now() tells it, 0 if not at all
 * @last: when that is at the latest, whatever it achieves
 */
struct waker {
	int fd;
	atomic_int_least64_t end;
	atomic_int_least64_t last;
};

int waker_open(struct waker *waker);
void waker_close(struct waker *waker);
void waker_wake(struct waker *waker);
void waker_end(struct waker *waker, int64_t idle, int64_t all);
void waker_gets_on(struct waker *waker, int64_t idle);
bool waker_is_ending(const struct waker *waker);
bool waker_is_over(const struct waker *waker);
int waker_wait(struct waker *waker, int fd, short events, int64_t timeout);
int waker_ready(struct waker *waker, int fd, short events, int64_t timeout);

#endif
