// SPDX-License-Identifier: GPL-2.0
/* An address and a port */

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "plan.h"
#include "text.h"

/**
 * endpoint_resolve - look up where a host and a port are
 * @plan: which family, and whether names are allowed
 * @host: name or address, or NULL
 * @port: name or number
 * @flags: of getaddrinfo()
 * @found: set to what freeaddrinfo() is for
 *
 * Return: 0, or a negative errno after a report.
 */
int endpoint_resolve(const struct plan *plan, const char *host,
		     const char *port, int flags, struct addrinfo **found)
{
	const struct addrinfo hints = {
		.ai_flags = flags | (plan->numeric ? AI_NUMERICHOST : 0),
		.ai_family = plan->family,
		.ai_socktype = SOCK_DCCP,
		.ai_protocol = IPPROTO_DCCP,
	};
	int err = getaddrinfo(host, port, &hints, found);

	if (!err)
		return 0;
	report("cannot find '%s%s%s': %s%s", host ? host : "",
	       host ? "' port '" : "", port,
	       err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err),
	       plan->numeric ? "; '-n' takes addresses only" : "");
	return -ENOENT;
}

static void name_v4(const struct in_addr *addr, in_port_t port, char *name)
{
	char text[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, addr, text, sizeof(text));
	snprintf(name, ENDPOINT_LEN, "%s:%u", text, ntohs(port));
}

static void name_v6(const struct sockaddr_in6 *in6, char *name)
{
	char text[INET6_ADDRSTRLEN] = "?", device[IF_NAMESIZE] = "";

	inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
	if (in6->sin6_scope_id && !if_indextoname(in6->sin6_scope_id, device))
		snprintf(device, sizeof(device), "%u", in6->sin6_scope_id);
	snprintf(name, ENDPOINT_LEN, "[%s%s%s]:%u", text, *device ? "%" : "",
		 device, ntohs(in6->sin6_port));
}

/**
 * endpoint_name - write an address and a port
 * @addr: of IPv4 or IPv6; IPv4 in IPv6 is written as IPv4
 * @name: where to
 *
 * Return: @name.
 */
const char *endpoint_name(const struct sockaddr *addr, char name[ENDPOINT_LEN])
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (addr->sa_family == AF_INET) {
		memcpy(&in, addr, sizeof(in));
		name_v4(&in.sin_addr, in.sin_port, name);
		return name;
	}
	memcpy(&in6, addr, sizeof(in6));
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(&in.sin_addr, &in6.sin6_addr.s6_addr[12],
		       sizeof(in.sin_addr));
		name_v4(&in.sin_addr, in6.sin6_port, name);
	} else {
		name_v6(&in6, name);
	}
	return name;
}
