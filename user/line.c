// SPDX-License-Identifier: GPL-2.0
/* Records out of what sink_json.c has made of them */

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

#define ESCAPE_LEN	6	/* "\udc80" */

/**
 * line_open - get ready to take lines apart
 * @line: set up here
 *
 * Return: 0 or a negative errno.
 */
int line_open(struct line *line)
{
	memset(line, 0, sizeof(*line));
	line->tok = json_tokener_new();
	return line->tok ? 0 : -ENOMEM;
}

void line_close(struct line *line)
{
	json_object_put(line->obj);
	json_tokener_free(line->tok);
	free(line->buf);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Return: the byte that an escape stands for, 0 if it is none of ours. */
static char escaped_byte(const char *at, size_t left)
{
	int high, low;

	if (left < ESCAPE_LEN || memcmp(at, "\\udc", 4))
		return 0;
	high = hex(at[4]);
	low = hex(at[5]);
	return high >= 8 && low >= 0 ? (char)(high << 4 | low) : 0;
}

/*
 * A lone surrogate is no character, and json-c would put another in its place;
 * bytes that are no UTF-8 it leaves as they are.
 */
static size_t put_bytes(char *to, const char *at, size_t left)
{
	const char *begin = to;
	size_t n;

	for (; left; at += n, left -= n) {
		n = 1;
		if (*at == '\\' && escaped_byte(at, left)) {
			*to++ = escaped_byte(at, left);
			n = ESCAPE_LEN;
			continue;
		}
		*to++ = *at;
		if (*at != '\\' || left < 2)
			continue;
		*to++ = at[1];
		n = 2;
	}
	return to - begin;
}

static int make_room(struct line *line, size_t len)
{
	char *buf;

	if (len <= line->size)
		return 0;
	buf = realloc(line->buf, len);
	if (!buf)
		return -ENOMEM;
	line->buf = buf;
	line->size = len;
	return 0;
}

/**
 * line_parse - take a line apart
 * @line: line_open() was called; what it had before is gone
 * @data: the line
 * @len: length of it, without a newline
 *
 * Return: 0; -EINVAL if it is no object in JSON; -ENOMEM.
 */
int line_parse(struct line *line, const char *data, size_t len)
{
	int err;

	json_object_put(line->obj);
	line->obj = NULL;
	err = make_room(line, len);
	if (err)
		return err;
	len = put_bytes(line->buf, data, len);
	json_tokener_reset(line->tok);
	line->obj = json_tokener_parse_ex(line->tok, line->buf, len);
	if (json_object_is_type(line->obj, json_type_object))
		return 0;
	json_object_put(line->obj);
	line->obj = NULL;
	return -EINVAL;
}

static struct json_object *find(const struct line *line, const char *key)
{
	struct json_object *obj = NULL;

	if (line->obj)
		json_object_object_get_ex(line->obj, key, &obj);
	return obj;
}

/* Return: false if a line has no such key, or null there. */
bool line_has(const struct line *line, const char *key)
{
	return find(line, key);
}

static bool to_text(struct json_object *obj, struct bytes *text)
{
	if (!json_object_is_type(obj, json_type_string))
		return false;
	text->data = json_object_get_string(obj);
	text->len = json_object_get_string_len(obj);
	return true;
}

/**
 * line_text - find text in a line
 * @line: line
 * @key: its key
 * @text: filled, until the next line_parse(); a NUL comes after it
 *
 * Return: false if there is none.
 */
bool line_text(const struct line *line, const char *key, struct bytes *text)
{
	return to_text(find(line, key), text);
}

static bool to_number(struct json_object *obj, uint64_t *n)
{
	if (!json_object_is_type(obj, json_type_int))
		return false;
	*n = json_object_get_uint64(obj);
	return true;
}

/**
 * line_number - find a number in a line
 * @line: line
 * @key: its key
 * @n: filled
 *
 * Return: false if there is none.
 */
bool line_number(const struct line *line, const char *key, uint64_t *n)
{
	return to_number(find(line, key), n);
}

/**
 * line_time - find a time in a line
 * @line: line
 * @key: its key
 * @t: filled
 *
 * Return: false if there is none.
 */
bool line_time(const struct line *line, const char *key, struct stamp *t)
{
	struct bytes text;

	return line_text(line, key, &text) && stamp_parse(text.data, t);
}

static void store(void *at, size_t size, uint64_t u)
{
	switch (size) {
	case sizeof(uint8_t):
		*(uint8_t *)at = u;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)at = u;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)at = u;
		break;
	default:
		*(uint64_t *)at = u;
		break;
	}
}

/* What stands for none where a number is kept */
static uint64_t none_of(const struct field *field)
{
	switch (field->kind) {
	case FIELD_LIMIT:
		return field->size == sizeof(uint32_t) ? UINT32_MAX : 0;
	case FIELD_CCID:
	case FIELD_MILLIONTHS:
	case FIELD_RATE:
	case FIELD_SYSCTL:
		return UINT64_MAX;
	default:
		return 0;
	}
}

/* What has no name is a number in JSON too. */
static uint64_t to_enum(const struct field *field, struct json_object *obj)
{
	struct bytes text;
	uint64_t n = 0;

	if (to_number(obj, &n) || !to_text(obj, &text))
		return n;
	for (n = 0; n < field->nr_names; n++)
		if (field->names[n] && !strcmp(field->names[n], text.data))
			return n;
	return 0;
}

static uint64_t to_flag(const struct field *field, struct json_object *obj)
{
	uint64_t n;

	return to_number(obj, &n) ? n : UINT64_C(1) << to_enum(field, obj);
}

static uint64_t to_flags(const struct field *field, struct json_object *obj)
{
	uint64_t flags = 0;
	size_t i;

	if (!json_object_is_type(obj, json_type_array))
		return field->kind == FIELD_TYPES ? UINT64_MAX : 0;
	for (i = 0; i < json_object_array_length(obj); i++)
		flags |= to_flag(field, json_object_array_get_idx(obj, i));
	return flags;
}

static void fill_chars(const struct field *field, struct json_object *obj,
		       char *at)
{
	struct bytes text = { "", 0 };

	to_text(obj, &text);
	memset(at, 0, field->size);
	memcpy(at, text.data, text.len < field->size ? text.len : field->size);
}

static void fill_dev(const struct field *field, struct json_object *obj,
		     char *data)
{
	uint32_t *major = (uint32_t *)(data + field->offset);
	uint32_t *minor = (uint32_t *)(data + field->second);
	struct bytes text;

	*major = 0;
	*minor = 0;
	if (to_text(obj, &text))
		sscanf(text.data, "%" SCNu32 ":%" SCNu32, major, minor);
}

static void fill_stamp(const struct field *field, struct json_object *obj,
		       char *data)
{
	struct stamp t = { 0, 0 };
	struct bytes text;

	if (to_text(obj, &text) && !stamp_parse(text.data, &t))
		t = (struct stamp){ 0, 0 };
	if (field->kind == FIELD_TIME) {
		store(data + field->offset, sizeof(int64_t), stamp_to_ns(t));
		return;
	}
	store(data + field->offset, sizeof(int64_t), t.sec);
	store(data + field->second, sizeof(uint32_t), t.nsec);
}

/* The family comes before it in its table. */
static void fill_addr(const struct field *field, struct json_object *obj,
		      char *data)
{
	struct bytes text;

	if (to_text(obj, &text))
		inet_pton(*(uint8_t *)(data + field->second), text.data,
			  data + field->offset);
}

static void fill(const struct field *field, struct json_object *obj,
		 char *data)
{
	char *at = data + field->offset;
	struct bytes text = { NULL, 0 };
	uint64_t n;

	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_SERVICE:
	case FIELD_LIMIT:
	case FIELD_SYSCTL:
	case FIELD_USEC:
	case FIELD_RTT:
	case FIELD_MSEC:
	case FIELD_TIMER:
	case FIELD_RATE:
	case FIELD_RATE64:
	case FIELD_MILLIONTHS:
	case FIELD_CCID:
		if (!to_number(obj, &n))
			n = none_of(field);
		store(at, field->size, n);
		break;
	case FIELD_INT:
		store(at, sizeof(int64_t), json_object_get_int64(obj));
		break;
	case FIELD_ENUM:
	case FIELD_STATE:
		store(at, sizeof(uint8_t), to_enum(field, obj));
		break;
	case FIELD_FLAGS:
	case FIELD_TYPES:
		store(at, field->size, to_flags(field, obj));
		break;
	case FIELD_CHARS:
		fill_chars(field, obj, at);
		break;
	case FIELD_BYTES:
		to_text(obj, &text);
		*(struct bytes *)at = text;
		break;
	case FIELD_DEV:
		fill_dev(field, obj, data);
		break;
	case FIELD_TIME:
	case FIELD_STAMP:
	case FIELD_BTIME:
		fill_stamp(field, obj, data);
		break;
	case FIELD_ADDR:
		fill_addr(field, obj, data);
		break;
	default:
		break;
	}
}

/**
 * line_fill - make a struct of what a line has
 * @line: line
 * @fields: what is in the struct; what points elsewhere than to bytes is left
 *	as it is
 * @data: the struct, zeroed; its bytes are there until the next line_parse()
 */
void line_fill(const struct line *line, const struct field *fields, void *data)
{
	for (; fields->name; fields++)
		fill(fields, find(line, fields->name), data);
}
