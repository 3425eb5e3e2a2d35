// SPDX-License-Identifier: GPL-2.0

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/* What %pISpc prints; @addr holds an IPv4 address in its first four bytes. */
static void fill_sockaddr(void *to, u8 family, const u8 *addr, u16 port)
{
	struct sockaddr_in6 *in6 = to;
	struct sockaddr_in *in = to;

	memset(to, 0, sizeof(*in6));
	if (family == AF_INET6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, addr, sizeof(in6->sin6_addr));
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, addr, sizeof(in->sin_addr));
	}
}

#define CREATE_TRACE_POINTS
#include "trace.h"
