// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"
#include "text.h"

/* A batch of events goes out in one write: no reader sees half a line */
#define FILE_BUF_SIZE	(128 << 10)

static bool is_stdout(const struct sink *sink)
{
	return !strcmp(sink->target, "-");
}

/**
 * sink_open - open an output
 * @sink: set up here
 * @ops: format to write in
 * @target: where to, "-" for stdout; must outlive @sink
 *
 * Return: 0, or a negative errno after a report.
 */
int sink_open(struct sink *sink, const struct sink_ops *ops, const char *target)
{
	int err;

	memset(sink, 0, sizeof(*sink));
	sink->ops = ops;
	sink->target = target;
	err = ops->open(sink);
	if (err)
		report("cannot open '%s': %s", target, strerror(-err));
	return err;
}

/**
 * sink_put - write a record
 * @sink: output
 * @rec: the record
 *
 * Return: 0, or the first error of this output, which sink_close() will
 * report.
 */
int sink_put(struct sink *sink, const struct record *rec)
{
	if (!sink->err)
		sink->err = sink->ops->put(sink, rec);
	return sink->err;
}

/**
 * sink_flush - let others see what was written
 * @sink: output
 *
 * Return: as sink_put() does.
 */
int sink_flush(struct sink *sink)
{
	if (!sink->err)
		sink->err = sink->ops->flush(sink);
	return sink->err;
}

/**
 * sink_close - end an output
 * @sink: output
 *
 * Return: 0 if all was written, or the first error after a report.
 */
int sink_close(struct sink *sink)
{
	int err;

	sink_flush(sink);
	err = sink->ops->close(sink);
	if (!sink->err)
		sink->err = err;
	if (sink->err)
		report("cannot write to %s: %s",
		       is_stdout(sink) ? "standard output" : sink->target,
		       sink->err == -EINTR ?
		       "it was stuck when told to end, not all is written" :
		       strerror(-sink->err));
	return sink->err;
}

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

static FILE *open_file(const char *path)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
	FILE *file;
	int fd;

	fd = open(path, flags, 0640);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "a");
	if (!file)
		close(fd);
	else if (!ends_in_line(path))
		fputc('\n', file);
	return file;
}

int sink_file_open(struct sink *sink)
{
	sink->out = is_stdout(sink) ? stdout : open_file(sink->target);
	if (!sink->out)
		return -errno;
	if (!setvbuf(sink->out, NULL, _IOFBF, FILE_BUF_SIZE))
		return 0;
	sink_file_close(sink);
	return -ENOMEM;
}

/* Return: 0 if all writes since errno was cleared have gone well. */
int sink_file_status(struct sink *sink)
{
	if (!ferror(sink->out))
		return 0;
	return errno ? -errno : -EIO;
}

int sink_file_flush(struct sink *sink)
{
	errno = 0;
	fflush(sink->out);
	return sink_file_status(sink);
}

int sink_file_close(struct sink *sink)
{
	int err = 0;

	if (is_stdout(sink))
		return 0;
	/* A pipe, a socket or a terminal has nothing to sync */
	if (fsync(fileno(sink->out)) && errno != EINVAL && errno != EROFS)
		err = -errno;
	if (fclose(sink->out) && !err)
		err = -errno;
	return err;
}
