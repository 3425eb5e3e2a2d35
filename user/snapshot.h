/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SNAPSHOT_H
#define DIVULGE_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "saver.h"

/**
 * struct snapshot - a file that always holds the newest of some texts, whole
 * @name: as it was asked for
 * @path: of the file
 * @temp: where a text is written before it takes that name
 * @saver: what writes, so that nobody waits for a disk
 * @failed: the last text could not be written; of the saver's thread alone
 * @tried: something was written, or could not be
 * @err: why nothing can be, 0 if it can
 */
struct snapshot {
	char *name;
	char *path;
	char *temp;
	struct saver saver;
	bool failed;
	atomic_bool tried;
	atomic_int err;
};

struct snapshot *snapshot_start(const char *name, const char *path);
void snapshot_put(struct snapshot *s, char *text, size_t len);
int snapshot_wait(struct snapshot *s, int64_t timeout);
bool snapshot_end(struct snapshot *s);

#endif
