// SPDX-License-Identifier: GPL-2.0
/* Service codes, as RFC 4340, 8.1.2, has them */

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "number.h"
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

static bool parse_letters(const char *arg, uint32_t *code)
{
	char letters[SERVICE_LETTERS];

	if (strlen(arg) != SERVICE_LETTERS)
		return false;
	memcpy(code, arg, sizeof(*code));
	*code = ntohl(*code);
	return service_letters(*code, letters);
}

static bool parse_number(const char *arg, uint32_t *code)
{
	bool equals = !strncasecmp(arg, "SC=", 3);
	int base = 10;
	uint64_t n;

	if (equals)
		arg += 3;
	if (!strncasecmp(arg, equals ? "x" : "0x", equals ? 1 : 2)) {
		arg += equals ? 1 : 2;
		base = 16;
	}
	if (!number_parse(arg, base, UINT32_MAX, &n))
		return false;
	*code = n;
	return true;
}

/**
 * service_parse - read a service code
 * @arg: a number, also after "SC=", or in hexadecimal after "SC=x" or "0x";
 *	or four letters, also after "SC:", which makes letters of digits
 * @code: set to it
 *
 * Return: false if it is none.
 */
bool service_parse(const char *arg, uint32_t *code)
{
	if (!strncasecmp(arg, "SC:", 3))
		return parse_letters(arg + 3, code);
	return parse_number(arg, code) || parse_letters(arg, code);
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
