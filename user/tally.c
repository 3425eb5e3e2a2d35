// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "tally.h"

/* The last is for what is newer than this program */
const char *const tally_changes[TALLY_CHANGES] = {
	"state", "ccid", "mps", "loss", "change",
};

/* There are few, and the one that is looked for was seen before. */
static struct tally_fs *find_fs(struct tally *tally, const struct bytes *name)
{
	struct tally_fs *fs;

	for (fs = tally->fs; fs < tally->fs + tally->nr_fs; fs++)
		if (strlen(fs->name) == name->len &&
		    !memcmp(fs->name, name->data, name->len))
			return fs;
	if (tally->nr_fs > TALLY_FS)
		return &tally->fs[TALLY_FS];
	tally->nr_fs++;
	if (fs == &tally->fs[TALLY_FS])
		strcpy(fs->name, "other");
	else if (name->len < sizeof(fs->name))
		memcpy(fs->name, name->data, name->len);
	return fs;
}

static struct tally_fs *fs_of(struct tally *tally, const struct record *rec)
{
	struct value v;

	record_value(rec, "fs", &v);
	if (v.kind != VALUE_BYTES)
		return find_fs(tally, &(struct bytes){ "", 0 });
	return find_fs(tally, &v.bytes);
}

static void add_change(struct tally *tally, const char *name)
{
	size_t i;

	for (i = 0; i < TALLY_CHANGES - 1; i++)
		if (!strcmp(tally_changes[i], name))
			break;
	tally->changes[i]++;
}

static void add_lost(struct tally *tally, const struct record *rec,
		     uint64_t count)
{
	struct value v;

	record_value(rec, "stream", &v);
	if (v.kind == VALUE_BYTES && v.bytes.len == strlen("dccp") &&
	    !memcmp(v.bytes.data, "dccp", v.bytes.len))
		tally->lost_dccp += count;
	else
		tally->lost_births += count;
}

/**
 * tally_add - count a record
 * @tally: zeroed, or added to before
 * @rec: the record, of an event
 * @mark: what a gap would say of it
 */
void tally_add(struct tally *tally, const struct record *rec,
	       const struct mark *mark)
{
	tally->records++;
	if (mark->lost)
		add_lost(tally, rec, mark->lost);
	if (mark->stream == MARK_BIRTHS) {
		tally->births++;
		fs_of(tally, rec)->births++;
	} else if (mark->stream == MARK_DCCP) {
		tally->dccp++;
		add_change(tally, rec->event + strlen("dccp-"));
	} else if (!strcmp(rec->event, "found")) {
		fs_of(tally, rec)->found++;
	}
}
