/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TICKER_H
#define DIVULGE_TICKER_H

#include <stdbool.h>
#include <stdint.h>

int ticker_open(void);
int ticker_set(int fd, int64_t first, int64_t period);
bool ticker_due(int fd);

#endif
