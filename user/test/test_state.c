// SPDX-License-Identifier: GPL-2.0
/* What one run leaves to the next, and what becomes of it on the way */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define report	fake_report
static void fake_report(const char *fmt, ...);
#include "../state.c"
#include "test/tap.h"

#define SEC	INT64_C(1000000000)

static const char boot[] = "01234567-89ab-cdef-0123-456789abcdef";
static const char other_boot[] = "fedcba98-89ab-cdef-0123-456789abcdef";
static char dir[] = "/tmp/divulge-XXXXXX";
static char file[64], fresh[64], said[512];
static int reported;
static struct state state, second;

static void fake_report(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	reported++;
}

static struct mount mount_of(const char *path, const char *fs, uint64_t number,
			     int64_t born)
{
	struct mount mount = {
		.path = (char *)path,
		.fsid = { .number = number, .born_sec = born },
	};

	strcpy(mount.fs, fs);
	return mount;
}

static const struct known *find(const char *path, const char *fs,
				uint64_t number, int64_t born, bool *same)
{
	struct mount mount = mount_of(path, fs, number, born);

	return state_find(&state, &mount, same);
}

static void put(const char *path, const char *fs, uint64_t number, int64_t born,
		int64_t told)
{
	struct mount mount = mount_of(path, fs, number, born);

	state_put(&state, &mount, &(struct reached){ told, told + 1 }, boot);
}

static int state_save(struct state *of)
{
	size_t len;
	char *text = state_text(of, &len);
	int err = state_write(of, text, len);

	free(text);
	return err;
}

static bool is_told(const struct known *known, int64_t told)
{
	return known && known->told.time == told &&
	       known->told.uptime == told + 1 && !strcmp(known->boot, boot);
}

static void test_keeps(void)
{
	static const char odd[] = "/a \n\\x41\xff\xc3\xa9";
	bool same;

	ok(!state_open(&state, file) && !state.nr && !*state.boot &&
	   !reported, "nothing before");
	put(odd, "ext4", UINT64_MAX, -5, -7);
	put("/b", "xfs", 3, 4, 9);
	strcpy(state.boot, boot);
	state.run = UINT64_MAX;
	state.record = 12;
	state.told = (struct reached){ -3, 4 };
	state.clean = true;
	ok(!state_save(&state), "it is written");
	state_close(&state);
	ok(!state_open(&state, file) && state.nr == 2 && !reported, "and read");
	ok(!strcmp(state.boot, boot) && state.run == UINT64_MAX &&
	   state.record == 12 && state.told.time == -3 &&
	   state.told.uptime == 4 && state.clean, "who it was");
	ok(is_told(find(odd, "ext4", UINT64_MAX, -5, &same), -7) && same,
	   "any path");
	ok(is_told(find("/b", "xfs", 3, 4, &same), 9) && same, "another");
	state.clean = false;
	state_save(&state);
	state_close(&state);
	ok(!state_open(&state, file) && !state.clean && state.nr == 2,
	   "written over");
	state_close(&state);
}

static void test_find(void)
{
	bool same;

	unlink(file);
	state_open(&state, file);
	put("/a", "ext4", 1, 100, 10);
	put("/b", "ext4", 2, 100, 20);
	put("/c", "vfat", 3, 0, 30);
	ok(is_told(find("/b", "ext4", 2, 100, &same), 20) && same,
	   "made in the same second");
	ok(is_told(find("/a", "ext4", 7, 100, &same), 10) && same,
	   "its device has another number");
	ok(is_told(find("/d", "ext4", 1, 100, &same), 10) && same,
	   "mounted elsewhere");
	ok(!find("/d", "ext4", 7, 100, &same) && !find("/e", "xfs", 1, 9, &same),
	   "one that nobody knows");
	ok(is_told(find("/a", "ext4", 1, 101, &same), 10) && !same,
	   "made anew");
	ok(is_told(find("/a", "xfs", 1, 100, &same), 10) && !same,
	   "of another type");
	ok(is_told(find("/c", "vfat", 4, 0, &same), 30) && !same,
	   "without births, another");
	put("/a", "xfs", 9, 200, 40);
	ok(is_told(find("/a", "ext4", 1, 100, &same), 10) && same &&
	   is_told(find("/a", "xfs", 9, 200, &same), 40) && same,
	   "both are known");
	ok(is_told(find("/a", "xfs", 9, 201, &same), 40) && !same,
	   "the last of what was there counts");
	state_close(&state);
}

static void test_full(void)
{
	char path[16];
	bool same;
	int i;

	unlink(file);
	state_open(&state, file);
	for (i = 0; i <= STATE_MAX; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		put(path, "ext4", i, 1 + i, i == 3 ? 1 : 50);
	}
	ok(state.nr == STATE_MAX && !find("/3", "ext4", 3, 4, &same) &&
	   is_told(find(path, "ext4", STATE_MAX, STATE_MAX + 1, &same), 50),
	   "the oldest makes room");
	strcpy(state.boot, boot);
	state_save(&state);
	state_close(&state);
	reported = 0;
	ok(!state_open(&state, file) && state.nr == STATE_MAX && !reported,
	   "all are read");
	state_close(&state);
}

static void write_file(const char *text, size_t len)
{
	FILE *out = fopen(file, "w");

	if (out) {
		fwrite(text, 1, len, out);
		fclose(out);
	}
}

#define RUN	"run 01234567-89ab-cdef-0123-456789abcdef 1 2 0 3 4\n"
#define KNOWN	"told 1 2 01234567-89ab-cdef-0123-456789abcdef ext4 1f 3 4 "

static void test_garbage(void)
{
	static const char *const texts[] = {
		"", "\n", "rubbish", "divulged-state\n", "divulged-state 0\n",
		"divulged-state 1\n", "divulged-state 1\n" RUN,
		"divulged-state 1\n" RUN KNOWN "/a\n",
		"divulged-state 1\n" RUN KNOWN "/a\nend 2\n",
		"divulged-state 1\n" RUN KNOWN "/a\nend 1",
		"divulged-state 1\n" RUN KNOWN "/a\nend 1\nmore\n",
		"divulged-state 1\n" RUN KNOWN "\nend 1\n",
		"divulged-state 1\n" RUN KNOWN "a\nend 1\n",
		"divulged-state 1\n" RUN KNOWN "/a\\\nend 1\n",
		"divulged-state 1\n" RUN KNOWN "/a\\x4\nend 1\n",
		"divulged-state 1\n" RUN KNOWN "/a\\x00\nend 1\n",
		"divulged-state 1\n" RUN "told 1 2 x ext4 1 3 4 /a\nend 1\n",
		"divulged-state 1\nrun 1 2 3\nend 0\n",
		"divulged-state 1\n" RUN "else\nend 0\n",
	};
	size_t i;

	write_file("divulged-state 1\n" RUN KNOWN "/a\nend 1\n", 17 +
		   strlen(RUN KNOWN "/a\nend 1\n"));
	reported = 0;
	ok(!state_open(&state, file) && state.nr == 1 && !reported,
	   "the form as it should be");
	state_close(&state);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file(texts[i], strlen(texts[i]));
		reported = 0;
		ok(!state_open(&state, file) && !state.nr &&
		   !*state.boot && reported == 1 &&
		   strstr(said, "it makes no sense"), "garbage %zu", i);
		state_close(&state);
	}
	write_file("divulged-state 1\n\0end 0\n", 24);
	state_open(&state, file);
	ok(strstr(said, "it makes no sense") && !state_save(&state),
	   "a NUL; it can be written over");
	state_close(&state);
	write_file("divulged-state 2\nwhat comes\n", 28);
	reported = 0;
	ok(!state_open(&state, file) && !state.nr && reported == 1 &&
	   strstr(said, "a newer divulged wrote it"), "of a newer version");
	state_close(&state);
}

static void test_locked(void)
{
	unlink(file);
	state_open(&state, file);
	reported = 0;
	ok(state_open(&second, file) == -EWOULDBLOCK && reported == 1 &&
	   strstr(said, "another divulged does"), "two cannot use it");
	strcpy(state.boot, boot);
	state_save(&state);
	ok(state_open(&second, file) == -EWOULDBLOCK, "nor once it is written");
	state_close(&state);
	ok(!state_open(&second, file), "one after the other can");
	state_close(&second);
}

static void test_unwritable(void)
{
	char path[128];

	reported = 0;
	snprintf(path, sizeof(path), "%s/no/such", dir);
	ok(state_open(&second, path) == -ENOENT && reported == 1,
	   "a directory that is not there");
	ok(state_open(&second, dir) == -EISDIR && reported == 2, "a directory");
	ok(state_open(&second, "/dev/null") == -EINVAL && reported == 3 &&
	   strstr(said, "it is no file"), "a device");
	unlink(file);
	state_open(&state, file);
	mkdir(fresh, 0700);
	reported = 0;
	ok(state_save(&state) == -EISDIR && state_save(&state) == -EISDIR &&
	   reported == 1, "it cannot be written, and says so once");
	rmdir(fresh);
	ok(!state_save(&state) && reported == 2 &&
	   strstr(said, "is written again"), "it can again");
	ok(!state_save(&state) && reported == 2, "which is not said twice");
	state_close(&state);
}

static int64_t since(int64_t told, int64_t told_up, const char *told_boot,
		     int64_t now, int64_t now_up)
{
	return state_since(&state, &(struct reached){ told * SEC, told_up * SEC },
			   told_boot, &(struct reached){ now * SEC, now_up * SEC },
			   boot) / SEC;
}

static void test_since(void)
{
	memset(&state, 0, sizeof(state));
	ok(since(1000, 50, boot, 1100, 150) == 1000, "the clock went on");
	ok(since(1000, 50, boot, 9100, 150) == 1000, "it was set forward");
	ok(since(1000, 50, boot, 1050, 150) == 950, "it was set back a bit");
	ok(since(1000, 50, boot, 300, 150) == 200, "it was set back far");
	state.clean = true;
	ok(since(1000, 50, other_boot, 1100, 20) == 1000, "another boot");
	ok(since(1000, 50, other_boot, 500, 20) == 480,
	   "another boot, and an earlier clock");
	state.clean = false;
	ok(since(1000, 50, other_boot, 1100, 20) == 940,
	   "another boot, perhaps after a crash");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	snprintf(file, sizeof(file), "%s/state", dir);
	snprintf(fresh, sizeof(fresh), "%s/state.new", dir);
	test_keeps();
	test_find();
	test_full();
	test_garbage();
	test_locked();
	test_unwritable();
	test_since();
	unlink(file);
	rmdir(dir);
	return tap_end();
}
