/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_PROGRESS_H
#define DIVULGE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_STEPS	64

/**
 * struct reached - a time, by two clocks
 * @time: nanoseconds since the epoch
 * @uptime: nanoseconds since the kernel began, by a clock that nobody sets
 */
struct reached {
	int64_t time;
	int64_t uptime;
};

/**
 * struct step - what is told when some records are
 * @record: the last of these
 * @until: all that happened until then
 */
struct step {
	uint64_t record;
	struct reached until;
};

/**
 * struct progress - until when all is told, as outputs get on
 * @step: by rising numbers
 * @nr: how many there are
 */
struct progress {
	struct step step[PROGRESS_STEPS];
	size_t nr;
};

void progress_add(struct progress *progress, uint64_t record,
		  const struct reached *until);
bool progress_take(struct progress *progress, uint64_t settled,
		   struct reached *until);

#endif
