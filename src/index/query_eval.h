/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_eval - which records of one document match a query, exactly.
 */
#pragma once

#include "index/query_tree.h"
#include "index/query_under.h"

struct eval {
	const struct query *q;
	struct under *const *unders; /* by node's index; NULL for one: it is taken to match */
	unsigned depth;              /* of the tree */
	uint64_t document;           /* being looked at */
	struct vector vector;
	size_t words; /* of 64 records each */
	uint64_t *bits;
	size_t bit_cap;
	struct buf places, others; /* of phrases */
	enum err e;
};

void eval_init(struct eval *ev, const struct query *q, struct under *const *unders);
void eval_clear(struct eval *ev);

/*
 * The matching records as bits by their order in the document; live until the
 * next call. `bytes` are a checked vector. ERR_NOMEM; ERR_IO, ERR_CORRUPT from under:.
 */
MUST_CHECK enum err eval_document(struct eval *ev, uint64_t document, struct span bytes,
				  const uint64_t **bits);
