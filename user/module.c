// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dccp_host.h"
#include "mend.h"
#include "module.h"
#include "text.h"
#include "util.h"

static const char *const mends[] = {
	[DIVULGE_ABSENCE_NOT_BUILT] =
		"this kernel has no DCCP: boot one with CONFIG_IP_DCCP",
	[DIVULGE_ABSENCE_REMOVED] =
		"DCCP left the kernel in 6.16: boot an older one",
	[DIVULGE_ABSENCE_NO_TRACEPOINT] =
		"this kernel lacks the tracepoint inet_sock_set_state: "
		"boot one with CONFIG_TRACEPOINTS",
	[DIVULGE_ABSENCE_NO_PROBE] =
		"the kernel function it hangs on cannot be probed: "
		"boot a kernel with CONFIG_KPROBES",
	[DIVULGE_ABSENCE_OTHER_NETNS] =
		"births are published in the first network namespace only: "
		"ask there",
};

static void report_absence(void)
{
	static const char *const names[] = { "divulge", NULL };
	char why[MEND_LEN];
	struct modprobe m;

	modprobe_look(&m, names, NULL);
	mend_divulge(&m, why);
	report("%s", why);
}

/**
 * module_open - open a socket to the kernel module
 * @genl: set up here
 *
 * Return: 0, or a negative errno after a report.
 */
int module_open(struct genl *genl)
{
	int err;

	err = genl_open(genl, DIVULGE_FAMILY_NAME);
	if (err == -ENOENT)
		report_absence();
	else if (err)
		report("cannot reach the kernel module: %s", genl->why);
	return err;
}

static void keep_ability(struct module_info *info, const struct nlattr *nest)
{
	const struct nlattr *tb[DIVULGE_A_ABILITY_MAX + 1];
	uint32_t name;

	genl_nested(nest, tb, DIVULGE_A_ABILITY_MAX);
	if (!tb[DIVULGE_A_ABILITY_NAME] || !tb[DIVULGE_A_ABILITY_ABSENCE])
		return;
	name = mnl_attr_get_u32(tb[DIVULGE_A_ABILITY_NAME]);
	if (name < NR_ABILITIES)
		info->absence[name] =
			mnl_attr_get_u32(tb[DIVULGE_A_ABILITY_ABSENCE]);
}

static int keep_info(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_INFO_MAX + 1];
	struct module_info *info = arg;
	const struct nlattr *attr;

	genl_attrs(nlh, tb, DIVULGE_A_INFO_MAX);
	if (tb[DIVULGE_A_INFO_VERSION])
		snprintf(info->version, sizeof(info->version), "%s",
			 mnl_attr_get_str(tb[DIVULGE_A_INFO_VERSION]));
	info->may_watch = genl_struct(tb[DIVULGE_A_INFO_BIRTHS], &info->births,
				      sizeof(info->births));
	genl_struct(tb[DIVULGE_A_INFO_DCCP], &info->dccp, sizeof(info->dccp));
	info->has_statistics = genl_struct(tb[DIVULGE_A_INFO_DCCP_STATISTICS],
					   &info->statistics,
					   sizeof(info->statistics));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == DIVULGE_A_INFO_ABILITY)
			keep_ability(info, attr);
	return 0;
}

/**
 * module_ask - ask the kernel module about itself
 * @genl: from module_open()
 * @info: filled
 *
 * Return: 0, or a negative errno after a report.
 */
int module_ask(struct genl *genl, struct module_info *info)
{
	int err;

	memset(info, 0, sizeof(*info));
	err = genl_talk(genl, genl_request(genl, DIVULGE_CMD_INFO_GET,
					   NLM_F_ACK), keep_info, info);
	if (err)
		report("cannot ask the kernel module: %s", genl->why);
	return err;
}

/**
 * module_need - see that something can be had
 * @genl: from module_open()
 * @ability: the ability it takes
 * @what: what cannot be done without
 *
 * Return: 0, or a negative errno after a report; -EOPNOTSUPP without it.
 */
int module_need(struct genl *genl, enum divulge_ability ability,
		const char *what)
{
	struct module_info info;
	int err;

	err = module_ask(genl, &info);
	if (err || info.absence[ability] == DIVULGE_ABSENCE_NONE)
		return err;
	report("cannot %s: %s", what, module_mend(info.absence[ability]));
	return -EOPNOTSUPP;
}

static int keep_birth(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_MAX + 1];

	genl_attrs(nlh, tb, DIVULGE_A_BIRTH_MAX);
	if (!genl_struct(tb[DIVULGE_A_BIRTH_RECORD], arg,
			 sizeof(struct divulge_birth)))
		return -EBADMSG;
	return 0;
}

/**
 * module_birth - ask for the birth of a file
 * @genl: from module_open()
 * @fd: the file
 * @birth: filled
 *
 * Return: 0, or a negative errno with @genl->why set.
 */
int module_birth(struct genl *genl, int fd, struct divulge_birth *birth)
{
	struct nlmsghdr *nlh;

	nlh = genl_request(genl, DIVULGE_CMD_BIRTH_GET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_FD, fd);
	return genl_talk(genl, nlh, keep_birth, birth);
}

/**
 * module_mend - say why an ability is absent, and what can be done
 * @absence: not DIVULGE_ABSENCE_NONE
 *
 * Return: a text, never NULL; the next call may change it.
 */
const char *module_mend(uint8_t absence)
{
	const char *mend = absence < ARRAY_SIZE(mends) ? mends[absence] : NULL;
	static char why[MEND_LEN];

	if (absence == DIVULGE_ABSENCE_NOT_LOADED) {
		dccp_why(why);
		return why;
	}
	return mend ? mend : "the module knows why: use a newer divulge";
}
