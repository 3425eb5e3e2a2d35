/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_USAGE_H
#define DIVULGE_USAGE_H

/* Exit codes */
enum {
	EXIT_OK,
	EXIT_FAILED,	/* something could not be had */
	EXIT_MISUSED,
};

extern const char *usage_verb;
extern const char *usage_where;

int misused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int bad_option(int c, char **argv);
int end_of_output(int code);
void own_output(void);

#endif
