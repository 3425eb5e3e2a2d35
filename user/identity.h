/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_IDENTITY_H
#define DIVULGE_IDENTITY_H

#include <limits.h>
#include <stdint.h>

/* A UUID as text, and a NUL */
#define IDENTITY_BOOT_LEN	37

/**
 * struct identity - which of all daemons on all hosts this is
 * @host: name of the host, which is '-' if it has none
 * @boot: id of the kernel's run
 * @run: of the daemon's run, when it began: nanoseconds since the kernel's
 *
 * What is text is printable ASCII without blanks, and needs no escaping in any
 * format.
 */
struct identity {
	char host[HOST_NAME_MAX + 1];
	char boot[IDENTITY_BOOT_LEN];
	uint64_t run;
};

int identity_find(struct identity *identity);
void identity_clean(char *text);

#endif
