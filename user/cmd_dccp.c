// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "cmd.h"
#include "dccp.h"
#include "module.h"
#include "sink.h"
#include "text.h"
#include "usage.h"

#define MAX_TRIES	5

struct socks {
	struct dccp_entry *sock;
	size_t nr, room;
};

static int make_room(struct socks *socks)
{
	size_t room = socks->room ? 2 * socks->room : 64;
	struct dccp_entry *more;

	if (socks->nr < socks->room)
		return 0;
	more = reallocarray(socks->sock, room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	socks->sock = more;
	socks->room = room;
	return 0;
}

static int keep_socks(const struct nlmsghdr *nlh, void *arg)
{
	struct socks *socks = arg;
	const struct nlattr *attr;
	int err;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != DIVULGE_A_DCCP_ENTRY)
			continue;
		err = make_room(socks);
		if (err)
			return err;
		if (dccp_entry_decode(attr, &socks->sock[socks->nr]))
			socks->nr++;
	}
	return 0;
}

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

/* What changes while it is listed has to be listed again. */
static int dump(struct genl *genl, struct socks *socks)
{
	int tries, err;

	err = may_dump(genl);
	if (err)
		return err;
	for (tries = 0; tries < MAX_TRIES; tries++) {
		socks->nr = 0;
		err = genl_talk(genl, genl_request(genl, DIVULGE_CMD_DCCP_DUMP,
						   NLM_F_DUMP),
				keep_socks, socks);
		if (err != -EINTR)
			break;
	}
	if (err == -EINTR)
		report("DCCP sockets came and went while they were listed: "
		       "some may be missing or double");
	else if (err)
		report("cannot list DCCP sockets: %s", genl->why);
	return err;
}

static void show(struct sink *sink, const struct socks *socks)
{
	size_t i;

	for (i = 0; i < socks->nr && !sink->err; i++) {
		struct record rec = dccp_entry_record(&socks->sock[i]);

		sink_put(sink, &rec);
	}
}

int cmd_dccp(const struct command *cmd, int argc, char **argv)
{
	struct socks socks = { 0 };
	struct sink sink;
	struct genl genl;
	int err, code;
	bool json;

	code = cmd_only_json(cmd, argc, argv, &json);
	if (code >= 0)
		return code;
	if (module_open(&genl))
		return EXIT_FAILED;
	err = dump(&genl, &socks);
	genl_close(&genl);
	code = err ? EXIT_FAILED : EXIT_OK;
	if (err && err != -EINTR)
		goto free;
	if (sink_open(&sink, json ? &sink_json : &sink_sock_table, "-")) {
		code = EXIT_FAILED;
		goto free;
	}
	show(&sink, &socks);
	if (sink_close(&sink))
		code = EXIT_FAILED;
free:
	free(socks.sock);
	return code;
}
