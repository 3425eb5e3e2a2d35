// SPDX-License-Identifier: GPL-2.0
/* Who connects */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attempt.h"
#include "caught.h"
#include "client.h"
#include "conn.h"
#include "plan.h"
#include "refusal.h"

static int bind_source(const struct plan *plan, int fd, int family,
		       struct attempt *attempt)
{
	const char *port = plan->source_port ? plan->source_port : "0";
	struct plan like = *plan;
	struct addrinfo *source;
	int err;

	if (!plan->source && !plan->source_port)
		return 0;
	like.family = family;
	err = endpoint_resolve(&like, plan->source, port, AI_PASSIVE, &source);
	if (err)
		return err;
	if (bind(fd, source->ai_addr, source->ai_addrlen))
		err = attempt_fails(attempt, -errno,
				    "cannot come from '%s' port '%s': %s",
				    plan->source ? plan->source : "anywhere",
				    port, strerror(errno));
	freeaddrinfo(source);
	return err;
}

static int start(const struct plan *plan, int fd, const struct addrinfo *to,
		 struct attempt *attempt)
{
	int err;

	if (!connect(fd, to->ai_addr, to->ai_addrlen))
		return 0;
	if (errno != EINPROGRESS)
		return attempt_fails(attempt, -errno, "%s", refusal_why(errno));
	err = caught_or_ready(fd, POLLOUT, plan->timeout);
	if (err == -EINTR)
		return err;
	if (err == -ETIMEDOUT)
		return attempt_fails(attempt, err, "no answer within %g s",
				     (double)plan->timeout / NSEC_PER_SEC);
	/* Asked again, it tells how it went. */
	if (!err && connect(fd, to->ai_addr, to->ai_addrlen))
		err = -errno;
	if (!err)
		return 0;
	return attempt_fails(attempt, err, "%s", refusal_why(-err));
}

static int try_one(const struct plan *plan, const struct addrinfo *to,
		   struct conn *conn, struct attempt *attempt)
{
	int err;

	attempt->why[0] = '\0';
	attempt->was_made = false;
	endpoint_name(to->ai_addr, attempt->where);
	conn->fd = sock_open(plan, to->ai_family, attempt->why);
	if (conn->fd < 0)
		return conn->fd;
	err = bind_source(plan, conn->fd, to->ai_family, attempt);
	if (!err) {
		err = start(plan, conn->fd, to, attempt);
		attempt->was_made = err != -EINTR;
	}
	if (err)
		close(conn->fd);
	else
		memcpy(conn->peer, attempt->where, sizeof(conn->peer));
	return err;
}

/* A scan is asked for nothing but the exit code. */
static bool is_to_be_told(const struct plan *plan,
			  const struct attempt *attempt, bool last)
{
	return plan->verbose || (last && !(plan->scan && attempt->was_made));
}

/**
 * client_connect - connect
 * @plan: where to and how
 * @port: which port there
 * @conn: filled
 *
 * The first of a host's addresses that works is taken. What others failed of is
 * told only if none does, and then of the last, or with --verbose.
 *
 * Return: 0; 1 if it was tried in vain; or a negative errno if it could not be
 * tried or a signal came.
 */
int client_connect(const struct plan *plan, const char *port, struct conn *conn)
{
	struct addrinfo *found, *to;
	struct attempt attempt;
	int err;

	err = endpoint_resolve(plan, plan->host, port, 0, &found);
	if (err)
		return err;
	for (to = found; to; to = to->ai_next) {
		err = try_one(plan, to, conn, &attempt);
		if (!err || err == -EINTR)
			break;
		if (is_to_be_told(plan, &attempt, !to->ai_next))
			attempt_tell(&attempt, plan);
	}
	freeaddrinfo(found);
	return err && attempt.was_made ? 1 : err;
}
