/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_MODPROBE_H
#define DIVULGE_MODPROBE_H

#include <stdbool.h>

/**
 * struct modprobe - what may keep a kernel module from being loaded
 * @release: of the running kernel
 * @nothing: there are no modules of the running kernel
 * @absent: this one is not among them
 * @blacklisted: it is, in modprobe.d
 * @autoloads: it would be loaded when it is needed
 * @disabled: no module can be loaded any more
 * @signed_only: it has to be signed
 * @install: the line of modprobe.d that has something run instead, "" for none
 */
struct modprobe {
	char release[64];
	bool nothing;
	bool absent;
	bool blacklisted;
	bool autoloads;
	bool disabled;
	bool signed_only;
	char install[128];
};

void modprobe_look(struct modprobe *m, const char *const *names,
		   const char *alias);
bool modprobe_has(const char *name);

#endif
