/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_NOTIFY_H
#define DIVULGE_NOTIFY_H

#include <stdint.h>

#include "outputs.h"

int64_t notify_period(int64_t otherwise);
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(const struct outputs *outputs);

#endif
