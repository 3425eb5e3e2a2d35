/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_STATE_H
#define DIVULGE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsid.h"
#include "identity.h"
#include "progress.h"

struct mount;

/* More than can be watched, for those that are not watched now */
#define STATE_MAX	128

/**
 * struct known - what is known of a filesystem
 * @path: directory on it
 * @fs: type
 * @id: what else tells it from others
 * @told: until when all that was born there is told
 * @boot: id of the kernel's run then
 */
struct known {
	char *path;
	char fs[17];
	struct fsid id;
	struct reached told;
	char boot[IDENTITY_BOOT_LEN];
};

/**
 * struct state - what one run of the daemon leaves to the next
 * @file: where it is kept
 * @fresh: where it is written first
 * @fd: that file, locked
 * @failed: it could not be written the last time
 * @known: filesystems
 * @nr: how many
 * @told: until when all is told
 * @boot: id of the kernel's run then; empty if there was no run before
 * @run: which run of the daemon that was
 * @record: the last record that was settled, and all before it
 * @clean: it ended with all written
 */
struct state {
	char *file;
	char *fresh;
	int fd;
	atomic_bool failed;
	struct known known[STATE_MAX];
	size_t nr;
	struct reached told;
	char boot[IDENTITY_BOOT_LEN];
	uint64_t run;
	uint64_t record;
	bool clean;
};

int state_open(struct state *state, const char *file);
void state_close(struct state *state);
const struct known *state_find(const struct state *state,
			       const struct mount *mount, bool *same);
int state_put(struct state *state, const struct mount *mount,
	      const struct reached *told, const char *boot);
char *state_text(const struct state *state, size_t *len);
int state_write(struct state *state, const char *text, size_t len);
int64_t state_since(const struct state *state, const struct reached *told,
		    const char *boot, const struct reached *now,
		    const char *boot_now);

#endif
