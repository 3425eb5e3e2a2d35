/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM divulge

#if !defined(_DIVULGE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _DIVULGE_TRACE_H

#include <linux/dcache.h>
#include <linux/in6.h>
#include <linux/kdev_t.h>
#include <linux/stddef.h>
#include <linux/tracepoint.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

/* Tools read the format from outside and need the enums' numbers. */
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_UNKNOWN);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_REG);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_DIR);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_LNK);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_CHR);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_BLK);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_FIFO);
TRACE_DEFINE_ENUM(DIVULGE_FILE_TYPE_SOCK);
TRACE_DEFINE_ENUM(DIVULGE_BIRTH_KIND_CREATED);
TRACE_DEFINE_ENUM(DIVULGE_BIRTH_KIND_NAMED);
TRACE_DEFINE_ENUM(DIVULGE_BIRTH_KIND_COPY_UP);
TRACE_DEFINE_ENUM(DIVULGE_BIRTH_KIND_SUBVOLUME);
TRACE_DEFINE_ENUM(DIVULGE_BIRTH_KIND_SNAPSHOT);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_UNKNOWN);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_CLOSED);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_REQUEST);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_LISTEN);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_RESPOND);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_PARTOPEN);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_OPEN);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_PASSIVE_CLOSE);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_CLOSING);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_STATE_TIMEWAIT);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_ROLE_NONE);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_ROLE_LISTEN);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_ROLE_CLIENT);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_ROLE_SERVER);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_LOSS_KIND_INTERVAL);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_LOSS_KIND_CONGESTION);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_LOSS_KIND_RTO);
TRACE_DEFINE_ENUM(DIVULGE_DCCP_LOSS_KIND_NO_FEEDBACK);

#define show_file_type(val)						\
	__print_symbolic(val,						\
		{ DIVULGE_FILE_TYPE_UNKNOWN, "unknown" },		\
		{ DIVULGE_FILE_TYPE_REG, "reg" },			\
		{ DIVULGE_FILE_TYPE_DIR, "dir" },			\
		{ DIVULGE_FILE_TYPE_LNK, "lnk" },			\
		{ DIVULGE_FILE_TYPE_CHR, "chr" },			\
		{ DIVULGE_FILE_TYPE_BLK, "blk" },			\
		{ DIVULGE_FILE_TYPE_FIFO, "fifo" },			\
		{ DIVULGE_FILE_TYPE_SOCK, "sock" })

#define show_birth_kind(val)						\
	__print_symbolic(val,						\
		{ DIVULGE_BIRTH_KIND_CREATED, "created" },		\
		{ DIVULGE_BIRTH_KIND_NAMED, "named" },			\
		{ DIVULGE_BIRTH_KIND_COPY_UP, "copy-up" },		\
		{ DIVULGE_BIRTH_KIND_SUBVOLUME, "subvolume" },		\
		{ DIVULGE_BIRTH_KIND_SNAPSHOT, "snapshot" })

#define show_dccp_state(val)						\
	__print_symbolic(val,						\
		{ DIVULGE_DCCP_STATE_UNKNOWN, "unknown" },		\
		{ DIVULGE_DCCP_STATE_CLOSED, "closed" },		\
		{ DIVULGE_DCCP_STATE_REQUEST, "request" },		\
		{ DIVULGE_DCCP_STATE_LISTEN, "listen" },		\
		{ DIVULGE_DCCP_STATE_RESPOND, "respond" },		\
		{ DIVULGE_DCCP_STATE_PARTOPEN, "partopen" },		\
		{ DIVULGE_DCCP_STATE_OPEN, "open" },			\
		{ DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ, "active-closereq" },\
		{ DIVULGE_DCCP_STATE_PASSIVE_CLOSE, "passive-close" },	\
		{ DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ, "passive-closereq" },\
		{ DIVULGE_DCCP_STATE_CLOSING, "closing" },		\
		{ DIVULGE_DCCP_STATE_TIMEWAIT, "timewait" })

#define show_dccp_role(val)						\
	__print_symbolic(val,						\
		{ DIVULGE_DCCP_ROLE_NONE, "none" },			\
		{ DIVULGE_DCCP_ROLE_LISTEN, "listen" },			\
		{ DIVULGE_DCCP_ROLE_CLIENT, "client" },			\
		{ DIVULGE_DCCP_ROLE_SERVER, "server" })

#define show_dccp_loss(val)						\
	__print_symbolic(val,						\
		{ DIVULGE_DCCP_LOSS_KIND_INTERVAL, "interval" },	\
		{ DIVULGE_DCCP_LOSS_KIND_CONGESTION, "congestion" },	\
		{ DIVULGE_DCCP_LOSS_KIND_RTO, "rto" },			\
		{ DIVULGE_DCCP_LOSS_KIND_NO_FEEDBACK, "no-feedback" })

TRACE_EVENT(file_birth,
	TP_PROTO(const struct divulge_birth *birth,
		 const struct divulge_birth_origin *origin,
		 const struct qstr *name),
	TP_ARGS(birth, origin, name),

	TP_STRUCT__entry(
		__field(u64, ino)
		__field(u64, parent_ino)
		__field(s64, btime_sec)
		__field(u32, btime_nsec)
		__field(u32, gen)
		__field(u32, parent_gen)
		__field(dev_t, dev)
		__field(dev_t, sb_dev)
		__field(u32, mode)
		__field(u32, uid)
		__field(u8, type)
		__field(u8, missing)
		__field(u8, kind)
		__array(char, fs, sizeof_field(struct divulge_birth, fs) + 1)
		__dynamic_array(char, name, name->len + 1)
	),

	TP_fast_assign(
		__entry->ino = birth->ino;
		__entry->parent_ino = origin->parent_ino;
		__entry->btime_sec = birth->btime_sec;
		__entry->btime_nsec = birth->btime_nsec;
		__entry->gen = birth->gen;
		__entry->parent_gen = origin->parent_gen;
		__entry->dev = MKDEV(birth->dev_major, birth->dev_minor);
		__entry->sb_dev = MKDEV(origin->sb_dev_major,
					origin->sb_dev_minor);
		__entry->mode = birth->mode;
		__entry->uid = origin->uid;
		__entry->type = birth->type;
		__entry->missing = birth->missing;
		__entry->kind = origin->kind;
		memcpy(__entry->fs, birth->fs, sizeof(birth->fs));
		__entry->fs[sizeof(birth->fs)] = '\0';
		memcpy(__get_dynamic_array(name), name->name, name->len);
		((char *)__get_dynamic_array(name))[name->len] = '\0';
	),

	TP_printk("kind=%s fs=%s dev=%u:%u ino=%llu gen=%u type=%s mode=%#o btime=%lld.%09u missing=%u parent=%llu parent_gen=%u sb_dev=%u:%u uid=%u name=%s",
		  show_birth_kind(__entry->kind),
		  __entry->fs, MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->ino, __entry->gen,
		  show_file_type(__entry->type),
		  __entry->mode, __entry->btime_sec, __entry->btime_nsec,
		  __entry->missing, __entry->parent_ino, __entry->parent_gen,
		  MAJOR(__entry->sb_dev), MINOR(__entry->sb_dev),
		  __entry->uid, __get_str(name))
);

TRACE_EVENT(dccp_state,
	TP_PROTO(const struct divulge_dccp_sock *sock, u8 old_state),
	TP_ARGS(sock, old_state),

	TP_STRUCT__entry(
		__array(u8, saddr, sizeof(struct sockaddr_in6))
		__array(u8, daddr, sizeof(struct sockaddr_in6))
		__field(u64, cookie)
		__field(u64, netns)
		__field(u32, service)
		__field(u32, mps)
		__field(u32, pmtu)
		__field(u16, sport)
		__field(u16, dport)
		__field(s16, tx_ccid)
		__field(s16, rx_ccid)
		__field(u8, family)
		__field(u8, role)
		__field(u8, old_state)
		__field(u8, state)
	),

	TP_fast_assign(
		fill_sockaddr(__entry->saddr, sock->family, sock->saddr,
			      sock->sport);
		fill_sockaddr(__entry->daddr, sock->family, sock->daddr,
			      sock->dport);
		__entry->cookie = sock->cookie;
		__entry->netns = sock->netns;
		__entry->service = sock->service;
		__entry->mps = sock->mps;
		__entry->pmtu = sock->pmtu;
		__entry->sport = sock->sport;
		__entry->dport = sock->dport;
		__entry->tx_ccid = sock->tx_ccid;
		__entry->rx_ccid = sock->rx_ccid;
		__entry->family = sock->family;
		__entry->role = sock->role;
		__entry->old_state = old_state;
		__entry->state = sock->state;
	),

	TP_printk("src=%pISpc dest=%pISpc cookie=%llu netns=%llu role=%s old_state=%s state=%s tx_ccid=%d rx_ccid=%d mps=%u pmtu=%u service=%u",
		  __entry->saddr, __entry->daddr, __entry->cookie,
		  __entry->netns,
		  show_dccp_role(__entry->role),
		  show_dccp_state(__entry->old_state),
		  show_dccp_state(__entry->state),
		  __entry->tx_ccid, __entry->rx_ccid, __entry->mps,
		  __entry->pmtu, __entry->service)
);

TRACE_EVENT(dccp_ccid,
	TP_PROTO(const struct divulge_dccp_sock *sock),
	TP_ARGS(sock),

	TP_STRUCT__entry(
		__array(u8, saddr, sizeof(struct sockaddr_in6))
		__array(u8, daddr, sizeof(struct sockaddr_in6))
		__field(u64, cookie)
		__field(u64, netns)
		__field(u32, service)
		__field(u16, sport)
		__field(u16, dport)
		__field(u8, family)
		__field(u8, state)
		__field(u8, role)
		__field(s16, tx_ccid)
		__field(s16, rx_ccid)
	),

	TP_fast_assign(
		fill_sockaddr(__entry->saddr, sock->family, sock->saddr,
			      sock->sport);
		fill_sockaddr(__entry->daddr, sock->family, sock->daddr,
			      sock->dport);
		__entry->cookie = sock->cookie;
		__entry->netns = sock->netns;
		__entry->service = sock->service;
		__entry->sport = sock->sport;
		__entry->dport = sock->dport;
		__entry->family = sock->family;
		__entry->state = sock->state;
		__entry->role = sock->role;
		__entry->tx_ccid = sock->tx_ccid;
		__entry->rx_ccid = sock->rx_ccid;
	),

	TP_printk("src=%pISpc dest=%pISpc cookie=%llu netns=%llu service=%u state=%s role=%s tx_ccid=%d rx_ccid=%d",
		  __entry->saddr, __entry->daddr, __entry->cookie,
		  __entry->netns, __entry->service,
		  show_dccp_state(__entry->state),
		  show_dccp_role(__entry->role),
		  __entry->tx_ccid, __entry->rx_ccid)
);

TRACE_EVENT(dccp_mps,
	TP_PROTO(const struct divulge_dccp_sock *sock,
		 const struct divulge_dccp_mps *old),
	TP_ARGS(sock, old),

	TP_STRUCT__entry(
		__array(u8, saddr, sizeof(struct sockaddr_in6))
		__array(u8, daddr, sizeof(struct sockaddr_in6))
		__field(u64, cookie)
		__field(u64, netns)
		__field(u32, service)
		__field(u16, sport)
		__field(u16, dport)
		__field(u8, family)
		__field(u8, state)
		__field(u32, old_mps)
		__field(u32, mps)
		__field(u32, old_pmtu)
		__field(u32, pmtu)
	),

	TP_fast_assign(
		fill_sockaddr(__entry->saddr, sock->family, sock->saddr,
			      sock->sport);
		fill_sockaddr(__entry->daddr, sock->family, sock->daddr,
			      sock->dport);
		__entry->cookie = sock->cookie;
		__entry->netns = sock->netns;
		__entry->service = sock->service;
		__entry->sport = sock->sport;
		__entry->dport = sock->dport;
		__entry->family = sock->family;
		__entry->state = sock->state;
		__entry->old_mps = old->old_mps;
		__entry->mps = sock->mps;
		__entry->old_pmtu = old->old_pmtu;
		__entry->pmtu = sock->pmtu;
	),

	TP_printk("src=%pISpc dest=%pISpc cookie=%llu netns=%llu service=%u state=%s old_mps=%u mps=%u old_pmtu=%u pmtu=%u",
		  __entry->saddr, __entry->daddr, __entry->cookie,
		  __entry->netns, __entry->service,
		  show_dccp_state(__entry->state),
		  __entry->old_mps, __entry->mps, __entry->old_pmtu,
		  __entry->pmtu)
);

TRACE_EVENT(dccp_loss,
	TP_PROTO(const struct divulge_dccp_sock *sock, u8 kind),
	TP_ARGS(sock, kind),

	TP_STRUCT__entry(
		__array(u8, saddr, sizeof(struct sockaddr_in6))
		__array(u8, daddr, sizeof(struct sockaddr_in6))
		__field(u64, cookie)
		__field(u64, netns)
		__field(u32, service)
		__field(u16, sport)
		__field(u16, dport)
		__field(u8, family)
		__field(u8, state)
		__field(s16, tx_ccid)
		__field(s16, rx_ccid)
		__field(u8, kind)
	),

	TP_fast_assign(
		fill_sockaddr(__entry->saddr, sock->family, sock->saddr,
			      sock->sport);
		fill_sockaddr(__entry->daddr, sock->family, sock->daddr,
			      sock->dport);
		__entry->cookie = sock->cookie;
		__entry->netns = sock->netns;
		__entry->service = sock->service;
		__entry->sport = sock->sport;
		__entry->dport = sock->dport;
		__entry->family = sock->family;
		__entry->state = sock->state;
		__entry->tx_ccid = sock->tx_ccid;
		__entry->rx_ccid = sock->rx_ccid;
		__entry->kind = kind;
	),

	TP_printk("src=%pISpc dest=%pISpc cookie=%llu netns=%llu service=%u state=%s tx_ccid=%d rx_ccid=%d kind=%s",
		  __entry->saddr, __entry->daddr, __entry->cookie,
		  __entry->netns, __entry->service,
		  show_dccp_state(__entry->state),
		  __entry->tx_ccid, __entry->rx_ccid,
		  show_dccp_loss(__entry->kind))
);

#endif /* _DIVULGE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
