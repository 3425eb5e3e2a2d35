/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_ENDPOINT_H
#define DIVULGE_ENDPOINT_H

#include <netdb.h>
#include <sys/socket.h>

/* "[fe80::1%a-device-name]:65535" and room to spare */
#define ENDPOINT_LEN	96

struct plan;

int endpoint_resolve(const struct plan *plan, const char *host,
		     const char *port, int flags, struct addrinfo **found);
const char *endpoint_name(const struct sockaddr *addr, char name[ENDPOINT_LEN]);

#endif
