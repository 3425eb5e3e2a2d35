// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>

#include "utf8.h"
#include "util.h"

/* Bytes in a row that are valid: Unicode, table 3-7 */
static const struct {
	uint8_t first, last;		/* of the first byte */
	uint8_t low, high;		/* of the second */
	uint8_t len;
} forms[] = {
	{ 0x00, 0x7f, 0x00, 0x00, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },	/* no overlong form */
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },	/* no surrogate */
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },	/* no overlong form */
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },	/* up to U+10FFFF */
};

/**
 * utf8_len - how long the character at the beginning of some bytes is
 * @bytes: any bytes
 * @len: how many, at least one
 *
 * Return: the number of bytes, 0 if there is no valid UTF-8.
 */
size_t utf8_len(const char *bytes, size_t len)
{
	const uint8_t *b = (const uint8_t *)bytes;
	size_t f, i;

	for (f = 0; f < ARRAY_SIZE(forms) && b[0] > forms[f].last; f++)
		;
	if (f == ARRAY_SIZE(forms))
		return 0;
	if (b[0] < forms[f].first || len < forms[f].len)
		return 0;
	if (forms[f].len > 1 && (b[1] < forms[f].low || b[1] > forms[f].high))
		return 0;
	for (i = 2; i < forms[f].len; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	return forms[f].len;
}
