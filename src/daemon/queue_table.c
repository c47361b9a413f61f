/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_table - open addressing with backward shift, and a binary heap.
 */
#include "daemon/queue_table.h"

#include <stdlib.h>
#include <sys/random.h>

#define TABLE_CAP_MIN 1024

enum err
queue_table_init(struct queue_table *t)
{
	*t = (struct queue_table){.cap = TABLE_CAP_MIN, .heap_cap = TABLE_CAP_MIN};
	t->slots = calloc(t->cap, sizeof *t->slots);
	t->heap = calloc(t->heap_cap, sizeof *t->heap);
	if (t->slots == NULL || t->heap == NULL) {
		queue_table_clear(t);
		return ERR_NOMEM;
	}
	/* Names come from outside: without a seed, someone could make them collide. */
	if (getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) != sizeof t->seed)
		t->seed = (uint64_t)(uintptr_t)t->slots;
	return OK;
}

void
queue_table_clear(struct queue_table *t)
{
	for (size_t i = 0; t->slots != NULL && i < t->cap; i++)
		free(t->slots[i]);
	free(t->slots);
	free(t->heap);
	*t = (struct queue_table){0};
}

static uint32_t
queue_table_hash(const struct queue_table *t, const struct root *r, struct span path,
		 uint64_t document)
{
	uint64_t h = t->seed ^ (uint64_t)(uintptr_t)r ^ document * 0x9e3779b97f4a7c15u, word;
	size_t i;

	for (i = 0; i + 8 <= path.n; i += 8) {
		memcpy(&word, path.p + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = path.n;
	for (; i < path.n; i++)
		word = word << 8 | (unsigned char)path.p[i];
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	h ^= h >> 29;
	return (uint32_t)(h * 0x9e3779b97f4a7c15u >> 32);
}

struct queue_entry *
queue_table_find(const struct queue_table *t, const struct root *r, struct span path,
		 uint64_t document)
{
	uint32_t hash = queue_table_hash(t, r, path, document);
	struct queue_entry *e;

	for (size_t i = hash & (t->cap - 1); (e = t->slots[i]) != NULL; i = (i + 1) & (t->cap - 1))
		if (e->hash == hash && e->item.root == r && e->item.document == document &&
		    span_eq(e->item.path, path))
			return e;
	return NULL;
}

static void
queue_table_place(struct queue_entry **slots, size_t cap, struct queue_entry *e)
{
	size_t i = e->hash & (cap - 1);

	while (slots[i] != NULL)
		i = (i + 1) & (cap - 1);
	slots[i] = e;
}

static bool
queue_table_grow(struct queue_table *t)
{
	struct queue_entry **grown;

	if (t->heap_cap <= t->count) {
		grown = realloc(t->heap, 2 * t->heap_cap * sizeof *grown);
		if (grown == NULL)
			return false;
		t->heap = grown;
		t->heap_cap *= 2;
	}
	if (t->count < t->cap - t->cap / 4)
		return true;
	grown = calloc(2 * t->cap, sizeof *grown);
	if (grown == NULL)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i] != NULL)
			queue_table_place(grown, 2 * t->cap, t->slots[i]);
	free(t->slots);
	t->slots = grown;
	t->cap *= 2;
	return true;
}

struct queue_entry *
queue_table_add(struct queue_table *t, struct root *r, struct span path, uint64_t document)
{
	struct queue_entry *e = NULL;

	if (queue_table_grow(t))
		e = malloc(sizeof *e + path.n);
	if (e == NULL)
		return NULL;
	*e = (struct queue_entry){.item = {.root = r, .document = document},
				  .hash = queue_table_hash(t, r, path, document)};
	if (path.n > 0)
		memcpy(e->path, path.p, path.n);
	e->item.path = (struct span){e->path, path.n};
	queue_table_place(t->slots, t->cap, e);
	t->count++;
	return e;
}

void
queue_table_remove(struct queue_table *t, struct queue_entry *e)
{
	size_t mask = t->cap - 1, hole = e->hash & mask;

	while (t->slots[hole] != e)
		hole = (hole + 1) & mask;
	/* What follows in the run moves up, unless that would put it before its own place. */
	for (size_t i = (hole + 1) & mask; t->slots[i] != NULL; i = (i + 1) & mask) {
		size_t home = t->slots[i]->hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			t->slots[hole] = t->slots[i];
			hole = i;
		}
	}
	t->slots[hole] = NULL;
	t->count--;
	free(e);
}

bool
queue_is_below(struct span path, struct span folder)
{
	return folder.n == 0 ||
	       (span_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/'));
}

struct queue_entry **
queue_table_below(const struct queue_table *t, const struct root *r, struct span path, size_t *n)
{
	struct queue_entry **found, *e;

	*n = 0;
	for (size_t i = 0; i < t->cap; i++)
		if ((e = t->slots[i]) != NULL && e->item.root == r &&
		    queue_is_below(e->item.path, path))
			(*n)++;
	found = *n == 0 ? NULL : malloc(*n * sizeof *found);
	if (found == NULL)
		return NULL;
	*n = 0;
	for (size_t i = 0; i < t->cap; i++)
		if ((e = t->slots[i]) != NULL && e->item.root == r &&
		    queue_is_below(e->item.path, path))
			found[(*n)++] = e;
	return found;
}

/* --- heap --- */

static void
queue_heap_set(struct queue_table *t, size_t at, struct queue_entry *e)
{
	t->heap[at] = e;
	e->heap_at = (uint32_t)at;
}

static void
queue_heap_up(struct queue_table *t, size_t at, struct queue_entry *e)
{
	while (at > 0 && t->heap[(at - 1) / 2]->due_ms > e->due_ms) {
		queue_heap_set(t, at, t->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	queue_heap_set(t, at, e);
}

static void
queue_heap_down(struct queue_table *t, size_t at, struct queue_entry *e)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < t->heap_count &&
		    t->heap[child + 1]->due_ms < t->heap[child]->due_ms)
			child++;
		if (child >= t->heap_count || t->heap[child]->due_ms >= e->due_ms)
			break;
		queue_heap_set(t, at, t->heap[child]);
		at = child;
	}
	queue_heap_set(t, at, e);
}

void
queue_heap_put(struct queue_table *t, struct queue_entry *e, uint64_t due_ms)
{
	e->due_ms = due_ms;
	queue_heap_up(t, t->heap_count++, e);
}

void
queue_heap_take(struct queue_table *t, struct queue_entry *e)
{
	size_t at = e->heap_at;
	struct queue_entry *last = t->heap[--t->heap_count];

	if (last == e)
		return;
	if (at > 0 && t->heap[(at - 1) / 2]->due_ms > last->due_ms)
		queue_heap_up(t, at, last);
	else
		queue_heap_down(t, at, last);
}
