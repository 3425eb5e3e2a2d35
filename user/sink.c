// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "sink.h"
#include "text.h"
#include "util.h"

/* A batch of events goes out in one write: no reader sees half a line */
#define FILE_BUF_SIZE	(128 << 10)

/**
 * sink_open - open an output
 * @sink: set up here
 * @ops: format to write in
 * @out: where to, with nothing written yet; remains the caller's
 *
 * Return: 0, or a negative errno after a report.
 */
int sink_open(struct sink *sink, const struct sink_ops *ops, FILE *out)
{
	int err = 0;

	memset(sink, 0, sizeof(*sink));
	sink->ops = ops;
	sink->out = out;
	if (setvbuf(out, NULL, _IOFBF, FILE_BUF_SIZE))
		err = -ENOMEM;
	else if (ops->open)
		err = ops->open(sink);
	if (err)
		report("cannot begin to write: %s", strerror(-err));
	return err;
}

/**
 * sink_severity - tell how bad an event is, for logs that want to know
 * @event: its name
 *
 * Return: severity as RFC 5424, 6.2.1, has it.
 */
int sink_severity(const char *event)
{
	static const char *const bad[] = { "down", "gap", "lost" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!strcmp(event, bad[i]))
			return LOG_WARNING;
	return LOG_INFO;
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
	int err = 0;

	sink_flush(sink);
	if (sink->ops->close)
		err = sink->ops->close(sink);
	if (!sink->err)
		sink->err = err;
	if (sink->err)
		report("cannot write to standard output: %s",
		       sink->err == -EINTR ?
		       "it was stuck when told to end, not all is written" :
		       strerror(-sink->err));
	return sink->err;
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

/**
 * sink_keep - make text that is the same in each record
 * @sink: output, whose @priv is set to it
 * @fmt: the text, as for printf()
 *
 * Return: 0 or a negative errno.
 */
int sink_keep(struct sink *sink, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		return -ENOMEM;
	sink->priv = text;
	return 0;
}

int sink_close_kept(struct sink *sink)
{
	free(sink->priv);
	sink->priv = NULL;
	return 0;
}
