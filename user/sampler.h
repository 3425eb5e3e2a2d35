/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SAMPLER_H
#define DIVULGE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "dccp_filter.h"
#include "sink.h"

/**
 * struct sampling - which samples are wanted, and what of them
 * @filter: which connections
 * @interval: from one to the next, in nanoseconds
 * @count: how many
 * @format: to write them in, NULL to draw them if stdout is a terminal
 * @quiet: nothing is said but of failures
 */
struct sampling {
	struct dccp_filter filter;
	int64_t interval;
	uint64_t count;
	const struct sink_ops *format;
	bool quiet;
};

int sampler_run(const struct sampling *sampling);

#endif
