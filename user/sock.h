/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SOCK_H
#define DIVULGE_SOCK_H

#include <stdint.h>

#include "ccids.h"
#include "mend.h"

struct plan;

/* Room for why there is none */
#define SOCK_WHY_LEN	MEND_LEN

void sock_absence(int family, int err, char why[SOCK_WHY_LEN]);
int sock_open(const struct plan *plan, int family, char why[SOCK_WHY_LEN]);
void sock_no_limit(int fd);
int sock_number(int fd, int option, int *number);
uint32_t sock_service(int fd);
int sock_kernel_ccids(int fd, struct ccids *ccids);

#endif
