// SPDX-License-Identifier: GPL-2.0
/* From attributes of a DCCP socket to a record */

#include <assert.h>
#include <string.h>

#include "dccp.h"
#include "genl.h"
#include "util.h"

#define GROUP(a, m, f)							\
	{								\
		.type = DIVULGE_A_DCCP_ENTRY_##a,			\
		.offset = offsetof(struct dccp_entry, m),		\
		.size = sizeof(((struct dccp_entry *)NULL)->m),		\
		.fields = f,						\
	}

/* In the order of the record */
static const struct {
	uint16_t type;
	size_t offset;
	size_t size;
	const struct field *fields;
} groups[] = {
	GROUP(SOCK,	sock,		sock_fields),
	GROUP(FEAT,	feat,		feat_fields),
	GROUP(TIMERS,	timers,		timers_fields),
	GROUP(CCID2_TX,	ccid2_tx,	ccid2_tx_fields),
	GROUP(CCID2_RX,	ccid2_rx,	ccid2_rx_fields),
	GROUP(CCID3_TX,	ccid3_tx,	ccid3_tx_fields),
	GROUP(CCID3_RX,	ccid3_rx,	ccid3_rx_fields),
	GROUP(SEQ,	seq,		seq_fields),
};

/* Who asks may add a part of its own */
static_assert(ARRAY_SIZE(groups) + 3 <= RECORD_MAX_PARTS, "no room");

static uint32_t round_trip(const struct divulge_dccp_ccid2_tx *ccid2_tx,
			   const struct divulge_dccp_ccid3_tx *ccid3_tx,
			   const struct divulge_dccp_ccid3_rx *ccid3_rx)
{
	if (ccid2_tx && ccid2_tx->srtt)
		return ccid2_tx->srtt;
	if (ccid3_tx && ccid3_tx->rtt)
		return ccid3_tx->rtt;
	return ccid3_rx ? ccid3_rx->rtt : 0;
}

static uint32_t loss_rate(const struct divulge_dccp_ccid3_tx *ccid3_tx,
			  const struct divulge_dccp_ccid3_rx *ccid3_rx)
{
	if (ccid3_tx)
		return ccid3_tx->p;
	return ccid3_rx ? ccid3_rx->p : UINT32_MAX;
}

/**
 * dccp_figures_make - take out of a CCID what any has
 * @figures: filled
 * @ccid2_tx: sender under CCID 2, NULL for none
 * @ccid3_tx: sender under CCID 3, NULL for none
 * @ccid3_rx: receiver under CCID 3, NULL for none
 */
void dccp_figures_make(struct dccp_figures *figures,
		       const struct divulge_dccp_ccid2_tx *ccid2_tx,
		       const struct divulge_dccp_ccid3_tx *ccid3_tx,
		       const struct divulge_dccp_ccid3_rx *ccid3_rx)
{
	figures->rtt = round_trip(ccid2_tx, ccid3_tx, ccid3_rx);
	figures->loss_rate = loss_rate(ccid3_tx, ccid3_rx);
	figures->cwnd = ccid2_tx ? ccid2_tx->cwnd : 0;
	figures->rate = ccid3_tx ? ccid3_tx->x / 64 : UINT64_MAX;
	figures->recv_rate = ccid3_tx ? ccid3_tx->x_recv / 64 : UINT64_MAX;
}

static void decode_services(const struct nlattr *attr,
			    struct dccp_services *services)
{
	genl_struct(attr, services->code, sizeof(services->code));
	services->nr = attr ? mnl_attr_get_payload_len(attr) / sizeof(uint32_t)
			    : 0;
	if (services->nr > DCCP_MAX_SERVICES)
		services->nr = DCCP_MAX_SERVICES;
}

/* Return: struct of an attribute, NULL if that was not there. */
static const void *part_of(const struct dccp_entry *entry, uint16_t type,
			   const void *part)
{
	return entry->has & UINT32_C(1) << type ? part : NULL;
}

#define PART_OF(e, a, m)	part_of(e, DIVULGE_A_DCCP_ENTRY_##a, &(e)->m)

/**
 * dccp_entry_decode - take apart an attribute
 * @attr: DIVULGE_A_DCCP_ENTRY
 * @entry: filled
 *
 * Return: false if there is no socket in it.
 */
bool dccp_entry_decode(const struct nlattr *attr, struct dccp_entry *entry)
{
	const struct nlattr *tb[DIVULGE_A_DCCP_ENTRY_MAX + 1];
	size_t i;

	genl_nested(attr, tb, DIVULGE_A_DCCP_ENTRY_MAX);
	entry->has = 0;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (genl_struct(tb[groups[i].type],
				(char *)entry + groups[i].offset,
				groups[i].size))
			entry->has |= UINT32_C(1) << groups[i].type;
	decode_services(tb[DIVULGE_A_DCCP_ENTRY_SERVICES], &entry->services);
	dccp_figures_make(&entry->figures, PART_OF(entry, CCID2_TX, ccid2_tx),
			  PART_OF(entry, CCID3_TX, ccid3_tx),
			  PART_OF(entry, CCID3_RX, ccid3_rx));
	return PART_OF(entry, SOCK, sock);
}

/**
 * dccp_entry_record - make a record of a socket
 * @entry: the socket, which the record points into
 *
 * Return: the record; what is not there has parts that hold nothing.
 */
struct record dccp_entry_record(const struct dccp_entry *entry)
{
	struct record rec = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		rec.part[i].fields = groups[i].fields;
		rec.part[i].data = part_of(entry, groups[i].type,
					   (const char *)entry +
					   groups[i].offset);
	}
	rec.part[i].fields = entry_fields;
	rec.part[i++].data = entry;
	rec.part[i].fields = figures_fields;
	rec.part[i].data = &entry->figures;
	return rec;
}
