/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * terms - the hash table and the lists of slots.
 *
 * Most terms are in one document only, so that two slots lie in the term itself.
 * Terms are never taken out of the hash table: those without slots are left
 * behind when terms_purge() makes it anew.
 */
#include "index/terms.h"
#include "index/terms_order.h"

#include <stdlib.h>
#include <sys/random.h>

#define TERMS_INLINE     2
#define TERMS_CHUNK      (256u * 1024)
#define TERMS_STALE_PART 4 /* a list is cleaned when one in so many is stale */
#define TERMS_PURGE_MIN  4096

struct term {
	const char *bytes; /* in a chunk */
	uint32_t n, unit;
	uint32_t count, cap, stale;
	union {
		uint32_t few[TERMS_INLINE];
		uint32_t *list; /* when cap > TERMS_INLINE */
	} slots;
};

struct terms_cell {
	uint32_t hash;
	uint32_t term; /* its index + 1; 0: free */
};

struct terms_chunk {
	struct terms_chunk *next;
	size_t used, size;
	char bytes[];
};

struct terms {
	uint64_t seed; /* documents are not ours: no hash values that can be foreseen */
	struct term *list;
	uint32_t n, cap, empty;
	struct terms_cell *cells;
	uint32_t mask; /* cells - 1 */
	struct terms_chunk *chunks;
	struct terms_order order;
};

struct terms *
terms_new(void)
{
	struct terms *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->mask = 1023;
	t->cells = calloc((size_t)t->mask + 1, sizeof *t->cells);
	if (t->cells == NULL) {
		free(t);
		return NULL;
	}
	if (getrandom(&t->seed, sizeof t->seed, 0) != (ssize_t)sizeof t->seed)
		t->seed ^= (uintptr_t)t; /* the addresses are random too */
	return t;
}

static void
terms_clear(struct terms *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->list[i].cap > TERMS_INLINE)
			free(t->list[i].slots.list);
	while (t->chunks != NULL) {
		struct terms_chunk *next = t->chunks->next;

		free(t->chunks);
		t->chunks = next;
	}
	free(t->list);
	free(t->cells);
	terms_order_clear(&t->order);
}

void
terms_free(struct terms *t)
{
	if (t == NULL)
		return;
	terms_clear(t);
	free(t);
}

/* --- the hash table --- */

static uint64_t
terms_mix(uint64_t h, uint64_t eight)
{
	h = (h ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint32_t
terms_hash(const struct terms *t, uint32_t unit, struct span term)
{
	uint64_t h = terms_mix(t->seed, (uint64_t)unit << 32 | (uint32_t)term.n), eight;

	for (; term.n >= sizeof eight; term = span_sub(term, sizeof eight, term.n)) {
		memcpy(&eight, term.p, sizeof eight);
		h = terms_mix(h, eight);
	}
	eight = 0;
	if (term.n > 0)
		memcpy(&eight, term.p, term.n);
	h = terms_mix(terms_mix(h, eight), t->seed);
	return (uint32_t)(h >> 32);
}

/* Where the term stands, or would. */
static struct terms_cell *
terms_cell(const struct terms *t, uint32_t hash, uint32_t unit, struct span term)
{
	for (uint32_t at = hash & t->mask;; at = (at + 1) & t->mask) {
		struct terms_cell *cell = &t->cells[at];
		const struct term *found;

		if (cell->term == 0)
			return cell;
		if (cell->hash != hash)
			continue;
		found = &t->list[cell->term - 1];
		if (found->unit == unit && span_eq((struct span){found->bytes, found->n}, term))
			return cell;
	}
}

static enum err
terms_grow_cells(struct terms *t)
{
	uint32_t mask = t->mask * 2 + 1;
	struct terms_cell *cells = calloc((size_t)mask + 1, sizeof *cells);

	if (cells == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i <= t->mask; i++) {
		uint32_t at = t->cells[i].hash & mask;

		if (t->cells[i].term == 0)
			continue;
		while (cells[at].term != 0)
			at = (at + 1) & mask;
		cells[at] = t->cells[i];
	}
	free(t->cells);
	t->cells = cells;
	t->mask = mask;
	return OK;
}

static const char *
terms_keep_bytes(struct terms *t, struct span s)
{
	struct terms_chunk *chunk = t->chunks;

	if (chunk == NULL || chunk->size - chunk->used < s.n) {
		size_t size = s.n > TERMS_CHUNK ? s.n : TERMS_CHUNK;

		chunk = malloc(sizeof *chunk + size);
		if (chunk == NULL)
			return NULL;
		*chunk = (struct terms_chunk){t->chunks, 0, size};
		t->chunks = chunk;
	}
	if (s.n > 0)
		memcpy(chunk->bytes + chunk->used, s.p, s.n);
	chunk->used += s.n;
	return chunk->bytes + chunk->used - s.n;
}

/* Makes the term that is not there yet; *out is its index. */
static enum err
terms_make(struct terms *t, uint32_t hash, uint32_t unit, struct span term, uint32_t *out)
{
	struct term made = {.n = (uint32_t)term.n, .unit = unit, .cap = TERMS_INLINE};
	enum err e = OK;

	if ((uint64_t)t->n * 10 >= (uint64_t)t->mask * 7)
		e = terms_grow_cells(t);
	if (e != OK)
		return e;
	if (t->n == t->cap) {
		uint32_t cap = t->cap == 0 ? 1024 : t->cap + t->cap / 2;
		struct term *list = reallocarray(t->list, cap, sizeof *list);

		if (list == NULL)
			return ERR_NOMEM;
		t->list = list;
		t->cap = cap;
	}
	made.bytes = terms_keep_bytes(t, term);
	if (made.bytes == NULL)
		return ERR_NOMEM;
	if (term.n > 0)
		e = terms_order_add(&t->order, unit, (struct span){made.bytes, made.n}, t->n);
	if (e != OK)
		return e;
	*terms_cell(t, hash, unit, term) = (struct terms_cell){hash, t->n + 1};
	t->list[t->n] = made;
	t->empty++;
	*out = t->n++;
	return OK;
}

/* --- slots --- */

static uint32_t *
term_slots(struct term *term)
{
	return term->cap > TERMS_INLINE ? term->slots.list : term->slots.few;
}

static enum err
term_grow(struct term *term)
{
	uint32_t cap = term->cap + term->cap / 2 + 1;
	uint32_t *list = term->cap > TERMS_INLINE ? term->slots.list : NULL;

	list = reallocarray(list, cap, sizeof *list);
	if (list == NULL)
		return ERR_NOMEM;
	if (term->cap <= TERMS_INLINE)
		memcpy(list, term->slots.few, sizeof term->slots.few);
	term->slots.list = list;
	term->cap = cap;
	return OK;
}

static uint32_t
terms_lower_bound(const uint32_t *list, uint32_t n, uint32_t slot)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (list[middle] < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err
terms_add_slot(struct terms *t, struct term *term, uint32_t slot)
{
	const uint32_t *list = term_slots(term);
	uint32_t at = term->count;

	if (at > 0 && list[at - 1] >= slot) {
		at = terms_lower_bound(list, term->count, slot);
		if (list[at] == slot)
			return OK;
	}
	if (term->count == term->cap) {
		enum err e = term_grow(term);

		if (e != OK)
			return e;
	}
	memmove(term_slots(term) + at + 1, term_slots(term) + at,
		(term->count - at) * sizeof(uint32_t));
	term_slots(term)[at] = slot;
	t->empty -= term->count == 0;
	term->count++;
	return OK;
}

enum err
terms_add(struct terms *t, uint32_t unit, struct span term, uint32_t slot)
{
	uint32_t hash = terms_hash(t, unit, term);
	const struct terms_cell *cell = terms_cell(t, hash, unit, term);
	uint32_t index = cell->term - 1;
	enum err e = OK;

	if (cell->term == 0)
		e = terms_make(t, hash, unit, term, &index);
	return e != OK ? e : terms_add_slot(t, &t->list[index], slot);
}

static void
terms_emptied(struct terms *t, struct term *term)
{
	if (term->cap > TERMS_INLINE)
		free(term->slots.list);
	term->cap = TERMS_INLINE;
	term->stale = 0;
	t->empty++;
}

static struct term *
terms_find(const struct terms *t, uint32_t unit, struct span term)
{
	const struct terms_cell *cell = terms_cell(t, terms_hash(t, unit, term), unit, term);

	return cell->term == 0 ? NULL : &t->list[cell->term - 1];
}

void
terms_remove(struct terms *t, uint32_t unit, struct span term, uint32_t slot)
{
	struct term *found = terms_find(t, unit, term);
	uint32_t *list, at;

	if (found == NULL || found->count == 0)
		return;
	list = term_slots(found);
	at = terms_lower_bound(list, found->count, slot);
	if (at == found->count || list[at] != slot)
		return;
	found->count--;
	memmove(list + at, list + at + 1, (found->count - at) * sizeof *list);
	if (found->count == 0)
		terms_emptied(t, found);
}

void
terms_drop(struct terms *t, uint32_t unit, struct span term, terms_stands *stands, void *ctx)
{
	struct term *found = terms_find(t, unit, term);
	uint32_t *list, kept = 0;

	if (found == NULL || found->count == 0 ||
	    ++found->stale < found->count / TERMS_STALE_PART + 1)
		return;
	list = term_slots(found);
	for (uint32_t i = 0; i < found->count; i++)
		if (stands(ctx, list[i]))
			list[kept++] = list[i];
	found->count = kept;
	found->stale = 0;
	if (kept == 0)
		terms_emptied(t, found);
}

void
terms_purge(struct terms *t)
{
	struct terms *made;
	bool ok = true;

	if (t->empty < TERMS_PURGE_MIN || t->empty < t->n / 2)
		return;
	made = terms_new();
	if (made == NULL)
		return; /* it can wait */
	for (uint32_t i = 0; ok && i < t->n; i++) {
		struct term *from = &t->list[i];
		struct span term = {from->bytes, from->n};
		uint32_t index;

		if (from->count == 0)
			continue;
		ok = terms_make(made, terms_hash(made, from->unit, term), from->unit, term,
				&index) == OK;
		if (!ok)
			break;
		/* Copied first and emptied at the end: until then both have the list. */
		made->list[index].count = from->count;
		made->list[index].cap = from->cap;
		made->list[index].stale = from->stale;
		made->list[index].slots = from->slots;
	}
	made->empty = 0;
	for (uint32_t i = 0; i < (ok ? t->n : 0); i++)
		t->list[i].cap = TERMS_INLINE;
	for (uint32_t i = 0; i < (ok ? 0 : made->n); i++)
		made->list[i].cap = TERMS_INLINE;
	if (ok) {
		struct terms old = *t;

		*t = *made;
		*made = old;
	}
	terms_free(made);
}

/* --- reading --- */

struct terms_slots
terms_slots(const struct terms *t, uint32_t unit, struct span term)
{
	struct term *found = terms_find(t, unit, term);

	if (found == NULL)
		return (struct terms_slots){NULL, 0};
	return (struct terms_slots){term_slots(found), found->count};
}

struct terms_each_ctx {
	const struct terms *t;
	terms_on_slots *on_slots;
	void *ctx;
};

static bool
terms_on_term(void *ctx, uint32_t index)
{
	const struct terms_each_ctx *each = ctx;
	struct term *term = &each->t->list[index];

	return term->count == 0 ||
	       each->on_slots(each->ctx, (struct terms_slots){term_slots(term), term->count});
}

void
terms_each(const struct terms *t, uint32_t unit, const struct term_test *test,
	   terms_on_slots *on_slots, void *ctx)
{
	struct terms_each_ctx each = {t, on_slots, ctx};

	if (test->how == TERM_IS)
		(void)on_slots(ctx, terms_slots(t, unit, test->from));
	else
		terms_order_each(&t->order, unit, test, terms_on_term, &each);
}
