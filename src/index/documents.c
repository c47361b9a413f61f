/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * documents - putting a document, its records anew, and taking it away.
 *
 *  1. Everything is decoded, unpacked and made in memory: what is wrong with the
 *     worker's bytes shows here, before the first write.
 *  2. Records get numbers: equal ones keep theirs, the others go on above the
 *     highest ever given in the document.
 *  3. Writes; only the index itself can fail now.
 */
#include "index/drafts.h"
#include "index/files_change.h"
#include "index/stored.h"

#include "common/frame.h"
#include "common/utf8.h"

#include <stdlib.h>

/* A document in the making; document_draft_clear() after. */
struct document_draft {
	uint64_t id;
	struct stored_document stored; /* spans below, or borrowed */
	struct document text;
	struct drafts records;
	struct buf vector, kinds, failures, own;
};

static void
document_draft_clear(struct document_draft *d)
{
	document_clear(&d->text);
	drafts_clear(&d->records);
	buf_clear(&d->vector);
	buf_clear(&d->kinds);
	buf_clear(&d->failures);
	buf_clear(&d->own);
}

/* Text and marks into d->text. */
static enum err
document_unpack(struct document_draft *d, const struct stored_text *text)
{
	enum err e = stored_text_unpack(text, &d->text.text);

	if (e == OK)
		e = marks_decode(text->marks, text->text_bytes, &d->text.marks);
	return e == OK || e == ERR_NOMEM ? e : ERR_CORRUPT;
}

/* Of all proposals the one of the last plugin by name. */
static struct span
document_proposal(const struct plugin_result *results, size_t n, bool role)
{
	struct span last = {0}, value = {0};

	for (size_t i = 0; i < n; i++) {
		struct span name = span_of(results[i].plugin->name);
		struct span proposed = role ? results[i].role : results[i].language;

		if (proposed.n == 0 || proposed.n > STORED_LABEL_MAX || !utf8_valid(proposed))
			continue;
		if (value.n == 0 || span_cmp(name, last) >= 0) {
			value = proposed;
			last = name;
		}
	}
	return value;
}

/* What comes from the plugins' results: records (without numbers), proposals, failures. */
static enum err
document_results(struct index_txn *txn, struct document_draft *d,
		 const struct plugin_result *results, size_t n, const unsigned char plugin_set[32])
{
	struct stored_document *s = &d->stored;
	enum err e = drafts_make(txn->catalogue, s->info.sha256, s->info.text_bytes, results, n,
				 &d->records);

	if (e == OK)
		e = drafts_kinds(&d->records, &d->kinds);
	for (size_t i = 0; i < n; i++) {
		if (!results[i].failed)
			continue;
		frame_put_span(&d->failures, span_of(results[i].plugin->name));
		frame_put_span(&d->failures, span_sub(results[i].reason, 0, FILE_REASON_MAX));
	}
	if (e == OK)
		e = buf_err(&d->failures);
	s->kinds = buf_span(&d->kinds);
	s->failures = buf_span(&d->failures);
	s->role = document_proposal(results, n, true);
	s->language = document_proposal(results, n, false);
	s->info.records = (uint32_t)d->records.n;
	memcpy(s->info.plugin_set, plugin_set, sizeof s->info.plugin_set);
	return e;
}

/* Gives numbers, and makes what the search needs. */
static enum err
document_number(struct index_txn *txn, struct document_draft *d)
{
	for (size_t i = 0; i < d->records.n; i++)
		if (d->records.list[i]->number == 0)
			d->records.list[i]->number = d->stored.next_number++;
	return drafts_vector(&d->records, txn->catalogue, &d->vector);
}

/* --- writing --- */

static enum err
document_write_stored(struct index_txn *txn, const struct document_draft *d)
{
	struct key key = key_of(d->id);
	struct buf value = {0};
	enum err e;

	stored_document_encode(&d->stored, &value);
	e = store_fail(txn, buf_err(&value));
	if (e == OK)
		e = store_put(txn, DB_DOCUMENTS, key_span(&key), buf_span(&value));
	buf_clear(&value);
	return e;
}

/* Writes the records that are not there already, byte for byte; *changed when any was written. */
static enum err
document_write_records(struct index_txn *txn, const struct document_draft *d, bool *changed)
{
	struct buf value = {0};
	enum err e = OK;

	for (size_t i = 0; i < d->records.n && e == OK; i++) {
		struct key key = key_of_record(d->id, d->records.list[i]->number);
		struct span old;

		buf_reset(&value);
		draft_encode(d->records.list[i], d->id, &d->text, &value);
		e = store_fail(txn, buf_err(&value));
		if (e != OK)
			break;
		e = store_get(&txn->view, DB_EVIDENCE, key_span(&key), &old);
		if (e == OK && span_eq(old, buf_span(&value)))
			continue;
		e = store_fail(txn, e == ERR_NOT_FOUND ? OK : e);
		if (e == OK)
			e = store_put(txn, DB_EVIDENCE, key_span(&key), buf_span(&value));
		*changed = true;
	}
	buf_clear(&value);
	return e;
}

static enum err
document_write_vector(struct index_txn *txn, const struct document_draft *d)
{
	struct key key = key_of(d->id);
	struct vector_add add = {.document = d->id, .n = d->vector.n};
	enum err e = store_put(txn, DB_VECTORS, key_span(&key), buf_span(&d->vector));

	if (e != OK)
		return e;
	add.bytes = malloc(add.n + 1);
	if (add.bytes == NULL)
		return store_fail(txn, ERR_NOMEM);
	if (add.n > 0)
		memcpy(add.bytes, d->vector.p, add.n);
	buf_put(&txn->vector_adds, &add, sizeof add);
	if (txn->vector_adds.failed) {
		/* The adds before it are still freed with the transaction. */
		free(add.bytes);
		return store_fail(txn, ERR_NOMEM);
	}
	return OK;
}

static enum err
document_count(struct index_txn *txn, struct span kinds, int sign)
{
	uint32_t kind, records;
	enum err e = OK;

	while (e == OK && stored_kind_next(&kinds, &kind, &records))
		e = counts_add(&txn->counts, kind, sign * (int64_t)records);
	return store_fail(txn, e);
}

static enum err
document_write_text(struct index_txn *txn, uint64_t document, const struct stored_text *text)
{
	struct key key = key_of(document);
	struct buf value = {0};
	enum err e;

	stored_text_encode(text, &value);
	e = store_fail(txn, buf_err(&value));
	if (e == OK)
		e = store_put(txn, DB_TEXTS, key_span(&key), buf_span(&value));
	buf_clear(&value);
	return e;
}

static enum err
document_write(struct index_txn *txn, const struct document_draft *d,
	       const struct stored_text *text)
{
	struct span hash = {(const char *)d->stored.info.sha256, sizeof d->stored.info.sha256};
	struct key id = key_of(d->id);
	bool changed;
	enum err e = document_write_stored(txn, d);

	if (e == OK)
		e = document_write_text(txn, d->id, text);
	if (e == OK)
		e = store_put(txn, DB_HASHES, hash, key_span(&id));
	if (e == OK)
		e = document_write_records(txn, d, &changed);
	if (e == OK)
		e = document_write_vector(txn, d);
	if (e == OK)
		e = document_count(txn, d->stored.kinds, 1);
	if (e == OK)
		e = store_fail(txn, ids_add(&txn->added, d->id));
	txn->counts.documents++;
	return e;
}

/* --- records anew --- */

struct document_old {
	uint32_t number;
	bool kept;
	unsigned char uid[16];
};

static int
document_old_cmp(const void *a, const void *b)
{
	const struct document_old *x = a, *y = b;

	return memcmp(x->uid, y->uid, sizeof x->uid);
}

/* Appends a struct document_old for each record there is. */
static enum err
document_old_list(const struct view *v, uint64_t document, struct buf *out)
{
	struct key prefix = key_of(document);
	struct span key, value;
	struct walk w;
	enum err e = walk_begin(&w, v, DB_EVIDENCE, key_span(&prefix));

	while (e == OK) {
		struct document_old old = {0};
		struct stored_record record;

		e = walk_next(&w, &key, &value);
		if (e != OK)
			break;
		e = stored_record_decode(value, &record);
		key = span_sub(key, prefix.n, key.n);
		if (e == OK && !key_get_u32(&key, &old.number))
			e = ERR_CORRUPT;
		memcpy(old.uid, record.uid, sizeof old.uid);
		buf_put(out, &old, sizeof old);
		if (e == OK)
			e = buf_err(out);
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Equal records keep their number. */
static void
document_match(struct document_draft *d, struct document_old *old, size_t n)
{
	if (n == 0)
		return;
	qsort(old, n, sizeof *old, document_old_cmp);
	for (size_t i = 0; i < d->records.n; i++) {
		struct document_old wanted = {0}, *found;

		memcpy(wanted.uid, d->records.list[i]->uid, sizeof wanted.uid);
		found = bsearch(&wanted, old, n, sizeof *old, document_old_cmp);
		if (found == NULL || found->kept)
			continue;
		found->kept = true;
		d->records.list[i]->number = found->number;
	}
}

static enum err
document_delete_records(struct index_txn *txn, uint64_t document, const struct document_old *old,
			size_t n, bool *changed)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++) {
		struct key key = key_of_record(document, old[i].number);

		if (old[i].kept)
			continue;
		e = store_del(txn, DB_EVIDENCE, key_span(&key));
		*changed = true;
	}
	return e;
}

/* What is stored of the document; copied, since writes follow. */
static enum err
document_load(struct index_txn *txn, struct document_draft *d, struct stored_document *out)
{
	struct key key = key_of(d->id);
	struct span value;
	enum err e = store_get(&txn->view, DB_DOCUMENTS, key_span(&key), &value);

	if (e != OK)
		return e == ERR_NOT_FOUND ? e : store_fail(txn, e);
	buf_put_span(&d->own, value);
	e = buf_err(&d->own);
	if (e == OK)
		e = stored_document_decode(buf_span(&d->own), out);
	return store_fail(txn, e);
}

static enum err
document_load_text(struct index_txn *txn, struct document_draft *d)
{
	struct key key = key_of(d->id);
	struct stored_text text;
	struct span value;
	enum err e = store_get(&txn->view, DB_TEXTS, key_span(&key), &value);

	if (e == OK)
		e = stored_text_decode(value, &text);
	if (e == OK)
		e = document_unpack(d, &text);
	return store_fail(txn, e == ERR_NOT_FOUND ? ERR_CORRUPT : e);
}

static enum err
document_rewrite(struct index_txn *txn, const struct document_draft *d,
		 const struct document_old *old, size_t n, const struct stored_document *before)
{
	bool changed = !span_eq(before->role, d->stored.role) ||
		       !span_eq(before->failures, d->stored.failures);
	struct key key = key_of(d->id);
	struct span vector;
	enum err e = document_delete_records(txn, d->id, old, n, &changed);

	if (e == OK)
		e = document_write_records(txn, d, &changed);
	if (e == OK)
		e = store_fail(txn, store_get(&txn->view, DB_VECTORS, key_span(&key), &vector));
	/* Subscribers and search need not hear of a run that found the same again. */
	changed = changed || !span_eq(vector, buf_span(&d->vector));
	if (e == OK && changed)
		e = document_write_vector(txn, d);
	if (e == OK && changed)
		e = store_fail(txn, ids_add(&txn->replaced, d->id));
	if (e == OK && changed)
		e = files_note(txn, d->id);
	if (e == OK)
		e = document_count(txn, before->kinds, -1);
	if (e == OK)
		e = document_count(txn, d->stored.kinds, 1);
	if (e == OK)
		e = document_write_stored(txn, d);
	return e == OK && changed ? files_restate(txn, d->id) : e;
}

enum err
index_records_put(struct index_txn *txn, uint64_t document, const struct plugin_result *results,
		  size_t n, const unsigned char plugin_set[32])
{
	struct document_draft d = {.id = document};
	struct stored_document before;
	struct document_old *old;
	struct buf list = {0};
	size_t old_count;
	enum err e = document_load(txn, &d, &d.stored);

	if (e == OK)
		e = document_load_text(txn, &d);
	if (e != OK)
		goto out;
	before = d.stored;
	e = document_results(txn, &d, results, n, plugin_set);
	if (e != OK)
		goto out;
	e = store_fail(txn, document_old_list(&txn->view, document, &list));
	if (e != OK)
		goto out;
	old = (struct document_old *)(void *)list.p;
	old_count = list.n / sizeof *old;
	document_match(&d, old, old_count);
	e = document_number(txn, &d);
	if (e == OK)
		e = document_rewrite(txn, &d, old, old_count, &before);
out:
	buf_clear(&list);
	document_draft_clear(&d);
	return e;
}

/* --- a new document, or a known one read better --- */

/* All of it anew but its id and its next record's number: `before` is what is stored. */
static enum err
document_replace(struct index_txn *txn, struct document_draft *d, const struct stored_text *text,
		 const struct stored_document *before)
{
	struct document_old *old;
	struct buf list = {0};
	bool changed;
	enum err e = store_fail(txn, document_old_list(&txn->view, d->id, &list));

	if (e != OK)
		goto out;
	old = (struct document_old *)(void *)list.p;
	document_match(d, old, list.n / sizeof *old);
	e = document_number(txn, d);
	if (e != OK)
		goto out;
	e = document_delete_records(txn, d->id, old, list.n / sizeof *old, &changed);
	if (e == OK)
		e = document_write_stored(txn, d);
	if (e == OK)
		e = document_write_text(txn, d->id, text);
	if (e == OK)
		e = document_write_records(txn, d, &changed);
	if (e == OK)
		e = document_write_vector(txn, d);
	if (e == OK)
		e = store_fail(txn, ids_add(&txn->replaced, d->id));
	if (e == OK)
		e = files_note(txn, d->id);
	if (e == OK)
		e = document_count(txn, before->kinds, -1);
	if (e == OK)
		e = document_count(txn, d->stored.kinds, 1);
	if (e == OK)
		e = files_restate(txn, d->id);
out:
	buf_clear(&list);
	return e;
}

static enum err
document_make(struct index_txn *txn, struct document_draft *d, const struct new_document *new,
	      const struct stored_text *text)
{
	struct stored_document *s = &d->stored;
	enum err e;

	s->info = (struct document_info){.size = new->size,
					 .text_bytes = new->text_bytes,
					 .pages = new->pages,
					 .reader_version = new->reader_version,
					 .ocr = new->ocr,
					 .format = new->format,
					 .title = new->title,
					 .cut = new->cut,
					 .indexed_ms = files_now_ms()};
	memcpy(s->info.sha256, new->sha256, sizeof s->info.sha256);
	e = meta_valid(new->meta) ? document_unpack(d, text) : ERR_CORRUPT;
	if (e == OK)
		e = document_results(txn, d, new->results, new->result_count, new->plugin_set);
	return e;
}

enum err
index_document_put(struct index_txn *txn, const struct new_document *new, uint64_t *document)
{
	struct document_draft d = {0};
	struct stored_document before = {0};
	const struct stored_text text = {.text_bytes = new->text_bytes,
					 .text_zstd = new->text_zstd,
					 .marks = new->marks,
					 .meta = new->meta};
	struct span hash = {(const char *)new->sha256, sizeof new->sha256};
	bool known;
	enum err e = store_get_u64(&txn->view, DB_HASHES, hash, document);

	if (e == OK && !new->replace)
		return ERR_EXISTS;
	if (e != OK && e != ERR_NOT_FOUND)
		return store_fail(txn, e);
	known = e == OK;
	d.id = known ? *document : txn->next_document;
	*document = 0;
	e = known ? document_load(txn, &d, &before) : OK;
	d.stored.next_number = known ? before.next_number : 1;
	if (e == OK)
		e = document_make(txn, &d, new, &text);
	if (e != OK)
		goto out;
	if (known) {
		e = document_replace(txn, &d, &text, &before);
	} else {
		e = document_number(txn, &d);
		if (e != OK)
			goto out;
		txn->next_document++;
		e = document_write(txn, &d, &text);
	}
	if (e == OK)
		*document = d.id;
out:
	document_draft_clear(&d);
	return e;
}

enum err
index_document_unread(struct index_txn *txn, uint64_t document, struct span why)
{
	struct document_draft d = {.id = document};
	struct stored_document *s = &d.stored;
	struct buf cut = {0};
	enum err e = document_load(txn, &d, s);

	if (e != OK)
		goto out;
	buf_put_span(&cut, s->info.cut);
	if (memmem(cut.p, cut.n, why.p, why.n) == NULL && cut.n + 1 + why.n <= DOC_CUT_MAX) {
		if (cut.n > 0)
			buf_put_char(&cut, ' ');
		buf_put_span(&cut, why);
	}
	e = store_fail(txn, buf_err(&cut));
	s->info.cut = buf_span(&cut);
	s->info.ocr = OCR_NONE;
	if (e == OK)
		e = document_write_stored(txn, &d);
	/* Answers say of a record whether text is missing. */
	if (e == OK)
		e = files_note(txn, document);
	if (e == OK)
		e = files_restate(txn, document);
out:
	buf_clear(&cut);
	document_draft_clear(&d);
	return e;
}

/* --- away --- */

enum err
document_drop(struct index_txn *txn, uint64_t document)
{
	struct document_draft d = {.id = document};
	struct key key = key_of(document);
	struct buf list = {0};
	struct span value;
	bool changed;
	enum err e = store_get(&txn->view, DB_DOCUMENTS, key_span(&key), &value);

	buf_put_span(&d.own, value);
	if (e == OK)
		e = buf_err(&d.own);
	if (e == OK)
		e = stored_document_decode(buf_span(&d.own), &d.stored);
	if (e == OK)
		e = document_old_list(&txn->view, document, &list);
	/* Who drops it has just read its id: without it the index is damaged. */
	e = store_fail(txn, e == ERR_NOT_FOUND ? ERR_CORRUPT : e);
	if (e == OK)
		e = document_delete_records(txn, document, (struct document_old *)(void *)list.p,
					    list.n / sizeof(struct document_old), &changed);
	if (e == OK)
		e = store_del(txn, DB_HASHES,
			      (struct span){(const char *)d.stored.info.sha256,
					    sizeof d.stored.info.sha256});
	if (e == OK)
		e = store_del(txn, DB_TEXTS, key_span(&key));
	if (e == OK)
		e = store_del(txn, DB_VECTORS, key_span(&key));
	if (e == OK)
		e = store_del(txn, DB_DOCUMENTS, key_span(&key));
	if (e == OK)
		e = document_count(txn, d.stored.kinds, -1);
	if (e == OK)
		e = store_fail(txn, ids_add(&txn->dropped, document));
	if (e == OK)
		e = store_fail(txn, ids_add(&txn->gone, document));
	txn->counts.documents--;
	buf_clear(&list);
	document_draft_clear(&d);
	return e;
}

enum err
index_catalogue_put(struct index_txn *txn, const struct plugin_decl *const *plugins, size_t n,
		    char why[256])
{
	struct catalogue *next;
	struct buf value = {0};
	enum err e = catalogue_next(txn->catalogue, plugins, n, &next, why), put;

	if (e != OK && e != ERR_EXISTS)
		return e;
	catalogue_encode(next, &value);
	put = store_fail(txn, buf_err(&value));
	if (put == OK)
		put = store_put(txn, DB_META, SPAN("catalogue"), buf_span(&value));
	buf_clear(&value);
	catalogue_unref(txn->catalogue);
	txn->catalogue = next;
	return put == OK ? e : put;
}
