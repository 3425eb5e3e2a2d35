// SPDX-License-Identifier: GPL-2.0
/* When files were born: those named, or all below them */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "search.h"
#include "text.h"
#include "usage.h"
#include "util.h"

/* A birth that waits for older ones to be shown first */
struct found {
	char *path;
	size_t number;
	struct divulge_birth birth;
};

/**
 * struct progress - what there is so far
 * @search: what is asked for
 * @genl: whom to ask
 * @sink: where to show it
 * @root: the file asked for, as it was named
 * @found: what is to be sorted
 * @nr_found: how many
 * @max_found: how many there is room for
 * @total: what the kernel has counted
 * @broken: and that it has not come to the end
 * @code: exit code
 */
struct progress {
	const struct search *search;
	struct genl genl;
	struct sink sink;
	const char *root;
	struct found *found;
	size_t nr_found;
	size_t max_found;
	struct divulge_birth_total total;
	bool broken;
	int code;
};

/* What comes after the name of the filesystem */
static const char *const missing[] = {
	[DIVULGE_BIRTH_MISSING_NOT_STORED] =
		"keeps none: use ext4, XFS or Btrfs",
	[DIVULGE_BIRTH_MISSING_NOT_REPORTED] =
		"does not tell of one: use ext4, XFS or Btrfs, or a newer kernel",
	[DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL] =
		"has no room for it in this inode: make one with 'mke2fs -I 256'",
	[DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD] =
		"of version 4 keeps none: make one with 'mkfs.xfs -m crc=1'",
	[DIVULGE_BIRTH_MISSING_LAYOUT_UNKNOWN] =
		"keeps one where this kernel's type information "
		"(CONFIG_DEBUG_INFO_BTF) does not lead",
};

/* What comes around the path */
static const struct {
	const char *before, *after;
} skips[] = {
	[DIVULGE_BIRTH_SKIP_REASON_UNREADABLE] = {
		"cannot list", "you may not read this directory",
	},
	[DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE] = {
		"cannot look into", "you may not search this directory",
	},
	[DIVULGE_BIRTH_SKIP_REASON_MOUNT] = {
		"stopped at",
		"another filesystem is mounted there, --cross goes on",
	},
	[DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME] = {
		"stopped at", "another subvolume begins there, --cross goes on",
	},
};

static void report_missing(const char *path, const struct divulge_birth *birth)
{
	const char *why = NULL;

	if (birth->missing < ARRAY_SIZE(missing))
		why = missing[birth->missing];
	report("'%s' has no birth time: %.*s %s", path,
	       (int)sizeof(birth->fs), (const char *)birth->fs,
	       why ? why : "has a reason that a newer divulge may know");
}

static int show(struct progress *p, const char *path,
		const struct divulge_birth *birth)
{
	struct place place = { .path = { path, strlen(path) } };
	struct record rec = {
		.part = {
			{ path_fields, &place },
			{ birth_fields, birth },
		},
	};

	return sink_put(&p->sink, &rec);
}

static int keep(struct progress *p, const char *path,
		const struct divulge_birth *birth)
{
	struct found *found = p->found;
	size_t max = p->max_found;

	if (p->nr_found == max) {
		max = max ? 2 * max : 64;
		found = reallocarray(found, max, sizeof(*found));
		if (!found)
			return -ENOMEM;
		p->found = found;
		p->max_found = max;
	}
	found += p->nr_found;
	found->path = strdup(path);
	if (!found->path)
		return -ENOMEM;
	found->number = p->nr_found++;
	found->birth = *birth;
	return 0;
}

static int show_or_keep(struct progress *p, const char *path,
			const struct divulge_birth *birth)
{
	bool there = birth->missing == DIVULGE_BIRTH_MISSING_NONE;

	/* Who names a file wants to know; among many it is no failure */
	if (!there && !p->search->recursive) {
		report_missing(path, birth);
		p->code = EXIT_FAILED;
	}
	return p->search->sort ? keep(p, path, birth) : show(p, path, birth);
}

/* Return: the path of what is at @path below the root, to be freed. */
static char *whole_path(const char *root, const struct bytes *path)
{
	size_t len = strlen(root);
	const char *slash = "";
	char *whole;

	if (path->len && len && root[len - 1] != '/')
		slash = "/";
	if (asprintf(&whole, "%s%s%s", root, slash, path->data) < 0)
		return NULL;
	return whole;
}

static int on_entry(void *arg, const struct bytes *path,
		    const struct divulge_birth *birth)
{
	struct progress *p = arg;
	char *whole;
	int err;

	whole = whole_path(p->root, path);
	if (!whole)
		return -ENOMEM;
	err = show_or_keep(p, whole, birth);
	free(whole);
	return err;
}

static void report_skip(const char *path, const struct divulge_birth_skip *skip)
{
	size_t reason = skip->reason;

	if (reason == DIVULGE_BIRTH_SKIP_REASON_ERROR)
		report("cannot read '%s': %s", path, strerror(skip->error));
	else if (reason < ARRAY_SIZE(skips))
		report("%s '%s': %s", skips[reason].before, path,
		       skips[reason].after);
	else
		report("left out '%s' for a reason that a newer divulge may "
		       "know", path);
}

static void show_skip(struct progress *p, const char *path,
		      const struct divulge_birth_skip *skip)
{
	struct place place = { .path = { path, strlen(path) } };
	struct record rec = {
		.event = "skip",
		.part = {
			{ path_fields, &place },
			{ skip_fields, skip },
		},
	};

	if (p->search->json)
		sink_put(&p->sink, &rec);
}

/* To stay on one filesystem is what was asked for. */
static bool is_failure(const struct divulge_birth_skip *skip)
{
	return skip->reason != DIVULGE_BIRTH_SKIP_REASON_MOUNT &&
	       skip->reason != DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME;
}

static int on_skip(void *arg, const struct bytes *path,
		   const struct divulge_birth_skip *skip)
{
	struct progress *p = arg;
	char *whole;

	whole = whole_path(p->root, path);
	if (!whole)
		return -ENOMEM;
	report_skip(whole, skip);
	show_skip(p, whole, skip);
	free(whole);
	if (is_failure(skip))
		p->code = EXIT_FAILED;
	return p->sink.err;
}

static int dump_births(struct progress *p, int fd)
{
	static const struct tree_ops ops = {
		.entry = on_entry, .skip = on_skip,
	};
	struct tree_query query = p->search->query;
	struct divulge_birth_total total;
	int err;

	query.fd = fd;
	err = tree_dump(&p->genl, &query, &ops, p, &total);
	p->broken |= err;
	if (err && !p->sink.err)
		report("cannot ask for the births in '%s': %s", p->root,
		       p->genl.why);
	p->total.visited += total.visited;
	p->total.matched += total.matched;
	p->total.skipped += total.skipped;
	return err;
}

static bool is_filter(const struct tree_query *query)
{
	return query->since || query->until || query->types;
}

static int ask(struct progress *p, int fd)
{
	struct divulge_birth birth;
	int err;

	if (p->search->recursive || is_filter(&p->search->query))
		return dump_births(p, fd);
	err = module_birth(&p->genl, fd, &birth);
	if (!err)
		return show_or_keep(p, p->root, &birth);
	report("cannot ask for the birth of '%s': %s", p->root, p->genl.why);
	return err;
}

static void search_in(struct progress *p, const char *path)
{
	int fd;

	fd = open(path, O_PATH | O_CLOEXEC | p->search->flags);
	if (fd < 0) {
		report("cannot open '%s': %s", path, strerror(errno));
		p->code = EXIT_FAILED;
		return;
	}
	p->root = path;
	if (ask(p, fd))
		p->code = EXIT_FAILED;
	close(fd);
}

/* Without a birth it comes last; at the same time in the order of the tree. */
static int by_birth(const void *one, const void *other)
{
	const struct found *a = one, *b = other;
	bool none_a = a->birth.missing != DIVULGE_BIRTH_MISSING_NONE;
	bool none_b = b->birth.missing != DIVULGE_BIRTH_MISSING_NONE;

	if (none_a != none_b)
		return none_a - none_b;
	if (!none_a && a->birth.btime_sec != b->birth.btime_sec)
		return a->birth.btime_sec < b->birth.btime_sec ? -1 : 1;
	if (!none_a && a->birth.btime_nsec != b->birth.btime_nsec)
		return a->birth.btime_nsec < b->birth.btime_nsec ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static void show_found(struct progress *p)
{
	size_t i;

	if (p->nr_found)
		qsort(p->found, p->nr_found, sizeof(*p->found), by_birth);
	for (i = 0; i < p->nr_found; i++) {
		show(p, p->found[i].path, &p->found[i].birth);
		free(p->found[i].path);
	}
	free(p->found);
}

/* A reader who has seen it has seen all. */
static void show_total(struct progress *p)
{
	struct record rec = {
		.event = "total",
		.part = { { total_fields, &p->total } },
	};

	if (p->search->json && p->search->recursive && !p->broken)
		sink_put(&p->sink, &rec);
}

static int open_sink(struct sink *sink, struct search *search)
{
	if (search->format.text)
		return sink_open_format(sink, &search->format);
	return sink_open(sink, search->json ? &sink_json : &sink_birth_table,
			 stdout);
}

/**
 * search_births - show when files were born
 * @search: which, and how
 * @paths: where, NULL ends them
 *
 * Return: an exit code.
 */
int search_births(struct search *search, char **paths)
{
	struct progress p = { .search = search };

	if (module_open(&p.genl))
		return EXIT_FAILED;
	if (open_sink(&p.sink, search)) {
		p.code = EXIT_FAILED;
		goto close_genl;
	}
	for (; *paths && !p.sink.err; paths++)
		search_in(&p, *paths);
	show_found(&p);
	show_total(&p);
	if (sink_close(&p.sink))
		p.code = EXIT_FAILED;
close_genl:
	genl_close(&p.genl);
	return p.code;
}
