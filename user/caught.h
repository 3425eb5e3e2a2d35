/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CAUGHT_H
#define DIVULGE_CAUGHT_H

#include <stdint.h>

int caught_open(void);
int caught_fd(void);
int caught_signal(void);
int caught_or_ready(int fd, short events, int64_t timeout);
int caught_end(int code);

#endif
