// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "module.h"
#include "sink.h"
#include "text.h"
#include "usage.h"
#include "util.h"

/* What comes after the name of the filesystem */
static const char *const missing[] = {
	[DIVULGE_BIRTH_MISSING_NOT_STORED] =
		"keeps none: use ext4, XFS or Btrfs",
	[DIVULGE_BIRTH_MISSING_NOT_REPORTED] =
		"does not tell of one: use ext4, XFS or Btrfs, or a newer kernel",
	[DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL] =
		"has no room for it in this inode: make one with 'mke2fs -I 256'",
	[DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD] =
		"of version 4 keeps none: make one with 'mkfs.xfs -m crc=1'",
};

static int keep_birth(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_MAX + 1];

	genl_attrs(nlh, tb, DIVULGE_A_BIRTH_MAX);
	if (!genl_struct(tb[DIVULGE_A_BIRTH_RECORD], arg,
			 sizeof(struct divulge_birth)))
		return -EBADMSG;
	return 0;
}

static int get_birth(struct genl *genl, const char *path, int fd,
		     struct divulge_birth *birth)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_request(genl, DIVULGE_CMD_BIRTH_GET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_FD, fd);
	err = genl_talk(genl, nlh, keep_birth, birth);
	if (err)
		report("cannot ask for the birth of '%s': %s", path, genl->why);
	return err;
}

static void report_missing(const char *path, const struct divulge_birth *birth)
{
	const char *why = NULL;

	if (birth->missing < ARRAY_SIZE(missing))
		why = missing[birth->missing];
	report("'%s' has no birth time: %.*s %s", path,
	       (int)sizeof(birth->fs), (const char *)birth->fs,
	       why ? why : "has a reason that a newer divulge may know");
}

static int show(struct sink *sink, const char *path,
		const struct divulge_birth *birth)
{
	struct place place = { .path = { path, strlen(path) } };
	struct record rec = {
		.part = {
			{ path_fields, &place },
			{ birth_fields, birth },
		},
	};
	bool there = birth->missing == DIVULGE_BIRTH_MISSING_NONE;

	if (!there)
		report_missing(path, birth);
	if (there || sink->ops == &sink_json)
		sink_put(sink, &rec);
	return there ? EXIT_OK : EXIT_FAILED;
}

static int birth_of(struct genl *genl, struct sink *sink, const char *path,
		    int flags)
{
	struct divulge_birth birth;
	int fd, err;

	fd = open(path, O_PATH | O_CLOEXEC | flags);
	if (fd < 0) {
		report("cannot open '%s': %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	err = get_birth(genl, path, fd, &birth);
	close(fd);
	return err ? EXIT_FAILED : show(sink, path, &birth);
}

static int births_of(const struct sink_ops *format, char **paths, int flags)
{
	int code = EXIT_OK;
	struct genl genl;
	struct sink sink;

	if (module_open(&genl))
		return EXIT_FAILED;
	if (sink_open(&sink, format, "-")) {
		code = EXIT_FAILED;
		goto close_genl;
	}
	for (; *paths && !sink.err; paths++)
		if (birth_of(&genl, &sink, *paths, flags))
			code = EXIT_FAILED;
	if (sink_close(&sink))
		code = EXIT_FAILED;
close_genl:
	genl_close(&genl);
	return code;
}

int cmd_birth(const struct command *cmd, int argc, char **argv)
{
	static const struct option options[] = {
		{ "dereference", no_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 }
	};
	const struct sink_ops *format = &sink_birth_table;
	int flags = O_NOFOLLOW;
	int c;

	while ((c = getopt_long(argc, argv, ":Lhj", options, NULL)) != -1) {
		switch (c) {
		case 'L':
			flags = 0;
			break;
		case 'h':
			return cmd_help(cmd);
		case 'j':
			format = &sink_json;
			break;
		default:
			return bad_option(c, argv);
		}
	}
	if (optind == argc)
		return misused("no file named");
	return births_of(format, argv + optind, flags);
}
