/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_REFUSAL_H
#define _DIVULGE_REFUSAL_H

#include <linux/netlink.h>

/**
 * struct divulge_refusal - what is wrong with the request for a dump
 * @err: negative errno, 0 if nothing is
 * @why: in words
 * @attr: the attribute that is wrong, or NULL
 *
 * It is found as the dump starts and told by its first call: only that can say
 * it in words on every kernel (6.1 has no cb->extack as a dump starts).
 */
struct divulge_refusal {
	int err;
	const char *why;
	const struct nlattr *attr;
};

/**
 * divulge_refusal_tell - answer a request with what is wrong with it
 * @refusal: that
 * @extack: gets the words
 *
 * Return: the errno.
 */
static inline int divulge_refusal_tell(const struct divulge_refusal *refusal,
				       struct netlink_ext_ack *extack)
{
	if (extack) {
		extack->_msg = refusal->why;
		extack->bad_attr = refusal->attr;
	}
	return refusal->err;
}

#endif /* _DIVULGE_REFUSAL_H */
