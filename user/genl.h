/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_GENL_H
#define DIVULGE_GENL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

/* The most the kernel puts into one message of a dump is 32 KiB */
#define GENL_BUF_SIZE	65536
#define GENL_MAX_GROUPS	4

struct genl_group {
	char name[GENL_NAMSIZ];
	uint32_t id;
};

/**
 * struct genl - a socket that talks to one generic netlink family
 * @nl: the socket
 * @family: number of the family
 * @name: its name
 * @groups: its multicast groups
 * @nr_groups: how many of @groups are set
 * @seq: number of the last request
 * @why: after a failure, what went wrong, in the kernel's words if it had any
 * @buf: request while it is built, then what was received last
 */
struct genl {
	struct mnl_socket *nl;
	uint16_t family;
	char name[GENL_NAMSIZ];
	struct genl_group groups[GENL_MAX_GROUPS];
	size_t nr_groups;
	uint32_t seq;
	char why[256];
	char buf[GENL_BUF_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* Called for each message; 0 to go on, or what to end with */
typedef int (*genl_cb)(const struct nlmsghdr *nlh, void *arg);

int genl_open(struct genl *genl, const char *family);
void genl_close(struct genl *genl);

struct nlmsghdr *genl_request(struct genl *genl, uint8_t cmd, uint16_t flags);
int genl_talk(struct genl *genl, struct nlmsghdr *req, genl_cb cb, void *arg);

int genl_subscribe(struct genl *genl);
int genl_join(struct genl *genl, const char *group);
void genl_leave(struct genl *genl, const char *group);
int genl_receive(struct genl *genl, genl_cb cb, void *arg);

void genl_attrs(const struct nlmsghdr *nlh, const struct nlattr **tb, int max);
void genl_nested(const struct nlattr *nest, const struct nlattr **tb, int max);
bool genl_struct(const struct nlattr *attr, void *to, size_t size);

#endif
