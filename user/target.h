/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TARGET_H
#define DIVULGE_TARGET_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "batch.h"
#include "keep.h"
#include "mend.h"
#include "waker.h"

#define TARGET_WHY_LEN	(MEND_LEN + 96)

struct target;
struct target_db;

/**
 * struct target_ops - how to write to some kind of target
 * @must_open: what cannot be opened at the start never will: say so and end
 * @datagrams: records are never torn
 * @several: a datagram holds several lines
 * @explains: @why is filled whenever something fails
 * @open: get ready to write. Returns 0, or a negative errno with @why filled.
 * @put: hand over bytes, or a datagram. Returns how many bytes were taken, or
 *	a negative errno: -EAGAIN to wait for room, -EMSGSIZE if a datagram
 *	cannot be that long.
 * @room: how long a datagram can be now, for @datagrams
 * @wait: wait for room, NULL if it is poll() that tells
 * @in_flight: how many of the bytes that were handed over last may never
 *	arrive, NULL if they are as good as there
 * @tend: do what is due when there is nothing to write, and set when there is
 *	more, in nanoseconds; NULL if that is never. Returns as @put.
 * @close: let it go, for good or to open it again; @finish if all is written
 *
 * All run in the thread of the output, and wait with the waker alone.
 */
struct target_ops {
	bool must_open;
	bool datagrams;
	bool several;
	bool explains;
	int (*open)(struct target *t);
	ssize_t (*put)(struct target *t, const char *data, size_t len);
	size_t (*room)(struct target *t);
	int (*wait)(struct target *t, int64_t timeout);
	size_t (*in_flight)(struct target *t);
	int (*tend)(struct target *t, int64_t *pause);
	void (*close)(struct target *t, bool finish);
};

/**
 * struct target - where an output writes to
 * @ops: what kind it is
 * @path: of a file or a unix socket
 * @host: of a socket, a name or a number
 * @port: likewise
 * @service: DCCP's service code
 * @waker: of the thread
 * @fd: while it is open
 * @room: becomes readable when a DCCP socket may have room again
 * @flying: bytes that were handed over since nothing was in flight
 * @tail: a file ends in the middle of a line
 * @keep: what a database is to keep
 * @db: the database, while it is open
 * @inode: of the journal's socket
 * @why: why it could not be opened
 */
struct target {
	const struct target_ops *ops;
	char *path;
	char *host;
	char *port;
	uint32_t service;
	struct waker *waker;
	int fd;
	int room;
	size_t flying;
	bool tail;
	struct keep keep;
	struct target_db *db;
	ino_t inode;
	char why[TARGET_WHY_LEN];
};

extern const struct target_ops target_stdout;
extern const struct target_ops target_file;
extern const struct target_ops target_tcp;
extern const struct target_ops target_udp;
extern const struct target_ops target_unix;
extern const struct target_ops target_unix_datagram;
extern const struct target_ops target_dccp;
extern const struct target_ops target_store;
extern const struct target_ops target_journal;

int target_parse(const char *name, struct target *t);
int target_parse_store(const char *name, struct target *t);
int target_parse_journal(const char *name, struct target *t);
void target_free(struct target *t);
enum framing target_framing(const struct target *t, bool syslog);

__attribute__((format(printf, 3, 4)))
int target_fails(struct target *t, int err, const char *fmt, ...);

/* For those that are sockets */
int target_connect(struct target *t, int type, int protocol);
int target_connect_unix(struct target *t, int type);
int target_open_unix(struct target *t);
void target_close(struct target *t, bool finish);
bool target_peer_gone(const struct target *t);
int target_queued(const struct target *t);

#endif
