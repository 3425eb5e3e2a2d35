// SPDX-License-Identifier: GPL-2.0
/* Each argument as the path of a record in JSON, for names.py */
#include <string.h>

#include "sink.h"

int main(int argc, char **argv)
{
	struct sink sink;
	int i;

	if (sink_open(&sink, &sink_json, stdout))
		return 1;
	for (i = 1; i < argc; i++) {
		struct place place = { .path = { argv[i], strlen(argv[i]) } };
		struct record rec = { .part = { { path_fields, &place } } };

		sink_put(&sink, &rec);
	}
	return sink_close(&sink) ? 1 : 0;
}
