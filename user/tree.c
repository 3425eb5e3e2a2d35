// SPDX-License-Identifier: GPL-2.0
/*
 * The births of a file and of all below it.
 *
 * A reply tells a directory by its name and depth alone. So the way to the last
 * one at each depth is kept: as the path of the deepest, and how much of that
 * leads to those above.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

/**
 * struct tree - a dump on its way in
 * @ops: whom to tell
 * @arg: handed to @ops
 * @total: what the kernel has counted so far
 * @counted: @total was told
 * @path: of what was told last
 * @room: size of @path
 * @ends: for each depth, the length of the path of the directory there
 * @depths: how many of @ends are set
 * @max_depths: how many there is room for
 */
struct tree {
	const struct tree_ops *ops;
	void *arg;
	struct divulge_birth_total *total;
	bool counted;
	char *path;
	size_t room;
	size_t *ends;
	size_t depths;
	size_t max_depths;
};

/* Return: @old, or what takes its place, with room for @want; NULL if none. */
static void *grow(void *old, size_t *room, size_t want, size_t size)
{
	size_t more = *room ? *room : 64;
	void *new;

	if (want <= *room)
		return old;
	while (more < want)
		more *= 2;
	new = reallocarray(old, more, size);
	if (new)
		*room = more;
	return new;
}

static bool is_name(const struct bytes *name)
{
	return name->len && !memchr(name->data, '/', name->len) &&
	       !memchr(name->data, '\0', name->len);
}

/* Make the path that of a name in the directory whose path ends at @end. */
static int set_path(struct tree *tree, size_t end, const struct nlattr *attr,
		    size_t *len)
{
	struct bytes name = {
		mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr),
	};
	char *path;

	if (!is_name(&name))
		return -EBADMSG;
	path = grow(tree->path, &tree->room, end + name.len + 2, 1);
	if (!path)
		return -ENOMEM;
	tree->path = path;
	if (end)
		path[end++] = '/';
	memcpy(path + end, name.data, name.len);
	*len = end + name.len;
	path[*len] = '\0';
	return 0;
}

static int enter(struct tree *tree, const struct nlattr *depth,
		 const struct nlattr *dir)
{
	size_t *ends, n, end = 0;
	int err;

	if (mnl_attr_get_payload_len(depth) != sizeof(uint32_t))
		return -EBADMSG;
	n = mnl_attr_get_u32(depth);
	if (n > tree->depths || !n != !dir)
		return -EBADMSG;
	if (n) {
		err = set_path(tree, tree->ends[n - 1], dir, &end);
		if (err)
			return err;
	}
	ends = grow(tree->ends, &tree->max_depths, n + 1, sizeof(*ends));
	if (!ends)
		return -ENOMEM;
	tree->ends = ends;
	ends[n] = end;
	tree->depths = n + 1;
	return 0;
}

/*
 * The path of what has @name in the directory entered, of that itself without a
 * name, and of the file asked for if there is no directory.
 */
static int find_path(struct tree *tree, bool in_dir, const struct nlattr *name,
		     struct bytes *path)
{
	size_t len = in_dir ? tree->ends[tree->depths - 1] : 0;
	int err;

	if (name && !in_dir)
		return -EBADMSG;
	if (name) {
		err = set_path(tree, len, name, &len);
		if (err)
			return err;
	}
	if (len)
		tree->path[len] = '\0';
	path->data = len ? tree->path : "";
	path->len = len;
	return 0;
}

/* An attribute that is cut off would end those of a reply without a word. */
static bool is_whole(const void *attrs, size_t len)
{
	const char *end = (const char *)attrs + len;
	const struct nlattr *attr = attrs;

	while (mnl_attr_ok(attr, end - (const char *)attr))
		attr = mnl_attr_next(attr);
	return (const char *)attr == end;
}

static bool nest_is_whole(const struct nlattr *nest)
{
	return is_whole(mnl_attr_get_payload(nest),
			mnl_attr_get_payload_len(nest));
}

static bool message_is_whole(const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const size_t skip = sizeof(struct genlmsghdr);

	return len >= skip &&
	       is_whole(mnl_nlmsg_get_payload_offset(nlh, skip), len - skip);
}

static int on_entry(struct tree *tree, bool in_dir, const struct nlattr *nest)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_ENTRY_MAX + 1];
	const struct nlattr *name;
	struct divulge_birth birth;
	struct bytes path;
	int err;

	if (!nest_is_whole(nest))
		return -EBADMSG;
	genl_nested(nest, tb, DIVULGE_A_BIRTH_ENTRY_MAX);
	name = tb[DIVULGE_A_BIRTH_ENTRY_NAME];
	if (!genl_struct(tb[DIVULGE_A_BIRTH_ENTRY_RECORD], &birth,
			 sizeof(birth)) || !name != !in_dir)
		return -EBADMSG;
	err = find_path(tree, in_dir, name, &path);
	return err ? err : tree->ops->entry(tree->arg, &path, &birth);
}

static int on_skip(struct tree *tree, bool in_dir, const struct nlattr *nest)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_SKIP_MAX + 1];
	struct divulge_birth_skip skip;
	struct bytes path;
	int err;

	if (!nest_is_whole(nest))
		return -EBADMSG;
	genl_nested(nest, tb, DIVULGE_A_BIRTH_SKIP_MAX);
	if (!genl_struct(tb[DIVULGE_A_BIRTH_SKIP_RECORD], &skip, sizeof(skip)))
		return -EBADMSG;
	err = find_path(tree, in_dir, tb[DIVULGE_A_BIRTH_SKIP_NAME], &path);
	return err ? err : tree->ops->skip(tree->arg, &path, &skip);
}

static int on_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_TREE_MAX + 1];
	const struct nlattr *attr, *depth, *dir;
	struct tree *tree = arg;
	int err = 0;

	if (!message_is_whole(nlh))
		return -EBADMSG;
	if (tree->ops->more)
		err = tree->ops->more(tree->arg);
	if (err)
		return err;
	genl_attrs(nlh, tb, DIVULGE_A_BIRTH_TREE_MAX);
	depth = tb[DIVULGE_A_BIRTH_TREE_DEPTH];
	dir = tb[DIVULGE_A_BIRTH_TREE_DIR];
	if (depth)
		err = enter(tree, depth, dir);
	else if (dir)
		err = -EBADMSG;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (err)
			return err;
		if (mnl_attr_get_type(attr) == DIVULGE_A_BIRTH_TREE_ENTRY)
			err = on_entry(tree, depth, attr);
		else if (mnl_attr_get_type(attr) == DIVULGE_A_BIRTH_TREE_SKIP)
			err = on_skip(tree, depth, attr);
	}
	tree->counted |= genl_struct(tb[DIVULGE_A_BIRTH_TREE_TOTAL],
				     tree->total, sizeof(*tree->total));
	return err;
}

static struct nlmsghdr *request(struct genl *genl,
				const struct tree_query *query)
{
	struct nlmsghdr *nlh;

	nlh = genl_request(genl, DIVULGE_CMD_BIRTH_DUMP, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_FD, query->fd);
	if (query->since)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_SINCE,
			     sizeof(*query->since), query->since);
	if (query->until)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_UNTIL,
			     sizeof(*query->until), query->until);
	if (query->types)
		mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_TYPES,
				 query->types);
	if (query->max_depth >= 0)
		mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_MAX_DEPTH,
				 query->max_depth);
	if (query->cross)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_CROSS, 0, NULL);
	if (query->copied_up)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_COPIED_UP, 0, NULL);
	return nlh;
}

/**
 * tree_dump - ask for the births of a file and of all below it
 * @genl: from module_open()
 * @query: which are wanted
 * @ops: whom to tell
 * @arg: handed to @ops
 * @total: filled with what the kernel has counted, as far as it came
 *
 * A directory is told whole before those in it.
 *
 * Return: 0; what @ops returned; -EBADMSG for a reply that makes no sense; or
 * another negative errno, with @genl->why set. After a failure @genl may be
 * busy with the rest of the dump.
 */
int tree_dump(struct genl *genl, const struct tree_query *query,
	      const struct tree_ops *ops, void *arg,
	      struct divulge_birth_total *total)
{
	struct tree tree = { .ops = ops, .arg = arg, .total = total };
	int err;

	memset(total, 0, sizeof(*total));
	err = genl_talk(genl, request(genl, query), on_message, &tree);
	if (!err && !tree.counted) {
		err = -EBADMSG;
		snprintf(genl->why, sizeof(genl->why), "%s", strerror(-err));
	}
	free(tree.path);
	free(tree.ends);
	return err;
}
