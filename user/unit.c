// SPDX-License-Identifier: GPL-2.0
/* Numbers with a unit, in some three digits, for people */

#include <inttypes.h>

#include "unit.h"
#include "util.h"

static void put(FILE *out, double n, const char *unit)
{
	/* From here on %g would take to powers of ten */
	fprintf(out, n < 999.5 ? "%.3g%s" : "%.0f%s", n, unit);
}

/**
 * unit_time - write a time
 * @out: where to
 * @usec: microseconds
 */
void unit_time(FILE *out, uint64_t usec)
{
	if (usec < 1000)
		fprintf(out, "%" PRIu64 "us", usec);
	else if (usec < 1000 * 1000)
		put(out, usec / 1e3, "ms");
	else
		put(out, usec / 1e6, "s");
}

/**
 * unit_rate - write a rate
 * @out: where to
 * @bytes: bytes per second
 */
void unit_rate(FILE *out, uint64_t bytes)
{
	static const char *const units[] = {
		"B/s", "kB/s", "MB/s", "GB/s", "TB/s",
	};
	double n = bytes;
	size_t i = 0;

	while (n >= 999.5 && i + 1 < ARRAY_SIZE(units)) {
		n /= 1000;
		i++;
	}
	put(out, n, units[i]);
}

/**
 * unit_share - write a share
 * @out: where to
 * @millionths: of the whole
 */
void unit_share(FILE *out, uint64_t millionths)
{
	fprintf(out, "%.4g%%", millionths / 1e4);
}
