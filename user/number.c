// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "number.h"

/**
 * number_parse - read a number
 * @arg: digits and nothing else
 * @base: 10 or 16
 * @max: the greatest it may be
 * @n: set to it
 *
 * Return: false if it is none.
 */
bool number_parse(const char *arg, int base, uint64_t max, uint64_t *n)
{
	const char *at;
	char *end;

	for (at = arg; *at; at++)
		if (base == 16 ? !isxdigit((unsigned char)*at)
			       : !isdigit((unsigned char)*at))
			return false;
	errno = 0;
	*n = strtoull(arg, &end, base);
	return end != arg && !errno && *n <= max;
}
