// SPDX-License-Identifier: GPL-2.0
/* Texts on their way to a disk, which may not answer for a while */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "privileges.h"
#include "rate.h"
#include "saver.h"
#include "thread.h"

/* How long a disk may take at the end */
#define LAST_WAIT	(2LL * NSEC_PER_SEC)

/* Wait for a text to write. Return: it, NULL at the end. */
static char *next(struct saver *saver, size_t *len)
{
	char *text;

	pthread_mutex_lock(&saver->lock);
	while (!saver->text && !saver->end)
		pthread_cond_wait(&saver->news, &saver->lock);
	text = saver->text;
	*len = saver->len;
	saver->text = NULL;
	saver->finished = !text;
	pthread_mutex_unlock(&saver->lock);
	return text;
}

static void *run(void *arg)
{
	struct saver *saver = arg;
	char *text;
	size_t len;

	privileges_drop_in_writer();
	while ((text = next(saver, &len))) {
		saver->write(saver->priv, text, len);
		free(text);
	}
	return NULL;
}

/**
 * saver_open - begin to write texts
 * @saver: set up here
 * @write: writes one, in a thread of its own
 * @priv: for that; neither it nor @saver is to be freed after a saver_close()
 *	that fails
 *
 * Return: 0 or a negative errno.
 */
int saver_open(struct saver *saver,
	       void (*write)(void *priv, const char *text, size_t len),
	       void *priv)
{
	int err;

	memset(saver, 0, sizeof(*saver));
	saver->write = write;
	saver->priv = priv;
	err = -pthread_mutex_init(&saver->lock, NULL);
	if (err)
		return err;
	err = -pthread_cond_init(&saver->news, NULL);
	if (err)
		goto destroy_lock;
	err = thread_start(&saver->thread, run, saver);
	if (!err)
		return 0;
	pthread_cond_destroy(&saver->news);
destroy_lock:
	pthread_mutex_destroy(&saver->lock);
	return err;
}

/**
 * saver_put - have a text written, in place of one that still waits
 * @saver: saver
 * @text: which it is to free
 * @len: length of that
 */
void saver_put(struct saver *saver, char *text, size_t len)
{
	pthread_mutex_lock(&saver->lock);
	free(saver->text);
	saver->text = text;
	saver->len = len;
	pthread_cond_signal(&saver->news);
	pthread_mutex_unlock(&saver->lock);
}

static bool has_finished(struct saver *saver)
{
	bool finished;

	pthread_mutex_lock(&saver->lock);
	finished = saver->finished;
	pthread_mutex_unlock(&saver->lock);
	return finished;
}

/**
 * saver_close - have the last text written, and end
 * @saver: saver
 *
 * Return: false if that takes too long.
 */
bool saver_close(struct saver *saver)
{
	int64_t until = rate_now() + LAST_WAIT;

	pthread_mutex_lock(&saver->lock);
	saver->end = true;
	pthread_cond_signal(&saver->news);
	pthread_mutex_unlock(&saver->lock);
	while (!has_finished(saver)) {
		if (rate_now() > until)
			return false;
		poll(NULL, 0, 2);
	}
	pthread_join(saver->thread, NULL);
	pthread_cond_destroy(&saver->news);
	pthread_mutex_destroy(&saver->lock);
	return true;
}
