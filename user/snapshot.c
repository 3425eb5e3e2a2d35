// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rate.h"
#include "snapshot.h"
#include "text.h"

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

/* What has the other name may be of another user, or no file to write to. */
static int replace(const struct snapshot *s, const char *text, size_t len)
{
	int fd, err;

	unlink(s->temp);
	fd = open(s->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
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
		report("output metrics:%s: cannot write: %s", s->name,
		       strerror(-err));
	else if (!err && s->failed)
		report("output metrics:%s: goes on", s->name);
	s->failed = err;
}

static void write_text(void *priv, const char *text, size_t len)
{
	struct snapshot *s = priv;
	int err = replace(s, text, len);

	say(s, err);
	s->err = -err;
	s->tried = true;
}

static void let_go(struct snapshot *s)
{
	free(s->name);
	free(s->path);
	free(s->temp);
	free(s);
}

static int begin(struct snapshot *s, const char *name, const char *path)
{
	s->name = strdup(name);
	s->path = strdup(path);
	if (!s->name || !s->path)
		return -ENOMEM;
	if (asprintf(&s->temp, "%s.new", path) < 0) {
		s->temp = NULL;
		return -ENOMEM;
	}
	return saver_open(&s->saver, write_text, s);
}

/**
 * snapshot_start - begin to keep a file
 * @name: of the file, as it was asked for
 * @path: of the file
 *
 * Return: what keeps it, NULL after a report.
 */
struct snapshot *snapshot_start(const char *name, const char *path)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	int err;

	err = s ? begin(s, name, path) : -ENOMEM;
	if (!err)
		return s;
	report("cannot start the output metrics:%s: %s", name, strerror(-err));
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
	saver_put(&s->saver, text, len);
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
	if (!saver_close(&s->saver))
		return false;
	let_go(s);
	return true;
}
