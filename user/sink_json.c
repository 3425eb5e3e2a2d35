// SPDX-License-Identifier: GPL-2.0
/* One JSON object a line, flat but for arrays */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "identity.h"
#include "sink.h"
#include "utf8.h"

/*
 * File names are bytes, JSON strings are characters. A byte that is no part of
 * valid UTF-8 becomes a lone surrogate U+DCxx, which valid UTF-8 cannot hold:
 * so the bytes can be had back, as with Python's "surrogateescape".
 */
static int put_bytes(struct json_object *obj, struct printbuf *out,
		     int level __attribute__((unused)),
		     int flags __attribute__((unused)))
{
	const char *at = json_object_get_string(obj);
	size_t left = json_object_get_string_len(obj);
	size_t n;

	printbuf_strappend(out, "\"");
	for (; left; at += n, left -= n) {
		unsigned char c = *at;

		n = utf8_len(at, left);
		if (!n) {
			sprintbuf(out, "\\udc%02x", c);
			n = 1;
		} else if (c == '"' || c == '\\') {
			sprintbuf(out, "\\%c", c);
		} else if (c < 0x20 || c == 0x7f) {
			sprintbuf(out, "\\u%04x", c);
		} else {
			printbuf_memappend(out, at, n);
		}
	}
	return printbuf_strappend(out, "\"");
}

static struct json_object *from_bytes(const struct bytes *bytes)
{
	struct json_object *obj;

	obj = json_object_new_string_len(bytes->data, bytes->len);
	if (obj)
		json_object_set_serializer(obj, put_bytes, NULL, NULL);
	return obj;
}

static int from_value(const struct value *v, struct json_object **obj);

static int add_item(struct json_object *to, const struct value *v)
{
	struct json_object *obj;
	int err;

	err = from_value(v, &obj);
	if (err)
		return err;
	if (!json_object_array_add(to, obj))
		return 0;
	json_object_put(obj);
	return -ENOMEM;
}

/* The names of those that are set, in an array */
static struct json_object *from_flags(const struct value *v)
{
	struct json_object *obj = json_object_new_array();
	struct value flag;
	unsigned int bit;

	for (bit = 0; obj && bit < NR_FLAGS; bit++) {
		if (!value_flag(v, bit, &flag) || !add_item(obj, &flag))
			continue;
		json_object_put(obj);
		obj = NULL;
	}
	return obj;
}

static struct json_object *from_uints(const struct uints *uints)
{
	struct json_object *obj = json_object_new_array();
	struct value v;
	size_t i;

	v.kind = VALUE_UINT;
	for (i = 0; obj && i < uints->nr; i++) {
		v.u = uints->u[i];
		if (!add_item(obj, &v))
			continue;
		json_object_put(obj);
		obj = NULL;
	}
	return obj;
}

static int from_value(const struct value *v, struct json_object **obj)
{
	char buf[STAMP_LEN];

	*obj = NULL;
	switch (v->kind) {
	case VALUE_NULL:
		return 0;
	case VALUE_UINT:
		*obj = json_object_new_uint64(v->u);
		break;
	case VALUE_INT:
		*obj = json_object_new_int64(v->i);
		break;
	case VALUE_BYTES:
		*obj = from_bytes(&v->bytes);
		break;
	case VALUE_STAMP:
		stamp_utc(v->stamp, buf);
		*obj = json_object_new_string(buf);
		break;
	case VALUE_FLAGS:
		*obj = from_flags(v);
		break;
	case VALUE_UINTS:
		*obj = from_uints(&v->uints);
		break;
	}
	return *obj ? 0 : -ENOMEM;
}

static int add(struct json_object *to, const char *key, const struct value *v)
{
	unsigned int flags = JSON_C_OBJECT_ADD_KEY_IS_NEW |
			     JSON_C_OBJECT_ADD_CONSTANT_KEY;
	struct json_object *obj;
	int err;

	err = from_value(v, &obj);
	if (err)
		return err;
	if (!json_object_object_add_ex(to, key, obj, flags))
		return 0;
	json_object_put(obj);
	return -ENOMEM;
}

static int add_part(struct json_object *to, const struct part *part)
{
	const struct field *field;
	struct value v;
	int err;

	for (field = part->fields; field->name; field++) {
		if (!FIELD_IS_DATA(field))
			continue;
		field_value(field, part->data, &v);
		err = add(to, field->name, &v);
		if (err)
			return err;
	}
	return 0;
}

static int add_event(struct json_object *to, const struct record *rec)
{
	struct value v = { .kind = VALUE_BYTES };

	if (!rec->event)
		return 0;
	v.bytes.data = rec->event;
	v.bytes.len = strlen(rec->event);
	return add(to, "event", &v);
}

static int json_open(struct sink *sink)
{
	const struct identity *id = sink->identity;

	if (!id)
		return 0;
	return sink_keep(sink, ",\"host\":\"%s\",\"boot\":\"%s\",\"run\":%"
			 PRIu64 ",\"record\":", id->host, id->boot, id->run);
}

/* Who tells comes last, in place of the brace that ends what is told. */
static void write_identity(const struct sink *sink, uint64_t number)
{
	fputs(sink->priv, sink->out);
	fprintf(sink->out, "%" PRIu64 "}", number);
}

static int write_line(struct sink *sink, struct json_object *obj,
		      uint64_t number)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *line;
	size_t len;

	line = json_object_to_json_string_length(obj, flags, &len);
	if (!line)
		return -ENOMEM;
	errno = 0;
	fwrite(line, 1, sink->priv ? len - 1 : len, sink->out);
	if (sink->priv)
		write_identity(sink, number);
	putc('\n', sink->out);
	return sink_file_status(sink);
}

static int json_put(struct sink *sink, const struct record *rec)
{
	const struct part *part;
	struct json_object *obj;
	int err;

	obj = json_object_new_object();
	if (!obj)
		return -ENOMEM;
	err = add_event(obj, rec);
	for (part = rec->part; part->fields && !err; part++)
		err = add_part(obj, part);
	if (!err)
		err = write_line(sink, obj, rec->number);
	json_object_put(obj);
	return err;
}

const struct sink_ops sink_json = {
	.name	= "json",
	.open	= json_open,
	.put	= json_put,
	.flush	= sink_file_flush,
	.close	= sink_close_kept,
};
