/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * terms - the dictionary of the table in memory: for each term of a unit the
 * slots (documents) that have it, ascending.
 *
 * Equality is one look into a hash table. For prefixes and ranges each unit
 * keeps its terms in a few sorted runs, merged as they grow, and a short
 * unsorted tail. The empty term is not among them: it stands for the unit itself.
 *
 * A slot that is gone stays in its lists until enough of a list is stale, so that
 * taking documents away costs as little as adding them. No locks here.
 */
#pragma once

#include "index/vector.h"

struct terms; /* opaque */

struct terms_slots { /* borrowed until the next change */
	const uint32_t *list;
	uint32_t n;
};

/* Does the slot have any term still? */
typedef bool terms_stands(void *ctx, uint32_t slot);

struct terms *terms_new(void);    /* NULL: no memory */
void terms_free(struct terms *t); /* NULL is allowed */

/* Adds a slot to a term; nothing when it is there. Fastest with ascending slots. ERR_NOMEM. */
MUST_CHECK enum err terms_add(struct terms *t, uint32_t unit, struct span term, uint32_t slot);

/* The slot does not have the term any more. */
void terms_remove(struct terms *t, uint32_t unit, struct span term, uint32_t slot);

/* A slot with this term has none any more: `stands` tells which, when the list is cleaned. */
void terms_drop(struct terms *t, uint32_t unit, struct span term, terms_stands *stands, void *ctx);

/* Gives back what terms without slots hold, when that is much. */
void terms_purge(struct terms *t);

struct terms_slots terms_slots(const struct terms *t, uint32_t unit, struct span term);

/* Calls for the slots of each term that passes (not TERM_ANY), in no order; false stops. */
typedef bool terms_on_slots(void *ctx, struct terms_slots slots);
void terms_each(const struct terms *t, uint32_t unit, const struct term_test *test,
		terms_on_slots *on_slots, void *ctx);
