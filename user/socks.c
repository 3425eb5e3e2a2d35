// SPDX-License-Identifier: GPL-2.0
/* DCCP sockets: all that are wanted, or one */

#include <errno.h>
#include <string.h>

#include "module.h"
#include "socks.h"
#include "text.h"
#include "usage.h"

/* What is in a line of the table needs these */
#define TABLE_GROUPS							\
	(DIVULGE_DCCP_GROUP_CCID | DIVULGE_DCCP_GROUP_FEAT |		\
	 DIVULGE_DCCP_GROUP_SERVICES)

/**
 * struct progress - what there is so far
 * @query: what is asked for
 * @sink: where it is shown
 * @open: @sink is open
 * @no_dev: a network namespace has no such interface
 * @has_dev: another has
 * @code: exit code
 */
struct progress {
	struct socks_query *query;
	struct sink sink;
	bool open;
	bool no_dev;
	bool has_dev;
	int code;
};

/**
 * socks_record - make a record of a socket and where it is
 * @entry: the socket, which the record points into
 * @netns: its network namespace, NULL if that was not asked for
 *
 * Return: the record.
 */
struct record socks_record(const struct dccp_entry *entry,
			   const struct netns *netns)
{
	struct record rec = dccp_entry_record(entry);
	struct part *part = rec.part;

	while (part->fields)
		part++;
	part->fields = netns_fields;
	part->data = netns;
	return rec;
}

static int may_ask(void)
{
	struct genl genl;
	int err;

	if (module_open(&genl))
		return EXIT_FAILED;
	err = module_need(&genl, DIVULGE_ABILITY_DCCP_DUMP,
			  "list DCCP sockets");
	genl_close(&genl);
	return err ? EXIT_FAILED : EXIT_OK;
}

static bool open_sink(struct progress *p)
{
	struct socks_query *query = p->query;
	int err;

	if (p->open)
		return true;
	if (query->json)
		err = sink_open(&p->sink, &sink_json, stdout);
	else if (query->format.text)
		err = sink_open_format(&p->sink, &query->format);
	else
		err = sink_open(&p->sink, query->extended ?
				&sink_sock_extended : &sink_sock_table, stdout);
	if (err)
		p->code = EXIT_FAILED;
	else
		p->open = true;
	return p->open;
}

static void show(struct progress *p, const struct dccp_list *list,
		 const struct netns *netns)
{
	struct record rec;
	size_t i;

	if (!open_sink(p))
		return;
	for (i = 0; i < list->nr && !p->sink.err; i++) {
		rec = socks_record(&list->entry[i], netns);
		sink_put(&p->sink, &rec);
	}
}

static void fail(struct progress *p, int err, const char *why)
{
	if (err == -ENODEV) {
		p->no_dev = true;
		return;
	}
	p->code = EXIT_FAILED;
	if (err == -EINTR)
		report("DCCP sockets came and went while they were listed: "
		       "some may be missing or double");
	else
		report("cannot list DCCP sockets: %s", why);
}

static int ask(struct genl *genl, const struct socks_query *query,
	       struct dccp_list *list)
{
	bool plain = !query->extended && !query->json && !query->format.text;
	uint32_t groups = plain ? TABLE_GROUPS : DCCP_ALL_GROUPS;
	int err;

	if (!query->key)
		return dccp_dump(genl, &query->filter, groups, list);
	err = dccp_get(genl, query->key, groups, list);
	/* It may be in another network namespace */
	return err == -ENOENT ? 0 : err;
}

static void show_those_here(const struct netns *netns, void *arg)
{
	struct dccp_list list = { 0 };
	struct progress *p = arg;
	struct genl genl;
	int err;

	if (module_open(&genl)) {
		p->code = EXIT_FAILED;
		return;
	}
	err = ask(&genl, p->query, &list);
	if (err)
		fail(p, err, genl.why);
	else
		p->has_dev = true;
	if (list.nr || (!err && !p->query->key))
		show(p, &list, netns);
	genl_close(&genl);
	dccp_list_free(&list);
}

static const char *dev_of(const struct socks_query *query)
{
	const struct dccp_key *key = query->key;

	if (!key)
		return query->filter.dev;
	return *key->src.dev ? key->src.dev : key->dst.dev;
}

/* Return: exit code if what was named is nowhere. */
static int miss(const struct progress *p)
{
	const struct socks_query *query = p->query;
	const char *const *named = query->named;

	if (p->no_dev && !p->has_dev)
		return misused("there is no interface '%s'", dev_of(query));
	if (!query->key || p->open || p->code)
		return p->code;
	if (query->key->has_cookie)
		report("no DCCP socket has the cookie %s", named[0]);
	else if (named[1])
		report("no DCCP socket connects %s with %s", named[0],
		       named[1]);
	else
		report("no DCCP socket listens at %s", named[0]);
	return EXIT_FAILED;
}

/**
 * socks_show - show the DCCP sockets that are asked for
 * @query: which, and how
 *
 * Return: exit code.
 */
int socks_show(struct socks_query *query)
{
	struct progress p = { .query = query };
	int code;

	code = may_ask();
	if (code)
		return code;
	if (!*query->netns)
		show_those_here(NULL, &p);
	else if (netns_each(query->netns, show_those_here, &p))
		p.code = EXIT_FAILED;
	code = miss(&p);
	if (p.open && sink_close(&p.sink))
		code = EXIT_FAILED;
	return code;
}
