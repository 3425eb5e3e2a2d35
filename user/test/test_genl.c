// SPDX-License-Identifier: GPL-2.0
/* What the kernel's replies mean; with the file, for the sake of its statics */
#include "../genl.c"
#include "test/tap.h"

static struct genl genl;
static char buf[1024] __attribute__((aligned(NLMSG_ALIGNTO)));

static struct nlmsghdr *message(uint16_t type, uint16_t flags, int error)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int *payload;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	payload = mnl_nlmsg_put_extra_header(nlh, sizeof(*payload));
	*payload = error;
	return nlh;
}

/* Without NLM_F_CAPPED the request, here @echo bytes, comes back too. */
static struct nlmsghdr *error_message(uint16_t flags, int error, size_t echo)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, flags, error);
	struct nlmsghdr *req;

	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req) + echo);
	req->nlmsg_len = sizeof(*req) + echo;
	return nlh;
}

static void is_reply(const struct nlmsghdr *nlh, int want, const char *why,
		     const char *name)
{
	int ret;

	genl.why[0] = '\0';
	ret = on_reply(&genl, nlh, NULL, NULL);
	ok(ret == want && !strcmp(genl.why, why), "%s: %d '%s'", name, ret,
	   genl.why);
}

static void test_replies(void)
{
	struct nlmsghdr *nlh;

	is_reply(message(NLMSG_NOOP, 0, 0), 0, "", "noop");
	is_reply(message(NLMSG_DONE, NLM_F_MULTI, 0), 1, "", "end of a dump");
	is_reply(error_message(NLM_F_CAPPED, 0, 0), 1, "", "ack");
	is_reply(error_message(NLM_F_CAPPED, -EPERM, 0), -EPERM,
		 "Operation not permitted", "error without words");

	nlh = error_message(NLM_F_CAPPED | NLM_F_ACK_TLVS, -EPERM, 0);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "not you");
	is_reply(nlh, -EPERM, "not you (Operation not permitted)",
		 "error with words");

	nlh = error_message(NLM_F_CAPPED | NLM_F_ACK_TLVS, -EINVAL, 0);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "fd is bad");
	is_reply(nlh, -EINVAL, "fd is bad", "error with better words");

	nlh = error_message(NLM_F_ACK_TLVS, -EINVAL, 22);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "after the echo");
	is_reply(nlh, -EINVAL, "after the echo", "error with the request");

	nlh = message(NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS, -EOPNOTSUPP);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "no DCCP");
	is_reply(nlh, -EOPNOTSUPP, "no DCCP (Operation not supported)",
		 "dump that fails");

	nlh = error_message(NLM_F_CAPPED | NLM_F_ACK_TLVS, -EINVAL, 0);
	mnl_attr_put(nlh, NLMSGERR_ATTR_MSG, 3, "abc");
	is_reply(nlh, -EINVAL, "Invalid argument", "words without an end");

	nlh = message(NLMSG_ERROR, 0, -EPERM);
	is_reply(nlh, -EBADMSG, "netlink reply: Bad message", "error cut off");
}

static void test_structs(void)
{
	struct nlmsghdr *nlh = message(NLMSG_MIN_TYPE, 0, 0);
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);
	uint64_t two[2] = { 1, 2 };
	struct { uint64_t a, b, c; } three = { 9, 9, 9 };
	uint64_t one = 9;

	mnl_attr_put(nlh, 1, sizeof(two), two);
	ok(genl_struct(attr, &one, sizeof(one)) && one == 1,
	   "of a longer struct the known part is taken");
	ok(genl_struct(attr, &three, sizeof(three)) && three.a == 1 &&
	   three.b == 2 && !three.c, "a shorter struct ends with zeroes");
	ok(!genl_struct(NULL, &three, sizeof(three)) && !three.a,
	   "no struct is all zeroes");
}

static int count(const struct nlmsghdr *nlh, void *arg)
{
	unsigned int *n = arg;

	(void)nlh;
	++*n;
	return 0;
}

static int refuse(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	(void)arg;
	return -ENOMEM;
}

/* The controller is there on every kernel. */
static void test_kernel(void)
{
	unsigned int n = 0;

	ok(genl_open(&genl, "no such family") == -ENOENT, "no such family: %s",
	   genl.why);
	if (!ok(!genl_open(&genl, "nlctrl"), "the controller's family"))
		return;
	ok(genl.family == GENL_ID_CTRL && genl.nr_groups == 1 &&
	   !strcmp(genl.groups[0].name, "notify"), "its group");
	ok(!genl_talk(&genl, genl_request(&genl, CTRL_CMD_GETFAMILY,
					  NLM_F_DUMP), count, &n) && n,
	   "a dump of %u families", n);
	ok(genl_talk(&genl, genl_request(&genl, CTRL_CMD_GETFAMILY,
					 NLM_F_DUMP), refuse, NULL) == -ENOMEM,
	   "a dump we end: %s", genl.why);
	ok(genl_talk(&genl, genl_request(&genl, 77, NLM_F_ACK), NULL, NULL) ==
	   -EOPNOTSUPP, "the next request is not confused: %s", genl.why);
	ok(genl_join(&genl, "nobody") == -ENOENT, "no such group: %s",
	   genl.why);
	ok(!genl_subscribe(&genl) && !genl_join(&genl, "notify"), "a group");
	ok(genl_receive(&genl, count, &n) == -EAGAIN, "where nothing happens");
	genl_close(&genl);
}

int main(void)
{
	test_replies();
	test_structs();
	test_kernel();
	return tap_end();
}
