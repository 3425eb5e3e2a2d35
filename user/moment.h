/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_MOMENT_H
#define DIVULGE_MOMENT_H

#include <linux/divulge.h>

int moment_parse(const char *arg, struct divulge_moment *moment);

#endif
