// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "usage.h"

/* What the options are of, NULL for the program's own */
const char *usage_verb;

/* Where in a file it is that something is wrong, NULL for a command line */
const char *usage_where;

/**
 * misused - report wrong usage
 * @fmt: what is wrong, as for printf()
 *
 * Return: EXIT_MISUSED.
 */
int misused(const char *fmt, ...)
{
	char *what;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&what, fmt, ap);
	va_end(ap);
	if (len < 0)
		return EXIT_MISUSED;
	if (usage_where)
		report("%s: %s", usage_where, what);
	else
		report("%s: see '%s%s%s --help'", what,
		       program_invocation_short_name, usage_verb ? " " : "",
		       usage_verb ? usage_verb : "");
	free(what);
	return EXIT_MISUSED;
}

/**
 * bad_option - report an option that getopt_long() refused
 * @c: what it returned, ':' or '?'; its options begin with ':'
 * @argv: what it was given
 *
 * Return: EXIT_MISUSED.
 */
int bad_option(int c, char **argv)
{
	const char *option = argv[optind - 1];

	if (c == ':')
		return misused("option '%s' needs a value", option);
	if (!optopt)
		return misused("there is no option '%s'", option);
	if (!strncmp(option, "--", 2) && strchr(option, '='))
		return misused("option '%.*s' takes no value",
			       (int)strcspn(option, "="), option);
	return misused("there is no option '-%c'", optopt);
}

/**
 * own_output - have stdout written when it is flushed, and nowhere else
 *
 * What is to be seen at once is flushed. A line that is written by itself, as
 * on a terminal or under stdbuf(1), fails where nobody asks why.
 */
void own_output(void)
{
	int fd;

	/* What is closed must not become a socket that output goes to. */
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			exit(EXIT_FAILED);
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
}

/**
 * end_of_output - see that all was written to stdout
 * @code: exit code if it was
 *
 * Return: an exit code.
 */
int end_of_output(int code)
{
	errno = EIO;
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	report("cannot write to standard output: %s", strerror(errno));
	return EXIT_FAILED;
}
