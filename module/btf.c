// SPDX-License-Identifier: GPL-2.0
/*
 * Where the members of a kernel module's structs are.
 *
 * The kernel describes its own types and those of its modules in BTF
 * (Documentation/bpf/btf.rst), which it shows in /sys/kernel/btf. What is read
 * there is of the very code that runs: no header, version or option of another
 * build can be confused with it.
 */

#include <linux/btf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/path.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "btf.h"

/* Some ten times what a Debian kernel has */
#define MAX_SIZE	(64 << 20)

static int check_section(const struct divulge_btf_blob *blob, u32 hdr_len,
			 u32 offset, u32 len)
{
	size_t room = blob->size - hdr_len;

	return offset <= room && len <= room - offset ? 0 : -EINVAL;
}

static int parse(struct divulge_btf_blob *blob)
{
	const struct btf_header *hdr = blob->data;
	const u8 *body;
	int err;

	if (blob->size < sizeof(*hdr) || hdr->magic != BTF_MAGIC ||
	    hdr->version != BTF_VERSION || hdr->hdr_len < sizeof(*hdr) ||
	    hdr->hdr_len > blob->size)
		return -EINVAL;
	err = check_section(blob, hdr->hdr_len, hdr->type_off, hdr->type_len);
	if (!err)
		err = check_section(blob, hdr->hdr_len, hdr->str_off,
				    hdr->str_len);
	if (err)
		return err;

	body = blob->data + hdr->hdr_len;
	blob->types = body + hdr->type_off;
	blob->types_len = hdr->type_len;
	blob->strings = (const char *)body + hdr->str_off;
	blob->strings_len = hdr->str_len;
	if (!hdr->str_len || blob->strings[hdr->str_len - 1])
		return -EINVAL;
	return 0;
}

static int read_file(struct divulge_btf_blob *blob, struct file *file)
{
	loff_t size = i_size_read(file_inode(file));
	loff_t pos = 0;
	ssize_t len;

	if (size <= 0 || size > MAX_SIZE)
		return -EFBIG;
	blob->data = kvmalloc(size, GFP_KERNEL);
	if (!blob->data)
		return -ENOMEM;
	while (pos < size) {
		len = kernel_read(file, blob->data + pos, size - pos, &pos);
		if (len <= 0)
			return len ?: -EIO;
	}
	blob->size = size;
	return parse(blob);
}

/* Where sysfs is mounted is known of the first process, not of the caller. */
static struct file *open_file(const char *path)
{
	struct file *file;
	struct path root;

	task_lock(&init_task);
	get_fs_root(init_task.fs, &root);
	task_unlock(&init_task);
	file = file_open_root(&root, path, O_RDONLY, 0);
	path_put(&root);
	return file;
}

static int open_blob(struct divulge_btf_blob *blob, const char *module)
{
	struct file *file;
	char path[64];
	int err;

	if (snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	file = open_file(path);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = read_file(blob, file);
	fput(file);
	return err;
}

/**
 * divulge_btf_open - read the types of a module
 * @btf: set up here
 * @module: its name, NULL if it is built into the kernel
 *
 * Process context, may sleep; takes some megabytes until divulge_btf_close().
 *
 * Return: 0; -ENOENT if the kernel or the module has no BTF; or another
 * negative errno. On failure nothing is left to close.
 */
int divulge_btf_open(struct divulge_btf *btf, const char *module)
{
	int err;

	memset(btf, 0, sizeof(*btf));
	err = open_blob(&btf->base, "vmlinux");
	if (!err && module)
		err = open_blob(&btf->own, module);
	if (err)
		divulge_btf_close(btf);
	return err;
}

/**
 * divulge_btf_close - free what divulge_btf_open() read
 * @btf: the types
 */
void divulge_btf_close(struct divulge_btf *btf)
{
	kvfree(btf->own.data);
	kvfree(btf->base.data);
}

/* The strings of a module follow those of the kernel. Return: NULL if none */
static const char *string_at(const struct divulge_btf *btf, u32 offset)
{
	if (offset < btf->base.strings_len)
		return btf->base.strings + offset;
	offset -= btf->base.strings_len;
	return offset < btf->own.strings_len ? btf->own.strings + offset : NULL;
}

static bool is_named(const struct divulge_btf *btf, u32 offset,
		     const char *name)
{
	const char *string = string_at(btf, offset);

	return string && !strcmp(string, name);
}

/* Return: length of what follows a struct btf_type, or -EINVAL */
static int extra_len(u32 info)
{
	u32 n = BTF_INFO_VLEN(info);

	switch (BTF_INFO_KIND(info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return -EINVAL;
	}
}

static const struct btf_type *find_struct(const struct divulge_btf *btf,
					  const struct divulge_btf_blob *blob,
					  const char *name)
{
	const u8 *at = blob->types;
	const u8 *end = at + blob->types_len;
	const struct btf_type *type;
	int extra;

	while (end - at >= (ptrdiff_t)sizeof(*type)) {
		type = (const struct btf_type *)at;
		extra = extra_len(type->info);
		at += sizeof(*type);
		if (extra < 0 || end - at < extra)
			return NULL;
		at += extra;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT &&
		    is_named(btf, type->name_off, name))
			return type;
	}
	return NULL;
}

static u32 bit_offset(const struct btf_type *type, unsigned int i)
{
	const struct btf_member *members = (const void *)(type + 1);

	return BTF_INFO_KFLAG(type->info) ?
	       BTF_MEMBER_BIT_OFFSET(members[i].offset) : members[i].offset;
}

static int find_member(const struct divulge_btf *btf,
		       const struct btf_type *type,
		       struct divulge_btf_member *member)
{
	const struct btf_member *members = (const void *)(type + 1);
	unsigned int i, n = BTF_INFO_VLEN(type->info);
	u32 offset, end;

	for (i = 0; i < n; i++)
		if (is_named(btf, members[i].name_off, member->name))
			break;
	if (i == n)
		return -ENOENT;
	offset = bit_offset(type, i);
	end = i + 1 < n ? bit_offset(type, i + 1) : type->size * BITS_PER_BYTE;
	if (offset % BITS_PER_BYTE || end < offset ||
	    (end - offset) / BITS_PER_BYTE < member->size)
		return -EINVAL;
	member->offset = offset / BITS_PER_BYTE;
	return 0;
}

/**
 * divulge_btf_find - find members of a struct
 * @btf: types of the module that has the struct
 * @name: of the struct
 * @members: what to find; get their offsets
 * @n: how many
 *
 * Return: 0; -ENOENT if there is no such struct or member; -EINVAL if one has
 * not the room it should have.
 */
int divulge_btf_find(const struct divulge_btf *btf, const char *name,
		     struct divulge_btf_member *members, unsigned int n)
{
	const struct btf_type *type;
	unsigned int i;
	int err;

	type = find_struct(btf, btf->own.data ? &btf->own : &btf->base, name);
	if (!type)
		return -ENOENT;
	for (i = 0; i < n; i++) {
		err = find_member(btf, type, &members[i]);
		if (err)
			return err;
	}
	return 0;
}
