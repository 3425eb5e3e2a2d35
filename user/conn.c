// SPDX-License-Identifier: GPL-2.0
/* A connection, until it is closed */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/dccp.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>

#include "caught.h"
#include "conn.h"
#include "rate.h"
#include "codes.h"
#include "sock.h"
#include "text.h"

/**
 * conn_tell - say what was agreed on
 * @conn: connection
 * @what: how it came to be
 */
void conn_tell(const struct conn *conn, const char *what)
{
	char service[CODE_LEN];
	int tx, rx;

	sock_number(conn->fd, DCCP_SOCKOPT_TX_CCID, &tx);
	sock_number(conn->fd, DCCP_SOCKOPT_RX_CCID, &rx);
	report("%s %s: %s, sends with CCID %d, receives with CCID %d, MPS %u",
	       what, conn->peer,
	       code_name(sock_service(conn->fd), service), tx, rx,
	       conn_mps(conn));
}

/**
 * conn_mps - ask how much fits into a datagram
 * @conn: connection
 *
 * Return: the MPS (maximum packet size) of now; 0 if it cannot be asked.
 */
uint32_t conn_mps(const struct conn *conn)
{
	int mps;

	return sock_number(conn->fd, DCCP_SOCKOPT_GET_CUR_MPS, &mps) ? 0 : mps;
}

/**
 * conn_unsent - see how much has not left this machine
 * @conn: connection
 *
 * Return: bytes of kernel memory, 0 if all is on its way.
 */
int conn_unsent(const struct conn *conn)
{
	int bytes;

	return ioctl(conn->fd, SIOCOUTQ, &bytes) ? 0 : bytes;
}

static uint32_t memory(const struct conn *conn, unsigned int which)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(conn->fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return 0;
	return info[which];
}

/**
 * conn_drops - see how many packets came for which there was no room
 * @conn: connection
 *
 * Return: their number.
 */
unsigned int conn_drops(const struct conn *conn)
{
	return memory(conn, SK_MEMINFO_DROPS);
}

/**
 * conn_is_closing - see whether the peer has closed
 * @conn: connection
 *
 * Return: true if it has, though there may be something left to receive.
 */
bool conn_is_closing(const struct conn *conn)
{
	struct pollfd fd = { .fd = conn->fd, .events = POLLRDHUP };

	return poll(&fd, 1, 0) > 0 && fd.revents & (POLLRDHUP | POLLHUP);
}

/**
 * conn_is_at_end - tell the end of a connection from an empty datagram
 * @conn: connection of which 0 bytes were received
 *
 * What tells the end is the last that comes, and takes memory until it is read.
 *
 * Return: true if it is the end.
 */
bool conn_is_at_end(const struct conn *conn)
{
	return conn_is_closing(conn) && !memory(conn, SK_MEMINFO_RMEM_ALLOC);
}

/**
 * conn_is_over - see whether nothing can come any more
 * @conn: connection
 *
 * Return: true if so, though there may be something left to receive.
 */
bool conn_is_over(const struct conn *conn)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	return getpeername(conn->fd, (struct sockaddr *)&addr, &len) < 0;
}

/**
 * conn_error - see whether it was broken off
 * @conn: connection that is at its end
 *
 * Return: 0 if not, or why, as a negative errno.
 */
int conn_error(const struct conn *conn)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		return -errno;
	return -err;
}

/**
 * conn_close - close a connection
 * @conn: connection of which all has left this machine
 * @wait: how long to wait for the peer to confirm, in nanoseconds
 *
 * The peer's kernel confirms when the program there has read all that was
 * received, or has closed.
 *
 * Return: true if it did, or was not waited for.
 */
bool conn_close(struct conn *conn, int64_t wait)
{
	struct linger linger = {
		.l_onoff = wait > 0,
		.l_linger = (wait + NSEC_PER_SEC - 1) / NSEC_PER_SEC,
	};
	int64_t begin = rate_now();

	if (setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger,
		       sizeof(linger)))
		linger.l_onoff = 0;
	close(conn->fd);
	return !linger.l_onoff || caught_signal() ||
	       rate_now() - begin < linger.l_linger * (int64_t)NSEC_PER_SEC;
}
