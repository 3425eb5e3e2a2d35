/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_NUMBER_H
#define DIVULGE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

bool number_parse(const char *arg, int base, uint64_t max, uint64_t *n);

#endif
