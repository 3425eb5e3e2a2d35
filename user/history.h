/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_HISTORY_H
#define DIVULGE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct history - what is asked of a store
 * @store: its file
 * @since: none before that, in nanoseconds since the epoch
 * @until: none after that
 * @path: which a path has to match, NULL for any
 * @uid: of who made it, or of the owner of a socket; USER_ANY for any
 * @comm: name of the program that made it, NULL for any
 * @fs: type of the filesystem, NULL for any
 * @deleted: what is no longer there
 * @dccp: connections, and no births
 * @json: in JSON
 */
struct history {
	const char *store;
	int64_t since;
	int64_t until;
	const char *path;
	uint32_t uid;
	const char *comm;
	const char *fs;
	bool deleted;
	bool dccp;
	bool json;
};

int history_show(const struct history *history);

#endif
