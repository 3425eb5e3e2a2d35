// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "dccp_host.h"
#include "module.h"
#include "sink.h"
#include "usage.h"

#define LABEL_WIDTH	34

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

static void put_label(const char *label)
{
	printf("%-*s", LABEL_WIDTH, label);
}

static void show_abilities(const struct module_info *info)
{
	uint8_t told = DIVULGE_ABSENCE_NONE;
	uint8_t absence;
	size_t i;

	for (i = 0; i < NR_ABILITIES; i++) {
		absence = info->absence[i];
		put_label(abilities[i]);
		if (absence == DIVULGE_ABSENCE_NONE)
			puts("present");
		else if (absence == told)
			puts("absent: for the same reason");
		else
			printf("absent: %s\n", module_mend(absence));
		told = absence;
	}
}

static void show_counter(const struct field *field, const void *counters)
{
	char label[LABEL_WIDTH];
	char *c;

	snprintf(label, sizeof(label), "%s", field->name);
	for (c = label; *c; c++)
		if (*c == '_')
			*c = ' ';
	put_label(label);
	field_text(field, counters, stdout);
	putchar('\n');
}

static void show_counters(const struct field *field, const void *counters)
{
	for (; field->name; field++)
		show_counter(field, counters);
}

static void show_module(const struct module_info *info)
{
	put_label("module");
	puts(info->version);
	show_abilities(info);
	if (info->may_watch)
		show_counters(birth_counters_fields, &info->births);
	show_counters(dccp_counters_fields, &info->dccp);
}

static const char *ccid_name(uint32_t ccid)
{
	switch (ccid) {
	case 2:
		return " (TCP-like)";
	case 3:
		return " (TFRC)";
	default:
		return "";
	}
}

static void show_ccids(const struct dccp_host *host)
{
	size_t i;

	put_label("CCIDs of DCCP");
	if (*host->why) {
		printf("none: %s\n", host->why);
		return;
	}
	for (i = 0; i < host->ccids.nr; i++)
		printf("%s%u%s", i ? ", " : "", host->ccid[i],
		       ccid_name(host->ccid[i]));
	putchar('\n');
}

static void show_sysctls(const struct dccp_host *host)
{
	const struct field *field = sysctl_fields;
	char label[LABEL_WIDTH];

	if (*host->why)
		return;
	if (host->seq_window < 0) {
		put_label("net.dccp.default");
		puts("in the first network namespace only");
		return;
	}
	for (; field->name; field++) {
		snprintf(label, sizeof(label), "net.dccp.default.%s",
			 field->name + strlen("sysctl_"));
		put_label(label);
		field_text(field, host, stdout);
		putchar('\n');
	}
}

static int show_text(const struct module_info *info,
		     const struct dccp_host *host)
{
	if (info)
		show_module(info);
	show_ccids(host);
	show_sysctls(host);
	if (info && info->has_statistics)
		show_counters(statistics_fields, &info->statistics);
	return end_of_output(EXIT_OK);
}

static int show_json(const struct module_info *info,
		     const struct dccp_host *host)
{
	bool births = info && info->may_watch;
	bool statistics = info && info->has_statistics;
	struct record rec = {
		.part = {
			{ info_fields, info },
			{ dccp_counters_fields, info ? &info->dccp : NULL },
			{ birth_counters_fields, births ? &info->births : NULL },
			{ host_fields, host },
			{ sysctl_fields, host },
			{ statistics_fields,
			  statistics ? &info->statistics : NULL },
		},
	};
	struct sink sink;

	if (sink_open(&sink, &sink_json, stdout))
		return EXIT_FAILED;
	sink_put(&sink, &rec);
	return sink_close(&sink) ? EXIT_FAILED : EXIT_OK;
}

static bool ask(struct module_info *info)
{
	struct genl genl;
	int err;

	if (module_open(&genl))
		return false;
	err = module_ask(&genl, info);
	genl_close(&genl);
	return !err;
}

/* Of DCCP there is something to tell without the module. */
int cmd_info(const struct command *cmd, int argc, char **argv)
{
	struct module_info info;
	struct dccp_host host;
	bool json, had;
	int code;

	code = cmd_only_json(cmd, argc, argv, &json);
	if (code >= 0)
		return code;
	had = ask(&info);
	dccp_host_look(&host);
	code = json ? show_json(had ? &info : NULL, &host) :
		      show_text(had ? &info : NULL, &host);
	return had ? code : EXIT_FAILED;
}
