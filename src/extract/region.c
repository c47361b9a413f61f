/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * region - small blocks out of chunks, by free lists of equal sizes; large ones from
 * malloc(), in a list. At the mark a copy is made of each chunk and large block, and a
 * new chunk is begun.
 *
 * What lived at the mark is not given back to malloc() afterwards: it may come back.
 */
#include "extract/region.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REGION_STEP        16u   /* sizes and addresses are multiples of it */
#define REGION_SMALL       1024u /* larger blocks are malloc()'s */
#define REGION_CLASSES     (REGION_SMALL / REGION_STEP + 1)
#define REGION_CHUNK_BYTES (32u * 1024) /* with its head */
#define REGION_CHUNKS_KEPT 64           /* since the mark, over a rewind */
#define REGION_PIECE       4096u        /* compared, and copied where it differs */

struct region_chunk {
	struct region_chunk *next;
	char *image; /* of what is used: NULL before the mark, and for a younger one */
	size_t used; /* of `bytes` */
	alignas(REGION_STEP) char bytes[];
};

struct region_large {
	struct region_large *next, **at; /* `at`: what points to this one */
	char *image;
	size_t size;
	alignas(REGION_STEP) char bytes[];
};

struct region_free {
	struct region_free *next;
};

struct region {
	struct region_chunk *chunks; /* the one that blocks are cut from, then older ones */
	struct region_chunk *spare;  /* empty */
	struct region_chunk *marked; /* the first of `chunks` that the mark keeps */
	struct region_large *large, *marked_large;
	struct region_free *free[REGION_CLASSES];
	bool is_marked;
};

struct region *
region_new(void)
{
	return calloc(1, sizeof(struct region));
}

static void
region_free_chunks(struct region_chunk *c)
{
	while (c != NULL) {
		struct region_chunk *next = c->next;

		free(c->image);
		free(c);
		c = next;
	}
}

static void
region_free_large(struct region_large *l)
{
	while (l != NULL) {
		struct region_large *next = l->next;

		free(l->image);
		free(l);
		l = next;
	}
}

void
region_free(struct region *r)
{
	if (r == NULL)
		return;
	region_free_chunks(r->chunks);
	region_free_chunks(r->spare);
	region_free_chunks(r->marked);
	region_free_large(r->large);
	region_free_large(r->marked_large);
	free(r);
}

/* --- large blocks --- */

static struct region_large *
region_large_of(void *p)
{
	return (struct region_large *)((char *)p - offsetof(struct region_large, bytes));
}

static void
region_large_link(struct region *r, struct region_large *l)
{
	l->next = r->large;
	l->at = &r->large;
	if (l->next != NULL)
		l->next->at = &l->next;
	r->large = l;
}

static void
region_large_unlink(struct region_large *l)
{
	*l->at = l->next;
	if (l->next != NULL)
		l->next->at = l->at;
}

static void *
region_large_new(struct region *r, size_t size)
{
	struct region_large *l;

	if (size > SIZE_MAX - sizeof *l)
		return NULL;
	l = malloc(sizeof *l + size);
	if (l == NULL)
		return NULL;
	l->image = NULL;
	l->size = size;
	region_large_link(r, l);
	return l->bytes;
}

/* NULL: no memory, or one that the mark keeps. */
static void *
region_large_resize(struct region *r, void *p, size_t size)
{
	struct region_large *l = region_large_of(p), *grown;

	if (l->image != NULL || size > SIZE_MAX - sizeof *l)
		return NULL;
	region_large_unlink(l);
	grown = realloc(l, sizeof *l + size);
	if (grown == NULL) {
		region_large_link(r, l);
		return NULL;
	}
	grown->size = size;
	region_large_link(r, grown);
	return grown->bytes;
}

static void
region_large_free(void *p)
{
	struct region_large *l = region_large_of(p);

	if (l->image != NULL)
		return;
	region_large_unlink(l);
	free(l);
}

/* --- small blocks --- */

static size_t
region_class(size_t size)
{
	return (size + REGION_STEP - 1) / REGION_STEP;
}

static bool
region_grow(struct region *r)
{
	struct region_chunk *c = r->spare;

	if (c != NULL)
		r->spare = c->next;
	else
		c = aligned_alloc(REGION_PIECE, REGION_CHUNK_BYTES);
	if (c == NULL)
		return false;
	*c = (struct region_chunk){.next = r->chunks};
	r->chunks = c;
	return true;
}

static void *
region_small_new(struct region *r, size_t size)
{
	size_t class = region_class(size), n = class * REGION_STEP;
	struct region_free *f = r->free[class];
	struct region_chunk *c = r->chunks;

	if (f != NULL) {
		r->free[class] = f->next;
		return f;
	}
	if (c == NULL || c->used + n > REGION_CHUNK_BYTES - sizeof *c) {
		if (!region_grow(r))
			return NULL;
		c = r->chunks;
	}
	c->used += n;
	return c->bytes + c->used - n;
}

static void
region_small_free(struct region *r, void *p, size_t size)
{
	struct region_free *f = p;
	size_t class = region_class(size);

	f->next = r->free[class];
	r->free[class] = f;
}

/* --- blocks --- */

static void
region_drop(struct region *r, void *p, size_t size)
{
	if (size <= REGION_SMALL)
		region_small_free(r, p, size);
	else
		region_large_free(p);
}

void *
region_realloc(struct region *r, void *p, size_t old, size_t size)
{
	void *q = NULL;

	if (old == 0)
		p = NULL;
	if (size == 0) {
		if (p != NULL)
			region_drop(r, p, old);
		return NULL;
	}
	if (p != NULL && old <= REGION_SMALL && region_class(old) == region_class(size))
		return p;
	if (p != NULL && old > REGION_SMALL && size > REGION_SMALL)
		q = region_large_resize(r, p, size);
	if (q != NULL)
		return q;
	q = size <= REGION_SMALL ? region_small_new(r, size) : region_large_new(r, size);
	if (q != NULL && p != NULL) {
		memcpy(q, p, old < size ? old : size);
		region_drop(r, p, old);
	}
	return q;
}

/* --- the mark --- */

static char *
region_copy(const char *bytes, size_t n)
{
	char *copy = malloc(n + 1);

	if (copy != NULL)
		memcpy(copy, bytes, n);
	return copy;
}

enum err
region_mark(struct region *r)
{
	bool ok = true;

	for (struct region_chunk *c = r->chunks; c != NULL && ok; c = c->next)
		ok = (c->image = region_copy(c->bytes, c->used)) != NULL;
	for (struct region_large *l = r->large; l != NULL && ok; l = l->next)
		ok = (l->image = region_copy(l->bytes, l->size)) != NULL;
	if (!ok) {
		for (struct region_chunk *c = r->chunks; c != NULL; c = c->next) {
			free(c->image);
			c->image = NULL;
		}
		for (struct region_large *l = r->large; l != NULL; l = l->next) {
			free(l->image);
			l->image = NULL;
		}
		return ERR_NOMEM;
	}
	r->marked = r->chunks;
	r->marked_large = r->large;
	r->chunks = NULL;
	r->large = NULL;
	/* Holes among what stays are not used: each would cost a page that is shared. */
	memset(r->free, 0, sizeof r->free);
	r->is_marked = true;
	return OK;
}

bool
region_is_marked(const struct region *r)
{
	return r->is_marked;
}

static void
region_restore(char *bytes, const char *image, size_t n)
{
	for (size_t at = 0; at < n; at += REGION_PIECE) {
		size_t piece = n - at < REGION_PIECE ? n - at : REGION_PIECE;

		if (memcmp(bytes + at, image + at, piece) != 0)
			memcpy(bytes + at, image + at, piece);
	}
}

void
region_rewind(struct region *r)
{
	size_t kept = 0;

	for (const struct region_chunk *c = r->marked; c != NULL; c = c->next)
		region_restore((char *)c->bytes, c->image, c->used);
	for (const struct region_large *l = r->marked_large; l != NULL; l = l->next)
		region_restore((char *)l->bytes, l->image, l->size);
	region_free_large(r->large);
	r->large = NULL;
	memset(r->free, 0, sizeof r->free);
	for (const struct region_chunk *c = r->spare; c != NULL; c = c->next)
		kept++;
	/* The ones used last come first again: they are in the processor's caches. */
	while (r->chunks != NULL) {
		struct region_chunk *c = r->chunks;

		r->chunks = c->next;
		if (kept++ < REGION_CHUNKS_KEPT) {
			c->next = r->spare;
			r->spare = c;
		} else {
			free(c);
		}
	}
}
