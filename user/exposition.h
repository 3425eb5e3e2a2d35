/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_EXPOSITION_H
#define DIVULGE_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct family - samples of one name
 * @name: without the prefix that all have
 * @type: of Prometheus, "counter" or "gauge"
 * @help: what it is
 */
struct family {
	const char *name;
	const char *type;
	const char *help;
};

void exposition_family(FILE *out, const struct family *family);
void exposition_sample(FILE *out, const struct family *family,
		       const char *label, const char *value, uint64_t n);
void exposition_text(FILE *out, const char *text);

#endif
