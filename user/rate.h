/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_RATE_H
#define DIVULGE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC	1000000000

/**
 * struct rate - how fast to send
 * @per_second: how much a second; 0 for as fast as it goes
 * @bytes: it is bytes, not datagrams
 * @due: when the next datagram may be sent, as rate_now() tells it
 */
struct rate {
	double per_second;
	bool bytes;
	int64_t due;
};

/* Time that nobody sets, in nanoseconds */
static inline int64_t rate_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

bool rate_parse(const char *text, struct rate *rate);
int64_t rate_delay(const struct rate *rate, int64_t now);
void rate_sent(struct rate *rate, int64_t now, size_t len);

#endif
