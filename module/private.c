// SPDX-License-Identifier: GPL-2.0
/*
 * What filesystems know of births and have no interface for.
 *
 * JFS keeps a birth time (di_otime) and does not give it to statx. Btrfs keeps
 * when a subvolume was made, and of which other as a snapshot, in its root
 * item. Both are in structs of modules whose headers are not installed and
 * whose layout depends on the kernel's options, so they are found by the type
 * information of the running module, and only then.
 */

#include <linux/btrfs_tree.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "btf.h"
#include "private.h"

/* fs/jfs/jfs_filsys.h: fileset of all inodes that are files */
#define JFS_FILESYSTEM_I	16

/**
 * struct layout - where a filesystem keeps what is wanted
 * @name: of the filesystem's type and module
 * @learn: finds it; returns 0 or a negative errno
 * @owner: module that was looked into
 * @tried: it was
 * @known: and that was a success
 */
struct layout {
	const char *name;
	int (*learn)(const struct divulge_btf *btf);
	const struct module *owner;
	bool tried;
	bool known;
};

static struct {
	u32 vfs_inode;
	u32 otime;
	u32 fileset;
} jfs;

static struct {
	u32 vfs_inode;
	u32 root;
	u32 root_key;
	u32 root_item;
} btrfs;

static int learn_jfs(const struct divulge_btf *btf)
{
	/* fs/jfs/jfs_incore.h */
	struct divulge_btf_member members[] = {
		{ "vfs_inode", sizeof(struct inode) },
		{ "otime", sizeof(time64_t) },
		{ "fileset", sizeof(int) },
	};
	int err;

	err = divulge_btf_find(btf, "jfs_inode_info", members,
			       ARRAY_SIZE(members));
	jfs.vfs_inode = members[0].offset;
	jfs.otime = members[1].offset;
	jfs.fileset = members[2].offset;
	return err;
}

static int learn_btrfs(const struct divulge_btf *btf)
{
	/* fs/btrfs/btrfs_inode.h */
	struct divulge_btf_member inode[] = {
		{ "vfs_inode", sizeof(struct inode) },
		{ "root", sizeof(void *) },
	};
	/* fs/btrfs/ctree.h; the item is as on disk, its type is public */
	struct divulge_btf_member root[] = {
		{ "root_key", sizeof(struct btrfs_key) },
		{ "root_item", sizeof(struct btrfs_root_item) },
	};
	int err;

	err = divulge_btf_find(btf, "btrfs_inode", inode, ARRAY_SIZE(inode));
	if (!err)
		err = divulge_btf_find(btf, "btrfs_root", root,
				       ARRAY_SIZE(root));
	btrfs.vfs_inode = inode[0].offset;
	btrfs.root = inode[1].offset;
	btrfs.root_key = root[0].offset;
	btrfs.root_item = root[1].offset;
	return err;
}

static DEFINE_MUTEX(layouts_mutex);
static struct layout layouts[] = {
	[DIVULGE_PRIVATE_JFS] = { "jfs", learn_jfs },
	[DIVULGE_PRIVATE_BTRFS] = { "btrfs", learn_btrfs },
};

/* What is learnt is for all, so nobody's want of rights may be in the way. */
static int open_btf(struct divulge_btf *btf, const char *module)
{
	const struct cred *old;
	struct cred *kernel;
	int err;

	kernel = prepare_kernel_cred(&init_task);
	if (!kernel)
		return -ENOMEM;
	old = override_creds(kernel);
	err = divulge_btf_open(btf, module);
	revert_creds(old);
	put_cred(kernel);
	return err;
}

/* Return: 0, or why it will never be known or, with -EAGAIN, is not yet. */
static int learn(struct layout *layout, const struct module *owner)
{
	struct divulge_btf btf;
	int err;

	err = open_btf(&btf, owner ? layout->name : NULL);
	if (!err) {
		err = layout->learn(&btf);
		divulge_btf_close(&btf);
	}
	if (err && err != -ENOENT && err != -EINVAL)
		return -EAGAIN;
	if (err)
		pr_info("divulge: no type information leads to what %s keeps of births: %d\n",
			layout->name, err);
	return err;
}

/**
 * divulge_private_learn - make ready to read what a filesystem keeps
 * @sb: a superblock of it, active
 * @fs: which it is
 *
 * Process context, may sleep. Takes long the first time.
 *
 * Return: true if the functions for @fs may be called for inodes of @sb.
 */
bool divulge_private_learn(const struct super_block *sb,
			   enum divulge_private fs)
{
	struct layout *layout = &layouts[fs];
	bool known;
	int err;

	if (fs == DIVULGE_PRIVATE_NONE)
		return false;
	mutex_lock(&layouts_mutex);
	if (!layout->tried) {
		err = learn(layout, sb->s_type->owner);
		layout->owner = sb->s_type->owner;
		layout->known = !err;
		layout->tried = err != -EAGAIN;
	}
	known = layout->known;
	mutex_unlock(&layouts_mutex);
	return known;
}

static const void *member(const void *container, u32 offset)
{
	return container + offset;
}

/**
 * divulge_private_jfs_born - when an inode of JFS was born
 * @inode: of a superblock that divulge_private_learn() allowed
 * @born: gets the birth, seconds since the epoch
 *
 * Any context. di_otime is set when the inode is made and never after
 * (fs/jfs/jfs_inode.c, ialloc()).
 *
 * Return: true if the inode looks as it should.
 */
bool divulge_private_jfs_born(const struct inode *inode, time64_t *born)
{
	const void *info = (const void *)inode - jfs.vfs_inode;

	if (*(const int *)member(info, jfs.fileset) != JFS_FILESYSTEM_I)
		return false;
	*born = READ_ONCE(*(const time64_t *)member(info, jfs.otime));
	return true;
}

/**
 * divulge_private_subvolume - what is known of an inode's subvolume
 * @inode: of a Btrfs superblock that divulge_private_learn() allowed
 * @subvolume: filled
 *
 * Any context. An inode keeps its root; the times and the parent in the item
 * are set as the subvolume is made (fs/btrfs/ioctl.c, create_subvol();
 * fs/btrfs/transaction.c, create_pending_snapshot()).
 */
void divulge_private_subvolume(const struct inode *inode,
			       struct divulge_subvolume *subvolume)
{
	static const u8 none[BTRFS_UUID_SIZE];
	const void *info = (const void *)inode - btrfs.vfs_inode;
	const void *root = *(void *const *)member(info, btrfs.root);
	const struct btrfs_root_item *item = member(root, btrfs.root_item);
	const struct btrfs_key *key = member(root, btrfs.root_key);

	subvolume->id = key->objectid;
	subvolume->born.tv_sec = le64_to_cpu(item->otime.sec);
	subvolume->born.tv_nsec = le32_to_cpu(item->otime.nsec);
	subvolume->snapshot = memcmp(item->parent_uuid, none, sizeof(none));
}

/* What was learnt of a module holds until it goes. */
static int module_event(struct notifier_block *nb, unsigned long state,
			void *data)
{
	size_t i;

	if (state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&layouts_mutex);
	for (i = 0; i < ARRAY_SIZE(layouts); i++)
		if (layouts[i].owner == data) {
			layouts[i].owner = NULL;
			layouts[i].tried = false;
		}
	mutex_unlock(&layouts_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/**
 * divulge_private_init - follow the modules of filesystems
 *
 * Return: 0, or what the kernel returned.
 */
int __init divulge_private_init(void)
{
	return register_module_notifier(&module_notifier);
}

/**
 * divulge_private_exit - the end
 *
 * Nobody asks any more.
 */
void divulge_private_exit(void)
{
	unregister_module_notifier(&module_notifier);
}
