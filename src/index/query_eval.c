/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_eval - sets of records as bits, from the leaves up. What looks into files
 * comes last, and only where something is left.
 */
#include "index/query_eval.h"

#include <stdlib.h>

static unsigned
eval_depth(const struct node *node)
{
	unsigned depth = 0;

	for (size_t i = 0; i < node->n; i++) {
		unsigned child = eval_depth(node->children[i]);

		if (child > depth)
			depth = child;
	}
	return depth + 1;
}

void
eval_init(struct eval *ev, const struct query *q, struct under *const *unders)
{
	*ev = (struct eval){.q = q, .unders = unders, .depth = eval_depth(q->root)};
}

void
eval_clear(struct eval *ev)
{
	free(ev->bits);
	buf_clear(&ev->places);
	buf_clear(&ev->others);
}

/* --- sets --- */

static void
eval_fill(const struct eval *ev, uint64_t *bits, bool all)
{
	memset(bits, all ? 0xff : 0, ev->words * sizeof *bits);
	if (all && ev->vector.records % 64 != 0)
		bits[ev->words - 1] = (UINT64_C(1) << ev->vector.records % 64) - 1;
}

static bool
eval_is_empty(const struct eval *ev, const uint64_t *bits)
{
	for (size_t i = 0; i < ev->words; i++)
		if (bits[i] != 0)
			return false;
	return true;
}

/* --- leaves --- */

/* Keeps of ev->places those that have one of ev->others `distance` behind them. */
static void
eval_follow(struct eval *ev, uint64_t distance)
{
	uint64_t *places = (uint64_t *)ev->places.p;
	const uint64_t *others = (const uint64_t *)ev->others.p;
	size_t n = ev->places.n / sizeof *places, m = ev->others.n / sizeof *others;
	size_t kept = 0;

	for (size_t i = 0, k = 0; i < n && k < m;) {
		uint64_t wanted = places[i] + distance;

		if (others[k] < wanted) {
			k++;
			continue;
		}
		if (others[k] == wanted)
			places[kept++] = places[i];
		i++;
	}
	ev->places.n = kept * sizeof *places;
}

static void
eval_phrase(struct eval *ev, const struct node *node, uint32_t unit, uint64_t *bits)
{
	const uint64_t *places;

	buf_reset(&ev->places);
	vector_positions(&ev->vector, unit, &node->words[0], &ev->places);
	for (size_t i = 1; i < node->word_count && ev->places.n > 0; i++) {
		buf_reset(&ev->others);
		vector_positions(&ev->vector, unit, &node->words[i], &ev->others);
		if (buf_err(&ev->others) != OK)
			ev->e = ERR_NOMEM;
		eval_follow(ev, i);
	}
	if (buf_err(&ev->places) != OK)
		ev->e = ERR_NOMEM;
	places = (const uint64_t *)ev->places.p;
	for (size_t i = 0; i < ev->places.n / sizeof *places; i++)
		bits[(places[i] >> 32) / 64] |= UINT64_C(1) << (places[i] >> 32) % 64;
}

static void
eval_under(struct eval *ev, const struct node *node, bool negated, uint64_t *bits)
{
	struct under *u = ev->unders == NULL ? NULL : ev->unders[node->index];
	bool has = !negated;

	if (u != NULL) {
		enum err e = under_has(u, ev->document, &has);

		if (e != OK && ev->e == OK)
			ev->e = e;
	}
	eval_fill(ev, bits, has);
}

static void
eval_leaf(struct eval *ev, const struct node *node, bool negated, uint64_t *bits)
{
	if (node->type == NODE_UNDER) {
		eval_under(ev, node, negated, bits);
		return;
	}
	eval_fill(ev, bits,
		  node->type == NODE_ALL ||
		      (node->type == NODE_DOCUMENT && node->document == ev->document));
	for (size_t i = 0; i < node->unit_count; i++)
		if (node->type == NODE_TEST)
			vector_match(&ev->vector, node->units[i].unit, &node->test, bits);
		else if (node->type == NODE_PHRASE)
			eval_phrase(ev, node, node->units[i].unit, bits);
}

/* --- the tree --- */

static void eval_node(struct eval *ev, const struct node *node, bool negated, uint64_t *bits);

/* Behind `bits` there is room for the levels below. */
static void
eval_children(struct eval *ev, const struct node *node, bool negated, bool costly, uint64_t *bits)
{
	bool is_and = node->type == NODE_AND;
	uint64_t *child = bits + ev->words;

	for (size_t i = 0; i < node->n && ev->e == OK; i++) {
		if (node->children[i]->costly != costly)
			continue;
		if (is_and && eval_is_empty(ev, bits))
			return;
		eval_node(ev, node->children[i], negated, child);
		for (size_t k = 0; k < ev->words; k++)
			bits[k] = is_and ? bits[k] & child[k] : bits[k] | child[k];
	}
}

static void
eval_node(struct eval *ev, const struct node *node, bool negated, uint64_t *bits)
{
	switch (node->type) {
	case NODE_NOT:
		eval_node(ev, node->children[0], !negated, bits + ev->words);
		eval_fill(ev, bits, true);
		for (size_t k = 0; k < ev->words; k++)
			bits[k] &= ~bits[ev->words + k];
		break;
	case NODE_AND:
	case NODE_OR:
		eval_fill(ev, bits, node->type == NODE_AND);
		eval_children(ev, node, negated, false, bits);
		eval_children(ev, node, negated, true, bits);
		break;
	default:
		eval_leaf(ev, node, negated, bits);
	}
}

enum err
eval_document(struct eval *ev, uint64_t document, struct span bytes, const uint64_t **bits)
{
	size_t wanted;
	enum err e = vector_open(bytes, &ev->vector);

	if (e != OK)
		return e;
	ev->document = document;
	ev->words = ((size_t)ev->vector.records + 63) / 64;
	wanted = ev->words * (ev->depth + 1u) + 1;
	if (wanted > ev->bit_cap) {
		uint64_t *grown = reallocarray(ev->bits, wanted, sizeof *grown);

		if (grown == NULL)
			return ERR_NOMEM;
		ev->bits = grown;
		ev->bit_cap = wanted;
	}
	ev->e = OK;
	if (ev->words > 0)
		eval_node(ev, ev->q->root, false, ev->bits);
	*bits = ev->bits;
	return ev->e;
}
