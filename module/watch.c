// SPDX-License-Identifier: GPL-2.0
/*
 * Who watches which superblock, and a creation there becomes an event.
 *
 * A watched superblock has one fsnotify mark of ours, however many sockets
 * watch it. The mark does not pin the superblock: umount destroys it.
 *
 * Locks: watch_mutex serializes those who add and remove watchers, so that a
 * mark is never removed under one who joins it. marks_lock protects the list
 * and what is in it against umount, which takes no watch_mutex.
 */

#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/kdev_t.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "births.h"
#include "compat.h"
#include "genl.h"
#include "publish.h"
#include "trace.h"
#include "watch.h"

/* Words of a handle; ext4 has 2, tmpfs and XFS 3, Btrfs 5 */
#define HANDLE_WORDS	8

struct watcher {
	struct list_head node;
	struct sock *sk;	/* the asker's, held: a portid may be reused */
};

struct watched {
	struct fsnotify_mark mark;
	struct list_head node;
	struct list_head watchers;
	const struct super_block *sb;	/* an identity, never followed */
};

/* struct file_handle as open_by_handle_at(2) takes it */
struct parent_handle {
	u32 bytes;
	s32 type;
	u32 fid[HANDLE_WORDS];
};

struct birth_event {
	struct divulge_event ev;
	struct divulge_birth birth;
	struct divulge_birth_origin origin;
	struct parent_handle parent;
	unsigned int name_len;
	char name[];
};

static DEFINE_MUTEX(watch_mutex);
static struct fsnotify_group *watch_group;	/* under watch_mutex */

static DEFINE_SPINLOCK(marks_lock);
static LIST_HEAD(watched_sbs);

/* Marks whose memory is not yet freed */
static atomic_t nr_marks = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(no_marks);

static struct divulge_stream births;

static int put_birth(struct sk_buff *skb, const struct divulge_event *ev,
		     u64 seq)
{
	const struct birth_event *event = container_of(ev, typeof(*event), ev);
	struct divulge_birth_origin origin = event->origin;

	origin.seq = seq;
	origin.time = divulge_event_time(ev);
	if (nla_put(skb, DIVULGE_A_BIRTH_EVENT_ORIGIN, sizeof(origin),
		    &origin) ||
	    nla_put(skb, DIVULGE_A_BIRTH_EVENT_RECORD, sizeof(event->birth),
		    &event->birth) ||
	    nla_put(skb, DIVULGE_A_BIRTH_EVENT_NAME, event->name_len,
		    event->name))
		return -EMSGSIZE;
	if (event->parent.bytes &&
	    nla_put(skb, DIVULGE_A_BIRTH_EVENT_PARENT_HANDLE,
		    offsetof(struct parent_handle, fid) + event->parent.bytes,
		    &event->parent))
		return -EMSGSIZE;
	return 0;
}

static const struct divulge_stream_ops births_ops = {
	.group = DIVULGE_NLGRP_BIRTHS,
	.cmd = DIVULGE_CMD_BIRTH_NTF,
	.loss_attr = DIVULGE_A_BIRTH_EVENTS_LOSS,
	.event_attr = DIVULGE_A_BIRTH_EVENTS_EVENT,
	.put = put_birth,
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
	origin->uid = from_kuid(&init_user_ns, task_uid(current));
#ifdef CONFIG_CGROUPS
	rcu_read_lock();
	origin->cgroup_id = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
#endif
	get_task_comm(origin->comm, current);
}

static void fill_parent(struct parent_handle *parent, struct inode *dir)
{
	int words = HANDLE_WORDS;
	int type;

	type = divulge_encode_fh(dir, (struct fid *)parent->fid, &words);
	if (type < 0 || type == FILEID_INVALID) {
		parent->bytes = 0;
		return;
	}
	parent->type = type;
	parent->bytes = words * sizeof(u32);
}

/* @dir is locked, or, if @kind is not created, may be; may sleep. */
static void birth(u8 kind, struct dentry *dentry, struct inode *dir,
		  const struct qstr *name, bool heard)
{
	struct divulge_birth_origin origin;
	struct divulge_birth birth;
	struct birth_event *event;

	if (divulge_birth_of_dentry(&birth, dentry)) {
		if (heard)
			divulge_event_lost(&births);
		return;
	}
	fill_origin(&origin, kind, dir);
	trace_file_birth(&birth, &origin, name);
	if (!heard)
		return;

	event = divulge_event_alloc(&births,
				    struct_size(event, name, name->len));
	if (!event)
		return;
	event->birth = birth;
	event->origin = origin;
	fill_parent(&event->parent, dir);
	event->name_len = name->len;
	memcpy(event->name, name->name, name->len);
	divulge_event_queue(&event->ev);
}

/*
 * A dentry comes with a creation, an inode with a link. A link to a file that
 * has no other name gives one to a file opened with O_TMPFILE.
 */
static int handle_event(struct fsnotify_group *group, u32 mask,
			const void *data, int data_type, struct inode *dir,
			const struct qstr *name, u32 cookie,
			struct fsnotify_iter_info *iter_info)
{
	struct inode *inode = fsnotify_data_inode(data, data_type);
	bool heard = divulge_stream_heard(&births);
	struct dentry *dentry;

	if (!heard && !trace_file_birth_enabled())
		return 0;
	if (!(mask & FS_CREATE) || !inode || !dir || !name)
		return 0;

	dentry = fsnotify_data_dentry(data, data_type);
	if (dentry) {
		birth(DIVULGE_BIRTH_KIND_CREATED, dentry, dir, name, heard);
		return 0;
	}
	if (inode->i_nlink != 1)
		return 0;
	dentry = d_find_any_alias(inode);
	if (!dentry)
		return 0;
	birth(DIVULGE_BIRTH_KIND_NAMED, dentry, dir, name, heard);
	dput(dentry);
	return 0;
}

static void free_watchers(struct list_head *watchers)
{
	struct watcher *watcher, *next;

	list_for_each_entry_safe(watcher, next, watchers, node) {
		sock_put(watcher->sk);
		kfree(watcher);
	}
}

/*
 * Comes once for each mark that was added: from umount, which holds s_umount,
 * or from remove_mark() under watch_mutex.
 */
static void freeing_mark(struct fsnotify_mark *mark,
			 struct fsnotify_group *group)
{
	struct watched *watched = container_of(mark, struct watched, mark);
	LIST_HEAD(watchers);

	spin_lock(&marks_lock);
	list_del_init(&watched->node);
	list_splice_init(&watched->watchers, &watchers);
	spin_unlock(&marks_lock);

	free_watchers(&watchers);
	fsnotify_put_mark(mark);
}

/* Comes last, when no event can be under way with the mark any more. */
static void free_mark(struct fsnotify_mark *mark)
{
	kfree(container_of(mark, struct watched, mark));
	if (atomic_dec_and_test(&nr_marks))
		wake_up_all(&no_marks);
}

static const struct fsnotify_ops watch_ops = {
	.handle_event = handle_event,
	.freeing_mark = freeing_mark,
	.free_mark = free_mark,
};

static struct watched *find_watched(const struct super_block *sb)
{
	struct watched *watched;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node)
		if (watched->sb == sb)
			return watched;
	return NULL;
}

static struct watcher *find_watcher(const struct watched *watched,
				    const struct sock *sk)
{
	struct watcher *watcher;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry(watcher, &watched->watchers, node)
		if (watcher->sk == sk)
			return watcher;
	return NULL;
}

/* Return: 0 if joined, -EEXIST if there already, -ENOENT if none watches @sb */
static int join_watched(const struct super_block *sb, struct watcher *watcher)
{
	struct watched *watched;
	int err = 0;

	lockdep_assert_held(&watch_mutex);
	spin_lock(&marks_lock);
	watched = find_watched(sb);
	if (!watched)
		err = -ENOENT;
	else if (find_watcher(watched, watcher->sk))
		err = -EEXIST;
	else
		list_add_tail(&watcher->node, &watched->watchers);
	spin_unlock(&marks_lock);
	return err;
}

static int add_mark(struct super_block *sb, struct watcher *watcher)
{
	struct watched *watched;
	int err;

	lockdep_assert_held(&watch_mutex);
	watched = kzalloc(sizeof(*watched), GFP_KERNEL);
	if (!watched)
		return -ENOMEM;
	fsnotify_init_mark(&watched->mark, watch_group);
	atomic_inc(&nr_marks);
	watched->mark.mask = FS_CREATE | FS_ISDIR;
	watched->sb = sb;
	INIT_LIST_HEAD(&watched->node);
	INIT_LIST_HEAD(&watched->watchers);

	err = divulge_add_sb_mark(&watched->mark, sb);
	if (err) {
		fsnotify_put_mark(&watched->mark);
		return err;
	}
	/* The caller's file keeps umount away until it is in the list. */
	spin_lock(&marks_lock);
	list_add_tail(&watcher->node, &watched->watchers);
	list_add_tail(&watched->node, &watched_sbs);
	spin_unlock(&marks_lock);
	return 0;
}

static int add_watcher(struct super_block *sb, struct sock *sk,
		       struct netlink_ext_ack *extack)
{
	struct watcher *watcher;
	int err;

	watcher = kmalloc(sizeof(*watcher), GFP_KERNEL);
	if (!watcher)
		return -ENOMEM;
	sock_hold(sk);
	watcher->sk = sk;

	mutex_lock(&watch_mutex);
	if (!watch_group) {
		NL_SET_ERR_MSG(extack, "the module is on its way out");
		err = -ENODEV;
		goto unlock;
	}
	err = join_watched(sb, watcher);
	if (err == -ENOENT)
		err = add_mark(sb, watcher);
unlock:
	mutex_unlock(&watch_mutex);
	if (err) {
		sock_put(sk);
		kfree(watcher);
	}
	/* Two paths of a caller may well lead to the same filesystem. */
	return err == -EEXIST ? 0 : err;
}

/* Return: true if there were any */
static bool take_dead(struct list_head *watchers, struct list_head *dead)
{
	struct watcher *watcher, *next;
	bool any = false;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry_safe(watcher, next, watchers, node) {
		if (!sock_flag(watcher->sk, SOCK_DEAD))
			continue;
		list_move(&watcher->node, dead);
		any = true;
	}
	return any;
}

/* Return: a mark that lost its last watcher, with a reference; or NULL */
static struct watched *drop_dead_watchers(void)
{
	struct watched *watched, *idle = NULL;
	LIST_HEAD(dropped);

	spin_lock(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node) {
		if (!take_dead(&watched->watchers, &dropped) ||
		    !list_empty(&watched->watchers))
			continue;
		refcount_inc(&watched->mark.refcnt);
		idle = watched;
		break;
	}
	spin_unlock(&marks_lock);

	free_watchers(&dropped);
	return idle;
}

/* Drops the reference. */
static void remove_mark(struct watched *watched)
{
	lockdep_assert_held(&watch_mutex);
	fsnotify_destroy_mark(&watched->mark, watch_group);
	fsnotify_put_mark(&watched->mark);
}

/* A netlink socket was closed, and is marked as dead; may sleep. */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;
	struct watched *watched;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !net_eq(notify->net, &init_net) || list_empty(&watched_sbs))
		return NOTIFY_DONE;

	mutex_lock(&watch_mutex);
	while ((watched = drop_dead_watchers()))
		remove_mark(watched);
	mutex_unlock(&watch_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

static int watch_sb(struct super_block *sb, struct sock *sk,
		    struct genl_info *info)
{
	if (!divulge_birth_watchable(sb)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[DIVULGE_A_WATCH_FD],
				    "births on this type of filesystem cannot be watched");
		return -EOPNOTSUPP;
	}
	return add_watcher(sb, sk, info->extack);
}

static struct sk_buff *make_reply(const struct super_block *sb,
				  struct genl_info *info)
{
	struct divulge_watch watch = {
		.sb_dev_major = MAJOR(sb->s_dev),
		.sb_dev_minor = MINOR(sb->s_dev),
	};
	struct sk_buff *msg;
	void *hdr;

	divulge_birth_fs_name(watch.fs, sb);
	msg = genlmsg_new(nla_total_size(sizeof(watch)), GFP_KERNEL);
	if (!msg)
		return NULL;
	hdr = genlmsg_put_reply(msg, info, &divulge_nl_family, 0,
				DIVULGE_CMD_WATCH_ADD);
	if (!hdr || nla_put(msg, DIVULGE_A_WATCH_RECORD, sizeof(watch),
			    &watch)) {
		nlmsg_free(msg);
		return NULL;
	}
	genlmsg_end(msg, hdr);
	return msg;
}

/* The reply comes first: one that fails must not leave a watch behind. */
static int watch_and_reply(struct super_block *sb, struct sock *sk,
			   struct genl_info *info)
{
	struct sk_buff *msg;
	int err;

	msg = make_reply(sb, info);
	if (!msg)
		return -ENOMEM;
	err = watch_sb(sb, sk, info);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_reply(msg, info);
	return 0;
}

static int may_watch(struct sk_buff *skb, struct genl_info *info)
{
	if (!netlink_capable(skb, CAP_SYS_ADMIN)) {
		NL_SET_ERR_MSG(info->extack,
			       "watching births needs CAP_SYS_ADMIN in the first user namespace");
		return -EPERM;
	}
	if (!net_eq(genl_info_net(info), &init_net)) {
		NL_SET_ERR_MSG(info->extack,
			       "births are published in the first network namespace only");
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * divulge_nl_watch_add_doit - answer DIVULGE_CMD_WATCH_ADD
 * @skb: the request
 * @info: its attributes; the fd is one of the caller
 *
 * Runs in the context of the caller's sendmsg().
 *
 * Return: 0, also if the caller's socket watches the filesystem already;
 * -EPERM, -EOPNOTSUPP, -EBADF, -EINVAL, -ENODEV or -ENOMEM.
 */
int divulge_nl_watch_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct file *file;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, DIVULGE_A_WATCH_FD)) {
		NL_SET_ERR_MSG(info->extack,
			       "fd of a file on the filesystem is missing");
		return -EINVAL;
	}
	err = may_watch(skb, info);
	if (err)
		return err;

	file = fget_raw(nla_get_s32(info->attrs[DIVULGE_A_WATCH_FD]));
	if (!file) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[DIVULGE_A_WATCH_FD],
				    "fd is not open");
		return -EBADF;
	}
	err = watch_and_reply(file->f_path.dentry->d_sb, NETLINK_CB(skb).sk,
			      info);
	fput(file);
	return err;
}

/**
 * divulge_watch_count - tell the counters of births
 * @counters: gets those that are ours
 *
 * Process context, may sleep.
 */
void divulge_watch_count(struct divulge_counters *counters)
{
	struct watched *watched;

	spin_lock(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node)
		counters->watches++;
	spin_unlock(&marks_lock);
	counters->births_published = READ_ONCE(births.published);
	counters->births_lost = READ_ONCE(births.lost);
}

/**
 * divulge_watch_init - make ready to watch
 *
 * Return: 0, or what fsnotify or netlink returned.
 */
int __init divulge_watch_init(void)
{
	struct fsnotify_group *group;
	int err;

	divulge_stream_init(&births, &births_ops, &init_net);
	group = fsnotify_alloc_group(&watch_ops, DIVULGE_GROUP_FLAGS);
	if (IS_ERR(group))
		return PTR_ERR(group);
	err = netlink_register_notifier(&netlink_notifier);
	if (err) {
		fsnotify_put_group(group);
		return err;
	}
	mutex_lock(&watch_mutex);
	watch_group = group;
	mutex_unlock(&watch_mutex);
	return 0;
}

static struct watched *first_watched(void)
{
	struct watched *watched;

	spin_lock(&marks_lock);
	watched = list_first_entry_or_null(&watched_sbs, struct watched, node);
	if (watched)
		refcount_inc(&watched->mark.refcnt);
	spin_unlock(&marks_lock);
	return watched;
}

/**
 * divulge_watch_exit - end all watches
 *
 * May sleep. When it returns, no code of this file is running nor will be,
 * save for requests, which are refused.
 */
void divulge_watch_exit(void)
{
	struct fsnotify_group *group = watch_group;
	struct watched *watched;

	netlink_unregister_notifier(&netlink_notifier);

	mutex_lock(&watch_mutex);
	while ((watched = first_watched()))
		remove_mark(watched);
	watch_group = NULL;
	mutex_unlock(&watch_mutex);

	/*
	 * Umount may be about to free a mark. When the last is freed, its
	 * free_mark() may still have to return.
	 */
	wait_event(no_marks, !atomic_read(&nr_marks));
	fsnotify_wait_marks_destroyed();
	fsnotify_put_group(group);
	divulge_stream_exit(&births);
}
