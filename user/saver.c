// SPDX-License-Identifier: GPL-2.0
/* States on their way to a disk, which may not answer for a while */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "privileges.h"
#include "rate.h"
#include "saver.h"
#include "text.h"
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
		state_write(saver->state, text, len);
		free(text);
	}
	return NULL;
}

/**
 * saver_open - begin to write states
 * @saver: set up here
 * @state: which knows the file, and after a saver_close() that fails is not to
 *	be freed
 *
 * Return: 0, or a negative errno after a report.
 */
int saver_open(struct saver *saver, struct state *state)
{
	int err;

	memset(saver, 0, sizeof(*saver));
	saver->state = state;
	err = -pthread_mutex_init(&saver->lock, NULL);
	if (err)
		goto failed;
	err = -pthread_cond_init(&saver->news, NULL);
	if (err)
		goto destroy_lock;
	err = thread_start(&saver->thread, run, saver);
	if (!err)
		return 0;
	pthread_cond_destroy(&saver->news);
destroy_lock:
	pthread_mutex_destroy(&saver->lock);
failed:
	report("cannot write states: %s", strerror(-err));
	return err;
}

/* Have the state written as it is now, in place of one that still waits. */
void saver_put(struct saver *saver)
{
	size_t len;
	char *text = state_text(saver->state, &len);

	/* Without memory the next one will do */
	if (!text)
		return;
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
 * saver_close - have the last state written, and end
 * @saver: saver
 *
 * Return: false after a report if that takes too long.
 */
bool saver_close(struct saver *saver)
{
	int64_t until = rate_now() + LAST_WAIT;

	pthread_mutex_lock(&saver->lock);
	saver->end = true;
	pthread_cond_signal(&saver->news);
	pthread_mutex_unlock(&saver->lock);
	while (!has_finished(saver)) {
		if (rate_now() > until) {
			report("the state '%s' is not written: its disk is stuck",
			       saver->state->file);
			return false;
		}
		poll(NULL, 0, 2);
	}
	pthread_join(saver->thread, NULL);
	pthread_cond_destroy(&saver->news);
	pthread_mutex_destroy(&saver->lock);
	return true;
}
