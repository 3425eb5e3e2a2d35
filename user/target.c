// SPDX-License-Identifier: GPL-2.0
/* What is named as a target, and of which kind it is */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "service.h"
#include "target.h"
#include "usage.h"
#include "util.h"

static const struct {
	const char *prefix;
	const struct target_ops *ops;
} networks[] = {
	{ "/dev/tcp/", &target_tcp },
	{ "/dev/udp/", &target_udp },
	{ "/dev/dccp/", &target_dccp },
};

static bool is_socket(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISSOCK(st.st_mode);
}

static int no_memory(void)
{
	return misused("there is not enough memory");
}

/* Whoever listens changes to another directory. */
static int parse_path(const char *path, struct target *t)
{
	char *cwd;
	int len;

	if (*path == '/') {
		t->path = strdup(path);
		return t->path ? EXIT_OK : no_memory();
	}
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return misused("'%s' is below no directory that has a name",
			       path);
	len = asprintf(&t->path, "%s/%s", cwd, path);
	free(cwd);
	if (len >= 0)
		return EXIT_OK;
	t->path = NULL;
	return no_memory();
}

/* The C library takes any number, and the lower bits of it. */
static bool is_port(const char *text)
{
	uint64_t n;

	if (!*text)
		return false;
	if (text[strspn(text, "0123456789")])
		return true;
	return number_parse(text, 10, UINT16_MAX, &n) && n;
}

/* An IPv6 address may be in brackets, as it is shown everywhere else. */
static char *copy_host(const char *host, size_t len)
{
	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return strndup(host + 1, len - 2);
	return strndup(host, len);
}

static int parse_endpoint(const char *name, const char *rest, struct target *t)
{
	size_t host = strcspn(rest, "/");
	const char *port = rest[host] ? rest + host + 1 : "";
	size_t len = strcspn(port, "/");
	const char *service = port[len] ? port + len + 1 : NULL;

	if (!host || !len)
		return misused("'%s' has no host and port", name);
	t->host = copy_host(rest, host);
	t->port = strndup(port, len);
	if (!t->host || !t->port)
		return no_memory();
	if (!is_port(t->port))
		return misused("'%s' is no port", t->port);
	if (!service)
		return EXIT_OK;
	if (t->ops != &target_dccp)
		return misused("'%s' has too many parts", name);
	if (!service_parse(service, &t->service))
		return misused("'%s' is no service code: it is a number or "
			       "four letters", service);
	return EXIT_OK;
}

/**
 * target_parse - see what is meant by a name
 * @name: the name
 * @t: filled, also if it fails; for target_free()
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int target_parse(const char *name, struct target *t)
{
	size_t i, len;

	*t = (struct target){ .fd = -1, .room = -1 };
	if (!strcmp(name, "-")) {
		t->ops = &target_stdout;
		return EXIT_OK;
	}
	for (i = 0; i < ARRAY_SIZE(networks); i++) {
		len = strlen(networks[i].prefix);
		if (strncmp(networks[i].prefix, name, len))
			continue;
		t->ops = networks[i].ops;
		return parse_endpoint(name, name + len, t);
	}
	if (!strncmp(name, "unix:", strlen("unix:"))) {
		t->ops = &target_unix;
		name += strlen("unix:");
	} else {
		t->ops = is_socket(name) ? &target_unix : &target_file;
	}
	if (!*name)
		return misused("a target has no path");
	return parse_path(name, t);
}

/**
 * target_parse_store - see what database is meant
 * @name: its file
 * @t: as for target_parse()
 *
 * Return: as target_parse().
 */
int target_parse_store(const char *name, struct target *t)
{
	*t = (struct target){ .ops = &target_store, .fd = -1, .room = -1 };
	if (!strcmp(name, "-"))
		return misused("a database is a file, and no standard output");
	if (!*name)
		return misused("a database has no path");
	return parse_path(name, t);
}

/**
 * target_parse_journal - see what is meant by a name, if all is for the journal
 * @name: the name, which is to be empty
 * @t: as for target_parse()
 *
 * Return: as target_parse().
 */
int target_parse_journal(const char *name, struct target *t)
{
	*t = (struct target){
		.ops = &target_journal, .fd = -1, .room = -1,
	};
	if (*name)
		return misused("'journal:' has nothing behind it, not '%s'",
			       name);
	t->path = strdup("/run/systemd/journal/socket");
	return t->path ? EXIT_OK : no_memory();
}

void target_free(struct target *t)
{
	free(t->path);
	free(t->host);
	free(t->port);
}

/**
 * target_framing - see how records are told apart
 * @t: where they go
 * @syslog: they are messages of syslog's
 *
 * Return: the framing. A file has lines, whatever they are.
 */
enum framing target_framing(const struct target *t, bool syslog)
{
	if (t->ops == &target_journal)
		return FRAMING_NONE;
	if (!syslog || t->ops == &target_file || t->ops == &target_stdout)
		return FRAMING_LINE;
	return t->ops->datagrams ? FRAMING_NONE : FRAMING_COUNT;
}

/**
 * target_fails - note why a target cannot be opened
 * @t: target
 * @err: negative errno
 * @fmt: why, as for printf()
 *
 * Return: @err.
 */
int target_fails(struct target *t, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return err;
}
