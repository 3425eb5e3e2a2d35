/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_PROBE_H
#define DIVULGE_PROBE_H

#include <stdbool.h>

int probe(bool json);

#endif
