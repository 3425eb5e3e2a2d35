// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>

#include "cmd.h"
#include "dccp_ask.h"
#include "module.h"
#include "sink.h"
#include "text.h"
#include "usage.h"

static int may_dump(struct genl *genl)
{
	struct module_info info;
	uint8_t absence;
	int err;

	err = module_ask(genl, &info);
	if (err)
		return err;
	absence = info.absence[DIVULGE_ABILITY_DCCP_DUMP];
	if (absence == DIVULGE_ABSENCE_NONE)
		return 0;
	report("cannot list DCCP sockets: %s", module_mend(absence));
	return -EOPNOTSUPP;
}

static int dump(struct genl *genl, struct dccp_list *list)
{
	struct dccp_filter filter;
	int err;

	err = may_dump(genl);
	if (err)
		return err;
	dccp_filter_init(&filter);
	err = dccp_dump(genl, &filter, DCCP_ALL_GROUPS, list);
	if (err == -EINTR)
		report("DCCP sockets came and went while they were listed: "
		       "some may be missing or double");
	else if (err)
		report("cannot list DCCP sockets: %s", genl->why);
	return err;
}

static void show(struct sink *sink, const struct dccp_list *list)
{
	size_t i;

	for (i = 0; i < list->nr && !sink->err; i++) {
		struct record rec = dccp_entry_record(&list->entry[i]);

		sink_put(sink, &rec);
	}
}

int cmd_dccp(const struct command *cmd, int argc, char **argv)
{
	struct dccp_list list = { 0 };
	struct sink sink;
	struct genl genl;
	int err, code;
	bool json;

	code = cmd_only_json(cmd, argc, argv, &json);
	if (code >= 0)
		return code;
	if (module_open(&genl))
		return EXIT_FAILED;
	err = dump(&genl, &list);
	genl_close(&genl);
	code = err ? EXIT_FAILED : EXIT_OK;
	if (err && err != -EINTR)
		goto free;
	if (sink_open(&sink, json ? &sink_json : &sink_sock_table, "-")) {
		code = EXIT_FAILED;
		goto free;
	}
	show(&sink, &list);
	if (sink_close(&sink))
		code = EXIT_FAILED;
free:
	dccp_list_free(&list);
	return code;
}
