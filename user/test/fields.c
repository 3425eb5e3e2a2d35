// SPDX-License-Identifier: GPL-2.0
/* The field tables, for spec.py: table, key and the names of what it may be */
#include <stdio.h>

#include "record.h"
#include "util.h"

static const struct {
	const char *name;
	const struct field *fields;
} tables[] = {
	{ "birth",		birth_fields },
	{ "birth-skip",		skip_fields },
	{ "birth-total",	total_fields },
	{ "birth-origin",	origin_fields },
	{ "dccp-sock",		sock_fields },
	{ "dccp-seq",		seq_fields },
	{ "dccp-feat",		feat_fields },
	{ "dccp-timers",	timers_fields },
	{ "dccp-ccid2-tx",	ccid2_tx_fields },
	{ "dccp-ccid2-rx",	ccid2_rx_fields },
	{ "dccp-ccid3-tx",	ccid3_tx_fields },
	{ "dccp-ccid3-rx",	ccid3_rx_fields },
	{ "dccp-statistics",	statistics_fields },
	{ "dccp-change",	change_fields },
	{ "dccp-mps",		mps_fields },
	{ "dccp-loss",		loss_fields },
	{ "dccp-close",		close_fields },
	{ "birth-counters",	birth_counters_fields },
	{ "dccp-counters",	dccp_counters_fields },
	{ "watch",		watch_fields },
	{ "unmount",		unmount_fields },
	{ "info",		info_fields },
};

static void print_field(const char *table, const struct field *field)
{
	int n;

	if (!FIELD_IS_DATA(field))
		return;
	printf("%s %s", table, field->name);
	for (n = 0; n < field->nr_names; n++)
		if (field->names[n])
			printf(" %s", field->names[n]);
	putchar('\n');
}

int main(void)
{
	const struct field *field;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (field = tables[i].fields; field->name; field++)
			print_field(tables[i].name, field);
	return 0;
}
