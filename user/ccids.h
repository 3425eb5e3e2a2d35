/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CCIDS_H
#define DIVULGE_CCIDS_H

#include <stddef.h>
#include <stdint.h>

/* Four are registered, of which Linux has two */
#define CCIDS_MAX	16
#define CCIDS_LEN	(CCIDS_MAX * sizeof("255,"))

/**
 * struct ccids - congestion control ids
 * @id: ids, what is liked best first
 * @nr: how many there are
 */
struct ccids {
	uint8_t id[CCIDS_MAX];
	size_t nr;
};

int ccids_parse(struct ccids *ccids, const char *list);
const char *ccids_name(const struct ccids *ccids, char name[CCIDS_LEN]);

#endif
