// SPDX-License-Identifier: GPL-2.0
/*
 * Files that need not be told again.
 *
 * This may forget: a file told twice does less harm than one not told. It must
 * not take one file for another.
 */

#include <string.h>

#include "told.h"

static void identify(const struct divulge_birth *birth, struct file_id *id)
{
	id->ino = birth->ino;
	id->btime_sec = birth->btime_sec;
	id->btime_nsec = birth->btime_nsec;
	id->gen = birth->gen;
	id->dev_major = birth->dev_major;
	id->dev_minor = birth->dev_minor;
}

/* Numbers that follow one another go to places far apart (Knuth 6.4). */
static size_t place(const struct file_id *id)
{
	__u64 mix = (id->ino + id->dev_minor) * 0x9e3779b97f4a7c15;

	return mix >> (64 - TOLD_BITS);
}

/**
 * told_add - note that a file is told
 * @told: zeroed, or added to before
 * @birth: its record
 */
void told_add(struct told *told, const struct divulge_birth *birth)
{
	struct file_id id;

	identify(birth, &id);
	told->slot[place(&id)] = id;
}

/**
 * told_has - see if a file was told
 * @told: those noted
 * @birth: its record
 *
 * Return: true if it was; false if not, or if that is long ago.
 */
bool told_has(const struct told *told, const struct divulge_birth *birth)
{
	struct file_id id;

	identify(birth, &id);
	return !memcmp(&told->slot[place(&id)], &id, sizeof(id));
}
