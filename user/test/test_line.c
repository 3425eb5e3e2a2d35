// SPDX-License-Identifier: GPL-2.0
/* What JSON was made of comes out of it again */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "gap.h"
#include "line.h"
#include "sink.h"
#include "stream.h"
#include "test/tap.h"
#include "util.h"

#define MAX_STRUCT	512
#define ROUNDS		200

static const struct {
	const char *name;
	const struct field *fields;
	size_t size;
} tables[] = {
	{ "birth", birth_fields, sizeof(struct divulge_birth) },
	{ "origin", origin_fields, sizeof(struct divulge_birth_origin) },
	{ "place", place_fields, sizeof(struct place) },
	{ "sock", sock_fields, sizeof(struct divulge_dccp_sock) },
	{ "change", change_fields, sizeof(struct divulge_dccp_change) },
	{ "mps", mps_fields, sizeof(struct divulge_dccp_mps) },
	{ "loss", loss_fields, sizeof(struct divulge_dccp_loss) },
	{ "close", close_fields, sizeof(struct divulge_dccp_close) },
	{ "figures", figures_fields, sizeof(struct dccp_figures) },
	{ "ccid2_tx", ccid2_tx_fields, sizeof(struct divulge_dccp_ccid2_tx) },
	{ "ccid3_tx", ccid3_tx_fields, sizeof(struct divulge_dccp_ccid3_tx) },
	{ "ccid3_rx", ccid3_rx_fields, sizeof(struct divulge_dccp_ccid3_rx) },
	{ "timers", timers_fields, sizeof(struct divulge_dccp_timers) },
	{ "statistics", statistics_fields,
	  sizeof(struct divulge_dccp_statistics) },
	{ "watch", watch_fields, sizeof(struct divulge_watch) },
	{ "unmount", unmount_fields, sizeof(struct divulge_unmount) },
	{ "gap", gap_fields, sizeof(struct gap) },
	{ "lost", lost_fields, sizeof(struct lost) },
};

static struct line line;

static char *to_json(const struct field *fields, const void *data)
{
	struct record rec = { .event = "x", .part = { { fields, data } } };
	struct sink sink = { .ops = &sink_json };
	char *text;
	size_t len;

	sink.out = open_memstream(&text, &len);
	sink_put(&sink, &rec);
	fclose(sink.out);
	return text;
}

/* What no kernel would say would not be said in JSON either. */
static void make_valid(const struct field *field, char *data)
{
	static const char noise[] = "\xff\"\\udc80\\\xc3\xa9\n\x7f\xed\xb2\x80";
	int64_t *sec = (int64_t *)(data + field->offset);
	uint32_t *nsec = (uint32_t *)(data + field->second);
	uint8_t *family = (uint8_t *)(data + field->second);

	if (field->kind == FIELD_STAMP || field->kind == FIELD_BTIME) {
		*sec >>= rand() % 40 + 2;
		*nsec %= 1000000000;
	} else if (field->kind == FIELD_BYTES) {
		*(struct bytes *)(data + field->offset) = (struct bytes){
			rand() % 4 ? noise : NULL, rand() % sizeof(noise),
		};
	} else if (field->kind == FIELD_ADDR) {
		*family = *family & 1 ? AF_INET : AF_INET6;
	}
}

static bool comes_back(const struct field *fields, size_t size)
{
	static union { char data[MAX_STRUCT]; uint64_t aligned; } one, other;
	const struct field *field;
	char *before, *after;
	bool same;
	size_t i;

	for (i = 0; i < size; i++)
		one.data[i] = rand() % 3 ? rand() : 0;
	for (field = fields; field->name; field++)
		make_valid(field, one.data);
	/* A birth that is there, if it is one */
	if (fields == birth_fields && rand() % 2)
		((struct divulge_birth *)one.data)->missing = 0;
	before = to_json(fields, one.data);
	memset(&other, 0, sizeof(other));
	same = !line_parse(&line, before, strlen(before) - 1);
	line_fill(&line, fields, other.data);
	after = to_json(fields, other.data);
	same &= !strcmp(before, after);
	if (!same)
		printf("# %s# %s", before, after);
	free(before);
	free(after);
	return same;
}

static void test_tables(void)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (n = 0; n < ROUNDS; n++)
			if (!comes_back(tables[i].fields, tables[i].size))
				break;
		ok(n == ROUNDS && tables[i].size <= MAX_STRUCT, "%s",
		   tables[i].name);
	}
}

static int parse(const char *text)
{
	return line_parse(&line, text, strlen(text));
}

static void test_bad(void)
{
	static const char *const bad[] = {
		"", "{", "}", "[]", "3", "null", "\"x\"", "{\"a\":", "x",
		"{\"a\":\"\\", "{\"a\":\"\\u", "\\", "\\udc", "{\"a\" 1}",
	};
	struct bytes text;
	struct stamp t;
	uint64_t n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ok(parse(bad[i]) == -EINVAL && !line_has(&line, "a"),
		   "'%s' is no record", bad[i]);
	ok(!parse("{\"a\":1,\"b\":\"x\",\"c\":null,\"d\":{}}"), "a record");
	ok(!line_text(&line, "a", &text) && !line_number(&line, "b", &n) &&
	   !line_text(&line, "c", &text) && !line_text(&line, "d", &text) &&
	   !line_number(&line, "e", &n) && !line_time(&line, "b", &t) &&
	   !line_has(&line, "c"), "what is of another kind");
}

static void test_numbers(void)
{
	struct bytes text;
	struct stamp t;
	uint64_t n;

	parse("{\"a\":18446744073709551615,\"b\":\"\\udcff\\\\udc80\\u00e9\","
	      "\"t\":\"1969-12-31T23:59:59.999999999Z\"}");
	ok(line_number(&line, "a", &n) && n == UINT64_MAX, "64 bits");
	ok(line_text(&line, "b", &text) && text.len == 9 &&
	   !strcmp(text.data, "\xff\\udc80\xc3\xa9"), "bytes");
	ok(line_time(&line, "t", &t) && stamp_to_ns(t) == -1, "a time");
}

int main(void)
{
	if (line_open(&line))
		return 1;
	test_tables();
	test_bad();
	test_numbers();
	line_close(&line);
	return tap_end();
}
