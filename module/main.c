// SPDX-License-Identifier: GPL-2.0

#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "dccp.h"
#include "genl.h"
#include "private.h"
#include "publish.h"
#include "watch.h"

/*
 * The generated table has no flags, and without them anyone may listen to the
 * births group.
 */
static const struct genl_multicast_group divulge_mcgrps[] = {
	[DIVULGE_NLGRP_BIRTHS] = {
		.name = DIVULGE_MCGRP_BIRTHS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
	[DIVULGE_NLGRP_DCCP] = {
		.name = DIVULGE_MCGRP_DCCP,
	},
};

static int __init divulge_init(void)
{
	int err;

	err = divulge_publish_init();
	if (err)
		return err;
	err = divulge_private_init();
	if (err)
		goto publish_exit;
	err = divulge_dccp_net_init();
	if (err)
		goto private_exit;

	divulge_nl_family.mcgrps = divulge_mcgrps;
	divulge_nl_family.n_mcgrps = ARRAY_SIZE(divulge_mcgrps);
	err = genl_register_family(&divulge_nl_family);
	if (err)
		goto net_exit;

	/* Events need the family: only it tells whether anybody listens. */
	err = divulge_watch_init();
	if (err)
		goto unregister_family;
	err = divulge_dccp_events_init();
	if (err)
		goto watch_exit;
	return 0;

watch_exit:
	divulge_watch_exit();
	divulge_publish_stop();
unregister_family:
	genl_unregister_family(&divulge_nl_family);
net_exit:
	divulge_dccp_net_exit();
private_exit:
	divulge_private_exit();
publish_exit:
	divulge_publish_exit();
	return err;
}

static void __exit divulge_exit(void)
{
	divulge_dccp_events_exit();
	divulge_watch_exit();
	divulge_publish_stop();
	genl_unregister_family(&divulge_nl_family);
	divulge_dccp_net_exit();
	divulge_private_exit();
	divulge_publish_exit();
}

module_init(divulge_init);
module_exit(divulge_exit);

MODULE_DESCRIPTION("Tells when files are born and in which state DCCP is");
MODULE_AUTHOR("The divulge developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(DIVULGE_FAMILY_NAME);
