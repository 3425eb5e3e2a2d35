/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_MOUNTED_H
#define DIVULGE_MOUNTED_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct mounted - a line of /proc/self/mountinfo
 * @id: of the mount
 * @under: id of the mount that it is mounted on
 * @sb: device of its superblock
 * @point: where it is, to be freed
 */
struct mounted {
	int id;
	int under;
	dev_t sb;
	char *point;
};

bool mounted_parse(const char *line, struct mounted *m);
int mounted_find(int fd, struct mounted *m);
int mounted_id(int fd);
int mounted_root(const char *path);

#endif
