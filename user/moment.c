// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "moment.h"
#include "text.h"
#include "usage.h"
#include "when.h"

/**
 * moment_parse - read a point in time on a command line
 * @arg: as date(1) takes it
 * @moment: filled
 *
 * Return: -1 to go on, or an exit code after a report.
 */
int moment_parse(const char *arg, struct divulge_moment *moment)
{
	int err;

	err = when_parse(arg, moment);
	if (err == -EINVAL)
		return misused("'%s' is no time that date(1) knows", arg);
	if (!err)
		return -1;
	report("cannot ask date(1) when '%s' is: %s", arg, strerror(-err));
	return EXIT_FAILED;
}
