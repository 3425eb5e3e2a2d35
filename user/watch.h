/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_WATCH_H
#define DIVULGE_WATCH_H

#include "genl.h"
#include "path.h"
#include "wanted.h"

int watch_path(struct genl *genl, const struct filter *filter,
	       struct paths *paths, const char *path);
void watch_end(struct genl *genl, uint32_t id);
int watches_mark_gone(struct genl *genl, struct paths *paths);
int watch_again(struct genl *genl, const struct filter *filter,
		struct mount *mount, struct divulge_watch *watch);

#endif
