/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_RECORD_H
#define DIVULGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "stamp.h"

/* Any bytes but NUL; @data is NULL if they are not known */
struct bytes {
	const char *data;
	size_t len;
};

enum value_kind {
	VALUE_NULL,
	VALUE_UINT,
	VALUE_INT,
	VALUE_BYTES,
	VALUE_STAMP,
	VALUE_FLAGS,
	VALUE_UINTS,
};

#define NR_FLAGS	32

/* A number whose bits have names */
struct flags {
	uint32_t bits;
	const char *const *names;
	size_t nr_names;
};

/* Numbers in a row */
struct uints {
	const uint32_t *u;
	size_t nr;
};

/**
 * struct value - what a field holds
 * @kind: which member of the union is set
 * @u: number
 * @i: number that may be negative
 * @bytes: text
 * @stamp: point in time
 * @flags: what value_flag() takes apart
 * @uints: numbers
 * @buf: where @bytes points if the text was made
 */
struct value {
	enum value_kind kind;
	union {
		uint64_t u;
		int64_t i;
		struct bytes bytes;
		struct stamp stamp;
		struct flags flags;
		struct uints uints;
	};
	char buf[48];
};

enum field_kind {
	FIELD_UINT,	/* size: 1, 2, 4 or 8 bytes */
	FIELD_INT,	/* 8 bytes */
	FIELD_ENUM,	/* one byte; names */
	FIELD_STATE,	/* the same, in capitals for people */
	FIELD_FLAGS,	/* size: 1 or 4 bytes; names, that of bit 0 first */
	FIELD_TYPES,	/* the same, if they are not all file types */
	FIELD_CHARS,	/* size: of the array, NUL padded */
	FIELD_STRING,	/* const char * */
	FIELD_BYTES,	/* struct bytes */
	FIELD_DEV,	/* major, then minor */
	FIELD_TIME,	/* nanoseconds since the epoch */
	FIELD_STAMP,	/* seconds; second: offset of the nanoseconds */
	FIELD_BTIME,	/* the same, if it is there at all */
	FIELD_ADDR,	/* in network order; second: offset of the family */
	FIELD_CCID,	/* -1: none */
	FIELD_SERVICE,
	FIELD_LETTERS,	/* of a service code, if it has any */
	FIELD_SERVICES,	/* struct dccp_services */
	FIELD_UINTS,	/* struct uints, no numbers: none */
	FIELD_TEXT,	/* array of characters, NUL terminated, "": none */
	FIELD_SYSCTL,	/* 8 bytes, -1: none */
	FIELD_LIMIT,	/* size: 8 bytes, 0: none; or 4 bytes, -1: none */

	/* Numbers that people get with a unit; size as in FIELD_UINT */
	FIELD_USEC,	/* microseconds */
	FIELD_RTT,	/* the same, 0: none */
	FIELD_MSEC,	/* milliseconds */
	FIELD_TIMER,	/* the same, 0: none */
	FIELD_RATE,	/* bytes per second; 8 bytes, -1: none */
	FIELD_RATE64,	/* 64ths of that */
	FIELD_MILLIONTHS, /* 4 bytes, -1: none */

	/* Several fields in one, for people only */
	FIELD_BORN,	/* birth, or in parentheses why there is none */
	FIELD_LOCAL,	/* address, interface and port */
	FIELD_PEER,
	FIELD_WHERE,	/* path, or as much of it as is known */
	FIELD_CCIDS,	/* of both half-connections */
	FIELD_CODES,	/* first service code, and how many more there are */
	FIELD_WINDOW,	/* window in packets, or rate */
	FIELD_NETNS,	/* name of a network namespace, or its number */
	FIELD_HOW,	/* all of a struct divulge_dccp_close */
};

#define FIELD_IS_DATA(f)	((f)->kind < FIELD_BORN)

/**
 * struct field - one field of a record; tables of them end with no name
 * @name: key in JSON, column in SQL
 * @kind: how it is stored and shown
 * @offset: where it is in its struct
 * @second: see enum field_kind
 * @size: see enum field_kind
 * @names: of the values of an enum, or of flags
 * @nr_names: how many
 */
struct field {
	const char *name;
	enum field_kind kind;
	uint16_t offset;
	uint16_t second;
	uint16_t size;
	uint16_t nr_names;
	const char *const *names;
};

/* Where a file is; a record of an asked for file has the path alone */
struct place {
	struct bytes path;
	struct bytes name;
};

/* What a record of lost events has beside its struct lost */
struct noticed {
	const char *stream;
	int64_t time;
};

/* What a record has that no event of the kernel became */
struct noted {
	int64_t time;
};

#define RECORD_MAX_PARTS	11

/**
 * struct part - one struct of a record
 * @fields: what is in it
 * @data: the struct; NULL if it is not there, and so its fields hold nothing
 */
struct part {
	const struct field *fields;
	const void *data;
};

/**
 * struct record - fields that belong together, from one struct or more
 * @event: what happened; NULL for an answer
 * @number: which record of the daemon's run it is, from 1 on; 0 if nobody counts
 * @part: the structs; one without fields ends them
 */
struct record {
	const char *event;
	uint64_t number;
	struct part part[RECORD_MAX_PARTS + 1];
};

extern const struct field birth_fields[];
extern const struct field skip_fields[];
extern const struct field total_fields[];
extern const struct field origin_fields[];
extern const struct field path_fields[];
extern const struct field place_fields[];
extern const struct field sock_fields[];
extern const struct field seq_fields[];
extern const struct field feat_fields[];
extern const struct field timers_fields[];
extern const struct field ccid2_tx_fields[];
extern const struct field ccid2_rx_fields[];
extern const struct field ccid3_tx_fields[];
extern const struct field ccid3_rx_fields[];
extern const struct field entry_fields[];
extern const struct field figures_fields[];
extern const struct field netns_fields[];
extern const struct field change_fields[];
extern const struct field mps_fields[];
extern const struct field loss_fields[];
extern const struct field close_fields[];
extern const struct field statistics_fields[];
extern const struct field host_fields[];
extern const struct field sysctl_fields[];
extern const struct field lost_fields[];
extern const struct field noticed_fields[];
extern const struct field info_fields[];
extern const struct field birth_counters_fields[];
extern const struct field dccp_counters_fields[];
extern const struct field noted_fields[];
extern const struct field watch_fields[];
extern const struct field unmount_fields[];

void field_value(const struct field *field, const void *data, struct value *v);
bool value_flag(const struct value *v, unsigned int bit, struct value *flag);
void field_text(const struct field *field, const void *data, FILE *out);
const struct field *record_field(const struct record *rec, const char *name,
				 size_t len, const void **data);
bool record_stamp(const struct record *rec, struct stamp *stamp);
void record_value(const struct record *rec, const char *name,
		  struct value *v);
bool record_text(const struct record *rec, const char *name, FILE *out);

#endif
