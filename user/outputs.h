/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_OUTPUTS_H
#define DIVULGE_OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "identity.h"
#include "module.h"
#include "output.h"
#include "settings.h"
#include "sink.h"
#include "snapshot.h"
#include "tally.h"

/**
 * struct feed - a format that some output wants, and what there is in it
 * @render: makes the text
 * @ring: the last records; of size 0 until an output wants the format
 */
struct feed {
	struct render render;
	struct ring ring;
};

/**
 * struct outputs - all that records go to
 * @sink: takes them
 * @identity: who tells
 * @feed: one for each of settings_formats
 * @output: outputs
 * @nr: how many there are
 * @leaving: of these, the last that many are no longer wanted
 * @queue: bytes for the records that wait, in each format
 * @spare: for each format, memory for as many as there are to be
 * @since: when they were started, in nanoseconds since the epoch
 * @tally: records that there were; how many is the number of the last
 * @metrics: the file that tells of all that, NULL for none
 * @info: what the kernel module said when it was asked last
 * @asked: it was
 * @settled: how far what outputs_close() has ended had settled all
 */
struct outputs {
	struct sink sink;
	struct identity identity;
	struct feed feed[SETTINGS_FORMATS];
	struct output *output[2 * SETTINGS_OUTPUTS];
	size_t nr;
	size_t leaving;
	size_t queue;
	char *spare[SETTINGS_FORMATS];
	int64_t since;
	struct tally tally;
	struct snapshot *metrics;
	struct module_info info;
	bool asked;
	uint64_t settled;
};

int outputs_open(struct outputs *outputs, struct settings *settings);
int outputs_prepare(struct outputs *outputs, const struct settings *settings);
void outputs_cancel(struct outputs *outputs);
int outputs_change(struct outputs *outputs, struct settings *settings);
void outputs_reopen(struct outputs *outputs);
uint64_t outputs_settled(const struct outputs *outputs);
void outputs_tell(const struct outputs *outputs);
void outputs_measure(struct outputs *outputs, const struct module_info *info);
int outputs_close(struct outputs *outputs);

#endif
