// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mounted.h"
#include "test/tap.h"

static bool is(const char *line, int id, int under, dev_t sb,
	       const char *point)
{
	struct mounted m;
	bool same;

	if (!mounted_parse(line, &m))
		return false;
	same = m.id == id && m.under == under && m.sb == sb &&
	       !strcmp(m.point, point);
	free(m.point);
	return same;
}

static void test_parse(void)
{
	struct mounted m;

	ok(is("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root "
	      "rw,errors=continue\n", 36, 35, makedev(98, 0), "/mnt2"),
	   "a line of the man page");
	ok(is("1 2 0:300 / / rw - btrfs /dev/vdc rw\n", 1, 2, makedev(0, 300),
	      "/"), "a device number without a device");
	ok(is("1 2 3:4 /a\\040b /mnt/a\\040b\\134c\\011 rw - x y rw\n", 1, 2,
	      makedev(3, 4), "/mnt/a b\\c\t"), "a name with spaces");
	ok(is("1 2 3:4 /a\rb /mnt/a\r\v\fb rw - x y rw\n", 1, 2, makedev(3, 4),
	      "/mnt/a\r\v\fb"), "a name with what is no blank there");
	ok(is("1 2 3:4 / /\\04\\999\\ rw - x y rw\n", 1, 2, makedev(3, 4),
	      "/\\04\\999\\"), "backslashes that are nothing else");
	ok(!mounted_parse("", &m) && !m.point, "an empty line");
	ok(!mounted_parse("36 35 98:0 /mnt1\n", &m) && !m.point,
	   "a line cut off");
}

static void test_here(void)
{
	struct mounted m;
	int fd, id;

	fd = open("/proc", O_PATH | O_CLOEXEC);
	id = mounted_id(fd);
	ok(id > 0 && mounted_root("/proc") == id, "/proc is a mount's root");
	ok(mounted_root("/proc/sys/kernel") == -ENOENT, "what is in it is not");
	ok(mounted_root("/no/such/directory") == -ENOENT, "nor what is not");
	if (ok(!mounted_find(fd, &m), "its line")) {
		ok(m.id == id && !strcmp(m.point, "/proc"), "is that of %s",
		   m.point);
		free(m.point);
	}
	close(fd);
}

int main(void)
{
	test_parse();
	test_here();
	return tap_end();
}
