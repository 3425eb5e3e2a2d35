/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_UTF8_H
#define DIVULGE_UTF8_H

#include <stddef.h>

size_t utf8_len(const char *bytes, size_t len);

#endif
