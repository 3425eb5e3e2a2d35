// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "progress.h"

/* To forget a step is to know later what is told. */
static void forget_every_other(struct progress *progress)
{
	size_t i;

	progress->nr /= 2;
	for (i = 0; i < progress->nr; i++)
		progress->step[i] = progress->step[2 * i];
}

/**
 * progress_add - note what there is to be told
 * @progress: zeroed, or added to before
 * @record: number of the last record
 * @until: all that happened until then is in it, or in one before
 */
void progress_add(struct progress *progress, uint64_t record,
		  const struct reached *until)
{
	struct step *last = &progress->step[progress->nr];

	if (progress->nr && last[-1].record == record) {
		last[-1].until = *until;
		return;
	}
	if (progress->nr == PROGRESS_STEPS)
		forget_every_other(progress);
	progress->step[progress->nr++] = (struct step){ record, *until };
}

/**
 * progress_take - see what has been told
 * @progress: what there was to be told
 * @settled: number of the last record that outputs have settled, and all before
 * @until: set to until when all is told, if there is news of that
 *
 * Return: true if @until was set.
 */
bool progress_take(struct progress *progress, uint64_t settled,
		   struct reached *until)
{
	size_t n = 0;

	while (n < progress->nr && progress->step[n].record <= settled)
		n++;
	if (!n)
		return false;
	*until = progress->step[n - 1].until;
	progress->nr -= n;
	memmove(progress->step, &progress->step[n],
		progress->nr * sizeof(progress->step[0]));
	return true;
}
