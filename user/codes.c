// SPDX-License-Identifier: GPL-2.0
/* The service codes of a DCCP socket */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codes.h"
#include "service.h"
#include "usage.h"

/* "SC=x", and more digits than there have to be */
#define MAX_TEXT	32

/* The kernel takes it for a mistake, as RFC 4340 does. */
#define INVALID		UINT32_MAX

static bool parse_one(const char *list, size_t len, uint32_t *code)
{
	char text[MAX_TEXT];

	if (len >= sizeof(text))
		return false;
	memcpy(text, list, len);
	text[len] = '\0';
	return service_parse(text, code) && *code != INVALID;
}

/**
 * codes_add - add the codes of a list
 * @services: where to add them
 * @list: codes with commas between them
 *
 * Return: -1 to go on, or an exit code after a report.
 */
int codes_add(struct services *services, const char *list)
{
	uint32_t code;
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (!parse_one(list, len, &code))
			return misused("'%.*s' is no service code, such as "
				       "demo, SC:demo, 42 or SC=x2a",
				       (int)len, list);
		if (services->nr == DCCP_SERVICE_LIST_MAX_LEN)
			return misused("a socket has %d service codes at most",
				       DCCP_SERVICE_LIST_MAX_LEN);
		services->code[services->nr++] = code;
		if (!list[len])
			return -1;
	}
}

/**
 * code_name - write a service code
 * @code: the code
 * @name: where to
 *
 * Return: @name.
 */
const char *code_name(uint32_t code, char name[CODE_LEN])
{
	char letters[SERVICE_LETTERS];

	if (service_letters(code, letters))
		snprintf(name, CODE_LEN, "SC:%.4s", letters);
	else
		snprintf(name, CODE_LEN, "SC=%" PRIu32, code);
	return name;
}
