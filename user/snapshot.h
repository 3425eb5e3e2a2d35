/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SNAPSHOT_H
#define DIVULGE_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "waker.h"

/**
 * struct snapshot - a file that always holds the newest of some texts, whole
 * @path: of the file
 * @temp: where a text is written before it takes that name
 * @lock: held for @text and @len
 * @text: to be written, NULL if there is none
 * @len: length of that
 * @waker: wakes the thread
 * @thread: what writes, so that nobody waits for a disk
 * @failed: the last text could not be written; of the thread alone
 * @tried: something was written, or could not be
 * @finished: nothing more will be
 * @err: why nothing can be, 0 if it can
 */
struct snapshot {
	char *path;
	char *temp;
	pthread_mutex_t lock;
	char *text;
	size_t len;
	struct waker waker;
	pthread_t thread;
	bool failed;
	atomic_bool tried;
	atomic_bool finished;
	atomic_int err;
};

struct snapshot *snapshot_start(const char *path);
void snapshot_put(struct snapshot *s, char *text, size_t len);
int snapshot_wait(struct snapshot *s, int64_t timeout);
bool snapshot_end(struct snapshot *s);

#endif
