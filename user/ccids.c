// SPDX-License-Identifier: GPL-2.0
/* Lists of congestion control ids (CCIDs, RFC 4340, 10) */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ccids.h"
#include "usage.h"

static bool parse_id(const char *text, size_t len, uint8_t *id)
{
	unsigned long n;

	if (!len || len > 3 || strspn(text, "0123456789") != len)
		return false;
	n = strtoul(text, NULL, 10);
	*id = n;
	return n <= UINT8_MAX;
}

/**
 * ccids_parse - read a list of CCIDs
 * @ccids: filled
 * @list: ids with commas between them
 *
 * Return: -1 to go on, or an exit code after a report.
 */
int ccids_parse(struct ccids *ccids, const char *list)
{
	size_t len;
	uint8_t id;

	for (ccids->nr = 0;; list += len + 1) {
		len = strcspn(list, ",");
		if (!parse_id(list, len, &id))
			return misused("'%.*s' is no CCID, such as 2 or 3",
				       (int)len, list);
		if (memchr(ccids->id, id, ccids->nr))
			return misused("CCID %u is named twice", id);
		if (ccids->nr == CCIDS_MAX)
			return misused("too many CCIDs");
		ccids->id[ccids->nr++] = id;
		if (!list[len])
			return -1;
	}
}

/**
 * ccids_name - write a list of CCIDs as ccids_parse() reads it
 * @ccids: ids
 * @name: where to
 *
 * Return: @name.
 */
const char *ccids_name(const struct ccids *ccids, char name[CCIDS_LEN])
{
	size_t i, len = 0;

	name[0] = '\0';
	for (i = 0; i < ccids->nr; i++)
		len += snprintf(name + len, CCIDS_LEN - len, "%s%u",
				i ? "," : "", ccids->id[i]);
	return name;
}
