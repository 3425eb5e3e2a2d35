// SPDX-License-Identifier: GPL-2.0
/*
 * Who watches which superblock, and what of it.
 *
 * A watched superblock has one fsnotify mark of ours, however many sockets
 * watch it, in however many ways. The mark does not pin the superblock: umount
 * destroys it.
 *
 * Locks: watch_mutex serializes those who add and remove watchers, so that a
 * mark is never removed under one who joins it. marks_lock protects the lists
 * and what is in them against umount, which takes no watch_mutex. A birth goes
 * through the watchers of a mark under RCU.
 */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/kdev_t.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "attr.h"
#include "birth_events.h"
#include "births.h"
#include "compat.h"
#include "genl.h"
#include "private.h"
#include "watch.h"

/**
 * struct filter - which births are wanted
 * @types: bit N is set for files of type N
 * @uid: whose, INVALID_UID for everybody's
 * @root_ino: what is below this directory, 0 for all
 * @root_gen: its generation
 * @root_subvolume: on Btrfs the number of its subvolume, if that can be known
 */
struct filter {
	u32 types;
	kuid_t uid;
	u64 root_ino;
	u32 root_gen;
	u64 root_subvolume;
};

/**
 * struct watcher - a watch
 * @node: in the list of its mark, for readers under RCU
 * @gone: in a list of those that were removed
 * @rcu: to free it
 * @sk: the asker's socket, held: a portid may be reused
 * @portid: its port
 * @id: names the watch
 * @filter: what it wants
 */
struct watcher {
	struct list_head node;
	struct list_head gone;
	struct rcu_head rcu;
	struct sock *sk;
	u32 portid;
	u32 id;
	struct filter filter;
};

/**
 * struct watched - a superblock with watchers
 * @mark: on the superblock
 * @node: in the list of all
 * @watchers: who watches it
 * @removed: it is the module that removes the mark
 * @view: how to read births there; its superblock is never followed after the
 *	mark was freed
 * @dev: device of the superblock
 */
struct watched {
	struct fsnotify_mark mark;
	struct list_head node;
	struct list_head watchers;
	bool removed;
	struct divulge_birth_view view;
	dev_t dev;
};

static DEFINE_MUTEX(watch_mutex);
static struct fsnotify_group *watch_group;	/* under watch_mutex */
static u32 last_id;				/* under watch_mutex */

static DEFINE_SPINLOCK(marks_lock);
static LIST_HEAD(watched_sbs);
static u32 generation = 1;	/* of what watch-dump tells; marks_lock */

/* Marks whose memory is not yet freed */
static atomic_t nr_marks = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(no_marks);

static const struct watched *
watched_of(const struct fsnotify_iter_info *iter_info)
{
	return container_of(iter_info->marks[FSNOTIFY_ITER_TYPE_SB],
			    struct watched, mark);
}

/**
 * divulge_watch_view - how to read a birth
 * @iter_info: as fsnotify gave it with the birth
 *
 * Return: the view of the superblock, as long as fsnotify keeps the mark.
 */
const struct divulge_birth_view *
divulge_watch_view(const struct fsnotify_iter_info *iter_info)
{
	return &watched_of(iter_info)->view;
}

static u64 subvolume_of(const struct inode *inode,
			const struct divulge_birth_view *view)
{
	struct divulge_subvolume subvolume;

	if (!view->learnt || !divulge_birth_has_subvolumes(view))
		return 0;
	divulge_private_subvolume(inode, &subvolume);
	return subvolume.id;
}

static bool is_root(const struct filter *filter, const struct inode *inode,
		    const struct divulge_birth_view *view)
{
	return inode && inode->i_ino == filter->root_ino &&
	       inode->i_generation == filter->root_gen &&
	       subvolume_of(inode, view) == filter->root_subvolume;
}

/* Is @dir the directory that is watched, or below it? Under RCU. */
static bool is_below(const struct filter *filter, struct inode *dir,
		     const struct divulge_birth_view *view)
{
	const struct dentry *dentry, *parent;
	unsigned int seq;
	bool below;

	/* A directory has one dentry, and what is created in it holds that. */
	parent = hlist_entry_safe(READ_ONCE(dir->i_dentry.first),
				  struct dentry, d_u.d_alias);
	if (!parent)
		return false;
	do {
		seq = read_seqbegin(&rename_lock);
		dentry = parent;
		below = is_root(filter, READ_ONCE(dentry->d_inode), view);
		while (!below && dentry != READ_ONCE(dentry->d_parent)) {
			dentry = READ_ONCE(dentry->d_parent);
			below = is_root(filter, READ_ONCE(dentry->d_inode),
					view);
		}
	} while (read_seqretry(&rename_lock, seq));
	return below;
}

static bool is_wanted(const struct filter *filter, const struct inode *inode,
		      struct inode *dir, const struct divulge_birth_view *view)
{
	if (filter->types != DIVULGE_TYPES_ALL &&
	    !(filter->types & BIT(divulge_birth_type(inode->i_mode))))
		return false;
	/* Not current_uid(): overlayfs creates files as who mounted it. */
	if (uid_valid(filter->uid) &&
	    !uid_eq(filter->uid, current_real_cred()->uid))
		return false;
	return !filter->root_ino || is_below(filter, dir, view);
}

/**
 * divulge_watch_match - find the watches that want to know of a birth
 * @iter_info: as fsnotify gave it with the birth
 * @inode: the file
 * @dir: directory that it was born in, with a dentry that stays
 * @ids: filled
 *
 * Process context of the creator.
 */
void divulge_watch_match(const struct fsnotify_iter_info *iter_info,
			 const struct inode *inode, struct inode *dir,
			 struct divulge_watch_ids *ids)
{
	const struct watched *watched = watched_of(iter_info);
	const struct watcher *watcher;

	ids->n = 0;
	ids->many = false;
	rcu_read_lock();
	list_for_each_entry_rcu(watcher, &watched->watchers, node) {
		if (!is_wanted(&watcher->filter, inode, dir, &watched->view))
			continue;
		if (ids->n == DIVULGE_WATCH_MAX_IDS) {
			ids->many = true;
			break;
		}
		ids->id[ids->n++] = watcher->id;
	}
	rcu_read_unlock();
}

static void free_watchers(struct list_head *gone)
{
	struct watcher *watcher, *next;

	list_for_each_entry_safe(watcher, next, gone, gone) {
		sock_put(watcher->sk);
		kfree_rcu(watcher, rcu);
	}
}

static void take_watcher(struct watcher *watcher, struct list_head *gone)
{
	lockdep_assert_held(&marks_lock);
	list_del_rcu(&watcher->node);
	list_add_tail(&watcher->gone, gone);
	generation++;
}

static void tell_unmount(const struct watched *watched)
{
	struct divulge_unmount unmount = {
		.sb_dev_major = MAJOR(watched->dev),
		.sb_dev_minor = MINOR(watched->dev),
	};

	memcpy(unmount.fs, watched->view.name, sizeof(unmount.fs));
	divulge_birth_events_unmount(&unmount);
}

/*
 * Comes once for each mark that was added: from umount, which holds s_umount,
 * or from remove_mark() under watch_mutex.
 */
static void freeing_mark(struct fsnotify_mark *mark,
			 struct fsnotify_group *group)
{
	struct watched *watched = container_of(mark, struct watched, mark);
	struct watcher *watcher, *next;
	LIST_HEAD(gone);

	spin_lock(&marks_lock);
	list_del_init(&watched->node);
	list_for_each_entry_safe(watcher, next, &watched->watchers, node)
		take_watcher(watcher, &gone);
	spin_unlock(&marks_lock);

	if (!list_empty(&gone) && !READ_ONCE(watched->removed))
		tell_unmount(watched);
	free_watchers(&gone);
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
	.handle_event = divulge_birth_events_handle,
	.freeing_mark = freeing_mark,
	.free_mark = free_mark,
};

static struct watched *find_watched(const struct super_block *sb)
{
	struct watched *watched;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node)
		if (watched->view.sb == sb)
			return watched;
	return NULL;
}

static bool is_same(const struct filter *a, const struct filter *b)
{
	return a->types == b->types && uid_eq(a->uid, b->uid) &&
	       a->root_ino == b->root_ino && a->root_gen == b->root_gen &&
	       a->root_subvolume == b->root_subvolume;
}

static struct watcher *find_watcher(const struct watched *watched,
				    const struct watcher *like)
{
	struct watcher *watcher;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry(watcher, &watched->watchers, node)
		if (watcher->sk == like->sk &&
		    is_same(&watcher->filter, &like->filter))
			return watcher;
	return NULL;
}

/*
 * Return: 0 if joined; 1 if it has joined before, as another whose id it gets;
 * -ENOENT if none watches @sb
 */
static int join_watched(const struct super_block *sb, struct watcher *watcher)
{
	const struct watcher *before;
	struct watched *watched;
	int err = 0;

	lockdep_assert_held(&watch_mutex);
	spin_lock(&marks_lock);
	watched = find_watched(sb);
	before = watched ? find_watcher(watched, watcher) : NULL;
	if (!watched) {
		err = -ENOENT;
	} else if (before) {
		watcher->id = before->id;
		err = 1;
	} else {
		list_add_tail_rcu(&watcher->node, &watched->watchers);
		generation++;
	}
	spin_unlock(&marks_lock);
	return err;
}

static int add_mark(struct super_block *sb, struct watcher *watcher,
		    const struct divulge_birth_view *view)
{
	struct watched *watched;
	int err;

	lockdep_assert_held(&watch_mutex);
	watched = kzalloc(sizeof(*watched), GFP_KERNEL);
	if (!watched)
		return -ENOMEM;
	fsnotify_init_mark(&watched->mark, watch_group);
	atomic_inc(&nr_marks);
	watched->mark.mask = DIVULGE_BIRTH_EVENTS;
	watched->view = *view;
	/* What is born under watch is not born in the future. */
	watched->view.now.tv_sec = TIME64_MAX;
	watched->dev = sb->s_dev;
	INIT_LIST_HEAD(&watched->node);
	INIT_LIST_HEAD(&watched->watchers);

	err = divulge_add_sb_mark(&watched->mark, sb);
	if (err) {
		fsnotify_put_mark(&watched->mark);
		return err;
	}
	/* The caller's file keeps umount away until it is in the list. */
	spin_lock(&marks_lock);
	list_add_tail_rcu(&watcher->node, &watched->watchers);
	list_add_tail(&watched->node, &watched_sbs);
	generation++;
	spin_unlock(&marks_lock);
	return 0;
}

/*
 * @watcher is no more the caller's. Return: 0 with @id set, 1 if that is the id
 * of a watch that there was before, or -errno
 */
static int add_watcher(struct super_block *sb, struct watcher *watcher,
		       const struct divulge_birth_view *view, u32 *id,
		       struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&watch_mutex);
	if (!watch_group) {
		NL_SET_ERR_MSG(extack, "the module is on its way out");
		err = -ENODEV;
		goto unlock;
	}
	if (!++last_id)
		last_id = 1;
	watcher->id = last_id;
	err = join_watched(sb, watcher);
	if (err == -ENOENT)
		err = add_mark(sb, watcher, view);
	*id = watcher->id;
unlock:
	mutex_unlock(&watch_mutex);
	if (err) {
		sock_put(watcher->sk);
		kfree(watcher);
	}
	return err;
}

/**
 * struct whom - watches to remove
 * @sk: those of this socket, NULL for those of closed ones
 * @id: of these the one of that name
 */
struct whom {
	const struct sock *sk;
	u32 id;
};

static bool is_meant(const struct whom *whom, const struct watcher *watcher)
{
	if (!whom->sk)
		return sock_flag(watcher->sk, SOCK_DEAD);
	return watcher->sk == whom->sk && watcher->id == whom->id;
}

/* Return: how many were taken */
static unsigned int take_meant(struct watched *watched, const struct whom *whom,
			       struct list_head *gone)
{
	struct watcher *watcher, *next;
	unsigned int n = 0;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry_safe(watcher, next, &watched->watchers, node) {
		if (!is_meant(whom, watcher))
			continue;
		take_watcher(watcher, gone);
		n++;
	}
	return n;
}

/* As fsnotify_get_mark(), which is not exported */
static struct watched *get_watched(struct watched *watched)
{
	refcount_inc(&watched->mark.refcnt);
	return watched;
}

/* Return: a mark that lost its last watcher, with a reference; or NULL */
static struct watched *drop_watchers(const struct whom *whom, unsigned int *n)
{
	struct watched *watched, *idle = NULL;
	unsigned int taken;
	LIST_HEAD(gone);

	spin_lock(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node) {
		taken = take_meant(watched, whom, &gone);
		*n += taken;
		if (!taken || !list_empty(&watched->watchers))
			continue;
		idle = get_watched(watched);
		break;
	}
	spin_unlock(&marks_lock);

	free_watchers(&gone);
	return idle;
}

/* Drops the reference. */
static void remove_mark(struct watched *watched)
{
	lockdep_assert_held(&watch_mutex);
	WRITE_ONCE(watched->removed, true);
	fsnotify_destroy_mark(&watched->mark, watch_group);
	fsnotify_put_mark(&watched->mark);
}

/* Return: how many there were */
static unsigned int remove_watchers(const struct whom *whom)
{
	struct watched *watched;
	unsigned int n = 0;

	mutex_lock(&watch_mutex);
	while ((watched = drop_watchers(whom, &n)))
		remove_mark(watched);
	mutex_unlock(&watch_mutex);
	return n;
}

/* A netlink socket was closed, and is marked as dead; may sleep. */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;
	const struct whom dead = {};

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net) && !list_empty(&watched_sbs))
		remove_watchers(&dead);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

static void fill_watch(struct divulge_watch *watch,
		       const struct divulge_birth_view *view, dev_t dev,
		       const struct watcher *watcher)
{
	const struct filter *filter = &watcher->filter;

	memset(watch, 0, sizeof(*watch));
	watch->sb_dev_major = MAJOR(dev);
	watch->sb_dev_minor = MINOR(dev);
	memcpy(watch->fs, view->name, sizeof(watch->fs));
	watch->root_ino = filter->root_ino;
	watch->id = watcher->id;
	watch->types = filter->types;
	watch->uid = uid_valid(filter->uid) ?
		     from_kuid(&init_user_ns, filter->uid) : U32_MAX;
	watch->portid = watcher->portid;
}

static int take_subtree(struct filter *filter, const struct dentry *dentry,
			const struct divulge_birth_view *view,
			struct genl_info *info)
{
	const struct inode *inode = d_inode(dentry);

	if (!nla_get_flag(info->attrs[DIVULGE_A_WATCH_SUBTREE]))
		return 0;
	if (!d_can_lookup(dentry)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[DIVULGE_A_WATCH_FD],
				    "fd is not a directory, so nothing is born below it");
		return -ENOTDIR;
	}
	if (!divulge_birth_ids_last(view) && dentry != dentry->d_sb->s_root) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[DIVULGE_A_WATCH_SUBTREE],
				    "directories on this filesystem have no lasting identity: watch all of it");
		return -EOPNOTSUPP;
	}
	filter->root_ino = inode->i_ino;
	filter->root_gen = inode->i_generation;
	filter->root_subvolume = subvolume_of(inode, view);
	return 0;
}

static int take_filter(struct filter *filter, const struct dentry *dentry,
		       const struct divulge_birth_view *view,
		       struct genl_info *info)
{
	const struct nlattr *types = info->attrs[DIVULGE_A_WATCH_TYPES];
	const struct nlattr *uid = info->attrs[DIVULGE_A_WATCH_UID];

	filter->types = divulge_attr_types(types);
	filter->uid = INVALID_UID;
	if (uid)
		filter->uid = make_kuid(&init_user_ns, nla_get_u32(uid));
	if (uid && !uid_valid(filter->uid)) {
		NL_SET_ERR_MSG_ATTR(info->extack, uid, "there is no such uid");
		return -EINVAL;
	}
	return take_subtree(filter, dentry, view, info);
}

static struct watcher *make_watcher(const struct dentry *dentry,
				    const struct divulge_birth_view *view,
				    struct sk_buff *skb,
				    struct genl_info *info)
{
	struct watcher *watcher;
	int err;

	watcher = kzalloc(sizeof(*watcher), GFP_KERNEL);
	if (!watcher)
		return ERR_PTR(-ENOMEM);
	err = take_filter(&watcher->filter, dentry, view, info);
	if (err) {
		kfree(watcher);
		return ERR_PTR(err);
	}
	watcher->portid = info->snd_portid;
	watcher->sk = NETLINK_CB(skb).sk;
	sock_hold(watcher->sk);
	return watcher;
}

/*
 * Two paths of a caller may well lead to the same filesystem. Return: 0 with
 * @watch filled, 1 if there was such a watch before, or -errno
 */
static int watch_dentry(struct dentry *dentry, struct divulge_watch *watch,
			struct sk_buff *skb, struct genl_info *info)
{
	struct super_block *sb = dentry->d_sb;
	struct divulge_birth_view view;
	struct watcher *watcher;

	if (!divulge_birth_watchable(sb)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[DIVULGE_A_WATCH_FD],
				    "births on this type of filesystem cannot be watched");
		return -EOPNOTSUPP;
	}
	divulge_birth_look_at(&view, sb);
	watcher = make_watcher(dentry, &view, skb, info);
	if (IS_ERR(watcher))
		return PTR_ERR(watcher);
	fill_watch(watch, &view, sb->s_dev, watcher);
	return add_watcher(sb, watcher, &view, &watch->id, info->extack);
}

/* A reply that fails must not leave a watch behind. */
static int watch_and_reply(struct dentry *dentry, struct sk_buff *skb,
			   struct genl_info *info)
{
	struct whom whom = { .sk = NETLINK_CB(skb).sk };
	struct divulge_watch watch;
	struct nlattr *attr;
	struct sk_buff *msg;
	int err, is_old;
	void *hdr;

	msg = genlmsg_new(nla_total_size(sizeof(watch)), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(msg, info, &divulge_nl_family, 0,
				DIVULGE_CMD_WATCH_ADD);
	if (!hdr)
		goto free;
	attr = nla_reserve(msg, DIVULGE_A_WATCH_RECORD, sizeof(watch));
	if (!attr)
		goto free;
	is_old = watch_dentry(dentry, &watch, skb, info);
	if (is_old < 0) {
		err = is_old;
		goto free;
	}
	memcpy(nla_data(attr), &watch, sizeof(watch));
	genlmsg_end(msg, hdr);
	err = genlmsg_reply(msg, info);
	whom.id = watch.id;
	if (err && !is_old)
		remove_watchers(&whom);
	return err;

free:
	nlmsg_free(msg);
	return err;
}

static int may_watch(struct sk_buff *skb, struct net *net,
		     struct netlink_ext_ack *extack)
{
	if (!netlink_capable(skb, CAP_SYS_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "watching births needs CAP_SYS_ADMIN in the first user namespace");
		return -EPERM;
	}
	if (!net_eq(net, &init_net)) {
		NL_SET_ERR_MSG(extack,
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
 * Return: 0, also if the caller's socket has such a watch already; -EPERM,
 * -EOPNOTSUPP, -EBADF, -EINVAL, -ENOTDIR, -ENODEV or -ENOMEM.
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
	err = may_watch(skb, genl_info_net(info), info->extack);
	if (err)
		return err;

	file = fget_raw(nla_get_s32(info->attrs[DIVULGE_A_WATCH_FD]));
	if (!file) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[DIVULGE_A_WATCH_FD],
				    "fd is not open");
		return -EBADF;
	}
	err = watch_and_reply(file->f_path.dentry, skb, info);
	fput(file);
	return err;
}

/**
 * divulge_nl_watch_del_doit - answer DIVULGE_CMD_WATCH_DEL
 * @skb: the request
 * @info: its attributes
 *
 * Process context. Whose watch it is was found out when it was added.
 *
 * Return: 0, -EINVAL, or -ENOENT.
 */
int divulge_nl_watch_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[DIVULGE_A_WATCH_ID];
	struct whom whom = { .sk = NETLINK_CB(skb).sk };

	if (GENL_REQ_ATTR_CHECK(info, DIVULGE_A_WATCH_ID)) {
		NL_SET_ERR_MSG(info->extack, "id of the watch is missing");
		return -EINVAL;
	}
	whom.id = nla_get_u32(attr);
	if (remove_watchers(&whom))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "this socket has no watch with that id");
	return -ENOENT;
}

/* Return: 0 or -EMSGSIZE */
static int put_watch(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct watched *watched,
		     const struct watcher *watcher)
{
	struct divulge_watch watch;
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &divulge_nl_family, NLM_F_MULTI,
			  DIVULGE_CMD_WATCH_DUMP);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	fill_watch(&watch, &watched->view, watched->dev, watcher);
	if (nla_put(skb, DIVULGE_A_WATCH_RECORD, sizeof(watch), &watch)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* From the one at position @first on. Return: position behind the last put */
static unsigned int put_watches(struct sk_buff *skb,
				struct netlink_callback *cb,
				unsigned int first)
{
	const struct watched *watched;
	const struct watcher *watcher;
	unsigned int pos = 0;

	lockdep_assert_held(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node)
		list_for_each_entry(watcher, &watched->watchers, node) {
			if (pos >= first &&
			    put_watch(skb, cb, watched, watcher))
				return pos;
			pos++;
		}
	return pos;
}

/**
 * divulge_nl_watch_dump_dumpit - answer DIVULGE_CMD_WATCH_DUMP
 * @skb: message to fill
 * @cb: where the dump is
 *
 * Process context. A list that changes under the dump is told of as one.
 *
 * Return: length of the message, 0 at the end, -EPERM or -EOPNOTSUPP.
 */
int divulge_nl_watch_dump_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	/* As a rule the first call is the asker's, who may do more than a reader. */
	bool begins = !cb->args[1];
	int err;

	if (begins) {
		err = may_watch(cb->skb, sock_net(skb->sk), cb->extack);
		if (err)
			return err;
		cb->args[1] = true;
	}
	spin_lock(&marks_lock);
	cb->seq = generation;
	cb->args[0] = put_watches(skb, cb, cb->args[0]);
	spin_unlock(&marks_lock);
	return skb->len;
}

/**
 * divulge_watch_count - tell the counters of births
 * @counters: filled
 *
 * Process context, may sleep.
 */
void divulge_watch_count(struct divulge_birth_counters *counters)
{
	const struct watched *watched;
	const struct watcher *watcher;

	counters->watches = 0;
	spin_lock(&marks_lock);
	list_for_each_entry(watched, &watched_sbs, node)
		list_for_each_entry(watcher, &watched->watchers, node)
			counters->watches++;
	spin_unlock(&marks_lock);
	divulge_birth_events_count(counters);
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

	divulge_birth_events_init();
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
		get_watched(watched);
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
	divulge_birth_events_exit();
}
