/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_ABSENCE_H
#define DIVULGE_ABSENCE_H

#include <limits.h>

#define ABSENCE_LEN	(PATH_MAX + 256)

/**
 * struct absence - why there are no DCCP sockets of a family
 * @family: AF_INET or AF_INET6
 * @err: what socket() failed with
 * @root: "" or where the root of the system is
 * @release: of the kernel
 */
struct absence {
	int family;
	int err;
	const char *root;
	const char *release;
};

const char *absence_why(const struct absence *absence, char why[ABSENCE_LEN]);
const char *absence_here(int family, int err, char why[ABSENCE_LEN]);

#endif
