// SPDX-License-Identifier: GPL-2.0
/*
 * Events on their way from where they happen to those who listen.
 *
 * Whoever causes an event must not wait for us, so the event is only put into
 * a queue of the CPU it happens on. A work item empties the queues, brings the
 * events into order, numbers them and sends them in batches. What finds no
 * room is counted, and the numbers it would have had are left out.
 */

#include <linux/list_sort.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "genl.h"
#include "publish.h"

/* Long enough for a burst to share messages, short enough to seem live */
#define FLUSH_DELAY	msecs_to_jiffies(10)

static unsigned int queue_len = 16384;
module_param(queue_len, uint, 0644);
MODULE_PARM_DESC(queue_len,
		 "events of a stream that may wait before one is lost");

struct queue {
	raw_spinlock_t lock;	/* taken in any context but NMI */
	struct list_head events;
};

static DEFINE_PER_CPU(struct queue, queues);

/* Losses are rare enough for one lock; taken in any context but NMI */
static DEFINE_RAW_SPINLOCK(loss_lock);
static LIST_HEAD(lossy_streams);

static struct workqueue_struct *publish_wq;
static bool stopped;	/* set once, and read by the work item */

static void flush(struct work_struct *work);
static DECLARE_DELAYED_WORK(publish_work, flush);

/* Any context but NMI. */
static void lose(struct divulge_stream *stream, ktime_t mono)
{
	s64 now = ktime_to_ns(ktime_mono_to_real(mono));
	struct divulge_loss *loss = &stream->loss;
	unsigned long flags;

	raw_spin_lock_irqsave(&loss_lock, flags);
	if (!loss->count || now < loss->since)
		loss->since = now;
	if (!loss->count || now > loss->until)
		loss->until = now;
	loss->count++;
	WRITE_ONCE(stream->lost, stream->lost + 1);
	if (list_empty(&stream->lossy))
		list_add_tail(&stream->lossy, &lossy_streams);
	raw_spin_unlock_irqrestore(&loss_lock, flags);
	queue_delayed_work(publish_wq, &publish_work, FLUSH_DELAY);
}

/**
 * divulge_stream_init - prepare a stream
 * @stream: zeroed, and there until divulge_stream_exit()
 * @ops: what kind of events it carries
 * @net: network namespace they are published in; not pinned
 */
void divulge_stream_init(struct divulge_stream *stream,
			 const struct divulge_stream_ops *ops,
			 struct net *net)
{
	stream->ops = ops;
	stream->net = net;
	INIT_LIST_HEAD(&stream->lossy);
	INIT_LIST_HEAD(&stream->open);
}

/**
 * divulge_stream_heard - does anybody listen
 * @stream: the stream
 *
 * Any context. Cheap, and to be asked before any work is put into an event.
 * The kernel keeps one mask of groups for all network namespaces, so a member
 * in one makes this true in all.
 *
 * Return: true if the multicast group has a member.
 */
bool divulge_stream_heard(const struct divulge_stream *stream)
{
	return genl_has_listeners(&divulge_nl_family, stream->net,
				  stream->ops->group);
}

/**
 * divulge_event_alloc - get room for an event of a stream
 * @stream: the stream
 * @size: of a struct that begins with a struct divulge_event, in bytes
 *
 * Any context but NMI. The time of the event is now. Want of memory is counted
 * as a loss, for which no emergency reserve is touched.
 *
 * Return: the room, its struct divulge_event filled in and the rest not, to
 * be given to divulge_event_queue(); or NULL.
 */
void *divulge_event_alloc(struct divulge_stream *stream, size_t size)
{
	struct divulge_event *ev;
	ktime_t now = ktime_get();

	if (!READ_ONCE(stream->used))
		WRITE_ONCE(stream->used, true);
	ev = kmalloc(size, GFP_NOWAIT | __GFP_NOWARN);
	if (!ev) {
		lose(stream, now);
		return NULL;
	}
	ev->stream = stream;
	ev->mono = now;
	return ev;
}

/**
 * divulge_event_queue - hand an event over for publication
 * @ev: from divulge_event_alloc(), complete, no longer the caller's
 *
 * Any context but NMI. A full queue is counted as a loss.
 */
void divulge_event_queue(struct divulge_event *ev)
{
	unsigned int limit = READ_ONCE(queue_len);
	struct queue *q = raw_cpu_ptr(&queues);
	unsigned int waiting;
	unsigned long flags;

	waiting = atomic_inc_return(&ev->stream->waiting);
	if (waiting > limit) {
		atomic_dec(&ev->stream->waiting);
		lose(ev->stream, ev->mono);
		kfree(ev);
		return;
	}

	raw_spin_lock_irqsave(&q->lock, flags);
	list_add_tail(&ev->node, &q->events);
	raw_spin_unlock_irqrestore(&q->lock, flags);

	if (waiting == limit / 2)
		mod_delayed_work(publish_wq, &publish_work, 0);
	else
		queue_delayed_work(publish_wq, &publish_work, FLUSH_DELAY);
}

/**
 * divulge_event_lost - count an event that could not be made
 * @stream: stream it is missing from
 *
 * Any context but NMI.
 */
void divulge_event_lost(struct divulge_stream *stream)
{
	if (!READ_ONCE(stream->used))
		WRITE_ONCE(stream->used, true);
	lose(stream, ktime_get());
}

static void send_msg(struct divulge_stream *stream)
{
	struct sk_buff *skb = stream->msg;

	stream->msg = NULL;
	list_del_init(&stream->open);
	genlmsg_end(skb, stream->msg_hdr);
	if (READ_ONCE(stopped)) {
		nlmsg_free(skb);
		return;
	}
	/*
	 * That nobody listens any more, or that a listener's buffer is full, is
	 * theirs to notice: by the numbers.
	 */
	genlmsg_multicast_netns(&divulge_nl_family, stream->net, skb, 0,
				stream->ops->group, GFP_KERNEL);
}

static int open_msg(struct divulge_stream *stream, struct list_head *open)
{
	if (stream->msg)
		return 0;

	stream->msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!stream->msg)
		return -ENOMEM;
	stream->msg_hdr = genlmsg_put(stream->msg, 0, 0, &divulge_nl_family, 0,
				      stream->ops->cmd);
	if (WARN_ON_ONCE(!stream->msg_hdr)) {
		nlmsg_free(stream->msg);
		stream->msg = NULL;
		return -EMSGSIZE;
	}
	list_add_tail(&stream->open, open);
	return 0;
}

static int put_event(const struct divulge_event *ev)
{
	struct divulge_stream *stream = ev->stream;
	struct nlattr *nest;
	int err;

	nest = nla_nest_start(stream->msg, stream->ops->event_attr);
	if (!nest)
		return -EMSGSIZE;
	err = stream->ops->put(stream->msg, ev, stream->seq + 1);
	if (err) {
		nla_nest_cancel(stream->msg, nest);
		return err;
	}
	nla_nest_end(stream->msg, nest);
	stream->seq++;
	WRITE_ONCE(stream->published, stream->published + 1);
	return 0;
}

static void publish(const struct divulge_event *ev, struct list_head *open)
{
	struct divulge_stream *stream = ev->stream;
	int err;

	err = open_msg(stream, open);
	if (err)
		goto lost;
	err = put_event(ev);
	if (err != -EMSGSIZE)
		goto out;
	send_msg(stream);
	err = open_msg(stream, open);
	if (err)
		goto lost;
	err = put_event(ev);
out:
	if (!err)
		return;
lost:
	lose(stream, ev->mono);
}

static int by_time(void *priv, const struct list_head *a,
		   const struct list_head *b)
{
	const struct divulge_event *x = list_entry(a, typeof(*x), node);
	const struct divulge_event *y = list_entry(b, typeof(*y), node);

	return ktime_after(x->mono, y->mono);
}

/* Give a loss its numbers and write it to a message that has just begun. */
static void put_loss(struct divulge_stream *stream)
{
	struct divulge_loss loss;

	raw_spin_lock_irq(&loss_lock);
	loss = stream->loss;
	memset(&stream->loss, 0, sizeof(stream->loss));
	list_del_init(&stream->lossy);
	raw_spin_unlock_irq(&loss_lock);

	loss.first_seq = stream->seq + 1;
	stream->seq += loss.count;
	WARN_ON_ONCE(nla_put(stream->msg, stream->ops->loss_attr, sizeof(loss),
			     &loss));
}

static bool is_after(const struct list_head *node, ktime_t time)
{
	return ktime_after(list_entry(node, struct divulge_event, node)->mono,
			   time);
}

/*
 * Take what was queued until @cutoff. One CPU is looked at after the other;
 * what comes meanwhile may have been caused by an event on a CPU that was
 * looked at before, so it is left for the next time.
 */
static void take_events(struct list_head *events, ktime_t cutoff)
{
	struct list_head *last;
	LIST_HEAD(older);
	int cpu;

	for_each_possible_cpu(cpu) {
		struct queue *q = per_cpu_ptr(&queues, cpu);

		raw_spin_lock_irq(&q->lock);
		last = q->events.prev;
		while (last != &q->events && is_after(last, cutoff))
			last = last->prev;
		list_cut_position(&older, &q->events, last);
		raw_spin_unlock_irq(&q->lock);
		list_splice_tail_init(&older, events);
	}
}

/* Open a message, which tells the loss, for each stream that has one. */
static void tell_losses(struct list_head *open)
{
	struct divulge_stream *stream;
	LIST_HEAD(streams);

	raw_spin_lock_irq(&loss_lock);
	list_splice_init(&lossy_streams, &streams);
	raw_spin_unlock_irq(&loss_lock);

	for (;;) {
		raw_spin_lock_irq(&loss_lock);
		stream = list_first_entry_or_null(&streams,
						  struct divulge_stream, lossy);
		if (stream)
			list_move_tail(&stream->lossy, &lossy_streams);
		raw_spin_unlock_irq(&loss_lock);
		if (!stream)
			return;
		if (stream->msg)
			send_msg(stream);
		/* Without memory the loss stays in the list for next time. */
		if (open_msg(stream, open))
			queue_delayed_work(publish_wq, &publish_work,
					   FLUSH_DELAY);
		else
			put_loss(stream);
	}
}

static void flush(struct work_struct *work)
{
	struct divulge_stream *stream, *next_stream;
	struct divulge_event *ev, *next;
	LIST_HEAD(events);
	LIST_HEAD(open);

	take_events(&events, ktime_get());
	list_sort(NULL, &events, by_time);

	list_for_each_entry_safe(ev, next, &events, node) {
		atomic_dec(&ev->stream->waiting);
		publish(ev, &open);
		kfree(ev);
		cond_resched();
	}
	/* The queues were full of older events when there was no room. */
	tell_losses(&open);
	list_for_each_entry_safe(stream, next_stream, &open, open)
		send_msg(stream);
}

static void drain(void)
{
	mod_delayed_work(publish_wq, &publish_work, 0);
	flush_delayed_work(&publish_work);
}

/**
 * divulge_stream_exit - publish what waits and let go of a stream
 * @stream: the stream, which gets no more events
 *
 * May sleep. Empties the queues of all other streams too.
 */
void divulge_stream_exit(struct divulge_stream *stream)
{
	if (!READ_ONCE(stream->used))
		return;
	drain();
	/* A loss is left only if there was no memory to tell it. */
	raw_spin_lock_irq(&loss_lock);
	list_del_init(&stream->lossy);
	raw_spin_unlock_irq(&loss_lock);
	/* The work item may have picked it from the list just before. */
	drain();
}

/**
 * divulge_publish_init - make ready to take events
 *
 * Return: 0, or -ENOMEM.
 */
int __init divulge_publish_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct queue *q = per_cpu_ptr(&queues, cpu);

		raw_spin_lock_init(&q->lock);
		INIT_LIST_HEAD(&q->events);
	}
	/* The end of a network namespace waits for it, on such a queue. */
	publish_wq = alloc_workqueue("divulge", WQ_UNBOUND | WQ_MEM_RECLAIM, 1);
	return publish_wq ? 0 : -ENOMEM;
}

/**
 * divulge_publish_stop - send what waits, and nothing from then on
 *
 * May sleep. To be called before the family goes: its groups' numbers may be
 * another family's next.
 */
void divulge_publish_stop(void)
{
	drain();
	WRITE_ONCE(stopped, true);
	drain();
}

/**
 * divulge_publish_exit - the end, after which no event may come
 *
 * May sleep. divulge_stream_exit() was called for every stream.
 */
void divulge_publish_exit(void)
{
	cancel_delayed_work_sync(&publish_work);
	destroy_workqueue(publish_wq);
}
