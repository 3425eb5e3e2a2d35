// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "genl.h"

/* Holds some 60,000 births */
#define EVENT_BUF_SIZE	(16 << 20)

struct tb {
	const struct nlattr **attr;
	int max;
};

static int keep_attr(const struct nlattr *attr, void *data)
{
	const struct tb *tb = data;
	int type = mnl_attr_get_type(attr);

	if (type <= tb->max)
		tb->attr[type] = attr;
	return MNL_CB_OK;
}

/**
 * genl_attrs - sort the attributes of a message
 * @nlh: message of a generic netlink family
 * @tb: filled with one attribute a type, NULL if it is absent
 * @max: highest type that @tb has room for
 */
void genl_attrs(const struct nlmsghdr *nlh, const struct nlattr **tb, int max)
{
	struct tb to = { tb, max };

	memset(tb, 0, sizeof(*tb) * (max + 1));
	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), keep_attr, &to);
}

/**
 * genl_nested - sort the attributes in an attribute
 * @nest: attribute, NULL for none
 * @tb: filled with one attribute a type, NULL if it is absent
 * @max: highest type that @tb has room for
 */
void genl_nested(const struct nlattr *nest, const struct nlattr **tb, int max)
{
	struct tb to = { tb, max };

	memset(tb, 0, sizeof(*tb) * (max + 1));
	if (nest)
		mnl_attr_parse_nested(nest, keep_attr, &to);
}

/**
 * genl_struct - copy a struct out of an attribute
 * @attr: attribute, NULL for none
 * @to: where to
 * @size: size of the struct as we know it
 *
 * A struct only grows at its end. What an older kernel does not have reads as
 * zero, what a newer one has more is left out.
 *
 * Return: true if there was an attribute.
 */
bool genl_struct(const struct nlattr *attr, void *to, size_t size)
{
	size_t len;

	memset(to, 0, size);
	if (!attr)
		return false;
	len = mnl_attr_get_payload_len(attr);
	memcpy(to, mnl_attr_get_payload(attr), len < size ? len : size);
	return true;
}

static int fail(struct genl *genl, int err, const char *what)
{
	snprintf(genl->why, sizeof(genl->why), "%s: %s", what, strerror(-err));
	return err;
}

/* "invalid argument" says nothing beside the kernel's own message */
static int refused(struct genl *genl, int err, const char *msg)
{
	if (!msg)
		snprintf(genl->why, sizeof(genl->why), "%s", strerror(-err));
	else if (err == -EINVAL)
		snprintf(genl->why, sizeof(genl->why), "%s", msg);
	else
		snprintf(genl->why, sizeof(genl->why), "%s (%s)", msg,
			 strerror(-err));
	return err;
}

static const char *extack_msg(const struct nlmsghdr *nlh, size_t skip)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	struct tb to = { tb, NLMSGERR_ATTR_MAX };
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const char *payload = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *msg;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || len <= skip)
		return NULL;
	mnl_attr_parse_payload(payload + skip, len - skip, keep_attr, &to);
	msg = tb[NLMSGERR_ATTR_MSG];
	if (!msg || mnl_attr_validate(msg, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	return mnl_attr_get_str(msg);
}

static int on_error(struct genl *genl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return fail(genl, -EBADMSG, "netlink reply");
	if (!e->error)
		return 0;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += MNL_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	return refused(genl, e->error, extack_msg(nlh, skip));
}

/* A dump that fails halfway says so in the message that ends it. */
static int on_done(struct genl *genl, const struct nlmsghdr *nlh)
{
	int err;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(err))
		return 0;
	memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err >= 0)
		return 0;
	return refused(genl, err, extack_msg(nlh, sizeof(err)));
}

static ssize_t receive(struct genl *genl)
{
	ssize_t len;

	do {
		len = mnl_socket_recvfrom(genl->nl, genl->buf,
					  sizeof(genl->buf));
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : len;
}

/* Return: 1 if @nlh ends the reply, 0 if more is to come, negative errno. */
static int on_reply(struct genl *genl, const struct nlmsghdr *nlh, genl_cb cb,
		    void *arg)
{
	int err;

	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
		err = on_error(genl, nlh);
		return err ? err : 1;
	case NLMSG_DONE:
		err = on_done(genl, nlh);
		return err ? err : 1;
	default:
		err = cb ? cb(nlh, arg) : 0;
		return err ? refused(genl, err, NULL) : 0;
	}
}

/* As on_reply(), for @left bytes; @torn is set if a dump was interrupted. */
static int on_replies(struct genl *genl, int left, bool *torn, genl_cb cb,
		      void *arg)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)genl->buf;
	unsigned int portid = mnl_socket_get_portid(genl->nl);
	int ret = 0;

	for (; !ret && mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		if (!mnl_nlmsg_portid_ok(nlh, portid) ||
		    !mnl_nlmsg_seq_ok(nlh, genl->seq))
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*torn = true;
		ret = on_reply(genl, nlh, cb, arg);
	}
	return ret;
}

/**
 * genl_talk - send a request and take the reply
 * @genl: socket that has joined no group
 * @req: from genl_request()
 * @cb: called for each message of the reply
 * @arg: handed to @cb
 *
 * Return: 0; -EINTR if what was dumped changed meanwhile, so that records may
 * be missing or double; or another negative errno, with @genl->why set.
 */
int genl_talk(struct genl *genl, struct nlmsghdr *req, genl_cb cb, void *arg)
{
	bool torn = false;
	int ret;

	if (mnl_socket_sendto(genl->nl, req, req->nlmsg_len) < 0)
		return fail(genl, -errno, "netlink request");
	do {
		ret = receive(genl);
		if (ret < 0)
			return fail(genl, ret, "netlink reply");
		ret = on_replies(genl, ret, &torn, cb, arg);
	} while (!ret);
	if (ret < 0)
		return ret;
	return torn ? refused(genl, -EINTR, NULL) : 0;
}

static struct nlmsghdr *request(struct genl *genl, uint16_t type, uint8_t cmd,
				uint8_t version, uint16_t flags)
{
	struct genlmsghdr *hdr;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(genl->buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++genl->seq;
	hdr = mnl_nlmsg_put_extra_header(nlh, sizeof(*hdr));
	hdr->cmd = cmd;
	hdr->version = version;
	return nlh;
}

/**
 * genl_request - begin a request
 * @genl: socket
 * @cmd: command of the family
 * @flags: NLM_F_ACK or NLM_F_DUMP
 *
 * Return: message in the buffer of @genl, to put attributes on and to give to
 * genl_talk().
 */
struct nlmsghdr *genl_request(struct genl *genl, uint8_t cmd, uint16_t flags)
{
	return request(genl, genl->family, cmd, 1, flags);
}

static void keep_groups(struct genl *genl, const struct nlattr *groups)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *group, *name, *id;
	struct genl_group *to;

	mnl_attr_for_each_nested(group, groups) {
		if (genl->nr_groups == GENL_MAX_GROUPS)
			return;
		genl_nested(group, tb, CTRL_ATTR_MCAST_GRP_MAX);
		name = tb[CTRL_ATTR_MCAST_GRP_NAME];
		id = tb[CTRL_ATTR_MCAST_GRP_ID];
		if (!name || !id)
			continue;
		to = &genl->groups[genl->nr_groups++];
		snprintf(to->name, sizeof(to->name), "%s",
			 mnl_attr_get_str(name));
		to->id = mnl_attr_get_u32(id);
	}
}

static int keep_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	struct genl *genl = arg;

	genl_attrs(nlh, tb, CTRL_ATTR_MAX);
	if (!tb[CTRL_ATTR_FAMILY_ID])
		return -EBADMSG;
	genl->family = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		keep_groups(genl, tb[CTRL_ATTR_MCAST_GROUPS]);
	return 0;
}

static int resolve(struct genl *genl)
{
	struct nlmsghdr *nlh;

	nlh = request(genl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, genl->name);
	return genl_talk(genl, nlh, keep_family, genl);
}

static int set_option(struct genl *genl, int option)
{
	int on = 1;

	if (mnl_socket_setsockopt(genl->nl, option, &on, sizeof(on)) < 0)
		return fail(genl, -errno, "netlink socket");
	return 0;
}

/**
 * genl_open - open a socket to a generic netlink family
 * @genl: set up here
 * @family: name of the family
 *
 * Return: 0, or a negative errno with @genl->why set; -ENOENT if there is no
 * such family. On failure nothing is left to close.
 */
int genl_open(struct genl *genl, const char *family)
{
	int err;

	memset(genl, 0, sizeof(*genl));
	snprintf(genl->name, sizeof(genl->name), "%s", family);

	genl->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!genl->nl)
		return fail(genl, -errno, "netlink socket");
	err = set_option(genl, NETLINK_EXT_ACK);
	if (!err)
		err = set_option(genl, NETLINK_CAP_ACK);
	if (!err)
		err = set_option(genl, NETLINK_GET_STRICT_CHK);
	if (err)
		goto close;
	if (mnl_socket_bind(genl->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = fail(genl, -errno, "netlink socket");
		goto close;
	}
	err = resolve(genl);
	if (err)
		goto close;
	return 0;

close:
	genl_close(genl);
	return err;
}

void genl_close(struct genl *genl)
{
	mnl_socket_close(genl->nl);
	genl->nl = NULL;
}

static int group_id(const struct genl *genl, const char *name, int *id)
{
	size_t i;

	for (i = 0; i < genl->nr_groups; i++) {
		if (strcmp(genl->groups[i].name, name))
			continue;
		*id = genl->groups[i].id;
		return 0;
	}
	return -ENOENT;
}

/**
 * genl_subscribe - make a socket one that receives events
 * @genl: socket, which can be talked to no more
 *
 * Enlarges the buffer, reads without blocking, and listens for the end of the
 * family.
 *
 * Return: 0, or a negative errno with @genl->why set.
 */
int genl_subscribe(struct genl *genl)
{
	int fd = mnl_socket_get_fd(genl->nl);
	int size = EVENT_BUF_SIZE;
	/* Group "notify" of nlctrl, whose number is fixed */
	int notify = GENL_ID_CTRL;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		return fail(genl, -errno, "receive buffer");
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return fail(genl, -errno, "netlink socket");
	if (mnl_socket_setsockopt(genl->nl, NETLINK_ADD_MEMBERSHIP, &notify,
				  sizeof(notify)) < 0)
		return fail(genl, -errno, "group 'notify'");
	return 0;
}

/**
 * genl_join - receive the events of a multicast group
 * @genl: socket after genl_subscribe()
 * @group: name of the group
 *
 * Return: 0, or a negative errno with @genl->why set.
 */
int genl_join(struct genl *genl, const char *group)
{
	int id, err;

	err = group_id(genl, group, &id);
	if (err)
		return refused(genl, err, "no such group");
	if (mnl_socket_setsockopt(genl->nl, NETLINK_ADD_MEMBERSHIP, &id,
				  sizeof(id)) < 0)
		return refused(genl, -errno, NULL);
	return 0;
}

/**
 * genl_leave - receive no further events of a multicast group
 * @genl: socket
 * @group: name of the group; that it was not joined does no harm
 *
 * What is in the buffer of the socket stays there.
 */
void genl_leave(struct genl *genl, const char *group)
{
	int id;

	if (!group_id(genl, group, &id))
		mnl_socket_setsockopt(genl->nl, NETLINK_DROP_MEMBERSHIP, &id,
				      sizeof(id));
}

/* Return: true if @nlh tells that the family of @genl is gone. */
static bool family_gone(const struct genl *genl, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	const struct genlmsghdr *hdr = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != GENL_ID_CTRL || hdr->cmd != CTRL_CMD_DELFAMILY)
		return false;
	genl_attrs(nlh, tb, CTRL_ATTR_MAX);
	return tb[CTRL_ATTR_FAMILY_NAME] &&
	       !strcmp(mnl_attr_get_str(tb[CTRL_ATTR_FAMILY_NAME]), genl->name);
}

/**
 * genl_receive - take what one read gives
 * @genl: socket after genl_subscribe()
 * @cb: called for each event
 * @arg: handed to @cb
 *
 * Return: 0; -EAGAIN if there was nothing; -ENOBUFS if events were lost;
 * -ENODEV if the family is gone; another negative errno with @genl->why set; or
 * what @cb returned.
 */
int genl_receive(struct genl *genl, genl_cb cb, void *arg)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)genl->buf;
	int left, err;

	left = receive(genl);
	if (left < 0)
		return left == -EAGAIN ? left : refused(genl, left, NULL);
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
			continue;
		if (family_gone(genl, nlh))
			return refused(genl, -ENODEV, NULL);
		if (nlh->nlmsg_type != genl->family)
			continue;
		err = cb(nlh, arg);
		if (err)
			return err;
	}
	return 0;
}
