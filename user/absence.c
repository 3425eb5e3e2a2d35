// SPDX-License-Identifier: GPL-2.0
/* Why there are no DCCP sockets, and what mends it */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "absence.h"
#include "util.h"

#define BLANKS	" \t\n"

enum found {
	FOUND_NOT,
	FOUND,
	FOUND_NOWHERE_TO_LOOK,
};

/* Where modprobe(8) looks for what it is to do */
static const char *const config_dirs[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

static const char *module_of(int family)
{
	return family == AF_INET6 ? "dccp_ipv6" : "dccp_ipv4";
}

/* Modules are named with '-' or '_', as one likes. */
static bool is_module(const char *name, const char *module)
{
	for (; *name && *module; name++, module++)
		if (*name != *module && !(*name == '-' && *module == '_'))
			return false;
	return *name == *module;
}

static bool is_named(const char *path, const char *name)
{
	const char *base = strrchr(path, '/');

	return !strcmp(base ? base + 1 : path, name);
}

/* Is it "install MODULE /bin/false", which is how a module is kept out? */
static bool line_keeps_out(char *line, const char *module)
{
	char *state;
	const char *word = strtok_r(line, BLANKS, &state);
	const char *name = strtok_r(NULL, BLANKS, &state);
	const char *command = strtok_r(NULL, BLANKS, &state);

	return word && name && command && !strcmp(word, "install") &&
	       (is_module(name, module) || is_module(name, "dccp")) &&
	       (is_named(command, "false") || is_named(command, "true"));
}

static bool file_keeps_out(const char *path, const char *module)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	bool out = false;

	if (!file)
		return false;
	while (!out && getline(&line, &room, file) > 0)
		out = line_keeps_out(line, module);
	free(line);
	fclose(file);
	return out;
}

static bool is_config(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".conf");
}

static bool dir_keeps_out(const char *dir, const char *module, char *path)
{
	struct dirent *entry;
	bool out = false;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return false;
	while (!out && (entry = readdir(d))) {
		if (is_config(entry->d_name) &&
		    snprintf(path, PATH_MAX, "%s/%s", dir, entry->d_name) <
		    PATH_MAX)
			out = file_keeps_out(path, module);
	}
	closedir(d);
	return out;
}

/* Return: true if a file says so, which is then in @path. */
static bool is_kept_out(const struct absence *absence, char path[PATH_MAX])
{
	char dir[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(config_dirs); i++) {
		snprintf(dir, sizeof(dir), "%s%s", absence->root,
			 config_dirs[i]);
		if (dir_keeps_out(dir, module_of(absence->family), path))
			return true;
	}
	return false;
}

/* Lines begin with the path of a module below that folder. */
static enum found find_in(const struct absence *absence, const char *list)
{
	enum found found = FOUND_NOT;
	char *line = NULL, *name;
	char path[PATH_MAX];
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/lib/modules/%s/%s", absence->root,
		 absence->release, list);
	file = fopen(path, "re");
	if (!file)
		return FOUND_NOWHERE_TO_LOOK;
	while (found == FOUND_NOT && getline(&line, &room, file) > 0) {
		line[strcspn(line, ":\n")] = '\0';
		name = strrchr(line, '/');
		name = name ? name + 1 : line;
		name[strcspn(name, ".")] = '\0';
		if (is_module(name, module_of(absence->family)))
			found = FOUND;
	}
	free(line);
	fclose(file);
	return found;
}

/* Without DCCP since 6.16 */
static bool is_after_dccp(const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 16);
}

static void not_there(const struct absence *absence, char why[ABSENCE_LEN])
{
	char path[PATH_MAX];
	enum found found;

	found = find_in(absence, "modules.dep");
	if (found == FOUND_NOT)
		found = find_in(absence, "modules.builtin");
	if (found != FOUND && is_after_dccp(absence->release))
		snprintf(why, ABSENCE_LEN,
			 "DCCP left the kernel in 6.16, and this is %s: boot an older one",
			 absence->release);
	else if (found == FOUND_NOT)
		snprintf(why, ABSENCE_LEN,
			 "this kernel, %s, has no %s: boot one with CONFIG_IP_DCCP",
			 absence->release, module_of(absence->family));
	else if (is_kept_out(absence, path))
		snprintf(why, ABSENCE_LEN,
			 "%s keeps DCCP from being loaded: remove its 'install' lines for it, then run 'modprobe -a dccp_ipv4 dccp_ipv6' as root",
			 path);
	else
		snprintf(why, ABSENCE_LEN,
			 "DCCP is not loaded (Debian turned autoloading off): run 'modprobe -a dccp_ipv4 dccp_ipv6' as root");
}

/**
 * absence_why - find out why there are no DCCP sockets
 * @absence: what is known
 * @why: filled with the reason and what mends it
 *
 * Return: @why.
 */
const char *absence_why(const struct absence *absence, char why[ABSENCE_LEN])
{
	switch (absence->err) {
	case ESOCKTNOSUPPORT:
	case EPROTONOSUPPORT:
		not_there(absence, why);
		break;
	case EAFNOSUPPORT:
		snprintf(why, ABSENCE_LEN,
			 "this kernel does without %s: boot it without ipv6.disable",
			 absence->family == AF_INET6 ? "IPv6" : "IPv4");
		break;
	default:
		snprintf(why, ABSENCE_LEN, "%s", strerror(absence->err));
	}
	return why;
}

/**
 * absence_here - find out why this system has no DCCP sockets
 * @family: AF_INET or AF_INET6
 * @err: what socket() failed with
 * @why: as for absence_why()
 *
 * Return: @why.
 */
const char *absence_here(int family, int err, char why[ABSENCE_LEN])
{
	struct utsname name = { .release = "?" };
	struct absence absence = { family, err, "", name.release };

	uname(&name);
	return absence_why(&absence, why);
}
