// SPDX-License-Identifier: GPL-2.0
/* Structs out of attributes */

#include "genl.h"
#include "wire.h"

/**
 * wire_decode - take structs out of attributes
 * @wires: which
 * @nr: how many
 * @tb: attributes by type, with room for each of @wires
 * @to: where to
 *
 * Return: bit N is set if there was one of type N.
 */
uint32_t wire_decode(const struct wire *wires, size_t nr,
		     const struct nlattr *const *tb, void *to)
{
	uint32_t has = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		if (genl_struct(tb[wires[i].type], (char *)to + wires[i].offset,
				wires[i].size))
			has |= UINT32_C(1) << wires[i].type;
	return has;
}

/**
 * wire_has - see if there was an attribute
 * @has: from wire_decode()
 * @type: of the attribute
 *
 * Return: true if there was.
 */
bool wire_has(uint32_t has, uint16_t type)
{
	return has & UINT32_C(1) << type;
}

/**
 * wire_data - find what became of an attribute
 * @wire: which
 * @has: from wire_decode()
 * @in: what it went to
 *
 * Return: the struct, NULL if there was no such attribute.
 */
const void *wire_data(const struct wire *wire, uint32_t has, const void *in)
{
	return wire_has(has, wire->type) ? (const char *)in + wire->offset :
					   NULL;
}
