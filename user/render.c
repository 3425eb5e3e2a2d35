// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"

/**
 * render_open - begin to make text of records
 * @render: set up here
 * @ops: format, one that ends each record with a newline
 * @identity: who tells; must outlive @render
 *
 * Return: 0 or a negative errno.
 */
int render_open(struct render *render, const struct sink_ops *ops,
		const struct identity *identity)
{
	int err;

	memset(render, 0, sizeof(*render));
	render->sink.ops = ops;
	render->sink.identity = identity;
	render->sink.out = open_memstream(&render->text, &render->size);
	if (!render->sink.out)
		return -errno;
	err = ops->open ? ops->open(&render->sink) : 0;
	if (err) {
		fclose(render->sink.out);
		free(render->text);
	}
	return err;
}

/**
 * render_record - make text of a record
 * @render: filled with it
 * @rec: the record
 *
 * Return: 0 or a negative errno.
 */
int render_record(struct render *render, const struct record *rec)
{
	struct sink *sink = &render->sink;
	int err;

	/* What is written over the last record goes as far as this one does */
	rewind(sink->out);
	err = sink->ops->put(sink, rec);
	if (err)
		return err;
	err = sink_file_flush(sink);
	if (!err)
		render->len = render->size - 1;
	return err;
}

void render_close(struct render *render)
{
	if (render->sink.ops->close)
		render->sink.ops->close(&render->sink);
	fclose(render->sink.out);
	free(render->text);
}
