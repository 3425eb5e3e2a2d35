/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SPARK_H
#define DIVULGE_SPARK_H

#include <stdbool.h>
#include <stdint.h>

/* A value that is not known: a gap */
#define SPARK_GAP	UINT64_MAX

bool spark_have_blocks(void);
const char *spark_glyph(uint64_t value, uint64_t max, bool blocks);

#endif
