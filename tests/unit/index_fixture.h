/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * index_fixture - an index in a folder of its own, and documents for it.
 *
 * Each word of a text that begins with "10." is a record of kind `doi`, each
 * number behind "n=" one of kind `figure`: so that a test says in one text what it puts.
 */
#pragma once

#include "index/documents.h"

#define FX_ROOT "/srv/impact"

struct fx {
	char dir[64];
	struct index *ix;
	uint64_t root;
	uint64_t map_bytes;
};

int fx_setup(void **state);
int fx_teardown(void **state);

/* Opens it with root and catalogue in force; asserts that it works. */
void fx_open(struct fx *f);
void fx_close(struct fx *f);
void fx_reopen(struct fx *f);

/* "DIR/NAME" in a buffer of the fixture's user. */
const char *fx_path(const struct fx *f, const char *name, char out[128]);
/* The whole file, NUL-terminated; free() it. */
char *fx_read_file(const struct fx *f, const char *name, size_t *n);
void fx_write_file(const struct fx *f, const char *name, const void *bytes, size_t n);
/* How many names in the folder begin so? */
size_t fx_count_names(const struct fx *f, const char *prefix);

/* --- writing: the first four inside a transaction --- */

extern const struct plugin_decl fx_plugin;

enum err fx_try_put(struct index_txn *txn, uint64_t root, const char *path, const char *text);
/* Puts the bytes of which `whole` is the text once all of them can be read, read to `text`. */
enum err fx_try_read_again(struct index_txn *txn, const char *whole, const char *text,
			   enum document_ocr ocr, uint64_t *document);
enum err fx_try_records(struct index_txn *txn, uint64_t document, const char *text);
enum err fx_try_state(struct index_txn *txn, uint64_t root, const char *path, enum file_state s);
struct index_txn *fx_begin(struct fx *f);
struct index_news *fx_commit(struct index_txn *txn); /* index_news_free() it */
void fx_commit_quietly(struct index_txn *txn);

/* One commit each. fx_put() gives the document's id. */
uint64_t fx_put(struct fx *f, const char *path, const char *text);
void fx_state(struct fx *f, const char *path, enum file_state s);
void fx_move(struct fx *f, const char *from, const char *to);

/* --- reading: each with a snapshot of its own --- */

struct index_read *fx_read(struct fx *f);
/* The document at a path, 0 when there is none. */
uint64_t fx_document(struct fx *f, const char *path);
enum file_state fx_file_state(struct fx *f, const char *path); /* FILE_NONE: never seen */
/* All paths, "A|B"; into `out`. */
const char *fx_paths(struct fx *f, uint64_t document, char out[512]);
/* The record as JSON, "" when there is none; free() it. */
char *fx_record(struct fx *f, uint64_t document, uint32_t number);
uint64_t fx_records_of(struct fx *f, const char *kind);

/*
 * Checks that each line of the ledger is JSON and carries the hash of the one
 * before; returns how many there are, and with `find` how many contain it.
 */
size_t fx_ledger(const struct fx *f, const char *find);
