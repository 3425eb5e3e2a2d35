// SPDX-License-Identifier: GPL-2.0
/* What the daemon is told on its command line and in a file */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interval.h"
#include "number.h"
#include "settings.h"
#include "text.h"
#include "usage.h"
#include "util.h"

#define DEFAULT_FILE	"/etc/divulge/divulged.conf"

#define KIB		1024
#define DEFAULT_QUEUE	(16 * KIB * KIB)
#define SMALLEST_QUEUE	(256 * KIB)
#define LARGEST_QUEUE	(1024 * KIB * KIB)

/* In nanoseconds; each wakes the processor */
#define SECOND			INT64_C(1000000000)
#define DEFAULT_INTERVAL	(15 * SECOND)
#define SHORTEST_INTERVAL	(1 * SECOND)
#define LONGEST_INTERVAL	(3600 * SECOND)

const struct sink_ops *const settings_formats[SETTINGS_FORMATS] = {
	&sink_json,
	&sink_log,
	&sink_syslog,
	&sink_journal,
};

/* What a database takes apart, and its place among them */
#define STORE		"sqlite"
#define STORE_FORMAT	0

enum {
	NO_BIRTHS = 256, NO_DCCP, CONFIG, INTERVAL, PATH, QUEUE, STATE, KEEP,
	KEEP_SIZE,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, CONFIG },
	{ "event", required_argument, NULL, WANTED_EVENT },
	{ "help", no_argument, NULL, 'h' },
	{ "keep", required_argument, NULL, KEEP },
	{ "keep-size", required_argument, NULL, KEEP_SIZE },
	{ "metrics-interval", required_argument, NULL, INTERVAL },
	{ "no-births", no_argument, NULL, NO_BIRTHS },
	{ "no-dccp", no_argument, NULL, NO_DCCP },
	{ "no-rescan", no_argument, NULL, WANTED_NO_RESCAN },
	{ "output", required_argument, NULL, 'o' },
	{ "queue", required_argument, NULL, QUEUE },
	{ "state", required_argument, NULL, STATE },
	{ "subtree", no_argument, NULL, WANTED_SUBTREE },
	{ "type", required_argument, NULL, WANTED_TYPE },
	{ "uid", required_argument, NULL, WANTED_UID },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static int show_help(void)
{
	puts("usage: divulged [OPTION...] PATH...\n"
	     "       divulged [OPTION...] --no-births\n\n"
	     "  log births and what happens to DCCP sockets\n\n"
	     "  -o, --output FORMAT:TARGET  where to; several times for several\n"
	     "                              outputs. FORMAT is json, text or\n"
	     "                              syslog; TARGET is - for standard\n"
	     "                              output, a file to append to,\n"
	     "                              unix:PATH, /dev/tcp/HOST/PORT,\n"
	     "                              /dev/udp/HOST/PORT or\n"
	     "                              /dev/dccp/HOST/PORT[/SERVICE]\n"
	     "                              (default json:-). Or journal: for\n"
	     "                              the journal of this machine, or\n"
	     "                              metrics:FILE for a file that\n"
	     "                              Prometheus's node_exporter reads\n"
	     "      -o sqlite:FILE          a database, for 'divulge history'\n"
	     "      --keep AGE              drop what is older from databases:\n"
	     "                              30d, with s, min, h, d, w or y\n"
	     "      --keep-size SIZE        drop the oldest of one that gets\n"
	     "                              larger: 1G, with M, G or T\n"
	     "      --queue SIZE            memory for what waits for outputs\n"
	     "                              of one format (default 16M)\n"
	     "      --state FILE            keep there until when all is told,\n"
	     "                              and look for what was born since\n"
	     "                              at the next start (default: state\n"
	     "                              in $STATE_DIRECTORY, if that is\n"
	     "                              set)\n"
	     "      --config FILE           read options there first (default\n"
	     "                              " DEFAULT_FILE ",\n"
	     "                              if it is there)\n"
	     "      --metrics-interval TIME how often to write metrics (default\n"
	     "                              15s)\n"
	     "      --event LIST            of DCCP, these events only: state,\n"
	     "                              ccid, mps, loss, close\n"
	     "      --no-births             no births\n"
	     "      --no-dccp               no DCCP\n"
	     "      --no-rescan             do not look for births that were\n"
	     "                              lost\n"
	     "      --subtree               births below each PATH only\n"
	     "      --type f,d,l,p,s,b,c    births of such files only\n"
	     "      --uid USER              births by that user only, and\n"
	     "                              sockets of that user\n"
	     "  PATH                        a directory on each filesystem to\n"
	     "                              watch");
	return end_of_output(EXIT_OK);
}

static int show_version(void)
{
	puts("divulged " VERSION);
	return end_of_output(EXIT_OK);
}

/* The parsers return an exit code, or -1 to go on. */
static int bad_output(const char *arg)
{
	char known[64] = " metrics";
	size_t i, len = strlen(known);

	for (i = 0; i < ARRAY_SIZE(settings_formats) && len < sizeof(known);
	     i++)
		len += snprintf(known + len, sizeof(known) - len, " %s",
				settings_formats[i]->name);
	return misused("'%s' is not FORMAT:TARGET with one of the formats%s " STORE,
		       arg, known);
}

static bool find_format(const char *arg, size_t len, size_t *format)
{
	size_t i;

	if (len == strlen(STORE) && !strncmp(arg, STORE, len)) {
		*format = STORE_FORMAT;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(settings_formats); i++) {
		if (strncmp(settings_formats[i]->name, arg, len) ||
		    settings_formats[i]->name[len])
			continue;
		*format = i;
		return true;
	}
	return false;
}

static int parse_target(struct destination *to, const char *format,
			const char *target)
{
	if (!strncmp(format, STORE ":", strlen(STORE ":")))
		return target_parse_store(target, &to->target);
	if (settings_formats[to->format] == &sink_journal)
		return target_parse_journal(target, &to->target);
	return target_parse(target, &to->target);
}

/* What there is under that name will be replaced. */
static bool is_no_file(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && !S_ISREG(st.st_mode);
}

/* One file tells of all outputs. */
static int set_metrics(struct settings *settings, const char *arg)
{
	struct target t;
	int code;

	if (settings->metrics)
		return misused("there is one 'metrics:' already, for '%s'",
			       settings->metrics);
	code = target_parse(arg, &t);
	if (!code && (t.ops != &target_file || is_no_file(t.path)))
		code = misused("'%s' is no file that metrics can be in", arg);
	if (!code) {
		settings->metrics_path = t.path;
		t.path = NULL;
		settings->metrics = strdup(arg);
		if (!settings->metrics)
			code = misused("there is not enough memory");
	}
	target_free(&t);
	return code ? code : -1;
}

static int add_output(struct settings *settings, const char *arg)
{
	struct destination *to = &settings->output[settings->nr_outputs];
	size_t len = strcspn(arg, ":");
	size_t i;
	int code;

	for (i = 0; i < settings->nr_outputs; i++)
		if (!strcmp(settings->output[i].name, arg))
			return misused("the output '%s' is named twice", arg);
	if (!strncmp(arg, "metrics:", strlen("metrics:")))
		return set_metrics(settings, arg + strlen("metrics:"));
	if (i == SETTINGS_OUTPUTS)
		return misused("there can be %d outputs", SETTINGS_OUTPUTS);
	if (!arg[len] || !find_format(arg, len, &to->format))
		return bad_output(arg);
	to->name = strdup(arg);
	if (!to->name)
		return misused("there is not enough memory");
	settings->nr_outputs++;
	code = parse_target(to, arg, arg + len + 1);
	return code ? code : -1;
}

static int add_path(struct settings *settings, const char *arg)
{
	char *path;

	if (settings->nr_paths == SETTINGS_PATHS)
		return misused("there can be %d paths", SETTINGS_PATHS);
	path = strdup(arg);
	if (path && usage_where)
		settings->where[settings->nr_paths] = strdup(usage_where);
	if (!path || (usage_where && !settings->where[settings->nr_paths])) {
		free(path);
		return misused("there is not enough memory");
	}
	settings->path[settings->nr_paths++] = path;
	return -1;
}

static int parse_queue(const char *arg, size_t *queue)
{
	static const char units[] = "kMG";
	size_t digits = strspn(arg, "0123456789");
	const char *unit = arg[digits] ? strchr(units, arg[digits]) : NULL;
	char number[16] = "";
	uint64_t n, max = LARGEST_QUEUE;
	int shift = unit ? 10 * (unit - units + 1) : 0;

	if (digits && digits < sizeof(number) && !arg[digits + !!unit]) {
		memcpy(number, arg, digits);
		if (number_parse(number, 10, max >> shift, &n) &&
		    n << shift >= SMALLEST_QUEUE) {
			*queue = n << shift;
			return -1;
		}
	}
	return misused("'%s' is no size from 256k to 1G", arg);
}

static int set_state(struct settings *settings, const char *file)
{
	free(settings->state);
	settings->state = strdup(file);
	return settings->state ? -1 : misused("there is not enough memory");
}

static int parse_metrics_interval(const char *arg, int64_t *interval)
{
	if (!interval_parse(arg, interval) && *interval >= SHORTEST_INTERVAL &&
	    *interval <= LONGEST_INTERVAL)
		return -1;
	return misused("'%s' is no time from 1s to 1h", arg);
}

/* @c is as getopt_long() has it; @argv what was given for a command line. */
static int apply(struct settings *settings, int c, char *value, char **argv)
{
	int code;

	switch (c) {
	case 'h':
		return show_help();
	case 'V':
		return show_version();
	case 'o':
		return add_output(settings, value);
	case PATH:
		return add_path(settings, value);
	case QUEUE:
		return parse_queue(value, &settings->queue);
	case STATE:
		return set_state(settings, value);
	case KEEP:
		return keep_parse_age(value, &settings->keep);
	case KEEP_SIZE:
		return keep_parse_size(value, &settings->keep);
	case INTERVAL:
		return parse_metrics_interval(value, &settings->interval);
	case CONFIG:
		return -1;
	case NO_BIRTHS:
		settings->wanted.births = false;
		return -1;
	case NO_DCCP:
		settings->wanted.dccp = false;
		return -1;
	default:
		optarg = value;
		code = wanted_option(&settings->wanted, c, argv);
		return code ? code : -1;
	}
}

/* Return: what getopt_long() would, 0 if a file may not have that key. */
static int find_key(const char *key, bool *has_value)
{
	const struct option *option;

	*has_value = true;
	if (!strcmp(key, "path"))
		return PATH;
	for (option = options; option->name; option++) {
		if (strcmp(option->name, key))
			continue;
		*has_value = option->has_arg;
		return option->val == 'h' || option->val == 'V' ||
		       option->val == CONFIG ? 0 : option->val;
	}
	return 0;
}

static int apply_switch(struct settings *settings, int c, const char *key,
			const char *value)
{
	if (!strcmp(value, "no"))
		return -1;
	if (strcmp(value, "yes"))
		return misused("'%s' is yes or no, not '%s'", key, value);
	return apply(settings, c, NULL, NULL);
}

/* A daemon is in another directory when it reads the file again. */
static int check_absolute(int c, const char *value)
{
	size_t len = strcspn(value, ":");
	const char *target = value[len] ? value + len + 1 : "/";

	if (c == PATH || c == STATE)
		target = value;
	else if (c != 'o' || !*target || !strcmp(target, "-") ||
		 !strncmp(value, "journal:", strlen("journal:")))
		return -1;
	if (!strncmp(target, "unix:", strlen("unix:")))
		target += strlen("unix:");
	if (*target == '/')
		return -1;
	return misused("'%s' is no path from '/' on", target);
}

static char *trim(char *text)
{
	static const char blanks[] = " \t\r\n";
	char *end;

	text += strspn(text, blanks);
	end = text + strlen(text);
	while (end > text && strchr(blanks, end[-1]))
		end--;
	*end = '\0';
	return text;
}

static int parse_line(struct settings *settings, char *line)
{
	char *key = trim(line);
	char *value = strchr(key, '=');
	bool has_value;
	int c, code;

	if (!*key || *key == '#')
		return -1;
	if (!value)
		return misused("'%s' is no 'KEY = VALUE'", key);
	*value = '\0';
	value = trim(value + 1);
	key = trim(key);
	c = find_key(key, &has_value);
	if (!c)
		return misused("there is no key '%s'", key);
	if (!*value)
		return misused("'%s' has no value", key);
	if (!has_value)
		return apply_switch(settings, c, key, value);
	code = check_absolute(c, value);
	return code >= 0 ? code : apply(settings, c, value, NULL);
}

static int parse_lines(struct settings *settings, const char *path, FILE *file)
{
	char *line = NULL, *where = NULL;
	unsigned int nr = 0;
	size_t size = 0;
	ssize_t len;
	int code = -1;

	while (code < 0 && (len = getline(&line, &size, file)) >= 0) {
		free(where);
		if (asprintf(&where, "%s:%u", path, ++nr) < 0) {
			where = NULL;
			break;
		}
		usage_where = where;
		code = strlen(line) < (size_t)len ?
		       misused("there is a NUL in it") :
		       parse_line(settings, line);
		usage_where = NULL;
	}
	free(line);
	free(where);
	return code;
}

static int cannot_read(const char *path)
{
	report("cannot read '%s': %s", path, strerror(errno));
	return EXIT_FAILED;
}

/* One that is not named need not be there. */
static int read_file(struct settings *settings)
{
	const char *path = settings->file ? settings->file : DEFAULT_FILE;
	FILE *file = fopen(path, "re");
	int code;

	if (!file && !settings->file && errno == ENOENT)
		return -1;
	if (!file)
		return cannot_read(path);
	code = parse_lines(settings, path, file);
	if (code < 0 && !feof(file))
		code = cannot_read(path);
	fclose(file);
	return code;
}

/* systemd names a directory that is ours: the first, if there are more. */
static bool default_state(struct settings *settings)
{
	const char *dir = getenv("STATE_DIRECTORY");
	int len;

	if (!dir || *dir != '/')
		return true;
	len = asprintf(&settings->state, "%.*s/state", (int)strcspn(dir, ":"),
		       dir);
	if (len < 0)
		settings->state = NULL;
	return len >= 0;
}

/* See whether what was asked for goes together, and add what goes with it. */
static int settle(struct settings *settings)
{
	struct wanted *wanted = &settings->wanted;
	size_t i;

	if (!wanted->births && !wanted->dccp)
		return misused("nothing is left to log");
	if (!wanted->births && settings->nr_paths)
		return misused("without births there is no use for '%s'",
			       settings->path[0]);
	if (!wanted->births && filter_is_of_births(&wanted->filter))
		return misused("without births there is no use for --type and --subtree");
	if (!wanted->dccp && wanted->changes)
		return misused("without DCCP there is no use for --event");
	if (wanted->births && !settings->nr_paths)
		return misused("no directory named: name one on each "
			       "filesystem to watch, or say --no-births");
	for (i = 0; i < settings->nr_outputs; i++)
		settings->output[i].target.keep = settings->keep;
	wanted->paths = settings->path;
	wanted->where = settings->where;
	if (!settings->state && !default_state(settings))
		return misused("there is not enough memory");
	if (settings->nr_outputs || settings->metrics)
		return -1;
	return add_output(settings, "json:-");
}

/* Whoever listens changes to another directory. */
static int set_file(struct settings *settings, const char *path)
{
	free(settings->file);
	settings->file = realpath(path, NULL);
	return settings->file ? -1 : cannot_read(path);
}

/* The file comes first, so that the command line has the last word. */
static int find_file(struct settings *settings, int argc, char **argv)
{
	int c, code = -1;

	optind = 0;
	while (code < 0 &&
	       (c = getopt_long(argc, argv, ":ho:V", options, NULL)) != -1) {
		if (c == 'h')
			return show_help();
		if (c == 'V')
			return show_version();
		if (c == '?' || c == ':')
			return bad_option(c, argv);
		if (c == CONFIG)
			code = set_file(settings, optarg);
	}
	return code;
}

static int read_line(struct settings *settings, int argc, char **argv)
{
	int c, code = -1;

	optind = 0;
	while (code < 0 &&
	       (c = getopt_long(argc, argv, ":ho:V", options, NULL)) != -1)
		code = apply(settings, c, optarg, argv);
	for (; code < 0 && optind < argc; optind++)
		code = add_path(settings, argv[optind]);
	return code;
}

static int read_all(struct settings *settings, int argc, char **argv)
{
	int code;

	code = read_file(settings);
	if (code < 0)
		code = read_line(settings, argc, argv);
	return code < 0 ? settle(settings) : code;
}

static void init(struct settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->queue = DEFAULT_QUEUE;
	settings->interval = DEFAULT_INTERVAL;
	wanted_init(&settings->wanted);
	settings->wanted.follow = true;
}

/**
 * settings_read - see what is wanted
 * @settings: set up here, for settings_free() in any case
 * @argc: the command line
 * @argv: likewise
 *
 * What can be there once the command line sets anew; paths and outputs of both
 * add up.
 *
 * Return: -1 to go on, or an exit code, after a report if it is no success.
 */
int settings_read(struct settings *settings, int argc, char **argv)
{
	int code;

	init(settings);
	code = find_file(settings, argc, argv);
	return code < 0 ? read_all(settings, argc, argv) : code;
}

/**
 * settings_read_again - see what is wanted now
 * @settings: as for settings_read()
 * @old: what was wanted before, by the same command line
 * @argc: that
 * @argv: likewise
 *
 * Return: as settings_read().
 */
int settings_read_again(struct settings *settings, const struct settings *old,
			int argc, char **argv)
{
	init(settings);
	if (old->file) {
		settings->file = strdup(old->file);
		if (!settings->file)
			return cannot_read(old->file);
	}
	return read_all(settings, argc, argv);
}

void settings_free(struct settings *settings)
{
	size_t i;

	for (i = 0; i < settings->nr_outputs; i++) {
		free(settings->output[i].name);
		target_free(&settings->output[i].target);
	}
	for (i = 0; i < settings->nr_paths; i++) {
		free(settings->path[i]);
		free(settings->where[i]);
	}
	free(settings->state);
	free(settings->metrics);
	free(settings->metrics_path);
	free(settings->file);
}

static bool alike_paths(const struct settings *a, const struct settings *b)
{
	size_t i;

	if (a->nr_paths != b->nr_paths)
		return false;
	for (i = 0; i < a->nr_paths; i++)
		if (strcmp(a->path[i], b->path[i]))
			return false;
	return true;
}

/**
 * settings_fixed - see what only a start can change
 * @a: what was wanted at the start
 * @b: what is wanted now
 *
 * Return: the first that differs, NULL if nothing does.
 */
const char *settings_fixed(const struct settings *a, const struct settings *b)
{
	if (a->wanted.births != b->wanted.births)
		return "no-births";
	if (a->wanted.dccp != b->wanted.dccp)
		return "no-dccp";
	if (!a->state != !b->state ||
	    (a->state && strcmp(a->state, b->state)))
		return "state";
	return NULL;
}

/**
 * settings_same_wishes - see if the same is to be heard
 * @a: settings
 * @b: others
 *
 * Return: true if they differ in nothing but outputs and what belongs to them.
 */
bool settings_same_wishes(const struct settings *a, const struct settings *b)
{
	const struct wanted *x = &a->wanted, *y = &b->wanted;

	return x->rescan == y->rescan && x->changes == y->changes &&
	       x->filter.types == y->filter.types &&
	       x->filter.uid == y->filter.uid &&
	       x->filter.subtree == y->filter.subtree && alike_paths(a, b);
}

/**
 * settings_take - have settings in place of others
 * @settings: what was wanted
 * @now: what is, with nothing in it afterwards
 */
void settings_take(struct settings *settings, struct settings *now)
{
	settings_free(settings);
	*settings = *now;
	settings->wanted.paths = settings->path;
	settings->wanted.where = settings->where;
	memset(now, 0, sizeof(*now));
}
