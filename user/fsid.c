// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fsid.h"
#include "module.h"

/**
 * fsid_find - find out what tells a filesystem from others
 * @genl: from module_open()
 * @fd: a directory on it
 * @point: where it is mounted, NULL if that is not known
 * @id: filled with what can be found
 */
void fsid_find(struct genl *genl, int fd, const char *point, struct fsid *id)
{
	struct divulge_birth birth;
	struct statfs st;
	int top;

	memset(id, 0, sizeof(*id));
	if (!fstatfs(fd, &st))
		memcpy(&id->number, &st.f_fsid, sizeof(id->number));
	top = point ? open(point, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (top < 0)
		return;
	if (!module_birth(genl, top, &birth) &&
	    birth.missing == DIVULGE_BIRTH_MISSING_NONE) {
		id->born_sec = birth.btime_sec;
		id->born_nsec = birth.btime_nsec;
	}
	close(top);
}

bool fsid_same_birth(const struct fsid *a, const struct fsid *b)
{
	return a->born_sec == b->born_sec && a->born_nsec == b->born_nsec;
}
