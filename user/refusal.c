// SPDX-License-Identifier: GPL-2.0
/*
 * Why a peer would not have us.
 *
 * The kernel tells the code of a Reset packet (RFC 4340, 5.6) by errors whose
 * names say something else.
 */

#include <errno.h>
#include <string.h>

#include "refusal.h"
#include "util.h"

static const struct {
	int err;
	const char *why;
} refusals[] = {
	{ EBADRQC, "nothing there has that service code: name another with '-s'" },
	{ EBADR, "nothing there has that service code: name another with '-s'" },
	{ ECOMM, "the features that were agreed on cannot be had here: try other CCIDs" },
	{ ECONNABORTED, "the peer closed at once" },
	{ ECONNREFUSED, "nothing listens on that port" },
	{ ECONNRESET, "the peer broke off" },
	{ EDQUOT, "the peer feels attacked: try again later" },
	{ EILSEQ, "no CCIDs that both ends have: see '--tx-ccid' and '--rx-ccid'" },
	{ ENOMSG, "the peer got a packet that it did not expect" },
	{ EOPNOTSUPP, "the peer lacks a feature that is mandatory" },
	{ EPROTO, "no CCIDs that go together: see '--tx-ccid' and '--rx-ccid'" },
	{ ETIMEDOUT, "no answer; many routers and firewalls drop DCCP" },
	{ EUSERS, "the peer is too busy: try again later" },
};

/**
 * refusal_why - tell why a connection failed
 * @err: what the socket failed with
 *
 * Return: the reason.
 */
const char *refusal_why(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].err == err)
			return refusals[i].why;
	return strerror(err);
}
