// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities, of which each thread has its own: the one that hears the kernel
 * keeps what it needs to watch and to search again, the others none, but for
 * files that root may not write to as anybody else.
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cap-ng.h>

#include "privileges.h"
#include "text.h"
#include "util.h"

#define BOTH		((capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED))

#define MAX_WANT	3

/* Threads that come later have to know, too. */
static bool override;

/**
 * struct want - a capability to keep
 * @capability: which
 * @type: effective, permitted or both
 */
struct want {
	unsigned int capability;
	capng_type_t type;
};

static bool may(const char *path, int mode)
{
	return !faccessat(AT_FDCWD, path, mode, AT_EACCESS) ||
	       errno != EACCES;
}

/* A file is made anew in its directory, a socket is what it is. */
static bool may_write(const struct target *t)
{
	bool is_file = t->ops != &target_unix && t->ops != &target_journal;
	char *copy;
	bool good;

	if (!t->path)
		return true;
	copy = strdup(t->path);
	good = copy && may(t->path, W_OK) &&
	       (!is_file || may(dirname(copy), W_OK | X_OK));
	free(copy);
	return good;
}

static const char *refused(const struct settings *settings)
{
	struct target files[] = {
		{ .ops = &target_file, .path = settings->metrics_path },
		{ .ops = &target_file, .path = settings->state },
	};
	size_t i;

	for (i = 0; i < settings->nr_outputs; i++)
		if (!may_write(&settings->output[i].target))
			return settings->output[i].target.path;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!may_write(&files[i]))
			return files[i].path;
	return NULL;
}

static void look(const struct settings *settings)
{
	const char *path;

	capng_update(CAPNG_DROP, CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE);
	capng_update(CAPNG_DROP, CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return;
	path = refused(settings);
	override = path;
	if (path)
		report("CAP_DAC_OVERRIDE is kept for '%s', which is not root's to write",
		       path);
}

/**
 * privileges_look - see what outputs and the state need, before any is started
 * @settings: which there are to be
 */
void privileges_look(const struct settings *settings)
{
	void *state;

	if (capng_get_caps_process() ||
	    !capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE))
		return;
	state = capng_save_state();
	if (!state)
		return;
	look(settings);
	capng_restore_state(&state);
	if (capng_apply(CAPNG_SELECT_CAPS))
		report("cannot have capabilities back");
}

/* What this thread does not have it does not get. */
static int keep(const struct want *want, size_t nr)
{
	bool has[MAX_WANT];
	size_t i;

	if (capng_get_caps_process())
		return -EPERM;
	for (i = 0; i < nr; i++)
		has[i] = capng_have_capability(CAPNG_PERMITTED,
					       want[i].capability);
	capng_clear(CAPNG_SELECT_CAPS);
	for (i = 0; i < nr; i++)
		if (has[i])
			capng_update(CAPNG_ADD, want[i].type,
				     want[i].capability);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

/**
 * privileges_drop - keep what it takes to go on listening
 *
 * That is to watch what is mounted again, and to look for births on all of a
 * filesystem. What writing needs cannot be used here, but handed on.
 *
 * Return: 0, or a negative errno after a report.
 */
int privileges_drop(void)
{
	static const struct want want[] = {
		{ CAP_SYS_ADMIN, BOTH },
		{ CAP_DAC_READ_SEARCH, BOTH },
		{ CAP_DAC_OVERRIDE, CAPNG_PERMITTED },
	};
	size_t nr = ARRAY_SIZE(want) - !override;
	int err;

	static_assert(ARRAY_SIZE(want) <= MAX_WANT, "no room");
	err = keep(want, nr);
	if (err)
		report("cannot drop capabilities: %s", strerror(-err));
	return err;
}

/* The same for the thread of an output or a state, which calls this. */
void privileges_drop_in_writer(void)
{
	static const struct want want = { CAP_DAC_OVERRIDE, BOTH };

	if (keep(&want, override))
		report("cannot drop the capabilities of a thread that writes");
}
