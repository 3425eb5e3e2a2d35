/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	module/divulge.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_DIVULGE_H
#define _UAPI_LINUX_DIVULGE_H

#include <linux/types.h>

#define DIVULGE_FAMILY_NAME	"divulge"
#define DIVULGE_FAMILY_VERSION	1

/**
 * enum divulge_file_type - Type of a file, from S_IFMT of its mode.
 * @DIVULGE_FILE_TYPE_UNKNOWN: none of the below
 * @DIVULGE_FILE_TYPE_REG: regular file
 * @DIVULGE_FILE_TYPE_DIR: directory
 * @DIVULGE_FILE_TYPE_LNK: symbolic link
 * @DIVULGE_FILE_TYPE_CHR: character device
 * @DIVULGE_FILE_TYPE_BLK: block device
 * @DIVULGE_FILE_TYPE_FIFO: named pipe
 * @DIVULGE_FILE_TYPE_SOCK: socket
 */
enum divulge_file_type {
	DIVULGE_FILE_TYPE_UNKNOWN,
	DIVULGE_FILE_TYPE_REG,
	DIVULGE_FILE_TYPE_DIR,
	DIVULGE_FILE_TYPE_LNK,
	DIVULGE_FILE_TYPE_CHR,
	DIVULGE_FILE_TYPE_BLK,
	DIVULGE_FILE_TYPE_FIFO,
	DIVULGE_FILE_TYPE_SOCK,
};

/**
 * enum divulge_birth_missing - Why a birth record holds no birth time.
 * @DIVULGE_BIRTH_MISSING_NONE: the birth time is there
 * @DIVULGE_BIRTH_MISSING_NOT_STORED: this filesystem keeps no birth time
 * @DIVULGE_BIRTH_MISSING_NOT_REPORTED: the filesystem does not tell this
 *   kernel's statx of one
 * @DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL: ext4 inode without room for i_crtime
 *   (mke2fs -I 128, i_extra_isize)
 * @DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD: XFS version 4 inode (mkfs.xfs -m
 *   crc=0), which has no di_crtime
 * @DIVULGE_BIRTH_MISSING_LAYOUT_UNKNOWN: the filesystem keeps one where this
 *   kernel's type information (BTF) does not lead
 */
enum divulge_birth_missing {
	DIVULGE_BIRTH_MISSING_NONE,
	DIVULGE_BIRTH_MISSING_NOT_STORED,
	DIVULGE_BIRTH_MISSING_NOT_REPORTED,
	DIVULGE_BIRTH_MISSING_INODE_TOO_SMALL,
	DIVULGE_BIRTH_MISSING_FORMAT_TOO_OLD,
	DIVULGE_BIRTH_MISSING_LAYOUT_UNKNOWN,
};

/**
 * enum divulge_birth_term - What the filesystem itself calls the birth time.
 * @DIVULGE_BIRTH_TERM_BTIME: statx's own word, where the filesystem has none
 * @DIVULGE_BIRTH_TERM_CRTIME: creation time
 * @DIVULGE_BIRTH_TERM_OTIME: origin time
 */
enum divulge_birth_term {
	DIVULGE_BIRTH_TERM_BTIME,
	DIVULGE_BIRTH_TERM_CRTIME,
	DIVULGE_BIRTH_TERM_OTIME,
};

/**
 * enum divulge_birth_kind - How a file came to be.
 * @DIVULGE_BIRTH_KIND_CREATED: open(O_CREAT), mkdir, mknod, symlink, bind and
 *   what ends there
 * @DIVULGE_BIRTH_KIND_NAMED: an unnamed file (O_TMPFILE) was given its name,
 *   its birth is older
 * @DIVULGE_BIRTH_KIND_COPY_UP: overlayfs copied a file up that was older; the
 *   birth is that of the copy
 * @DIVULGE_BIRTH_KIND_SUBVOLUME: an empty Btrfs subvolume
 * @DIVULGE_BIRTH_KIND_SNAPSHOT: a Btrfs snapshot; the birth is that of its
 *   source, see inherited
 */
enum divulge_birth_kind {
	DIVULGE_BIRTH_KIND_CREATED,
	DIVULGE_BIRTH_KIND_NAMED,
	DIVULGE_BIRTH_KIND_COPY_UP,
	DIVULGE_BIRTH_KIND_SUBVOLUME,
	DIVULGE_BIRTH_KIND_SNAPSHOT,
};

/**
 * enum divulge_birth_flag - What makes a birth time worth a second look.
 * @DIVULGE_BIRTH_FLAG_AFTER_MTIME: later than the last modification of the
 *   data, as if copied
 * @DIVULGE_BIRTH_FLAG_FUTURE: later than now
 * @DIVULGE_BIRTH_FLAG_BEFORE_FS: earlier than that of the filesystem's own
 *   root
 * @DIVULGE_BIRTH_FLAG_COPIED_UP: overlayfs made the file as a copy of one that
 *   is older
 * @DIVULGE_BIRTH_FLAG_INHERITED: older than the Btrfs snapshot that the file
 *   is in, whose source it comes from
 */
enum divulge_birth_flag {
	DIVULGE_BIRTH_FLAG_AFTER_MTIME = 1,
	DIVULGE_BIRTH_FLAG_FUTURE = 2,
	DIVULGE_BIRTH_FLAG_BEFORE_FS = 4,
	DIVULGE_BIRTH_FLAG_COPIED_UP = 8,
	DIVULGE_BIRTH_FLAG_INHERITED = 16,
};

/**
 * enum divulge_birth_skip_reason - Why a dump left something out.
 * @DIVULGE_BIRTH_SKIP_REASON_ERROR: it could not be read, the error says why
 * @DIVULGE_BIRTH_SKIP_REASON_UNREADABLE: the asker may not list the directory
 * @DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE: the asker may not reach what the
 *   directory lists
 * @DIVULGE_BIRTH_SKIP_REASON_MOUNT: another filesystem is mounted there, and
 *   was not asked for
 * @DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME: another subvolume begins there, which
 *   to stat(2) is a filesystem of its own, and was not asked for
 */
enum divulge_birth_skip_reason {
	DIVULGE_BIRTH_SKIP_REASON_ERROR,
	DIVULGE_BIRTH_SKIP_REASON_UNREADABLE,
	DIVULGE_BIRTH_SKIP_REASON_UNSEARCHABLE,
	DIVULGE_BIRTH_SKIP_REASON_MOUNT,
	DIVULGE_BIRTH_SKIP_REASON_SUBVOLUME,
};

/**
 * enum divulge_dccp_state - State of a DCCP socket (RFC 4340, 4.3;
 *   linux/dccp.h). Numbers of our own: the kernel's change between releases.
 * @DIVULGE_DCCP_STATE_UNKNOWN: a state this module does not know
 * @DIVULGE_DCCP_STATE_CLOSED: no connection
 * @DIVULGE_DCCP_STATE_REQUEST: client has sent DCCP-Request
 * @DIVULGE_DCCP_STATE_LISTEN: server waits for DCCP-Request
 * @DIVULGE_DCCP_STATE_RESPOND: server has sent DCCP-Response
 * @DIVULGE_DCCP_STATE_PARTOPEN: client has the Response, the server may not
 *   know yet
 * @DIVULGE_DCCP_STATE_OPEN: data may flow both ways
 * @DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ: server has sent DCCP-CloseReq
 * @DIVULGE_DCCP_STATE_PASSIVE_CLOSE: got DCCP-Close with data still unread
 * @DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ: client got DCCP-CloseReq with data
 *   still unread
 * @DIVULGE_DCCP_STATE_CLOSING: has sent DCCP-Close
 * @DIVULGE_DCCP_STATE_TIMEWAIT: waits for two maximum segment lifetimes
 */
enum divulge_dccp_state {
	DIVULGE_DCCP_STATE_UNKNOWN,
	DIVULGE_DCCP_STATE_CLOSED,
	DIVULGE_DCCP_STATE_REQUEST,
	DIVULGE_DCCP_STATE_LISTEN,
	DIVULGE_DCCP_STATE_RESPOND,
	DIVULGE_DCCP_STATE_PARTOPEN,
	DIVULGE_DCCP_STATE_OPEN,
	DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ,
	DIVULGE_DCCP_STATE_PASSIVE_CLOSE,
	DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ,
	DIVULGE_DCCP_STATE_CLOSING,
	DIVULGE_DCCP_STATE_TIMEWAIT,
};

/**
 * enum divulge_dccp_role - Which end of a DCCP connection a socket is.
 * @DIVULGE_DCCP_ROLE_NONE: neither yet
 * @DIVULGE_DCCP_ROLE_LISTEN: listener
 * @DIVULGE_DCCP_ROLE_CLIENT: asked for the connection
 * @DIVULGE_DCCP_ROLE_SERVER: was asked
 */
enum divulge_dccp_role {
	DIVULGE_DCCP_ROLE_NONE,
	DIVULGE_DCCP_ROLE_LISTEN,
	DIVULGE_DCCP_ROLE_CLIENT,
	DIVULGE_DCCP_ROLE_SERVER,
};

/**
 * enum divulge_ability - What this module may be able to do, depending on the
 *   kernel.
 * @DIVULGE_ABILITY_BIRTH_GET: birth records
 * @DIVULGE_ABILITY_BIRTH_WATCH: births as events
 * @DIVULGE_ABILITY_DCCP_DUMP: DCCP sockets
 * @DIVULGE_ABILITY_DCCP_WATCH: DCCP state changes as events
 */
enum divulge_ability {
	DIVULGE_ABILITY_BIRTH_GET,
	DIVULGE_ABILITY_BIRTH_WATCH,
	DIVULGE_ABILITY_DCCP_DUMP,
	DIVULGE_ABILITY_DCCP_WATCH,
};

/**
 * enum divulge_absence - Why an ability is absent.
 * @DIVULGE_ABSENCE_NONE: it is present
 * @DIVULGE_ABSENCE_NOT_BUILT: this kernel was built without it
 *   (CONFIG_IP_DCCP)
 * @DIVULGE_ABSENCE_NOT_LOADED: the kernel module that provides it is not
 *   loaded (dccp)
 * @DIVULGE_ABSENCE_REMOVED: this kernel no longer has it (DCCP left in 6.16)
 * @DIVULGE_ABSENCE_NO_TRACEPOINT: the tracepoint it hangs on was not found
 *   (inet_sock_set_state)
 * @DIVULGE_ABSENCE_OTHER_NETNS: it is to be had in the first network namespace
 *   only
 */
enum divulge_absence {
	DIVULGE_ABSENCE_NONE,
	DIVULGE_ABSENCE_NOT_BUILT,
	DIVULGE_ABSENCE_NOT_LOADED,
	DIVULGE_ABSENCE_REMOVED,
	DIVULGE_ABSENCE_NO_TRACEPOINT,
	DIVULGE_ABSENCE_OTHER_NETNS,
};

/**
 * struct divulge_moment - A point in time.
 * @sec: seconds since the epoch
 * @nsec: nanoseconds after that, less than 1000000000
 * @reserved: zero
 */
struct divulge_moment {
	__s64	sec;
	__u32	nsec;
	__u32	reserved;
};

/**
 * struct divulge_birth - One inode's birth record.
 * @btime_sec: birth, seconds since the epoch
 * @mtime_sec: last modification of the data
 * @atime_sec: last access
 * @ctime_sec: last change of the inode
 * @btime_nsec: nanoseconds of the birth
 * @mtime_nsec: nanoseconds of the last modification
 * @atime_nsec: nanoseconds of the last access
 * @ctime_nsec: nanoseconds of the last change
 * @ino: inode number as statx gives it
 * @gen: inode generation, tells apart two files that had one number
 * @granularity: step of the filesystem's birth times in nanoseconds
 * @dev_major: device as statx gives it
 * @dev_minor: device as statx gives it
 * @mode: type and permissions
 * @type: type alone, enum divulge_file_type
 * @missing: why there is no birth time, enum divulge_birth_missing
 * @term: the filesystem's word for it, enum divulge_birth_term
 * @flags: what is odd about the birth, enum divulge_birth_flag
 * @fs: filesystem type, NUL padded
 */
struct divulge_birth {
	__s64	btime_sec;
	__s64	mtime_sec;
	__s64	atime_sec;
	__s64	ctime_sec;
	__u32	btime_nsec;
	__u32	mtime_nsec;
	__u32	atime_nsec;
	__u32	ctime_nsec;
	__u64	ino;
	__u32	gen;
	__u32	granularity;
	__u32	dev_major;
	__u32	dev_minor;
	__u32	mode;
	__u8	type;
	__u8	missing;
	__u8	term;
	__u8	flags;
	__u8	fs[16];
};

/**
 * struct divulge_birth_skip - Something that a dump left out, told by its
 *   name in the directory.
 * @error: errno, 0 if nothing failed
 * @reason: why, enum divulge_birth_skip_reason
 * @reserved: zero
 */
struct divulge_birth_skip {
	__u32	error;
	__u8	reason;
	__u8	reserved[3];
};

/**
 * struct divulge_birth_total - What a dump has come across so far.
 * @visited: files looked at, whether or not they passed the filters
 * @matched: files told
 * @skipped: what was left out and told with its reason
 */
struct divulge_birth_total {
	__u64	visited;
	__u64	matched;
	__u64	skipped;
};

/**
 * struct divulge_birth_origin - How, where and by whom a file was born.
 * @seq: number of the event, one more than that of the event before
 * @time: when it was seen, nanoseconds since the epoch
 * @parent_ino: inode number of the directory
 * @cgroup_id: cgroup (v2) of the creator
 * @parent_gen: inode generation of the directory
 * @sb_dev_major: device of the superblock, what watch-add answered
 * @sb_dev_minor: device of the superblock, what watch-add answered
 * @pid: thread of the creator, in the first pid namespace
 * @tgid: process of the creator, in the first pid namespace
 * @uid: user of the creator, in the first user namespace
 * @kind: how it came to be, enum divulge_birth_kind
 * @reserved: zero
 * @comm: command name of the creator, NUL padded
 */
struct divulge_birth_origin {
	__u64	seq;
	__s64	time;
	__u64	parent_ino;
	__u64	cgroup_id;
	__u32	parent_gen;
	__u32	sb_dev_major;
	__u32	sb_dev_minor;
	__u32	pid;
	__u32	tgid;
	__u32	uid;
	__u8	kind;
	__u8	reserved[7];
	__u8	comm[16];
};

/**
 * struct divulge_watch - A superblock whose births are published, and which
 *   of them.
 * @sb_dev_major: device of the superblock, as its events carry it
 * @sb_dev_minor: device of the superblock, as its events carry it
 * @fs: filesystem type, NUL padded
 * @root_ino: inode number of the directory below which it watches, 0 for all
 * @id: names the watch, in its events too; never 0
 * @types: bit N is set if files of type N are watched (enum
 *   divulge_file_type)
 * @uid: user whose creations it watches, 4294967295 for everybody's
 * @portid: netlink port of the socket that it belongs to
 */
struct divulge_watch {
	__u32	sb_dev_major;
	__u32	sb_dev_minor;
	__u8	fs[16];
	__u64	root_ino;
	__u32	id;
	__u32	types;
	__u32	uid;
	__u32	portid;
};

/**
 * struct divulge_unmount - A watched filesystem was unmounted, and its
 *   watches have ended. Comes after the last birth there.
 * @seq: number of the event, in one sequence with the births
 * @time: when it was seen, nanoseconds since the epoch
 * @sb_dev_major: device of the superblock
 * @sb_dev_minor: device of the superblock
 * @fs: filesystem type, NUL padded
 */
struct divulge_unmount {
	__u64	seq;
	__s64	time;
	__u32	sb_dev_major;
	__u32	sb_dev_minor;
	__u8	fs[16];
};

/**
 * struct divulge_loss - Events that found no room, or could not be read.
 *   They are missing from the stream for good.
 * @count: how many
 * @first_seq: number of the first, the others follow it without a gap
 * @since: when the first was lost, nanoseconds since the epoch
 * @until: when the last was lost, nanoseconds since the epoch
 */
struct divulge_loss {
	__u64	count;
	__u64	first_seq;
	__s64	since;
	__s64	until;
};

/**
 * struct divulge_dccp_sock - One DCCP socket.
 * @saddr: own address in network order, the first four bytes if IPv4
 * @daddr: peer's address in network order, the first four bytes if IPv4
 * @cookie: socket cookie (SO_COOKIE)
 * @inode: socket inode, 0 for one that no file holds
 * @netns: inode of the network namespace
 * @uid: owner, in the asker's user namespace, or for an event in that of the
 *   network namespace
 * @ifindex: interface the socket is bound to, 0 for none
 * @service: service code (RFC 4340, 8.1.2), a listener's first
 * @mps: maximum packet size in bytes (RFC 4340, 14;
 *   DCCP_SOCKOPT_GET_CUR_MPS)
 * @pmtu: path MTU that the MPS was made from, in bytes
 * @tx_ccid: CCID of the half-connection this end sends on, -1 if not known
 *   yet
 * @rx_ccid: CCID of the half-connection this end receives on, -1 if not
 *   known yet
 * @sport: own port
 * @dport: peer's port
 * @family: AF_INET (2) or AF_INET6 (10)
 * @state: state, enum divulge_dccp_state
 * @role: which end, enum divulge_dccp_role
 * @busy: 1 if its owner was using it for so long that CCIDs were not read
 */
struct divulge_dccp_sock {
	__u8	saddr[16];
	__u8	daddr[16];
	__u64	cookie;
	__u64	inode;
	__u64	netns;
	__u32	uid;
	__u32	ifindex;
	__u32	service;
	__u32	mps;
	__u32	pmtu;
	__s16	tx_ccid;
	__s16	rx_ccid;
	__u16	sport;
	__u16	dport;
	__u8	family;
	__u8	state;
	__u8	role;
	__u8	busy;
};

/**
 * struct divulge_dccp_change - A DCCP socket went from one state to another.
 * @seq: number of the event in its network namespace, one more than that
 *   before
 * @time: when it was seen, nanoseconds since the epoch
 * @old_state: state it left, enum divulge_dccp_state
 * @reserved: zero
 */
struct divulge_dccp_change {
	__u64	seq;
	__s64	time;
	__u8	old_state;
	__u8	reserved[7];
};

/**
 * struct divulge_birth_counters - What has been counted of births since the
 *   module was loaded.
 * @watches: watches now
 * @births_published: events sent to listeners; with those lost, the number
 *   of the last event
 * @births_lost: events that found no room or could not be read
 */
struct divulge_birth_counters {
	__u64	watches;
	__u64	births_published;
	__u64	births_lost;
};

/**
 * struct divulge_dccp_counters - What has been counted of DCCP in this
 *   network namespace since the module was loaded.
 * @dccp_published: events sent to listeners; with those lost, the number of
 *   the last event
 * @dccp_lost: events that found no room
 */
struct divulge_dccp_counters {
	__u64	dccp_published;
	__u64	dccp_lost;
};

enum {
	DIVULGE_A_INFO_VERSION = 1,
	DIVULGE_A_INFO_ABILITY,
	DIVULGE_A_INFO_BIRTHS,
	DIVULGE_A_INFO_DCCP,

	__DIVULGE_A_INFO_MAX,
	DIVULGE_A_INFO_MAX = (__DIVULGE_A_INFO_MAX - 1)
};

enum {
	DIVULGE_A_ABILITY_NAME = 1,
	DIVULGE_A_ABILITY_ABSENCE,

	__DIVULGE_A_ABILITY_MAX,
	DIVULGE_A_ABILITY_MAX = (__DIVULGE_A_ABILITY_MAX - 1)
};

enum {
	DIVULGE_A_BIRTH_FD = 1,
	DIVULGE_A_BIRTH_RECORD,

	__DIVULGE_A_BIRTH_MAX,
	DIVULGE_A_BIRTH_MAX = (__DIVULGE_A_BIRTH_MAX - 1)
};

enum {
	DIVULGE_A_BIRTH_TREE_FD = 1,
	DIVULGE_A_BIRTH_TREE_SINCE,
	DIVULGE_A_BIRTH_TREE_UNTIL,
	DIVULGE_A_BIRTH_TREE_TYPES,
	DIVULGE_A_BIRTH_TREE_MAX_DEPTH,
	DIVULGE_A_BIRTH_TREE_CROSS,
	DIVULGE_A_BIRTH_TREE_COPIED_UP,
	DIVULGE_A_BIRTH_TREE_STARTED,
	DIVULGE_A_BIRTH_TREE_DEPTH,
	DIVULGE_A_BIRTH_TREE_DIR,
	DIVULGE_A_BIRTH_TREE_ENTRY,
	DIVULGE_A_BIRTH_TREE_SKIP,
	DIVULGE_A_BIRTH_TREE_TOTAL,

	__DIVULGE_A_BIRTH_TREE_MAX,
	DIVULGE_A_BIRTH_TREE_MAX = (__DIVULGE_A_BIRTH_TREE_MAX - 1)
};

enum {
	DIVULGE_A_BIRTH_ENTRY_RECORD = 1,
	DIVULGE_A_BIRTH_ENTRY_NAME,

	__DIVULGE_A_BIRTH_ENTRY_MAX,
	DIVULGE_A_BIRTH_ENTRY_MAX = (__DIVULGE_A_BIRTH_ENTRY_MAX - 1)
};

enum {
	DIVULGE_A_BIRTH_SKIP_RECORD = 1,
	DIVULGE_A_BIRTH_SKIP_NAME,

	__DIVULGE_A_BIRTH_SKIP_MAX,
	DIVULGE_A_BIRTH_SKIP_MAX = (__DIVULGE_A_BIRTH_SKIP_MAX - 1)
};

enum {
	DIVULGE_A_WATCH_FD = 1,
	DIVULGE_A_WATCH_TYPES,
	DIVULGE_A_WATCH_UID,
	DIVULGE_A_WATCH_SUBTREE,
	DIVULGE_A_WATCH_ID,
	DIVULGE_A_WATCH_RECORD,

	__DIVULGE_A_WATCH_MAX,
	DIVULGE_A_WATCH_MAX = (__DIVULGE_A_WATCH_MAX - 1)
};

enum {
	DIVULGE_A_BIRTH_EVENTS_LOSS = 1,
	DIVULGE_A_BIRTH_EVENTS_EVENT,
	DIVULGE_A_BIRTH_EVENTS_UNMOUNT,

	__DIVULGE_A_BIRTH_EVENTS_MAX,
	DIVULGE_A_BIRTH_EVENTS_MAX = (__DIVULGE_A_BIRTH_EVENTS_MAX - 1)
};

enum {
	DIVULGE_A_BIRTH_EVENT_ORIGIN = 1,
	DIVULGE_A_BIRTH_EVENT_RECORD,
	DIVULGE_A_BIRTH_EVENT_NAME,
	DIVULGE_A_BIRTH_EVENT_PARENT_HANDLE,
	DIVULGE_A_BIRTH_EVENT_WATCHES,

	__DIVULGE_A_BIRTH_EVENT_MAX,
	DIVULGE_A_BIRTH_EVENT_MAX = (__DIVULGE_A_BIRTH_EVENT_MAX - 1)
};

enum {
	DIVULGE_A_DCCP_SOCK = 1,

	__DIVULGE_A_DCCP_MAX,
	DIVULGE_A_DCCP_MAX = (__DIVULGE_A_DCCP_MAX - 1)
};

enum {
	DIVULGE_A_DCCP_EVENTS_LOSS = 1,
	DIVULGE_A_DCCP_EVENTS_EVENT,

	__DIVULGE_A_DCCP_EVENTS_MAX,
	DIVULGE_A_DCCP_EVENTS_MAX = (__DIVULGE_A_DCCP_EVENTS_MAX - 1)
};

enum {
	DIVULGE_A_DCCP_EVENT_CHANGE = 1,
	DIVULGE_A_DCCP_EVENT_SOCK,

	__DIVULGE_A_DCCP_EVENT_MAX,
	DIVULGE_A_DCCP_EVENT_MAX = (__DIVULGE_A_DCCP_EVENT_MAX - 1)
};

enum {
	DIVULGE_CMD_INFO_GET = 1,
	DIVULGE_CMD_BIRTH_GET,
	DIVULGE_CMD_BIRTH_DUMP,
	DIVULGE_CMD_WATCH_ADD,
	DIVULGE_CMD_WATCH_DEL,
	DIVULGE_CMD_WATCH_DUMP,
	DIVULGE_CMD_BIRTH_NTF,
	DIVULGE_CMD_DCCP_DUMP,
	DIVULGE_CMD_DCCP_NTF,

	__DIVULGE_CMD_MAX,
	DIVULGE_CMD_MAX = (__DIVULGE_CMD_MAX - 1)
};

#define DIVULGE_MCGRP_BIRTHS	"births"
#define DIVULGE_MCGRP_DCCP	"dccp"

#endif /* _UAPI_LINUX_DIVULGE_H */
