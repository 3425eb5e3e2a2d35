/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TREE_H
#define DIVULGE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/divulge.h>

#include "genl.h"
#include "record.h"

/**
 * struct tree_query - which births are wanted
 * @fd: an open file, as a rule a directory; O_PATH is enough
 * @since: none before; NULL for no limit
 * @until: none after; NULL for no limit
 * @types: bit N is set if files of type N are wanted (enum divulge_file_type),
 *         0 for all
 * @max_depth: how deep to go, 0 for the file alone; -1 for no limit
 * @cross: go on where another filesystem is mounted or a subvolume begins
 * @copied_up: find out which files overlayfs copied up
 */
struct tree_query {
	int fd;
	const struct divulge_moment *since;
	const struct divulge_moment *until;
	uint32_t types;
	int64_t max_depth;
	bool cross;
	bool copied_up;
};

/**
 * struct tree_ops - what is told; each returns 0 to go on or a negative errno
 * @entry: a file and its birth
 * @skip: what was left out, and why
 * @more: a message has come, with or without these; NULL if that is nothing
 *
 * Paths are those below the file asked for, that itself has an empty one. They
 * may be longer than PATH_MAX, end with a NUL, and are gone after the call.
 */
struct tree_ops {
	int (*entry)(void *arg, const struct bytes *path,
		     const struct divulge_birth *birth);
	int (*skip)(void *arg, const struct bytes *path,
		    const struct divulge_birth_skip *skip);
	int (*more)(void *arg);
};

int tree_dump(struct genl *genl, const struct tree_query *query,
	      const struct tree_ops *ops, void *arg,
	      struct divulge_birth_total *total);

#endif
