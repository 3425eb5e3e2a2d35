// SPDX-License-Identifier: GPL-2.0
/* What a run of the daemon leaves to the next: until when it told all births */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "state.h"
#include "text.h"

#define VERSION_NOW	1

/*
 * After a crash of the machine the end of a file may be missing: 30 s pass
 * before the kernel begins to write what it has taken, and some more then.
 */
#define CRASH_NS	INT64_C(60000000000)

static int garbage(void)
{
	return -EBADMSG;
}

static bool is_hex(char c)
{
	return c && strchr("0123456789abcdef", c);
}

/* Only what put_path() has written. */
static bool take_path(const char *from, char *to)
{
	char digits[3] = "";

	for (; *from; to++) {
		if (*from != '\\') {
			*to = *from++;
			continue;
		}
		if (from[1] != 'x' || !is_hex(from[2]) || !is_hex(from[3]))
			return false;
		memcpy(digits, from + 2, 2);
		*to = strtoul(digits, NULL, 16);
		if (!*to)
			return false;
		from += 4;
	}
	*to = '\0';
	return true;
}

static void put_path(const char *path, FILE *out)
{
	for (; *path; path++)
		if (*path > ' ' && *path < 0x7f && *path != '\\')
			putc(*path, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*path);
}

static int parse_run(struct state *state, const char *line)
{
	int clean, n, end;

	n = sscanf(line, "run %36[0-9a-f-] %" SCNu64 " %" SCNu64 " %d %" SCNd64
		   " %" SCNd64 "%n", state->boot, &state->run, &state->record,
		   &clean, &state->told.time, &state->told.uptime, &end);
	if (n != 6 || line[end] || clean < 0 || clean > 1)
		return garbage();
	state->clean = clean;
	return 0;
}

static int parse_known(struct state *state, const char *line)
{
	struct known *known = &state->known[state->nr];
	int n, at;

	if (state->nr == STATE_MAX)
		return garbage();
	n = sscanf(line, "told %" SCNd64 " %" SCNd64 " %36[0-9a-f-] %16s %"
		   SCNx64 " %" SCNd64 " %" SCNu32 " %n", &known->told.time,
		   &known->told.uptime, known->boot, known->fs,
		   &known->id.number, &known->id.born_sec,
		   &known->id.born_nsec, &at);
	if (n != 7 || line[at] != '/')
		return garbage();
	known->path = malloc(strlen(line + at) + 1);
	if (!known->path)
		return -ENOMEM;
	state->nr++;
	return take_path(line + at, known->path) ? 0 : garbage();
}

static int parse_end(const struct state *state, const char *line)
{
	size_t nr;
	int end;

	if (sscanf(line, "end %zu%n", &nr, &end) != 1 || line[end] ||
	    nr != state->nr)
		return garbage();
	return 0;
}

/* Return: 0; 1 if that was the end; or a negative errno. */
static int parse_line(struct state *state, char *line, size_t len)
{
	int err;

	if (!len || line[len - 1] != '\n' || strlen(line) != len)
		return garbage();
	line[len - 1] = '\0';
	if (!strncmp(line, "run ", 4))
		return parse_run(state, line);
	if (!strncmp(line, "told ", 5))
		return parse_known(state, line);
	err = parse_end(state, line);
	return err ? err : 1;
}

static int parse_version(FILE *file)
{
	unsigned int version;

	if (fscanf(file, "divulged-state %u", &version) != 1 ||
	    getc(file) != '\n' || !version)
		return garbage();
	return version == VERSION_NOW ? 0 : -EPROTONOSUPPORT;
}

static int parse(struct state *state, FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int err;

	err = parse_version(file);
	while (!err) {
		len = getline(&line, &room, file);
		err = len < 0 ? garbage() : parse_line(state, line, len);
	}
	free(line);
	if (err > 0)
		err = getc(file) == EOF && !ferror(file) ? 0 : garbage();
	return err;
}

static void forget(struct state *state)
{
	while (state->nr)
		free(state->known[--state->nr].path);
	memset(state->known, 0, sizeof(state->known));
	memset(&state->told, 0, sizeof(state->told));
	state->boot[0] = '\0';
	state->run = 0;
	state->record = 0;
	state->clean = false;
}

/* Return: -ESTALE if another has put its own file there since. */
static int lock(const char *path, int fd)
{
	struct stat here, there;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	if (fstat(fd, &here) || stat(path, &there))
		return errno == ENOENT ? -ESTALE : -errno;
	if (!S_ISREG(here.st_mode))
		return -EINVAL;
	return here.st_dev == there.st_dev && here.st_ino == there.st_ino ?
	       0 : -ESTALE;
}

/* A file that is empty and was there before is none of ours. */
static int open_or_make(const char *path, bool *made)
{
	int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK;
	int fd;

	fd = open(path, flags);
	*made = fd < 0 && errno == ENOENT;
	if (*made)
		fd = open(path, flags | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return errno == EEXIST ? -ESTALE : -errno;
	return fd;
}

static int open_locked(const char *path, bool *made)
{
	int fd, err;

	do {
		fd = open_or_make(path, made);
		err = fd < 0 ? fd : lock(path, fd);
		if (fd >= 0 && err)
			close(fd);
	} while (err == -ESTALE);
	return err ? err : fd;
}

static int load(struct state *state)
{
	FILE *file;
	int fd, err;

	fd = dup(state->fd);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = parse(state, file);
	fclose(file);
	return err;
}

static const char *why_not(int err)
{
	switch (err) {
	case -EBADMSG:
		return "it makes no sense";
	case -EPROTONOSUPPORT:
		return "a newer divulged wrote it";
	default:
		return strerror(-err);
	}
}

static void report_refused(const char *file, int err)
{
	if (err == -EWOULDBLOCK)
		report("cannot keep a state in '%s': another divulged does",
		       file);
	else if (err == -EINVAL)
		report("cannot keep a state in '%s': it is no file", file);
	else
		report("cannot keep a state in '%s': %s", file,
		       strerror(-err));
}

/* Whoever listens changes to another directory. */
static char *absolute(const char *file)
{
	char *cwd, *path;

	if (*file == '/')
		return strdup(file);
	cwd = getcwd(NULL, 0);
	if (!cwd || asprintf(&path, "%s/%s", cwd, file) < 0)
		path = NULL;
	free(cwd);
	return path;
}

/**
 * state_open - see what the run before has left
 * @state: set up here
 * @file: where it is; nobody else may use it meanwhile
 *
 * What makes no sense is reported, and as good as nothing.
 *
 * Return: 0, or a negative errno after a report.
 */
int state_open(struct state *state, const char *file)
{
	int err = -ENOMEM;
	bool made;

	memset(state, 0, sizeof(*state));
	state->file = absolute(file);
	if (!state->file || asprintf(&state->fresh, "%s.new", file) < 0)
		goto refused;
	state->fd = open_locked(file, &made);
	err = state->fd < 0 ? state->fd : 0;
	if (err)
		goto refused_fresh;
	err = made ? 0 : load(state);
	if (!err)
		return 0;
	report("cannot use the state '%s': %s; births until now are not looked for",
	       file, why_not(err));
	forget(state);
	return 0;

refused_fresh:
	free(state->fresh);
refused:
	free(state->file);
	report_refused(file, err);
	return err;
}

void state_close(struct state *state)
{
	forget(state);
	close(state->fd);
	free(state->fresh);
	free(state->file);
}

static bool is_at(const struct known *known, const struct mount *mount)
{
	return !strcmp(known->path, mount->path);
}

/* The number alone may be another's, or another after a boot. */
static bool is_same(const struct known *known, const struct mount *mount)
{
	return !strcmp(known->fs, mount->fs) &&
	       fsid_same_birth(&known->id, &mount->fsid) &&
	       (known->id.number == mount->fsid.number ||
		(is_at(known, mount) && known->id.born_sec));
}

/**
 * state_find - see what is known of a filesystem
 * @state: state
 * @mount: directory on it
 * @same: set to false if another was there
 *
 * Return: what is known of it, or of what was there instead; NULL for nothing.
 */
const struct known *state_find(const struct state *state,
			       const struct mount *mount, bool *same)
{
	const struct known *known, *here = NULL, *other = NULL;

	for (known = state->known; known < state->known + state->nr; known++) {
		if (is_same(known, mount)) {
			if (!here || is_at(known, mount))
				here = known;
		} else if (is_at(known, mount)) {
			if (!other || known->told.time > other->told.time)
				other = known;
		}
	}
	*same = here;
	return here ? here : other;
}

/*
 * Return: the one of the filesystem at its place, else a new one, else the
 * oldest. One that is away, and another is at its place, may come back.
 */
static struct known *place_for(struct state *state, const struct mount *mount)
{
	struct known *known, *oldest = state->known;

	for (known = state->known; known < state->known + state->nr; known++) {
		if (is_same(known, mount) && is_at(known, mount))
			return known;
		if (known->told.time < oldest->told.time)
			oldest = known;
	}
	return state->nr < STATE_MAX ? &state->known[state->nr] : oldest;
}

/**
 * state_put - note until when all births of a filesystem are told
 * @state: state
 * @mount: directory on it
 * @told: until when
 * @boot: id of the kernel's run
 *
 * Return: 0 or -ENOMEM.
 */
int state_put(struct state *state, const struct mount *mount,
	      const struct reached *told, const char *boot)
{
	struct known *known = place_for(state, mount);
	char *path = strdup(mount->path);

	if (!path)
		return -ENOMEM;
	if (known == &state->known[state->nr])
		state->nr++;
	free(known->path);
	known->path = path;
	strcpy(known->fs, mount->fs);
	known->id = mount->fsid;
	known->told = *told;
	strcpy(known->boot, boot);
	return 0;
}

static void put_all(const struct state *state, FILE *out)
{
	const struct known *known;

	fprintf(out, "divulged-state %d\n", VERSION_NOW);
	fprintf(out, "run %s %" PRIu64 " %" PRIu64 " %d %" PRId64 " %" PRId64
		"\n", state->boot, state->run, state->record, state->clean,
		state->told.time, state->told.uptime);
	for (known = state->known; known < state->known + state->nr; known++) {
		fprintf(out, "told %" PRId64 " %" PRId64 " %s %s %" PRIx64
			" %" PRId64 " %" PRIu32 " ", known->told.time,
			known->told.uptime, known->boot, known->fs,
			known->id.number, known->id.born_sec,
			known->id.born_nsec);
		put_path(known->path, out);
		putc('\n', out);
	}
	fprintf(out, "end %zu\n", state->nr);
}

/**
 * state_text - make text of a state
 * @state: state
 * @len: set to its length
 *
 * Return: the text, to be freed; NULL without memory.
 */
char *state_text(const struct state *state, size_t *len)
{
	char *text = NULL;
	FILE *out;

	out = open_memstream(&text, len);
	if (!out)
		return NULL;
	put_all(state, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static int write_to(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= n) {
		n = write(fd, text, len);
		if (n < 0)
			return -errno;
	}
	return fsync(fd) ? -errno : 0;
}

/* A reader sees the old or the new, whole, and a lock on either. */
static int replace(struct state *state, const char *text, size_t len)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
	int fd, err;

	fd = open(state->fresh, flags, 0600);
	if (fd < 0)
		return -errno;
	err = flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0;
	if (!err)
		err = write_to(fd, text, len);
	if (!err && rename(state->fresh, state->file))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	close(state->fd);
	state->fd = fd;
	return 0;
}

/**
 * state_write - write a state, and have it reach the disk
 * @state: which knows the file; nothing else of it is looked at
 * @text: what to write
 * @len: length of that
 *
 * Return: 0, or a negative errno after a report, unless it failed before, too.
 */
int state_write(struct state *state, const char *text, size_t len)
{
	int err = replace(state, text, len);

	if (err && !state->failed)
		report("cannot write the state '%s': %s; what is told may be found again",
		       state->file, strerror(-err));
	else if (!err && state->failed)
		report("the state '%s' is written again", state->file);
	state->failed = err;
	return err;
}

/**
 * state_since - tell what births are not told
 * @state: state that the run before left
 * @told: until when all are, by the clock at that time
 * @boot: id of the kernel's run then
 * @now: now
 * @boot_now: id of the kernel's run now
 *
 * If the clock was set back since, files were born before @told by their own
 * account. How far back they go is known by the clock that nobody sets.
 *
 * Return: since when, by the clock as it is now.
 */
int64_t state_since(const struct state *state, const struct reached *told,
		    const char *boot, const struct reached *now,
		    const char *boot_now)
{
	bool same_boot = !strcmp(boot, boot_now);
	int64_t up = same_boot ? now->uptime - told->uptime : now->uptime;
	int64_t since = told->time;

	if (!same_boot && !state->clean)
		since -= CRASH_NS;
	return since < now->time - up ? since : now->time - up;
}
