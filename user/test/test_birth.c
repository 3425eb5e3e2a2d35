// SPDX-License-Identifier: GPL-2.0
/* The verb as a whole, on a tree that is made up */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "module.h"
#include "test/tap.h"
#include "text.h"
#include "tree.h"
#include "util.h"

#define NAME		"test_birth: "
#define MAX_ARGS	10

static const struct command verb = { .name = "birth", .run = cmd_birth };

static struct {
	bool tell_query;	/* and nothing else */
	bool many_skips;
	uint8_t missing;	/* of the only file there is */
	uint8_t flags;		/* of the last one */
	int err;
} fake;

int cmd_help(const struct command *cmd)
{
	return cmd == &verb ? 0 : 1;
}

/* Any family does to open a socket to. */
int module_open(struct genl *genl)
{
	return genl_open(genl, "nlctrl");
}

int module_birth(struct genl *genl, int fd, struct divulge_birth *birth)
{
	(void)fd;
	(void)birth;
	strcpy(genl->why, "no luck");
	return -EOPNOTSUPP;
}

static int tell(const struct tree_ops *ops, void *arg, const char *path,
		struct divulge_birth birth)
{
	struct bytes at = { path, strlen(path) };

	birth.granularity = 1;
	birth.dev_major = 254;
	memcpy(birth.fs, "ext4", 4);
	birth.term = DIVULGE_BIRTH_TERM_CRTIME;
	return ops->entry(arg, &at, &birth);
}

static int skip(const struct tree_ops *ops, void *arg, const char *path,
		uint8_t reason, uint32_t error)
{
	struct divulge_birth_skip what = { .reason = reason, .error = error };
	struct bytes at = { path, strlen(path) };

	return ops->skip(arg, &at, &what);
}

static void tell_query(const struct tree_query *query)
{
	static const struct divulge_moment none = { .sec = -99 };
	const struct divulge_moment *a = query->since, *b = query->until;

	a = a ? a : &none;
	b = b ? b : &none;
	report("%lld.%u to %lld.%u types %x depth %lld cross %d",
	       (long long)a->sec, a->nsec, (long long)b->sec, b->nsec,
	       query->types, (long long)query->max_depth, query->cross);
}

static int tell_all(const struct tree_ops *ops, void *arg)
{
	int err;

	err = tell(ops, arg, "", (struct divulge_birth){
		.btime_sec = 1795376026, .ino = 2, .missing = fake.missing,
		.type = DIVULGE_FILE_TYPE_DIR, .mode = 040755,
	});
	if (err || fake.missing)
		return err;
	err = tell(ops, arg, "none", (struct divulge_birth){
		.missing = DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL, .ino = 13,
		.type = DIVULGE_FILE_TYPE_REG,
	});
	if (!err)
		err = tell(ops, arg, "old\n", (struct divulge_birth){
			.btime_sec = -2, .btime_nsec = 500000000, .ino = 14,
			.type = DIVULGE_FILE_TYPE_LNK,
		});
	if (!err)
		err = tell(ops, arg, "d/twin", (struct divulge_birth){
			.btime_sec = 1795376026, .ino = 15,
			.type = DIVULGE_FILE_TYPE_FIFO, .flags = fake.flags,
		});
	return err;
}

static int skip_all(const struct tree_ops *ops, void *arg)
{
	int err;

	err = skip(ops, arg, "gone", DIVULGE_BIRTH_SKIP_REASON_ERROR, EIO);
	if (!err)
		err = skip(ops, arg, "", DIVULGE_BIRTH_SKIP_REASON_UNREADABLE,
			   0);
	if (!err)
		err = skip(ops, arg, "a",
			   DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE, 0);
	if (!err)
		err = skip(ops, arg, "s", DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME,
			   0);
	return err ? err : skip(ops, arg, "t", 77, 0);
}

int tree_dump(struct genl *genl, const struct tree_query *query,
	      const struct tree_ops *ops, void *arg,
	      struct divulge_birth_total *total)
{
	int err;

	*total = (struct divulge_birth_total){ 5, 4, 1 };
	if (fake.tell_query) {
		tell_query(query);
		return 0;
	}
	err = tell_all(ops, arg);
	if (!err && !fake.missing)
		err = skip(ops, arg, "m", DIVULGE_BIRTH_SKIP_REASON_MOUNT, 0);
	if (!err && fake.many_skips)
		err = skip_all(ops, arg);
	if (!err)
		err = fake.err;
	if (err)
		strcpy(genl->why, "no luck");
	return err;
}

/* Return: how much of @file there is; what there is, in @buf. */
static size_t contents(FILE *file, char *buf, size_t room)
{
	size_t len;

	rewind(file);
	len = fread(buf, 1, room - 1, file);
	buf[len] = '\0';
	fclose(file);
	return len;
}

static int run_in_child(char **argv, FILE *out, FILE *err)
{
	int argc, status;
	pid_t pid;

	for (argc = 0; argv[argc]; argc++)
		;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(err), STDERR_FILENO);
		exit(cmd_birth(&verb, argc, argv));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The arguments of the verb, and what is to come of them */
struct run {
	const char *args[MAX_ARGS];
	int code;
	const char *out;
	size_t out_len;		/* if there is a NUL in it */
	const char *err;
};

/* Misuse is told in one line, of which @want is a part. */
static bool are_words(const char *got, const char *want, int code)
{
	if (code != 2)
		return !strcmp(got, want);
	return !strncmp(got, NAME, strlen(NAME)) && strstr(got, want) &&
	       strchr(got, '\n') == got + strlen(got) - 1;
}

static void is_run(const struct run *run)
{
	size_t len, want = run->out_len ? run->out_len : strlen(run->out);
	static char args[1024], out[8192], err[8192];
	FILE *outs = tmpfile(), *errs = tmpfile();
	char *argv[MAX_ARGS + 2] = { "birth" };
	int i, code;

	args[0] = '\0';
	for (i = 0; run->args[i]; i++) {
		argv[i + 1] = (char *)run->args[i];
		strcat(strcat(args, " "), argv[i + 1]);
	}
	code = run_in_child(argv, outs, errs);
	len = contents(outs, out, sizeof(out));
	contents(errs, err, sizeof(err));
	if (!ok(code == run->code && len == want &&
		!memcmp(out, run->out, len) && are_words(err, run->err, code),
		"birth%s", args))
		printf("# got  %d %s# want %d %s\n# got  %s# want %s\n", code,
		       out, run->code, run->out, err, run->err);
}

#define IS_RUN(...)	is_run(&(struct run){ __VA_ARGS__ })
#define ARGS(...)	.args = { __VA_ARGS__ }
#define OUT(text)	.out = text, .out_len = sizeof(text) - 1

#define MOUNT(root)							\
	NAME "stopped at '" root "m': another filesystem is "	\
	"mounted there, --cross goes on\n"

static void test_table(void)
{
	IS_RUN(ARGS("-r", "."), .out =
	       "BIRTH                               FS   TERM   TYPE INODE "
	       "PATH\n"
	       "2026-11-22 19:33:46.000000000 +0000 ext4 crtime dir      2 "
	       ".\n"
	       "(inode-too-small)                   ext4 crtime reg     13 "
	       "./none\n"
	       "1969-12-31 23:59:58.500000000 +0000 ext4 crtime lnk     14 "
	       "./old\\x0a\n"
	       "2026-11-22 19:33:46.000000000 +0000 ext4 crtime fifo    15 "
	       "./d/twin\n",
	       .err = MOUNT("./"));
	fake.flags = 0x83;
	IS_RUN(ARGS("-r", "/", "--sort"), .out =
	       "BIRTH                               FS   TERM   TYPE INODE "
	       "FLAGS                  PATH\n"
	       "1969-12-31 23:59:58.500000000 +0000 ext4 crtime lnk     14 "
	       "-                      /old\\x0a\n"
	       "2026-11-22 19:33:46.000000000 +0000 ext4 crtime dir      2 "
	       "-                      /\n"
	       "2026-11-22 19:33:46.000000000 +0000 ext4 crtime fifo    15 "
	       "after-mtime,future,128 /d/twin\n"
	       "(inode-too-small)                   ext4 crtime reg     13 "
	       "-                      /none\n",
	       .err = MOUNT("/"));
	fake.flags = 0;
}

#define JSON(path, btime, missing, ino, type, mode, flags)		\
	"{\"path\":\"" path "\",\"btime\":" btime ","			\
	"\"mtime\":\"1970-01-01T00:00:00.000000000Z\","		\
	"\"atime\":\"1970-01-01T00:00:00.000000000Z\","		\
	"\"ctime\":\"1970-01-01T00:00:00.000000000Z\","		\
	"\"missing\":\"" missing "\",\"term\":\"crtime\","		\
	"\"granularity\":1,\"fs\":\"ext4\",\"dev\":\"254:0\","	\
	"\"ino\":" ino ",\"gen\":0,\"type\":\"" type "\","		\
	"\"mode\":" mode ",\"flags\":" flags "}\n"

#define JSON_TREE(flags)						\
	JSON(".", "\"2026-11-22T19:33:46.000000000Z\"", "none", "2",	\
	     "dir", "16877", "[]")					\
	JSON("./none", "null", "inode-too-small", "13", "reg", "0",	\
	     "[]")							\
	JSON("./old\\u000a", "\"1969-12-31T23:59:58.500000000Z\"",	\
	     "none", "14", "lnk", "0", "[]")				\
	JSON("./d/twin", "\"2026-11-22T19:33:46.000000000Z\"", "none",	\
	     "15", "fifo", "0", flags)					\
	"{\"event\":\"skip\",\"path\":\"./m\",\"reason\":\"mount\","	\
	"\"error\":0}\n"

#define JSON_TOTAL							\
	"{\"event\":\"total\",\"visited\":5,\"matched\":4,"		\
	"\"skipped\":1}\n"

static void test_json(void)
{
	fake.flags = DIVULGE_BIRTH_FLAG_INHERITED | 128;
	IS_RUN(ARGS("-rj", "."), .out =
	       JSON_TREE("[\"inherited\",128]") JSON_TOTAL,
	       .err = MOUNT("./"));
	fake.flags = 0;
	fake.err = -EIO;
	IS_RUN(ARGS("-rj", "."), .code = 1, .out = JSON_TREE("[]"), .err =
	       MOUNT("./")
	       NAME "cannot ask for the births in '.': no luck\n");
	fake.err = 0;
	fake.missing = DIVULGE_BIRTH_MISSING_NOT_STORED;
	IS_RUN(ARGS("--json", "--type", "d", "."), .code = 1, .out =
	       JSON(".", "null", "not-stored", "2", "dir", "16877", "[]"),
	       .err = NAME "'.' has no birth time: ext4 keeps none: "
	       "use ext4, XFS or Btrfs\n");
	fake.missing = 0;
}

static void test_format(void)
{
	IS_RUN(ARGS("-r0", "/dev/"),
	       OUT("/dev/\0/dev/none\0/dev/old\n\0/dev/d/twin\0"),
	       .err = MOUNT("/dev/"));
	IS_RUN(ARGS("-r", "--sort", "--format", "{path}", ".", "/"), .out =
	       "./old\\x0a\n/old\\x0a\n.\n./d/twin\n/\n/d/twin\n./none\n"
	       "/none\n", .err = MOUNT("./") MOUNT("/"));
	fake.flags = DIVULGE_BIRTH_FLAG_BEFORE_FS |
		     DIVULGE_BIRTH_FLAG_COPIED_UP;
	IS_RUN(ARGS("-r", ".", "--format",
		    "{{{ino}}\\t{btime}\\\\{missing} {granularity} {flags}}"),
	       .out =
	       "{2}\t2026-11-22 19:33:46.000000000 +0000\\none 1 -}\n"
	       "{13}\t-\\inode-too-small 1 -}\n"
	       "{14}\t1969-12-31 23:59:58.500000000 +0000\\none 1 -}\n"
	       "{15}\t2026-11-22 19:33:46.000000000 +0000\\none 1 "
	       "before-fs,copied-up}\n", .err = MOUNT("./"));
	fake.flags = 0;
	IS_RUN(ARGS("-r0", ".", "--format", "{type}\\0{path}\\n"),
	       OUT("dir\0.\n\0reg\0./none\n\0lnk\0./old\n\n\0"
		   "fifo\0./d/twin\n\0"), .err = MOUNT("./"));
}

/* To have no birth is a failure of a file that is named, not of one found. */
static void test_missing(void)
{
	fake.missing = DIVULGE_BIRTH_MISSING_LAYOUT_UNKNOWN;
	IS_RUN(ARGS("--type", "d", "--format", "{path} {missing}", "."),
	       .code = 1, .out = ". layout-unknown\n", .err =
	       NAME "'.' has no birth time: ext4 keeps one where this "
	       "kernel's type information (CONFIG_DEBUG_INFO_BTF) does not "
	       "lead\n");
	IS_RUN(ARGS("-r", "--format", "{path} {missing}", "."),
	       .out = ". layout-unknown\n", .err = "");
	fake.missing = 99;
	IS_RUN(ARGS("--type", "d", "--format", "{missing}", "."),
	       .code = 1, .out = "99\n", .err =
	       NAME "'.' has no birth time: ext4 has a reason that a "
	       "newer divulge may know\n");
	fake.missing = 0;
}

static void test_skips(void)
{
	fake.many_skips = true;
	IS_RUN(ARGS("-r", "--format", "{ino}", "."), .code = 1,
	       .out = "2\n13\n14\n15\n", .err = MOUNT("./")
	       NAME "cannot read './gone': Input/output error\n"
	       NAME "cannot list '.': you may not read this directory\n"
	       NAME "cannot look into './a': you may not search this "
	       "directory\n"
	       NAME "stopped at './s': another subvolume begins there, "
	       "--cross goes on\n"
	       NAME "left out './t' for a reason that a newer divulge "
	       "may know\n");
	fake.many_skips = false;
}

static void test_failures(void)
{
	IS_RUN(ARGS("-r", "/no/such", ".", "--format", "{ino}"), .code = 1,
	       .out = "2\n13\n14\n15\n", .err =
	       NAME "cannot open '/no/such': No such file or "
	       "directory\n" MOUNT("./"));
	fake.err = -ENOMEM;
	IS_RUN(ARGS("-r", "--sort", ".", "--format", "{ino}"), .code = 1,
	       .out = "14\n2\n15\n13\n", .err = MOUNT("./")
	       NAME "cannot ask for the births in '.': no luck\n");
	fake.err = 0;
	IS_RUN(ARGS("."), .code = 1, .out = "", .err =
	       NAME "cannot ask for the birth of '.': no luck\n");
}

static void test_query(void)
{
	fake.tell_query = true;
	IS_RUN(ARGS("-r", "."), .out = "", .err = NAME
	       "-99.0 to -99.0 types 0 depth -1 cross 0\n");
	IS_RUN(ARGS("--type", "f", "."), .out = "", .err = NAME
	       "-99.0 to -99.0 types 2 depth 0 cross 0\n");
	IS_RUN(ARGS("-r", "--cross", "--max-depth", "4294967295", "--since",
		    "@-1.5", "--until=@2", "."), .out = "", .err =
	       NAME "-2.500000000 to 2.0 types 0 depth 4294967295 "
	       "cross 1\n");
	IS_RUN(ARGS("-r", "--type=f,d,l", "--type=chr,blk,fifo,sock", "."),
	       .out = "", .err = NAME
	       "-99.0 to -99.0 types fe depth -1 cross 0\n");
	IS_RUN(ARGS("-r", "--type=b,c,p,s", "--since=@1", "--until=@1", "."),
	       .out = "", .err = NAME
	       "1.0 to 1.0 types f0 depth -1 cross 0\n");
	IS_RUN(ARGS("-r", "--since=@253402300799", "."), .out = "", .err =
	       NAME "'@253402300799' is in the future, nothing can be born "
	       "since: for an hour back say '1 hour ago'\n"
	       NAME "253402300799.0 to -99.0 types 0 depth -1 cross 0\n");
	fake.tell_query = false;
}

static void test_misuse(void)
{
	static const struct run runs[] = {
		{ ARGS("-r"), .err = "no file" },
		{ ARGS("--nonsense", "."), .err = "'--nonsense'" },
		{ ARGS("-x", "."), .err = "'-x'" },
		{ ARGS("--cross=1", "."), .err = "takes no value" },
		{ ARGS("--since"), .err = "needs a value" },
		{ ARGS("--since", "no day", "."), .err = "'no day'" },
		{ ARGS("--until", "", "."), .err = "'' is no time" },
		{ ARGS("--since=@2.000000001", "--until=@2", "."),
		  .err = "before" },
		{ ARGS("--type", "x", "."), .err = "'x'" },
		{ ARGS("--type", "", "."), .err = "''" },
		{ ARGS("--type", "f,", "."), .err = "''" },
		{ ARGS("--type", "fd", "."), .err = "'fd'" },
		{ ARGS("--type", "unknown", "."), .err = "'unknown'" },
		{ ARGS("-r", "--max-depth", "", "."), .err = "''" },
		{ ARGS("-r", "--max-depth", "-1", "."), .err = "'-1'" },
		{ ARGS("-r", "--max-depth", "1k", "."), .err = "'1k'" },
		{ ARGS("-r", "--max-depth", "4294967296", "."),
		  .err = "'4294967296'" },
		{ ARGS("--max-depth", "1", "."), .err = "--recursive" },
		{ ARGS("--cross", "."), .err = "--recursive" },
		{ ARGS("--json", "-0", "."), .err = "--print0" },
		{ ARGS("--json", "--format", "x", "."), .err = "--format" },
		{ ARGS("--format", "{paths}", "."), .err = "'paths'" },
		{ ARGS("--format", "{pat}", "."), .err = "'pat'" },
		{ ARGS("--format", "{}", "."), .err = "''" },
		{ ARGS("--format", "{born}", "."), .err = "'born'" },
		{ ARGS("--format", "x{path", "."), .err = "'{path'" },
		{ ARGS("--format", "\\r", "."), .err = "'\\r'" },
		{ ARGS("--format", "\\", "."), .err = "'\\'" },
	};
	struct run run;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		run = runs[i];
		run.code = 2;
		run.out = "";
		is_run(&run);
	}
}

int main(void)
{
	setenv("TZ", "UTC0", 1);
	test_table();
	test_json();
	test_format();
	test_missing();
	test_skips();
	test_failures();
	test_query();
	test_misuse();
	return tap_end();
}
