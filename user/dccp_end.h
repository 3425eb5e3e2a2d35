/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_DCCP_END_H
#define DIVULGE_DCCP_END_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct dccp_end - one end of a connection, or what it has to be like
 * @addr: address in network order
 * @len: bytes of it, 4 or 16, 0 for any address
 * @prefix: bits of it that count
 * @has_port: @port was named
 * @port: port
 * @dev: interface, "" for any
 */
struct dccp_end {
	uint8_t addr[16];
	size_t len;
	uint8_t prefix;
	bool has_port;
	uint16_t port;
	char dev[IF_NAMESIZE];
};

int dccp_end_parse(const char *arg, struct dccp_end *end);
int dccp_port_parse(const char *arg, uint16_t *port);

#endif
