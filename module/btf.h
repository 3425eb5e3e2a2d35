/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_BTF_H
#define _DIVULGE_BTF_H

#include <linux/types.h>

/**
 * struct divulge_btf_blob - one BTF file
 * @data: all of it
 * @size: of @data, in bytes
 * @types: where the types are
 * @types_len: how long they are, in bytes
 * @strings: where the strings are; ends with a NUL
 * @strings_len: how long they are, in bytes
 */
struct divulge_btf_blob {
	void *data;
	size_t size;
	const u8 *types;
	u32 types_len;
	const char *strings;
	u32 strings_len;
};

/**
 * struct divulge_btf - the types that a kernel module uses
 * @base: those of the kernel
 * @own: those of the module; without data if it is built in
 */
struct divulge_btf {
	struct divulge_btf_blob base;
	struct divulge_btf_blob own;
};

/**
 * struct divulge_btf_member - a member that is looked for
 * @name: its name
 * @size: what it must have room for before the next one begins, in bytes
 * @offset: gets where it begins in its struct, in bytes
 */
struct divulge_btf_member {
	const char *name;
	u32 size;
	u32 offset;
};

int divulge_btf_open(struct divulge_btf *btf, const char *module);
int divulge_btf_find(const struct divulge_btf *btf, const char *name,
		     struct divulge_btf_member *members, unsigned int n);
void divulge_btf_close(struct divulge_btf *btf);

#endif /* _DIVULGE_BTF_H */
