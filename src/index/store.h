/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store - what the files of index/ share: the environment, the databases, and
 * the few ways in which they are read and written. Nobody else includes it.
 *
 *  T1  Values given by LMDB in a write transaction die with its next write.
 *  T2  Nothing is deleted while a cursor walks over it: collect, then delete.
 *  T3  What a transaction changes in memory (counts, catalogue, vectors, ledger)
 *      waits in struct index_txn and takes effect at its commit.
 */
#pragma once

#include "index/catalogue.h"
#include "index/documents.h"
#include "index/keys.h"
#include "index/ledger.h"
#include "index/vectors.h"

#include <lmdb.h>
#include <pthread.h>

#define STORE_MAP_MIN (1024ull * 1024 * 1024) /* not halved below that */

enum db { /* keys and values: README.md */
	  DB_META,
	  DB_FOLDERS,
	  DB_FILES,
	  DB_PATHS,
	  DB_DOCUMENTS,
	  DB_HASHES,
	  DB_TEXTS,
	  DB_EVIDENCE,
	  DB_VECTORS,
	  DB_CHANGES,
	  DB_COUNT
};

struct count {
	uint32_t kind; /* number in the catalogue */
	uint64_t records;
};

struct counts {
	uint64_t documents;
	uint64_t files[8];
	size_t kind_count;
	struct count *kinds;
};

struct index {
	char *dir; /* of the environment */
	MDB_env *env;
	MDB_dbi dbi[DB_COUNT];
	char instance[33];
	struct vectors *vectors; /* has a lock of its own */
	atomic_bool map_full;    /* the last ERR_FULL was the map's */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	bool growing;
	struct index_read *reads; /* the open ones */
	struct counts counts;
	struct catalogue *catalogue;
	uint64_t clock, bytes, map_bytes;

	struct ledger *ledger; /* the writer thread's */
};

/* What can be looked into: a snapshot or a write transaction. */
struct view {
	struct index *ix;
	MDB_txn *mdb;
};

struct index_read {
	struct view view;
	uint64_t clock;
	struct index_read *next, **link;
	/* What index_record_json() splices in, of the document asked for last. */
	uint64_t tail_document; /* 0: none */
	struct buf tail;
};

struct ids {
	size_t n, cap;
	uint64_t *list;
};

/* A vector to be added at the commit; of several for a document the last counts. */
struct vector_add {
	uint64_t document;
	char *bytes; /* owned */
	size_t n;
};

struct index_txn {
	struct view view;
	uint64_t clock;          /* of the commit to come */
	uint64_t first_document; /* lower ids were there before */
	uint64_t next_document, next_folder;
	struct counts counts;
	struct catalogue *catalogue;
	struct ids added, gone;       /* news */
	struct ids unlinked;          /* documents that lost a path: perhaps their last */
	struct ids dropped, replaced; /* documents that went; whose records are others now */
	struct buf vector_adds;       /* of struct vector_add */
	struct buf ledger;            /* lines to append: ledger_put() */
	enum err failed;              /* sticky: the transaction can only be aborted */
};

/* --- env.c --- */

/* The one translator of LMDB's codes. EIO means ERR_FULL where the disk has no room left. */
enum err err_from_mdb(struct index *ix, int code);
/* Leaves a sign that makes the next index_open() move the index aside. Logs why. */
void store_mark_damaged(struct index *ix, const char *why);

/* --- store.c: reading and writing --- */

/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_get(const struct view *v, enum db db, struct span key,
			      struct span *value);
MUST_CHECK enum err store_get_u64(const struct view *v, enum db db, struct span key, uint64_t *out);

/* Errors of these two are the transaction's end (txn->failed). */
MUST_CHECK enum err store_put(struct index_txn *txn, enum db db, struct span key,
			      struct span value);
/* OK too when there is none. */
MUST_CHECK enum err store_del(struct index_txn *txn, enum db db, struct span key);

/* Keeps `e` as the transaction's end, and gives it back. */
enum err store_fail(struct index_txn *txn, enum err e);

/* A walk over the keys that begin with `prefix`, in order. */
struct walk {
	MDB_cursor *cursor;
	struct view view;
	struct key prefix;
	bool started;
	struct key from; /* begin here, or right behind it */
	bool behind;
};

MUST_CHECK enum err walk_begin(struct walk *w, const struct view *v, enum db db,
			       struct span prefix);
/* Begins at `from` (behind: after it) instead of at the prefix; before the first walk_next(). */
void walk_from(struct walk *w, struct span from, bool behind);
/* ERR_NOT_FOUND at the end. */
MUST_CHECK enum err walk_next(struct walk *w, struct span *key, struct span *value);
void walk_end(struct walk *w);

MUST_CHECK enum err ids_add(struct ids *ids, uint64_t id);
void ids_sort(struct ids *ids);                   /* ascending, each once */
bool ids_has(const struct ids *ids, uint64_t id); /* of sorted ones */
void ids_clear(struct ids *ids);

MUST_CHECK enum err counts_copy(const struct counts *from, struct counts *to);
MUST_CHECK enum err counts_add(struct counts *c, uint32_t kind, int64_t records);
void counts_clear(struct counts *c);

/* --- folders.c --- */

/* "a/b/c" is "a/b" and "c"; "c" is "" and "c". */
void path_split(struct span path, struct span *folder, struct span *name);
/* Takes the first name off; false when there is none. */
bool path_next(struct span *path, struct span *name);

struct folder {
	uint64_t parent; /* 0: it is a root and `name` its absolute path */
	struct span name;
};

MUST_CHECK enum err folder_get(const struct view *v, uint64_t id, struct folder *out);
/* The folder at a path of a root. ERR_NOT_FOUND. */
MUST_CHECK enum err folder_find(const struct view *v, uint64_t root, struct span path,
				uint64_t *id);
/* Appends the path below its root (empty for the root), and tells the root. */
MUST_CHECK enum err folder_path(const struct view *v, uint64_t id, uint64_t *root,
				struct buf *path);
/* Appends "ROOT'S PATH/PATH". */
MUST_CHECK enum err folder_absolute(const struct view *v, uint64_t root, struct span path,
				    struct buf *out);
/* The ids of the roots; the span is of `meta` (u64, big-endian). */
MUST_CHECK enum err folder_roots(const struct view *v, struct span *ids);
/* As index_paths(). */
MUST_CHECK enum err folder_paths(const struct view *v, uint64_t document, index_on_path *on_path,
				 void *ctx);
/* Has the document any path? */
MUST_CHECK enum err folder_has_path(const struct view *v, uint64_t document, bool *has);

/* --- entries.c --- */

void entry_encode(const struct file_entry *entry, struct buf *out);
/* Spans borrow from `in`. ERR_CORRUPT. */
MUST_CHECK enum err entry_decode(struct span in, struct file_entry *entry);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err entry_get(const struct view *v, uint64_t folder, struct span name,
			      struct file_entry *entry);
/* The entry at a path. ERR_NOT_FOUND. */
MUST_CHECK enum err entry_find(const struct view *v, uint64_t root, struct span path,
			       struct file_entry *entry);

/* --- documents.c, documents_read.c --- */

/* As index_document_get(). */
MUST_CHECK enum err document_info_get(const struct view *v, uint64_t document,
				      struct document_info *info);
/*
 * What a file with this document is: indexed, or partial when text was cut or a plugin
 * failed. Sets state, code, hash and reason, which lies in *text (the caller's).
 */
MUST_CHECK enum err document_state(const struct view *v, uint64_t document,
				   struct file_entry *entry, struct buf *text);
/* Takes a document with all that belongs to it out of the index. */
MUST_CHECK enum err document_drop(struct index_txn *txn, uint64_t document);
