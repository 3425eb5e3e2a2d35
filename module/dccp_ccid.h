/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What net/dccp keeps to itself: its tables of sockets, its counters and the
 * structs of its CCIDs (net/dccp/dccp.h, ccid.h, ccids/ccid2.h, ccids/ccid3.h,
 * ccids/lib/). They are the same in Linux 6.1 and 6.12, and DCCP left in 6.16.
 *
 * A struct is believed only if the CCID has its number and its size; and
 * selftests/layout.py compares all of them with the types that the running
 * dccp.ko brings along (BTF), which is why the members keep their names.
 */
#ifndef _DIVULGE_DCCP_CCID_H
#define _DIVULGE_DCCP_CCID_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/percpu-defs.h>
#include <linux/timer.h>
#include <linux/types.h>

struct inet_hashinfo;
struct sock;

#define DIVULGE_CCID_SLAB_NAME	32	/* CCID_SLAB_NAME_LENGTH */
#define DIVULGE_CCID2_SEQBUFS	128	/* CCID2_SEQBUF_MAX */
#define DIVULGE_TFRC_RX_HIST	4	/* TFRC_NDUPACK + 1 */
#define DIVULGE_TFRC_INTERVALS	9	/* LIH_SIZE */

/* Order of the counters, named as in the anonymous enum that this repeats */
enum divulge_dccp_mib {
	DIVULGE_DCCP_MIB_ACTIVEOPENS = 1,
	DIVULGE_DCCP_MIB_ESTABRESETS,
	DIVULGE_DCCP_MIB_CURRESTAB,
	DIVULGE_DCCP_MIB_OUTSEGS,
	DIVULGE_DCCP_MIB_OUTRSTS,
	DIVULGE_DCCP_MIB_ABORTONTIMEOUT,
	DIVULGE_DCCP_MIB_TIMEOUTS,
	DIVULGE_DCCP_MIB_ABORTFAILED,
	DIVULGE_DCCP_MIB_PASSIVEOPENS,
	DIVULGE_DCCP_MIB_ATTEMPTFAILS,
	DIVULGE_DCCP_MIB_OUTDATAGRAMS,
	DIVULGE_DCCP_MIB_INERRS,
	DIVULGE_DCCP_MIB_OPTMANDATORYERROR,
	DIVULGE_DCCP_MIB_INVALIDOPT,
	DIVULGE_DCCP_MIB_MAX
};

/**
 * struct dccp_mib - counters of one CPU
 * @mibs: by enum divulge_dccp_mib
 */
struct dccp_mib {
	unsigned long mibs[DIVULGE_DCCP_MIB_MAX];
};

/* Only through symbol_get(): dccp.ko is not always there. */
extern struct inet_hashinfo dccp_hashinfo;
extern struct dccp_mib __percpu *dccp_statistics;

/**
 * struct divulge_ccid_ops - beginning of struct ccid_operations
 * @ccid_id: number of the CCID (RFC 4340, 10)
 * @ccid_ccmps: its limit for packets, with all headers; 0 for none
 * @ccid_name: its name
 * @ccid_hc_rx_slab: where receivers are allocated
 * @ccid_hc_tx_slab: where senders are
 * @ccid_hc_rx_slab_name: name of that
 * @ccid_hc_tx_slab_name: name of that
 * @ccid_hc_rx_obj_size: size of a receiver
 * @ccid_hc_tx_obj_size: size of a sender
 */
struct divulge_ccid_ops {
	unsigned char ccid_id;
	u32 ccid_ccmps;
	const char *ccid_name;
	void *ccid_hc_rx_slab;
	void *ccid_hc_tx_slab;
	char ccid_hc_rx_slab_name[DIVULGE_CCID_SLAB_NAME];
	char ccid_hc_tx_slab_name[DIVULGE_CCID_SLAB_NAME];
	u32 ccid_hc_rx_obj_size;
	u32 ccid_hc_tx_obj_size;
};

/**
 * struct divulge_ccid - struct ccid
 * @ccid_ops: which CCID it is
 * @ccid_priv: its state, of the size that @ccid_ops has
 */
struct divulge_ccid {
	const struct divulge_ccid_ops *ccid_ops;
	u8 ccid_priv[];
};

/**
 * struct divulge_ccid2_tx - struct ccid2_hc_tx_sock
 * @tx_cwnd: in packets
 * @tx_ssthresh: in packets
 * @tx_pipe: packets in flight
 * @tx_packets_acked: since the window last grew
 * @tx_seqbuf: history of what was sent
 * @tx_seqbufc: how many of these
 * @tx_seqh: head of that history
 * @tx_seqt: tail of it
 * @tx_srtt: in eighths of a jiffy
 * @tx_mdev: in quarters of a jiffy
 * @tx_mdev_max: in quarters of a jiffy
 * @tx_rttvar: in jiffies, being four times a variation
 * @tx_rto: in jiffies
 * @tx_rtt_seq: when to let the variation decay
 * @tx_rtotimer: runs while packets are in flight
 * @sk: the socket
 * @tx_cwnd_used: in packets
 * @tx_expected_wnd: in packets
 * @tx_cwnd_stamp: in jiffies, 32 bits of them
 * @tx_lsndtime: in jiffies, 32 bits of them
 * @tx_rpseq: last consecutive number of the peer
 * @tx_rpdupack: how many came since
 * @tx_last_cong: last congestion event in jiffies, 32 bits of them
 * @tx_high_ack: highest acknowledged
 * @tx_av_chunks: Ack Vectors of the packet at hand
 */
struct divulge_ccid2_tx {
	u32 tx_cwnd;
	u32 tx_ssthresh;
	u32 tx_pipe;
	u32 tx_packets_acked;
	void *tx_seqbuf[DIVULGE_CCID2_SEQBUFS];
	int tx_seqbufc;
	void *tx_seqh;
	void *tx_seqt;
	u32 tx_srtt;
	u32 tx_mdev;
	u32 tx_mdev_max;
	u32 tx_rttvar;
	u32 tx_rto;
	u64 tx_rtt_seq:48;
	struct timer_list tx_rtotimer;
	struct sock *sk;
	u32 tx_cwnd_used;
	u32 tx_expected_wnd;
	u32 tx_cwnd_stamp;
	u32 tx_lsndtime;
	u64 tx_rpseq;
	int tx_rpdupack;
	u32 tx_last_cong;
	u64 tx_high_ack;
	struct list_head tx_av_chunks;
};

/**
 * struct divulge_ccid2_rx - struct ccid2_hc_rx_sock
 * @rx_num_data_pkts: since the last acknowledgment
 */
struct divulge_ccid2_rx {
	u32 rx_num_data_pkts;
};

/**
 * struct divulge_tfrc_tx_hist - struct tfrc_tx_hist_entry
 * @next: what was sent before
 * @seqno: sequence number
 * @stamp: when it was sent
 */
struct divulge_tfrc_tx_hist {
	const struct divulge_tfrc_tx_hist *next;
	u64 seqno;
	ktime_t stamp;
};

/**
 * enum divulge_tfrc_tx_state - enum ccid3_hc_tx_states
 * @DIVULGE_TFRC_SSTATE_NO_SENT: has sent nothing
 * @DIVULGE_TFRC_SSTATE_NO_FBACK: has no feedback
 * @DIVULGE_TFRC_SSTATE_FBACK: has feedback
 */
enum divulge_tfrc_tx_state {
	DIVULGE_TFRC_SSTATE_NO_SENT = 1,
	DIVULGE_TFRC_SSTATE_NO_FBACK,
	DIVULGE_TFRC_SSTATE_FBACK,
};

/**
 * struct divulge_ccid3_tx - struct ccid3_hc_tx_sock
 * @tx_x: in 64ths of a byte per second
 * @tx_x_recv: in 64ths of a byte per second
 * @tx_x_calc: in bytes per second
 * @tx_rtt: in microseconds
 * @tx_p: in millionths
 * @tx_t_rto: in microseconds
 * @tx_t_ipi: in microseconds
 * @tx_s: in bytes
 * @tx_state: enum divulge_tfrc_tx_state
 * @tx_last_win_count: of four bits
 * @tx_t_last_win_count: when that was sent first
 * @tx_no_feedback_timer: runs while feedback is waited for
 * @sk: the socket
 * @tx_t_ld: when the rate was last doubled
 * @tx_t_nom: when the next packet may go
 * @tx_hist: history of what was sent
 */
struct divulge_ccid3_tx {
	u64 tx_x;
	u64 tx_x_recv;
	u32 tx_x_calc;
	u32 tx_rtt;
	u32 tx_p;
	u32 tx_t_rto;
	u32 tx_t_ipi;
	u16 tx_s;
	u8 tx_state;
	u8 tx_last_win_count;
	ktime_t tx_t_last_win_count;
	struct timer_list tx_no_feedback_timer;
	struct sock *sk;
	ktime_t tx_t_ld;
	ktime_t tx_t_nom;
	const struct divulge_tfrc_tx_hist *tx_hist;
};

/**
 * enum divulge_tfrc_rx_state - enum ccid3_hc_rx_states
 * @DIVULGE_TFRC_RSTATE_NO_DATA: got nothing
 * @DIVULGE_TFRC_RSTATE_DATA: got data
 */
enum divulge_tfrc_rx_state {
	DIVULGE_TFRC_RSTATE_NO_DATA = 1,
	DIVULGE_TFRC_RSTATE_DATA,
};

/**
 * struct divulge_tfrc_rx_hist - struct tfrc_rx_hist
 * @ring: packets received last
 * @loss_count: entries in use
 * @loss_start: first of them
 */
struct divulge_tfrc_rx_hist {
	void *ring[DIVULGE_TFRC_RX_HIST];
	u8 loss_count:2;
	u8 loss_start:2;
};

/**
 * struct divulge_tfrc_loss_hist - struct tfrc_loss_hist
 * @ring: loss intervals
 * @counter: how many there were, or that many less a multiple of the ring
 * @i_mean: mean loss interval in packets
 */
struct divulge_tfrc_loss_hist {
	void *ring[DIVULGE_TFRC_INTERVALS];
	u8 counter;
	u32 i_mean;
};

/**
 * struct divulge_ccid3_rx - struct ccid3_hc_rx_sock
 * @rx_last_counter: of the last feedback
 * @rx_state: enum divulge_tfrc_rx_state
 * @rx_bytes_recv: since the last feedback
 * @rx_x_recv: in bytes per second
 * @rx_rtt: in microseconds
 * @rx_tstamp_last_feedback: when that was sent
 * @rx_hist: packets
 * @rx_li_hist: loss intervals
 * @rx_s: in bytes
 */
struct divulge_ccid3_rx {
	u8 rx_last_counter:4;
	unsigned int rx_state:8;
	u32 rx_bytes_recv;
	u32 rx_x_recv;
	u32 rx_rtt;
	ktime_t rx_tstamp_last_feedback;
	struct divulge_tfrc_rx_hist rx_hist;
	struct divulge_tfrc_loss_hist rx_li_hist;
	u16 rx_s;
};

#endif /* _DIVULGE_DCCP_CCID_H */
