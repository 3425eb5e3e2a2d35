/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_INTERVAL_H
#define DIVULGE_INTERVAL_H

#include <stdint.h>

/* A dump keeps others from asking, and a sample in two days is no monitor */
#define INTERVAL_MIN_NS	INT64_C(10000000)
#define INTERVAL_MAX_NS	INT64_C(86400000000000)

int interval_parse(const char *text, int64_t *ns);

#endif
