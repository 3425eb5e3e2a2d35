// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include <linux/divulge.h>

#include "dccp.h"
#include "fields.h"
#include "module.h"
#include "netns.h"
#include "service.h"
#include "stream.h"

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

static const char *const absences[] = {
	[DIVULGE_ABSENCE_NONE]			= "present",
	[DIVULGE_ABSENCE_NOT_BUILT]		= "not-built",
	[DIVULGE_ABSENCE_NOT_LOADED]		= "not-loaded",
	[DIVULGE_ABSENCE_REMOVED]		= "removed",
	[DIVULGE_ABSENCE_NO_TRACEPOINT]		= "no-tracepoint",
	[DIVULGE_ABSENCE_OTHER_NETNS]		= "other-netns",
	[DIVULGE_ABSENCE_NO_PROBE]		= "no-probe",
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
	ABILITY("dccp_ccid", DIVULGE_ABILITY_DCCP_CCID),
	ABILITY("dccp_mps", DIVULGE_ABILITY_DCCP_MPS),
	ABILITY("dccp_loss", DIVULGE_ABILITY_DCCP_LOSS),
	ABILITY("dccp_reset", DIVULGE_ABILITY_DCCP_RESET),
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
	PLAIN(UINT, divulge_dccp_counters, dccp_missed),
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

const struct field netns_fields[] = {
	CALLED(BYTES, netns, name, "netns_name"),
	CALLED(NETNS, netns, name, "netns_shown"),
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

static void set_int(struct value *v, int64_t i)
{
	v->kind = VALUE_INT;
	v->i = i;
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

/* One value of those a number may have stands for none. */
static void set_unless(struct value *v, uint64_t u, uint64_t none)
{
	if (u != none)
		set_uint(v, u);
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

static void set_number(struct value *v, const struct field *field,
		       const void *at)
{
	uint64_t u = load(at, field->size);

	switch (field->kind) {
	case FIELD_RTT:
	case FIELD_TIMER:
		set_unless(v, u, 0);
		break;
	case FIELD_LIMIT:
		set_unless(v, u, field->size == sizeof(uint32_t) ? UINT32_MAX
								 : 0);
		break;
	case FIELD_MILLIONTHS:
		set_unless(v, u, UINT32_MAX);
		break;
	case FIELD_RATE:
	case FIELD_SYSCTL:
		set_unless(v, u, UINT64_MAX);
		break;
	default:
		set_uint(v, u);
		break;
	}
}

static void set_uints(struct value *v, const uint32_t *u, size_t nr)
{
	if (!nr)
		return;
	v->kind = VALUE_UINTS;
	v->uints.u = u;
	v->uints.nr = nr;
}

static void set_letters(struct value *v, uint32_t service)
{
	if (service_letters(service, v->buf))
		set_bytes(v, v->buf, SERVICE_LETTERS);
}

/**
 * field_value - what a field holds, as a machine wants it
 * @field: the field, FIELD_IS_DATA()
 * @data: struct that it is in, NULL if it is not there
 * @v: filled; may point into @data and into itself
 */
void field_value(const struct field *field, const void *data, struct value *v)
{
	const char *at, *second;
	const struct divulge_birth *birth = data;
	const struct dccp_services *services;
	const struct uints *uints;
	const struct bytes *bytes;
	struct stamp stamp;

	v->kind = VALUE_NULL;
	if (!data)
		return;
	at = (const char *)data + field->offset;
	second = (const char *)data + field->second;
	bytes = (const void *)at;
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
		set_number(v, field, at);
		break;
	case FIELD_INT:
		set_int(v, load(at, sizeof(int64_t)));
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
	case FIELD_LETTERS:
		set_letters(v, load(at, sizeof(uint32_t)));
		break;
	case FIELD_SERVICES:
		services = (const void *)at;
		set_uints(v, services->code, services->nr);
		break;
	case FIELD_UINTS:
		uints = (const void *)at;
		set_uints(v, uints->u, uints->nr);
		break;
	case FIELD_TEXT:
		if (*at)
			set_bytes(v, at, strlen(at));
		break;
	case FIELD_BORN:
	case FIELD_LOCAL:
	case FIELD_PEER:
	case FIELD_WHERE:
	case FIELD_CCIDS:
	case FIELD_CODES:
	case FIELD_WINDOW:
	case FIELD_NETNS:
	case FIELD_HOW:
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
 * record_value - see what a field of a record holds
 * @rec: the record
 * @name: of the field; one that the record does not have holds nothing
 * @v: filled
 */
void record_value(const struct record *rec, const char *name, struct value *v)
{
	const struct field *field;
	const void *data;

	field = record_field(rec, name, strlen(name), &data);
	if (field)
		field_value(field, data, v);
	else
		v->kind = VALUE_NULL;
}

/**
 * record_stamp - see when what a record tells of was
 * @rec: the record
 * @stamp: filled
 *
 * Return: false if the record does not say.
 */
bool record_stamp(const struct record *rec, struct stamp *stamp)
{
	struct value v;

	record_value(rec, "time", &v);
	if (v.kind != VALUE_STAMP)
		return false;
	*stamp = v.stamp;
	return true;
}
