// SPDX-License-Identifier: GPL-2.0
/*
 * The birth records of a whole tree in one dump.
 *
 * The walk is the asker's: with the credentials taken when the dump began,
 * permissions are asked for as a walk by system calls would, and mounts are
 * followed as they are seen from the file that was given. It is cheaper than a
 * walk by system calls because a directory's permissions are asked for once a
 * call and not for every name, and because no path is walked.
 *
 * A directory is read to its end before those in it, whose names are kept
 * until then. So one directory is open at a time; those on the way to it are
 * held by their paths, which keeps their filesystems from being unmounted.
 *
 * Attributes are written here by hand: for every one of them to be checked for
 * room, reserved and padded by itself cost as much as all the rest of a file.
 */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "attr.h"
#include "births.h"
#include "compat.h"
#include "genl.h"
#include "overlay.h"
#include "refusal.h"

/* Names that are read at a time; what a read costs is shared by some hundreds */
#define NAMES_SIZE	16384

/* Of one directory; small, for most have few directories in them */
#define NAMES_BLOCK	512

/* A reader has to be able to end a dump that finds nothing to tell */
#define VISITS_A_CALL	4096

/**
 * struct entry - a name that was read
 * @len: its length
 * @bytes: the name, not terminated
 */
struct entry {
	u16 len;
	char bytes[];
} __packed;

/**
 * struct block - names of directories that are yet to be walked
 * @node: in its level
 * @size: of @entries
 * @used: bytes that are
 * @entries: packed struct entry
 */
struct block {
	struct list_head node;
	u16 size;
	u16 used;
	u8 entries[];
};

/**
 * struct level - a directory on the way from the root to where the walk is
 * @up: the one that it is in, NULL for the root
 * @down: the one in it on the way, if there is one
 * @path: the directory, held
 * @blocks: what is to be walked in it
 * @next: where the next of these is in the first block
 * @depth: how many are above it
 * @call: in this call of the dump the asker was seen to be allowed to search it
 * @name: its name in there, which is in @up->blocks
 * @upper: overlayfs may have copied files to it
 */
struct level {
	struct level *up;
	struct level *down;
	struct path path;
	struct list_head blocks;
	unsigned int next;
	u32 depth;
	u32 call;
	const struct entry *name;
	bool upper;
};

/**
 * enum phase - what a dump is to tell next
 * @PHASE_START: when it began
 * @PHASE_ROOT: the file that was asked for
 * @PHASE_ENTER: the same was told and is to be entered
 * @PHASE_WALK: what is in a directory
 * @PHASE_TOTAL: how much there was
 * @PHASE_END: nothing more
 */
enum phase {
	PHASE_START,
	PHASE_ROOT,
	PHASE_ENTER,
	PHASE_WALK,
	PHASE_TOTAL,
	PHASE_END,
};

/**
 * struct walk - a dump under way
 * @phase: what is to be told next
 * @refusal: what is told instead of all that
 * @call: counts the calls
 * @cred: the asker's
 * @root: file that was asked for, held
 * @since: no older birth is told
 * @until: no younger birth is told
 * @has_since: @since is set
 * @has_until: @until is set
 * @types: bit N is set if files of type N are told
 * @max_depth: no file deeper than that is told
 * @cross: mounts and subvolumes are entered
 * @copied: files that overlayfs copied up are looked for
 * @dev: device of the root, as stat(2) tells it
 * @now: when the dump began
 * @view: the superblock that was looked at last
 * @level: the directory that is read or was read last
 * @untold: the highest on the way to it that the reader does not know, or NULL
 * @spare: memory for another level, or NULL
 * @dir: it is open as long as it is read, NULL when it was read
 * @names: what was read of it
 * @names_len: how long that is, in bytes
 * @names_next: where the next name is
 * @too_long: there was a name that is longer than DIVULGE_MAX_NAME
 * @told: the record of the file at the next name was told or filtered out
 * @visits: names looked at in this call
 * @stat: of the file that is looked at; here and not on the stack, which many
 *	kernels clear for every call (CONFIG_INIT_STACK_ALL_ZERO)
 * @birth: the record that is made of it
 * @total: what was come across so far
 */
struct walk {
	enum phase phase;
	struct divulge_refusal refusal;
	u32 call;
	const struct cred *cred;
	struct path root;
	struct timespec64 since;
	struct timespec64 until;
	bool has_since;
	bool has_until;
	u32 types;
	u32 max_depth;
	bool cross;
	bool copied;
	dev_t dev;
	struct timespec64 now;
	struct divulge_birth_view view;
	struct level *level;
	struct level *untold;
	struct level *spare;
	struct file *dir;
	u8 *names;
	unsigned int names_len;
	unsigned int names_next;
	bool too_long;
	bool told;
	unsigned int visits;
	struct kstat stat;
	struct divulge_birth birth;
	struct divulge_birth_total total;
};

/**
 * struct msgs - what is being filled by one call
 * @skb: the message of the dump, with many of generic netlink in it
 * @cb: state of the dump
 * @hdr: the generic netlink message that is open, NULL if none is
 */
struct msgs {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	void *hdr;
};

/**
 * struct found - what is looked at
 * @name: its name in the directory that is read, NULL for the root of the dump
 * @path: where that leads to
 * @mnt_held: there may be a mount in between, so that of @path is held
 */
struct found {
	const struct entry *name;
	struct path path;
	bool mnt_held;
};

static void close_msg(struct msgs *msgs)
{
	if (msgs->hdr)
		genlmsg_end(msgs->skb, msgs->hdr);
	msgs->hdr = NULL;
}

static int open_msg(struct msgs *msgs)
{
	close_msg(msgs);
	msgs->hdr = genlmsg_put(msgs->skb, NETLINK_CB(msgs->cb->skb).portid,
				msgs->cb->nlh->nlmsg_seq, &divulge_nl_family,
				NLM_F_MULTI, DIVULGE_CMD_BIRTH_DUMP);
	return msgs->hdr ? 0 : -EMSGSIZE;
}

static void cancel_msg(struct msgs *msgs)
{
	genlmsg_cancel(msgs->skb, msgs->hdr);
	msgs->hdr = NULL;
}

static int put_dir(struct msgs *msgs, const struct level *level)
{
	const struct entry *name = level->name;
	unsigned int len = nla_total_size(sizeof(level->depth));
	void *at;
	int err;

	err = open_msg(msgs);
	if (err)
		return err;
	if (name)
		len += nla_total_size(name->len);
	if (skb_tailroom(msgs->skb) < len) {
		cancel_msg(msgs);
		return -EMSGSIZE;
	}
	at = divulge_attr_put(skb_put(msgs->skb, len),
			      DIVULGE_A_BIRTH_TREE_DEPTH,
			      &level->depth, sizeof(level->depth));
	if (name)
		divulge_attr_put(at, DIVULGE_A_BIRTH_TREE_DIR, name->bytes,
				 name->len);
	return 0;
}

/* Open a message about a directory; the reader is told of those above it. */
static int open_dir_msg(struct msgs *msgs, struct walk *walk)
{
	struct level *level;
	int err;

	if (msgs->hdr)
		return 0;
	while ((level = walk->untold) && level != walk->level) {
		err = put_dir(msgs, level);
		if (err)
			return err;
		walk->untold = level->down;
		cond_resched();
	}
	err = put_dir(msgs, walk->level);
	if (!err)
		walk->untold = NULL;
	return err;
}

static int open_any_msg(struct msgs *msgs, struct walk *walk)
{
	return walk->level ? open_dir_msg(msgs, walk) : open_msg(msgs);
}

/*
 * A nest of a struct and a name, whole or not at all. Inline, since the length
 * of the struct is known where it is called.
 */
static __always_inline int put_named(struct msgs *msgs, u16 type,
				     const void *data, u16 size,
				     const struct entry *name)
{
	unsigned int len = NLA_HDRLEN + nla_total_size(size);
	struct nlattr *nest;
	void *at;

	/* The attributes of a birth-entry and a birth-skip have one number. */
	BUILD_BUG_ON((int)DIVULGE_A_BIRTH_ENTRY_RECORD !=
		     (int)DIVULGE_A_BIRTH_SKIP_RECORD);
	BUILD_BUG_ON((int)DIVULGE_A_BIRTH_ENTRY_NAME !=
		     (int)DIVULGE_A_BIRTH_SKIP_NAME);
	if (name)
		len += nla_total_size(name->len);
	if (skb_tailroom(msgs->skb) < len)
		return -EMSGSIZE;
	nest = skb_put(msgs->skb, len);
	nest->nla_type = type | NLA_F_NESTED;
	nest->nla_len = len;
	at = divulge_attr_put(nla_data(nest), DIVULGE_A_BIRTH_ENTRY_RECORD,
			      data, size);
	if (name)
		divulge_attr_put(at, DIVULGE_A_BIRTH_ENTRY_NAME, name->bytes,
				 name->len);
	return 0;
}

/* Return: 0 or -EMSGSIZE */
static int put_skip(struct msgs *msgs, struct walk *walk,
		    const struct entry *name, u8 reason, int error)
{
	struct divulge_birth_skip skip = { .error = error, .reason = reason };
	int err;

	err = open_any_msg(msgs, walk);
	if (!err)
		err = put_named(msgs, DIVULGE_A_BIRTH_TREE_SKIP, &skip,
				sizeof(skip), name);
	if (!err)
		walk->total.skipped++;
	return err;
}

static int put_total(struct msgs *msgs, const struct walk *walk)
{
	int err;

	err = open_msg(msgs);
	if (!err)
		err = nla_put(msgs->skb, DIVULGE_A_BIRTH_TREE_TOTAL,
			      sizeof(walk->total), &walk->total);
	if (err && msgs->hdr)
		cancel_msg(msgs);
	close_msg(msgs);
	return err;
}

static void free_blocks(struct level *level)
{
	struct block *block, *next;

	list_for_each_entry_safe(block, next, &level->blocks, node)
		kfree(block);
}

/* What is on another superblock than the root does not keep that. */
static void forget_view(struct walk *walk, const struct path *left)
{
	if (left->dentry->d_sb != walk->root.dentry->d_sb)
		walk->view.sb = NULL;
}

/* One is kept: most directories are followed by another one as deep. */
static void pop_level(struct walk *walk)
{
	struct level *level = walk->level;

	walk->level = level->up;
	if (level->up)
		level->up->down = NULL;
	if (walk->untold == level)
		walk->untold = NULL;
	free_blocks(level);
	forget_view(walk, &level->path);
	path_put(&level->path);
	kfree(walk->spare);
	walk->spare = level;
}

/* Keep the name of a directory to be walked. Return: 0 or -ENOMEM */
static int keep_name(struct level *level, const struct entry *name)
{
	unsigned int size = sizeof(*name) + name->len;
	struct block *block = NULL;

	if (!list_empty(&level->blocks))
		block = list_last_entry(&level->blocks, struct block, node);
	if (!block || block->size - block->used < size) {
		block = kmalloc(max_t(size_t, NAMES_BLOCK,
				      sizeof(*block) + size),
				GFP_KERNEL_ACCOUNT);
		if (!block)
			return -ENOMEM;
		block->size = max_t(size_t, NAMES_BLOCK - sizeof(*block), size);
		block->used = 0;
		list_add_tail(&block->node, &level->blocks);
	}
	memcpy(block->entries + block->used, name, size);
	block->used += size;
	return 0;
}

/* Return: a name that keep_name() kept, until the next call; NULL at the end */
static const struct entry *next_kept(struct level *level)
{
	const struct entry *name;
	struct block *block;

	block = list_first_entry_or_null(&level->blocks, struct block, node);
	if (block && level->next == block->used) {
		list_del(&block->node);
		kfree(block);
		level->next = 0;
		block = list_first_entry_or_null(&level->blocks, struct block,
						 node);
	}
	if (!block)
		return NULL;
	name = (const struct entry *)(block->entries + level->next);
	level->next += sizeof(*name) + name->len;
	return name;
}

static int follow_mounts(struct found *found)
{
	if (!d_mountpoint(found->path.dentry))
		return 0;
	mntget(found->path.mnt);
	found->mnt_held = true;
	while (d_mountpoint(found->path.dentry) &&
	       follow_down_one(&found->path))
		;
	return 0;
}

static void put_found(struct walk *walk, struct found *found)
{
	if (found->mnt_held)
		forget_view(walk, &found->path);
	dput(found->path.dentry);
	if (found->mnt_held)
		mntput(found->path.mnt);
}

/*
 * The asker may search the directory. Names that are cached are taken from the
 * cache, as a path walk would; the rest is for the kernel's own lookup.
 */
static struct dentry *look_up(const struct path *dir, const struct entry *name)
{
	struct dentry *parent = dir->dentry;
	struct dentry *dentry;
	struct qstr q;

	if (!(parent->d_flags & (DCACHE_OP_HASH | DCACHE_OP_COMPARE))) {
		q.name = name->bytes;
		q.len = name->len;
		q.hash = full_name_hash(parent, q.name, q.len);
		dentry = d_lookup(parent, &q);
		if (dentry && !(dentry->d_flags & DCACHE_OP_REVALIDATE)) {
			/* It may just be becoming positive. */
			if (!d_flags_negative(smp_load_acquire(&dentry->d_flags)))
				return dentry;
			dput(dentry);
			return ERR_PTR(-ENOENT);
		}
		dput(dentry);
	}
	return divulge_lookup(dir, name->bytes, name->len);
}

static int find(struct found *found, const struct path *dir,
		const struct entry *name)
{
	struct dentry *dentry;

	dentry = look_up(dir, name);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	found->name = name;
	found->path.mnt = dir->mnt;
	found->path.dentry = dentry;
	found->mnt_held = false;
	return follow_mounts(found);
}

static const struct divulge_birth_view *view_of(struct walk *walk,
						struct super_block *sb)
{
	if (walk->view.sb != sb) {
		divulge_birth_look_at(&walk->view, sb);
		walk->view.now = walk->now;
	}
	return &walk->view;
}

static bool passes(const struct walk *walk)
{
	const struct kstat *stat = &walk->stat;

	if (!(walk->types & BIT(divulge_birth_type(stat->mode))))
		return false;
	if (!walk->has_since && !walk->has_until)
		return true;
	if (!(stat->result_mask & STATX_BTIME))
		return false;
	return (!walk->has_since ||
		timespec64_compare(&stat->btime, &walk->since) >= 0) &&
	       (!walk->has_until ||
		timespec64_compare(&stat->btime, &walk->until) <= 0);
}

static bool may_be_copied(const struct walk *walk)
{
	return walk->level ? walk->level->upper : walk->copied;
}

/* Return: 0, also if it is filtered out, or -EMSGSIZE */
static int put_birth(struct msgs *msgs, struct walk *walk,
		     const struct found *found)
{
	struct dentry *dentry = found->path.dentry;
	const struct divulge_birth_view *view = view_of(walk, dentry->d_sb);
	int err;

	divulge_birth_complete(&walk->stat, view, d_inode(dentry));
	if (!passes(walk))
		return 0;
	divulge_birth_fill(&walk->birth, view, d_inode(dentry), &walk->stat);
	if (may_be_copied(walk) && divulge_overlay_copied(dentry))
		walk->birth.flags |= DIVULGE_BIRTH_FLAG_COPIED_UP;
	err = open_any_msg(msgs, walk);
	if (!err)
		err = put_named(msgs, DIVULGE_A_BIRTH_TREE_ENTRY, &walk->birth,
				sizeof(walk->birth), found->name);
	if (!err)
		walk->total.matched++;
	return err;
}

/* What is found is a directory that was told. Return: 0, or -EMSGSIZE */
static int keep_dir(struct msgs *msgs, struct walk *walk,
		    const struct found *found)
{
	u8 reason = found->path.mnt != walk->level->path.mnt ?
		    DIVULGE_BIRTH_SKIP_REASON_MOUNT :
		    DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME;

	if (walk->level->depth + 1 >= walk->max_depth)
		return 0;
	if (!walk->cross && walk->stat.dev != walk->dev)
		return put_skip(msgs, walk, found->name, reason, 0);
	if (keep_name(walk->level, found->name))
		return put_skip(msgs, walk, found->name,
				DIVULGE_BIRTH_SKIP_REASON_ERROR, ENOMEM);
	return 0;
}

static int tell_found(struct msgs *msgs, struct walk *walk,
		      const struct found *found)
{
	int err;

	err = vfs_getattr(&found->path, &walk->stat,
			  STATX_BASIC_STATS | STATX_BTIME,
			  AT_STATX_SYNC_AS_STAT);
	if (err) {
		/* What may not be looked at is not entered. */
		if (!walk->level)
			walk->max_depth = 0;
		return put_skip(msgs, walk, found->name,
				DIVULGE_BIRTH_SKIP_REASON_ERROR, -err);
	}
	/* What follows may not fit; then only that is told once more. */
	if (!walk->told) {
		err = put_birth(msgs, walk, found);
		if (err)
			return err;
		walk->told = true;
		walk->total.visited++;
	}
	if (!walk->level)
		walk->dev = walk->stat.dev;
	else if (S_ISDIR(walk->stat.mode))
		return keep_dir(msgs, walk, found);
	return 0;
}

/* Return: 0, also if nothing of that name is there any more, or -EMSGSIZE */
static int tell_name(struct msgs *msgs, struct walk *walk,
		     const struct entry *name)
{
	struct found found;
	int err;

	err = find(&found, &walk->level->path, name);
	if (err == -ENOENT)
		return 0;
	if (err)
		return put_skip(msgs, walk, name,
				DIVULGE_BIRTH_SKIP_REASON_ERROR, -err);
	err = tell_found(msgs, walk, &found);
	put_found(walk, &found);
	return err;
}

/* A name was looked at. Return: true if the reader is to have a say */
static bool is_enough(struct walk *walk)
{
	return ++walk->visits >= VISITS_A_CALL ||
	       fatal_signal_pending(current);
}

static int tell_names(struct msgs *msgs, struct walk *walk)
{
	const struct entry *name;
	int err;

	while (walk->names_next < walk->names_len) {
		name = (const struct entry *)(walk->names + walk->names_next);
		err = tell_name(msgs, walk, name);
		if (err)
			return err;
		walk->told = false;
		walk->names_next += sizeof(*name) + name->len;
		if (is_enough(walk))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * struct reader - a read of a directory
 * @ctx: for the filesystem
 * @walk: where the names go
 * @seen: how many there were
 * @full: there was no room for more
 */
struct reader {
	struct dir_context ctx;
	struct walk *walk;
	unsigned int seen;
	bool full;
};

static bool is_dot(const char *name, int len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/* The directory is locked here, so names are only kept. */
static bool keep_entry(struct dir_context *ctx, const char *name, int len,
		       loff_t pos, u64 ino, unsigned int type)
{
	struct reader *reader = container_of(ctx, typeof(*reader), ctx);
	struct walk *walk = reader->walk;
	struct entry *entry;

	reader->seen++;
	if (is_dot(name, len))
		return true;
	if (len <= 0 || len > DIVULGE_MAX_NAME) {
		walk->too_long = true;
		return true;
	}
	if (NAMES_SIZE - walk->names_len < sizeof(*entry) + len) {
		reader->full = true;
		return false;
	}
	entry = (struct entry *)(walk->names + walk->names_len);
	entry->len = len;
	memcpy(entry->bytes, name, len);
	walk->names_len += sizeof(*entry) + len;
	return true;
}

static void close_dir(struct walk *walk)
{
	fput(walk->dir);
	walk->dir = NULL;
}

/* Read some of the directory. Return: 0 or -EMSGSIZE */
static int read_dir(struct msgs *msgs, struct walk *walk)
{
	struct super_block *sb = file_inode(walk->dir)->i_sb;
	struct reader reader = {
		.ctx.actor = keep_entry,
		.walk = walk,
	};
	int err;

	walk->names_len = 0;
	walk->names_next = 0;
	err = iterate_dir(walk->dir, &reader.ctx);
	cond_resched();
	/* Others are at the end only when a read gives no name. */
	if (!err && !reader.full &&
	    divulge_birth_reads_whole(view_of(walk, sb))) {
		close_dir(walk);
		return 0;
	}
	if (reader.seen)
		return 0;
	/* It may have been removed. */
	if (err && err != -ENOENT)
		err = put_skip(msgs, walk, NULL,
			       DIVULGE_BIRTH_SKIP_REASON_ERROR, -err);
	else
		err = 0;
	if (!err)
		close_dir(walk);
	return err;
}

/* Between two calls as much time passes as the reader likes. */
static int may_search(const struct walk *walk, struct level *level)
{
	int err;

	if (level->call == walk->call)
		return 0;
	err = divulge_permission(&level->path, MAY_EXEC);
	if (!err)
		level->call = walk->call;
	return err;
}

/* The asker may no longer search the directory. Return: 0 or -EMSGSIZE */
static int give_up_dir(struct msgs *msgs, struct walk *walk, int error)
{
	int err;

	err = put_skip(msgs, walk, NULL,
		       DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE, error);
	if (err)
		return err;
	walk->names_len = 0;
	if (walk->dir)
		close_dir(walk);
	return 0;
}

static int tell_dir(struct msgs *msgs, struct walk *walk)
{
	int err;

	if (walk->names_next < walk->names_len || walk->dir) {
		err = may_search(walk, walk->level);
		if (err)
			return give_up_dir(msgs, walk, -err);
	}
	for (;;) {
		err = tell_names(msgs, walk);
		if (!err && walk->too_long)
			err = put_skip(msgs, walk, NULL,
				       DIVULGE_BIRTH_SKIP_REASON_ERROR,
				       ENAMETOOLONG);
		if (err)
			return err;
		walk->too_long = false;
		if (!walk->dir)
			return 0;
		err = read_dir(msgs, walk);
		if (err)
			return err;
	}
}

static int push_level(struct walk *walk, const struct path *path,
		      const struct entry *name)
{
	struct level *level = walk->spare;

	walk->spare = NULL;
	if (!level)
		level = kmalloc(sizeof(*level), GFP_KERNEL_ACCOUNT);
	if (!level)
		return -ENOMEM;
	INIT_LIST_HEAD(&level->blocks);
	level->path = *path;
	path_get(&level->path);
	level->next = 0;
	level->name = name;
	level->call = walk->call;
	level->up = walk->level;
	level->down = NULL;
	if (level->up)
		level->up->down = level;
	if (!walk->untold)
		walk->untold = level;
	level->depth = walk->level ? walk->level->depth + 1 : 0;
	level->upper = walk->copied && divulge_overlay_is_upper(path->dentry);
	walk->level = level;
	return 0;
}

/*
 * Go into a directory. What may not be read is told there, by no name.
 * Return: 0, also if it was told why not, or -EMSGSIZE
 */
static int enter(struct msgs *msgs, struct walk *walk,
		 const struct path *path, const struct entry *name)
{
	u8 reason = DIVULGE_BIRTH_SKIP_REASON_ERROR;
	struct file *dir;
	int err;

	err = push_level(walk, path, name);
	if (err)
		return put_skip(msgs, walk, name, reason, -err);

	err = divulge_permission(path, MAY_READ | MAY_OPEN | MAY_EXEC);
	if (err == -EACCES)
		reason = divulge_permission(path, MAY_READ | MAY_OPEN) ?
			 DIVULGE_BIRTH_SKIP_REASON_UNREADABLE :
			 DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE;
	if (!err) {
		/* To look is no access that anybody wants to be recorded. */
		dir = dentry_open(path, O_RDONLY | O_DIRECTORY | O_LARGEFILE |
				  O_NOATIME, walk->cred);
		if (!IS_ERR(dir)) {
			walk->dir = dir;
			return 0;
		}
		err = PTR_ERR(dir);
	}
	err = put_skip(msgs, walk, NULL, reason, -err);
	if (err)
		pop_level(walk);
	return err;
}

static bool is_dir_still(const struct walk *walk, const struct path *path)
{
	return d_can_lookup(path->dentry) &&
	       (walk->cross || path->dentry->d_sb == walk->root.dentry->d_sb);
}

static int enter_name(struct msgs *msgs, struct walk *walk,
		      const struct entry *name)
{
	struct found found;
	int err;

	err = may_search(walk, walk->level);
	if (!err)
		err = find(&found, &walk->level->path, name);
	if (err == -ENOENT)
		return 0;
	if (err)
		return put_skip(msgs, walk, name,
				DIVULGE_BIRTH_SKIP_REASON_ERROR, -err);
	if (is_dir_still(walk, &found.path))
		err = enter(msgs, walk, &found.path, name);
	else if (d_is_autodir(found.path.dentry))
		err = put_skip(msgs, walk, name,
			       DIVULGE_BIRTH_SKIP_REASON_MOUNT, 0);
	put_found(walk, &found);
	return err;
}

/* Go to the next directory. Return: 1, 0 at the end, or -EMSGSIZE */
static int next_dir(struct msgs *msgs, struct walk *walk)
{
	const struct entry *name;
	struct level *level;
	int err;

	while ((level = walk->level)) {
		close_msg(msgs);
		name = next_kept(level);
		if (!name) {
			pop_level(walk);
			continue;
		}
		err = enter_name(msgs, walk, name);
		if (err) {
			/* Once more, in the next message */
			level->next -= sizeof(*name) + name->len;
			return err;
		}
		if (walk->dir)
			return 1;
		if (is_enough(walk))
			return -EMSGSIZE;
		cond_resched();
	}
	return 0;
}

static int tell_root(struct msgs *msgs, struct walk *walk)
{
	const struct found found = { .path = walk->root };

	return tell_found(msgs, walk, &found);
}

static int enter_root(struct msgs *msgs, struct walk *walk)
{
	close_msg(msgs);
	walk->told = false;
	if (!walk->max_depth || !d_can_lookup(walk->root.dentry))
		return 0;
	return enter(msgs, walk, &walk->root, NULL);
}

static int walk_on(struct msgs *msgs, struct walk *walk)
{
	int err;

	do {
		err = tell_dir(msgs, walk);
		if (!err)
			err = next_dir(msgs, walk);
	} while (err > 0);
	return err;
}

static int put_started(struct msgs *msgs, struct walk *walk)
{
	const struct divulge_moment now = {
		.sec = walk->now.tv_sec,
		.nsec = walk->now.tv_nsec,
	};
	int err;

	err = open_msg(msgs);
	if (err)
		return err;
	err = nla_put(msgs->skb, DIVULGE_A_BIRTH_TREE_STARTED, sizeof(now),
		      &now);
	if (err)
		cancel_msg(msgs);
	return err;
}

/* Return: 0 when the phase is done, or -EMSGSIZE */
static int go_on(struct msgs *msgs, struct walk *walk)
{
	switch (walk->phase) {
	case PHASE_START:
		return put_started(msgs, walk);
	case PHASE_ROOT:
		return tell_root(msgs, walk);
	case PHASE_ENTER:
		return enter_root(msgs, walk);
	case PHASE_WALK:
		return walk_on(msgs, walk);
	case PHASE_TOTAL:
		return put_total(msgs, walk);
	case PHASE_END:
		break;
	}
	return -EMSGSIZE;
}

static int refuse(struct walk *walk, int err, const char *why,
		  const struct nlattr *attr)
{
	walk->refusal.err = err;
	walk->refusal.why = why;
	walk->refusal.attr = attr;
	return err;
}

static struct walk *walk_of(struct netlink_callback *cb)
{
	return *(struct walk **)cb->ctx;
}

/**
 * divulge_nl_birth_dump_dumpit - answer DIVULGE_CMD_BIRTH_DUMP
 * @skb: message to fill
 * @cb: where the dump is
 *
 * Process context, of whoever receives; may sleep for as long as the
 * filesystem takes. The first call as a rule runs in that of the asker's
 * sendmsg(), in which all of generic netlink waits, and therefore touches no
 * filesystem.
 *
 * Return: length of the message, 0 at the end; -EINVAL, -EBADF or -EPERM.
 */
int divulge_nl_birth_dump_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct msgs msgs = { .skb = skb, .cb = cb };
	struct walk *walk = walk_of(cb);
	enum phase first = walk->phase;
	const struct cred *old;

	if (walk->refusal.err)
		return divulge_refusal_tell(&walk->refusal, cb->extack);
	walk->visits = 0;
	walk->call++;
	old = override_creds(walk->cred);
	while (!go_on(&msgs, walk)) {
		walk->phase++;
		if (first == PHASE_START)
			break;
	}
	revert_creds(old);
	close_msg(&msgs);
	/* Nothing to tell yet, which is not the end */
	if (!skb->len && walk->phase != PHASE_END)
		put_total(&msgs, walk);
	return skb->len;
}

static int take_moment(struct walk *walk, struct timespec64 *to, bool *has,
		       const struct nlattr *attr)
{
	struct divulge_moment moment;

	if (!attr)
		return 0;
	memcpy(&moment, nla_data(attr), sizeof(moment));
	if (moment.nsec >= NSEC_PER_SEC || moment.reserved)
		return refuse(walk, -EINVAL,
			      "not a point in time: nsec is a second or more, or reserved is not zero",
			      attr);
	to->tv_sec = moment.sec;
	to->tv_nsec = moment.nsec;
	*has = true;
	return 0;
}

static int take_request(struct walk *walk, struct nlattr **attrs)
{
	const struct nlattr *types = attrs[DIVULGE_A_BIRTH_TREE_TYPES];
	const struct nlattr *depth = attrs[DIVULGE_A_BIRTH_TREE_MAX_DEPTH];
	int err;

	walk->types = divulge_attr_types(types);
	walk->max_depth = depth ? nla_get_u32(depth) : U32_MAX;
	walk->cross = nla_get_flag(attrs[DIVULGE_A_BIRTH_TREE_CROSS]);
	walk->copied = nla_get_flag(attrs[DIVULGE_A_BIRTH_TREE_COPIED_UP]);
	err = take_moment(walk, &walk->since, &walk->has_since,
			  attrs[DIVULGE_A_BIRTH_TREE_SINCE]);
	if (err)
		return err;
	return take_moment(walk, &walk->until, &walk->has_until,
			   attrs[DIVULGE_A_BIRTH_TREE_UNTIL]);
}

/*
 * The walk is that of the sender, the reply goes to whom the socket belongs to:
 * nobody must have another walk for him by leaving him the socket to write to.
 */
static bool may_walk(const struct cred *opener)
{
	const struct cred *sender = current_cred();

	return sender == opener ||
	       (uid_eq(sender->fsuid, opener->fsuid) &&
		gid_eq(sender->fsgid, opener->fsgid) &&
		sender->group_info == opener->group_info &&
		sender->user_ns == opener->user_ns &&
		cap_issubset(sender->cap_effective, opener->cap_effective));
}

static int take_root(struct walk *walk, const struct nlattr *attr)
{
	struct file *file;

	if (!attr)
		return refuse(walk, -EINVAL, "fd of the file is missing", NULL);
	file = fget_raw(nla_get_s32(attr));
	if (!file)
		return refuse(walk, -EBADF, "fd is not open", attr);
	walk->root = file->f_path;
	path_get(&walk->root);
	fput(file);
	return 0;
}

/**
 * divulge_nl_birth_dump_start - begin to answer DIVULGE_CMD_BIRTH_DUMP
 * @cb: the dump
 *
 * Runs in the context of the asker's sendmsg(). Until
 * divulge_nl_birth_dump_done() the dump holds the file that was asked for, as
 * an open directory would.
 *
 * Return: 0 or -ENOMEM. A refusal is left to the first call.
 */
int divulge_nl_birth_dump_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = divulge_dump_attrs(cb);
	struct walk *walk;

	BUILD_BUG_ON(sizeof(walk) > sizeof(cb->ctx));

	walk = kzalloc(sizeof(*walk), GFP_KERNEL_ACCOUNT);
	if (!walk)
		return -ENOMEM;
	walk->names = kmalloc(NAMES_SIZE, GFP_KERNEL_ACCOUNT);
	if (!walk->names) {
		kfree(walk);
		return -ENOMEM;
	}
	walk->cred = get_current_cred();
	ktime_get_real_ts64(&walk->now);
	*(struct walk **)cb->ctx = walk;

	if (!may_walk(NETLINK_CB(cb->skb).sk->sk_socket->file->f_cred))
		refuse(walk, -EPERM,
		       "the socket was opened with other rights than these: open one of your own",
		       NULL);
	else if (!take_request(walk, attrs))
		take_root(walk, attrs[DIVULGE_A_BIRTH_TREE_FD]);
	return 0;
}

/**
 * divulge_nl_birth_dump_done - let go of a dump, whole or not
 * @cb: the dump
 *
 * Process context.
 *
 * Return: 0.
 */
int divulge_nl_birth_dump_done(struct netlink_callback *cb)
{
	struct walk *walk = walk_of(cb);

	if (walk->dir)
		close_dir(walk);
	while (walk->level)
		pop_level(walk);
	kfree(walk->spare);
	path_put(&walk->root);
	put_cred(walk->cred);
	kfree(walk->names);
	kfree(walk);
	return 0;
}
