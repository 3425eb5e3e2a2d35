// SPDX-License-Identifier: GPL-2.0
/* Looking at DCCP connections again and again */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "dccp_ask.h"
#include "module.h"
#include "sampler.h"
#include "screen.h"
#include "signals.h"
#include "stream.h"
#include "text.h"
#include "usage.h"
#include "util.h"

#define NS_PER_S	INT64_C(1000000000)
#define GROUPS		(DIVULGE_DCCP_GROUP_CCID | DIVULGE_DCCP_GROUP_FEAT)

/* There are enough samples, or nobody wants more */
#define NO_MORE		1

enum { TICK, SIGNALS, RESIZED, KEYS, READER, NR_FDS };

/**
 * struct sampler - what takes samples
 * @filter: of which sockets
 * @genl: socket to the kernel module
 * @list: what it said last
 * @samples: what has come of it
 * @number: of the last sample
 * @left: how many more are wanted
 * @drawn: samples go to @screen, else to @sink
 * @screen: the terminal
 * @sink: lines or objects
 * @fds: what is waited for
 * @why: after a failure, what went wrong
 */
struct sampler {
	struct dccp_filter filter;
	struct genl genl;
	struct dccp_list list;
	struct samples samples;
	uint64_t number;
	uint64_t left;
	bool drawn;
	struct screen screen;
	struct sink sink;
	struct pollfd fds[NR_FDS];
	const char *why;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Those that listen have nothing to be sampled. */
static void want_connections(struct dccp_filter *filter)
{
	if (!filter->states && !filter->roles)
		filter->roles = 1 << DIVULGE_DCCP_ROLE_CLIENT |
				1 << DIVULGE_DCCP_ROLE_SERVER;
}

/* Those that are there; -EINTR if that may not be all */
static int dump(struct sampler *s)
{
	int err;

	s->list.nr = 0;
	err = dccp_dump(&s->genl, &s->filter, GROUPS, &s->list);
	s->why = err == -ENODEV ? "there is no such interface" : s->genl.why;
	return err;
}

static int keep(struct sampler *s, bool whole)
{
	size_t i;
	int err;

	for (i = 0; i < s->list.nr; i++) {
		err = samples_add(&s->samples, &s->list.entry[i]);
		if (err) {
			s->why = strerror(-err);
			return err;
		}
	}
	samples_end(&s->samples, now_ms(), whole);
	return 0;
}

static int write_sample(struct sampler *s)
{
	const struct samples *samples = &s->samples;
	struct record rec;
	size_t i;

	if (!samples->whole)
		report("DCCP sockets came and went while they were listed: "
		       "some may be missing");
	for (i = 0; i < samples->nr; i++) {
		if (!samples_current(samples, samples->tracks[i]))
			continue;
		rec = track_record(samples->tracks[i]);
		sink_put(&s->sink, &rec);
	}
	return sink_flush(&s->sink);
}

static int take_sample(struct sampler *s)
{
	int err;

	samples_begin(&s->samples, s->number, stamp_now(), now_ms());
	err = dump(s);
	if (err && err != -EINTR)
		return err;
	err = keep(s, !err);
	if (err)
		return err;
	if (!s->drawn)
		return write_sample(s);
	screen_draw(&s->screen, &s->samples);
	return 0;
}

/* Those that were due since, while the last was taken or we were stopped */
static int miss(struct sampler *s, uint64_t count)
{
	struct noticed noticed = { "samples", stamp_now() };
	struct lost lost = {
		.count = count, .first_seq = s->number + 1,
		.last_seq = s->number + count,
		.since = s->samples.now.time, .until = noticed.time,
	};
	struct record rec = {
		.event = "lost",
		.part = {
			{ noticed_fields, &noticed },
			{ lost_fields, &lost },
		},
	};

	s->number += count;
	samples_miss(&s->samples, count);
	return s->drawn ? 0 : sink_put(&s->sink, &rec);
}

static int on_tick(struct sampler *s)
{
	uint64_t due;
	int err = 0;

	if (read(s->fds[TICK].fd, &due, sizeof(due)) != sizeof(due))
		return 0;
	if (due > 1)
		err = miss(s, due - 1);
	s->number++;
	if (!err)
		err = take_sample(s);
	if (err)
		return err;
	return --s->left ? 0 : NO_MORE;
}

static int on_keys(struct sampler *s)
{
	bool quit;

	/* What tells of nothing tells of it again and again */
	if (!screen_take_keys(&s->screen, s->samples.nr, &quit))
		s->fds[KEYS].fd = -1;
	screen_draw(&s->screen, &s->samples);
	return quit ? NO_MORE : 0;
}

static void on_resized(struct sampler *s)
{
	eventfd_t noted;

	eventfd_read(s->fds[RESIZED].fd, &noted);
	screen_resize(&s->screen);
	screen_draw(&s->screen, &s->samples);
}

/* As if it had been written to. */
static int on_reader_gone(struct sampler *s)
{
	if (s->drawn)
		return NO_MORE;
	raise(SIGPIPE);
	s->sink.err = -EPIPE;
	return -EPIPE;
}

static int serve(struct sampler *s)
{
	const struct pollfd *fds = s->fds;

	if (fds[SIGNALS].revents)
		return NO_MORE;
	if (fds[READER].revents)
		return on_reader_gone(s);
	if (fds[RESIZED].revents)
		on_resized(s);
	if (fds[KEYS].revents)
		return on_keys(s);
	return fds[TICK].revents ? on_tick(s) : 0;
}

/* Return: as serve() does, but never 0. */
static int loop(struct sampler *s)
{
	int err;

	do {
		err = 0;
		if (poll(s->fds, NR_FDS, -1) >= 0) {
			err = serve(s);
		} else if (errno != EINTR) {
			err = -errno;
			s->why = strerror(-err);
		}
	} while (!err);
	return err;
}

/* The first sample is due at once. */
static int open_timer(int64_t interval)
{
	const struct itimerspec when = {
		.it_interval = {
			.tv_sec = interval / NS_PER_S,
			.tv_nsec = interval % NS_PER_S,
		},
		.it_value = { .tv_nsec = 1 },
	};
	int fd;

	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd < 0 || timerfd_settime(fd, 0, &when, NULL)) {
		report("cannot set a timer: %s", strerror(errno));
		return -1;
	}
	return fd;
}

/* Before the terminal is taken: what goes wrong is said in lines. */
static bool open_fds(struct sampler *s, int64_t interval)
{
	struct pollfd *fds = s->fds;
	size_t i;

	for (i = 0; i < NR_FDS; i++)
		fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fds[READER] = (struct pollfd){ .fd = STDOUT_FILENO };
	fds[SIGNALS].fd = signals_open();
	if (fds[SIGNALS].fd < 0)
		return false;
	fds[RESIZED].fd = signals_open_resized();
	if (fds[RESIZED].fd < 0)
		return false;
	fds[TICK].fd = open_timer(interval);
	return fds[TICK].fd >= 0;
}

static void close_fds(const struct sampler *s)
{
	static const int own[] = { TICK, SIGNALS, RESIZED };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own); i++)
		if (s->fds[own[i]].fd >= 0)
			close(s->fds[own[i]].fd);
}

static int open_output(struct sampler *s, const struct sink_ops *format)
{
	if (format)
		return sink_open(&s->sink, format, stdout);
	s->drawn = screen_open(&s->screen);
	if (!s->drawn)
		return sink_open(&s->sink, &sink_text, stdout);
	s->samples.keep = true;
	if (isatty(STDIN_FILENO))
		s->fds[KEYS].fd = STDIN_FILENO;
	return 0;
}

static int close_output(struct sampler *s)
{
	if (!s->drawn)
		return sink_close(&s->sink);
	screen_close(&s->screen);
	return 0;
}

/* Return: an exit code. */
static int run(struct sampler *s, const struct sampling *sampling)
{
	int err, close_err;

	if (open_output(s, sampling->format))
		return EXIT_FAILED;
	if (!s->drawn && !sampling->quiet)
		report("sampling DCCP connections");
	err = loop(s);
	close_err = close_output(s);
	if (err < 0 && !close_err)
		report("cannot sample DCCP connections: %s", s->why);
	return err < 0 || close_err ? EXIT_FAILED : EXIT_OK;
}

/**
 * sampler_run - take samples until a signal, or until there are enough
 * @sampling: which
 *
 * Return: an exit code, after a report if it is one of a failure.
 */
int sampler_run(const struct sampling *sampling)
{
	struct sampler s = {
		.filter = sampling->filter, .left = sampling->count,
	};
	int code = EXIT_FAILED;

	if (module_open(&s.genl))
		return EXIT_FAILED;
	want_connections(&s.filter);
	if (!module_need(&s.genl, DIVULGE_ABILITY_DCCP_DUMP,
			 "sample DCCP connections") &&
	    open_fds(&s, sampling->interval))
		code = run(&s, sampling);
	close_fds(&s);
	samples_free(&s.samples);
	dccp_list_free(&s.list);
	genl_close(&s.genl);
	return code;
}
