// SPDX-License-Identifier: GPL-2.0
/* From messages to records */

#include <string.h>
#include <sys/sysmacros.h>

#include "change.h"
#include "events.h"
#include "genl.h"

static int put_lost(struct events *e, const struct stream *stream,
		    const struct lost *lost)
{
	struct noticed noticed = { stream->name, stamp_now() };
	struct record rec = {
		.event = "lost",
		.part = {
			{ noticed_fields, &noticed },
			{ lost_fields, lost },
		},
	};

	/* What DCCP sockets did leaves nothing to be found */
	if (stream == &e->births) {
		rescan_add(&e->rescan, lost->since, lost->until);
		e->doubt = true;
	}
	return sink_put(e->sink, &rec);
}

static int put_event(struct events *e, const struct record *rec)
{
	int err;

	err = sink_put(e->sink, rec);
	if (err)
		return err;
	return --e->left ? 0 : EVENTS_ENOUGH;
}

static int on_loss(struct events *e, struct stream *stream,
		   const struct nlattr *attr)
{
	struct lost lost[STREAM_MAX_LOST];
	struct divulge_loss loss;
	unsigned int i, n;
	int err;

	genl_struct(attr, &loss, sizeof(loss));
	n = stream_loss(stream, &loss, lost);
	for (i = 0; i < n; i++) {
		err = put_lost(e, stream, &lost[i]);
		if (err)
			return err;
	}
	return 0;
}

static int on_number(struct events *e, struct stream *stream, uint64_t seq,
		     int64_t time)
{
	struct lost lost;

	if (!stream_event(stream, seq, time, &lost))
		return 0;
	return put_lost(e, stream, &lost);
}

static struct bytes attr_bytes(const struct nlattr *attr)
{
	if (!attr)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){
		mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr),
	};
}

/* Another watcher may have asked for other births. */
static bool is_ours(const struct events *e, dev_t sb,
		    const struct divulge_birth_origin *origin,
		    const struct divulge_birth *birth,
		    const struct nlattr *watches)
{
	struct bytes ids = attr_bytes(watches);
	int64_t time = origin->time;

	if (ids.data)
		return paths_have_watch(&e->paths, &ids, time);
	return paths_watched(&e->paths, sb, time) &&
	       filter_passes(time <= e->was.until ? &e->was.filter : &e->filter,
			     birth->type, origin->uid);
}

static int on_birth(struct events *e, const struct nlattr *event)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_EVENT_MAX + 1];
	struct divulge_birth_origin origin;
	struct divulge_birth birth;
	struct bytes handle;
	struct place place;
	struct record rec = {
		.event = "birth",
		.part = {
			{ origin_fields, &origin },
			{ place_fields, &place },
			{ birth_fields, &birth },
		},
	};
	dev_t sb;
	int err;

	genl_nested(event, tb, DIVULGE_A_BIRTH_EVENT_MAX);
	if (!genl_struct(tb[DIVULGE_A_BIRTH_EVENT_ORIGIN], &origin,
			 sizeof(origin)))
		return 0;
	genl_struct(tb[DIVULGE_A_BIRTH_EVENT_RECORD], &birth, sizeof(birth));
	err = on_number(e, &e->births, origin.seq, origin.time);
	if (err)
		return err;

	rescan_learn(&e->rescan, &origin, &birth);
	sb = makedev(origin.sb_dev_major, origin.sb_dev_minor);
	if (!is_ours(e, sb, &origin, &birth,
		     tb[DIVULGE_A_BIRTH_EVENT_WATCHES]))
		return 0;
	place.name = attr_bytes(tb[DIVULGE_A_BIRTH_EVENT_NAME]);
	handle = attr_bytes(tb[DIVULGE_A_BIRTH_EVENT_PARENT_HANDLE]);
	place.path = paths_find(&e->paths, sb, &handle, &place.name);
	told_add(&e->told, &birth);
	return put_event(e, &rec);
}

static int put_unmount(struct events *e, const struct divulge_unmount *unmount,
		       const struct mount *mount)
{
	struct place place = { .path = { mount->path, strlen(mount->path) } };
	struct record rec = {
		.event = "unmount",
		.part = {
			{ unmount_fields, unmount },
			{ path_fields, &place },
		},
	};

	return sink_put(e->sink, &rec);
}

/* What was lost shortly before can be looked for when it comes back. */
static void leave(struct events *e, struct mount *mount, int64_t time)
{
	const struct rescan *rescan = &e->rescan;

	mount->sb = 0;
	mount->id = 0;
	mount->left = time;
	if (rescan->pending && rescan->window.since < time)
		mount->left = rescan->window.since;
	e->unmounted = true;
	e->epoch++;
}

static int on_unmount(struct events *e, const struct nlattr *attr)
{
	struct divulge_unmount unmount;
	struct mount *mount;
	size_t i;
	dev_t sb;
	int err;

	genl_struct(attr, &unmount, sizeof(unmount));
	err = on_number(e, &e->births, unmount.seq, unmount.time);
	sb = makedev(unmount.sb_dev_major, unmount.sb_dev_minor);
	for (i = 0; i < e->paths.nr_mounts && !err; i++) {
		mount = &e->paths.mounts[i];
		if (mount->sb != sb || mount->retired)
			continue;
		leave(e, mount, unmount.time);
		err = put_unmount(e, &unmount, mount);
	}
	return err;
}

/**
 * events_gone - tell of unmounts that were lost
 * @e: events; the directories are marked by watches_mark_gone()
 *
 * Return: 0, or the error of the sink.
 */
int events_gone(struct events *e)
{
	struct divulge_unmount unmount = { .time = stamp_now() };
	struct mount *mount;
	int err = 0;
	size_t i;

	for (i = 0; i < e->paths.nr_mounts && !err; i++) {
		mount = &e->paths.mounts[i];
		/* It may have been told since */
		if (!mount->gone || !mount->sb)
			continue;
		unmount.sb_dev_major = major(mount->sb);
		unmount.sb_dev_minor = minor(mount->sb);
		memcpy(unmount.fs, mount->fs, sizeof(unmount.fs));
		leave(e, mount, unmount.time);
		err = put_unmount(e, &unmount, mount);
	}
	return err;
}

static int on_births(struct events *e, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	int type, err = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		type = mnl_attr_get_type(attr);
		if (type == DIVULGE_A_BIRTH_EVENTS_LOSS)
			err = on_loss(e, &e->births, attr);
		else if (type == DIVULGE_A_BIRTH_EVENTS_EVENT)
			err = on_birth(e, attr);
		else if (type == DIVULGE_A_BIRTH_EVENTS_UNMOUNT)
			err = on_unmount(e, attr);
		if (err)
			return err;
	}
	return 0;
}

static bool is_wanted(const struct events *e, const struct change *change)
{
	bool before = (int64_t)change->change.time <= e->was.until;

	return change_passes(before ? e->was.changes : e->changes, change) &&
	       dccp_filter_passes(before ? &e->was.sockets : &e->sockets,
				  &change->sock);
}

static int on_change(struct events *e, const struct nlattr *event)
{
	struct change change;
	struct record rec;
	int err;

	if (!change_decode(event, &change))
		return 0;
	err = on_number(e, &e->dccp, change.change.seq, change.change.time);
	if (err || !is_wanted(e, &change))
		return err;
	rec = change_record(&change);
	return put_event(e, &rec);
}

static int on_changes(struct events *e, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	int type, err = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		type = mnl_attr_get_type(attr);
		if (type == DIVULGE_A_DCCP_EVENTS_LOSS)
			err = on_loss(e, &e->dccp, attr);
		else if (type == DIVULGE_A_DCCP_EVENTS_EVENT)
			err = on_change(e, attr);
		if (err)
			return err;
	}
	return 0;
}

/**
 * events_message - make records of a message
 * @nlh: message of the family
 * @arg: the struct events
 *
 * Return: 0; EVENTS_ENOUGH if no further event is wanted; or the error of the
 * sink.
 */
int events_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct genlmsghdr *hdr = mnl_nlmsg_get_payload(nlh);

	switch (hdr->cmd) {
	case DIVULGE_CMD_BIRTH_NTF:
		return on_births(arg, nlh);
	case DIVULGE_CMD_DCCP_NTF:
		return on_changes(arg, nlh);
	default:
		return 0;
	}
}

static uint64_t last_birth(const struct module_info *info)
{
	return info->births.births_published + info->births.births_lost;
}

static uint64_t last_change(const struct module_info *info)
{
	return info->dccp.dccp_published + info->dccp.dccp_lost;
}

/**
 * events_begin - account for events that may be missing at the beginning
 * @e: events before the first message
 * @info: what the kernel had counted when they could be received already
 * @dccp: DCCP is listened to
 */
void events_begin(struct events *e, const struct module_info *info, bool dccp)
{
	int64_t now = stamp_now();

	if (e->paths.nr_mounts && info->may_watch)
		stream_begin(&e->births, last_birth(info), now);
	if (dccp)
		stream_begin(&e->dccp, last_change(info), now);
}

/**
 * events_end - account for events that may be missing at the end
 * @e: events after the last message
 * @info: what the kernel has counted
 *
 * After an overrun no event may come whose number would tell the loss. How
 * many events there were, lost or not, is the number of the last.
 *
 * Return: 0, or the error of the sink.
 */
int events_end(struct events *e, const struct module_info *info)
{
	int64_t now = stamp_now();
	struct lost lost;
	int err = 0;

	if (stream_end(&e->births, last_birth(info), now, &lost))
		err = put_lost(e, &e->births, &lost);
	if (!err && stream_end(&e->dccp, last_change(info), now, &lost))
		err = put_lost(e, &e->dccp, &lost);
	return err;
}

/**
 * events_watch - tell that something is watched again
 * @e: events
 * @mount: directory on it
 * @watch: what the kernel says
 *
 * Return: 0, or the error of the sink.
 */
int events_watch(struct events *e, const struct mount *mount,
		 const struct divulge_watch *watch)
{
	struct place place = { .path = { mount->path, strlen(mount->path) } };
	struct noted noted = { stamp_now() };
	struct record rec = {
		.event = "watch",
		.part = {
			{ noted_fields, &noted },
			{ path_fields, &place },
			{ watch_fields, watch },
		},
	};

	e->epoch++;
	return sink_put(e->sink, &rec);
}

/**
 * events_init - begin with nothing seen
 * @e: set up here
 * @sink: where records are to go
 */
void events_init(struct events *e, struct sink *sink)
{
	memset(e, 0, sizeof(*e));
	e->births.name = DIVULGE_MCGRP_BIRTHS;
	e->dccp.name = DIVULGE_MCGRP_DCCP;
	e->filter.uid = WANTED_ANY_UID;
	dccp_filter_init(&e->sockets);
	e->was.until = INT64_MIN;
	e->sink = sink;
	e->left = UINT64_MAX;
}
