/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_ATTR_H
#define _DIVULGE_ATTR_H

#include <linux/bits.h>
#include <linux/string.h>
#include <net/netlink.h>
#include <uapi/linux/divulge.h>

#define DIVULGE_TYPES_ALL	GENMASK(DIVULGE_FILE_TYPE_SOCK, 0)

/*
 * FUSE's limit; FAT and JFS have up to 255 characters, which are 765 bytes. What
 * is longer is not told by name.
 */
#define DIVULGE_MAX_NAME	1024

/**
 * divulge_attr_put - write an attribute
 * @at: where, aligned; there is nla_total_size(@len) of room
 * @type: of the attribute
 * @data: what is in it
 * @len: length of that, in bytes
 *
 * Any context. What nla_put() does beside that, to find out whether there is
 * room and to reserve it, is done once for many attributes where this is used.
 * Inline, for @len most often is constant.
 *
 * Return: behind the attribute.
 */
static __always_inline void *divulge_attr_put(void *at, u16 type,
					      const void *data, u16 len)
{
	struct nlattr *attr = at;

	attr->nla_type = type;
	attr->nla_len = nla_attr_size(len);
	at += nla_total_size(len);
	if (nla_padlen(len))
		*(u32 *)(at - NLA_ALIGNTO) = 0;
	memcpy(nla_data(attr), data, len);
	return at;
}

/**
 * divulge_attr_types - which types of files are asked for
 * @attr: the attribute that says it, or NULL
 *
 * Return: bit N is set for type N (enum divulge_file_type).
 */
static inline u32 divulge_attr_types(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : DIVULGE_TYPES_ALL;
}

#endif /* _DIVULGE_ATTR_H */
