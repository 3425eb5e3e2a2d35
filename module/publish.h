/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DIVULGE_PUBLISH_H
#define _DIVULGE_PUBLISH_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/divulge.h>

struct net;
struct sk_buff;
struct divulge_event;

/**
 * struct divulge_stream_ops - what tells one kind of event from another
 * @group: multicast group (DIVULGE_NLGRP_*)
 * @cmd: command of the notification (DIVULGE_CMD_*_NTF)
 * @loss_attr: attribute for a struct divulge_loss
 * @event_attr: attribute that nests one event
 * @put: writes the event's attributes, numbered @seq; -EMSGSIZE if it is full.
 *	Process context, no locks held.
 */
struct divulge_stream_ops {
	unsigned int group;
	u8 cmd;
	int loss_attr;
	int event_attr;
	int (*put)(struct sk_buff *skb, const struct divulge_event *ev,
		   u64 seq);
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

/**
 * struct divulge_event - head of every event that waits for publication
 * @node: in a queue
 * @stream: where it belongs; outlives the event
 * @mono: when it was seen, which also is its place among the others
 */
struct divulge_event {
	struct list_head node;
	struct divulge_stream *stream;
	ktime_t mono;
};

static inline s64 divulge_event_time(const struct divulge_event *ev)
{
	return ktime_to_ns(ktime_mono_to_real(ev->mono));
}

int divulge_publish_init(void);
void divulge_publish_stop(void);
void divulge_publish_exit(void);

void divulge_stream_init(struct divulge_stream *stream,
			 const struct divulge_stream_ops *ops,
			 struct net *net);
void divulge_stream_exit(struct divulge_stream *stream);
bool divulge_stream_heard(const struct divulge_stream *stream);
void *divulge_event_alloc(struct divulge_stream *stream, size_t size);
void divulge_event_queue(struct divulge_event *ev);
void divulge_event_lost(struct divulge_stream *stream);

#endif /* _DIVULGE_PUBLISH_H */
