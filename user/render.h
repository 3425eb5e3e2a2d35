/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_RENDER_H
#define DIVULGE_RENDER_H

#include "sink.h"

/**
 * struct render - records as text in memory
 * @sink: what makes it
 * @text: the last record, without the newline at its end
 * @len: length of that
 * @size: what the stream says of its own length
 */
struct render {
	struct sink sink;
	char *text;
	size_t len;
	size_t size;
};

int render_open(struct render *render, const struct sink_ops *ops,
		const struct identity *identity);
int render_record(struct render *render, const struct record *rec);
void render_close(struct render *render);

#endif
