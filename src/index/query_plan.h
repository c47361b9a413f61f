/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_plan - which documents a query need look at, in their order.
 *
 * Of an AND the rarest term gives the documents, of an OR each; NOT gives all.
 * What a plan gives is more than what matches, never less: query_eval.h decides.
 */
#pragma once

#include "index/query_tree.h"
#include "index/query_under.h"
#include "index/vectors.h"

#define PLAN_FEW 256 /* documents: no need to look for a better way */
#define PLAN_TERMS                                                                                 \
	65536 /* slots of a prefix's or range's terms; with more the whole unit is taken */

struct plan_source {
	uint32_t unit;
	const struct term_test *test; /* TERM_IS, or TERM_ANY for the unit */
};

struct plan {
	struct vectors *v;
	const struct query *q;
	struct under *const *unders; /* by node's index; NULL, or NULL for a node: not known */
	uint64_t enough;             /* as vectors_count(): PLAN_TERMS, or less for a guess */
	uint64_t documents;          /* slots in all */
	uint64_t *estimates;         /* by node's index */
	bool all;                    /* every slot */
	uint64_t estimate;
	struct buf sources; /* of struct plan_source */
	struct buf fixed;   /* slots, ascending, each once */
};

/* Estimates. The plan borrows the rest; plan_clear() after, also on failure. ERR_NOMEM. */
MUST_CHECK enum err plan_make(struct plan *plan, struct vectors *v, const struct query *q,
			      struct under *const *unders, uint64_t enough);
/* Chooses where the documents come from. ERR_NOMEM. */
MUST_CHECK enum err plan_choose(struct plan *plan);
/* Exactly these slots, in any order, instead of choosing. */
void plan_fix(struct plan *plan, struct buf *take_slots);
void plan_clear(struct plan *plan);

/* Puts slots from `from` on into `slots` (emptied first), ascending; about `max`. None: that was
 * all. ERR_NOMEM. */
MUST_CHECK enum err plan_next(const struct plan *plan, uint32_t from, size_t max,
			      struct buf *slots);
