/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SETTINGS_H
#define DIVULGE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"
#include "target.h"
#include "wanted.h"

#define SETTINGS_FORMATS	4
#define SETTINGS_OUTPUTS	16
#define SETTINGS_PATHS		64

extern const struct sink_ops *const settings_formats[SETTINGS_FORMATS];

/**
 * struct destination - an output that was asked for
 * @name: FORMAT:TARGET
 * @format: number in settings_formats
 * @target: which outputs_open() and outputs_change() take over
 */
struct destination {
	char *name;
	size_t format;
	struct target target;
};

/**
 * struct settings - what the daemon was told to do
 * @wanted: what to listen to
 * @path: directories on what is to be watched, NULL behind the last
 * @where: for each of @path, where in @file it is named, NULL for nowhere
 * @nr_paths: how many there are
 * @output: outputs
 * @nr_outputs: how many there are
 * @queue: bytes for records that wait
 * @state: as it was named, where it is kept until when all is told, NULL for nowhere
 * @keep: what databases keep
 * @metrics: file of metrics as it was named, NULL for none
 * @metrics_path: where that is
 * @interval: how often to write that, in nanoseconds
 * @file: the file that says so too, if one was named
 */
struct settings {
	struct wanted wanted;
	char *path[SETTINGS_PATHS + 1];
	char *where[SETTINGS_PATHS + 1];
	size_t nr_paths;
	struct destination output[SETTINGS_OUTPUTS];
	size_t nr_outputs;
	size_t queue;
	char *state;
	struct keep keep;
	char *metrics;
	char *metrics_path;
	int64_t interval;
	char *file;
};

int settings_read(struct settings *settings, int argc, char **argv);
int settings_read_again(struct settings *settings, const struct settings *old,
			int argc, char **argv);
void settings_free(struct settings *settings);
void settings_take(struct settings *settings, struct settings *now);
const char *settings_fixed(const struct settings *a, const struct settings *b);
bool settings_same_wishes(const struct settings *a, const struct settings *b);

#endif
