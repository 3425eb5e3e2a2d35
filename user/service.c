// SPDX-License-Identifier: GPL-2.0
/* Service codes, as RFC 4340, 8.1.2, has them */

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "service.h"

static bool is_letter(unsigned char c)
{
	return isascii(c) && (isalnum(c) || (c && strchr("-_+.*/?@", c)));
}

/**
 * service_letters - take a service code for text
 * @code: service code
 * @letters: filled with its text, without a NUL
 *
 * Return: true if it is text.
 */
bool service_letters(uint32_t code, char letters[SERVICE_LETTERS])
{
	size_t i;

	code = htonl(code);
	memcpy(letters, &code, SERVICE_LETTERS);
	for (i = 0; i < SERVICE_LETTERS; i++)
		if (!is_letter(letters[i]))
			return false;
	return true;
}

/**
 * service_put - write a service code for people to read
 * @out: where to
 * @code: service code
 */
void service_put(FILE *out, uint32_t code)
{
	char letters[SERVICE_LETTERS];

	if (service_letters(code, letters))
		fprintf(out, "SC:%.4s", letters);
	else
		fprintf(out, "SC=%" PRIu32, code);
}
