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
 * enum divulge_dccp_kind - What stands for a DCCP connection.
 * @DIVULGE_DCCP_KIND_SOCKET: a socket
 * @DIVULGE_DCCP_KIND_REQUEST: a request that has been answered, and not yet
 *   acknowledged
 * @DIVULGE_DCCP_KIND_TIMEWAIT: what is left of a socket for two maximum
 *   segment lifetimes
 */
enum divulge_dccp_kind {
	DIVULGE_DCCP_KIND_SOCKET,
	DIVULGE_DCCP_KIND_REQUEST,
	DIVULGE_DCCP_KIND_TIMEWAIT,
};

/**
 * enum divulge_dccp_qpolicy - Order of a send queue (DCCP_SOCKOPT_QPOLICY_ID).
 * @DIVULGE_DCCP_QPOLICY_SIMPLE: first in, first out
 * @DIVULGE_DCCP_QPOLICY_PRIO: by the priority that came with each packet
 */
enum divulge_dccp_qpolicy {
	DIVULGE_DCCP_QPOLICY_SIMPLE,
	DIVULGE_DCCP_QPOLICY_PRIO,
};

/**
 * enum divulge_dccp_tfrc_state - State of either end of a half-connection
 *   under CCID 3.
 * @DIVULGE_DCCP_TFRC_STATE_NONE: not begun
 * @DIVULGE_DCCP_TFRC_STATE_NO_SENT: sender that has sent nothing
 * @DIVULGE_DCCP_TFRC_STATE_NO_FBACK: sender without feedback
 * @DIVULGE_DCCP_TFRC_STATE_FBACK: sender with feedback
 * @DIVULGE_DCCP_TFRC_STATE_NO_DATA: receiver that got nothing
 * @DIVULGE_DCCP_TFRC_STATE_DATA: receiver that got data
 */
enum divulge_dccp_tfrc_state {
	DIVULGE_DCCP_TFRC_STATE_NONE,
	DIVULGE_DCCP_TFRC_STATE_NO_SENT,
	DIVULGE_DCCP_TFRC_STATE_NO_FBACK,
	DIVULGE_DCCP_TFRC_STATE_FBACK,
	DIVULGE_DCCP_TFRC_STATE_NO_DATA,
	DIVULGE_DCCP_TFRC_STATE_DATA,
};

/**
 * enum divulge_dccp_group - What may be asked for beside a struct dccp-sock.
 * @DIVULGE_DCCP_GROUP_SEQ: sequence numbers, for those who may know them
 * @DIVULGE_DCCP_GROUP_FEAT: features, options and queues
 * @DIVULGE_DCCP_GROUP_TIMERS: timers
 * @DIVULGE_DCCP_GROUP_CCID: figures of the CCIDs
 * @DIVULGE_DCCP_GROUP_SERVICES: all service codes of a listener that has more
 *   than one
 */
enum divulge_dccp_group {
	DIVULGE_DCCP_GROUP_SEQ = 1,
	DIVULGE_DCCP_GROUP_FEAT = 2,
	DIVULGE_DCCP_GROUP_TIMERS = 4,
	DIVULGE_DCCP_GROUP_CCID = 8,
	DIVULGE_DCCP_GROUP_SERVICES = 16,
};

/**
 * enum divulge_dccp_change_kind - What happens to DCCP sockets.
 * @DIVULGE_DCCP_CHANGE_KIND_STATE: it went from one state to another
 * @DIVULGE_DCCP_CHANGE_KIND_CCID: the CCIDs of both half-connections are
 *   agreed on
 * @DIVULGE_DCCP_CHANGE_KIND_MPS: the maximum packet size is another
 * @DIVULGE_DCCP_CHANGE_KIND_LOSS: packets were lost
 */
enum divulge_dccp_change_kind {
	DIVULGE_DCCP_CHANGE_KIND_STATE,
	DIVULGE_DCCP_CHANGE_KIND_CCID,
	DIVULGE_DCCP_CHANGE_KIND_MPS,
	DIVULGE_DCCP_CHANGE_KIND_LOSS,
};

/**
 * enum divulge_dccp_loss_kind - How a DCCP socket learns of losses.
 * @DIVULGE_DCCP_LOSS_KIND_INTERVAL: receiver under CCID 3 saw a new loss event
 *   (RFC 5348, 5.2)
 * @DIVULGE_DCCP_LOSS_KIND_CONGESTION: sender under CCID 2 was told of it by an
 *   Ack Vector (RFC 4341, 5)
 * @DIVULGE_DCCP_LOSS_KIND_RTO: sender under CCID 2 heard nothing of packets in
 *   flight until its timeout; the figures are those before it reacts
 * @DIVULGE_DCCP_LOSS_KIND_NO_FEEDBACK: sender under CCID 3 heard nothing until
 *   its timeout, also if it has sent nothing (RFC 5348, 4.4); the figures are
 *   those before it reacts
 */
enum divulge_dccp_loss_kind {
	DIVULGE_DCCP_LOSS_KIND_INTERVAL,
	DIVULGE_DCCP_LOSS_KIND_CONGESTION,
	DIVULGE_DCCP_LOSS_KIND_RTO,
	DIVULGE_DCCP_LOSS_KIND_NO_FEEDBACK,
};

/**
 * enum divulge_dccp_reset - Who sent the Reset that ended a connection.
 * @DIVULGE_DCCP_RESET_NONE: there was none, or none is known
 * @DIVULGE_DCCP_RESET_SENT: this end
 * @DIVULGE_DCCP_RESET_RECEIVED: the peer
 */
enum divulge_dccp_reset {
	DIVULGE_DCCP_RESET_NONE,
	DIVULGE_DCCP_RESET_SENT,
	DIVULGE_DCCP_RESET_RECEIVED,
};

/**
 * enum divulge_dccp_reset_code - Reset Codes of RFC 4340, 5.6, with their
 *   numbers.
 */
enum divulge_dccp_reset_code {
	DIVULGE_DCCP_RESET_CODE_UNSPECIFIED,
	DIVULGE_DCCP_RESET_CODE_CLOSED,
	DIVULGE_DCCP_RESET_CODE_ABORTED,
	DIVULGE_DCCP_RESET_CODE_NO_CONNECTION,
	DIVULGE_DCCP_RESET_CODE_PACKET_ERROR,
	DIVULGE_DCCP_RESET_CODE_OPTION_ERROR,
	DIVULGE_DCCP_RESET_CODE_MANDATORY_ERROR,
	DIVULGE_DCCP_RESET_CODE_CONNECTION_REFUSED,
	DIVULGE_DCCP_RESET_CODE_BAD_SERVICE_CODE,
	DIVULGE_DCCP_RESET_CODE_TOO_BUSY,
	DIVULGE_DCCP_RESET_CODE_BAD_INIT_COOKIE,
	DIVULGE_DCCP_RESET_CODE_AGGRESSION_PENALTY,
};

/**
 * enum divulge_dccp_cause - Why a DCCP socket ended.
 * @DIVULGE_DCCP_CAUSE_UNKNOWN: none of the below
 * @DIVULGE_DCCP_CAUSE_CLOSED: one end closed it and the other agreed (RFC
 *   4340, 8.3)
 * @DIVULGE_DCCP_CAUSE_ABORTED: this end gave it up, with data unread, without
 *   lingering, by connect(AF_UNSPEC), or before there was an answer
 * @DIVULGE_DCCP_CAUSE_RESET: the peer reset it
 * @DIVULGE_DCCP_CAUSE_TIMEOUT: the peer did not answer
 * @DIVULGE_DCCP_CAUSE_ERROR: ICMP or the kernel reported an error
 * @DIVULGE_DCCP_CAUSE_NOT_AGREED: the features that were agreed on could not
 *   be activated
 * @DIVULGE_DCCP_CAUSE_LISTENER: it was a listener
 */
enum divulge_dccp_cause {
	DIVULGE_DCCP_CAUSE_UNKNOWN,
	DIVULGE_DCCP_CAUSE_CLOSED,
	DIVULGE_DCCP_CAUSE_ABORTED,
	DIVULGE_DCCP_CAUSE_RESET,
	DIVULGE_DCCP_CAUSE_TIMEOUT,
	DIVULGE_DCCP_CAUSE_ERROR,
	DIVULGE_DCCP_CAUSE_NOT_AGREED,
	DIVULGE_DCCP_CAUSE_LISTENER,
};

/**
 * enum divulge_ability - What this module may be able to do, depending on the
 *   kernel.
 * @DIVULGE_ABILITY_BIRTH_GET: birth records
 * @DIVULGE_ABILITY_BIRTH_WATCH: births as events
 * @DIVULGE_ABILITY_DCCP_DUMP: DCCP sockets
 * @DIVULGE_ABILITY_DCCP_WATCH: DCCP state changes as events
 * @DIVULGE_ABILITY_DCCP_CCID: agreement on CCIDs as an event when it is
 *   reached
 * @DIVULGE_ABILITY_DCCP_MPS: changes of the maximum packet size as events
 * @DIVULGE_ABILITY_DCCP_LOSS: losses as events
 * @DIVULGE_ABILITY_DCCP_RESET: Reset Codes in events
 */
enum divulge_ability {
	DIVULGE_ABILITY_BIRTH_GET,
	DIVULGE_ABILITY_BIRTH_WATCH,
	DIVULGE_ABILITY_DCCP_DUMP,
	DIVULGE_ABILITY_DCCP_WATCH,
	DIVULGE_ABILITY_DCCP_CCID,
	DIVULGE_ABILITY_DCCP_MPS,
	DIVULGE_ABILITY_DCCP_LOSS,
	DIVULGE_ABILITY_DCCP_RESET,
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
 * @DIVULGE_ABSENCE_NO_PROBE: a function it hangs on cannot be probed
 *   (CONFIG_KPROBES)
 */
enum divulge_absence {
	DIVULGE_ABSENCE_NONE,
	DIVULGE_ABSENCE_NOT_BUILT,
	DIVULGE_ABSENCE_NOT_LOADED,
	DIVULGE_ABSENCE_REMOVED,
	DIVULGE_ABSENCE_NO_TRACEPOINT,
	DIVULGE_ABSENCE_OTHER_NETNS,
	DIVULGE_ABSENCE_NO_PROBE,
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
 *   network namespace; 4294967295 for a time-wait entry, which has none
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
 * @busy: 1 if its owner was using it for so long that CCIDs and the groups
 *   were not read; filters by CCID, and by any but the first service code of
 *   a listener, leave it out
 * @kind: what stands for the connection, enum divulge_dccp_kind
 * @shutdown: 1 if nothing more is received (RCV_SHUTDOWN), plus 2 if nothing
 *   is sent
 * @v6only: 1 if an IPv6 socket takes no IPv4 (IPV6_V6ONLY)
 * @reserved: zero
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
	__u8	kind;
	__u8	shutdown;
	__u8	v6only;
	__u8	reserved[5];
};

/**
 * struct divulge_dccp_seq - Sequence numbers of a DCCP socket (RFC 4340, 7),
 *   of 48 bits each. To know them is to be able to end the connection, so
 *   they are told to those with CAP_NET_ADMIN in the network namespace only.
 * @iss: initial sequence number sent (S.ISS)
 * @gss: greatest sequence number sent (S.GSS)
 * @isr: initial sequence number received (S.ISR)
 * @gsr: greatest valid sequence number received (S.GSR)
 * @osr: first sequence number received in OPEN (S.OSR)
 * @gar: greatest valid acknowledgment number received (S.GAR)
 * @swl: low end of the window of valid sequence numbers (S.SWL)
 * @swh: high end of it (S.SWH)
 * @awl: low end of the window of valid acknowledgment numbers (S.AWL)
 * @awh: high end of it (S.AWH)
 * @ndp_count: packets without data sent since the last one with (RFC 4340,
 *   7.7)
 */
struct divulge_dccp_seq {
	__u64	iss;
	__u64	gss;
	__u64	isr;
	__u64	gsr;
	__u64	osr;
	__u64	gar;
	__u64	swl;
	__u64	swh;
	__u64	awl;
	__u64	awh;
	__u64	ndp_count;
};

/**
 * struct divulge_dccp_feat - Features, options and queues of a DCCP socket.
 * @l_seq_win: Sequence Window of the half-connection it sends on (RFC 4340,
 *   7.5.2)
 * @r_seq_win: Sequence Window of the half-connection it receives on
 * @l_ack_ratio: Ack Ratio of the half-connection it sends on (RFC 4340,
 *   11.3)
 * @r_ack_ratio: Ack Ratio of the half-connection it receives on
 * @send_cscov: checksum coverage of what it sends (RFC 4340, 9.2)
 * @recv_cscov: least checksum coverage that it accepts
 * @send_ndp_count: 1 if it sends NDP Count options (RFC 4340, 7.7)
 * @ack_vector: 1 if it sends Ack Vectors (RFC 4340, 11.5)
 * @server_timewait: 1 if a server keeps TIMEWAIT
 *   (DCCP_SOCKOPT_SERVER_TIMEWAIT)
 * @qpolicy: order of the send queue, enum divulge_dccp_qpolicy
 * @reserved: zero
 * @tx_qlen: packets the send queue may hold, 0 for no limit
 * @tx_queued: packets it holds
 * @rx_queued: packets that wait to be read; of a listener connections to be
 *   accepted
 * @backlog: connections that a listener lets wait, else 0
 * @rmem: memory of what was received, in bytes
 * @wmem: memory of what is sent and not yet gone, in bytes
 * @ccmps: maximum packet size of the CCID it sends under (RFC 4340, 14), in
 *   bytes with all headers, 0 for none
 */
struct divulge_dccp_feat {
	__u64	l_seq_win;
	__u64	r_seq_win;
	__u16	l_ack_ratio;
	__u16	r_ack_ratio;
	__u8	send_cscov;
	__u8	recv_cscov;
	__u8	send_ndp_count;
	__u8	ack_vector;
	__u8	server_timewait;
	__u8	qpolicy;
	__u8	reserved[2];
	__u32	tx_qlen;
	__u32	tx_queued;
	__u32	rx_queued;
	__u32	backlog;
	__u32	rmem;
	__u32	wmem;
	__u32	ccmps;
};

/**
 * struct divulge_dccp_timers - Timers of a DCCP socket. What is still to run
 *   is in milliseconds, at least 1, and 0 if the timer does not run.
 * @retransmit: until a Request, Close or CloseReq is sent again
 * @delack: until a delayed acknowledgment, or the next one in PARTOPEN
 * @keepalive: until the socket is looked at (keepalive)
 * @xmit: until the CCID lets the next packet go
 * @ccid: until the sender's CCID reacts to silence (RTO of CCID 2,
 *   nofeedback timer of CCID 3)
 * @timewait: until a time-wait entry is forgotten
 * @rto: retransmission timeout of the handshake in microseconds
 * @syn_rtt: round-trip time of Request and Response in microseconds, 0 if
 *   unknown
 * @retransmits: how often it was sent again
 * @backoff: how often the timeout was doubled
 * @reserved: zero
 */
struct divulge_dccp_timers {
	__u32	retransmit;
	__u32	delack;
	__u32	keepalive;
	__u32	xmit;
	__u32	ccid;
	__u32	timewait;
	__u32	rto;
	__u32	syn_rtt;
	__u8	retransmits;
	__u8	backoff;
	__u8	reserved[6];
};

/**
 * struct divulge_dccp_ccid2_tx - Sender of a half-connection under CCID 2
 *   (RFC 4341, 5).
 * @cwnd: congestion window in packets
 * @ssthresh: slow start threshold in packets, 4294967295 before a loss
 * @pipe: packets in flight
 * @packets_acked: acknowledged since the window last grew
 * @srtt: smoothed round-trip time in microseconds, 0 before a sample
 * @mdev: mean deviation of it in microseconds
 * @rttvar: its variance as the timeout has it, in microseconds
 * @rto: retransmission timeout in microseconds
 * @cwnd_used: window used since it was last full (RFC 2861)
 * @expected_wnd: moving average of that
 * @last_cong: milliseconds since the last congestion event, or since the
 *   beginning
 * @reserved: zero
 */
struct divulge_dccp_ccid2_tx {
	__u32	cwnd;
	__u32	ssthresh;
	__u32	pipe;
	__u32	packets_acked;
	__u32	srtt;
	__u32	mdev;
	__u32	rttvar;
	__u32	rto;
	__u32	cwnd_used;
	__u32	expected_wnd;
	__u32	last_cong;
	__u32	reserved;
};

/**
 * struct divulge_dccp_ccid2_rx - Receiver of a half-connection under CCID 2.
 * @num_data_pkts: data packets received since the last acknowledgment
 * @reserved: zero
 */
struct divulge_dccp_ccid2_rx {
	__u32	num_data_pkts;
	__u32	reserved;
};

/**
 * struct divulge_dccp_ccid3_tx - Sender of a half-connection under CCID 3
 *   (RFC 5348, 4), as DCCP_SOCKOPT_CCID_TX_INFO has it.
 * @x: X, allowed sending rate in 64ths of a byte per second
 * @x_recv: X_recv, rate that the receiver saw, in 64ths of a byte per second
 * @x_calc: X_calc, rate that p allows, in bytes per second
 * @rtt: round-trip time in microseconds
 * @p: loss event rate in millionths
 * @rto: nofeedback timeout in microseconds
 * @ipi: interval between packets in microseconds
 * @s: mean size of a packet in bytes
 * @state: what it has done and heard, enum divulge_dccp_tfrc_state
 * @win_count: window counter that was sent last (RFC 4342, 8.1)
 */
struct divulge_dccp_ccid3_tx {
	__u64	x;
	__u64	x_recv;
	__u32	x_calc;
	__u32	rtt;
	__u32	p;
	__u32	rto;
	__u32	ipi;
	__u16	s;
	__u8	state;
	__u8	win_count;
};

/**
 * struct divulge_dccp_ccid3_rx - Receiver of a half-connection under CCID 3
 *   (RFC 5348, 6), as DCCP_SOCKOPT_CCID_RX_INFO has it.
 * @x_recv: X_recv, rate of reception in bytes per second
 * @rtt: round-trip time in microseconds, 0 if unknown
 * @p: loss event rate in millionths
 * @i_mean: mean loss interval in packets, 4294967295 or 0 before a loss
 * @bytes_recv: bytes received since the last feedback
 * @s: mean size of a packet in bytes
 * @state: what it has got, enum divulge_dccp_tfrc_state
 * @last_counter: window counter at the last feedback
 */
struct divulge_dccp_ccid3_rx {
	__u32	x_recv;
	__u32	rtt;
	__u32	p;
	__u32	i_mean;
	__u32	bytes_recv;
	__u16	s;
	__u8	state;
	__u8	last_counter;
};

/**
 * struct divulge_dccp_statistics - What DCCP has counted since it was
 *   loaded, in all network namespaces together (dccp_statistics).
 * @active_opens: connections asked for
 * @passive_opens: connections that were asked for by others
 * @curr_estab: in OPEN now
 * @estab_resets: closed from OPEN, CLOSEREQ or CLOSING
 * @attempt_fails: connections that failed before they were open
 * @abort_on_timeout: connections given up after retransmissions
 * @abort_failed: Resets that could not be sent
 * @timeouts: retransmission timers that expired
 * @out_segs: packets sent
 * @out_rsts: Resets sent
 * @out_datagrams: not counted by Linux
 * @in_errs: packets received with errors
 * @opt_mandatory_error: connections ended by a Mandatory option (RFC 4340,
 *   5.8.2)
 * @invalid_opt: packets with an option that was not valid
 */
struct divulge_dccp_statistics {
	__u64	active_opens;
	__u64	passive_opens;
	__s64	curr_estab;
	__u64	estab_resets;
	__u64	attempt_fails;
	__u64	abort_on_timeout;
	__u64	abort_failed;
	__u64	timeouts;
	__u64	out_segs;
	__u64	out_rsts;
	__u64	out_datagrams;
	__u64	in_errs;
	__u64	opt_mandatory_error;
	__u64	invalid_opt;
};

/**
 * struct divulge_dccp_change - Something happened to a DCCP socket.
 * @seq: number of the event in its network namespace, one more than that
 *   before
 * @time: when it was seen, nanoseconds since the epoch
 * @old_state: state it left, or is in still, enum divulge_dccp_state
 * @kind: what happened, enum divulge_dccp_change_kind
 * @reserved: zero
 */
struct divulge_dccp_change {
	__u64	seq;
	__s64	time;
	__u8	old_state;
	__u8	kind;
	__u8	reserved[6];
};

/**
 * struct divulge_dccp_mps - The maximum packet size of a DCCP socket
 *   changed; it has the new one.
 * @old_mps: maximum packet size before, in bytes
 * @old_pmtu: path MTU before, in bytes, 0 if there was none
 */
struct divulge_dccp_mps {
	__u32	old_mps;
	__u32	old_pmtu;
};

/**
 * struct divulge_dccp_loss - A DCCP socket has noticed a loss, or taken
 *   silence for one.
 * @kind: by what, enum divulge_dccp_loss_kind
 * @reserved: zero
 */
struct divulge_dccp_loss {
	__u8	kind;
	__u8	reserved[7];
};

/**
 * struct divulge_dccp_close - How a DCCP socket ended.
 * @sent: packets that it sent, those without data included
 * @received: packets that the peer has sent, as far as one was received;
 *   those lost on the way included
 * @error: errno that its owner gets (SO_ERROR), 0 for none and if it was
 *   taken already
 * @reset: who sent a Reset, enum divulge_dccp_reset
 * @reset_code: why, enum divulge_dccp_reset_code
 * @cause: why it ended, enum divulge_dccp_cause
 * @reserved: zero
 */
struct divulge_dccp_close {
	__u64	sent;
	__u64	received;
	__u32	error;
	__u8	reset;
	__u8	reset_code;
	__u8	cause;
	__u8	reserved;
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
 * @dccp_missed: calls in all network namespaces that no probe was free for,
 *   any of which may have been an event; since the module or dccp.ko was
 *   loaded
 */
struct divulge_dccp_counters {
	__u64	dccp_published;
	__u64	dccp_lost;
	__u64	dccp_missed;
};

enum {
	DIVULGE_A_INFO_VERSION = 1,
	DIVULGE_A_INFO_ABILITY,
	DIVULGE_A_INFO_BIRTHS,
	DIVULGE_A_INFO_DCCP,
	DIVULGE_A_INFO_DCCP_STATISTICS,

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
	DIVULGE_A_DCCP_GROUPS = 1,
	DIVULGE_A_DCCP_KINDS,
	DIVULGE_A_DCCP_STATES,
	DIVULGE_A_DCCP_ROLES,
	DIVULGE_A_DCCP_SRC,
	DIVULGE_A_DCCP_SRC_PREFIX,
	DIVULGE_A_DCCP_DST,
	DIVULGE_A_DCCP_DST_PREFIX,
	DIVULGE_A_DCCP_SPORT,
	DIVULGE_A_DCCP_DPORT,
	DIVULGE_A_DCCP_PORT,
	DIVULGE_A_DCCP_SERVICE,
	DIVULGE_A_DCCP_CCID,
	DIVULGE_A_DCCP_TX_CCID,
	DIVULGE_A_DCCP_RX_CCID,
	DIVULGE_A_DCCP_UID,
	DIVULGE_A_DCCP_IFINDEX,
	DIVULGE_A_DCCP_COOKIE,
	DIVULGE_A_DCCP_ENTRY,

	__DIVULGE_A_DCCP_MAX,
	DIVULGE_A_DCCP_MAX = (__DIVULGE_A_DCCP_MAX - 1)
};

enum {
	DIVULGE_A_DCCP_ENTRY_SOCK = 1,
	DIVULGE_A_DCCP_ENTRY_SEQ,
	DIVULGE_A_DCCP_ENTRY_FEAT,
	DIVULGE_A_DCCP_ENTRY_TIMERS,
	DIVULGE_A_DCCP_ENTRY_CCID2_TX,
	DIVULGE_A_DCCP_ENTRY_CCID2_RX,
	DIVULGE_A_DCCP_ENTRY_CCID3_TX,
	DIVULGE_A_DCCP_ENTRY_CCID3_RX,
	DIVULGE_A_DCCP_ENTRY_SERVICES,

	__DIVULGE_A_DCCP_ENTRY_MAX,
	DIVULGE_A_DCCP_ENTRY_MAX = (__DIVULGE_A_DCCP_ENTRY_MAX - 1)
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
	DIVULGE_A_DCCP_EVENT_MPS,
	DIVULGE_A_DCCP_EVENT_LOSS,
	DIVULGE_A_DCCP_EVENT_CLOSE,
	DIVULGE_A_DCCP_EVENT_CCID2_TX,
	DIVULGE_A_DCCP_EVENT_CCID3_TX,
	DIVULGE_A_DCCP_EVENT_CCID3_RX,

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
	DIVULGE_CMD_DCCP_GET,

	__DIVULGE_CMD_MAX,
	DIVULGE_CMD_MAX = (__DIVULGE_CMD_MAX - 1)
};

#define DIVULGE_MCGRP_BIRTHS	"births"
#define DIVULGE_MCGRP_DCCP	"dccp"

#endif /* _UAPI_LINUX_DIVULGE_H */
