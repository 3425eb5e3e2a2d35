/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CODES_H
#define DIVULGE_CODES_H

#include <stddef.h>
#include <stdint.h>

#include <linux/dccp.h>

/* "SC=4294967294" */
#define CODE_LEN	14

/**
 * struct services - service codes of a socket
 * @code: the codes
 * @nr: how many there are; a socket without one has the code 0
 */
struct services {
	uint32_t code[DCCP_SERVICE_LIST_MAX_LEN];
	size_t nr;
};

int codes_add(struct services *services, const char *list);
const char *code_name(uint32_t code, char name[CODE_LEN]);

#endif
