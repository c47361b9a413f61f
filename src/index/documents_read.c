/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * documents_read - what a snapshot says of documents, texts and records.
 */
#include "index/stored.h"
#include "index/store.h"

#include "common/jwrite.h"
#include "common/utf8.h"

#include <stdio.h>

static enum err
document_get(const struct view *v, uint64_t document, struct stored_document *out)
{
	struct key key = key_of(document);
	struct span value;
	enum err e = store_get(v, DB_DOCUMENTS, key_span(&key), &value);

	return e == OK ? stored_document_decode(value, out) : e;
}

enum err
document_info_get(const struct view *v, uint64_t document, struct document_info *info)
{
	struct stored_document stored;
	enum err e = document_get(v, document, &stored);

	if (e == OK)
		*info = stored.info;
	return e;
}

uint64_t
index_document_by_hash(struct index_read *rd, const unsigned char sha256[32])
{
	uint64_t document;
	enum err e =
	    store_get_u64(&rd->view, DB_HASHES, (struct span){(const char *)sha256, 32}, &document);

	return e == OK ? document : 0;
}

enum err
index_document_get(struct index_read *rd, uint64_t document, struct document_info *info)
{
	return document_info_get(&rd->view, document, info);
}

enum err
index_documents(struct index_read *rd, uint64_t from, index_on_document *on_document, void *ctx)
{
	struct key first = key_of(from);
	struct span key, value;
	struct walk w;
	enum err e = walk_begin(&w, &rd->view, DB_DOCUMENTS, (struct span){0});

	walk_from(&w, key_span(&first), false);
	while (e == OK) {
		struct stored_document stored;
		uint64_t document;

		e = walk_next(&w, &key, &value);
		if (e == OK && !key_get_u64(&key, &document))
			e = ERR_CORRUPT;
		if (e == OK)
			e = stored_document_decode(value, &stored);
		if (e == OK && !on_document(ctx, document, &stored.info))
			break;
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
document_state(const struct view *v, uint64_t document, struct file_entry *entry, struct buf *text)
{
	struct stored_document stored;
	struct span value, plugin, why;
	struct key key = key_of(document);
	enum err e = store_get(v, DB_DOCUMENTS, key_span(&key), &value);

	if (e == OK)
		e = stored_document_decode(value, &stored);
	if (e != OK)
		return e;
	entry->state = FILE_INDEXED;
	entry->code = CODE_NONE;
	entry->has_hash = true;
	memcpy(entry->sha256, stored.info.sha256, sizeof entry->sha256);
	buf_put_span(text, stored.info.cut);
	if (stored.info.cut.n == 0 && stored_failure_next(&stored.failures, &plugin, &why)) {
		entry->code = CODE_PLUGIN;
		buf_put_str(text, "The plugin ");
		buf_put_span(text, plugin);
		buf_put_str(text, " failed: ");
		buf_put_span(text, why);
	}
	entry->ocr = stored.info.ocr == OCR_WANTED;
	if (entry->ocr && text->n == 0)
		buf_put_str(text, "Words in its pictures are still to be read.");
	if (text->n > 0)
		entry->state = FILE_PARTIAL;
	entry->reason = span_sub(buf_span(text), 0, FILE_REASON_MAX);
	/* Not inside a character. */
	entry->reason.n = utf8_valid_prefix(entry->reason);
	return buf_err(text);
}

/* --- joined when asked: paths and what hangs on them --- */

struct documents_paths {
	struct buf first, all; /* the first absolute path; the JSON array of all */
	struct jwrite array;
	struct buf below; /* the first one's path below its root */
	uint64_t root;
	size_t n;
};

static bool
documents_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct documents_paths *p = ctx;

	if (p->n++ == 0) {
		p->root = root;
		buf_put_span(&p->first, absolute);
		buf_put_span(&p->below, path);
		p->array = (struct jwrite){.buf = &p->all};
		jwrite_array_begin(&p->array);
	}
	jwrite_string(&p->array, absolute);
	return true;
}

static enum err
documents_paths_get(const struct view *v, uint64_t document, struct documents_paths *p)
{
	enum err e = folder_paths(v, document, documents_on_path, p);

	if (e == OK && p->n > 0)
		jwrite_array_end(&p->array);
	/* I4: a document without a path is none. */
	if (e == OK && p->n == 0)
		e = ERR_CORRUPT;
	if (e == OK && (p->first.failed || p->all.failed || p->below.failed))
		e = ERR_NOMEM;
	return e;
}

static void
documents_paths_clear(struct documents_paths *p)
{
	buf_clear(&p->first);
	buf_clear(&p->all);
	buf_clear(&p->below);
}

static void
documents_put_or_null(struct jwrite *o, const char *key, struct span s)
{
	jwrite_key(o, key);
	if (s.n == 0)
		jwrite_null(o);
	else
		jwrite_string(o, s);
}

static void
documents_put(struct jwrite *o, uint64_t document, const struct stored_document *d,
	      const struct documents_paths *paths, const struct file_entry *entry)
{
	char text[65];
	int n = snprintf(text, sizeof text, "%llu", (unsigned long long)document);

	jwrite_object_begin(o);
	jwrite_put_string(o, "id", (struct span){text, (size_t)n});
	jwrite_put_path(o, "path", buf_span(&paths->first));
	jwrite_key(o, "paths");
	jwrite_raw(o, buf_span(&paths->all));
	for (size_t i = 0; i < sizeof d->info.sha256; i++)
		snprintf(text + 2 * i, 3, "%02x", d->info.sha256[i]);
	jwrite_put_string(o, "sha256", span_of(text));
	jwrite_put_uint(o, "size", d->info.size);
	jwrite_put_string(o, "format", d->info.format);
	documents_put_or_null(o, "title", d->info.title);
	jwrite_key(o, "pages");
	if (d->info.pages == 0)
		jwrite_null(o);
	else
		jwrite_uint(o, d->info.pages);
	documents_put_or_null(o, "language", d->language);
	documents_put_or_null(o, "role", d->role);
	jwrite_put_string(o, "state", span_of(file_state_name(entry->state)));
	documents_put_or_null(o, "reason", entry->reason);
	jwrite_key(o, "indexed_at");
	jwrite_time(o, d->info.indexed_ms);
	jwrite_object_end(o);
}

enum err
index_document_json(struct index_read *rd, uint64_t document, struct buf *out)
{
	struct documents_paths paths = {0};
	struct stored_document stored;
	struct jwrite o = {.buf = out};
	struct file_entry entry;
	enum err e = document_get(&rd->view, document, &stored);

	if (e == OK)
		e = documents_paths_get(&rd->view, document, &paths);
	if (e == OK) {
		e = entry_find(&rd->view, paths.root, buf_span(&paths.below), &entry);
		e = e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	}
	if (e == OK) {
		documents_put(&o, document, &stored, &paths, &entry);
		e = buf_err(out);
	}
	documents_paths_clear(&paths);
	return e;
}

/* --- records --- */

/* What follows a record's stored bytes; the same for all records of a document. */
static enum err
documents_tail(struct index_read *rd, uint64_t document)
{
	struct documents_paths paths = {0};
	struct stored_document stored;
	struct jwrite o = {.buf = &rd->tail, .comma = true};
	enum err e;

	if (rd->tail_document == document)
		return OK;
	rd->tail_document = 0;
	buf_reset(&rd->tail);
	e = document_get(&rd->view, document, &stored);
	if (e == OK)
		e = documents_paths_get(&rd->view, document, &paths);
	if (e == OK) {
		jwrite_put_path(&o, "path", buf_span(&paths.first));
		if (paths.n > 1) {
			jwrite_key(&o, "paths");
			jwrite_raw(&o, buf_span(&paths.all));
		}
		jwrite_key(&o, "case");
		jwrite_null(&o);
		jwrite_put_string(&o, "status", SPAN("found"));
		documents_put_or_null(&o, "role", stored.role);
		if (stored.info.ocr == OCR_DONE)
			jwrite_put_bool(&o, "ocr", true);
		if (stored.info.cut.n > 0)
			jwrite_put_bool(&o, "truncated", true);
		jwrite_object_end(&o);
		e = buf_err(&rd->tail);
	}
	if (e == OK)
		rd->tail_document = document;
	documents_paths_clear(&paths);
	return e;
}

static enum err
documents_record(struct index_read *rd, uint64_t document, uint32_t number,
		 struct stored_record *out)
{
	struct key key = key_of_record(document, number);
	struct span value;
	enum err e = store_get(&rd->view, DB_EVIDENCE, key_span(&key), &value);

	return e == OK ? stored_record_decode(value, out) : e;
}

enum err
index_record_json(struct index_read *rd, uint64_t document, uint32_t number, struct buf *out)
{
	struct stored_record record;
	enum err e = documents_record(rd, document, number, &record);

	if (e == OK)
		e = documents_tail(rd, document);
	if (e != OK)
		return e;
	buf_put_span(out, record.json);
	buf_put_span(out, buf_span(&rd->tail));
	return buf_err(out);
}

enum err
index_record_place(struct index_read *rd, uint64_t document, uint32_t number, uint64_t *start,
		   uint64_t *end)
{
	struct stored_record record;
	enum err e = documents_record(rd, document, number, &record);

	if (e != OK)
		return e;
	*start = record.start;
	*end = record.end;
	return OK;
}

/* --- texts --- */

static enum err
documents_text(struct index_read *rd, uint64_t document, struct stored_document *stored,
	       struct stored_text *out)
{
	struct key key = key_of(document);
	struct span value;
	enum err e = document_get(&rd->view, document, stored);

	if (e != OK)
		return e;
	e = store_get(&rd->view, DB_TEXTS, key_span(&key), &value);
	if (e == OK)
		e = stored_text_decode(value, out);
	out->format = stored->info.format;
	out->title = stored->info.title;
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
index_text_stored(struct index_read *rd, uint64_t document, struct stored_text *out)
{
	struct stored_document stored;

	*out = (struct stored_text){0};
	return documents_text(rd, document, &stored, out);
}

static void
documents_copy_text(char *to, size_t size, struct span s)
{
	snprintf(to, size, "%.*s", (int)(s.n < size ? s.n : size - 1), s.n == 0 ? "" : s.p);
}

enum err
index_text(struct index_read *rd, uint64_t document, struct document *out)
{
	struct stored_document stored;
	struct stored_text text;
	enum err e = documents_text(rd, document, &stored, &text);

	if (e == OK)
		e = stored_text_unpack(&text, &out->text);
	if (e == OK) {
		e = marks_decode(text.marks, text.text_bytes, &out->marks);
		e = e == OK || e == ERR_NOMEM ? e : ERR_CORRUPT;
	}
	if (e == OK) {
		buf_put_span(&out->meta, text.meta);
		e = buf_err(&out->meta);
	}
	if (e != OK) {
		document_clear(out);
		return e;
	}
	documents_copy_text(out->format, sizeof out->format, stored.info.format);
	documents_copy_text(out->title, sizeof out->title, stored.info.title);
	documents_copy_text(out->cut, sizeof out->cut, stored.info.cut);
	out->pages = stored.info.pages;
	return OK;
}
