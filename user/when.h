/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_WHEN_H
#define DIVULGE_WHEN_H

#include <linux/divulge.h>

int when_parse(const char *text, struct divulge_moment *moment);

#endif
