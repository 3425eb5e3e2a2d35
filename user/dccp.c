// SPDX-License-Identifier: GPL-2.0
/* From attributes of a DCCP socket to a record */

#include <assert.h>
#include <string.h>

#include "dccp.h"
#include "genl.h"
#include "util.h"
#include "wire.h"

#define GROUP(a, m)							\
	WIRE(DIVULGE_A_DCCP_ENTRY_##a, dccp_entry, m, m##_fields)

/* In the order of the record */
static const struct wire groups[] = {
	GROUP(SOCK, sock),
	GROUP(FEAT, feat),
	GROUP(TIMERS, timers),
	GROUP(CCID2_TX, ccid2_tx),
	GROUP(CCID2_RX, ccid2_rx),
	GROUP(CCID3_TX, ccid3_tx),
	GROUP(CCID3_RX, ccid3_rx),
	GROUP(SEQ, seq),
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

#define PART_OF(e, a, m)						\
	(wire_has((e)->has, DIVULGE_A_DCCP_ENTRY_##a) ? &(e)->m : NULL)

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

	genl_nested(attr, tb, DIVULGE_A_DCCP_ENTRY_MAX);
	entry->has = wire_decode(groups, ARRAY_SIZE(groups), tb, entry);
	decode_services(tb[DIVULGE_A_DCCP_ENTRY_SERVICES], &entry->services);
	dccp_figures_make(&entry->figures, PART_OF(entry, CCID2_TX, ccid2_tx),
			  PART_OF(entry, CCID3_TX, ccid3_tx),
			  PART_OF(entry, CCID3_RX, ccid3_rx));
	return wire_has(entry->has, DIVULGE_A_DCCP_ENTRY_SOCK);
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
		rec.part[i].data = wire_data(&groups[i], entry->has, entry);
	}
	rec.part[i].fields = entry_fields;
	rec.part[i++].data = entry;
	rec.part[i].fields = figures_fields;
	rec.part[i].data = &entry->figures;
	return rec;
}
