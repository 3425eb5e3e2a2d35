// SPDX-License-Identifier: GPL-2.0
/*
 * A creation becomes an event.
 *
 * fsnotify tells of names that are made. Which of them are births, and of what
 * kind, is found out here:
 *
 * - A dentry comes with a creation, an inode with a link. Of the links, that of
 *   a file opened with O_TMPFILE gives it its first name.
 * - overlayfs makes in its work directory what it then moves to its place, so
 *   there the move is the birth.
 * - A Btrfs subvolume begins with a directory of a fixed number.
 */

#include <linux/btrfs_tree.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>

#include "attr.h"
#include "birth_events.h"
#include "births.h"
#include "compat.h"
#include "genl.h"
#include "overlay.h"
#include "private.h"
#include "publish.h"
#include "trace.h"
#include "watch.h"

/* Words of a handle; ext4 has 2, tmpfs and XFS 3, Btrfs 5 */
#define HANDLE_WORDS	8

/* struct file_handle as open_by_handle_at(2) takes it */
struct parent_handle {
	u32 bytes;
	s32 type;
	u32 fid[HANDLE_WORDS];
};

/**
 * struct newborn - a birth, as fsnotify told of it
 * @kind: enum divulge_birth_kind
 * @dentry: a name of the file
 * @dir: directory it was born in
 * @name: its name there
 * @heard: somebody listens
 */
struct newborn {
	u8 kind;
	bool heard;
	struct dentry *dentry;
	struct inode *dir;
	const struct qstr *name;
};

/* Both structs that an event may have begin with this. */
struct stamp {
	u64 seq;
	s64 time;
};

static struct divulge_stream births;

/* The attributes were written where it happened and only have to be copied. */
static int put_attrs(struct sk_buff *skb, const void *data, unsigned int len,
		     u64 seq, s64 time)
{
	const struct nlattr *first = data;
	struct stamp *stamp;

	BUILD_BUG_ON(offsetof(struct divulge_birth_origin, seq) ||
		     offsetof(struct divulge_unmount, seq));
	BUILD_BUG_ON(offsetof(struct divulge_birth_origin, time) !=
		     offsetof(struct stamp, time));
	BUILD_BUG_ON(offsetof(struct divulge_unmount, time) !=
		     offsetof(struct stamp, time));

	if (skb_tailroom(skb) < len)
		return -EMSGSIZE;
	first = skb_put_data(skb, data, len);
	if (nla_type(first) == DIVULGE_A_BIRTH_EVENTS_EVENT)
		first = nla_data(first);
	stamp = nla_data(first);
	put_unaligned(seq, &stamp->seq);
	put_unaligned(time, &stamp->time);
	return 0;
}

static const struct divulge_stream_ops births_ops = {
	.group = DIVULGE_NLGRP_BIRTHS,
	.cmd = DIVULGE_CMD_BIRTH_NTF,
	.loss_attr = DIVULGE_A_BIRTH_EVENTS_LOSS,
	.put = put_attrs,
};

static void fill_origin(struct divulge_birth_origin *origin, u8 kind,
			const struct inode *dir)
{
	memset(origin, 0, sizeof(*origin));
	origin->kind = kind;
	origin->parent_ino = dir->i_ino;
	origin->parent_gen = dir->i_generation;
	origin->sb_dev_major = MAJOR(dir->i_sb->s_dev);
	origin->sb_dev_minor = MINOR(dir->i_sb->s_dev);
	origin->pid = task_pid_nr(current);
	origin->tgid = task_tgid_nr(current);
	/* Not current_uid(): overlayfs creates files as who mounted it. */
	origin->uid = __kuid_val(current_real_cred()->uid);
#ifdef CONFIG_CGROUPS
	rcu_read_lock();
	origin->cgroup_id = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
#endif
	/* Written by nobody but current and those who rename its threads. */
	memcpy(origin->comm, current->comm, sizeof(origin->comm));
}

/* Return: length of the handle, 0 if there is none */
static unsigned int fill_parent(struct parent_handle *parent, struct inode *dir)
{
	int words = HANDLE_WORDS;
	int type;

	type = divulge_encode_fh(dir, (struct fid *)parent->fid, &words);
	if (type < 0 || type == FILEID_INVALID)
		return 0;
	parent->type = type;
	parent->bytes = words * sizeof(u32);
	return offsetof(struct parent_handle, fid) + parent->bytes;
}

/**
 * struct tale - what is told of a birth
 * @born: the birth
 * @view: of the superblock
 * @stat: what the filesystem says of the file
 * @parent: handle of the directory
 * @parent_len: length of that, 0 if there is none
 * @ids: watches that it passed
 * @ids_len: length of these, 0 if they are not told
 * @len: of all attributes in the nest
 */
struct tale {
	const struct newborn *born;
	const struct divulge_birth_view *view;
	const struct kstat *stat;
	const struct parent_handle *parent;
	unsigned int parent_len;
	const struct divulge_watch_ids *ids;
	unsigned int ids_len;
	unsigned int len;
};

static void make_record(struct divulge_birth *birth,
			const struct newborn *born,
			const struct divulge_birth_view *view,
			const struct kstat *stat)
{
	divulge_birth_fill(birth, view, d_inode(born->dentry), stat);
	if (born->kind == DIVULGE_BIRTH_KIND_COPY_UP)
		birth->flags |= DIVULGE_BIRTH_FLAG_COPIED_UP;
}

static void fill_birth(void *to, const void *arg)
{
	const struct tale *tale = arg;
	const struct newborn *born = tale->born;
	struct nlattr *nest = to;
	struct nlattr *attr = nla_data(nest);
	struct divulge_birth birth;
	void *at;

	nest->nla_type = DIVULGE_A_BIRTH_EVENTS_EVENT | NLA_F_NESTED;
	nest->nla_len = nla_attr_size(tale->len);

	/* Two headers precede it: it is aligned as the event is. */
	attr->nla_type = DIVULGE_A_BIRTH_EVENT_ORIGIN;
	attr->nla_len = nla_attr_size(sizeof(struct divulge_birth_origin));
	fill_origin(nla_data(attr), born->kind, born->dir);
	at = nla_data(attr) + sizeof(struct divulge_birth_origin);

	make_record(&birth, born, tale->view, tale->stat);
	at = divulge_attr_put(at, DIVULGE_A_BIRTH_EVENT_RECORD, &birth,
			      sizeof(birth));
	at = divulge_attr_put(at, DIVULGE_A_BIRTH_EVENT_NAME, born->name->name,
			      born->name->len);
	if (tale->parent_len)
		at = divulge_attr_put(at, DIVULGE_A_BIRTH_EVENT_PARENT_HANDLE,
				      tale->parent, tale->parent_len);
	if (tale->ids_len)
		divulge_attr_put(at, DIVULGE_A_BIRTH_EVENT_WATCHES,
				 tale->ids->id, tale->ids_len);
}

static void queue_birth(const struct newborn *born,
			const struct divulge_birth_view *view,
			const struct kstat *stat,
			const struct divulge_watch_ids *ids)
{
	struct parent_handle parent;
	struct tale tale = {
		.born = born,
		.view = view,
		.stat = stat,
		.parent = &parent,
		.parent_len = fill_parent(&parent, born->dir),
		.ids = ids,
		.ids_len = ids->many ? 0 : ids->n * sizeof(ids->id[0]),
	};

	BUILD_BUG_ON(sizeof(struct divulge_birth) +
		     sizeof(struct divulge_birth_origin) +
		     sizeof(struct parent_handle) + sizeof(ids->id) +
		     6 * NLA_HDRLEN + DIVULGE_MAX_NAME >
		     DIVULGE_EVENT_MAX_LEN);

	tale.len = nla_total_size(sizeof(struct divulge_birth_origin)) +
		   nla_total_size(sizeof(struct divulge_birth)) +
		   nla_total_size(born->name->len);
	if (tale.parent_len)
		tale.len += nla_total_size(tale.parent_len);
	if (tale.ids_len)
		tale.len += nla_total_size(tale.ids_len);
	divulge_event_add(&births, NLA_HDRLEN + tale.len, fill_birth, &tale);
}

static noinline void trace_birth(const struct newborn *born,
				 const struct divulge_birth_view *view,
				 const struct kstat *stat)
{
	struct divulge_birth_origin origin;
	struct divulge_birth birth;

	make_record(&birth, born, view, stat);
	fill_origin(&origin, born->kind, born->dir);
	trace_file_birth(&birth, &origin, born->name);
}

/* The directory is locked, or, if a file is named, may be; may sleep. */
static void tell_birth(const struct newborn *born,
		       struct fsnotify_iter_info *iter_info)
{
	const struct divulge_birth_view *view = divulge_watch_view(iter_info);
	struct divulge_watch_ids ids;
	struct kstat stat;
	bool heard;

	divulge_watch_match(iter_info, d_inode(born->dentry), born->dir, &ids);
	heard = ids.n && born->heard;
	if (!heard && !trace_file_birth_enabled())
		return;
	if (born->name->len > DIVULGE_MAX_NAME ||
	    divulge_birth_stat(born->dentry, &stat)) {
		if (heard)
			divulge_event_lost(&births);
		return;
	}
	divulge_birth_complete(&stat, view, d_inode(born->dentry));
	if (trace_file_birth_enabled())
		trace_birth(born, view, &stat);
	if (heard)
		queue_birth(born, view, &stat, &ids);
}

/* Return: kind of what was made in a directory by name */
static u8 kind_of_created(const struct inode *inode,
			  const struct divulge_birth_view *view)
{
	struct divulge_subvolume subvolume;

	if (!S_ISDIR(inode->i_mode) ||
	    inode->i_ino != BTRFS_FIRST_FREE_OBJECTID ||
	    strcmp(inode->i_sb->s_type->name, "btrfs"))
		return DIVULGE_BIRTH_KIND_CREATED;
	/* It may be a snapshot as well. */
	if (!view->learnt)
		return DIVULGE_BIRTH_KIND_CREATED;
	divulge_private_subvolume(inode, &subvolume);
	return subvolume.snapshot ? DIVULGE_BIRTH_KIND_SNAPSHOT :
				    DIVULGE_BIRTH_KIND_SUBVOLUME;
}

/* Made by name; in an overlay's work directory that is not its last one. */
static void on_create(struct newborn *born,
		      struct fsnotify_iter_info *iter_info)
{
	/* Nearly always not */
	if ((divulge_overlay_is_locked(born->dir) &&
	     divulge_overlay_is_work(born->dentry->d_parent)) ||
	    (divulge_overlay_is_locked(d_inode(born->dentry)) &&
	     divulge_overlay_makes_work(born->dentry)))
		return;
	born->kind = kind_of_created(d_inode(born->dentry),
				     divulge_watch_view(iter_info));
	tell_birth(born, iter_info);
}

/* What d_mark_tmpfile() called it, and what nobody else has unhashed */
static bool is_tmpfile_alias(const struct dentry *dentry)
{
	char name[24];
	int len;

	if (!d_unhashed(dentry))
		return false;
	len = scnprintf(name, sizeof(name), "#%llu",
			(unsigned long long)d_inode(dentry)->i_ino);
	return dentry->d_name.len == len &&
	       !memcmp(dentry->d_name.name, name, len);
}

/* In an overlay's index */
static bool is_index_alias(const struct dentry *dentry)
{
	return divulge_overlay_is_work(READ_ONCE(dentry->d_parent));
}

/* Return: such a dentry of a file, with a reference; NULL if there is none */
static struct dentry *find_alias(struct inode *inode,
				 bool (*is_wanted)(const struct dentry *))
{
	struct dentry *dentry, *found = NULL;

	rcu_read_lock();
	spin_lock(&inode->i_lock);
	hlist_for_each_entry(dentry, &inode->i_dentry, d_u.d_alias) {
		spin_lock(&dentry->d_lock);
		if (is_wanted(dentry))
			found = dget_dlock(dentry);
		spin_unlock(&dentry->d_lock);
		if (found)
			break;
	}
	spin_unlock(&inode->i_lock);
	rcu_read_unlock();
	return found;
}

static bool has_tmpfile_alias(struct inode *inode)
{
	struct dentry *dentry = find_alias(inode, is_tmpfile_alias);
	bool has = dentry;

	dput(dentry);
	return has;
}

/*
 * Was what is at @old_name now exchanged for what was there? To remove a
 * directory, overlayfs first puts an empty one in its place (ovl_clear_empty()).
 */
static bool took_a_place(struct dentry *old_dir, const struct qstr *old_name)
{
	struct dentry *dentry = d_lookup(old_dir, old_name);
	bool took;

	took = dentry && d_is_positive(dentry) && !IS_WHITEOUT(d_inode(dentry));
	dput(dentry);
	return took;
}

static bool is_born_by_move(struct dentry *old_dir, const struct newborn *born)
{
	const struct inode *inode = d_inode(born->dentry);

	if (!divulge_overlay_is_work(old_dir) || IS_WHITEOUT(inode) ||
	    divulge_overlay_is_work(born->dentry->d_parent))
		return false;
	/* A link that is made where a whiteout is */
	if (!S_ISDIR(inode->i_mode) && inode->i_nlink > 1)
		return false;
	return !took_a_place(old_dir, born->name);
}

static u8 kind_of_moved(struct dentry *dentry)
{
	if (divulge_overlay_copied(dentry))
		return DIVULGE_BIRTH_KIND_COPY_UP;
	return has_tmpfile_alias(d_inode(dentry)) ? DIVULGE_BIRTH_KIND_NAMED :
						    DIVULGE_BIRTH_KIND_CREATED;
}

/*
 * Moved; out of an overlay's work directory it was born so. Whiteouts are
 * made there as well, to say that there is no file.
 */
static void on_rename(struct newborn *born,
		      struct fsnotify_iter_info *iter_info)
{
	struct dentry *old_dir = d_find_any_alias(born->dir);
	struct dentry *dentry = born->dentry;
	bool is_born;

	if (!old_dir)
		return;
	is_born = is_born_by_move(old_dir, born);
	dput(old_dir);
	if (!is_born)
		return;
	/* Both directories are locked, so the dentry keeps its place. */
	born->dir = d_inode(dentry->d_parent);
	born->name = &dentry->d_name;
	born->kind = kind_of_moved(dentry);
	tell_birth(born, iter_info);
}

static bool is_work_dir(struct inode *dir)
{
	struct dentry *dentry = d_find_any_alias(dir);
	bool is_work = dentry && divulge_overlay_is_work(dentry);

	dput(dentry);
	return is_work;
}

/*
 * A file opened with O_TMPFILE still is open when it gets a name, so it still
 * has the dentry that it was opened by. A copy that an overlay keeps in its
 * index has its first name there, and its second where it is seen.
 *
 * Return: a dentry of the file, with a reference; NULL if this is no birth.
 */
static struct dentry *find_linked(struct inode *inode)
{
	switch (inode->i_nlink) {
	case 1:
		return find_alias(inode, is_tmpfile_alias);
	case 2:
		return find_alias(inode, is_index_alias);
	default:
		return NULL;
	}
}

/* Linked; the first link to a file opened with O_TMPFILE names it. */
static void on_link(struct newborn *born, struct inode *inode,
		    struct fsnotify_iter_info *iter_info)
{
	struct dentry *dentry = find_linked(inode);

	if (!dentry)
		return;
	if (!is_work_dir(born->dir)) {
		born->dentry = dentry;
		born->kind = divulge_overlay_copied(dentry) ?
			     DIVULGE_BIRTH_KIND_COPY_UP :
			     DIVULGE_BIRTH_KIND_NAMED;
		tell_birth(born, iter_info);
	}
	dput(dentry);
}

/**
 * divulge_birth_events_handle - take what fsnotify tells
 * @group: ours
 * @mask: what happened, one of DIVULGE_BIRTH_EVENTS
 * @data: to what
 * @data_type: type of @data
 * @dir: directory it happened in
 * @name: name there
 * @cookie: not used
 * @iter_info: leads to the mark
 *
 * Process context, may sleep; fsnotify keeps the mark by SRCU.
 *
 * Return: 0, what happened goes on in any case.
 */
int divulge_birth_events_handle(struct fsnotify_group *group, u32 mask,
				const void *data, int data_type,
				struct inode *dir, const struct qstr *name,
				u32 cookie,
				struct fsnotify_iter_info *iter_info)
{
	struct inode *inode = fsnotify_data_inode(data, data_type);
	struct newborn born = {
		.dentry = fsnotify_data_dentry(data, data_type),
		.dir = dir,
		.name = name,
		.heard = divulge_stream_heard(&births),
	};

	if (!born.heard && !trace_file_birth_enabled())
		return 0;
	if (!inode || !dir || !name)
		return 0;
	if (mask & FS_RENAME)
		on_rename(&born, iter_info);
	else if (born.dentry)
		on_create(&born, iter_info);
	else
		on_link(&born, inode, iter_info);
	return 0;
}

static void fill_unmount(void *to, const void *arg)
{
	divulge_attr_put(to, DIVULGE_A_BIRTH_EVENTS_UNMOUNT, arg,
			 sizeof(struct divulge_unmount));
}

/**
 * divulge_birth_events_unmount - tell that a watched superblock goes
 * @unmount: which; number and time are filled in later
 *
 * Process context.
 */
void divulge_birth_events_unmount(const struct divulge_unmount *unmount)
{
	unsigned int len = nla_total_size(sizeof(*unmount));

	if (divulge_stream_heard(&births))
		divulge_event_add(&births, len, fill_unmount, unmount);
}

/**
 * divulge_birth_events_count - tell how many events there were
 * @counters: gets those that are ours
 */
void divulge_birth_events_count(struct divulge_birth_counters *counters)
{
	counters->births_published = READ_ONCE(births.published);
	counters->births_lost = READ_ONCE(births.lost);
}

/**
 * divulge_birth_events_init - make ready to tell
 */
void __init divulge_birth_events_init(void)
{
	divulge_stream_init(&births, &births_ops, &init_net);
}

/**
 * divulge_birth_events_exit - publish what waits
 *
 * May sleep. fsnotify tells nothing any more.
 */
void divulge_birth_events_exit(void)
{
	divulge_stream_exit(&births);
}
