// SPDX-License-Identifier: GPL-2.0
/* From one network namespace to the next */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"
#include "number.h"
#include "text.h"

#define NAMED		"/run/netns/"
#define OWN		"/proc/self/ns/net"
#define TASKS		"/proc/[0-9]*/task/[0-9]*"

/**
 * struct walk - where we have to go, and where we have been
 * @cb: called in each
 * @arg: handed to @cb
 * @names: paths of those that have a name
 * @seen: where we have been
 * @nr_seen: how many
 * @err: first error
 */
struct walk {
	netns_cb cb;
	void *arg;
	glob_t names;
	struct stat *seen;
	size_t nr_seen;
	int err;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static bool was_seen(const struct walk *w, const struct stat *st)
{
	size_t i;

	for (i = 0; i < w->nr_seen; i++)
		if (is_same(&w->seen[i], st))
			return true;
	return false;
}

static int see(struct walk *w, const struct stat *st)
{
	struct stat *more;

	more = reallocarray(w->seen, w->nr_seen + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	w->seen = more;
	w->seen[w->nr_seen++] = *st;
	return 0;
}

static struct bytes name_of(const struct walk *w, const struct stat *st)
{
	struct stat named;
	const char *name;
	size_t i;

	for (i = 0; i < w->names.gl_pathc; i++) {
		if (stat(w->names.gl_pathv[i], &named) || !is_same(&named, st))
			continue;
		name = w->names.gl_pathv[i] + strlen(NAMED);
		return (struct bytes){ name, strlen(name) };
	}
	return (struct bytes){ NULL, 0 };
}

/* Who is there already needs no privilege to enter. */
static int enter(int fd, const struct stat *st)
{
	struct stat own;

	if (!stat(OWN, &own) && is_same(&own, st))
		return 0;
	return setns(fd, CLONE_NEWNET) ? -errno : 0;
}

static int visit_fd(struct walk *w, int fd)
{
	struct netns netns;
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -ENOTTY;
	err = enter(fd, &st);
	if (!err)
		err = see(w, &st);
	if (err)
		return err;
	netns.name = name_of(w, &st);
	netns.ino = st.st_ino;
	w->cb(&netns, w->arg);
	return 0;
}

/* Return: 0, also if we have been there; -ENOTTY if it is something else. */
static int visit(struct walk *w, const char *path)
{
	struct stat st;
	int fd, err;

	if (stat(path, &st))
		return -errno;
	if (was_seen(w, &st))
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = visit_fd(w, fd);
	close(fd);
	return err;
}

static void fail(struct walk *w, int err)
{
	if (!w->err)
		w->err = err;
}

static const char *why(int err)
{
	switch (err) {
	case -ENOTTY:
		return "it is none";
	case -EPERM:
		return "it takes CAP_SYS_ADMIN";
	case -EACCES:
		return "it takes CAP_SYS_PTRACE";
	default:
		return strerror(-err);
	}
}

static void visit_named(struct walk *w, const char *which)
{
	uint64_t pid;
	char *path;
	int err;

	if (asprintf(&path, "%s%s", strchr(which, '/') ? "" : NAMED, which) < 0)
		return fail(w, -ENOMEM);
	err = visit(w, path);
	free(path);
	if (err == -ENOENT && number_parse(which, 10, INT32_MAX, &pid)) {
		if (asprintf(&path, "/proc/%s/ns/net", which) < 0)
			return fail(w, -ENOMEM);
		err = visit(w, path);
		free(path);
	}
	if (!err)
		return;
	fail(w, err);
	report("cannot enter network namespace '%s': %s", which, why(err));
}

/* What ends meanwhile is none any more, nor is what ip(8) left behind. */
static void visit_one_of_all(struct walk *w, const char *path, bool *barred)
{
	int err = visit(w, path);

	if (err == -EPERM || err == -EACCES)
		*barred = true;
	else if (err && err != -ENOENT && err != -ESRCH && err != -ENOTTY)
		fail(w, err);
}

static void visit_tasks(struct walk *w, bool *barred)
{
	glob_t tasks;
	char *path;
	size_t i;

	if (glob(TASKS, GLOB_NOSORT, NULL, &tasks))
		return fail(w, -ENOMEM);
	for (i = 0; i < tasks.gl_pathc; i++) {
		if (asprintf(&path, "%s/ns/net", tasks.gl_pathv[i]) < 0) {
			fail(w, -ENOMEM);
			break;
		}
		visit_one_of_all(w, path, barred);
		free(path);
	}
	globfree(&tasks);
}

static void visit_all(struct walk *w)
{
	bool barred = false;
	int err = w->err;
	size_t i;

	w->err = 0;
	/* Before it is left, as it can be had without privileges */
	visit_one_of_all(w, OWN, &barred);
	for (i = 0; i < w->names.gl_pathc; i++)
		visit_one_of_all(w, w->names.gl_pathv[i], &barred);
	visit_tasks(w, &barred);
	if (barred) {
		report("not all network namespaces can be entered: "
		       "it takes CAP_SYS_ADMIN and CAP_SYS_PTRACE");
		fail(w, -EPERM);
	} else if (w->err) {
		report("cannot enter all network namespaces: %s",
		       strerror(-w->err));
	}
	if (err)
		w->err = err;
}

/**
 * netns_each - do something in some network namespaces, once in each
 * @which: each a name in /run/netns, a path, a process id or "all"; ends with
 *	NULL
 * @cb: called in each
 * @arg: handed to @cb
 *
 * It is not come back from the last.
 *
 * Return: 0, or the first error after a report of each.
 */
int netns_each(char *const *which, netns_cb cb, void *arg)
{
	struct walk w = { .cb = cb, .arg = arg };
	int err;

	err = glob(NAMED "*", 0, NULL, &w.names);
	if (err && err != GLOB_NOMATCH) {
		report("cannot list " NAMED ": %s",
		       err == GLOB_NOSPACE ? strerror(ENOMEM) :
					     strerror(EIO));
		return -EIO;
	}
	for (; *which; which++) {
		if (!strcmp(*which, "all"))
			visit_all(&w);
		else
			visit_named(&w, *which);
	}
	globfree(&w.names);
	free(w.seen);
	return w.err;
}
