// SPDX-License-Identifier: GPL-2.0
/* The record that tells when nobody listened */

#include "down.h"
#include "fields.h"

static const struct field down_fs_fields[] = {
	PLAIN(CHARS, down, fs),
	PAIR(DEV, down, sb_dev_major, sb_dev_minor, "sb_dev"),
	{ 0 }
};

static const struct field down_fields[] = {
	PAIR(STAMP, down, since.sec, since.nsec, "since"),
	PAIR(STAMP, down, until.sec, until.nsec, "until"),
	PLAIN(UINT, down, clean),
	CALLED(STRING, down, boot, "before_boot"),
	CALLED(UINT, down, run, "before_run"),
	CALLED(UINT, down, record, "before_record"),
	{ 0 }
};

/**
 * down_record - make a record of a time in which nobody listened
 * @down: must outlive the record
 * @noted: when it is told; likewise
 * @place: where births were not heard, NULL for nowhere; likewise
 *
 * Return: the record.
 */
struct record down_record(const struct down *down, const struct noted *noted,
			  const struct place *place)
{
	return (struct record){
		.event = "down",
		.part = {
			{ noted_fields, noted },
			{ path_fields, place },
			{ down_fs_fields, place ? down : NULL },
			{ down_fields, down },
		},
	};
}
