/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_REWATCH_H
#define DIVULGE_REWATCH_H

struct events;
struct genl;
struct wanted;

int rewatch(struct genl *genl, struct events *e, const struct wanted *wanted);

#endif
