/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_FILETYPE_H
#define DIVULGE_FILETYPE_H

#include <stdint.h>

int filetype_parse(const char *list, uint32_t *types);

#endif
