/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SEARCH_H
#define DIVULGE_SEARCH_H

#include <stdbool.h>

#include "sink.h"
#include "tree.h"

/**
 * struct search - which files' births are to be shown, and how
 * @flags: for open()
 * @recursive: with all that is below
 * @query: which births; has no fd yet
 * @sort: the oldest first
 * @json: in JSON
 * @format: in this form, if it has a text
 */
struct search {
	int flags;
	bool recursive;
	struct tree_query query;
	bool sort;
	bool json;
	struct format format;
};

int search_births(struct search *search, char **paths);

#endif
