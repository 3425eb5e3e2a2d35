/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_WIRE_H
#define DIVULGE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#include "record.h"

/**
 * struct wire - an attribute that holds a struct, and what becomes of it
 * @type: of the attribute, less than 32
 * @size: of the struct
 * @offset: where it goes
 * @fields: what is in it
 */
struct wire {
	uint16_t type;
	uint16_t size;
	size_t offset;
	const struct field *fields;
};

#define WIRE(attr, s, m, f)						\
	{								\
		.type = attr,						\
		.size = sizeof(((struct s *)NULL)->m),			\
		.offset = offsetof(struct s, m),			\
		.fields = f,						\
	}

uint32_t wire_decode(const struct wire *wires, size_t nr,
		     const struct nlattr *const *tb, void *to);
bool wire_has(uint32_t has, uint16_t type);
const void *wire_data(const struct wire *wire, uint32_t has, const void *in);

#endif
