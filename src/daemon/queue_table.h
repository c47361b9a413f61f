/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_table - the queue's entries: found by path, those with a time in a heap.
 *
 * Knows nothing of the rules; queue.c moves the entries between its lists.
 *
 *  T1  The heap has room for every entry of the table, so that putting one there
 *      cannot fail.
 */
#pragma once

#include "daemon/queue.h"

enum entry_state {
	ENTRY_DUE,
	ENTRY_LATER,
	ENTRY_RUNNING,
	ENTRY_RESTING, /* done; remembered to know whether it settles */
	ENTRY_STATES
};

enum entry_after { AFTER_NOTHING, AFTER_PUSH, AFTER_GONE };

struct queue_entry {
	struct queue_item item;          /* first: one address */
	struct queue_entry *prev, *next; /* in its list, when it is due or running */
	uint64_t due_ms;                 /* in the heap by it, when it is later or resting */
	uint64_t event_ms;               /* last pushed or taken */
	uint32_t hash, heap_at, after_ms;
	uint8_t state, level, after, after_class;
	char path[];
};

struct queue_table {
	struct queue_entry **slots; /* open addressing, linear */
	size_t cap, count;
	struct queue_entry **heap;
	size_t heap_count, heap_cap;
	uint64_t seed;
};

MUST_CHECK enum err queue_table_init(struct queue_table *t);
/* Frees the entries too. */
void queue_table_clear(struct queue_table *t);

/* NULL when there is none. */
struct queue_entry *queue_table_find(const struct queue_table *t, const struct root *r,
				     struct span path, uint64_t document);
/* A new entry, all else zero; the key must not be there. NULL: no memory. */
struct queue_entry *queue_table_add(struct queue_table *t, struct root *r, struct span path,
				    uint64_t document);
/* Frees it; it is in no list and not in the heap. */
void queue_table_remove(struct queue_table *t, struct queue_entry *e);

/* Is `path` the folder or below it (an empty one: always)? */
bool queue_is_below(struct span path, struct span folder);

/* Entries of a root at `path` or below (empty: all) in a malloc'ed array; NULL with *n > 0: no
 * memory. */
struct queue_entry **queue_table_below(const struct queue_table *t, const struct root *r,
				       struct span path, size_t *n);

void queue_heap_put(struct queue_table *t, struct queue_entry *e, uint64_t due_ms);
void queue_heap_take(struct queue_table *t, struct queue_entry *e);
