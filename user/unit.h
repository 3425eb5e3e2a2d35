/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_UNIT_H
#define DIVULGE_UNIT_H

#include <stdint.h>
#include <stdio.h>

void unit_time(FILE *out, uint64_t usec);
void unit_rate(FILE *out, uint64_t bytes);
void unit_share(FILE *out, uint64_t millionths);

#endif
