/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_THREAD_H
#define DIVULGE_THREAD_H

#include <pthread.h>

int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
