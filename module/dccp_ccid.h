/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What net/dccp keeps to itself (ccid.h, dccp.h there): the tables of sockets
 * and the beginnings of structs. The same in Linux 6.1 and 6.12, and DCCP left
 * in 6.16.
 */
#ifndef _DIVULGE_DCCP_CCID_H
#define _DIVULGE_DCCP_CCID_H

struct inet_hashinfo;

/* Only through symbol_get(): dccp.ko is not always there. */
extern struct inet_hashinfo dccp_hashinfo;

/**
 * struct divulge_ccid_ops - beginning of struct ccid_operations
 * @ccid_id: number of the CCID (RFC 4340, 10)
 */
struct divulge_ccid_ops {
	unsigned char ccid_id;
};

/**
 * struct divulge_ccid - beginning of struct ccid
 * @ccid_ops: which CCID it is
 */
struct divulge_ccid {
	struct divulge_ccid_ops *ccid_ops;
};

#endif /* _DIVULGE_DCCP_CCID_H */
