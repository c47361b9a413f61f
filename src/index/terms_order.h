/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * terms_order - the terms of each unit in order, for prefixes and ranges.
 *
 * A unit has a tail of new terms without order and runs with it. A full tail
 * is sorted and becomes a run; two runs of like size become one, so that there
 * are about as many as the number of terms has binary digits.
 */
#pragma once

#include "index/vector.h"

struct terms_order {              /* {0} is empty */
	struct order_unit *units; /* ascending */
	size_t unit_count;
};

/* Adds a term that is new in its unit. `term` is borrowed for good. ERR_NOMEM: nothing was added.
 */
MUST_CHECK enum err terms_order_add(struct terms_order *o, uint32_t unit, struct span term,
				    uint32_t index);

/* Calls with the index of each term that passes, in no order; false stops. */
typedef bool terms_order_on_term(void *ctx, uint32_t index);
void terms_order_each(const struct terms_order *o, uint32_t unit, const struct term_test *test,
		      terms_order_on_term *on_term, void *ctx);

void terms_order_clear(struct terms_order *o);
