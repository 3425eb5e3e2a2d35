/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_DCCP_PROBES_H
#define _DIVULGE_DCCP_PROBES_H

#include <linux/kconfig.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

#if IS_ENABLED(CONFIG_KPROBES_ON_FTRACE) && IS_ENABLED(CONFIG_KRETPROBES)
void divulge_dccp_probes_attach(void);
void divulge_dccp_probes_detach(void);
bool divulge_dccp_probes_have(enum divulge_ability ability);
u64 divulge_dccp_probes_missed(void);
#else
static inline void divulge_dccp_probes_attach(void)
{
}

static inline void divulge_dccp_probes_detach(void)
{
}

/* Changes of state need none. */
static inline bool divulge_dccp_probes_have(enum divulge_ability ability)
{
	return ability == DIVULGE_ABILITY_DCCP_WATCH;
}

static inline u64 divulge_dccp_probes_missed(void)
{
	return 0;
}
#endif

#endif /* _DIVULGE_DCCP_PROBES_H */
