/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_plan - estimates from the leaves up, then the choice from the root down.
 */
#include "index/query_plan.h"

#include <stdlib.h>

static uint64_t
plan_count(const struct plan *plan, uint32_t unit, const struct term_test *test)
{
	static const struct term_test any = {.how = TERM_ANY};
	uint64_t n = vectors_count(plan->v, unit, test, plan->enough);

	return n <= plan->enough || test->how == TERM_IS || test->how == TERM_ANY
		   ? n
		   : vectors_count(plan->v, unit, &any, UINT64_MAX);
}

/* The phrase's rarest word in a unit. */
static const struct term_test *
plan_rarest(const struct plan *plan, const struct node *node, uint32_t unit, uint64_t *count)
{
	const struct term_test *rarest = &node->words[0];

	*count = UINT64_MAX;
	for (size_t i = 0; i<node->word_count && * count> 0; i++) {
		uint64_t n = plan_count(plan, unit, &node->words[i]);

		if (n < *count) {
			*count = n;
			rarest = &node->words[i];
		}
	}
	return rarest;
}

static uint64_t
plan_leaf(const struct plan *plan, const struct node *node)
{
	uint64_t n = 0, count;

	switch (node->type) {
	case NODE_NONE:
		return 0;
	case NODE_DOCUMENT:
		return 1;
	case NODE_UNDER:
		return plan->unders == NULL || plan->unders[node->index] == NULL
			   ? plan->documents
			   : under_count(plan->unders[node->index], plan->documents);
	case NODE_TEST:
		for (size_t i = 0; i < node->unit_count; i++)
			n += plan_count(plan, node->units[i].unit, &node->test);
		return n;
	case NODE_PHRASE:
		for (size_t i = 0; i < node->unit_count; i++) {
			(void)plan_rarest(plan, node, node->units[i].unit, &count);
			n += count;
		}
		return n;
	default:
		return plan->documents;
	}
}

static uint64_t
plan_estimate(struct plan *plan, const struct node *node)
{
	uint64_t n = node->type == NODE_OR ? 0 : plan->documents;

	for (size_t i = 0; i < node->n; i++) {
		uint64_t child = plan_estimate(plan, node->children[i]);

		if (node->type == NODE_OR)
			n += child;
		else if (node->type == NODE_AND && child < n)
			n = child;
	}
	if (node->n == 0)
		n = plan_leaf(plan, node);
	if (n > plan->documents)
		n = plan->documents;
	plan->estimates[node->index] = n;
	return n;
}

enum err
plan_make(struct plan *plan, struct vectors *v, const struct query *q, struct under *const *unders,
	  uint64_t enough)
{
	*plan = (struct plan){.v = v, .q = q, .unders = unders, .enough = enough};
	plan->documents = vectors_slot_count(v);
	plan->estimates = calloc((size_t)q->node_count + 1, sizeof *plan->estimates);
	if (plan->estimates == NULL)
		return ERR_NOMEM;
	plan->estimate = plan_estimate(plan, q->root);
	return OK;
}

/* --- choosing --- */

static enum err
plan_take_test(struct plan *plan, uint32_t unit, const struct term_test *test)
{
	static const struct term_test any = {.how = TERM_ANY};
	struct plan_source source = {unit, test};

	if (test->how != TERM_IS && test->how != TERM_ANY) {
		if (vectors_count(plan->v, unit, test, plan->enough) <= plan->enough)
			return vectors_slots_all(plan->v, unit, test, &plan->fixed);
		source.test = &any;
	}
	buf_put(&plan->sources, &source, sizeof source);
	return buf_err(&plan->sources);
}

static enum err
plan_take_leaf(struct plan *plan, const struct node *node)
{
	enum err e = OK;
	uint64_t count;
	uint32_t slot;

	switch (node->type) {
	case NODE_NONE:
		return OK;
	case NODE_DOCUMENT:
		slot = vectors_slot_from(plan->v, node->document);
		if (slot < plan->documents)
			buf_put(&plan->fixed, &slot, sizeof slot);
		return buf_err(&plan->fixed);
	case NODE_UNDER:
		if (plan->unders == NULL || plan->unders[node->index] == NULL ||
		    !under_slots(plan->unders[node->index], plan->v, &plan->fixed))
			plan->all = true;
		return buf_err(&plan->fixed);
	case NODE_TEST:
		for (size_t i = 0; e == OK && i < node->unit_count; i++)
			e = plan_take_test(plan, node->units[i].unit, &node->test);
		return e;
	case NODE_PHRASE:
		for (size_t i = 0; e == OK && i < node->unit_count; i++)
			e = plan_take_test(plan, node->units[i].unit,
					   plan_rarest(plan, node, node->units[i].unit, &count));
		return e;
	default:
		plan->all = true;
		return OK;
	}
}

static enum err
plan_take(struct plan *plan, const struct node *node)
{
	enum err e = OK;

	if (node->type == NODE_AND) {
		const struct node *best = node->children[0];

		for (size_t i = 1; i < node->n; i++)
			if (plan->estimates[node->children[i]->index] <
			    plan->estimates[best->index])
				best = node->children[i];
		return plan_take(plan, best);
	}
	if (node->type != NODE_OR)
		return plan_take_leaf(plan, node);
	for (size_t i = 0; e == OK && !plan->all && i < node->n; i++)
		e = plan_take(plan, node->children[i]);
	return e;
}

static int
plan_slot_cmp(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

/* Ascending, each once. */
static void
plan_sort(struct buf *slots)
{
	uint32_t *list = (uint32_t *)slots->p;
	size_t n = slots->n / sizeof *list, kept = 0;

	if (n == 0)
		return;
	qsort(list, n, sizeof *list, plan_slot_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || list[i] != list[i - 1])
			list[kept++] = list[i];
	slots->n = kept * sizeof *list;
}

enum err
plan_choose(struct plan *plan)
{
	enum err e = plan_take(plan, plan->q->root);

	if (e == OK)
		e = buf_err(&plan->fixed);
	if (e == OK)
		plan_sort(&plan->fixed);
	return e;
}

void
plan_fix(struct plan *plan, struct buf *take_slots)
{
	buf_clear(&plan->sources);
	buf_clear(&plan->fixed);
	plan->all = false;
	plan->fixed = *take_slots;
	*take_slots = (struct buf){0};
	if (!plan->fixed.failed)
		plan_sort(&plan->fixed);
}

void
plan_clear(struct plan *plan)
{
	free(plan->estimates);
	buf_clear(&plan->sources);
	buf_clear(&plan->fixed);
}

/* --- giving --- */

/* Where the last of `slots`' entries from `begun` on says that more may follow, what is known ends
 * there. */
static uint32_t
plan_horizon(const struct buf *slots, size_t begun, size_t max, uint32_t horizon)
{
	uint32_t last;

	if (slots->failed || slots->n - begun < max * sizeof last)
		return horizon;
	memcpy(&last, slots->p + slots->n - sizeof last, sizeof last);
	return last < horizon ? last : horizon;
}

static void
plan_put_fixed(const struct plan *plan, uint32_t from, size_t max, struct buf *slots)
{
	const uint32_t *list = (const uint32_t *)plan->fixed.p;
	size_t n = plan->fixed.n / sizeof *list, low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	if (n - low < max)
		max = n - low;
	if (max > 0)
		buf_put(slots, list + low, max * sizeof *list);
}

enum err
plan_next(const struct plan *plan, uint32_t from, size_t max, struct buf *slots)
{
	const struct plan_source *sources = (const struct plan_source *)plan->sources.p;
	size_t n = plan->sources.n / sizeof *sources, begun;
	uint32_t horizon = UINT32_MAX;
	enum err e = OK;

	buf_reset(slots);
	if (plan->all) {
		for (; max > 0 && from < plan->documents; max--, from++)
			buf_put(slots, &from, sizeof from);
		return buf_err(slots);
	}
	max = max / (n + 1) + 1;
	plan_put_fixed(plan, from, max, slots);
	horizon = plan_horizon(slots, 0, max, horizon);
	for (size_t i = 0; e == OK && i < n; i++) {
		begun = slots->n;
		e = vectors_slots(plan->v, sources[i].unit, sources[i].test, from, max, slots);
		horizon = plan_horizon(slots, begun, max, horizon);
	}
	if (e == OK)
		e = buf_err(slots);
	if (e != OK)
		return e;
	plan_sort(slots);
	while (slots->n > 0 && ((uint32_t *)slots->p)[slots->n / sizeof(uint32_t) - 1] > horizon)
		slots->n -= sizeof(uint32_t);
	return OK;
}
