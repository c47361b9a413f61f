/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * terms_order - runs of sorted terms and their merging.
 */
#include "index/terms_order.h"

#include <stdlib.h>

#define ORDER_TAIL_MAX 512
#define ORDER_RUNS_MAX 40 /* each at least double the next: more than 2^32 terms */

struct order_term {
	uint64_t head; /* the first bytes, big-endian */
	struct span term;
	uint32_t index;
};

struct order_run {
	struct order_term *list;
	size_t n;
};

struct order_unit {
	uint32_t unit;
	uint32_t tail_count, run_count;
	struct order_term *tail;               /* ORDER_TAIL_MAX */
	struct order_run runs[ORDER_RUNS_MAX]; /* falling in size */
};

static uint64_t
order_head(struct span term)
{
	uint64_t head = 0;

	for (size_t i = 0; i < sizeof head; i++)
		head = head << 8 | (i < term.n ? (unsigned char)term.p[i] : 0u);
	return head;
}

static int
order_cmp(const void *a, const void *b)
{
	const struct order_term *x = a, *y = b;

	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	return span_cmp(x->term, y->term);
}

/* Where the unit stands, or would. */
static size_t
order_unit_at(const struct terms_order *o, uint32_t unit)
{
	size_t low = 0, high = o->unit_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->units[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct order_unit *
order_unit_make(struct terms_order *o, uint32_t unit)
{
	size_t at = order_unit_at(o, unit);
	struct order_unit *units;
	struct order_term *tail;

	if (at < o->unit_count && o->units[at].unit == unit)
		return &o->units[at];
	tail = calloc(ORDER_TAIL_MAX, sizeof *tail);
	if (tail == NULL)
		return NULL;
	units = reallocarray(o->units, o->unit_count + 1, sizeof *units);
	if (units == NULL) {
		free(tail);
		return NULL;
	}
	memmove(units + at + 1, units + at, (o->unit_count - at) * sizeof *units);
	units[at] = (struct order_unit){.unit = unit, .tail = tail};
	o->units = units;
	o->unit_count++;
	return &units[at];
}

static enum err
order_merge(struct order_run *a, const struct order_run *b)
{
	struct order_term *list = reallocarray(NULL, a->n + b->n, sizeof *list);
	size_t n = 0, i = 0, k = 0;

	if (list == NULL)
		return ERR_NOMEM;
	while (i < a->n || k < b->n)
		if (k == b->n || (i < a->n && order_cmp(&a->list[i], &b->list[k]) < 0))
			list[n++] = a->list[i++];
		else
			list[n++] = b->list[k++];
	free(a->list);
	free(b->list);
	*a = (struct order_run){list, n};
	return OK;
}

/* The full tail becomes a run; without memory for that, or for merging, things stay in order as
 * they are. */
static enum err
order_settle(struct order_unit *u)
{
	struct order_term *tail;

	if (u->run_count == ORDER_RUNS_MAX)
		return ERR_NOMEM;
	tail = calloc(ORDER_TAIL_MAX, sizeof *tail);
	if (tail == NULL)
		return ERR_NOMEM;
	qsort(u->tail, u->tail_count, sizeof *u->tail, order_cmp);
	u->runs[u->run_count++] = (struct order_run){u->tail, u->tail_count};
	u->tail = tail;
	u->tail_count = 0;
	while (u->run_count > 1 && u->runs[u->run_count - 2].n / 2 < u->runs[u->run_count - 1].n) {
		if (order_merge(&u->runs[u->run_count - 2], &u->runs[u->run_count - 1]) != OK)
			break;
		u->run_count--;
	}
	return OK;
}

enum err
terms_order_add(struct terms_order *o, uint32_t unit, struct span term, uint32_t index)
{
	struct order_unit *u = order_unit_make(o, unit);
	enum err e = OK;

	if (u == NULL)
		return ERR_NOMEM;
	if (u->tail_count == ORDER_TAIL_MAX)
		e = order_settle(u);
	if (e == OK)
		u->tail[u->tail_count++] = (struct order_term){order_head(term), term, index};
	return e;
}

/* False when the caller wants no more. */
static bool
order_run_each(const struct order_run *run, const struct term_test *test,
	       terms_order_on_term *on_term, void *ctx)
{
	struct span from = term_test_begin(test);
	struct order_term key = {order_head(from), from, 0};
	size_t low = 0, high = run->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_cmp(&run->list[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < run->n; low++) {
		int passes = term_test_at(test, run->list[low].term);

		if (passes < 0)
			return true;
		if (passes > 0 && !on_term(ctx, run->list[low].index))
			return false;
	}
	return true;
}

void
terms_order_each(const struct terms_order *o, uint32_t unit, const struct term_test *test,
		 terms_order_on_term *on_term, void *ctx)
{
	size_t at = order_unit_at(o, unit);
	struct span from = term_test_begin(test);
	const struct order_unit *u;

	if (at == o->unit_count || o->units[at].unit != unit)
		return;
	u = &o->units[at];
	for (uint32_t i = 0; i < u->run_count; i++)
		if (!order_run_each(&u->runs[i], test, on_term, ctx))
			return;
	for (uint32_t i = 0; i < u->tail_count; i++)
		if (span_cmp(u->tail[i].term, from) >= 0 &&
		    term_test_at(test, u->tail[i].term) > 0 && !on_term(ctx, u->tail[i].index))
			return;
}

void
terms_order_clear(struct terms_order *o)
{
	for (size_t i = 0; i < o->unit_count; i++) {
		for (uint32_t k = 0; k < o->units[i].run_count; k++)
			free(o->units[i].runs[k].list);
		free(o->units[i].tail);
	}
	free(o->units);
	*o = (struct terms_order){0};
}
