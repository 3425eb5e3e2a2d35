// SPDX-License-Identifier: GPL-2.0
/* Addresses and ports, as ss(8) takes them and as the table shows them */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "dccp_end.h"
#include "number.h"
#include "usage.h"

/* What is left of an argument that is taken apart in a copy of it */
struct rest {
	char *addr;	/* NULL for none; the others too */
	char *dev;
	char *prefix;
	char *port;
};

/* Return: what follows @at up to one of @stops, which is cut off. */
static char *cut(char *at, const char *stops, char *stop)
{
	char *next = at + strcspn(at, stops);

	*stop = *next;
	*next = '\0';
	return next + !!*stop;
}

/* What follows an address; false if it is none of %DEV, /PREFIX and :PORT. */
static bool take_tail(char *at, char stop, struct rest *rest)
{
	if (stop == '%') {
		rest->dev = at;
		at = cut(at, "/:", &stop);
	}
	if (stop == '/') {
		rest->prefix = at;
		at = cut(at, ":", &stop);
	}
	if (stop == ':')
		rest->port = at;
	return stop == ':' || !stop;
}

/* [ADDR] or [ADDR%DEV], and what follows */
static bool take_brackets(char *at, struct rest *rest)
{
	char *dev;
	char stop;

	rest->addr = at;
	at = cut(at, "]", &stop);
	if (!stop)
		return false;
	dev = strchr(rest->addr, '%');
	if (dev) {
		*dev++ = '\0';
		rest->dev = dev;
	}
	stop = *at;
	return !stop || take_tail(at + 1, stop, rest);
}

static bool is_addr6(const char *at)
{
	uint8_t addr[16];

	return inet_pton(AF_INET6, at, addr) == 1;
}

static bool take_apart(char *at, struct rest *rest)
{
	char stop;

	if (*at == '[')
		return take_brackets(at + 1, rest);
	rest->addr = at;
	if (is_addr6(at))
		return true;
	/* The colons in front of a % or / are those of an IPv6 address */
	at = cut(at, strpbrk(at, "%/") ? "%/" : ":", &stop);
	return take_tail(at, stop, rest);
}

static bool set_addr(const char *addr, struct dccp_end *end)
{
	if (!*addr || !strcmp(addr, "*"))
		return true;
	if (inet_pton(AF_INET, addr, end->addr) == 1)
		end->len = 4;
	else if (inet_pton(AF_INET6, addr, end->addr) == 1)
		end->len = 16;
	end->prefix = 8 * end->len;
	return end->len;
}

static bool set_prefix(const char *prefix, struct dccp_end *end)
{
	uint64_t n;

	if (!prefix)
		return true;
	if (!end->len || !number_parse(prefix, 10, 8 * end->len, &n))
		return false;
	end->prefix = n;
	return true;
}

static bool set_port(const char *port, struct dccp_end *end)
{
	uint64_t n;

	if (!port || !strcmp(port, "*"))
		return true;
	if (!number_parse(port, 10, UINT16_MAX, &n))
		return false;
	end->port = n;
	end->has_port = true;
	return true;
}

static bool set_dev(const char *dev, struct dccp_end *end)
{
	if (!dev)
		return true;
	if (!*dev || strlen(dev) >= sizeof(end->dev))
		return false;
	strcpy(end->dev, dev);
	return true;
}

/**
 * dccp_end_parse - read what an end of a connection has to be like
 * @arg: [ADDR][%DEV][/PREFIX][:PORT]; an IPv6 address that a port follows is
 *	in brackets; "*" is any
 * @end: filled
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int dccp_end_parse(const char *arg, struct dccp_end *end)
{
	struct rest rest = { 0 };
	char *copy;
	bool good;

	memset(end, 0, sizeof(*end));
	copy = strdup(arg);
	if (!copy)
		return misused("'%s' is too long", arg);
	good = *arg && take_apart(copy, &rest) && set_addr(rest.addr, end) &&
	       set_dev(rest.dev, end) && set_prefix(rest.prefix, end) &&
	       set_port(rest.port, end);
	free(copy);
	if (good)
		return EXIT_OK;
	return misused("'%s' is no address and port (127.0.0.1:5001, "
		       "10.0.0.0/8, [::1]:5001, :5001)", arg);
}

/**
 * dccp_port_parse - read a port
 * @arg: its number
 * @port: set to it
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int dccp_port_parse(const char *arg, uint16_t *port)
{
	uint64_t n;

	if (!number_parse(arg, 10, UINT16_MAX, &n))
		return misused("'%s' is no port", arg);
	*port = n;
	return EXIT_OK;
}
