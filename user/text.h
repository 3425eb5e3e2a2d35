/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TEXT_H
#define DIVULGE_TEXT_H

#include <stddef.h>
#include <stdio.h>

void text_put(FILE *out, const char *bytes, size_t len);
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
