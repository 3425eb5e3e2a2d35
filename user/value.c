// SPDX-License-Identifier: GPL-2.0
/* Values as text for programs: what is several has commas in between */

#include <inttypes.h>

#include "value.h"

static void put_flags(const struct value *v, FILE *out,
		      void (*put_bytes)(const char *at, size_t len, FILE *out))
{
	const char *sep = "";
	struct value flag;
	unsigned int bit;

	for (bit = 0; bit < NR_FLAGS; bit++) {
		if (!value_flag(v, bit, &flag))
			continue;
		fputs(sep, out);
		value_put(&flag, out, put_bytes);
		sep = ",";
	}
}

static void put_uints(const struct uints *uints, FILE *out)
{
	size_t i;

	for (i = 0; i < uints->nr; i++)
		fprintf(out, "%s%" PRIu32, i ? "," : "", uints->u[i]);
}

/**
 * value_put - write what a field holds
 * @v: that; nothing is written for VALUE_NULL
 * @out: where to
 * @put_bytes: writes text in a way that suits the format
 */
void value_put(const struct value *v, FILE *out,
	       void (*put_bytes)(const char *at, size_t len, FILE *out))
{
	char buf[STAMP_LEN];

	switch (v->kind) {
	case VALUE_NULL:
		break;
	case VALUE_UINT:
		fprintf(out, "%" PRIu64, v->u);
		break;
	case VALUE_INT:
		fprintf(out, "%" PRId64, v->i);
		break;
	case VALUE_BYTES:
		put_bytes(v->bytes.data, v->bytes.len, out);
		break;
	case VALUE_STAMP:
		stamp_utc(v->stamp, buf);
		fputs(buf, out);
		break;
	case VALUE_FLAGS:
		put_flags(v, out, put_bytes);
		break;
	case VALUE_UINTS:
		put_uints(&v->uints, out);
		break;
	}
}
