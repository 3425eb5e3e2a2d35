// SPDX-License-Identifier: GPL-2.0
/* Service codes of DCCP, and how RFC 4340, 8.1.2, writes them */

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "usage.h"

#define TEXT_LEN	4
#define MAX_DIGITS	10

/* The kernel takes it for a mistake, as the RFC does. */
#define INVALID		UINT32_MAX

static bool is_text_char(unsigned char c)
{
	return isascii(c) && (isalnum(c) || (c && strchr("-_+.*/?@", c)));
}

static bool from_text(const char *text, size_t len, uint32_t *code)
{
	uint32_t n = 0;
	size_t i;

	if (len != TEXT_LEN)
		return false;
	for (i = 0; i < len; i++) {
		if (!is_text_char(text[i]))
			return false;
		n = n << 8 | (unsigned char)text[i];
	}
	*code = n;
	return true;
}

static bool from_number(const char *text, size_t len, int base, uint32_t *code)
{
	const char *digits = base == 16 ? "0123456789abcdefABCDEF" :
					  "0123456789";
	char copy[MAX_DIGITS + 1];
	unsigned long long n;

	if (!len || len > MAX_DIGITS)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (copy[strspn(copy, digits)])
		return false;
	n = strtoull(copy, NULL, base);
	if (n >= INVALID)
		return false;
	*code = n;
	return true;
}

static bool begins(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len > n && !memcmp(text, with, n);
}

/**
 * code_parse - read a service code
 * @text: four characters or a number, with or without what the RFC puts before
 *	them: SC:fdpz, SC=1717858426, SC=x6664707A, fdpz, 1717858426,
 *	0x6664707a
 * @len: length of @text
 * @code: filled
 *
 * What is a number throughout is not taken for four characters.
 *
 * Return: true if it is one.
 */
bool code_parse(const char *text, size_t len, uint32_t *code)
{
	if (begins(text, len, "SC:"))
		return from_text(text + 3, len - 3, code);
	if (begins(text, len, "SC=x"))
		return from_number(text + 4, len - 4, 16, code);
	if (begins(text, len, "SC="))
		return from_number(text + 3, len - 3, 10, code);
	if (begins(text, len, "0x"))
		return from_number(text + 2, len - 2, 16, code);
	return from_number(text, len, 10, code) || from_text(text, len, code);
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
		if (!code_parse(list, len, &code))
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
const char *code_name(uint32_t code, char name[SERVICE_LEN])
{
	unsigned char c[TEXT_LEN];
	size_t i;

	for (i = 0; i < TEXT_LEN; i++)
		c[i] = code >> (24 - 8 * i);
	for (i = 0; i < TEXT_LEN; i++)
		if (!is_text_char(c[i]))
			break;
	if (i == TEXT_LEN)
		snprintf(name, SERVICE_LEN, "SC:%.4s", (const char *)c);
	else
		snprintf(name, SERVICE_LEN, "SC=%" PRIu32, code);
	return name;
}
