/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_PRESENCE_H
#define DIVULGE_PRESENCE_H

#include <stdbool.h>
#include <sys/types.h>

#include <linux/divulge.h>

/* Whether a file that was born is still there */
enum presence {
	PRESENCE_THERE,
	PRESENCE_GONE,
	PRESENCE_UNKNOWN,
};

/**
 * struct presence_look - what it takes to look for files
 * @base: open directory on the filesystem that was looked at last, or -1
 * @dev: device of that
 * @blind: a file that has only been moved could not be told from one that is
 *	gone
 */
struct presence_look {
	int base;
	dev_t dev;
	bool blind;
};

void presence_open(struct presence_look *look);
void presence_close(struct presence_look *look);
enum presence presence_of(struct presence_look *look, const char *path,
			  const struct divulge_birth *birth);

#endif
