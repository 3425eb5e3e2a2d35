// SPDX-License-Identifier: GPL-2.0
/* What modprobe(8) would find of a module */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkmod.h>

#include "modprobe.h"

__attribute__((format(printf, 6, 0)))
static void say_nothing(void *data, int priority, const char *file, int line,
			const char *fn, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)fn;
	(void)format;
	(void)args;
}

static bool has_word(const char *path, const char *word)
{
	char line[256] = "";
	FILE *file;
	bool found;

	file = fopen(path, "r");
	if (!file)
		return false;
	found = fgets(line, sizeof(line), file) && strstr(line, word);
	fclose(file);
	return found;
}

/* The brackets are around what is in force. */
static bool signed_only(void)
{
	return has_word("/sys/module/module/parameters/sig_enforce", "Y") ||
	       has_word("/sys/kernel/security/lockdown", "[integrity]") ||
	       has_word("/sys/kernel/security/lockdown", "[confidentiality]");
}

static bool is_there(struct kmod_ctx *ctx, const char *alias)
{
	struct kmod_list *list = NULL;
	bool found;

	found = !kmod_module_new_from_lookup(ctx, alias, &list) && list;
	kmod_module_unref_list(list);
	return found;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

static bool is_blacklisted(struct kmod_ctx *ctx, const char *const *names)
{
	struct kmod_config_iter *it = kmod_config_get_blacklists(ctx);
	bool found = false;

	while (it && !found && kmod_config_iter_next(it))
		found = is_one_of(kmod_config_iter_get_key(it), names);
	kmod_config_iter_free_iter(it);
	return found;
}

static void find_install(struct kmod_ctx *ctx, const char *const *names,
			 struct modprobe *m)
{
	struct kmod_config_iter *it = kmod_config_get_install_commands(ctx);

	while (it && !*m->install && kmod_config_iter_next(it))
		if (is_one_of(kmod_config_iter_get_key(it), names))
			snprintf(m->install, sizeof(m->install),
				 "install %s %s", kmod_config_iter_get_key(it),
				 kmod_config_iter_get_value(it));
	kmod_config_iter_free_iter(it);
}

/**
 * modprobe_look - see what may keep a module from being loaded
 * @m: filled
 * @names: the module, and others that it needs; ends with NULL
 * @alias: what the kernel asks for when it needs it, NULL if it never does
 */
void modprobe_look(struct modprobe *m, const char *const *names,
		   const char *alias)
{
	struct utsname uts;
	char dir[128];
	struct kmod_ctx *ctx;

	memset(m, 0, sizeof(*m));
	uname(&uts);
	snprintf(m->release, sizeof(m->release), "%.63s", uts.release);
	snprintf(dir, sizeof(dir), "/lib/modules/%s", m->release);
	m->nothing = access(dir, F_OK);
	m->disabled = has_word("/proc/sys/kernel/modules_disabled", "1");
	m->signed_only = signed_only();
	ctx = kmod_new(dir, NULL);
	if (!ctx)
		return;
	kmod_set_log_fn(ctx, say_nothing, NULL);
	m->absent = !is_there(ctx, names[0]);
	m->autoloads = alias && is_there(ctx, alias);
	m->blacklisted = is_blacklisted(ctx, names);
	find_install(ctx, names, m);
	kmod_unref(ctx);
}

/**
 * modprobe_has - see if a module is in the kernel
 * @name: of the module
 *
 * Return: true if it is, whether or not it was built in.
 */
bool modprobe_has(const char *name)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *mod;
	int state;

	if (!ctx)
		return false;
	kmod_set_log_fn(ctx, say_nothing, NULL);
	state = -1;
	if (!kmod_module_new_from_name(ctx, name, &mod)) {
		state = kmod_module_get_initstate(mod);
		kmod_module_unref(mod);
	}
	kmod_unref(ctx);
	return state == KMOD_MODULE_BUILTIN || state == KMOD_MODULE_LIVE;
}
