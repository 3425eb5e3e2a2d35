/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_METRICS_H
#define DIVULGE_METRICS_H

#include "module.h"
#include "outputs.h"

char *metrics_text(const struct outputs *outputs,
		   const struct module_info *info, size_t *len);

#endif
