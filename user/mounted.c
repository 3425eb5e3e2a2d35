// SPDX-License-Identifier: GPL-2.0
/* Which mount a file is on (proc_pid_mountinfo(5)) */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mounted.h"

static bool is_octal(const char *at)
{
	return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' &&
	       at[2] >= '0' && at[2] <= '7';
}

/* What would end a word or a line is written as a backslash and three digits. */
static void unescape(char *to)
{
	const char *from = to;

	for (; *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 |
			      (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/**
 * mounted_parse - take a line of /proc/self/mountinfo
 * @line: the line
 * @m: filled
 *
 * Return: false if it makes no sense; then there is nothing to free.
 */
bool mounted_parse(const char *line, struct mounted *m)
{
	unsigned int major, minor;

	m->point = NULL;
	/* What else isspace() takes for the end of a word is not escaped */
	if (sscanf(line, "%d %d %u:%u %*[^ ] %m[^ ]", &m->id, &m->under,
		   &major, &minor, &m->point) != 5)
		return false;
	m->sb = makedev(major, minor);
	unescape(m->point);
	return true;
}

static bool find_id(FILE *file, int id, struct mounted *m)
{
	char *line = NULL;
	bool found = false;
	size_t room = 0;

	while (!found && getline(&line, &room, file) > 0) {
		if (!mounted_parse(line, m))
			continue;
		found = m->id == id;
		if (!found)
			free(m->point);
	}
	free(line);
	return found;
}

/**
 * mounted_find - find the mount that a file is on
 * @fd: the file
 * @m: filled
 *
 * Return: 0, or a negative errno; -ENOENT if it is not in sight from the root.
 */
int mounted_find(int fd, struct mounted *m)
{
	int id = mounted_id(fd);
	bool found;
	FILE *file;

	if (id < 0)
		return id;
	file = fopen("/proc/self/mountinfo", "re");
	if (!file)
		return -errno;
	found = find_id(file, id, m);
	fclose(file);
	return found ? 0 : -ENOENT;
}

/* Return: the id of the mount that an open file is on, or a negative errno. */
int mounted_id(int fd)
{
	int flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
	struct statx stx;

	if (statx(fd, "", flags, STATX_MNT_ID, &stx))
		return -errno;
	return stx.stx_mask & STATX_MNT_ID ? (int)stx.stx_mnt_id : -EOPNOTSUPP;
}

/**
 * mounted_root - see what is mounted at a path
 * @path: the path; nothing is mounted there by looking
 *
 * Return: the id of the mount whose root it is, or a negative errno; -ENOENT if
 * it is the root of none.
 */
int mounted_root(const char *path)
{
	int flags = AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC;
	struct statx stx;

	if (statx(AT_FDCWD, path, flags, STATX_MNT_ID, &stx))
		return -errno;
	if (!(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) ||
	    !(stx.stx_mask & STATX_MNT_ID))
		return -ENOENT;
	return stx.stx_mnt_id;
}
