// SPDX-License-Identifier: GPL-2.0
/* Make many files fast: directories of 1000, of which a tenth goes again */

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES		1000
#define REMOVE_EVERY	10

static void fill(int dir)
{
	char name[16];
	int fd, i;

	for (i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "%03d", i);
		fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY, 0600);
		if (fd < 0)
			err(1, "cannot make %s", name);
		close(fd);
	}
}

static void thin_out(int dir)
{
	char name[16];
	int i;

	for (i = 0; i < FILES; i += REMOVE_EVERY) {
		snprintf(name, sizeof(name), "%03d", i);
		if (unlinkat(dir, name, 0))
			err(1, "cannot remove %s", name);
	}
}

static void make(int top, int number)
{
	char name[16];
	int dir;

	snprintf(name, sizeof(name), "%04d", number);
	if (mkdirat(top, name, 0700))
		err(1, "cannot make directory %s", name);
	dir = openat(top, name, O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		err(1, "cannot open %s", name);
	fill(dir);
	thin_out(dir);
	close(dir);
}

/* writer DIR FIRST END: directories FIRST to END - 1 in DIR */
int main(int argc, char **argv)
{
	int top, i, end;

	if (argc != 4)
		errx(2, "usage: writer DIR FIRST END");
	top = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (top < 0)
		err(1, "cannot open %s", argv[1]);
	end = atoi(argv[3]);
	for (i = atoi(argv[2]); i < end; i++)
		make(top, i);
	return 0;
}
