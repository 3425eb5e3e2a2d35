/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SAVER_H
#define DIVULGE_SAVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct saver - a thread that writes texts, so that no disk holds up others
 * @write: writes one
 * @priv: for that
 * @thread: the thread
 * @lock: held for what is below, and never while something is written
 * @news: tells of @text and @end
 * @text: what is to be written next, NULL for nothing
 * @len: length of that
 * @end: nothing comes behind that
 * @finished: nothing more will be written
 */
struct saver {
	void (*write)(void *priv, const char *text, size_t len);
	void *priv;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	char *text;
	size_t len;
	bool end;
	bool finished;
};

int saver_open(struct saver *saver,
	       void (*write)(void *priv, const char *text, size_t len),
	       void *priv);
void saver_put(struct saver *saver, char *text, size_t len);
bool saver_close(struct saver *saver);

#endif
