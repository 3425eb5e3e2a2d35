// SPDX-License-Identifier: GPL-2.0
/* Lines of JSON for outputs as divulged has them, from history.py */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "outputs.h"
#include "usage.h"

static struct settings settings;
static struct outputs outputs;

static void put(const char *line, size_t len)
{
	const struct mark mark = {
		.stream = MARK_BIRTHS, .record = ++outputs.tally.records,
		.seq = outputs.tally.records,
	};

	if (outputs.feed[0].ring.size)
		ring_put(&outputs.feed[0].ring, &mark, line, len);
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

/* A line in braces is a record, any other but a letter. */
static void obey(const char *line, size_t len, int argc, char **argv)
{
	if (*line == '{' || *line == '!') {
		put(line, len - 1);
		return;
	}
	if (*line == 't')
		outputs_tell(&outputs);
	if (*line == 'h')
		configure(argc, argv);
	sink_flush(&outputs.sink);
	/* Whoever said it waits until it is done */
	printf("%s", line);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (settings_read(&settings, argc, argv) >= 0 ||
	    outputs_open(&outputs, &settings))
		return EXIT_FAILED;
	while ((len = getline(&line, &size, stdin)) > 0)
		obey(line, len, argc, argv);
	free(line);
	err = outputs_close(&outputs);
	settings_free(&settings);
	return err ? EXIT_FAILED : EXIT_OK;
}
