/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_WANTED_H
#define DIVULGE_WANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "dccp_filter.h"

#include "user.h"

#define WANTED_ANY_UID	USER_ANY

/**
 * struct filter - which births are wanted
 * @types: bit N is set if files of type N are (enum divulge_file_type), 0 for
 *	all
 * @uid: user whose creations are, WANTED_ANY_UID for everybody's
 * @subtree: only those below the directories that are named
 */
struct filter {
	uint32_t types;
	uint32_t uid;
	bool subtree;
};

/**
 * struct wanted - what a listener is to hear, and to do about it
 * @births: those of files are wanted
 * @dccp: those of DCCP are wanted; if births are too, they can do without
 * @follow: a filesystem that is mounted again is watched again
 * @rescan: what was lost is looked for
 * @filter: which births are wanted
 * @sockets: which DCCP sockets are
 * @changes: which of what happens to them is, see change_passes()
 * @paths: directories on the filesystems whose births are wanted, ends with
 *	NULL
 * @where: for each of @paths, where in a file it is named, NULL for nowhere; NULL
 *	if none is
 */
struct wanted {
	bool births;
	bool dccp;
	bool follow;
	bool rescan;
	struct filter filter;
	struct dccp_filter sockets;
	uint32_t changes;
	char **paths;
	char **where;
};

/* What getopt_long() returns for the options that programs share */
enum {
	WANTED_EVENT = 512,
	WANTED_NO_RESCAN,
	WANTED_SUBTREE,
	WANTED_TYPE,
	WANTED_UID,
};

void wanted_init(struct wanted *wanted);
int wanted_option(struct wanted *wanted, int c, char **argv);
bool filter_is_of_births(const struct filter *filter);
bool filter_passes(const struct filter *filter, uint8_t type, uint32_t uid);

#endif
