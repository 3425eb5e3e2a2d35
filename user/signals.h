/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SIGNALS_H
#define DIVULGE_SIGNALS_H

#include <stdbool.h>

int signals_open(void);
int signals_open_resized(void);
int signals_open_asked(void);
bool signals_was_asked(int sig);

#endif
