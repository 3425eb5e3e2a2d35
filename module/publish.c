// SPDX-License-Identifier: GPL-2.0
/*
 * Events on their way from where they happen to those who listen.
 *
 * Whoever causes an event must not wait for us, so the event is only written
 * to a queue of the CPU it happens on. A work item empties the queues, brings
 * the events into order, numbers them and sends them in batches. What finds no
 * room is counted, and has its numbers like what is sent.
 *
 * A queue is a list of chunks that hold many events each: to allocate and free
 * every one by itself cost a third of all that a birth costs.
 */

#include <linux/list.h>
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

/*
 * As much as every reader takes: libmnl's MNL_SOCKET_BUFFER_SIZE, less what the
 * kernel keeps behind the data, so that it fits an allocation of that size
 */
#define MSG_SIZE	SKB_WITH_OVERHEAD(8192)

static unsigned int queue_len = 16384;
module_param(queue_len, uint, 0644);
MODULE_PARM_DESC(queue_len,
		 "events of a stream that may wait before one is lost");

#define CHUNK_SIZE	4096

/**
 * struct event - head of an event in a chunk
 * @stream: where it belongs; outlives the event
 * @mono: when it was seen, which also is its place among the others
 * @len: of @data
 * @data: the event, as its stream's put() takes it
 */
struct event {
	struct divulge_stream *stream;
	ktime_t mono;
	u32 len;
	u8 data[] __aligned(8);
};

/**
 * struct chunk - events of one CPU, in their order
 * @node: in a queue
 * @used: bytes that are
 * @events: packed struct event, each aligned to eight bytes
 */
struct chunk {
	struct list_head node;
	unsigned int used;
	u8 events[] __aligned(8);
};

#define CHUNK_ROOM	(CHUNK_SIZE - sizeof(struct chunk))

/**
 * struct queue - events that wait
 * @lock: taken in any context but NMI
 * @chunks: what came last; under @lock
 * @taken: what came before and is being published; work item only
 * @next: where in the first of @taken the next event is; work item only
 * @node: in the list of queues with something in @taken; work item only
 */
struct queue {
	raw_spinlock_t lock;
	struct list_head chunks;
	struct list_head taken;
	unsigned int next;
	struct list_head node;
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

static unsigned int event_size(unsigned int len)
{
	return ALIGN(sizeof(struct event) + len, 8);
}

/* Return: room for an event at the end of the queue, NULL if there is none */
static struct event *reserve(struct queue *q, unsigned int size)
{
	struct event *event;
	struct chunk *chunk;

	lockdep_assert_held(&q->lock);
	if (list_empty(&q->chunks))
		return NULL;
	chunk = list_last_entry(&q->chunks, struct chunk, node);
	if (CHUNK_ROOM - chunk->used < size)
		return NULL;
	event = (struct event *)(chunk->events + chunk->used);
	chunk->used += size;
	return event;
}

static struct chunk *alloc_chunk(void)
{
	struct chunk *chunk;

	chunk = kmalloc(CHUNK_SIZE, GFP_NOWAIT | __GFP_NOWARN);
	if (chunk)
		chunk->used = 0;
	return chunk;
}

/* Return: 0 with @was_empty set, or a negative errno */
static int append(struct divulge_stream *stream, unsigned int len,
		  void (*fill)(void *to, const void *arg), const void *arg,
		  bool *was_empty)
{
	struct queue *q = raw_cpu_ptr(&queues);
	struct chunk *chunk;
	struct event *event;
	unsigned long flags;

	if (WARN_ON_ONCE(event_size(len) > CHUNK_ROOM))
		return -EMSGSIZE;
	raw_spin_lock_irqsave(&q->lock, flags);
	*was_empty = list_empty(&q->chunks);
	event = reserve(q, event_size(len));
	if (!event) {
		raw_spin_unlock_irqrestore(&q->lock, flags);
		chunk = alloc_chunk();
		if (!chunk)
			return -ENOMEM;
		raw_spin_lock_irqsave(&q->lock, flags);
		*was_empty = list_empty(&q->chunks);
		list_add_tail(&chunk->node, &q->chunks);
		event = reserve(q, event_size(len));
	}
	event->stream = stream;
	event->mono = ktime_get();
	event->len = len;
	fill(event->data, arg);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return 0;
}

/**
 * divulge_event_add - publish an event
 * @stream: the stream that it belongs to
 * @len: how long it is in bytes, up to DIVULGE_EVENT_MAX_LEN
 * @fill: writes it to room of that length, aligned to eight bytes; called at
 *	most once, with interrupts disabled
 * @arg: what @fill needs
 *
 * Any context but NMI. The time of the event is now. Want of room or memory is
 * counted as a loss; no emergency reserve is touched.
 */
void divulge_event_add(struct divulge_stream *stream, unsigned int len,
		       void (*fill)(void *to, const void *arg), const void *arg)
{
	unsigned int limit = READ_ONCE(queue_len);
	unsigned int waiting;
	bool was_empty;

	if (!READ_ONCE(stream->used))
		WRITE_ONCE(stream->used, true);
	waiting = atomic_inc_return(&stream->waiting);
	if (waiting > limit ||
	    append(stream, len, fill, arg, &was_empty)) {
		atomic_dec(&stream->waiting);
		lose(stream, ktime_get());
		return;
	}
	/* Whoever came first has seen to it that the queue is emptied. */
	if (waiting == limit / 2)
		mod_delayed_work(publish_wq, &publish_work, 0);
	else if (was_empty)
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

	stream->msg = nlmsg_new(MSG_SIZE - NLMSG_HDRLEN, GFP_KERNEL);
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

static int put_event(const struct event *event)
{
	struct divulge_stream *stream = event->stream;
	s64 time = ktime_to_ns(ktime_mono_to_real(event->mono));
	int err;

	err = stream->ops->put(stream->msg, event->data, event->len,
			       stream->seq + 1, time);
	if (err)
		return err;
	stream->seq++;
	WRITE_ONCE(stream->published, stream->published + 1);
	return 0;
}

static void publish(const struct event *event, struct list_head *open)
{
	struct divulge_stream *stream = event->stream;
	int err;

	err = open_msg(stream, open);
	if (err)
		goto lost;
	err = put_event(event);
	if (err != -EMSGSIZE)
		goto out;
	send_msg(stream);
	err = open_msg(stream, open);
	if (err)
		goto lost;
	err = put_event(event);
out:
	if (!err)
		return;
lost:
	lose(stream, event->mono);
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

/* Return: the next event taken from a queue, NULL if there is none */
static struct event *peek(struct queue *q)
{
	struct chunk *chunk;

	chunk = list_first_entry_or_null(&q->taken, struct chunk, node);
	if (chunk && q->next == chunk->used) {
		list_del(&chunk->node);
		kfree(chunk);
		q->next = 0;
		chunk = list_first_entry_or_null(&q->taken, struct chunk, node);
	}
	return chunk ? (struct event *)(chunk->events + q->next) : NULL;
}

/* Keep the list of queues ordered by the time of their next events. */
static void insert(struct queue *q, struct list_head *busy)
{
	const struct event *event = peek(q);
	struct queue *other;

	if (!event)
		return;
	list_for_each_entry(other, busy, node)
		if (ktime_after(peek(other)->mono, event->mono))
			break;
	list_add_tail(&q->node, &other->node);
}

/* The first queue went on by an event; most often it still is the first. */
static void sort_again(struct queue *q, struct list_head *busy)
{
	const struct event *event = peek(q);

	if (event && (list_is_last(&q->node, busy) ||
		      !ktime_after(event->mono,
				   peek(list_next_entry(q, node))->mono)))
		return;
	list_del(&q->node);
	insert(q, busy);
}

static void take_chunks(struct list_head *busy)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct queue *q = per_cpu_ptr(&queues, cpu);

		raw_spin_lock_irq(&q->lock);
		list_splice_tail_init(&q->chunks, &q->taken);
		raw_spin_unlock_irq(&q->lock);
		insert(q, busy);
	}
}

/*
 * Publish what was queued until @cutoff. One CPU was looked at after the
 * other; what came meanwhile may have been caused by an event on a CPU that
 * was looked at before, so it is left for the next time.
 */
static void publish_until(ktime_t cutoff, struct list_head *busy,
			  struct list_head *open)
{
	const struct event *event;
	struct queue *q;

	while ((q = list_first_entry_or_null(busy, struct queue, node))) {
		event = peek(q);
		if (ktime_after(event->mono, cutoff)) {
			queue_delayed_work(publish_wq, &publish_work,
					   FLUSH_DELAY);
			return;
		}
		atomic_dec(&event->stream->waiting);
		publish(event, open);
		q->next += event_size(event->len);
		sort_again(q, busy);
		cond_resched();
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
	ktime_t cutoff = ktime_get();
	LIST_HEAD(busy);
	LIST_HEAD(open);

	take_chunks(&busy);
	publish_until(cutoff, &busy, &open);
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

	BUILD_BUG_ON(DIVULGE_EVENT_MAX_LEN + sizeof(struct event) > CHUNK_ROOM);

	for_each_possible_cpu(cpu) {
		struct queue *q = per_cpu_ptr(&queues, cpu);

		raw_spin_lock_init(&q->lock);
		INIT_LIST_HEAD(&q->chunks);
		INIT_LIST_HEAD(&q->taken);
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
