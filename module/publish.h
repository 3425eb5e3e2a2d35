/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_PUBLISH_H
#define _DIVULGE_PUBLISH_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

/* No event is longer */
#define DIVULGE_EVENT_MAX_LEN	2048

struct net;
struct sk_buff;

/**
 * struct divulge_stream_ops - what tells one kind of event from another
 * @group: multicast group (DIVULGE_NLGRP_*)
 * @cmd: command of the notification (DIVULGE_CMD_*_NTF)
 * @loss_attr: attribute for a struct divulge_loss
 * @put: writes an event of @len bytes, numbered @seq and seen at @time in
 *	nanoseconds since the epoch, whole or not at all; -EMSGSIZE if there is
 *	no room. Process context, no locks held.
 */
struct divulge_stream_ops {
	unsigned int group;
	u8 cmd;
	int loss_attr;
	int (*put)(struct sk_buff *skb, const void *event, unsigned int len,
		   u64 seq, s64 time);
};

/**
 * struct divulge_stream - events that are numbered together
 * @ops: what kind they are
 * @net: network namespace they are published in
 * @used: an event was made for it
 * @waiting: how many are in the queues
 * @seq: number of the last event published or told lost; work item only
 * @published: how many were sent; written by the work item only
 * @lost: how many were lost; under the loss lock
 * @loss: not yet numbered and told; under the loss lock
 * @lossy: in the list of streams with an untold loss; under the loss lock
 * @msg: message being filled; work item only
 * @msg_hdr: its generic netlink header; work item only
 * @open: in the list of streams with a message; work item only
 */
struct divulge_stream {
	const struct divulge_stream_ops *ops;
	struct net *net;
	bool used;
	atomic_t waiting;
	u64 seq;
	u64 published;
	u64 lost;
	struct divulge_loss loss;
	struct list_head lossy;
	struct sk_buff *msg;
	void *msg_hdr;
	struct list_head open;
};

int divulge_publish_init(void);
void divulge_publish_stop(void);
void divulge_publish_exit(void);

void divulge_stream_init(struct divulge_stream *stream,
			 const struct divulge_stream_ops *ops,
			 struct net *net);
void divulge_stream_exit(struct divulge_stream *stream);
bool divulge_stream_heard(const struct divulge_stream *stream);
void divulge_event_add(struct divulge_stream *stream, unsigned int len,
		       void (*fill)(void *to, const void *arg),
		       const void *arg);
void divulge_event_lost(struct divulge_stream *stream);

#endif /* _DIVULGE_PUBLISH_H */
