// SPDX-License-Identifier: GPL-2.0
#include <pwd.h>
#include <stddef.h>

#include "number.h"
#include "usage.h"
#include "user.h"

/**
 * user_parse - read who is meant
 * @arg: as find(1) has it: a name if there is one, else a number
 * @uid: set to the user's number
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int user_parse(const char *arg, uint32_t *uid)
{
	const struct passwd *user = getpwnam(arg);
	uint64_t n;

	if (user) {
		*uid = user->pw_uid;
		return EXIT_OK;
	}
	if (!number_parse(arg, 10, USER_ANY - 1, &n))
		return misused("there is no user '%s'", arg);
	*uid = n;
	return EXIT_OK;
}
