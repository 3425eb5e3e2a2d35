// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "cmd.h"
#include "module.h"
#include "sink.h"
#include "text.h"
#include "usage.h"

static int show_watch(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_WATCH_MAX + 1];
	struct divulge_watch watch;
	struct record rec = {
		.part = { { watch_fields, &watch } },
	};

	genl_attrs(nlh, tb, DIVULGE_A_WATCH_MAX);
	if (!genl_struct(tb[DIVULGE_A_WATCH_RECORD], &watch, sizeof(watch)))
		return -EBADMSG;
	return sink_put(arg, &rec);
}

static int dump(struct genl *genl, struct sink *sink)
{
	int err;

	err = genl_talk(genl, genl_request(genl, DIVULGE_CMD_WATCH_DUMP,
					   NLM_F_DUMP), show_watch, sink);
	if (err == -EINTR)
		report("watches came and went while they were listed: some "
		       "may be missing or double");
	else if (err && !sink->err)
		report("cannot list watches: %s%s", genl->why,
		       err == -EPERM ? ": run this as root" : "");
	return err;
}

int cmd_watches(const struct command *cmd, int argc, char **argv)
{
	struct sink sink;
	struct genl genl;
	bool json;
	int code;

	code = cmd_only_json(cmd, argc, argv, &json);
	if (code >= 0)
		return code;
	if (module_open(&genl))
		return EXIT_FAILED;
	code = EXIT_FAILED;
	if (sink_open(&sink, json ? &sink_json : &sink_watch_table, stdout))
		goto close_genl;
	code = dump(&genl, &sink) ? EXIT_FAILED : EXIT_OK;
	if (sink_close(&sink))
		code = EXIT_FAILED;
close_genl:
	genl_close(&genl);
	return code;
}
