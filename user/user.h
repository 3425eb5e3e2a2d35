/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_USER_H
#define DIVULGE_USER_H

#include <stdint.h>

/* What no user has */
#define USER_ANY	UINT32_MAX

int user_parse(const char *arg, uint32_t *uid);

#endif
