// SPDX-License-Identifier: GPL-2.0
/* Files that are appended to, and standard output */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target.h"

/* A line that a full disk or a crash cut off must not swallow the next one. */
static bool ends_in_line(const char *path)
{
	char last = '\n';
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return true;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size &&
	    pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last == '\n';
}

/* What is no regular file may block: then it says so instead. */
static int file_open(struct target *t)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
		    O_NONBLOCK;
	int err;

	t->fd = open(t->path, flags, 0640);
	if (t->fd < 0) {
		err = -errno;
		if (err == -ENXIO)
			return target_fails(t, err, "nobody reads; a socket is named 'unix:%s'",
					    t->path);
		return target_fails(t, err, "%s", strerror(-err));
	}
	t->tail = !ends_in_line(t->path);
	return 0;
}

/* Somebody removed it: what is written would be seen by nobody */
static bool is_removed(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_nlink;
}

static int end_line(struct target *t)
{
	ssize_t n;

	if (!t->tail)
		return 0;
	n = write(t->fd, "\n", 1);
	if (n != 1)
		return n < 0 ? -errno : -EIO;
	t->tail = false;
	return 0;
}

static ssize_t file_put(struct target *t, const char *data, size_t len)
{
	ssize_t n;
	int err;

	if (is_removed(t->fd))
		return -ESTALE;
	err = end_line(t);
	if (err)
		return err;
	n = write(t->fd, data, len);
	return n < 0 ? -errno : n;
}

static void file_close(struct target *t, bool finish)
{
	if (finish)
		fsync(t->fd);
	close(t->fd);
	t->fd = -1;
}

static int stdout_open(struct target *t)
{
	t->fd = STDOUT_FILENO;
	return 0;
}

/*
 * It belongs to others, too, who may not want it not to block. So write no more
 * than there is room for in a pipe that says it has any.
 */
static ssize_t stdout_put(struct target *t, const char *data, size_t len)
{
	struct stat st;
	ssize_t n;
	int err;

	if (!fstat(t->fd, &st) && !S_ISREG(st.st_mode)) {
		err = waker_wait(t->waker, t->fd, POLLOUT, 0);
		if (err)
			return -EAGAIN;
		len = len < PIPE_BUF ? len : PIPE_BUF;
	}
	n = write(t->fd, data, len);
	return n < 0 ? -errno : n;
}

static void stdout_close(struct target *t, bool finish)
{
	if (finish)
		fsync(t->fd);
	t->fd = -1;
}

const struct target_ops target_file = {
	.must_open	= true,
	.open		= file_open,
	.put		= file_put,
	.close		= file_close,
};

const struct target_ops target_stdout = {
	.must_open	= true,
	.open		= stdout_open,
	.put		= stdout_put,
	.close		= stdout_close,
};
