/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_VALUE_H
#define DIVULGE_VALUE_H

#include "record.h"

void value_put(const struct value *v, FILE *out,
	       void (*put_bytes)(const char *at, size_t len, FILE *out));

#endif
