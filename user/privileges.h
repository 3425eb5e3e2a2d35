/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_PRIVILEGES_H
#define DIVULGE_PRIVILEGES_H

#include "settings.h"

void privileges_look(const struct settings *settings);
int privileges_drop(void);
void privileges_drop_in_writer(void);

#endif
