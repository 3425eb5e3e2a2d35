/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_KEEPER_H
#define DIVULGE_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "progress.h"
#include "saver.h"
#include "state.h"

struct listener;
struct outputs;

/* How often to see how far outputs have got */
#define KEEPER_SECONDS	5

/**
 * struct keeper - what sees to it that the next run knows where to go on
 * @on: a state is kept
 * @opened: when that was opened, or what there was to be told was looked at last
 * @begun: what the run before left was made use of
 * @state: the state
 * @saver: writes it
 * @progress: what there is to be told, and is not yet
 * @epoch: of the listener, as @progress has it
 * @record: the last record that the file knows to be settled
 * @until: until when all is told, as the file knows it, by the clock that nobody
 *	sets
 * @records: how many records there were when that was looked at last
 * @changed: when there were fewer, likewise
 * @quiet: how often there was nothing new since
 */
struct keeper {
	bool on;
	struct reached opened;
	bool begun;
	struct state state;
	struct saver saver;
	struct progress progress;
	unsigned int epoch;
	uint64_t record;
	int64_t until;
	uint64_t records;
	int64_t changed;
	unsigned int quiet;
};

int keeper_open(struct keeper *keeper, const char *file);
int keeper_begin(struct keeper *keeper, struct listener *l,
		 const struct outputs *outputs);
void keeper_tick(struct keeper *keeper, const struct listener *l,
		 const struct outputs *outputs);
void keeper_end(struct keeper *keeper, const struct listener *l,
		const struct outputs *outputs, bool clean);
void keeper_close(struct keeper *keeper);

#endif
