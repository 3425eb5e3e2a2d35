/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TALLY_H
#define DIVULGE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include <linux/divulge.h>

#include "gap.h"
#include "record.h"

/* Kinds of filesystems; all others are one more */
#define TALLY_FS	32
#define TALLY_CHANGES	5

extern const char *const tally_changes[TALLY_CHANGES];

/**
 * struct tally_fs - births on filesystems of one kind
 * @name: of the kind
 * @births: births
 * @found: births that were found later
 */
struct tally_fs {
	char name[sizeof(((struct divulge_birth *)NULL)->fs) + 1];
	uint64_t births;
	uint64_t found;
};

/**
 * struct tally - how many records there were
 * @records: all
 * @births: how many of them were births
 * @dccp: how many were of DCCP
 * @lost_births: births whose loss others told
 * @lost_dccp: events of DCCP, likewise
 * @fs: births by kind of filesystem
 * @nr_fs: how many kinds there are
 * @changes: events of DCCP by kind, in the order of tally_changes
 */
struct tally {
	uint64_t records;
	uint64_t births;
	uint64_t dccp;
	uint64_t lost_births;
	uint64_t lost_dccp;
	struct tally_fs fs[TALLY_FS + 1];
	size_t nr_fs;
	uint64_t changes[TALLY_CHANGES];
};

void tally_add(struct tally *tally, const struct record *rec,
	       const struct mark *mark);

#endif
