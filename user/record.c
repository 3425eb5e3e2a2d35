// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include <linux/divulge.h>

#include "module.h"
#include "record.h"
#include "stream.h"
#include "text.h"
#include "util.h"

#define SIZE_OF(s, m)		sizeof(((struct s *)NULL)->m)

#define FIELD(k, s, m, n)						\
	.name = n, .kind = FIELD_##k, .offset = offsetof(struct s, m),	\
	.size = SIZE_OF(s, m)

#define PLAIN(k, s, m)		{ FIELD(k, s, m, #m) }
#define PAIR(k, s, m, o, n)						\
	{ FIELD(k, s, m, n), .second = offsetof(struct s, o) }
#define NAMED(k, s, m, of)						\
	{ FIELD(k, s, m, #m), .names = of, .nr_names = ARRAY_SIZE(of) }

static const char *const file_types[] = {
	[DIVULGE_FILE_TYPE_UNKNOWN]		= "unknown",
	[DIVULGE_FILE_TYPE_REG]			= "reg",
	[DIVULGE_FILE_TYPE_DIR]			= "dir",
	[DIVULGE_FILE_TYPE_LNK]			= "lnk",
	[DIVULGE_FILE_TYPE_CHR]			= "chr",
	[DIVULGE_FILE_TYPE_BLK]			= "blk",
	[DIVULGE_FILE_TYPE_FIFO]		= "fifo",
	[DIVULGE_FILE_TYPE_SOCK]		= "sock",
};

static const char *const birth_missings[] = {
	[DIVULGE_BIRTH_MISSING_NONE]		= "none",
	[DIVULGE_BIRTH_MISSING_NOT_STORED]	= "not-stored",
	[DIVULGE_BIRTH_MISSING_NOT_REPORTED]	= "not-reported",
	[DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL]	= "inode-too-small",
	[DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD]	= "format-too-old",
	[DIVULGE_BIRTH_MISSING_LAYOUT_UNKNOWN]	= "layout-unknown",
};

static const char *const birth_terms[] = {
	[DIVULGE_BIRTH_TERM_BTIME]		= "btime",
	[DIVULGE_BIRTH_TERM_CRTIME]		= "crtime",
	[DIVULGE_BIRTH_TERM_OTIME]		= "otime",
};

#define BIT(flag)		__builtin_ctz(DIVULGE_BIRTH_FLAG_##flag)

static const char *const birth_flags[] = {
	[BIT(AFTER_MTIME)]			= "after-mtime",
	[BIT(FUTURE)]				= "future",
	[BIT(BEFORE_FS)]			= "before-fs",
	[BIT(COPIED_UP)]			= "copied-up",
	[BIT(INHERITED)]			= "inherited",
};

static const char *const skip_reasons[] = {
	[DIVULGE_BIRTH_SKIP_REASON_ERROR]	= "error",
	[DIVULGE_BIRTH_SKIP_REASON_UNREADABLE]	= "unreadable",
	[DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE] = "unsearchable",
	[DIVULGE_BIRTH_SKIP_REASON_MOUNT]	= "mount",
	[DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME]	= "subvolume",
};

static const char *const birth_kinds[] = {
	[DIVULGE_BIRTH_KIND_CREATED]		= "created",
	[DIVULGE_BIRTH_KIND_NAMED]		= "named",
	[DIVULGE_BIRTH_KIND_COPY_UP]		= "copy-up",
	[DIVULGE_BIRTH_KIND_SUBVOLUME]		= "subvolume",
	[DIVULGE_BIRTH_KIND_SNAPSHOT]		= "snapshot",
};

static const char *const dccp_states[] = {
	[DIVULGE_DCCP_STATE_UNKNOWN]		= "unknown",
	[DIVULGE_DCCP_STATE_CLOSED]		= "closed",
	[DIVULGE_DCCP_STATE_REQUEST]		= "request",
	[DIVULGE_DCCP_STATE_LISTEN]		= "listen",
	[DIVULGE_DCCP_STATE_RESPOND]		= "respond",
	[DIVULGE_DCCP_STATE_PARTOPEN]		= "partopen",
	[DIVULGE_DCCP_STATE_OPEN]		= "open",
	[DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ]	= "active-closereq",
	[DIVULGE_DCCP_STATE_PASSIVE_CLOSE]	= "passive-close",
	[DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ]	= "passive-closereq",
	[DIVULGE_DCCP_STATE_CLOSING]		= "closing",
	[DIVULGE_DCCP_STATE_TIMEWAIT]		= "timewait",
};

static const char *const dccp_roles[] = {
	[DIVULGE_DCCP_ROLE_NONE]		= "none",
	[DIVULGE_DCCP_ROLE_LISTEN]		= "listen",
	[DIVULGE_DCCP_ROLE_CLIENT]		= "client",
	[DIVULGE_DCCP_ROLE_SERVER]		= "server",
};

static const char *const absences[] = {
	[DIVULGE_ABSENCE_NONE]			= "present",
	[DIVULGE_ABSENCE_NOT_BUILT]		= "not-built",
	[DIVULGE_ABSENCE_NOT_LOADED]		= "not-loaded",
	[DIVULGE_ABSENCE_REMOVED]		= "removed",
	[DIVULGE_ABSENCE_NO_TRACEPOINT]		= "no-tracepoint",
	[DIVULGE_ABSENCE_OTHER_NETNS]		= "other-netns",
};

static const char *const families[] = {
	[AF_INET]				= "inet",
	[AF_INET6]				= "inet6",
};

const struct field birth_fields[] = {
	PAIR(BTIME, divulge_birth, btime_sec, btime_nsec, "btime"),
	PAIR(STAMP, divulge_birth, mtime_sec, mtime_nsec, "mtime"),
	PAIR(STAMP, divulge_birth, atime_sec, atime_nsec, "atime"),
	PAIR(STAMP, divulge_birth, ctime_sec, ctime_nsec, "ctime"),
	NAMED(ENUM, divulge_birth, missing, birth_missings),
	NAMED(ENUM, divulge_birth, term, birth_terms),
	PLAIN(UINT, divulge_birth, granularity),
	PLAIN(CHARS, divulge_birth, fs),
	PAIR(DEV, divulge_birth, dev_major, dev_minor, "dev"),
	PLAIN(UINT, divulge_birth, ino),
	PLAIN(UINT, divulge_birth, gen),
	NAMED(ENUM, divulge_birth, type, file_types),
	PLAIN(UINT, divulge_birth, mode),
	NAMED(FLAGS, divulge_birth, flags, birth_flags),
	{ FIELD(BORN, divulge_birth, missing, "born"),
	  .names = birth_missings, .nr_names = ARRAY_SIZE(birth_missings) },
	{ 0 }
};

const struct field skip_fields[] = {
	NAMED(ENUM, divulge_birth_skip, reason, skip_reasons),
	PLAIN(UINT, divulge_birth_skip, error),
	{ 0 }
};

const struct field total_fields[] = {
	PLAIN(UINT, divulge_birth_total, visited),
	PLAIN(UINT, divulge_birth_total, matched),
	PLAIN(UINT, divulge_birth_total, skipped),
	{ 0 }
};

const struct field origin_fields[] = {
	PLAIN(UINT, divulge_birth_origin, seq),
	PLAIN(TIME, divulge_birth_origin, time),
	NAMED(ENUM, divulge_birth_origin, kind, birth_kinds),
	PAIR(DEV, divulge_birth_origin, sb_dev_major, sb_dev_minor, "sb_dev"),
	PLAIN(UINT, divulge_birth_origin, parent_ino),
	PLAIN(UINT, divulge_birth_origin, parent_gen),
	PLAIN(UINT, divulge_birth_origin, pid),
	PLAIN(UINT, divulge_birth_origin, tgid),
	PLAIN(UINT, divulge_birth_origin, uid),
	PLAIN(CHARS, divulge_birth_origin, comm),
	PLAIN(UINT, divulge_birth_origin, cgroup_id),
	{ 0 }
};

const struct field path_fields[] = {
	PLAIN(BYTES, place, path),
	{ 0 }
};

const struct field place_fields[] = {
	PLAIN(BYTES, place, path),
	PLAIN(BYTES, place, name),
	{ FIELD(WHERE, place, path, "where") },
	{ 0 }
};

const struct field sock_fields[] = {
	NAMED(ENUM, divulge_dccp_sock, family, families),
	PAIR(ADDR, divulge_dccp_sock, saddr, family, "saddr"),
	PLAIN(UINT, divulge_dccp_sock, sport),
	PAIR(ADDR, divulge_dccp_sock, daddr, family, "daddr"),
	PLAIN(UINT, divulge_dccp_sock, dport),
	NAMED(STATE, divulge_dccp_sock, state, dccp_states),
	NAMED(ENUM, divulge_dccp_sock, role, dccp_roles),
	PLAIN(CCID, divulge_dccp_sock, tx_ccid),
	PLAIN(CCID, divulge_dccp_sock, rx_ccid),
	PLAIN(UINT, divulge_dccp_sock, mps),
	PLAIN(UINT, divulge_dccp_sock, pmtu),
	PLAIN(SERVICE, divulge_dccp_sock, service),
	PLAIN(UINT, divulge_dccp_sock, cookie),
	PLAIN(UINT, divulge_dccp_sock, inode),
	PLAIN(UINT, divulge_dccp_sock, netns),
	PLAIN(UINT, divulge_dccp_sock, uid),
	PLAIN(UINT, divulge_dccp_sock, ifindex),
	PLAIN(UINT, divulge_dccp_sock, busy),
	{ FIELD(LOCAL, divulge_dccp_sock, saddr, "local") },
	{ FIELD(PEER, divulge_dccp_sock, daddr, "peer") },
	{ 0 }
};

const struct field change_fields[] = {
	PLAIN(UINT, divulge_dccp_change, seq),
	PLAIN(TIME, divulge_dccp_change, time),
	NAMED(STATE, divulge_dccp_change, old_state, dccp_states),
	{ 0 }
};

const struct field lost_fields[] = {
	PLAIN(UINT, lost, count),
	PLAIN(UINT, lost, first_seq),
	PLAIN(UINT, lost, last_seq),
	PLAIN(TIME, lost, since),
	PLAIN(TIME, lost, until),
	{ 0 }
};

const struct field noticed_fields[] = {
	PLAIN(STRING, noticed, stream),
	PLAIN(TIME, noticed, time),
	{ 0 }
};

#define ABILITY(n, of)							\
	{ .name = n, .kind = FIELD_ENUM,				\
	  .offset = offsetof(struct module_info, absence[of]),		\
	  .names = absences, .nr_names = ARRAY_SIZE(absences) }

const struct field info_fields[] = {
	PLAIN(CHARS, module_info, version),
	ABILITY("birth_get", DIVULGE_ABILITY_BIRTH_GET),
	ABILITY("birth_watch", DIVULGE_ABILITY_BIRTH_WATCH),
	ABILITY("dccp_dump", DIVULGE_ABILITY_DCCP_DUMP),
	ABILITY("dccp_watch", DIVULGE_ABILITY_DCCP_WATCH),
	{ 0 }
};

const struct field birth_counters_fields[] = {
	PLAIN(UINT, divulge_birth_counters, watches),
	PLAIN(UINT, divulge_birth_counters, births_published),
	PLAIN(UINT, divulge_birth_counters, births_lost),
	{ 0 }
};

const struct field dccp_counters_fields[] = {
	PLAIN(UINT, divulge_dccp_counters, dccp_published),
	PLAIN(UINT, divulge_dccp_counters, dccp_lost),
	{ 0 }
};

const struct field noted_fields[] = {
	PLAIN(TIME, noted, time),
	{ 0 }
};

const struct field watch_fields[] = {
	PLAIN(UINT, divulge_watch, id),
	PLAIN(CHARS, divulge_watch, fs),
	PAIR(DEV, divulge_watch, sb_dev_major, sb_dev_minor, "sb_dev"),
	PLAIN(LIMIT, divulge_watch, root_ino),
	NAMED(TYPES, divulge_watch, types, file_types),
	PLAIN(LIMIT, divulge_watch, uid),
	PLAIN(UINT, divulge_watch, portid),
	{ 0 }
};

const struct field unmount_fields[] = {
	PLAIN(UINT, divulge_unmount, seq),
	PLAIN(TIME, divulge_unmount, time),
	PAIR(DEV, divulge_unmount, sb_dev_major, sb_dev_minor, "sb_dev"),
	PLAIN(CHARS, divulge_unmount, fs),
	{ 0 }
};

static uint64_t load(const void *at, size_t size)
{
	switch (size) {
	case sizeof(uint8_t):
		return *(const uint8_t *)at;
	case sizeof(uint16_t):
		return *(const uint16_t *)at;
	case sizeof(uint32_t):
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

static void set_uint(struct value *v, uint64_t u)
{
	v->kind = VALUE_UINT;
	v->u = u;
}

static void set_bytes(struct value *v, const char *data, size_t len)
{
	v->kind = data ? VALUE_BYTES : VALUE_NULL;
	v->bytes.data = data;
	v->bytes.len = len;
}

static void set_stamp(struct value *v, struct stamp stamp)
{
	v->kind = VALUE_STAMP;
	v->stamp = stamp;
}

/* A number newer than this program has no name, but is no less true. */
static void set_enum(struct value *v, const struct field *field, uint8_t n)
{
	const char *name = n < field->nr_names ? field->names[n] : NULL;

	if (name)
		set_bytes(v, name, strlen(name));
	else
		set_uint(v, n);
}

static void set_flags(struct value *v, const struct field *field, uint32_t bits)
{
	v->kind = VALUE_FLAGS;
	v->flags.bits = bits;
	v->flags.names = field->names;
	v->flags.nr_names = field->nr_names;
}

static void set_types(struct value *v, const struct field *field, uint32_t types)
{
	uint32_t all = (UINT32_C(1) << field->nr_names) - 1;

	if ((types & all) != all)
		set_flags(v, field, types);
}

static void set_limit(struct value *v, uint64_t limit, size_t size)
{
	uint64_t none = size == sizeof(uint32_t) ? UINT32_MAX : 0;

	if (limit != none)
		set_uint(v, limit);
}

static void set_dev(struct value *v, uint64_t major, uint64_t minor)
{
	int len = snprintf(v->buf, sizeof(v->buf), "%" PRIu64 ":%" PRIu64,
			   major, minor);

	set_bytes(v, v->buf, len);
}

static void set_addr(struct value *v, uint8_t family, const void *addr)
{
	if (inet_ntop(family, addr, v->buf, sizeof(v->buf)))
		set_bytes(v, v->buf, strlen(v->buf));
}

static void set_ccid(struct value *v, int16_t ccid)
{
	if (ccid >= 0)
		set_uint(v, ccid);
}

/**
 * field_value - what a field holds, as a machine wants it
 * @field: the field, FIELD_IS_DATA()
 * @data: struct that it is in
 * @v: filled; may point into @data and into itself
 */
void field_value(const struct field *field, const void *data, struct value *v)
{
	const char *at = (const char *)data + field->offset;
	const char *second = (const char *)data + field->second;
	const struct divulge_birth *birth = data;
	const struct bytes *bytes = (const void *)at;
	struct stamp stamp;

	v->kind = VALUE_NULL;
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_SERVICE:
		set_uint(v, load(at, field->size));
		break;
	case FIELD_ENUM:
	case FIELD_STATE:
		set_enum(v, field, load(at, sizeof(uint8_t)));
		break;
	case FIELD_FLAGS:
		set_flags(v, field, load(at, field->size));
		break;
	case FIELD_TYPES:
		set_types(v, field, load(at, field->size));
		break;
	case FIELD_CHARS:
		set_bytes(v, at, strnlen(at, field->size));
		break;
	case FIELD_STRING:
		at = *(const char *const *)at;
		set_bytes(v, at, strlen(at));
		break;
	case FIELD_BYTES:
		set_bytes(v, bytes->data, bytes->len);
		break;
	case FIELD_DEV:
		set_dev(v, load(at, sizeof(uint32_t)),
			load(second, sizeof(uint32_t)));
		break;
	case FIELD_TIME:
		set_stamp(v, stamp_from_ns(load(at, sizeof(int64_t))));
		break;
	case FIELD_BTIME:
		if (birth->missing != DIVULGE_BIRTH_MISSING_NONE)
			break;
		/* fall through */
	case FIELD_STAMP:
		stamp.sec = load(at, sizeof(int64_t));
		stamp.nsec = load(second, sizeof(uint32_t));
		set_stamp(v, stamp);
		break;
	case FIELD_ADDR:
		set_addr(v, load(second, sizeof(uint8_t)), at);
		break;
	case FIELD_CCID:
		set_ccid(v, load(at, sizeof(int16_t)));
		break;
	case FIELD_LIMIT:
		set_limit(v, load(at, field->size), field->size);
		break;
	case FIELD_BORN:
	case FIELD_LOCAL:
	case FIELD_PEER:
	case FIELD_WHERE:
		break;
	}
}

/**
 * value_flag - take one flag out of those that a field holds
 * @v: VALUE_FLAGS
 * @bit: number of the flag, less than NR_FLAGS
 * @flag: filled with its name, or its value if this program knows no name
 *
 * Return: true if the flag is set.
 */
bool value_flag(const struct value *v, unsigned int bit, struct value *flag)
{
	const struct flags *flags = &v->flags;
	const char *name = bit < flags->nr_names ? flags->names[bit] : NULL;
	uint32_t mask = UINT32_C(1) << bit;

	if (name)
		set_bytes(flag, name, strlen(name));
	else
		set_uint(flag, mask);
	return flags->bits & mask;
}

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
	}
}

static void put_born(const struct field *field,
		     const struct divulge_birth *birth, FILE *out)
{
	struct stamp t = { birth->btime_sec, birth->btime_nsec };
	char buf[STAMP_LEN];
	struct value why;

	if (birth->missing == DIVULGE_BIRTH_MISSING_NONE) {
		stamp_local(t, buf);
		fputs(buf, out);
		return;
	}
	set_enum(&why, field, birth->missing);
	putc('(', out);
	put_value(field, &why, out);
	putc(')', out);
}

static void put_capitals(const struct value *v, FILE *out)
{
	size_t i;

	for (i = 0; i < v->bytes.len; i++)
		putc(toupper((unsigned char)v->bytes.data[i]), out);
}

static bool is_service_char(unsigned char c)
{
	return isascii(c) && (isalnum(c) || (c && strchr("-_+.*/?@", c)));
}

/* RFC 4340, 8.1.2, has a short form for codes of four such characters. */
static void put_service(uint32_t service, FILE *out)
{
	unsigned char c[sizeof(service)];
	size_t i;

	service = htonl(service);
	memcpy(c, &service, sizeof(c));
	for (i = 0; i < sizeof(c); i++)
		if (!is_service_char(c[i]))
			break;
	if (i == sizeof(c))
		fprintf(out, "SC:%.4s", (const char *)c);
	else
		fprintf(out, "SC=%" PRIu32, ntohl(service));
}

static void put_device(unsigned int ifindex, FILE *out)
{
	char name[IF_NAMESIZE];

	if (!ifindex)
		return;
	if (if_indextoname(ifindex, name))
		fprintf(out, "%%%s", name);
	else
		fprintf(out, "%%%u", ifindex);
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

/**
 * field_text - write what a field holds for people to read
 * @field: the field
 * @data: struct that it is in
 * @out: where to
 */
void field_text(const struct field *field, const void *data, FILE *out)
{
	const struct divulge_dccp_sock *sock = data;
	struct value v;

	field_value(field, data, &v);
	switch (field->kind) {
	case FIELD_STATE:
		if (v.kind == VALUE_BYTES)
			put_capitals(&v, out);
		else
			put_value(field, &v, out);
		break;
	case FIELD_SERVICE:
		put_service(v.u, out);
		break;
	case FIELD_BORN:
		put_born(field, data, out);
		break;
	case FIELD_LOCAL:
		put_end(sock, sock->saddr, sock->ifindex, sock->sport, out);
		break;
	case FIELD_PEER:
		put_end(sock, sock->daddr, 0, sock->dport, out);
		break;
	case FIELD_WHERE:
		put_where(data, out);
		break;
	default:
		put_value(field, &v, out);
		break;
	}
}

/**
 * record_field - find a field of a record
 * @rec: the record
 * @name: name of the field
 * @len: length of @name
 * @data: set to the struct that the field is in
 *
 * Return: the field, NULL if the record has no such field.
 */
const struct field *record_field(const struct record *rec, const char *name,
				 size_t len, const void **data)
{
	const struct field *field;
	const struct part *part;

	for (part = rec->part; part->fields; part++) {
		for (field = part->fields; field->name; field++) {
			if (strncmp(field->name, name, len) ||
			    field->name[len])
				continue;
			*data = part->data;
			return field;
		}
	}
	return NULL;
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
