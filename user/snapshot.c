// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "privileges.h"
#include "rate.h"
#include "snapshot.h"
#include "text.h"
#include "thread.h"

/* How long the last text may take */
#define END_TIME	(1LL * NSEC_PER_SEC)

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= n) {
		n = write(fd, text, len);
		if (n < 0)
			return -errno;
	}
	return 0;
}

/* Whoever reads it is another user as a rule, whatever the umask is. */
static int fill(int fd, const char *text, size_t len)
{
	int err;

	err = fchmod(fd, 0644) ? -errno : write_all(fd, text, len);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int replace(const struct snapshot *s, const char *text, size_t len)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	int fd, err;

	fd = open(s->temp, flags, 0644);
	if (fd < 0)
		return -errno;
	err = fill(fd, text, len);
	if (!err && rename(s->temp, s->path))
		err = -errno;
	if (err)
		unlink(s->temp);
	return err;
}

/* Nothing is said again until it has worked for once. */
static void say(struct snapshot *s, int err)
{
	if (err && !s->failed)
		report("output metrics:%s: cannot write: %s", s->path,
		       strerror(-err));
	else if (!err && s->failed)
		report("output metrics:%s: goes on", s->path);
	s->failed = err;
}

static char *take(struct snapshot *s, size_t *len)
{
	char *text;

	pthread_mutex_lock(&s->lock);
	text = s->text;
	*len = s->len;
	s->text = NULL;
	pthread_mutex_unlock(&s->lock);
	return text;
}

static void *run(void *arg)
{
	struct snapshot *s = arg;
	size_t len;
	char *text;
	int err;

	privileges_drop_in_writer();
	for (;;) {
		text = take(s, &len);
		if (!text && waker_is_ending(&s->waker))
			break;
		if (!text) {
			waker_wait(&s->waker, -1, 0, -1);
			continue;
		}
		err = replace(s, text, len);
		free(text);
		say(s, err);
		s->err = -err;
		s->tried = true;
	}
	s->finished = true;
	return NULL;
}

static void let_go(struct snapshot *s)
{
	free(s->path);
	free(s->temp);
	free(s->text);
	free(s);
}

static int begin(struct snapshot *s, const char *path)
{
	int err;

	s->path = strdup(path);
	if (!s->path)
		return -ENOMEM;
	if (asprintf(&s->temp, "%s.new", path) < 0) {
		s->temp = NULL;
		return -ENOMEM;
	}
	err = waker_open(&s->waker);
	if (err)
		return err;
	err = -pthread_mutex_init(&s->lock, NULL);
	if (!err)
		err = thread_start(&s->thread, run, s);
	if (err)
		waker_close(&s->waker);
	return err;
}

/**
 * snapshot_start - begin to keep a file
 * @path: of the file
 *
 * Return: what keeps it, NULL after a report.
 */
struct snapshot *snapshot_start(const char *path)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	int err;

	err = s ? begin(s, path) : -ENOMEM;
	if (!err)
		return s;
	report("cannot start the output metrics:%s: %s", path, strerror(-err));
	if (s)
		let_go(s);
	return NULL;
}

/**
 * snapshot_put - have the file hold a text
 * @s: from snapshot_start()
 * @text: which it is to free; one that was put before and waits is left out
 * @len: length of that
 */
void snapshot_put(struct snapshot *s, char *text, size_t len)
{
	pthread_mutex_lock(&s->lock);
	free(s->text);
	s->text = text;
	s->len = len;
	pthread_mutex_unlock(&s->lock);
	waker_wake(&s->waker);
}

/**
 * snapshot_wait - see whether a text that was put can be written
 * @s: from snapshot_start()
 * @timeout: how long to wait for that, in nanoseconds
 *
 * Return: 0, also if it takes longer; or a negative errno.
 */
int snapshot_wait(struct snapshot *s, int64_t timeout)
{
	int64_t until = rate_now() + timeout;

	while (!s->tried && rate_now() < until)
		poll(NULL, 0, 2);
	return -s->err;
}

/**
 * snapshot_end - end when what was put is written
 * @s: from snapshot_start(); gone afterwards
 *
 * Return: false if it hangs where nothing wakes it, and nothing can be freed.
 */
bool snapshot_end(struct snapshot *s)
{
	int64_t until = rate_now() + END_TIME;

	waker_end(&s->waker, END_TIME, END_TIME);
	while (!s->finished) {
		if (rate_now() > until)
			return false;
		poll(NULL, 0, 2);
	}
	if (pthread_join(s->thread, NULL))
		return false;
	pthread_mutex_destroy(&s->lock);
	waker_close(&s->waker);
	let_go(s);
	return true;
}
