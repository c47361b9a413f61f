/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * index - opening: what can't be used is moved aside, what is kept in memory is
 * read, the ledger is compared with it.
 *
 *   open -> check `meta` -> counts, catalogue, vectors -> ledger
 *      \        |                /
 *       damaged or foreign: index/ becomes index.TIME/, and once more from the start
 */
#include "index/env.h"
#include "index/stored.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INDEX_DIR          "index"
#define INDEX_LEDGER       "ledger.jsonl"
#define INDEX_ASIDE_TRIES  100
#define INDEX_INSTANCE_MAX 32

/* --- `meta` --- */

/* Major and minor version of LMDB: what the file's format hangs on. */
static struct key
index_library(void)
{
	struct key k = {0};
	int major, minor, patch;

	mdb_version(&major, &minor, &patch);
	key_put_u32(&k, (uint32_t)major);
	key_put_u32(&k, (uint32_t)minor);
	return k;
}

static enum err
index_make_instance(char out[33])
{
	unsigned char random[16];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return ERR_IO;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(out + 2 * i, 3, "%02x", random[i]);
	return OK;
}

static enum err
index_put_meta(struct index *ix, MDB_txn *txn, struct span key, struct span value)
{
	MDB_val k = {.mv_size = key.n, .mv_data = (void *)key.p};
	MDB_val v = {.mv_size = value.n, .mv_data = (void *)value.p};

	return err_from_mdb(ix, mdb_put(txn, ix->dbi[DB_META], &k, &v, 0));
}

/* Writes what says whose index it is. */
static enum err
index_make_meta(struct index *ix)
{
	struct key library = index_library(), schema = {0};
	MDB_txn *txn = NULL;
	enum err e = index_make_instance(ix->instance);

	key_put_u32(&schema, INDEX_SCHEMA);
	if (e == OK)
		e = err_from_mdb(ix, mdb_txn_begin(ix->env, NULL, 0, &txn));
	if (e != OK)
		return e;
	e = index_put_meta(ix, txn, SPAN("schema"), key_span(&schema));
	if (e == OK)
		e = index_put_meta(ix, txn, SPAN("library"), key_span(&library));
	if (e == OK)
		e = index_put_meta(ix, txn, SPAN("instance"), span_of(ix->instance));
	if (e != OK) {
		mdb_txn_abort(txn);
		return e;
	}
	return err_from_mdb(ix, mdb_txn_commit(txn));
}

/* ERR_CORRUPT: another schema or library, or none. ERR_NOT_FOUND: nothing in it yet. */
static enum err
index_check_meta(const struct view *v)
{
	struct key library = index_library(), schema = {0};
	struct span value;
	struct walk w;
	enum err e = store_get(v, DB_META, SPAN("schema"), &value);

	key_put_u32(&schema, INDEX_SCHEMA);
	if (e == ERR_NOT_FOUND) {
		e = walk_begin(&w, v, DB_META, (struct span){0});
		if (e == OK)
			e = walk_next(&w, &value, &value);
		walk_end(&w);
		return e == OK ? ERR_CORRUPT : e;
	}
	if (e == OK && !span_eq(value, key_span(&schema)))
		return ERR_CORRUPT;
	if (e == OK)
		e = store_get(v, DB_META, SPAN("library"), &value);
	if (e == OK && !span_eq(value, key_span(&library)))
		return ERR_CORRUPT;
	if (e == OK)
		e = store_get(v, DB_META, SPAN("instance"), &value);
	if (e == OK && value.n != INDEX_INSTANCE_MAX)
		return ERR_CORRUPT;
	if (e == OK)
		memcpy(v->ix->instance, value.p, value.n);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* --- what is kept in memory --- */

static enum err
index_load_documents(const struct view *v)
{
	struct counts *c = &v->ix->counts;
	struct span key, value;
	struct walk w;
	enum err e = walk_begin(&w, v, DB_DOCUMENTS, (struct span){0});

	while (e == OK) {
		struct stored_document d;
		uint32_t kind, records;

		e = walk_next(&w, &key, &value);
		if (e == OK)
			e = stored_document_decode(value, &d);
		if (e != OK)
			break;
		c->documents++;
		while (e == OK && stored_kind_next(&d.kinds, &kind, &records))
			e = counts_add(c, kind, records);
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
index_load_files(const struct view *v)
{
	struct span key, value;
	struct walk w;
	enum err e = walk_begin(&w, v, DB_FILES, (struct span){0});

	while (e == OK) {
		struct file_entry entry;

		e = walk_next(&w, &key, &value);
		if (e == OK)
			e = entry_decode(value, &entry);
		if (e == OK)
			v->ix->counts.files[entry.state]++;
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
index_load_vectors(const struct view *v)
{
	struct span key, value;
	struct walk w;
	enum err e = walk_begin(&w, v, DB_VECTORS, (struct span){0});

	while (e == OK) {
		uint64_t document;

		e = walk_next(&w, &key, &value);
		if (e == OK && !key_get_u64(&key, &document))
			e = ERR_CORRUPT;
		if (e == OK)
			e = vectors_load(v->ix->vectors, document, value, v->ix->clock);
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
index_load_catalogue(const struct view *v)
{
	struct span value;
	enum err e = store_get(v, DB_META, SPAN("catalogue"), &value);

	if (e == OK)
		return catalogue_decode(value, &v->ix->catalogue);
	if (e != ERR_NOT_FOUND)
		return e;
	v->ix->catalogue = catalogue_new();
	return v->ix->catalogue == NULL ? ERR_NOMEM : OK;
}

static enum err
index_load(const struct view *v)
{
	struct index *ix = v->ix;
	enum err e = store_get_u64(v, DB_META, SPAN("clock"), &ix->clock);

	if (e == ERR_NOT_FOUND)
		e = OK;
	ix->vectors = vectors_new();
	if (e == OK && ix->vectors == NULL)
		e = ERR_NOMEM;
	if (e == OK)
		e = index_load_catalogue(v);
	if (e == OK)
		e = index_load_documents(v);
	if (e == OK)
		e = index_load_files(v);
	return e == OK ? index_load_vectors(v) : e;
}

static void
index_unload(struct index *ix)
{
	vectors_free(ix->vectors);
	ix->vectors = NULL;
	catalogue_unref(ix->catalogue);
	ix->catalogue = NULL;
	counts_clear(&ix->counts);
	ix->clock = 0;
}

/* --- opening --- */

/* Opens and loads what is in ix->dir. ERR_CORRUPT: it can't be used. Nothing is left open on an
 * error. */
static enum err
index_open_once(struct index *ix, uint64_t map_bytes)
{
	struct view v = {.ix = ix};
	struct buf path = {0};
	bool damaged;
	enum err e;

	buf_printf(&path, "%s/" ENV_DAMAGED, ix->dir);
	if (buf_cstr(&path) == NULL)
		return ERR_NOMEM;
	damaged = access(path.p, F_OK) == 0;
	buf_clear(&path);
	if (damaged)
		return ERR_CORRUPT;
	e = env_open(ix, map_bytes);
	if (e != OK)
		return e;
	e = err_from_mdb(ix, mdb_txn_begin(ix->env, NULL, MDB_RDONLY, &v.mdb));
	if (e == OK)
		e = index_check_meta(&v);
	if (e == OK || e == ERR_NOT_FOUND) {
		bool fresh = e == ERR_NOT_FOUND;

		e = index_load(&v);
		if (e == OK && fresh)
			e = index_make_meta(ix);
	}
	if (v.mdb != NULL)
		mdb_txn_abort(v.mdb);
	if (e != OK) {
		index_unload(ix);
		env_close(ix);
	}
	return e;
}

/* Renames index/ to index.TIME/. */
static enum err
index_move_aside(const struct index *ix)
{
	struct buf to = {0};
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];
	enum err e = ERR_EXISTS;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
	for (int i = 0; i < INDEX_ASIDE_TRIES && e == ERR_EXISTS; i++) {
		buf_reset(&to);
		buf_printf(&to, "%s.%s", ix->dir, stamp);
		if (i > 0)
			buf_printf(&to, "-%d", i);
		if (buf_cstr(&to) == NULL)
			e = ERR_NOMEM;
		else if (access(to.p, F_OK) == 0)
			e = ERR_EXISTS;
		else
			e = rename(ix->dir, to.p) == 0 ? OK : err_from_errno(errno);
	}
	if (e == OK)
		log_warning("the index in %s is damaged or of another version: it was moved to %s, "
			    "a new one is made from the folders",
			    ix->dir, to.p);
	buf_clear(&to);
	return e;
}

static enum err
index_make_dir(const char *dir)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return OK;
	return err_from_errno(errno);
}

static enum err
index_open_env(struct index *ix, uint64_t map_bytes)
{
	enum err e = index_make_dir(ix->dir);

	if (e == OK)
		e = index_open_once(ix, map_bytes);
	if (e != ERR_CORRUPT)
		return e;
	e = index_move_aside(ix);
	if (e == OK)
		e = index_make_dir(ix->dir);
	return e == OK ? index_open_once(ix, map_bytes) : e;
}

/* --- the ledger --- */

/* Tells the ledger what the index knows of an absolute path. */
static enum err
index_known(void *ctx, struct span path, struct ledger_state *state)
{
	const struct view *v = ctx;
	struct span ids;
	enum err e = folder_roots(v, &ids);

	*state = (struct ledger_state){0};
	while (e == OK && ids.n > 0) {
		struct folder root;
		struct file_entry entry;
		struct span below;
		uint64_t id;

		if (!key_get_u64(&ids, &id))
			return ERR_CORRUPT;
		e = folder_get(v, id, &root);
		if (e != OK)
			break;
		below = span_sub(path, span_is(root.name, "/") ? 0 : root.name.n, path.n);
		if (!span_starts(path, root.name) || below.n == 0 || below.p[0] != '/')
			continue;
		e = entry_find(v, id, span_sub(below, 1, below.n), &entry);
		if (e != OK)
			break;
		state->present = entry.state != FILE_GONE && entry.state != FILE_IGNORED;
		state->has_hash = entry.has_hash;
		state->size = entry.size;
		memcpy(state->sha256, entry.sha256, sizeof state->sha256);
		return OK;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
index_mark(const struct view *v, struct ledger_mark *mark)
{
	struct span value;
	enum err e = store_get(v, DB_META, SPAN("ledger"), &value);

	*mark = (struct ledger_mark){0};
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	if (!key_get_u64(&value, &mark->position) || value.n != sizeof mark->hash)
		return ERR_CORRUPT;
	memcpy(mark->hash, value.p, sizeof mark->hash);
	return OK;
}

static enum err
index_open_ledger(struct index *ix, const char *state_dir, char why[256])
{
	struct view v = {.ix = ix};
	struct ledger_mark mark;
	struct buf path = {0};
	enum err e = err_from_mdb(ix, mdb_txn_begin(ix->env, NULL, MDB_RDONLY, &v.mdb));

	if (e == OK)
		e = index_mark(&v, &mark);
	if (e == OK) {
		buf_printf(&path, "%s/" INDEX_LEDGER, state_dir);
		e = buf_cstr(&path) == NULL ? ERR_NOMEM : OK;
	}
	if (e == OK)
		e = ledger_open(path.p, &mark, index_known, &v, &ix->ledger, why);
	if (v.mdb != NULL)
		mdb_txn_abort(v.mdb);
	buf_clear(&path);
	return e;
}

enum err
index_open(const struct index_options *options, struct index **out, char why[256])
{
	struct index *ix = calloc(1, sizeof *ix);
	struct buf dir = {0};
	enum err e = OK;

	*out = NULL;
	why[0] = '\0';
	if (ix == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&ix->lock, NULL);
	pthread_cond_init(&ix->changed, NULL);
	atomic_init(&ix->map_full, false);
	buf_printf(&dir, "%s/" INDEX_DIR, options->state_dir);
	ix->dir = buf_cstr(&dir) == NULL ? NULL : dir.p;
	if (ix->dir == NULL)
		e = ERR_NOMEM;
	if (e == OK)
		e = index_open_env(ix, options->map_bytes);
	if (e == OK)
		e = index_open_ledger(ix, options->state_dir, why);
	if (e != OK) {
		if (why[0] == '\0')
			snprintf(why, 256, "%.200s: %s", ix->dir == NULL ? "index" : ix->dir,
				 err_text(e));
		index_close(ix);
		return e;
	}
	*out = ix;
	return OK;
}

void
index_close(struct index *ix)
{
	if (ix == NULL)
		return;
	ledger_close(ix->ledger);
	index_unload(ix);
	env_close(ix);
	pthread_cond_destroy(&ix->changed);
	pthread_mutex_destroy(&ix->lock);
	free(ix->dir);
	free(ix);
}

const char *
index_instance(const struct index *ix)
{
	return ix->instance;
}

/* --- counts --- */

static uint64_t
index_records_of(const struct counts *c, uint32_t kind)
{
	for (size_t i = 0; i < c->kind_count; i++)
		if (c->kinds[i].kind == kind)
			return c->kinds[i].records;
	return 0;
}

void
index_stats(struct index *ix, struct index_stats *out)
{
	const size_t max = sizeof out->kinds / sizeof *out->kinds;
	const struct catalogue *cat;

	memset(out, 0, sizeof *out);
	pthread_mutex_lock(&ix->lock);
	cat = ix->catalogue;
	out->documents = ix->counts.documents;
	memcpy(out->files, ix->counts.files, sizeof out->files);
	out->bytes = ix->bytes;
	out->map_bytes = ix->map_bytes;
	out->clock = ix->clock;
	for (size_t i = 0; i < cat->kind_count && out->kind_count < max; i++) {
		uint64_t records = index_records_of(&ix->counts, cat->kinds[i].number);

		if (!cat->kinds[i].in_force && records == 0)
			continue;
		memcpy(out->kinds[out->kind_count].kind, cat->kinds[i].name,
		       sizeof out->kinds[0].kind);
		out->kinds[out->kind_count++].records = records;
	}
	pthread_mutex_unlock(&ix->lock);
}
