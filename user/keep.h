/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_KEEP_H
#define DIVULGE_KEEP_H

#include <stdint.h>

/**
 * struct keep - what a store keeps
 * @age: nanoseconds that a record may be old, 0 for any
 * @size: bytes that the store may have, 0 for any
 */
struct keep {
	int64_t age;
	int64_t size;
};

int keep_parse_age(const char *arg, struct keep *keep);
int keep_parse_size(const char *arg, struct keep *keep);

#endif
