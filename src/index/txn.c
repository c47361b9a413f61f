/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * txn - snapshots, write transactions and what a commit tells.
 *
 * A commit, in this order:
 *
 *  1. documents that nobody named go; news, `changes` and `meta` are written
 *  2. the ledger's lines are appended and synced, its mark goes into `meta`
 *  3. the vectors change under the coming clock, which no snapshot has yet
 *  4. LMDB commits
 *  5. counts and catalogue take effect
 *
 * What fails before 5 is undone backwards; lines that stand in the ledger already
 * are remembered there.
 */
#include "index/env.h"

#include "common/log.h"

#include <stdlib.h>

#define TXN_CHANGES_KEPT 100000 /* commits in `changes` */

/* --- snapshots --- */

enum err
index_read_begin(struct index *ix, struct index_read **out)
{
	struct index_read *rd = calloc(1, sizeof *rd);
	enum err e;

	*out = NULL;
	if (rd == NULL)
		return ERR_NOMEM;
	rd->view.ix = ix;
	pthread_mutex_lock(&ix->lock);
	while (ix->growing)
		pthread_cond_wait(&ix->changed, &ix->lock);
	e = err_from_mdb(ix, mdb_txn_begin(ix->env, NULL, MDB_RDONLY, &rd->view.mdb));
	if (e == OK) {
		e = store_get_u64(&rd->view, DB_META, SPAN("clock"), &rd->clock);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	if (e == OK) {
		rd->next = ix->reads;
		rd->link = &ix->reads;
		if (rd->next != NULL)
			rd->next->link = &rd->next;
		ix->reads = rd;
	}
	pthread_mutex_unlock(&ix->lock);
	if (e != OK) {
		if (rd->view.mdb != NULL)
			mdb_txn_abort(rd->view.mdb);
		free(rd);
		return e;
	}
	*out = rd;
	return OK;
}

void
index_read_end(struct index_read *rd)
{
	struct index *ix;

	if (rd == NULL)
		return;
	ix = rd->view.ix;
	mdb_txn_abort(rd->view.mdb);
	pthread_mutex_lock(&ix->lock);
	*rd->link = rd->next;
	if (rd->next != NULL)
		rd->next->link = rd->link;
	pthread_cond_broadcast(&ix->changed);
	pthread_mutex_unlock(&ix->lock);
	buf_clear(&rd->tail);
	free(rd);
}

uint64_t
index_read_clock(const struct index_read *rd)
{
	return rd->clock;
}

/* --- a transaction's beginning and end --- */

static void
txn_free(struct index_txn *txn)
{
	struct vector_add *adds = (struct vector_add *)(void *)txn->vector_adds.p;

	for (size_t i = 0; i < txn->vector_adds.n / sizeof *adds; i++)
		free(adds[i].bytes);
	buf_clear(&txn->vector_adds);
	buf_clear(&txn->ledger);
	ids_clear(&txn->added);
	ids_clear(&txn->gone);
	ids_clear(&txn->unlinked);
	ids_clear(&txn->dropped);
	ids_clear(&txn->replaced);
	counts_clear(&txn->counts);
	catalogue_unref(txn->catalogue);
	free(txn);
}

/* A counter of `meta` that begins at 1. */
static enum err
txn_get_counter(const struct view *v, struct span key, uint64_t *out)
{
	enum err e = store_get_u64(v, DB_META, key, out);

	if (e != ERR_NOT_FOUND)
		return e;
	*out = 1;
	return OK;
}

enum err
index_begin(struct index *ix, struct index_txn **out)
{
	struct index_txn *txn = calloc(1, sizeof *txn);
	enum err e;

	*out = NULL;
	if (txn == NULL)
		return ERR_NOMEM;
	txn->view.ix = ix;
	e = err_from_mdb(ix, mdb_txn_begin(ix->env, NULL, 0, &txn->view.mdb));
	if (e == OK)
		e = txn_get_counter(&txn->view, SPAN("next_document"), &txn->next_document);
	if (e == OK)
		e = txn_get_counter(&txn->view, SPAN("next_folder"), &txn->next_folder);
	if (e == OK) {
		pthread_mutex_lock(&ix->lock);
		txn->clock = ix->clock + 1;
		txn->catalogue = catalogue_ref(ix->catalogue);
		e = counts_copy(&ix->counts, &txn->counts);
		pthread_mutex_unlock(&ix->lock);
	}
	txn->first_document = txn->next_document;
	if (e != OK) {
		index_abort(txn);
		return e;
	}
	*out = txn;
	return OK;
}

void
index_abort(struct index_txn *txn)
{
	if (txn == NULL)
		return;
	if (txn->view.mdb != NULL)
		mdb_txn_abort(txn->view.mdb);
	txn_free(txn);
}

/* --- the commit's steps --- */

/* A document that no file names is none: it was put without a file, or lost its last one. */
static enum err
txn_drop_pathless(struct index_txn *txn)
{
	enum err e = OK;

	for (uint64_t id = txn->first_document; id < txn->next_document && e == OK; id++)
		e = ids_add(&txn->unlinked, id);
	ids_sort(&txn->unlinked);
	for (size_t i = 0; i < txn->unlinked.n && e == OK; i++) {
		bool has;

		e = folder_has_path(&txn->view, txn->unlinked.list[i], &has);
		if (e == OK && !has)
			e = document_drop(txn, txn->unlinked.list[i]);
	}
	return e;
}

static enum err
txn_make_news(struct index_txn *txn, struct index_news **out)
{
	struct index_news *news = calloc(1, sizeof *news);
	uint64_t *added, *gone;

	*out = NULL;
	if (news == NULL)
		return ERR_NOMEM;
	ids_sort(&txn->added);
	ids_sort(&txn->gone);
	ids_sort(&txn->dropped);
	ids_sort(&txn->replaced);
	added = calloc(txn->added.n + 1, sizeof *added);
	gone = calloc(txn->gone.n + 1, sizeof *gone);
	news->clock = txn->clock;
	news->added = added;
	news->gone = gone;
	if (added == NULL || gone == NULL) {
		index_news_free(news);
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < txn->added.n; i++)
		if (!ids_has(&txn->dropped, txn->added.list[i]))
			added[news->added_count++] = txn->added.list[i];
	for (size_t i = 0; i < txn->gone.n; i++)
		if (txn->gone.list[i] < txn->first_document)
			gone[news->gone_count++] = txn->gone.list[i];
	*out = news;
	return OK;
}

void
index_news_free(struct index_news *news)
{
	if (news == NULL)
		return;
	free(news->added);
	free(news->gone);
	free(news);
}

static void
txn_put_ids(struct buf *out, const uint64_t *ids, size_t n)
{
	struct key key = {0};

	key_put_u32(&key, (uint32_t)n);
	buf_put_span(out, key_span(&key));
	for (size_t i = 0; i < n; i++) {
		key = key_of(ids[i]);
		buf_put_span(out, key_span(&key));
	}
}

static enum err
txn_put_counter(struct index_txn *txn, struct span key, uint64_t n)
{
	struct key value = key_of(n);

	return store_put(txn, DB_META, key, key_span(&value));
}

static enum err
txn_write_meta(struct index_txn *txn, const struct index_news *news)
{
	struct key clock = key_of(txn->clock), old;
	struct buf value = {0};
	enum err e;

	txn_put_ids(&value, news->added, news->added_count);
	txn_put_ids(&value, news->gone, news->gone_count);
	e = store_fail(txn, buf_err(&value));
	if (e == OK)
		e = store_put(txn, DB_CHANGES, key_span(&clock), buf_span(&value));
	buf_clear(&value);
	if (e == OK && txn->clock > TXN_CHANGES_KEPT) {
		old = key_of(txn->clock - TXN_CHANGES_KEPT);
		e = store_del(txn, DB_CHANGES, key_span(&old));
	}
	if (e == OK)
		e = txn_put_counter(txn, SPAN("clock"), txn->clock);
	if (e == OK)
		e = txn_put_counter(txn, SPAN("next_document"), txn->next_document);
	return e == OK ? txn_put_counter(txn, SPAN("next_folder"), txn->next_folder) : e;
}

static enum err
txn_write_mark(struct index_txn *txn, const struct ledger_mark *mark)
{
	struct key value = key_of(mark->position);

	key_put_name(&value, (struct span){(const char *)mark->hash, sizeof mark->hash});
	return store_put(txn, DB_META, SPAN("ledger"), key_span(&value));
}

/* Of several for one document the last comes last. */
static int
txn_cmp_adds(const void *a, const void *b)
{
	const struct vector_add *const *x = a, *const *y = b;

	if ((*x)->document != (*y)->document)
		return (*x)->document < (*y)->document ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

static enum err
txn_add_vectors(struct index_txn *txn)
{
	const struct vector_add *adds = (const struct vector_add *)(void *)txn->vector_adds.p;
	size_t n = txn->vector_adds.n / sizeof *adds;
	const struct vector_add **order = calloc(n + 1, sizeof(*order));
	enum err e = OK;

	if (order == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = &adds[i];
	qsort(order, n, sizeof(*order), txn_cmp_adds);
	for (size_t i = 0; i < n && e == OK; i++) {
		const struct vector_add *add = order[i];

		if (i + 1 < n && order[i + 1]->document == add->document)
			continue;
		if (!ids_has(&txn->dropped, add->document))
			e = vectors_add(txn->view.ix->vectors, add->document,
					(struct span){add->bytes, add->n}, txn->clock);
	}
	free(order);
	return e;
}

static enum err
txn_remove_vectors(struct index_txn *txn, const struct ids *ids, const struct ids *but)
{
	enum err e = OK;

	for (size_t i = 0; i < ids->n && e == OK; i++)
		if (ids->list[i] < txn->first_document &&
		    (but == NULL || !ids_has(but, ids->list[i])))
			e = vectors_remove(txn->view.ix->vectors, ids->list[i], txn->clock);
	return e;
}

static enum err
txn_change_vectors(struct index_txn *txn)
{
	enum err e = txn_remove_vectors(txn, &txn->dropped, NULL);

	if (e == OK)
		e = txn_remove_vectors(txn, &txn->replaced, &txn->dropped);
	if (e == OK)
		e = txn_add_vectors(txn);
	/* These bytes are our own: if they are wrong, so are we. */
	return e == ERR_CORRUPT ? ERR_IO : e;
}

/* The commit stands: memory follows. */
static void
txn_take_effect(struct index_txn *txn)
{
	struct index *ix = txn->view.ix;
	struct counts counts;
	struct catalogue *catalogue;
	uint64_t oldest = txn->clock;

	pthread_mutex_lock(&ix->lock);
	counts = ix->counts;
	catalogue = ix->catalogue;
	ix->counts = txn->counts;
	ix->catalogue = txn->catalogue;
	ix->clock = txn->clock;
	for (const struct index_read *rd = ix->reads; rd != NULL; rd = rd->next)
		if (rd->clock < oldest)
			oldest = rd->clock;
	pthread_mutex_unlock(&ix->lock);
	txn->counts = counts;
	txn->catalogue = catalogue;
	env_measure(ix);
	vectors_retire(ix->vectors, oldest);
}

/* Steps 2 to 5; the LMDB transaction is gone afterwards. */
static enum err
txn_commit(struct index_txn *txn)
{
	struct index *ix = txn->view.ix;
	struct ledger_mark mark;
	enum err e = ledger_append(ix->ledger, buf_span(&txn->ledger), &mark);

	if (e != OK)
		return e;
	e = txn_write_mark(txn, &mark);
	if (e == OK) {
		e = txn_change_vectors(txn);
		if (e == OK) {
			int code = mdb_txn_commit(txn->view.mdb);

			txn->view.mdb = NULL;
			e = err_from_mdb(ix, code);
		}
		if (e != OK)
			vectors_undo(ix->vectors, txn->clock);
	}
	ledger_settle(ix->ledger, e == OK);
	if (e == OK)
		txn_take_effect(txn);
	return e;
}

enum err
index_commit(struct index_txn *txn, struct index_news **news)
{
	struct index_news *made = NULL;
	enum err e = txn->failed;

	*news = NULL;
	if (e == OK)
		e = store_fail(txn, txn_drop_pathless(txn));
	if (e == OK)
		e = txn_make_news(txn, &made);
	if (e == OK)
		e = txn_write_meta(txn, made);
	if (e == OK)
		e = txn_commit(txn);
	if (e == OK)
		*news = made;
	else
		index_news_free(made);
	/* Misuse of LMDB and damage are the daemon's end, as a broken disk is. */
	if (e == ERR_CORRUPT || e == ERR_INTERNAL) {
		log_error("the index could not be written: %s", err_text(e));
		e = ERR_IO;
	}
	index_abort(txn);
	return e;
}
