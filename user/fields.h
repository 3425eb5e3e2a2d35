/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_FIELDS_H
#define DIVULGE_FIELDS_H

/* What tables of fields are written with */

#include "record.h"
#include "util.h"

#define SIZE_OF(s, m)		sizeof(((struct s *)NULL)->m)

#define FIELD(k, s, m, n)						\
	.name = n, .kind = FIELD_##k, .offset = offsetof(struct s, m),	\
	.size = SIZE_OF(s, m)

#define PLAIN(k, s, m)		{ FIELD(k, s, m, #m) }
#define CALLED(k, s, m, n)	{ FIELD(k, s, m, n) }
#define PAIR(k, s, m, o, n)						\
	{ FIELD(k, s, m, n), .second = offsetof(struct s, o) }
#define NAMED_AS(k, s, m, n, of)					\
	{ FIELD(k, s, m, n), .names = of, .nr_names = ARRAY_SIZE(of) }
#define NAMED(k, s, m, of)	NAMED_AS(k, s, m, #m, of)

#endif
