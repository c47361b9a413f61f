/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store - single values, walks over keys, and the small sets of a transaction.
 */
#include "index/store.h"

#include <assert.h>
#include <stdlib.h>

static MDB_val
store_val(struct span s)
{
	return (MDB_val){.mv_size = s.n, .mv_data = (void *)s.p};
}

static struct span
store_span(MDB_val v)
{
	return (struct span){v.mv_data, v.mv_size};
}

enum err
store_get(const struct view *v, enum db db, struct span key, struct span *value)
{
	MDB_val k = store_val(key), val;
	int code = mdb_get(v->mdb, v->ix->dbi[db], &k, &val);

	*value = (struct span){0};
	if (code != 0)
		return err_from_mdb(v->ix, code);
	*value = store_span(val);
	return OK;
}

enum err
store_get_u64(const struct view *v, enum db db, struct span key, uint64_t *out)
{
	struct span value;
	enum err e = store_get(v, db, key, &value);

	*out = 0;
	if (e == OK && (!key_get_u64(&value, out) || value.n != 0))
		e = ERR_CORRUPT;
	return e;
}

enum err
store_fail(struct index_txn *txn, enum err e)
{
	/* A damaged index is not an item's fault: the daemon ends, and begins with a new one. */
	if (e == ERR_CORRUPT)
		store_mark_damaged(txn->view.ix, "a stored value is not what it should be");
	if (e == ERR_CORRUPT || e == ERR_INTERNAL)
		e = ERR_IO;
	if (e != OK && txn->failed == OK)
		txn->failed = e;
	return e;
}

enum err
store_put(struct index_txn *txn, enum db db, struct span key, struct span value)
{
	MDB_val k = store_val(key), val = store_val(value);
	int code = mdb_put(txn->view.mdb, txn->view.ix->dbi[db], &k, &val, 0);

	return store_fail(txn, err_from_mdb(txn->view.ix, code));
}

enum err
store_del(struct index_txn *txn, enum db db, struct span key)
{
	MDB_val k = store_val(key);
	int code = mdb_del(txn->view.mdb, txn->view.ix->dbi[db], &k, NULL);

	return code == MDB_NOTFOUND ? OK : store_fail(txn, err_from_mdb(txn->view.ix, code));
}

/* --- walks --- */

enum err
walk_begin(struct walk *w, const struct view *v, enum db db, struct span prefix)
{
	int code;

	*w = (struct walk){.view = *v};
	key_put_name(&w->prefix, prefix);
	w->from = w->prefix;
	code = mdb_cursor_open(v->mdb, v->ix->dbi[db], &w->cursor);
	return err_from_mdb(v->ix, code);
}

void
walk_from(struct walk *w, struct span from, bool behind)
{
	w->from = (struct key){0};
	key_put_name(&w->from, from);
	w->behind = behind;
}

enum err
walk_next(struct walk *w, struct span *key, struct span *value)
{
	MDB_val k = store_val(key_span(&w->from)), val;
	int code;

	if (w->started)
		code = mdb_cursor_get(w->cursor, &k, &val, MDB_NEXT);
	else if (w->from.n == 0)
		code = mdb_cursor_get(w->cursor, &k, &val, MDB_FIRST);
	else
		code = mdb_cursor_get(w->cursor, &k, &val, MDB_SET_RANGE);
	if (code == 0 && !w->started && w->behind && span_eq(store_span(k), key_span(&w->from)))
		code = mdb_cursor_get(w->cursor, &k, &val, MDB_NEXT);
	w->started = true;
	if (code != 0)
		return err_from_mdb(w->view.ix, code);
	*key = store_span(k);
	*value = store_span(val);
	return span_starts(*key, key_span(&w->prefix)) ? OK : ERR_NOT_FOUND;
}

void
walk_end(struct walk *w)
{
	if (w->cursor != NULL)
		mdb_cursor_close(w->cursor);
	w->cursor = NULL;
}

/* --- sets of ids --- */

enum err
ids_add(struct ids *ids, uint64_t id)
{
	if (ids->n == ids->cap) {
		size_t cap = ids->cap == 0 ? 16 : ids->cap * 2;
		uint64_t *list = reallocarray(ids->list, cap, sizeof *list);

		if (list == NULL)
			return ERR_NOMEM;
		ids->list = list;
		ids->cap = cap;
	}
	ids->list[ids->n++] = id;
	return OK;
}

static int
ids_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
ids_sort(struct ids *ids)
{
	size_t n = 0;

	if (ids->n == 0)
		return;
	qsort(ids->list, ids->n, sizeof *ids->list, ids_cmp);
	for (size_t i = 1; i < ids->n; i++)
		if (ids->list[i] != ids->list[n])
			ids->list[++n] = ids->list[i];
	ids->n = n + 1;
}

bool
ids_has(const struct ids *ids, uint64_t id)
{
	return ids->n > 0 && bsearch(&id, ids->list, ids->n, sizeof id, ids_cmp) != NULL;
}

void
ids_clear(struct ids *ids)
{
	free(ids->list);
	*ids = (struct ids){0};
}

/* --- counts --- */

enum err
counts_copy(const struct counts *from, struct counts *to)
{
	*to = *from;
	to->kinds = NULL;
	if (from->kind_count == 0)
		return OK;
	to->kinds = malloc(from->kind_count * sizeof *to->kinds);
	if (to->kinds == NULL)
		return ERR_NOMEM;
	memcpy(to->kinds, from->kinds, from->kind_count * sizeof *to->kinds);
	return OK;
}

enum err
counts_add(struct counts *c, uint32_t kind, int64_t records)
{
	struct count *kinds;

	for (size_t i = 0; i < c->kind_count; i++) {
		if (c->kinds[i].kind == kind) {
			c->kinds[i].records += (uint64_t)records;
			return OK;
		}
	}
	kinds = reallocarray(c->kinds, c->kind_count + 1, sizeof *kinds);
	if (kinds == NULL)
		return ERR_NOMEM;
	c->kinds = kinds;
	kinds[c->kind_count++] = (struct count){.kind = kind, .records = (uint64_t)records};
	return OK;
}

void
counts_clear(struct counts *c)
{
	free(c->kinds);
	*c = (struct counts){0};
}

struct catalogue *
store_catalogue(struct index *ix)
{
	struct catalogue *cat;

	pthread_mutex_lock(&ix->lock);
	cat = catalogue_ref(ix->catalogue);
	pthread_mutex_unlock(&ix->lock);
	return cat;
}

struct vectors *
index_vectors(struct index *ix)
{
	return ix->vectors;
}

struct index *
index_read_index(const struct index_read *rd)
{
	return rd->view.ix;
}
