// SPDX-License-Identifier: GPL-2.0
/* What there is to tell of DCCP, and by what names */

#include <sys/socket.h>

#include <linux/divulge.h>

#include "dccp.h"
#include "dccp_host.h"
#include "fields.h"

static const char *const dccp_states[] = {
	[DIVULGE_DCCP_STATE_UNKNOWN]		= "unknown",
	[DIVULGE_DCCP_STATE_CLOSED]		= "closed",
	[DIVULGE_DCCP_STATE_REQUEST]		= "request",
	[DIVULGE_DCCP_STATE_LISTEN]		= "listen",
	[DIVULGE_DCCP_STATE_RESPOND]		= "respond",
	[DIVULGE_DCCP_STATE_PARTOPEN]		= "partopen",
	[DIVULGE_DCCP_STATE_OPEN]		= "open",
	[DIVULGE_DCCP_STATE_ACTIVE_CLOSEREQ]	= "active-closereq",
	[DIVULGE_DCCP_STATE_PASSIVE_CLOSE]	= "passive-close",
	[DIVULGE_DCCP_STATE_PASSIVE_CLOSEREQ]	= "passive-closereq",
	[DIVULGE_DCCP_STATE_CLOSING]		= "closing",
	[DIVULGE_DCCP_STATE_TIMEWAIT]		= "timewait",
};

static const char *const dccp_roles[] = {
	[DIVULGE_DCCP_ROLE_NONE]		= "none",
	[DIVULGE_DCCP_ROLE_LISTEN]		= "listen",
	[DIVULGE_DCCP_ROLE_CLIENT]		= "client",
	[DIVULGE_DCCP_ROLE_SERVER]		= "server",
};

static const char *const families[] = {
	[AF_INET]				= "inet",
	[AF_INET6]				= "inet6",
};

static const char *const dccp_kinds[] = {
	[DIVULGE_DCCP_KIND_SOCKET]		= "socket",
	[DIVULGE_DCCP_KIND_REQUEST]		= "request",
	[DIVULGE_DCCP_KIND_TIMEWAIT]		= "timewait",
};

/* RCV_SHUTDOWN and SEND_SHUTDOWN */
static const char *const shutdowns[] = { "receive", "send" };

static const char *const qpolicies[] = {
	[DIVULGE_DCCP_QPOLICY_SIMPLE]		= "simple",
	[DIVULGE_DCCP_QPOLICY_PRIO]		= "prio",
};

static const char *const tfrc_states[] = {
	[DIVULGE_DCCP_TFRC_STATE_NONE]		= "none",
	[DIVULGE_DCCP_TFRC_STATE_NO_SENT]	= "no-sent",
	[DIVULGE_DCCP_TFRC_STATE_NO_FBACK]	= "no-fback",
	[DIVULGE_DCCP_TFRC_STATE_FBACK]		= "fback",
	[DIVULGE_DCCP_TFRC_STATE_NO_DATA]	= "no-data",
	[DIVULGE_DCCP_TFRC_STATE_DATA]		= "data",
};

static const char *const change_kinds[] = {
	[DIVULGE_DCCP_CHANGE_KIND_STATE]	= "state",
	[DIVULGE_DCCP_CHANGE_KIND_CCID]		= "ccid",
	[DIVULGE_DCCP_CHANGE_KIND_MPS]		= "mps",
	[DIVULGE_DCCP_CHANGE_KIND_LOSS]		= "loss",
};

static const char *const loss_kinds[] = {
	[DIVULGE_DCCP_LOSS_KIND_INTERVAL]	= "interval",
	[DIVULGE_DCCP_LOSS_KIND_CONGESTION]	= "congestion",
	[DIVULGE_DCCP_LOSS_KIND_RTO]		= "rto",
	[DIVULGE_DCCP_LOSS_KIND_NO_FEEDBACK]	= "no-feedback",
};

static const char *const resets[] = {
	[DIVULGE_DCCP_RESET_NONE]		= "none",
	[DIVULGE_DCCP_RESET_SENT]		= "sent",
	[DIVULGE_DCCP_RESET_RECEIVED]		= "received",
};

static const char *const reset_codes[] = {
	[DIVULGE_DCCP_RESET_CODE_UNSPECIFIED]	= "unspecified",
	[DIVULGE_DCCP_RESET_CODE_CLOSED]	= "closed",
	[DIVULGE_DCCP_RESET_CODE_ABORTED]	= "aborted",
	[DIVULGE_DCCP_RESET_CODE_NO_CONNECTION]	= "no-connection",
	[DIVULGE_DCCP_RESET_CODE_PACKET_ERROR]	= "packet-error",
	[DIVULGE_DCCP_RESET_CODE_OPTION_ERROR]	= "option-error",
	[DIVULGE_DCCP_RESET_CODE_MANDATORY_ERROR] = "mandatory-error",
	[DIVULGE_DCCP_RESET_CODE_CONNECTION_REFUSED] = "connection-refused",
	[DIVULGE_DCCP_RESET_CODE_BAD_SERVICE_CODE] = "bad-service-code",
	[DIVULGE_DCCP_RESET_CODE_TOO_BUSY]	= "too-busy",
	[DIVULGE_DCCP_RESET_CODE_BAD_INIT_COOKIE] = "bad-init-cookie",
	[DIVULGE_DCCP_RESET_CODE_AGGRESSION_PENALTY] = "aggression-penalty",
};

static const char *const causes[] = {
	[DIVULGE_DCCP_CAUSE_UNKNOWN]		= "unknown",
	[DIVULGE_DCCP_CAUSE_CLOSED]		= "closed",
	[DIVULGE_DCCP_CAUSE_ABORTED]		= "aborted",
	[DIVULGE_DCCP_CAUSE_RESET]		= "reset",
	[DIVULGE_DCCP_CAUSE_TIMEOUT]		= "timeout",
	[DIVULGE_DCCP_CAUSE_ERROR]		= "error",
	[DIVULGE_DCCP_CAUSE_NOT_AGREED]		= "not-agreed",
	[DIVULGE_DCCP_CAUSE_LISTENER]		= "listener",
};

const struct field sock_fields[] = {
	NAMED(ENUM, divulge_dccp_sock, family, families),
	PAIR(ADDR, divulge_dccp_sock, saddr, family, "saddr"),
	PLAIN(UINT, divulge_dccp_sock, sport),
	PAIR(ADDR, divulge_dccp_sock, daddr, family, "daddr"),
	PLAIN(UINT, divulge_dccp_sock, dport),
	NAMED(STATE, divulge_dccp_sock, state, dccp_states),
	NAMED(ENUM, divulge_dccp_sock, role, dccp_roles),
	PLAIN(CCID, divulge_dccp_sock, tx_ccid),
	PLAIN(CCID, divulge_dccp_sock, rx_ccid),
	PLAIN(UINT, divulge_dccp_sock, mps),
	PLAIN(UINT, divulge_dccp_sock, pmtu),
	PLAIN(SERVICE, divulge_dccp_sock, service),
	PLAIN(UINT, divulge_dccp_sock, cookie),
	PLAIN(UINT, divulge_dccp_sock, inode),
	PLAIN(UINT, divulge_dccp_sock, netns),
	PLAIN(LIMIT, divulge_dccp_sock, uid),
	PLAIN(UINT, divulge_dccp_sock, ifindex),
	PLAIN(UINT, divulge_dccp_sock, busy),
	NAMED(ENUM, divulge_dccp_sock, kind, dccp_kinds),
	NAMED(FLAGS, divulge_dccp_sock, shutdown, shutdowns),
	PLAIN(UINT, divulge_dccp_sock, v6only),
	{ FIELD(LOCAL, divulge_dccp_sock, saddr, "local") },
	{ FIELD(PEER, divulge_dccp_sock, daddr, "peer") },
	{ FIELD(CCIDS, divulge_dccp_sock, tx_ccid, "ccids") },
	{ 0 }
};

const struct field change_fields[] = {
	PLAIN(UINT, divulge_dccp_change, seq),
	PLAIN(TIME, divulge_dccp_change, time),
	NAMED(STATE, divulge_dccp_change, old_state, dccp_states),
	NAMED_AS(ENUM, divulge_dccp_change, kind, "change", change_kinds),
	{ 0 }
};

const struct field seq_fields[] = {
	PLAIN(UINT, divulge_dccp_seq, iss),
	PLAIN(UINT, divulge_dccp_seq, gss),
	PLAIN(UINT, divulge_dccp_seq, isr),
	PLAIN(UINT, divulge_dccp_seq, gsr),
	PLAIN(UINT, divulge_dccp_seq, osr),
	PLAIN(UINT, divulge_dccp_seq, gar),
	PLAIN(UINT, divulge_dccp_seq, swl),
	PLAIN(UINT, divulge_dccp_seq, swh),
	PLAIN(UINT, divulge_dccp_seq, awl),
	PLAIN(UINT, divulge_dccp_seq, awh),
	PLAIN(UINT, divulge_dccp_seq, ndp_count),
	{ 0 }
};

const struct field feat_fields[] = {
	PLAIN(UINT, divulge_dccp_feat, l_seq_win),
	PLAIN(UINT, divulge_dccp_feat, r_seq_win),
	PLAIN(UINT, divulge_dccp_feat, l_ack_ratio),
	PLAIN(UINT, divulge_dccp_feat, r_ack_ratio),
	PLAIN(UINT, divulge_dccp_feat, send_cscov),
	PLAIN(UINT, divulge_dccp_feat, recv_cscov),
	PLAIN(UINT, divulge_dccp_feat, send_ndp_count),
	PLAIN(UINT, divulge_dccp_feat, ack_vector),
	PLAIN(UINT, divulge_dccp_feat, server_timewait),
	NAMED(ENUM, divulge_dccp_feat, qpolicy, qpolicies),
	PLAIN(UINT, divulge_dccp_feat, tx_qlen),
	PLAIN(UINT, divulge_dccp_feat, tx_queued),
	PLAIN(UINT, divulge_dccp_feat, rx_queued),
	PLAIN(UINT, divulge_dccp_feat, backlog),
	PLAIN(UINT, divulge_dccp_feat, rmem),
	PLAIN(UINT, divulge_dccp_feat, wmem),
	PLAIN(UINT, divulge_dccp_feat, ccmps),
	{ 0 }
};

#define TIMER(k, m)	CALLED(k, divulge_dccp_timers, m, "timer_" #m)

const struct field timers_fields[] = {
	TIMER(TIMER, retransmit),
	TIMER(TIMER, delack),
	TIMER(TIMER, keepalive),
	TIMER(TIMER, xmit),
	TIMER(TIMER, ccid),
	TIMER(TIMER, timewait),
	TIMER(USEC, rto),
	TIMER(RTT, syn_rtt),
	TIMER(UINT, retransmits),
	TIMER(UINT, backoff),
	{ 0 }
};

#define CCID2_TX(k, m)							\
	CALLED(k, divulge_dccp_ccid2_tx, m, "ccid2_tx_" #m)

const struct field ccid2_tx_fields[] = {
	CCID2_TX(UINT, cwnd),
	CCID2_TX(LIMIT, ssthresh),
	CCID2_TX(UINT, pipe),
	CCID2_TX(UINT, packets_acked),
	CCID2_TX(RTT, srtt),
	CCID2_TX(USEC, mdev),
	CCID2_TX(USEC, rttvar),
	CCID2_TX(USEC, rto),
	CCID2_TX(UINT, cwnd_used),
	CCID2_TX(UINT, expected_wnd),
	CCID2_TX(MSEC, last_cong),
	{ 0 }
};

#define CCID2_RX(k, m)							\
	CALLED(k, divulge_dccp_ccid2_rx, m, "ccid2_rx_" #m)

const struct field ccid2_rx_fields[] = {
	CCID2_RX(UINT, num_data_pkts),
	{ 0 }
};

#define CCID3_TX(k, m)							\
	CALLED(k, divulge_dccp_ccid3_tx, m, "ccid3_tx_" #m)

const struct field ccid3_tx_fields[] = {
	CCID3_TX(RATE64, x),
	CCID3_TX(RATE64, x_recv),
	CCID3_TX(RATE, x_calc),
	CCID3_TX(RTT, rtt),
	CCID3_TX(MILLIONTHS, p),
	CCID3_TX(USEC, rto),
	CCID3_TX(USEC, ipi),
	CCID3_TX(UINT, s),
	NAMED_AS(ENUM, divulge_dccp_ccid3_tx, state, "ccid3_tx_state",
		 tfrc_states),
	CCID3_TX(UINT, win_count),
	{ 0 }
};

#define CCID3_RX(k, m)							\
	CALLED(k, divulge_dccp_ccid3_rx, m, "ccid3_rx_" #m)

const struct field ccid3_rx_fields[] = {
	CCID3_RX(RATE, x_recv),
	CCID3_RX(RTT, rtt),
	CCID3_RX(MILLIONTHS, p),
	CCID3_RX(LIMIT, i_mean),
	CCID3_RX(UINT, bytes_recv),
	CCID3_RX(UINT, s),
	NAMED_AS(ENUM, divulge_dccp_ccid3_rx, state, "ccid3_rx_state",
		 tfrc_states),
	CCID3_RX(UINT, last_counter),
	{ 0 }
};

const struct field entry_fields[] = {
	PLAIN(SERVICES, dccp_entry, services),
	CALLED(LETTERS, dccp_entry, sock.service, "service_text"),
	CALLED(CODES, dccp_entry, services, "codes"),
	{ 0 }
};

#define COUNTER(k, m)	CALLED(k, divulge_dccp_statistics, m, "dccp_" #m)

const struct field statistics_fields[] = {
	COUNTER(UINT, active_opens),
	COUNTER(UINT, passive_opens),
	COUNTER(INT, curr_estab),
	COUNTER(UINT, estab_resets),
	COUNTER(UINT, attempt_fails),
	COUNTER(UINT, abort_on_timeout),
	COUNTER(UINT, abort_failed),
	COUNTER(UINT, timeouts),
	COUNTER(UINT, out_segs),
	COUNTER(UINT, out_rsts),
	COUNTER(UINT, out_datagrams),
	COUNTER(UINT, in_errs),
	COUNTER(UINT, opt_mandatory_error),
	COUNTER(UINT, invalid_opt),
	{ 0 }
};

const struct field host_fields[] = {
	CALLED(TEXT, dccp_host, why, "dccp_why"),
	PLAIN(UINTS, dccp_host, ccids),
	{ 0 }
};

#define SYSCTL(m)	CALLED(SYSCTL, dccp_host, m, "sysctl_" #m)

const struct field sysctl_fields[] = {
	SYSCTL(seq_window),
	SYSCTL(rx_ccid),
	SYSCTL(tx_ccid),
	SYSCTL(request_retries),
	SYSCTL(retries1),
	SYSCTL(retries2),
	SYSCTL(tx_qlen),
	SYSCTL(sync_ratelimit),
	{ 0 }
};

const struct field mps_fields[] = {
	PLAIN(UINT, divulge_dccp_mps, old_mps),
	PLAIN(UINT, divulge_dccp_mps, old_pmtu),
	{ 0 }
};

const struct field loss_fields[] = {
	NAMED_AS(ENUM, divulge_dccp_loss, kind, "loss", loss_kinds),
	{ 0 }
};

const struct field close_fields[] = {
	PLAIN(UINT, divulge_dccp_close, sent),
	PLAIN(UINT, divulge_dccp_close, received),
	PLAIN(UINT, divulge_dccp_close, error),
	NAMED(ENUM, divulge_dccp_close, reset, resets),
	NAMED(ENUM, divulge_dccp_close, reset_code, reset_codes),
	NAMED(ENUM, divulge_dccp_close, cause, causes),
	CALLED(HOW, divulge_dccp_close, cause, "how"),
	{ 0 }
};

const struct field figures_fields[] = {
	PLAIN(RTT, dccp_figures, rtt),
	PLAIN(RATE, dccp_figures, rate),
	PLAIN(RATE, dccp_figures, recv_rate),
	PLAIN(MILLIONTHS, dccp_figures, loss_rate),
	CALLED(WINDOW, dccp_figures, cwnd, "window"),
	{ 0 }
};
