/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_under - paths turned into places below roots, and the walk.
 */
#include "index/query_under.h"

#include <stdlib.h>
#include <time.h>

#define UNDER_LOOKS_MAX  2048 /* at documents' paths, before the walk is cheaper */
#define UNDER_LATE_STEPS 1024 /* entries between two looks at the clock */
#define UNDER_PATH_MAX   (64 * 1024)

struct under_place { /* a path below a root; owns it */
	uint64_t root;
	struct span path;
};

struct under {
	struct index_read *rd;
	struct span wanted; /* borrowed from the query */
	struct under_place *places;
	size_t place_count;
	bool walked;
	struct buf documents; /* u64, ascending, each once, when walked */
	size_t looks;
	enum err e; /* in callbacks */
};

bool
query_late(uint64_t deadline_ns)
{
	struct timespec now;

	if (deadline_ns == 0)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec > deadline_ns;
}

/* Is `path` the folder itself or below it? What is below is left in *rest. */
static bool
under_below(struct span path, struct span folder, struct span *rest)
{
	if (!span_starts(path, folder))
		return false;
	*rest = span_sub(path, folder.n, path.n);
	if (folder.n > 0 && folder.p[folder.n - 1] != '/' && rest->n > 0) {
		if (rest->p[0] != '/')
			return false;
		*rest = span_sub(*rest, 1, rest->n);
	}
	return true;
}

/* --- places --- */

static enum err
under_add_place(struct under *u, uint64_t root, struct span path)
{
	struct under_place *places = reallocarray(u->places, u->place_count + 1, sizeof *u->places);
	char *copy;

	if (places == NULL)
		return ERR_NOMEM;
	u->places = places;
	copy = malloc(path.n + 1);
	if (copy == NULL)
		return ERR_NOMEM;
	if (path.n > 0)
		memcpy(copy, path.p, path.n);
	places[u->place_count++] = (struct under_place){root, {copy, path.n}};
	return OK;
}

static bool
under_on_root(void *ctx, uint64_t root, struct span path)
{
	struct under *u = ctx;
	struct file_entry entry;
	struct span rest;

	if (u->wanted.n > 0 && u->wanted.p[0] == '/') {
		if (under_below(path, u->wanted, &rest))
			u->e = under_add_place(u, root, SPAN(""));
		else if (under_below(u->wanted, path, &rest))
			u->e = under_add_place(u, root, rest);
		return u->e == OK;
	}
	u->e = u->wanted.n == 0 ? OK : index_file_get(u->rd, root, u->wanted, &entry);
	if (u->e == OK)
		u->e = under_add_place(u, root, u->wanted);
	else if (u->e == ERR_NOT_FOUND || u->e == ERR_LIMIT)
		u->e = OK;
	return u->e == OK;
}

enum err
under_new(struct index_read *rd, struct span path, struct under **out)
{
	struct under *u = calloc(1, sizeof *u);
	enum err e;

	*out = NULL;
	if (u == NULL)
		return ERR_NOMEM;
	u->rd = rd;
	u->wanted = path;
	e = index_roots(rd, under_on_root, u);
	if (e == OK)
		e = u->e;
	if (e != OK)
		under_free(u);
	else
		*out = u;
	return e;
}

void
under_free(struct under *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->place_count; i++)
		free((char *)u->places[i].path.p);
	free(u->places);
	buf_clear(&u->documents);
	free(u);
}

/* --- the walk: folders wait in a list, so that depth costs no stack --- */

struct under_walk {
	struct under *u;
	uint64_t root;
	struct buf waiting; /* u32 length and path of each folder; read from `at` */
	size_t at;
	struct buf path; /* of the folder being read */
	size_t entries, max;
	uint64_t deadline_ns;
	bool left_off;
};

static void
under_wait_for(struct under_walk *w, struct span folder, struct span name)
{
	uint32_t n = (uint32_t)(folder.n + (folder.n > 0) + name.n);

	buf_put(&w->waiting, &n, sizeof n);
	buf_put_span(&w->waiting, folder);
	if (folder.n > 0)
		buf_put_char(&w->waiting, '/');
	buf_put_span(&w->waiting, name);
}

static bool
under_on_entry(void *ctx, struct span name, const struct file_entry *entry)
{
	struct under_walk *w = ctx;

	if ((w->max > 0 && w->entries >= w->max) ||
	    (w->entries % UNDER_LATE_STEPS == 0 && query_late(w->deadline_ns))) {
		w->left_off = true;
		return false;
	}
	w->entries++;
	if (entry->state == FILE_FOLDER)
		under_wait_for(w, buf_span(&w->path), name);
	else if (entry->document != 0)
		buf_put(&w->u->documents, &entry->document, sizeof entry->document);
	return true;
}

static enum err
under_walk_place(struct under_walk *w, const struct under_place *place)
{
	struct file_entry entry = {.state = FILE_FOLDER};
	enum err e = OK;

	w->root = place->root;
	if (place->path.n > 0)
		e = index_file_get(w->u->rd, place->root, place->path, &entry);
	if (e == ERR_NOT_FOUND || e == ERR_LIMIT)
		return OK;
	if (e != OK)
		return e;
	if (entry.state != FILE_FOLDER) {
		if (entry.document != 0)
			buf_put(&w->u->documents, &entry.document, sizeof entry.document);
		return buf_err(&w->u->documents);
	}
	under_wait_for(w, SPAN(""), place->path);
	while (e == OK && !w->left_off && !w->waiting.failed && w->at < w->waiting.n) {
		uint32_t n;

		memcpy(&n, w->waiting.p + w->at, sizeof n);
		buf_reset(&w->path);
		buf_put(&w->path, w->waiting.p + w->at + sizeof n, n);
		w->at += sizeof n + n;
		if (w->at > UNDER_PATH_MAX && w->at > w->waiting.n / 2) {
			buf_consume(&w->waiting, w->at);
			w->at = 0;
		}
		e = buf_err(&w->path);
		if (e == OK)
			e = index_folder(w->u->rd, w->root, buf_span(&w->path), under_on_entry, w);
	}
	return e != OK ? e : buf_err(&w->waiting);
}

static int
under_document_cmp(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

static void
under_sort(struct under *u)
{
	uint64_t *list = (uint64_t *)u->documents.p;
	size_t n = u->documents.n / sizeof *list, kept = 0;

	if (n > 0)
		qsort(list, n, sizeof *list, under_document_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || list[i] != list[i - 1])
			list[kept++] = list[i];
	u->documents.n = kept * sizeof *list;
}

enum err
under_walk(struct under *u, size_t max, uint64_t deadline_ns)
{
	struct under_walk w = {.u = u, .max = max, .deadline_ns = deadline_ns};
	enum err e = OK;

	if (u->walked)
		return OK;
	buf_reset(&u->documents);
	for (size_t i = 0; e == OK && !w.left_off && i < u->place_count; i++)
		e = under_walk_place(&w, &u->places[i]);
	if (e == OK)
		e = buf_err(&u->documents);
	if (e == OK && !w.left_off) {
		under_sort(u);
		u->walked = true;
	}
	buf_clear(&w.waiting);
	buf_clear(&w.path);
	return e;
}

/* --- answers --- */

uint64_t
under_count(const struct under *u, uint64_t otherwise)
{
	return u->place_count == 0 ? 0 : u->walked ? u->documents.n / sizeof(uint64_t) : otherwise;
}

bool
under_slots(const struct under *u, struct vectors *v, struct buf *slots)
{
	const uint64_t *list = (const uint64_t *)u->documents.p;
	uint32_t all = vectors_slot_count(v);

	if (!u->walked)
		return u->place_count == 0;
	for (size_t i = 0; i < u->documents.n / sizeof *list; i++) {
		uint32_t slot = vectors_slot_from(v, list[i]);

		if (slot < all)
			buf_put(slots, &slot, sizeof slot);
	}
	return true;
}

struct under_look {
	const struct under *u;
	bool found;
};

static bool
under_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct under_look *look = ctx;
	struct span rest;

	(void)absolute;
	for (size_t i = 0; i < look->u->place_count && !look->found; i++)
		look->found = look->u->places[i].root == root &&
			      under_below(path, look->u->places[i].path, &rest);
	return !look->found;
}

enum err
under_has(struct under *u, uint64_t document, bool *has)
{
	struct under_look look = {u, false};
	enum err e = OK;

	if (!u->walked && ++u->looks > UNDER_LOOKS_MAX)
		e = under_walk(u, 0, 0);
	if (e != OK)
		return e;
	if (u->walked) {
		look.found = u->documents.n > 0 &&
			     bsearch(&document, u->documents.p, u->documents.n / sizeof document,
				     sizeof document, under_document_cmp) != NULL;
	} else if (u->place_count > 0) {
		e = index_paths(u->rd, document, under_on_path, &look);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	*has = look.found;
	return e;
}
