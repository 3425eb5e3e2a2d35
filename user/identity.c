// SPDX-License-Identifier: GPL-2.0
/* Who tells, so that records of many hosts can be told apart */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "stamp.h"
#include "text.h"

#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

/* Make of a name what needs no escaping in any format, and is not empty. */
void identity_clean(char *text)
{
	if (!*text)
		strcpy(text, "-");
	for (; *text; text++)
		if (*text < '!' || *text > '~' || strchr("\"\\]", *text))
			*text = '?';
}

static int find_boot(char boot[IDENTITY_BOOT_LEN])
{
	FILE *file = fopen(BOOT_ID, "re");
	int err = 0;

	errno = 0;
	if (!file || !fgets(boot, IDENTITY_BOOT_LEN, file))
		err = errno ? -errno : -ENODATA;
	if (file)
		fclose(file);
	if (err)
		report("cannot read '%s': %s", BOOT_ID, strerror(-err));
	else
		identity_clean(boot);
	return err;
}

/**
 * identity_find - find out who this is
 * @identity: filled
 *
 * Return: 0, or a negative errno after a report.
 */
int identity_find(struct identity *identity)
{
	memset(identity, 0, sizeof(*identity));
	/* The last byte stays 0 */
	if (gethostname(identity->host, HOST_NAME_MAX))
		identity->host[0] = '\0';
	identity_clean(identity->host);
	/* No two daemons of a boot start in the same nanosecond */
	identity->run = stamp_uptime();
	return find_boot(identity->boot);
}
