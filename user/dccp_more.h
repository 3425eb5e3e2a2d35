/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DCCP_MORE_H
#define DIVULGE_DCCP_MORE_H

#include <stddef.h>

#include "record.h"

char *dccp_more(const struct record *rec, size_t fit);

#endif
