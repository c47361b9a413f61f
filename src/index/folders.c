/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * folders - from paths to folders and back. A folder is found downwards by its
 * entry in `files`, and knows its parent and name through `folders`.
 */
#include "index/store.h"

#include <stdlib.h>

#define FOLDER_DEPTH_MAX 4096 /* deeper is a circle */

void
path_split(struct span path, struct span *folder, struct span *name)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	*name = span_sub(path, at, path.n);
	*folder = span_sub(path, 0, at == 0 ? 0 : at - 1);
}

bool
path_next(struct span *path, struct span *name)
{
	const char *slash;

	if (path->n == 0)
		return false;
	slash = memchr(path->p, '/', path->n);
	*name = span_sub(*path, 0, slash == NULL ? path->n : (size_t)(slash - path->p));
	*path = span_sub(*path, name->n + 1 > path->n ? path->n : name->n + 1, path->n);
	return true;
}

enum err
folder_get(const struct view *v, uint64_t id, struct folder *out)
{
	struct key key = key_of(id);
	struct span value;
	enum err e = store_get(v, DB_FOLDERS, key_span(&key), &value);

	*out = (struct folder){0};
	if (e == OK && !key_get_u64(&value, &out->parent))
		e = ERR_CORRUPT;
	out->name = value;
	return e;
}

enum err
folder_find(const struct view *v, uint64_t root, struct span path, uint64_t *id)
{
	struct span name;
	struct folder folder;
	enum err e = folder_get(v, root, &folder);

	*id = root;
	while (e == OK && path_next(&path, &name)) {
		struct file_entry entry;

		e = entry_get(v, *id, name, &entry);
		if (e == OK && entry.state != FILE_FOLDER)
			e = ERR_NOT_FOUND;
		*id = entry.document;
	}
	return e;
}

/* Puts `name` and, if something follows, a slash before what stands in *path from `at` on. */
static void
folder_prepend(struct buf *path, size_t at, struct span name)
{
	size_t rest = path->n - at, more = name.n + (rest > 0);

	if (buf_reserve(path, more) == NULL)
		return;
	memmove(path->p + at + more, path->p + at, rest);
	memcpy(path->p + at, name.p, name.n);
	if (rest > 0)
		path->p[at + name.n] = '/';
	path->n += more;
}

enum err
folder_path(const struct view *v, uint64_t id, uint64_t *root, struct buf *path)
{
	size_t at = path->n;

	for (size_t depth = 0; depth < FOLDER_DEPTH_MAX; depth++) {
		struct folder folder;
		enum err e = folder_get(v, id, &folder);

		/* Who asks has the id from the index itself. */
		if (e != OK)
			return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
		*root = id;
		if (folder.parent == 0)
			return buf_err(path);
		folder_prepend(path, at, folder.name);
		id = folder.parent;
	}
	return ERR_CORRUPT;
}

enum err
folder_absolute(const struct view *v, uint64_t root, struct span path, struct buf *out)
{
	struct folder folder;
	enum err e = folder_get(v, root, &folder);

	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	buf_put_span(out, folder.name);
	/* The root "/" has its slash already. */
	if (path.n > 0 && !span_is(folder.name, "/"))
		buf_put_char(out, '/');
	buf_put_span(out, path);
	return buf_err(out);
}

enum err
folder_roots(const struct view *v, struct span *ids)
{
	enum err e = store_get(v, DB_META, SPAN("roots"), ids);

	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
folder_has_path(const struct view *v, uint64_t document, bool *has)
{
	struct key key = key_of(document);
	struct span k, value;
	struct walk w;
	enum err e = walk_begin(&w, v, DB_PATHS, key_span(&key));

	if (e == OK)
		e = walk_next(&w, &k, &value);
	walk_end(&w);
	*has = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* --- all paths of a document --- */

struct folder_one_path {
	uint64_t root;
	size_t at, n;      /* of the absolute path, in the buffer */
	size_t below;      /* where the path below the root begins in it */
	const char *bytes; /* set when all are there */
};

static int
folder_path_cmp(const void *a, const void *b)
{
	const struct folder_one_path *x = a, *y = b;

	return span_cmp((struct span){x->bytes, x->n}, (struct span){y->bytes, y->n});
}

/* Appends the absolute path behind a key of `paths`. */
static enum err
folder_gather(const struct view *v, struct span key, struct buf *bytes, struct buf *paths)
{
	struct folder_one_path one = {.at = bytes->n};
	struct buf below = {0};
	uint64_t document, folder;
	enum err e = OK;

	if (!key_get_u64(&key, &document) || !key_get_u64(&key, &folder) || key.n == 0)
		return ERR_CORRUPT;
	e = folder_path(v, folder, &one.root, &below);
	if (e == OK) {
		if (below.n > 0)
			buf_put_char(&below, '/');
		buf_put_span(&below, key);
		e = buf_err(&below);
	}
	if (e == OK)
		e = folder_absolute(v, one.root, buf_span(&below), bytes);
	if (e == OK) {
		one.n = bytes->n - one.at;
		one.below = one.n - below.n;
		buf_put(paths, &one, sizeof one);
		e = buf_err(paths);
	}
	buf_clear(&below);
	return e;
}

enum err
folder_paths(const struct view *v, uint64_t document, index_on_path *on_path, void *ctx)
{
	struct buf bytes = {0}, paths = {0};
	struct folder_one_path *list;
	struct key prefix = key_of(document);
	struct span key, value;
	struct walk w;
	size_t n;
	enum err e = walk_begin(&w, v, DB_PATHS, key_span(&prefix));

	while (e == OK) {
		e = walk_next(&w, &key, &value);
		if (e == OK)
			e = folder_gather(v, key, &bytes, &paths);
	}
	walk_end(&w);
	if (e != ERR_NOT_FOUND)
		goto out;
	e = OK;
	list = (struct folder_one_path *)(void *)paths.p;
	n = paths.n / sizeof *list;
	for (size_t i = 0; i < n; i++)
		list[i].bytes = bytes.p + list[i].at;
	if (n > 1)
		qsort(list, n, sizeof *list, folder_path_cmp);
	for (size_t i = 0; i < n; i++) {
		struct span absolute = {list[i].bytes, list[i].n};

		if (!on_path(ctx, absolute, list[i].root,
			     span_sub(absolute, list[i].below, absolute.n)))
			break;
	}
out:
	buf_clear(&bytes);
	buf_clear(&paths);
	return e;
}
