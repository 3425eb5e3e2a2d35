/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_FSID_H
#define DIVULGE_FSID_H

#include <stdbool.h>
#include <stdint.h>

struct genl;

/**
 * struct fsid - what tells a filesystem from another that is at its place
 * @number: as statfs() has it; where it is made of the device's number it may
 *	be another after a boot
 * @born_sec: birth of the directory that is mounted, 0 if there is none
 * @born_nsec: nanoseconds after that
 */
struct fsid {
	uint64_t number;
	int64_t born_sec;
	uint32_t born_nsec;
};

void fsid_find(struct genl *genl, int fd, const char *point, struct fsid *id);
bool fsid_same_birth(const struct fsid *a, const struct fsid *b);

#endif
