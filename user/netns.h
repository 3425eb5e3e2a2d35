/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_NETNS_H
#define DIVULGE_NETNS_H

#include <stdint.h>

#include "record.h"

/**
 * struct netns - a network namespace
 * @name: its name in /run/netns, no data if it has none
 * @ino: its inode number
 */
struct netns {
	struct bytes name;
	uint64_t ino;
};

/* Called in a network namespace */
typedef void (*netns_cb)(const struct netns *netns, void *arg);

int netns_each(char *const *which, netns_cb cb, void *arg);

#endif
