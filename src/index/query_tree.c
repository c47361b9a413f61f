/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_tree - a query's memory, and what is done to the finished tree: the kinds
 * that an AND asks for are the only ones that its other terms are looked for in.
 */
#include "index/query_tree.h"

#include <stdlib.h>

#define QUERY_BLOCK_BYTES 4000

/* --- memory --- */

void *
query_alloc(struct query *q, size_t n)
{
	struct query_block *block = q->blocks;
	char *at;

	n = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (block == NULL || block->size - block->used < n) {
		size_t size = n > QUERY_BLOCK_BYTES ? n : QUERY_BLOCK_BYTES;

		block = calloc(1, sizeof *block + size);
		if (block == NULL)
			return NULL;
		block->next = q->blocks;
		block->size = size;
		q->blocks = block;
	}
	at = (char *)block->bytes + block->used;
	block->used += n;
	return at;
}

bool
query_keep(struct query *q, struct span s, struct span *out)
{
	char *copy = query_alloc(q, s.n + 1);

	if (copy == NULL)
		return false;
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	*out = (struct span){copy, s.n};
	return true;
}

void
query_free(struct query *q)
{
	if (q == NULL)
		return;
	while (q->blocks != NULL) {
		struct query_block *next = q->blocks->next;

		free(q->blocks);
		q->blocks = next;
	}
	free(q);
}

/* --- kinds --- */

static bool
query_is_kind_leaf(const struct node *node)
{
	return node->type == NODE_TEST && node->test.how == TERM_ANY && node->unit_count > 0 &&
	       node->units[0].unit == node->units[0].kind;
}

static bool
query_has_kind(const struct node *leaf, uint32_t kind)
{
	for (size_t i = 0; i < leaf->unit_count; i++)
		if (leaf->units[i].kind == kind)
			return true;
	return false;
}

/* Leaves the kinds of `allowed` to what stands below `node`. */
static void
query_allow(struct node *node, const struct node *allowed)
{
	size_t kept = 0;

	if (node == allowed)
		return;
	for (size_t i = 0; i < node->unit_count; i++)
		if (node->units[i].kind == 0 || query_has_kind(allowed, node->units[i].kind))
			node->units[kept++] = node->units[i];
	if (node->unit_count > 0 && kept == 0)
		node->type = NODE_NONE;
	node->unit_count = kept;
	for (size_t i = 0; i < node->n; i++)
		query_allow(node->children[i], allowed);
}

void
query_narrow(struct node *node)
{
	for (size_t i = 0; i < node->n; i++)
		query_narrow(node->children[i]);
	for (size_t i = 0; node->type == NODE_AND && i < node->n; i++) {
		/* Another kind leaf may have lost what made it one. */
		if (!query_is_kind_leaf(node->children[i]))
			continue;
		for (size_t k = 0; k < node->n; k++)
			if (k != i)
				query_allow(node->children[k], node->children[i]);
	}
}

size_t
query_looks(const struct node *node)
{
	size_t looks = node->unit_count * (node->word_count > 0 ? node->word_count : 1) + 1;

	for (size_t i = 0; i < node->n; i++)
		looks += query_looks(node->children[i]);
	return looks;
}
