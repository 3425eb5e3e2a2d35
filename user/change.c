// SPDX-License-Identifier: GPL-2.0
/* From attributes of a DCCP event to a record */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "genl.h"
#include "usage.h"
#include "util.h"
#include "wire.h"

#define PART(a, m)							\
	WIRE(DIVULGE_A_DCCP_EVENT_##a, change, m, m##_fields)

/* In the order of the record */
static const struct wire parts[] = {
	PART(CHANGE, change),
	PART(SOCK, sock),
	PART(MPS, mps),
	PART(LOSS, loss),
	PART(CLOSE, close),
	PART(CCID2_TX, ccid2_tx),
	PART(CCID3_TX, ccid3_tx),
	PART(CCID3_RX, ccid3_rx),
};

static_assert(ARRAY_SIZE(parts) + 1 <= RECORD_MAX_PARTS, "no room");

/* A closed socket is a change of state that many wait for */
#define CLOSES	(UINT32_C(1) << 31)

static const char *const names[] = {
	[DIVULGE_DCCP_CHANGE_KIND_STATE]	= "dccp-state",
	[DIVULGE_DCCP_CHANGE_KIND_CCID]		= "dccp-ccid",
	[DIVULGE_DCCP_CHANGE_KIND_MPS]		= "dccp-mps",
	[DIVULGE_DCCP_CHANGE_KIND_LOSS]		= "dccp-loss",
};

static const struct {
	const char *word;
	uint32_t wanted;
} words[] = {
	{ "state",	UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_STATE },
	{ "ccid",	UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_CCID },
	{ "mps",	UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_MPS },
	{ "loss",	UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_LOSS },
	{ "close",	CLOSES },
};

static bool has(const struct change *change, uint16_t type)
{
	return wire_has(change->has, type);
}

static bool has_ccid(const struct change *change)
{
	return has(change, DIVULGE_A_DCCP_EVENT_CCID2_TX) ||
	       has(change, DIVULGE_A_DCCP_EVENT_CCID3_TX) ||
	       has(change, DIVULGE_A_DCCP_EVENT_CCID3_RX);
}

/* A kind newer than this program has no name, but has happened. */
static const char *name_of(uint8_t kind)
{
	return kind < ARRAY_SIZE(names) ? names[kind] : "dccp-change";
}

#define PART_OF(c, a, m)						\
	(has(c, DIVULGE_A_DCCP_EVENT_##a) ? &(c)->m : NULL)

/**
 * change_decode - take apart an attribute
 * @attr: DIVULGE_A_DCCP_EVENTS_EVENT
 * @change: filled
 *
 * Return: false if there is no event in it.
 */
bool change_decode(const struct nlattr *attr, struct change *change)
{
	const struct nlattr *tb[DIVULGE_A_DCCP_EVENT_MAX + 1];

	genl_nested(attr, tb, DIVULGE_A_DCCP_EVENT_MAX);
	change->has = wire_decode(parts, ARRAY_SIZE(parts), tb, change);
	change->name = name_of(change->change.kind);
	dccp_figures_make(&change->figures, PART_OF(change, CCID2_TX, ccid2_tx),
			  PART_OF(change, CCID3_TX, ccid3_tx),
			  PART_OF(change, CCID3_RX, ccid3_rx));
	return has(change, DIVULGE_A_DCCP_EVENT_CHANGE) &&
	       has(change, DIVULGE_A_DCCP_EVENT_SOCK);
}

/**
 * change_record - make a record of an event
 * @change: the event, which the record points into
 *
 * Return: the record; it has parts for what was there.
 */
struct record change_record(const struct change *change)
{
	struct record rec = { .event = change->name };
	struct part *part = rec.part;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		part->data = wire_data(&parts[i], change->has, change);
		if (!part->data)
			continue;
		part->fields = parts[i].fields;
		part++;
	}
	if (has_ccid(change)) {
		part->fields = figures_fields;
		part->data = &change->figures;
	}
	return rec;
}

static uint32_t wanted_of(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (len == strlen(words[i].word) &&
		    !memcmp(word, words[i].word, len))
			return words[i].wanted;
	return 0;
}

/**
 * change_parse - read a list of kinds of events
 * @list: their names, with commas
 * @wanted: what they are is added, for change_passes()
 *
 * Return: EXIT_OK, or EXIT_MISUSED after a report.
 */
int change_parse(const char *list, uint32_t *wanted)
{
	uint32_t kind;
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		kind = wanted_of(list, len);
		if (!kind)
			return misused("'%.*s' is no DCCP event "
				       "(state, ccid, mps, loss, close)",
				       (int)len, list);
		*wanted |= kind;
		if (!list[len])
			return EXIT_OK;
	}
}

/**
 * change_passes - see if an event is wanted
 * @wanted: which are, from change_parse(); 0 for all
 * @change: the event
 *
 * Return: true if it is wanted.
 */
bool change_passes(uint32_t wanted, const struct change *change)
{
	uint8_t kind = change->change.kind;

	if (!wanted)
		return true;
	if (wanted & CLOSES && has(change, DIVULGE_A_DCCP_EVENT_CLOSE))
		return true;
	return kind < ARRAY_SIZE(names) && wanted & UINT32_C(1) << kind;
}
