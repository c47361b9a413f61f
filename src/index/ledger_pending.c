/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger_pending - the paths whose last line the index lacks.
 */
#include "index/ledger_file.h"

#include <assert.h>
#include <stdlib.h>

#define PENDING_BUCKETS_MIN 64

bool
ledger_state_eq(const struct ledger_state *a, const struct ledger_state *b)
{
	if (a->present != b->present)
		return false;
	if (!a->present)
		return true;
	return a->has_hash == b->has_hash && a->size == b->size &&
	       (!a->has_hash || memcmp(a->sha256, b->sha256, sizeof a->sha256) == 0);
}

/* FNV-1a: the paths are the user's own, nobody gains by making them collide. */
static uint64_t
pending_hash(struct span path)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < path.n; i++)
		h = (h ^ (unsigned char)path.p[i]) * 1099511628211u;
	return h;
}

static struct pending_entry **
pending_find(const struct pending *p, struct span path, uint64_t hash)
{
	struct pending_entry **at;

	if (p->bucket_count == 0)
		return NULL;
	for (at = &p->buckets[hash % p->bucket_count]; *at != NULL; at = &(*at)->next)
		if ((*at)->hash == hash && span_eq((struct span){(*at)->path, (*at)->n}, path))
			return at;
	return NULL;
}

static void
pending_link(struct pending *p, struct pending_entry *entry)
{
	struct pending_entry **bucket = &p->buckets[entry->hash % p->bucket_count];

	entry->next = *bucket;
	*bucket = entry;
	p->count++;
}

/* Room for one more entry, so that pending_link() cannot fail. */
static enum err
pending_room(struct pending *p)
{
	struct pending bigger = {0};

	if (p->count < p->bucket_count)
		return OK;
	bigger.bucket_count = p->bucket_count == 0 ? PENDING_BUCKETS_MIN : p->bucket_count * 2;
	bigger.buckets = calloc(bigger.bucket_count, sizeof *bigger.buckets);
	if (bigger.buckets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->bucket_count; i++) {
		struct pending_entry *next;

		for (struct pending_entry *e = p->buckets[i]; e != NULL; e = next) {
			next = e->next;
			pending_link(&bigger, e);
		}
	}
	free(p->buckets);
	*p = bigger;
	return OK;
}

const struct ledger_state *
pending_get(const struct pending *p, struct span path)
{
	struct pending_entry **at = pending_find(p, path, pending_hash(path));

	return at == NULL ? NULL : &(*at)->state;
}

enum err
pending_set(struct pending *p, struct span path, const struct ledger_state *state)
{
	uint64_t hash = pending_hash(path);
	struct pending_entry **at = pending_find(p, path, hash), *entry;
	enum err e;

	if (at != NULL) {
		(*at)->state = *state;
		return OK;
	}
	if (p->count >= LEDGER_PENDING_MAX)
		return ERR_LIMIT;
	e = pending_room(p);
	if (e != OK)
		return e;
	entry = malloc(sizeof *entry + path.n);
	if (entry == NULL)
		return ERR_NOMEM;
	entry->state = *state;
	entry->hash = hash;
	entry->n = path.n;
	if (path.n > 0)
		memcpy(entry->path, path.p, path.n);
	pending_link(p, entry);
	return OK;
}

enum err
pending_take(struct pending *p, struct span path, struct pending *to)
{
	struct pending_entry **at = pending_find(p, path, pending_hash(path)), *entry;
	enum err e;

	if (at == NULL)
		return OK;
	e = pending_room(to);
	if (e != OK)
		return e;
	entry = *at;
	*at = entry->next;
	p->count--;
	pending_link(to, entry);
	return OK;
}

void
pending_put_back(struct pending *p, struct pending *from)
{
	for (size_t i = 0; i < from->bucket_count; i++) {
		struct pending_entry *next;

		for (struct pending_entry *e = from->buckets[i]; e != NULL; e = next) {
			next = e->next;
			/* It came from there: the buckets have room. */
			pending_link(p, e);
		}
		from->buckets[i] = NULL;
	}
	from->count = 0;
	pending_clear(from);
}

enum err
pending_filter(struct pending *p,
	       enum err (*drop)(void *ctx, const struct pending_entry *entry, bool *yes), void *ctx)
{
	for (size_t i = 0; i < p->bucket_count; i++) {
		struct pending_entry **at = &p->buckets[i];

		while (*at != NULL) {
			struct pending_entry *entry = *at;
			bool yes = false;
			enum err e = drop(ctx, entry, &yes);

			if (e != OK)
				return e;
			if (!yes) {
				at = &entry->next;
				continue;
			}
			*at = entry->next;
			p->count--;
			free(entry);
		}
	}
	return OK;
}

void
pending_clear(struct pending *p)
{
	for (size_t i = 0; i < p->bucket_count; i++) {
		struct pending_entry *next;

		for (struct pending_entry *e = p->buckets[i]; e != NULL; e = next) {
			next = e->next;
			free(e);
		}
	}
	free(p->buckets);
	*p = (struct pending){0};
}
