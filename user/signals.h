/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SIGNALS_H
#define DIVULGE_SIGNALS_H

int signals_open(void);
int signals_open_resized(void);

#endif
