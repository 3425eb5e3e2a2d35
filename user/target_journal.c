// SPDX-License-Identifier: GPL-2.0
/* The journal of this machine, through systemd's library */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

/* Where in our sources it was is of no use to whoever reads a journal */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "target.h"

/* As many as sendmsg() takes, which the library gives two for each */
#define MAX_FIELDS	500

/*
 * The library has a socket of its own, says nothing if there is no journal, and
 * waits where nothing wakes it if that is stuck. So the socket here is connected
 * to see whether there is a journal with room, and nothing is sent on it.
 */
static int journal_open(struct target *t)
{
	struct stat st;
	int err;

	err = target_connect_unix(t, SOCK_DGRAM);
	if (err)
		return err;
	t->inode = stat(t->path, &st) ? 0 : st.st_ino;
	return 0;
}

static bool is_there(const struct target *t)
{
	struct stat st;

	return !stat(t->path, &st) && st.st_ino == t->inode;
}

static int take_apart(const char *data, size_t len, struct iovec *iov)
{
	const char *end = data + len;
	int n = 0;

	for (; data < end && n < MAX_FIELDS; n++) {
		iov[n].iov_base = (char *)data;
		iov[n].iov_len = strnlen(data, end - data);
		data += iov[n].iov_len + 1;
	}
	return data < end ? -EMSGSIZE : n;
}

/*
 * Of what is sent as the journal goes away nobody knows whether it has arrived:
 * it is sent again when there is one.
 */
static ssize_t journal_put(struct target *t, const char *data, size_t len)
{
	struct iovec iov[MAX_FIELDS];
	int n, err;

	if (!is_there(t))
		return -ESTALE;
	if (waker_wait(t->waker, t->fd, POLLOUT, 0))
		return -EAGAIN;
	n = take_apart(data, len, iov);
	if (n < 0)
		return n;
	err = sd_journal_sendv(iov, n);
	if (err)
		return err;
	return is_there(t) ? (ssize_t)len : -ESTALE;
}

/* What is too long for a datagram goes in a file that has no name. */
static size_t journal_room(struct target *t __attribute__((unused)))
{
	return INT_MAX;
}

const struct target_ops target_journal = {
	.datagrams	= true,
	.open		= journal_open,
	.put		= journal_put,
	.room		= journal_room,
	.close		= target_close,
};
