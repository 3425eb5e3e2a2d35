// SPDX-License-Identifier: GPL-2.0
#include <signal.h>

#include "thread.h"

/**
 * thread_start - start a thread that no signal interrupts
 * @thread: set to it
 * @run: what it is to do
 * @arg: handed to @run
 *
 * Signals are for the thread that reads.
 *
 * Return: 0 or a negative errno.
 */
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err)
		return -err;
	err = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}
