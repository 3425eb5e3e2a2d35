/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_MODULE_H
#define DIVULGE_MODULE_H

#include <stdbool.h>

#include <linux/divulge.h>

#include "genl.h"

#define NR_ABILITIES	(DIVULGE_ABILITY_DCCP_RESET + 1)

/**
 * struct module_info - what the kernel module says of itself
 * @version: its version
 * @absence: for each ability why it is absent, or DIVULGE_ABSENCE_NONE
 * @births: what it has counted of births
 * @may_watch: @births was told, to one who may watch them
 * @dccp: what it has counted of DCCP
 * @statistics: what DCCP has counted
 * @has_statistics: @statistics was told, in the first network namespace
 */
struct module_info {
	char version[32];
	uint8_t absence[NR_ABILITIES];
	struct divulge_birth_counters births;
	bool may_watch;
	struct divulge_dccp_counters dccp;
	struct divulge_dccp_statistics statistics;
	bool has_statistics;
};

int module_open(struct genl *genl);
int module_ask(struct genl *genl, struct module_info *info);
int module_need(struct genl *genl, enum divulge_ability ability,
		const char *what);
int module_birth(struct genl *genl, int fd, struct divulge_birth *birth);
const char *module_mend(uint8_t absence);

#endif
