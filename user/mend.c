// SPDX-License-Identifier: GPL-2.0
/* Why a kernel module is not loaded, and what can be done */

#include <stdio.h>

#include "mend.h"

/* DCCP left Linux then */
#define LAST_MAJOR	6
#define LAST_MINOR	15

static bool is_newer(const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > LAST_MAJOR ||
	       (major == LAST_MAJOR && minor > LAST_MINOR);
}

static const char *aside(const struct modprobe *m)
{
	if (m->blacklisted)
		return " (it is blacklisted in modprobe.d)";
	if (!m->autoloads)
		return " (its autoloading is turned off, as on Debian)";
	return "";
}

/**
 * mend_dccp - say why DCCP is not loaded, and what can be done
 * @m: what modprobe(8) would find of dccp_ipv4
 * @why: filled
 */
void mend_dccp(const struct modprobe *m, char why[MEND_LEN])
{
	if (m->absent && is_newer(m->release))
		snprintf(why, MEND_LEN,
			 "DCCP left the kernel in 6.16: boot an older one");
	else if (m->nothing)
		snprintf(why, MEND_LEN,
			 "DCCP is not loaded, and the running kernel has no "
			 "modules (/lib/modules/%s is missing): "
			 "boot a kernel that is installed", m->release);
	else if (m->absent)
		snprintf(why, MEND_LEN,
			 "DCCP is not loaded, and /lib/modules/%s has no "
			 "dccp_ipv4.ko: install the rest of its modules "
			 "(Ubuntu has it in linux-modules-extra-%s), or boot a "
			 "kernel with CONFIG_IP_DCCP", m->release, m->release);
	else if (m->disabled)
		snprintf(why, MEND_LEN,
			 "DCCP is not loaded, and no module can be any more "
			 "(kernel.modules_disabled): boot anew, and run "
			 LOAD_DCCP " before that is set");
	else if (*m->install)
		snprintf(why, MEND_LEN,
			 "DCCP is not loaded, and modprobe.d keeps it out with "
			 "'%s': remove that line ('grep -r dccp "
			 "/etc/modprobe.d /run/modprobe.d /lib/modprobe.d' "
			 "finds it) and run " LOAD_DCCP, m->install);
	else
		snprintf(why, MEND_LEN, "DCCP is not loaded%s: run " LOAD_DCCP,
			 aside(m));
}

/**
 * mend_divulge - say why our own module is not loaded, and what can be done
 * @m: what modprobe(8) would find of it
 * @why: filled
 */
void mend_divulge(const struct modprobe *m, char why[MEND_LEN])
{
	if (m->disabled)
		snprintf(why, MEND_LEN,
			 "the kernel module is not loaded, and none can be any "
			 "more (kernel.modules_disabled): boot anew, and run "
			 "'modprobe divulge' before that is set");
	else if (m->signed_only)
		snprintf(why, MEND_LEN,
			 "the kernel module is not loaded, and this kernel "
			 "takes signed ones only: sign it with a key that the "
			 "kernel knows (mokutil(1)) or turn Secure Boot off, "
			 "then run 'modprobe divulge' or 'insmod divulge.ko'");
	else if (m->absent)
		snprintf(why, MEND_LEN,
			 "the kernel module is not loaded, nor installed for "
			 "Linux %s: run 'insmod divulge.ko' where it was built",
			 m->release);
	else
		snprintf(why, MEND_LEN,
			 "the kernel module is not loaded: "
			 "run 'modprobe divulge'");
}
