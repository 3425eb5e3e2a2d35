// SPDX-License-Identifier: GPL-2.0
/* Records for outputs as divulged has them, at the command of outputs.py */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/divulge.h>

#include "down.h"
#include "outputs.h"
#include "stream.h"
#include "usage.h"

static struct settings settings;
static struct outputs outputs;
static char path[70000];

static void put(uint64_t seq, size_t path_len)
{
	struct divulge_birth_origin origin = {
		.seq = seq, .time = 1700000000000000000 + seq,
		.uid = 7, .comm = "o\"d]d\\",
	};
	struct divulge_birth birth = {
		.type = DIVULGE_FILE_TYPE_REG, .fs = "xfs", .ino = seq,
		.flags = DIVULGE_BIRTH_FLAG_FUTURE |
			 DIVULGE_BIRTH_FLAG_INHERITED,
	};
	struct place place = {
		.path = { path, path_len }, .name = { "n\xff\n]", 4 },
	};
	struct record rec = {
		.event = "birth",
		.part = {
			{ origin_fields, &origin },
			{ place_fields, &place },
			{ birth_fields, &birth },
		},
	};

	sink_put(&outputs.sink, &rec);
}

/* Nobody listened, after that record of a run before. */
static void down(uint64_t record)
{
	const struct noted noted = { 1700000000000000002 };
	const struct down down = {
		.since = { .sec = 1700000000 }, .until = { .sec = 1700000001 },
		.boot = "before", .run = 7, .record = record,
	};
	struct record rec = down_record(&down, &noted, NULL);

	sink_put(&outputs.sink, &rec);
	sink_flush(&outputs.sink);
}

static void found(size_t n)
{
	struct divulge_birth birth = { .ino = n };
	struct record rec = {
		.event = "found", .part = { { birth_fields, &birth } },
	};

	snprintf((char *)birth.fs, sizeof(birth.fs), "fs%zu", n);
	while (n--)
		sink_put(&outputs.sink, &rec);
}

static void lost(uint64_t count)
{
	struct noticed noticed = { "births", 1700000000000000000 };
	struct lost lost = { .count = count };
	struct record rec = {
		.event = "lost",
		.part = {
			{ noticed_fields, &noticed }, { lost_fields, &lost },
		},
	};

	sink_put(&outputs.sink, &rec);
	sink_flush(&outputs.sink);
}

static void configure(int argc, char **argv)
{
	struct settings now;

	if (settings_read_again(&now, &settings, argc, argv) < 0 &&
	    !outputs_prepare(&outputs, &now))
		outputs_change(&outputs, &now);
	settings_free(&now);
	outputs_reopen(&outputs);
}

/* Each line is a letter and a number. */
static void obey(const char *line, int argc, char **argv)
{
	static uint64_t seq;
	size_t n = strtoul(line + 1, NULL, 10);
	struct module_info info = {
		.version = "1\"2", .has_statistics = true,
		.may_watch = true,
		.statistics = { .curr_estab = -1 },
	};
	size_t len = 20;

	switch (*line) {
	case 'l':	/* one record with so long a path */
		len = n;
		n = 1;
		/* fall through */
	case 'p':	/* so many records */
		while (n--) {
			put(++seq, len);
			if (!(seq % 50))
				sink_flush(&outputs.sink);
		}
		sink_flush(&outputs.sink);
		break;
	case 'd':	/* a time without a daemon */
		down(n);
		break;
	case 'm':	/* metrics, as if the kernel had lost so many */
		info.births.births_lost = n;
		outputs_measure(&outputs, &info);
		break;
	case 'f':	/* so many found on a filesystem of such a name */
		found(n);
		break;
	case 'x':	/* a loss of so many births */
		lost(n);
		break;
	case 'c':	/* as a daemon does */
		if (chdir("/"))
			fprintf(stderr, "chdir: %m\n");
		break;
	case 's':
		fprintf(stderr, "settled %" PRIu64 "\n",
			outputs_settled(&outputs));
		break;
	case 't':
		outputs_tell(&outputs);
		break;
	case 'h':
		configure(argc, argv);
		break;
	}
	/* Whoever said it waits until it is done */
	printf("%s", line);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char line[32];
	int err;

	signal(SIGPIPE, SIG_IGN);
	memset(path, 'p', sizeof(path));
	memcpy(path, "/p\t\"\\\\x]", 8);
	if (settings_read(&settings, argc, argv) >= 0 ||
	    outputs_open(&outputs, &settings))
		return EXIT_FAILED;
	while (fgets(line, sizeof(line), stdin))
		obey(line, argc, argv);
	err = outputs_close(&outputs);
	fprintf(stderr, "settled %" PRIu64 " at the end\n",
		outputs_settled(&outputs));
	settings_free(&settings);
	return err ? EXIT_FAILED : EXIT_OK;
}
