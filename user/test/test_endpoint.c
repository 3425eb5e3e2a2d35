// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "plan.h"
#include "test/tap.h"

static void is_named(const char *host, const char *port, const char *want)
{
	const struct plan plan = { .family = AF_UNSPEC, .numeric = true };
	char name[ENDPOINT_LEN] = "";
	struct addrinfo *found;

	if (!endpoint_resolve(&plan, host, port, 0, &found)) {
		endpoint_name(found->ai_addr, name);
		freeaddrinfo(found);
	}
	ok(!strcmp(name, want), "%s: '%s'", want, name);
}

static void is_not_found(const struct plan *plan, const char *host,
			 const char *port)
{
	struct addrinfo *found;

	ok(endpoint_resolve(plan, host, port, 0, &found) == -ENOENT,
	   "'%s' port '%s' is not found", host, port);
}

static void test_scope(void)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(1),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_scope_id = 4000000000U,
	};
	char name[ENDPOINT_LEN];

	endpoint_name((struct sockaddr *)&in6, name);
	ok(!strcmp(name, "[::1%4000000000]:1"), "a device that is gone: %s",
	   name);
}

int main(void)
{
	const struct plan numeric = { .family = AF_UNSPEC, .numeric = true };
	const struct plan v6 = { .family = AF_INET6, .numeric = true };

	/* What is reported is another test's */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	is_named("127.0.0.1", "5001", "127.0.0.1:5001");
	is_named("::1", "65535", "[::1]:65535");
	is_named("::ffff:192.0.2.1", "7", "192.0.2.1:7");
	is_named("2001:DB8::0:1", "0", "[2001:db8::1]:0");
	is_named("fe80::1%lo", "9", "[fe80::1%lo]:9");
	is_not_found(&numeric, "localhost", "1");
	is_not_found(&numeric, "127.0.0.1", "no-such-service");
	is_not_found(&v6, "127.0.0.1", "1");
	test_scope();
	return tap_end();
}
