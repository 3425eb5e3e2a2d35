/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_STAMP_H
#define DIVULGE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

/* "-292277022657-01-27T08:29:52.123456789Z" and room to spare */
#define STAMP_LEN	64

/**
 * struct stamp - a point in time
 * @sec: seconds since the epoch
 * @nsec: nanoseconds after that
 */
struct stamp {
	int64_t sec;
	uint32_t nsec;
};

int64_t stamp_now(void);
int64_t stamp_uptime(void);
struct stamp stamp_from_ns(int64_t ns);
int64_t stamp_to_ns(struct stamp t);
bool stamp_parse(const char *text, struct stamp *t);
void stamp_utc(struct stamp t, char *buf);
void stamp_local(struct stamp t, char *buf);
void stamp_clock(struct stamp t, char *buf);

#endif
