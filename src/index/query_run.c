/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_run - one page of a query's records.
 *
 *  1  plan: which documents to look at.
 *  2  In batches, each a short look into the table under its lock: the next slots,
 *     their versions as of the clock.
 *  3  Without the lock, since a version does not change and stays while the
 *     snapshot is open: the matching records, until the page is full.
 */
#include "index/query_run.h"

#include "index/query_eval.h"
#include "index/query_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RUN_BATCH_FIRST  64
#define RUN_BATCH_MAX    1024
#define RUN_LATE_STEPS   32   /* documents between two looks at the clock */
#define RUN_UNDER_WALK   4096 /* entries: a folder up to that size is walked for its documents */
#define RUN_QUICK_LOOKS  1000 /* at units of documents: about 200 microseconds */
#define RUN_QUICK_UNDER  16   /* a look at a document's paths costs as much as so many */
#define RUN_QUICK_TERMS  2048 /* of a prefix or range */
#define RUN_CURSOR_BYTES 41   /* "1", then document, start and number in hexadecimal */

struct place {
	uint64_t document, start;
	uint32_t number;
};

struct run {
	struct vectors *v;
	uint64_t clock;
	struct index_read *rd;
	const struct query *q;
	const struct query_page *page;
	struct hits *out;
	struct plan plan;
	struct eval eval;
	struct under **unders; /* by node's index */
	struct place behind;   /* the page begins behind it */
	struct place last;     /* the page's last record, or the last document looked at */
	size_t looked;
	bool full; /* there is more than the page holds */
};

void
hits_clear(struct hits *h)
{
	free(h->list);
	buf_clear(&h->cursor);
	*h = (struct hits){0};
}

/* --- cursors --- */

static enum err
run_read_cursor(struct span cursor, struct place *place)
{
	char text[RUN_CURSOR_BYTES + 1] = "";
	int used = 0;

	*place = (struct place){0, 0, 0};
	if (cursor.n == 0)
		return OK;
	if (cursor.n != RUN_CURSOR_BYTES || cursor.p[0] != '1')
		return ERR_FORMAT;
	for (size_t i = 1; i < cursor.n; i++)
		if (memchr("0123456789abcdef", cursor.p[i], 16) == NULL)
			return ERR_FORMAT;
	memcpy(text, cursor.p, cursor.n);
	if (sscanf(text, "1%16" SCNx64 "%16" SCNx64 "%8" SCNx32 "%n", &place->document,
		   &place->start, &place->number, &used) != 3 ||
	    used != RUN_CURSOR_BYTES)
		return ERR_FORMAT;
	return OK;
}

static void
run_write_cursor(const struct place *place, struct buf *out)
{
	buf_printf(out, "1%016" PRIx64 "%016" PRIx64 "%08" PRIx32, place->document, place->start,
		   place->number);
}

/* --- one document --- */

static bool
run_wants(const struct run *run, uint64_t document)
{
	size_t low = 0, high = run->page->document_count;

	if (run->page->documents == NULL)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run->page->documents[middle] < document)
			low = middle + 1;
		else
			high = middle;
	}
	return low < run->page->document_count && run->page->documents[low] == document;
}

static bool
run_is_behind(const struct run *run, const struct place *place)
{
	const struct place *b = &run->behind;

	if (place->document != b->document)
		return place->document > b->document;
	return place->start > b->start || (place->start == b->start && place->number > b->number);
}

static enum err
run_put(struct run *run, const struct place *place)
{
	struct hits *out = run->out;

	if (out->n == run->page->limit) {
		run->full = true;
		return OK;
	}
	if (out->n % 64 == 0) {
		struct hit *list = reallocarray(out->list, out->n + 64, sizeof *list);

		if (list == NULL)
			return ERR_NOMEM;
		out->list = list;
	}
	out->list[out->n++] = (struct hit){place->document, place->number};
	run->last = *place;
	return OK;
}

static enum err
run_document(struct run *run, const struct vector_version *version)
{
	const uint64_t *bits;
	enum err e = eval_document(&run->eval, version->document, version->bytes, &bits);

	for (size_t k = 0; e == OK && k < run->eval.words; k++)
		for (uint64_t word = bits[k]; word != 0 && e == OK && !run->full;
		     word &= word - 1) {
			uint32_t record = (uint32_t)(k * 64) + (uint32_t)__builtin_ctzll(word);
			struct vector_place at = vector_place(&run->eval.vector, record);
			struct place place = {version->document, at.start, at.number};

			if (run_is_behind(run, &place))
				e = run_put(run, &place);
		}
	if (e == OK && !run->full)
		run->last = (struct place){version->document, UINT64_MAX, UINT32_MAX};
	return e;
}

/* --- batches --- */

static bool
run_is_late(struct run *run)
{
	if (++run->looked % RUN_LATE_STEPS != 0 || !query_late(run->page->deadline_ns))
		return false;
	run->out->cut = true;
	return true;
}

static enum err
run_batch(struct run *run, const struct buf *slots, struct vector_version *versions)
{
	size_t n = vectors_versions(run->v, run->clock, (const uint32_t *)slots->p,
				    slots->n / sizeof(uint32_t), versions);
	enum err e = OK;

	for (size_t i = 0; e == OK && i < n && !run->full && !run->out->cut; i++) {
		if (run_wants(run, versions[i].document))
			e = run_document(run, &versions[i]);
		if (e == OK && !run->full)
			(void)run_is_late(run);
	}
	return e;
}

static enum err
run_batches(struct run *run)
{
	struct buf slots = {0};
	struct vector_version *versions = NULL;
	size_t batch = RUN_BATCH_FIRST, cap = 0;
	uint32_t from = vectors_slot_from(run->v, run->behind.document);
	enum err e = OK;

	while (e == OK && !run->full && !run->out->cut) {
		size_t n;

		e = plan_next(&run->plan, from, batch, &slots);
		n = slots.n / sizeof from;
		if (e != OK || n == 0)
			break;
		if (n > cap) {
			free(versions);
			cap = n;
			versions = malloc(cap * sizeof *versions);
			if (versions == NULL) {
				e = ERR_NOMEM;
				break;
			}
		}
		e = run_batch(run, &slots, versions);
		from = ((const uint32_t *)slots.p)[n - 1] + 1;
		if (batch < RUN_BATCH_MAX)
			batch *= 2;
	}
	free(versions);
	buf_clear(&slots);
	return e;
}

/* --- preparing --- */

static enum err
run_make_unders(struct run *run, const struct node *node)
{
	enum err e = OK;

	if (node->type == NODE_UNDER)
		return under_new(run->rd, node->path, &run->unders[node->index]);
	for (size_t i = 0; e == OK && i < node->n; i++)
		if (node->children[i]->costly)
			e = run_make_unders(run, node->children[i]);
	return e;
}

/* A small folder that all must lie in is the best source of documents. */
static enum err
run_walk_unders(struct run *run, const struct node *node)
{
	enum err e = OK;

	if (node->type == NODE_UNDER)
		return under_walk(run->unders[node->index], RUN_UNDER_WALK, run->page->deadline_ns);
	for (size_t i = 0; e == OK && node->type == NODE_AND && i < node->n; i++)
		e = run_walk_unders(run, node->children[i]);
	return e;
}

static enum err
run_fix_documents(struct run *run)
{
	struct buf slots = {0};
	enum err e;

	for (size_t i = 0; i < run->page->document_count; i++) {
		uint32_t slot = vectors_slot_from(run->v, run->page->documents[i]);

		if (slot < run->plan.documents)
			buf_put(&slots, &slot, sizeof slot);
	}
	e = buf_err(&slots);
	if (e == OK)
		plan_fix(&run->plan, &slots);
	buf_clear(&slots);
	return e;
}

static enum err
run_prepare(struct run *run)
{
	bool under = run->q->root->costly && run->rd != NULL;
	enum err e = OK;

	run->unders = calloc((size_t)run->q->node_count + 1, sizeof *run->unders);
	if (run->unders == NULL)
		return ERR_NOMEM;
	if (under)
		e = run_make_unders(run, run->q->root);
	if (e == OK)
		e = plan_make(&run->plan, run->v, run->q, run->unders, PLAN_TERMS);
	if (e == OK && under && run->plan.estimate > PLAN_FEW) {
		e = run_walk_unders(run, run->q->root);
		plan_clear(&run->plan);
		run->plan = (struct plan){0};
		if (e == OK)
			e = plan_make(&run->plan, run->v, run->q, run->unders, PLAN_TERMS);
	}
	if (e != OK)
		return e;
	eval_init(&run->eval, run->q, run->unders);
	if (run->page->documents != NULL && run->page->document_count <= run->plan.estimate)
		return run_fix_documents(run);
	return plan_choose(&run->plan);
}

enum err
query_run_on(struct vectors *v, uint64_t clock, struct index_read *rd, const struct query *q,
	     const struct query_page *page, struct hits *out)
{
	struct run run = {.v = v, .clock = clock, .rd = rd, .q = q, .page = page, .out = out};
	enum err e = run_read_cursor(page->cursor, &run.behind);

	if (e != OK)
		return e;
	run.last = run.behind;
	e = run_prepare(&run);
	if (e == OK)
		e = run_batches(&run);
	if (e == OK && (run.full || out->cut))
		run_write_cursor(&run.last, &out->cursor);
	if (e == OK)
		e = buf_err(&out->cursor);
	for (uint32_t i = 0; run.unders != NULL && i < q->node_count; i++)
		under_free(run.unders[i]);
	free(run.unders);
	eval_clear(&run.eval);
	plan_clear(&run.plan);
	if (e != OK)
		hits_clear(out);
	return e;
}

enum err
query_run(struct index_read *rd, const struct query *q, const struct query_page *page,
	  struct hits *out)
{
	return query_run_on(index_vectors(index_read_index(rd)), index_read_clock(rd), rd, q, page,
			    out);
}

/* Where each document looked at gives a record, a page's worth of them is enough. */
static bool
run_is_dense(const struct node *root)
{
	return root->type == NODE_ALL ||
	       (root->type == NODE_TEST && root->unit_count > 0 &&
		(root->test.how == TERM_ANY || root->test.how == TERM_IS));
}

bool
query_is_quick(struct index *ix, const struct query *q, size_t limit)
{
	struct plan plan;
	uint64_t documents = 0, looks = q->unit_looks + (q->root->costly ? RUN_QUICK_UNDER : 0);
	enum err e = plan_make(&plan, index_vectors(ix), q, NULL, RUN_QUICK_TERMS);

	if (e == OK) {
		documents = plan.estimate;
		if (run_is_dense(q->root) && documents > limit + 1)
			documents = limit + 1;
	}
	plan_clear(&plan);
	return e == OK && documents * looks <= RUN_QUICK_LOOKS;
}
