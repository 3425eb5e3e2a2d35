// SPDX-License-Identifier: GPL-2.0
/* A try to connect or to listen that may not be the last */

#include <stdarg.h>
#include <stdio.h>

#include "attempt.h"
#include "plan.h"
#include "text.h"

/**
 * attempt_fails - keep why it failed
 * @attempt: what was tried
 * @err: a negative errno
 * @fmt: why it is, as for printf()
 *
 * Return: @err.
 */
int attempt_fails(struct attempt *attempt, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(attempt->why, sizeof(attempt->why), fmt, ap);
	va_end(ap);
	return err;
}

/**
 * attempt_tell - report why it failed
 * @attempt: what was tried
 * @plan: why it was tried
 */
void attempt_tell(const struct attempt *attempt, const struct plan *plan)
{
	const char *what = plan->listen ? "listen on" : "connect to";
	char service[CODE_LEN];

	if (!*attempt->why)
		return;
	if (plan->services.nr == 1)
		report("cannot %s %s for %s: %s", what, attempt->where,
		       code_name(plan->services.code[0], service),
		       attempt->why);
	else
		report("cannot %s %s: %s", what, attempt->where, attempt->why);
}
