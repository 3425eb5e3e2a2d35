/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SINK_H
#define DIVULGE_SINK_H

#include <stdbool.h>
#include <stdio.h>

#include "record.h"

struct identity;
struct sink;

/**
 * struct sink_ops - a way to write records; each returns 0 or a negative errno
 * @name: of the format
 * @open: get what the format needs; NULL if that is nothing
 * @put: write a record
 * @flush: let others see what was written
 * @close: write what is left, and free all; NULL if there is neither
 */
struct sink_ops {
	const char *name;
	int (*open)(struct sink *sink);
	int (*put)(struct sink *sink, const struct record *rec);
	int (*flush)(struct sink *sink);
	int (*close)(struct sink *sink);
};

/**
 * struct sink - where records go to
 * @ops: format they are written in
 * @out: the stream, if it is one
 * @identity: who tells; NULL if that goes without saying, else each record has
 *	a number
 * @priv: what else the format needs
 * @err: first error; nothing is written after it
 */
struct sink {
	const struct sink_ops *ops;
	FILE *out;
	const struct identity *identity;
	void *priv;
	int err;
};

/**
 * struct format - how the user wants a record
 * @text: what is written for each; {field} is what the field holds
 * @raw: names are bytes, and a NUL ends a record; else they are made safe, and
 *       a newline does
 */
struct format {
	const char *text;
	bool raw;
};

extern const struct sink_ops sink_json;
extern const struct sink_ops sink_text;
extern const struct sink_ops sink_log;
extern const struct sink_ops sink_syslog;
extern const struct sink_ops sink_journal;
extern const struct sink_ops sink_birth_table;
extern const struct sink_ops sink_sock_table;
extern const struct sink_ops sink_sock_extended;
extern const struct sink_ops sink_watch_table;
extern const struct sink_ops sink_history_table;
extern const struct sink_ops sink_connection_table;

int sink_open(struct sink *sink, const struct sink_ops *ops, FILE *out);
int sink_open_format(struct sink *sink, struct format *format);
int sink_put(struct sink *sink, const struct record *rec);
int sink_flush(struct sink *sink);
int sink_close(struct sink *sink);
int sink_severity(const char *event);

int format_check(const char *text, const struct record *rec);
void format_fill(struct sink *sink, const struct format *format,
		 const struct record *rec);

void text_say(struct sink *sink, const struct record *rec);

/* For formats that are written from the beginning to the end */
int sink_file_status(struct sink *sink);
int sink_file_flush(struct sink *sink);

/* For formats of which some text is the same in each record */
__attribute__((format(printf, 2, 3)))
int sink_keep(struct sink *sink, const char *fmt, ...);
int sink_close_kept(struct sink *sink);

#endif
