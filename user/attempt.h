/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_ATTEMPT_H
#define DIVULGE_ATTEMPT_H

#include <stdbool.h>

#include "endpoint.h"
#include "sock.h"

struct plan;

/**
 * struct attempt - what was tried, and why it failed
 * @where: address and port
 * @why: the reason; empty if it has been reported
 * @was_made: what is out of our hands is the reason
 */
struct attempt {
	char where[ENDPOINT_LEN];
	char why[SOCK_WHY_LEN];
	bool was_made;
};

int attempt_fails(struct attempt *attempt, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void attempt_tell(const struct attempt *attempt, const struct plan *plan);

#endif
