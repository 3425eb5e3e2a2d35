/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_LINE_H
#define DIVULGE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "record.h"

/**
 * struct line - a record that was written as a line of JSON
 * @tok: takes it apart
 * @obj: what it was; NULL if it is none
 * @buf: the line with names as bytes
 * @size: of @buf
 */
struct line {
	struct json_tokener *tok;
	struct json_object *obj;
	char *buf;
	size_t size;
};

int line_open(struct line *line);
void line_close(struct line *line);
int line_parse(struct line *line, const char *data, size_t len);
bool line_text(const struct line *line, const char *key, struct bytes *text);
bool line_number(const struct line *line, const char *key, uint64_t *n);
bool line_time(const struct line *line, const char *key, struct stamp *t);
bool line_has(const struct line *line, const char *key);
void line_fill(const struct line *line, const struct field *fields,
	       void *data);

#endif
