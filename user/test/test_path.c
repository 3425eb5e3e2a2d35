// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "test/tap.h"

static struct paths paths;
static char top[] = "/tmp/divulge-XXXXXX";
static dev_t sb;

static union {
	struct file_handle fh;
	char bytes[PATH_MAX_HANDLE];
} handle;

static bool get_handle(const char *dir)
{
	int mount_id;

	handle.fh.handle_bytes = sizeof(handle) - sizeof(handle.fh);
	return !name_to_handle_at(AT_FDCWD, dir, &handle.fh, &mount_id, 0);
}

static struct bytes find(const char *name)
{
	struct bytes h = { handle.bytes,
			   sizeof(handle.fh) + handle.fh.handle_bytes };
	struct bytes n = { name, strlen(name) };

	return paths_find(&paths, sb, &h, &n);
}

static bool is(struct bytes got, const char *dir, const char *name)
{
	char want[PATH_MAX];

	snprintf(want, sizeof(want), "%s/%s/%s", top, dir, name);
	return got.data && got.len == strlen(want) &&
	       !memcmp(got.data, want, got.len);
}

/* Return: 0, or why the test cannot be. */
static const char *set_up(void)
{
	struct mount mount = { 0 };
	struct stat st;

	if (!mkdtemp(top) || chdir(top) || mkdir("a", 0700) || stat(".", &st))
		return strerror(errno);
	sb = mount.sb = mount.dev = st.st_dev;
	mount.path = strdup(top);
	paths_add(&paths, &mount);
	if (!get_handle("a") || open_by_handle_at(AT_FDCWD, &handle.fh,
						  O_PATH) < 0)
		return strerror(errno);
	return NULL;
}

static void test_moves(void)
{
	ok(is(find("x"), "a", "x"), "a file in a directory");
	rename("a", "b");
	ok(is(find("x"), "a", "x"), "a directory is looked up once a read");
	paths_forget(&paths);
	ok(is(find("x"), "b", "x"), "and anew for the next");
	ok(is(find("y"), "b", "y"), "another file there");
	mkdir("c", 0700);
	get_handle("c");
	ok(is(find("\xff z"), "c", "\xff z"), "a name of any bytes");
}

static void test_removed(void)
{
	paths_forget(&paths);
	rmdir("c");
	ok(!find("x").data, "a removed directory has no path");
	mkdir("d", 0700);
	get_handle("d");
	mkdir("d (deleted)", 0700);
	rmdir("d");
	paths_forget(&paths);
	ok(!find("x").data, "nor that of one named like it");
}

static void test_odd(void)
{
	struct bytes name = { "x", 1 };
	struct bytes none = { NULL, 0 };
	struct bytes cut = { handle.bytes, sizeof(handle.fh) + 1 };
	struct bytes big = { handle.bytes, sizeof(handle) + 1 };
	char longest[PATH_MAX];

	get_handle("b");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ok(!find(longest).data, "a path can be too long");
	ok(!paths_find(&paths, sb, &none, &name).data, "no handle");
	ok(!paths_find(&paths, sb, &cut, &name).data, "a handle cut off");
	ok(!paths_find(&paths, sb, &big, &name).data, "a handle too big");
	ok(!paths_find(&paths, sb + 1, &cut, &name).data, "not watched");
	paths_forget(&paths);
	paths.mounts[0].dev++;
	ok(!find("x").data, "something else is mounted there");
}

static void test_many(void)
{
	char dir[16], name[16];
	int i, bad = 0;

	paths_forget(&paths);
	paths.mounts[0].dev--;
	for (i = 0; i < 100; i++) {
		snprintf(dir, sizeof(dir), "m%d", i / 2);
		snprintf(name, sizeof(name), "%d", i);
		mkdir(dir, 0700);
		get_handle(dir);
		bad += !is(find(name), dir, name);
	}
	ok(!bad, "more directories than are remembered: %d bad", bad);
}

int main(void)
{
	char *rm[] = { "rm", "-rf", top, NULL };
	const char *why = set_up();

	if (why) {
		printf("1..0 # SKIP cannot open by handle: %s\n", why);
	} else {
		test_moves();
		test_removed();
		test_odd();
		test_many();
		tap_end();
	}
	paths_free(&paths);
	if (chdir("/"))
		return 1;
	fflush(stdout);
	return tap_failed ? 1 : execvp(rm[0], rm);
}
