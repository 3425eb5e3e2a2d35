/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmarks share. They are for a machine that counts instructions
 * (qemu/vm --icount), where a nanosecond is one instruction.
 */
#ifndef SELFTESTS_BENCH_H
#define SELFTESTS_BENCH_H

#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "nl.h"

#define REPEAT		3
#define BUF_SIZE	65536
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static inline unsigned long long bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/*
 * Marks for a TCG plugin that profiles what is between them: instructions that
 * do nothing and occur nowhere else.
 */
static inline void bench_begin(void)
{
#ifdef BENCH_MARKS
	asm volatile(".byte 0x0f, 0x1f, 0x80, 0x31, 0x4b, 0x52, 0x4d");
#endif
}

static inline void bench_end(void)
{
#ifdef BENCH_MARKS
	asm volatile(".byte 0x0f, 0x1f, 0x80, 0x32, 0x4b, 0x52, 0x4d");
#endif
}

/* The compiler must not leave out what makes *@ptr what it is. */
static inline void bench_use(const void *ptr)
{
	asm volatile("" : : "r"(ptr) : "memory");
}

/* Attributes without a call for each, as a reader in a hurry would do it */
#define bench_for_each_attr(attr, start, end)				\
	for ((attr) = (const struct nlattr *)(start);			\
	     (const char *)(attr) + sizeof(*(attr)) <=			\
			(const char *)(end) &&				\
	     (attr)->nla_len >= sizeof(*(attr)) &&			\
	     (const char *)(attr) + (attr)->nla_len <=			\
			(const char *)(end);				\
	     (attr) = (const struct nlattr *)((const char *)(attr) +	\
					      MNL_ALIGN((attr)->nla_len)))

static inline const void *bench_attr_data(const struct nlattr *attr)
{
	return (const char *)attr + MNL_ATTR_HDRLEN;
}

static inline const void *bench_attr_end(const struct nlattr *attr)
{
	return (const char *)attr + attr->nla_len;
}

static inline unsigned int bench_attr_len(const struct nlattr *attr)
{
	return attr->nla_len - MNL_ATTR_HDRLEN;
}

static inline unsigned int bench_attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

#endif /* SELFTESTS_BENCH_H */
