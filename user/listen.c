// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "listen.h"
#include "module.h"
#include "rewatch.h"
#include "signals.h"
#include "text.h"
#include "usage.h"
#include "util.h"
#include "watch.h"

/* The kernel collects events for some 10 ms before it sends them */
#define ON_ITS_WAY_MS	50
/* Longer than that it takes none, nor an event the way here */
#define ON_ITS_WAY_NS	INT64_C(2000000000)

static int watch_all(struct listener *l, const struct wanted *wanted)
{
	int err = 0;
	size_t i;

	for (i = 0; wanted->paths[i] && !err; i++) {
		usage_where = wanted->where ? wanted->where[i] : NULL;
		err = watch_path(&l->control, &l->events.filter,
				 &l->events.paths, wanted->paths[i]);
	}
	usage_where = NULL;
	return err;
}

/* What of DCCP is not seen on this kernel, though its states are */
static void tell_unseen(const struct module_info *info)
{
	static const struct {
		enum divulge_ability ability;
		const char *what;
	} parts[] = {
		{ DIVULGE_ABILITY_DCCP_CCID, "agreement on CCIDs" },
		{ DIVULGE_ABILITY_DCCP_MPS, "changes of the MPS" },
		{ DIVULGE_ABILITY_DCCP_LOSS, "losses" },
		{ DIVULGE_ABILITY_DCCP_RESET, "Reset Codes" },
	};
	uint8_t absence;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		absence = info->absence[parts[i].ability];
		if (absence != DIVULGE_ABSENCE_NONE)
			report("DCCP will be told without %s: %s",
			       parts[i].what, module_mend(absence));
	}
}

/* Return: 0, or a negative errno after a report; -EOPNOTSUPP without DCCP. */
static int want_dccp(struct listener *l)
{
	struct module_info info;
	uint8_t absence;
	int err;

	err = module_ask(&l->control, &info);
	if (err)
		return err;
	absence = info.absence[DIVULGE_ABILITY_DCCP_WATCH];
	/* It may come later: the module follows it, and so do its events */
	l->want_dccp = absence == DIVULGE_ABSENCE_NONE ||
		       absence == DIVULGE_ABSENCE_NOT_LOADED;
	if (absence == DIVULGE_ABSENCE_NONE) {
		tell_unseen(&info);
		return 0;
	}
	report("cannot listen to DCCP: %s", module_mend(absence));
	return -EOPNOTSUPP;
}

/**
 * listener_open - reach the kernel module
 * @l: set up here
 * @sink: where records are to go
 *
 * Return: 0, or a negative errno after a report.
 */
int listener_open(struct listener *l, struct sink *sink)
{
	int err;

	memset(l, 0, sizeof(*l));
	l->mounts = -1;
	l->reader = -1;
	l->asked = -1;
	l->due = -1;
	l->tick = -1;
	events_init(&l->events, sink);
	/* The first socket has the number of the process, for all to see */
	err = module_open(&l->control);
	if (err)
		return err;
	err = module_open(&l->genl);
	if (err)
		goto close_control;
	l->signals = signals_open();
	if (l->signals < 0) {
		err = l->signals;
		goto close_genl;
	}
	return 0;

close_genl:
	genl_close(&l->genl);
close_control:
	genl_close(&l->control);
	return err;
}

void listener_close(struct listener *l)
{
	close(l->signals);
	if (l->mounts >= 0)
		close(l->mounts);
	genl_close(&l->control);
	genl_close(&l->genl);
	paths_free(&l->events.paths);
}

static int join(struct listener *l, const struct stream *stream)
{
	int err;

	err = genl_join(&l->genl, stream->name);
	if (err)
		report("cannot listen to %s: %s", stream->name, l->genl.why);
	return err;
}

static int join_all(struct listener *l)
{
	int err = 0;

	if (l->events.paths.nr_mounts)
		err = join(l, &l->events.births);
	if (!err && l->want_dccp)
		err = join(l, &l->events.dccp);
	return err;
}

/* Asked before it joined, it would take what others heard for lost. */
static int begin(struct listener *l)
{
	struct module_info info;
	int err;

	err = module_ask(&l->control, &info);
	if (!err)
		events_begin(&l->events, &info, l->want_dccp);
	return err;
}

static int open_mounts(void)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		report("cannot see what is mounted: %s", strerror(errno));
	return fd < 0 ? -errno : fd;
}

/* Return: as listener_start() does. */
static int want(struct listener *l, const struct wanted *wanted)
{
	int err = 0;

	l->events.filter = wanted->filter;
	l->events.sockets = wanted->sockets;
	l->events.changes = wanted->changes;
	l->events.rescan.off = !wanted->rescan;
	l->follow = wanted->births && wanted->follow;
	/* Before the first look at what is mounted */
	if (l->follow) {
		l->mounts = open_mounts();
		if (l->mounts < 0)
			return l->mounts;
	}
	if (wanted->births)
		err = watch_all(l, wanted);
	if (err || !wanted->dccp)
		return err;
	err = want_dccp(l);
	return err == -EOPNOTSUPP && wanted->births ? 0 : err;
}

/**
 * listener_start - begin to receive events
 * @l: listener after listener_open()
 * @wanted: which
 *
 * Return: 0, or a negative errno after a report.
 */
int listener_start(struct listener *l, const struct wanted *wanted)
{
	int err;

	err = want(l, wanted);
	if (err)
		return err;
	/* Who works in a directory keeps its filesystem from being unmounted */
	if (chdir("/")) {
		err = -errno;
		report("cannot change to '/': %s", strerror(-err));
		return err;
	}
	err = genl_subscribe(&l->genl);
	if (err) {
		report("cannot listen: %s", l->genl.why);
		return err;
	}
	err = join_all(l);
	return err ? err : begin(l);
}

/**
 * listener_change - hear what else is wanted
 * @l: listener that was started
 * @wanted: what is wanted now; that births and DCCP are heard does not change
 *
 * Return: 0, or a negative errno after a report; then nothing has changed.
 */
int listener_change(struct listener *l, const struct wanted *wanted)
{
	int err;

	err = rewatch(&l->control, &l->events, wanted);
	if (!err)
		l->events.rescan.off = !wanted->rescan;
	return err;
}

/* Take what one read gives. Return: -EAGAIN if there was nothing. */
static int take(struct listener *l)
{
	int err, flush_err;

	err = genl_receive(&l->genl, events_message, &l->events);
	paths_forget(&l->events.paths);
	if (err == -EAGAIN)
		return err;
	/* How many were lost the numbers of the next events tell */
	if (err == -ENOBUFS) {
		l->overrun = true;
		return 0;
	}
	if (err == -ENODEV)
		report("the kernel module was unloaded: load it and start "
		       "again");
	else if (err < 0 && err != l->events.sink->err)
		report("cannot listen: %s", l->genl.why);
	flush_err = sink_flush(l->events.sink);
	return err ? err : flush_err;
}

/* Births since it was unmounted, here or elsewhere. */
static int catch_up(struct listener *l, struct mount *mount)
{
	struct window window = { mount->left, stamp_now() };

	if (l->events.rescan.off)
		return 0;
	mount->back = window.until;
	return rescan_mount(&l->events, mount, &window, l->signals);
}

/* Return: 0, or the error of the sink. */
static int watch_again_all(struct listener *l)
{
	struct divulge_watch watch;
	struct mount *mount;
	size_t i;
	int err;

	for (i = 0; i < l->events.paths.nr_mounts; i++) {
		mount = &l->events.paths.mounts[i];
		if (mount->sb || mount->retired ||
		    watch_again(&l->control, &l->events.filter, mount, &watch))
			continue;
		err = events_watch(&l->events, mount, &watch);
		if (!err)
			err = catch_up(l, mount);
		if (err)
			return err;
	}
	return sink_flush(l->events.sink);
}

static bool all_left(const struct paths *paths)
{
	size_t i;

	for (i = 0; i < paths->nr_mounts; i++)
		if (paths->mounts[i].sb && !paths->mounts[i].retired)
			return false;
	return true;
}

static int on_unmounted(struct listener *l)
{
	l->events.unmounted = false;
	if (l->follow)
		return watch_again_all(l);
	return !l->want_dccp && all_left(&l->events.paths) ? LISTENER_LEFT : 0;
}

/* Take what has happened until now, and let nothing more come. */
static int drain(struct listener *l)
{
	int64_t now = stamp_now();
	struct module_info info;
	int err, no_counters;
	eventfd_t noted;

	poll(NULL, 0, ON_ITS_WAY_MS);
	no_counters = module_ask(&l->control, &info);
	genl_leave(&l->genl, l->events.births.name);
	genl_leave(&l->genl, l->events.dccp.name);
	do {
		err = take(l);
	} while (!err);
	if (err != -EAGAIN)
		return err;
	err = l->overrun && !no_counters ? events_end(&l->events, &info) : 0;
	if (err)
		return err;
	if (!l->overrun || !no_counters)
		l->ended = now;
	/* There is a second left, until the next SIGALRM */
	eventfd_read(l->signals, &noted);
	return rescan_all(&l->events, l->signals);
}

/* As if it had been written to. */
static int on_reader_gone(struct listener *l)
{
	raise(SIGPIPE);
	l->events.sink->err = -EPIPE;
	return -EPIPE;
}

/*
 * Return: 0 if all is taken that was there before, or was on its way; which may
 * be long in coming to an end.
 */
static int take_up(struct listener *l)
{
	struct pollfd fd = { .fd = l->signals, .events = POLLIN };
	int wait = ON_ITS_WAY_MS;
	int err;

	do {
		if (poll(&fd, 1, wait) > 0)
			return -ECANCELED;
		err = take(l);
		wait = 0;
		if (l->events.alive)
			l->events.alive();
	} while (!err);
	return err == -EAGAIN ? 0 : err;
}

/*
 * The next event would tell of a loss, but may be long in coming; and that of
 * an unmount may be among what is lost.
 */
static int make_good(struct listener *l)
{
	bool overrun = l->overrun;
	struct module_info info;
	int err, no_counters, no_watches;

	l->overrun = false;
	l->events.doubt = false;
	no_counters = module_ask(&l->control, &info);
	no_watches = l->events.paths.nr_mounts &&
		     watches_mark_gone(&l->control, &l->events.paths);
	err = take_up(l);
	/* The end will see to it */
	if (err == -ECANCELED) {
		l->overrun |= overrun;
		return 0;
	}
	if (!err && overrun && !no_counters)
		err = events_end(&l->events, &info);
	if (!err && !no_watches)
		err = events_gone(&l->events);
	return err ? err : sink_flush(l->events.sink);
}

static bool is_unsure(const struct listener *l)
{
	return l->overrun || l->events.doubt;
}

/* What there is to do when nothing more has come */
static int on_quiet(struct listener *l)
{
	if (is_unsure(l))
		return make_good(l);
	if (rescan_timeout(&l->events.rescan))
		return 0;
	return rescan_all(&l->events, l->signals);
}

/* How long to wait for more */
static int timeout(const struct listener *l)
{
	return is_unsure(l) ? 0 : rescan_timeout(&l->events.rescan);
}

enum { EVENTS, SIGNALS, MOUNTS, READER, ASKED, DUE, TICK, NR_FDS };

static int serve(struct listener *l, const struct pollfd *fds)
{
	int err;

	if (fds[READER].revents)
		return on_reader_gone(l);
	if (fds[ASKED].revents)
		l->answer();
	if (fds[DUE].revents)
		l->on_due();
	if (fds[TICK].revents)
		l->events.alive();
	err = take(l);
	if (err == -EAGAIN)
		err = on_quiet(l);
	if (!err && l->events.unmounted)
		err = on_unmounted(l);
	else if (!err && fds[MOUNTS].revents)
		err = watch_again_all(l);
	return err;
}

static int loop(struct listener *l)
{
	struct pollfd fds[NR_FDS] = {
		[EVENTS] = { .fd = mnl_socket_get_fd(l->genl.nl),
			     .events = POLLIN },
		[SIGNALS] = { .fd = l->signals, .events = POLLIN },
		[MOUNTS] = { .fd = l->mounts, .events = POLLPRI },
		[READER] = { .fd = l->reader },
		[ASKED] = { .fd = l->asked, .events = POLLIN },
		[DUE] = { .fd = l->due, .events = POLLIN },
		[TICK] = { .fd = l->tick, .events = POLLIN },
	};
	int err;

	for (;;) {
		if (poll(fds, NR_FDS, timeout(l)) < 0) {
			if (errno == EINTR)
				continue;
			err = -errno;
			report("cannot wait: %s", strerror(-err));
			return err;
		}
		if (fds[SIGNALS].revents)
			return drain(l);
		err = serve(l, fds);
		if (err)
			return err;
	}
}

/**
 * listener_told - see until when there is a record of all births
 * @l: listener
 * @until: filled
 *
 * Return: false if that cannot be said now, since some were lost and have not
 * been looked for.
 */
bool listener_told(const struct listener *l, struct reached *until)
{
	struct pollfd fd = {
		.fd = mnl_socket_get_fd(l->genl.nl), .events = POLLIN,
	};
	const struct rescan *rescan = &l->events.rescan;
	int64_t now = stamp_now(), last = now;

	if (rescan->cut || rescan->pending || (is_unsure(l) && !l->ended))
		return false;
	if (l->ended)
		last = l->ended;
	/* What waits there happened after what was taken from there */
	else if (l->events.births.started && poll(&fd, 1, 0))
		last = l->events.births.last;
	if (last > now)
		last = now;
	until->time = last - ON_ITS_WAY_NS - 2 * rescan->lag;
	until->uptime = stamp_uptime() - (now - until->time);
	return true;
}

/**
 * listener_run - make records until a signal, or until there are enough
 * @l: listener that was started
 *
 * Return: 0; LISTENER_LEFT if all that was watched is unmounted, and neither
 * was to be followed nor is there anything else to listen to; or a negative
 * errno after a report, which for an error of the sink is left to sink_close().
 */
int listener_run(struct listener *l)
{
	int err;

	err = loop(l);
	return err == EVENTS_ENOUGH ? 0 : err;
}
