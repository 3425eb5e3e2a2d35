/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DOWN_H
#define DIVULGE_DOWN_H

#include <stdint.h>

#include "record.h"

/**
 * struct down - a time in which nobody listened
 * @since: all before that is told
 * @until: its end
 * @fs: type of the filesystem on which births were not heard
 * @sb_dev_major: its device
 * @sb_dev_minor: its device
 * @clean: the run before ended when it was told to, with all written
 * @boot: id of the kernel's run at that time
 * @run: which run of the daemon that was
 * @record: the last of its records that all outputs had, with all before it
 */
struct down {
	struct stamp since;
	struct stamp until;
	char fs[17];
	uint32_t sb_dev_major;
	uint32_t sb_dev_minor;
	uint8_t clean;
	const char *boot;
	uint64_t run;
	uint64_t record;
};

struct record down_record(const struct down *down, const struct noted *noted,
			  const struct place *place);

#endif
