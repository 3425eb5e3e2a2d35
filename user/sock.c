// SPDX-License-Identifier: GPL-2.0
/* DCCP sockets and their options */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/dccp.h>

#include "dccp_host.h"
#include "plan.h"
#include "sock.h"

/*
 * What comes is dropped where there is no room for it, and nobody sends it
 * again: so there should be.
 */
#define RECEIVE_BUFFER	(8 << 20)

static int set_services(int fd, const struct services *services)
{
	uint32_t code[DCCP_SERVICE_LIST_MAX_LEN];
	size_t i;

	for (i = 0; i < services->nr; i++)
		code[i] = htonl(services->code[i]);
	if (!services->nr)
		return 0;
	return setsockopt(fd, SOL_DCCP, DCCP_SOCKOPT_SERVICE, code,
			  services->nr * sizeof(code[0])) ? -errno : 0;
}

static int set_ccids(int fd, int option, const struct ccids *ccids)
{
	if (!ccids->nr)
		return 0;
	return setsockopt(fd, SOL_DCCP, option, ccids->id, ccids->nr) ?
	       -errno : 0;
}

/**
 * sock_kernel_ccids - ask which CCIDs there are
 * @fd: a socket
 * @ccids: filled
 *
 * Return: 0 or a negative errno.
 */
int sock_kernel_ccids(int fd, struct ccids *ccids)
{
	socklen_t len = sizeof(ccids->id);

	ccids->nr = 0;
	if (getsockopt(fd, SOL_DCCP, DCCP_SOCKOPT_AVAILABLE_CCIDS, ccids->id,
		       &len))
		return -errno;
	ccids->nr = len;
	return 0;
}

static void tell_ccids(int fd, int err, char why[SOCK_WHY_LEN])
{
	struct ccids ccids;
	char name[CCIDS_LEN];

	if (err == -EINVAL && !sock_kernel_ccids(fd, &ccids))
		snprintf(why, SOCK_WHY_LEN, "this kernel has the CCIDs %s only",
			 ccids_name(&ccids, name));
	else
		snprintf(why, SOCK_WHY_LEN, "cannot set CCIDs: %s",
			 strerror(-err));
}

static int set_up(int fd, const struct plan *plan, char why[SOCK_WHY_LEN])
{
	int size = RECEIVE_BUFFER;
	int err;

	err = set_services(fd, &plan->services);
	if (err) {
		snprintf(why, SOCK_WHY_LEN, "cannot set the service code: %s",
			 strerror(-err));
		return err;
	}
	err = set_ccids(fd, DCCP_SOCKOPT_TX_CCID, &plan->tx);
	if (!err)
		err = set_ccids(fd, DCCP_SOCKOPT_RX_CCID, &plan->rx);
	if (err) {
		tell_ccids(fd, err, why);
		return err;
	}
	/* As much as we may have will do. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	sock_no_limit(fd);
	return 0;
}

/**
 * sock_absence - say why there is no socket, and what can be done
 * @family: AF_INET or AF_INET6
 * @err: what socket() failed with
 * @why: filled
 */
void sock_absence(int family, int err, char why[SOCK_WHY_LEN])
{
	const char *name = family == AF_INET6 ? "IPv6" : "IPv4";

	if (err == EAFNOSUPPORT)
		snprintf(why, SOCK_WHY_LEN,
			 "this kernel does without %s: boot it without "
			 "ipv6.disable", name);
	else if (err != ESOCKTNOSUPPORT && err != EPROTONOSUPPORT)
		snprintf(why, SOCK_WHY_LEN, "%s", strerror(err));
	else if (modprobe_has("dccp"))
		snprintf(why, SOCK_WHY_LEN,
			 "DCCP is loaded, but not for %s: run " LOAD_DCCP,
			 name);
	else
		dccp_why(why);
}

/**
 * sock_open - make a socket with the options that were asked for
 * @plan: says which
 * @family: AF_INET or AF_INET6
 * @why: filled with the reason if there is none
 *
 * Return: the socket, which does not block, or a negative errno.
 */
int sock_open(const struct plan *plan, int family, char why[SOCK_WHY_LEN])
{
	int fd, err;

	fd = socket(family, SOCK_DCCP | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    IPPROTO_DCCP);
	if (fd < 0) {
		err = -errno;
		sock_absence(family, -err, why);
		return err;
	}
	err = set_up(fd, plan, why);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/**
 * sock_no_limit - have the send buffer alone limit what waits to be sent
 * @fd: socket
 *
 * The queue has a limit of its own, of five datagrams by default. Who hits that
 * learns of room only by trying again and again.
 */
void sock_no_limit(int fd)
{
	int none = 0;

	setsockopt(fd, SOL_DCCP, DCCP_SOCKOPT_QPOLICY_TXQLEN, &none,
		   sizeof(none));
}

/**
 * sock_number - ask a socket
 * @fd: socket
 * @option: of SOL_DCCP, an int
 * @number: filled
 *
 * Return: 0 or a negative errno.
 */
int sock_number(int fd, int option, int *number)
{
	socklen_t len = sizeof(*number);

	*number = 0;
	return getsockopt(fd, SOL_DCCP, option, number, &len) ? -errno : 0;
}

/**
 * sock_service - ask for the service code
 * @fd: a socket that is no listener
 *
 * Return: the code, 0 if there is none.
 */
uint32_t sock_service(int fd)
{
	int code;

	return sock_number(fd, DCCP_SOCKOPT_SERVICE, &code) ? 0 : ntohl(code);
}
