// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/divulge.h>

#include "filetype.h"
#include "usage.h"
#include "util.h"

static const struct {
	char letter;
	const char *name;
	enum divulge_file_type type;
} types[] = {
	{ 'f', "reg",	DIVULGE_FILE_TYPE_REG },
	{ 'd', "dir",	DIVULGE_FILE_TYPE_DIR },
	{ 'l', "lnk",	DIVULGE_FILE_TYPE_LNK },
	{ 'p', "fifo",	DIVULGE_FILE_TYPE_FIFO },
	{ 's', "sock",	DIVULGE_FILE_TYPE_SOCK },
	{ 'b', "blk",	DIVULGE_FILE_TYPE_BLK },
	{ 'c', "chr",	DIVULGE_FILE_TYPE_CHR },
};

/* Return: a mask of one bit, 0 if the word is no type. */
static uint32_t type_of(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if ((len == 1 && *word == types[i].letter) ||
		    (len == strlen(types[i].name) &&
		     !memcmp(word, types[i].name, len)))
			return UINT32_C(1) << types[i].type;
	return 0;
}

/**
 * filetype_parse - read a list of types of files
 * @list: find(1)'s letters, or the names that records have, with commas
 * @types: bit N is set for each type N (enum divulge_file_type)
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int filetype_parse(const char *list, uint32_t *types)
{
	uint32_t type;
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		type = type_of(list, len);
		if (!type)
			return misused("'%.*s' is no type of file "
				       "(f, d, l, p, s, b, c)",
				       (int)len, list);
		*types |= type;
		if (!list[len])
			return EXIT_OK;
	}
}
