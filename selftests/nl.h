/* SPDX-License-Identifier: GPL-2.0 */
/* A netlink socket to the divulge family, for tests: small, and not the tools' */
#ifndef SELFTESTS_NL_H
#define SELFTESTS_NL_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/divulge.h>
#include <linux/genetlink.h>

struct nl {
	struct mnl_socket *sock;
	uint16_t family;
	uint32_t births;	/* group */
	uint32_t dccp;		/* group */
	unsigned int seq;
	char ext_ack[128];	/* message with the last error */
	char buf[65536];
};

struct nl_reply {
	int attr;		/* wanted */
	void *to;		/* gets its payload */
	size_t size;
};

static inline int nl_parse_groups(struct nl *nl, const struct nlattr *groups)
{
	const struct nlattr *group, *attr;

	mnl_attr_for_each_nested(group, groups) {
		const char *name = "";
		uint32_t id = 0;

		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(attr);
		}
		if (!strcmp(name, DIVULGE_MCGRP_BIRTHS))
			nl->births = id;
		if (!strcmp(name, DIVULGE_MCGRP_DCCP))
			nl->dccp = id;
	}
	return MNL_CB_OK;
}

static inline int nl_family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct nl *nl = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			nl->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			nl_parse_groups(nl, attr);
	}
	return MNL_CB_OK;
}

static inline int nl_reply_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nl_reply *reply = data;
	const struct nlattr *attr;

	if (!reply)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == reply->attr &&
		    mnl_attr_get_payload_len(attr) == reply->size)
			memcpy(reply->to, mnl_attr_get_payload(attr),
			       reply->size);
	return MNL_CB_OK;
}

static inline void nl_ext_ack(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const struct nlattr *attr;

	nl->ext_ack[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
	mnl_attr_for_each(attr, nlh, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(nl->ext_ack, sizeof(nl->ext_ack), "%s",
				 mnl_attr_get_str(attr));
}

/* Send what is in nl->buf and take the answer. Return: 0 or -errno */
static inline int nl_talk(struct nl *nl, mnl_cb_t cb, void *data)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->buf;
	unsigned int portid = mnl_socket_get_portid(nl->sock);
	ssize_t len;
	int ret;

	nlh->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));
		if (len < 0)
			return -errno;
		nlh = (struct nlmsghdr *)nl->buf;
		/* An event that came between is not an answer. */
		if (!nlh->nlmsg_pid) {
			ret = MNL_CB_OK;
			continue;
		}
		if (nlh->nlmsg_type == NLMSG_ERROR)
			nl_ext_ack(nl, nlh);
		/* libmnl takes the end of a dump for a good one. */
		if (nlh->nlmsg_type == NLMSG_DONE) {
			ret = *(int *)mnl_nlmsg_get_payload(nlh);
			return ret < 0 ? ret : 0;
		}
		ret = mnl_cb_run(nl->buf, len, nl->seq, portid, cb, data);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

static inline struct nlmsghdr *nl_request(struct nl *nl, uint16_t type,
					  uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

/* Return: 0 or -errno, -ENOENT without the module */
static inline int nl_open_as(struct nl *nl, unsigned int portid)
{
	struct nlmsghdr *nlh;
	int one = 1, err;

	memset(nl, 0, sizeof(*nl));
	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock)
		return -errno;
	if (mnl_socket_bind(nl->sock, 0, portid) < 0) {
		err = -errno;
		mnl_socket_close(nl->sock);
		nl->sock = NULL;
		return err;
	}
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &one, sizeof(one));

	nlh = nl_request(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, DIVULGE_FAMILY_NAME);
	err = nl_talk(nl, nl_family_cb, nl);
	return err ?: nl->family ? 0 : -ENOENT;
}

static inline int nl_open(struct nl *nl)
{
	return nl_open_as(nl, MNL_SOCKET_AUTOPID);
}

static inline void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

/* A request with an fd in attribute 1, as birth-get and watch-add take it. */
static inline int nl_ask_fd(struct nl *nl, uint8_t cmd, int fd,
			    struct nl_reply *reply)
{
	struct nlmsghdr *nlh = nl_request(nl, nl->family, cmd);

	mnl_attr_put_u32(nlh, 1, fd);
	return nl_talk(nl, nl_reply_cb, reply);
}

static inline int nl_birth(struct nl *nl, int fd, struct divulge_birth *birth)
{
	struct nl_reply reply = {
		DIVULGE_A_BIRTH_RECORD, birth, sizeof(*birth)
	};

	memset(birth, 0xff, sizeof(*birth));
	return nl_ask_fd(nl, DIVULGE_CMD_BIRTH_GET, fd, &reply);
}

static inline int nl_watch(struct nl *nl, int fd, struct divulge_watch *watch)
{
	struct nl_reply reply = {
		DIVULGE_A_WATCH_RECORD, watch, sizeof(*watch)
	};

	return nl_ask_fd(nl, DIVULGE_CMD_WATCH_ADD, fd, &reply);
}

/* @counters stays as it is if they are not for this caller to know */
static inline int nl_counters(struct nl *nl,
			      struct divulge_birth_counters *counters)
{
	struct nl_reply reply = {
		DIVULGE_A_INFO_BIRTHS, counters, sizeof(*counters)
	};

	nl_request(nl, nl->family, DIVULGE_CMD_INFO_GET);
	return nl_talk(nl, nl_reply_cb, &reply);
}

static inline int nl_join(struct nl *nl, uint32_t group)
{
	return mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &group,
				     sizeof(group)) < 0 ? -errno : 0;
}

/* One datagram of events. Return: its length, 0 after @ms, or -errno */
static inline ssize_t nl_next(struct nl *nl, int ms)
{
	struct pollfd pfd = {
		.fd = mnl_socket_get_fd(nl->sock), .events = POLLIN
	};
	ssize_t len;

	if (poll(&pfd, 1, ms) <= 0)
		return 0;
	len = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));
	return len < 0 ? -errno : len;
}

#endif /* SELFTESTS_NL_H */
