// SPDX-License-Identifier: GPL-2.0
/* Records for people to read */

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include <linux/divulge.h>

#include "dccp.h"
#include "netns.h"
#include "record.h"
#include "service.h"
#include "text.h"
#include "unit.h"

static void put_value(const struct field *field, const struct value *v,
		      FILE *out);

static void put_flags(const struct field *field, const struct value *v,
		      FILE *out)
{
	bool first = true;
	struct value flag;
	unsigned int bit;

	if (!v->flags.bits)
		putc('-', out);
	for (bit = 0; bit < NR_FLAGS; bit++) {
		if (!value_flag(v, bit, &flag))
			continue;
		if (!first)
			putc(',', out);
		put_value(field, &flag, out);
		first = false;
	}
}

static void put_uints(const struct field *field, const struct uints *uints,
		      FILE *out)
{
	size_t i;

	for (i = 0; i < uints->nr; i++) {
		if (i)
			putc(',', out);
		if (field->kind == FIELD_SERVICES)
			service_put(out, uints->u[i]);
		else
			fprintf(out, "%" PRIu32, uints->u[i]);
	}
}

static void put_value(const struct field *field, const struct value *v,
		      FILE *out)
{
	char buf[STAMP_LEN];

	switch (v->kind) {
	case VALUE_NULL:
		putc('-', out);
		break;
	case VALUE_UINT:
		fprintf(out, "%" PRIu64, v->u);
		break;
	case VALUE_INT:
		fprintf(out, "%" PRId64, v->i);
		break;
	case VALUE_BYTES:
		text_put(out, v->bytes.data, v->bytes.len);
		break;
	case VALUE_STAMP:
		if (field->kind == FIELD_TIME)
			stamp_clock(v->stamp, buf);
		else
			stamp_local(v->stamp, buf);
		fputs(buf, out);
		break;
	case VALUE_FLAGS:
		put_flags(field, v, out);
		break;
	case VALUE_UINTS:
		put_uints(field, &v->uints, out);
		break;
	}
}

static void put_born(const struct field *field,
		     const struct divulge_birth *birth, FILE *out)
{
	struct stamp t = { birth->btime_sec, birth->btime_nsec };
	char buf[STAMP_LEN];
	struct field why = *field;

	if (birth->missing == DIVULGE_BIRTH_MISSING_NONE) {
		stamp_local(t, buf);
		fputs(buf, out);
		return;
	}
	why.kind = FIELD_ENUM;
	putc('(', out);
	field_text(&why, birth, out);
	putc(')', out);
}

static void put_capitals(const struct value *v, FILE *out)
{
	size_t i;

	for (i = 0; i < v->bytes.len; i++)
		putc(toupper((unsigned char)v->bytes.data[i]), out);
}

static void put_codes(const struct dccp_entry *entry, FILE *out)
{
	service_put(out, entry->sock.service);
	if (entry->services.nr > 1)
		fprintf(out, "+%zu", entry->services.nr - 1);
}

static void put_ccid(int16_t ccid, FILE *out)
{
	if (ccid < 0)
		putc('-', out);
	else
		fprintf(out, "%d", ccid);
}

static void put_ccids(const struct divulge_dccp_sock *sock, FILE *out)
{
	if (sock->busy) {
		fputs("busy", out);
		return;
	}
	put_ccid(sock->tx_ccid, out);
	if (sock->tx_ccid < 0 && sock->rx_ccid < 0)
		return;
	putc('/', out);
	put_ccid(sock->rx_ccid, out);
}

static void put_window(const struct dccp_figures *figures, FILE *out)
{
	if (figures->cwnd)
		fprintf(out, "%" PRIu32, figures->cwnd);
	else if (figures->rate != UINT64_MAX)
		unit_rate(out, figures->rate);
	else
		putc('-', out);
}

static void put_errno(uint32_t err, FILE *out)
{
	const char *name = strerrorname_np(err);

	if (name)
		fputs(name, out);
	else
		fprintf(out, "errno %" PRIu32, err);
}

/* What did not happen is not told. */
static void put_how(const struct divulge_dccp_close *close, FILE *out)
{
	const struct record rec = { .part = { { close_fields, close } } };
	const char *sep = ": ";

	record_text(&rec, "cause", out);
	if (close->reset) {
		fprintf(out, "%sreset ", sep);
		record_text(&rec, "reset", out);
		putc(' ', out);
		record_text(&rec, "reset_code", out);
		sep = ", ";
	}
	if (close->error) {
		fputs(sep, out);
		put_errno(close->error, out);
		sep = ", ";
	}
	fputs(sep, out);
	record_text(&rec, "sent", out);
	fputs(" sent ", out);
	record_text(&rec, "received", out);
	fputs(" received", out);
}

static void put_device(unsigned int ifindex, FILE *out)
{
	char name[IF_NAMESIZE];

	if (!ifindex)
		return;
	putc('%', out);
	if (if_indextoname(ifindex, name))
		text_put(out, name, strlen(name));
	else
		fprintf(out, "%u", ifindex);
}

static void put_end(const struct divulge_dccp_sock *sock, const void *addr,
		    unsigned int ifindex, unsigned int port, FILE *out)
{
	char buf[INET6_ADDRSTRLEN] = "?";

	inet_ntop(sock->family, addr, buf, sizeof(buf));
	fprintf(out, sock->family == AF_INET6 ? "[%s]" : "%s", buf);
	put_device(ifindex, out);
	if (port)
		fprintf(out, ":%u", port);
	else
		fputs(":*", out);
}

static void put_where(const struct place *place, FILE *out)
{
	if (place->path.data) {
		text_put(out, place->path.data, place->path.len);
		return;
	}
	fputs("?/", out);
	text_put(out, place->name.data, place->name.len);
}

static void put_netns(const struct netns *netns, FILE *out)
{
	if (netns->name.data)
		text_put(out, netns->name.data, netns->name.len);
	else
		fprintf(out, "%" PRIu64, netns->ino);
}

static void put_several(const struct field *field, const void *data, FILE *out)
{
	const struct divulge_dccp_sock *sock = data;

	switch (field->kind) {
	case FIELD_BORN:
		put_born(field, data, out);
		break;
	case FIELD_LOCAL:
		put_end(sock, sock->saddr, sock->ifindex, sock->sport, out);
		break;
	case FIELD_PEER:
		put_end(sock, sock->daddr, 0, sock->dport, out);
		break;
	case FIELD_CCIDS:
		put_ccids(sock, out);
		break;
	case FIELD_CODES:
		put_codes(data, out);
		break;
	case FIELD_WINDOW:
		put_window(data, out);
		break;
	case FIELD_NETNS:
		put_netns(data, out);
		break;
	case FIELD_HOW:
		put_how(data, out);
		break;
	default:
		put_where(data, out);
		break;
	}
}

/* A number that means more to people than its digits */
static void put_number(const struct field *field, uint64_t u, FILE *out)
{
	switch (field->kind) {
	case FIELD_SERVICE:
		service_put(out, u);
		break;
	case FIELD_USEC:
	case FIELD_RTT:
		unit_time(out, u);
		break;
	case FIELD_MSEC:
	case FIELD_TIMER:
		unit_time(out, 1000 * u);
		break;
	case FIELD_RATE:
		unit_rate(out, u);
		break;
	case FIELD_RATE64:
		unit_rate(out, u / 64);
		break;
	case FIELD_MILLIONTHS:
		unit_share(out, u);
		break;
	default:
		fprintf(out, "%" PRIu64, u);
		break;
	}
}

/**
 * field_text - write what a field holds for people to read
 * @field: the field
 * @data: struct that it is in, NULL if it is not there
 * @out: where to
 */
void field_text(const struct field *field, const void *data, FILE *out)
{
	struct value v;

	if (data && !FIELD_IS_DATA(field)) {
		put_several(field, data, out);
		return;
	}
	field_value(field, data, &v);
	if (v.kind == VALUE_UINT)
		put_number(field, v.u, out);
	else if (v.kind == VALUE_BYTES && field->kind == FIELD_STATE)
		put_capitals(&v, out);
	else
		put_value(field, &v, out);
}

/**
 * record_text - write one field of a record for people to read
 * @rec: the record
 * @name: name of the field
 * @out: where to
 *
 * Return: false if the record has no such field.
 */
bool record_text(const struct record *rec, const char *name, FILE *out)
{
	const struct field *field;
	const void *data;

	field = record_field(rec, name, strlen(name), &data);
	if (field)
		field_text(field, data, out);
	return field;
}
