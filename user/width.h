/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_WIDTH_H
#define DIVULGE_WIDTH_H

#include <stddef.h>
#include <stdio.h>

size_t width_of(const char *text);
size_t width_to_fit(FILE *out);

#endif
