// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "module.h"
#include "sink.h"
#include "usage.h"

static const char *const abilities[NR_ABILITIES] = {
	[DIVULGE_ABILITY_BIRTH_GET]	= "birth records",
	[DIVULGE_ABILITY_BIRTH_WATCH]	= "birth events",
	[DIVULGE_ABILITY_DCCP_DUMP]	= "DCCP sockets",
	[DIVULGE_ABILITY_DCCP_WATCH]	= "DCCP events",
	[DIVULGE_ABILITY_DCCP_CCID]	= "DCCP CCID events",
	[DIVULGE_ABILITY_DCCP_MPS]	= "DCCP MPS events",
	[DIVULGE_ABILITY_DCCP_LOSS]	= "DCCP loss events",
	[DIVULGE_ABILITY_DCCP_RESET]	= "DCCP Reset Codes",
};

static void show_counter(const struct field *field, const void *counters)
{
	const char *c;
	int width = 0;

	for (c = field->name; *c; c++)
		width += printf("%c", *c == '_' ? ' ' : *c);
	printf("%*s", 20 - width, "");
	field_text(field, counters, stdout);
	putchar('\n');
}

static void show_counters(const struct field *field, const void *counters)
{
	for (; field->name; field++)
		show_counter(field, counters);
}

static void show_text(const struct module_info *info)
{
	size_t i;

	printf("%-20s%s\n", "module", info->version);
	for (i = 0; i < NR_ABILITIES; i++)
		if (info->absence[i] == DIVULGE_ABSENCE_NONE)
			printf("%-20spresent\n", abilities[i]);
		else
			printf("%-20sabsent: %s\n", abilities[i],
			       module_mend(info->absence[i]));
	if (info->may_watch)
		show_counters(birth_counters_fields, &info->births);
	show_counters(dccp_counters_fields, &info->dccp);
}

static int show_json(const struct module_info *info)
{
	struct record rec = {
		.part = {
			{ info_fields, info },
			{ dccp_counters_fields, &info->dccp },
			{ birth_counters_fields, &info->births },
		},
	};
	struct sink sink;

	if (sink_open(&sink, &sink_json, "-"))
		return EXIT_FAILED;
	if (!info->may_watch)
		rec.part[2].fields = NULL;
	sink_put(&sink, &rec);
	return sink_close(&sink) ? EXIT_FAILED : EXIT_OK;
}

int cmd_info(const struct command *cmd, int argc, char **argv)
{
	struct module_info info;
	struct genl genl;
	bool json;
	int code;

	code = cmd_only_json(cmd, argc, argv, &json);
	if (code >= 0)
		return code;
	if (module_open(&genl))
		return EXIT_FAILED;
	code = module_ask(&genl, &info) ? EXIT_FAILED : EXIT_OK;
	genl_close(&genl);
	if (code)
		return code;
	if (json)
		return show_json(&info);
	show_text(&info);
	return end_of_output(EXIT_OK);
}
