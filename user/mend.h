/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_MEND_H
#define DIVULGE_MEND_H

#include "modprobe.h"

/* Room for a reason */
#define MEND_LEN	512

/* What loads DCCP */
#define LOAD_DCCP	"'modprobe -a dccp_ipv4 dccp_ipv6'"

void mend_dccp(const struct modprobe *m, char why[MEND_LEN]);
void mend_divulge(const struct modprobe *m, char why[MEND_LEN]);

#endif
