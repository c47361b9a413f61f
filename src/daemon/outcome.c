/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcome - items for the writer; a file's state keeps its `since` and counts its
 * tries as long as nothing about it changes. What a file with a document is, indexed
 * or partial, the index knows.
 */
#include "daemon/outcome.h"

#include "daemon/loop.h"

#include <stdlib.h>

/* A file with a document is indexed here, whatever the index makes of that. */
static bool
outcome_is_as_before(const struct file_entry *old, const struct file_entry *e)
{
	bool same = e->state == FILE_INDEXED ? old->document != 0
					     : old->state == e->state && old->code == e->code;

	return same && file_entry_same(old, e);
}

/* Since when it is so, and how often it was tried; what the index says of before counts. */
static void
outcome_history(struct index *ix, const struct job *j, struct file_entry *e)
{
	struct file_entry old;
	struct index_read *rd;

	e->since_ms = loop_wall_ms();
	e->tries = 1;
	if (index_read_begin(ix, &rd) != OK)
		return;
	if (index_file_get(rd, root_id(j->item->root), j->item->path, &old) == OK &&
	    outcome_is_as_before(&old, e)) {
		e->since_ms = old.since_ms;
		e->tries = old.tries + 1;
	}
	index_read_end(rd);
}

/* An item about the job's file; `entry`'s spans are copied. */
static struct writer_item *
outcome_item(struct index *ix, const struct job *j, enum writer_kind kind,
	     const struct file_entry *entry)
{
	struct writer_item *item = writer_item_new(kind);
	bool ok = true;

	if (item == NULL)
		return NULL;
	item->urgent = j->item->class == QUEUE_DROP;
	item->root = root_id(j->item->root);
	item->path = writer_own(item, j->item->path, &ok);
	item->entry = *entry;
	item->entry.reason = writer_own(item, entry->reason, &ok);
	item->entry.remedy = writer_own(item, entry->remedy, &ok);
	if (j->generation != NULL)
		item->generation = generation_ref(j->generation);
	if (!ok) {
		writer_item_free(item);
		return NULL;
	}
	outcome_history(ix, j, &item->entry);
	return item;
}

static struct file_entry
outcome_entry(const struct job *j, enum file_state state)
{
	struct file_entry e = {
	    .state = state,
	    .size = j->before.size,
	    .inode = j->before.inode,
	    .mtime_ns = j->before.mtime_ns,
	    .ctime_ns = j->before.ctime_ns,
	    .has_hash = j->phase >= JOB_HASHED && j->size == j->before.size,
	    .reader_version = j->generation == NULL ? 0 : j->generation->level.reader_version,
	};

	memcpy(e.sha256, j->sha256, sizeof e.sha256);
	return e;
}

/* One result for each plugin in force; the declarations are the held generation's. */
static bool
outcome_put_results(struct writer_item *item, const struct job *j)
{
	const struct generation *g = j->generation;
	bool ok = true;

	item->results = calloc(g->count + 1, sizeof *item->results);
	if (item->results == NULL)
		return false;
	for (size_t i = 0; i < g->count; i++) {
		const struct job_result *r = &j->results[i];

		if (!g->plugins[i].in_force)
			continue;
		item->results[item->result_count++] = (struct plugin_result){
		    .plugin = &g->plugins[i].decl,
		    .failed = r->state == JOB_RESULT_FAILED,
		    .reason = writer_own(item, buf_span(&r->reason), &ok),
		    .frames = writer_own(item, buf_span(&r->frames), &ok),
		    .count = r->count,
		    .role = writer_own(item, buf_span(&r->role), &ok),
		    .language = writer_own(item, buf_span(&r->language), &ok),
		};
	}
	return ok;
}

struct writer_item *
outcome_document(struct index *ix, const struct job *j)
{
	struct file_entry entry = outcome_entry(j, FILE_INDEXED);
	struct writer_item *item;
	struct new_document *d;
	bool ok = true;

	item = outcome_item(ix, j, WRITE_DOCUMENT, &entry);
	if (item == NULL)
		return NULL;
	d = &item->document;
	*d = (struct new_document){
	    .size = j->size,
	    .format = writer_own(item, buf_span(&j->format), &ok),
	    .title = writer_own(item, buf_span(&j->title), &ok),
	    .meta = writer_own(item, buf_span(&j->meta), &ok),
	    .cut = writer_own(item, buf_span(&j->cut), &ok),
	    .pages = j->pages,
	    .ocr = j->ocr,
	    .replace = j->for_ocr,
	    .reader_version = j->generation->level.reader_version,
	    .text_bytes = j->text_bytes,
	    .text_zstd = writer_own(item, buf_span(&j->text_zstd), &ok),
	    .marks = writer_own(item, buf_span(&j->marks), &ok),
	};
	memcpy(d->sha256, j->sha256, sizeof d->sha256);
	memcpy(d->plugin_set, j->generation->plugin_set, sizeof d->plugin_set);
	ok = outcome_put_results(item, j) && ok;
	d->results = item->results;
	d->result_count = item->result_count;
	if (!ok) {
		writer_item_free(item);
		return NULL;
	}
	return item;
}

struct writer_item *
outcome_records(const struct job *j)
{
	struct writer_item *item = writer_item_new(WRITE_RECORDS);

	if (item == NULL)
		return NULL;
	item->document_id = j->document;
	item->generation = generation_ref(j->generation);
	if (!outcome_put_results(item, j)) {
		writer_item_free(item);
		return NULL;
	}
	return item;
}

struct writer_item *
outcome_known(struct index *ix, const struct job *j)
{
	struct file_entry entry = outcome_entry(j, FILE_INDEXED);

	entry.document = j->document;
	return outcome_item(ix, j, WRITE_FILE, &entry);
}

struct writer_item *
outcome_picture(struct index *ix, const struct job *j)
{
	struct file_entry entry = outcome_entry(j, FILE_PARTIAL);

	entry.ocr = true;
	entry.has_hash = j->size > 0 && j->size == j->before.size;
	entry.reason = buf_span(&j->reason);
	entry.remedy =
	    SPAN("It is read when there is no other work; `evidence wait --ocr` waits for that.");
	return outcome_item(ix, j, WRITE_FILE, &entry);
}

/* The document that the file had when its pictures were begun; 0: none. */
static uint64_t
outcome_half_read(struct index *ix, const struct job *j)
{
	struct file_entry old;
	struct index_read *rd;
	uint64_t document = 0;

	if (!j->for_ocr || index_read_begin(ix, &rd) != OK)
		return 0;
	if (index_file_get(rd, root_id(j->item->root), j->item->path, &old) == OK &&
	    file_entry_same(&old, &j->before))
		document = old.document;
	index_read_end(rd);
	return document;
}

static struct writer_item *
outcome_unread(const struct job *j, uint64_t document)
{
	struct writer_item *item = writer_item_new(WRITE_UNREAD);
	struct buf why = {0};
	bool ok = true;

	if (item == NULL)
		return NULL;
	buf_put_str(&why, "Words in its pictures are missing: ");
	buf_put_span(&why, buf_span(&j->reason));
	item->document_id = document;
	item->entry.reason = writer_own(item, buf_span(&why), &ok);
	ok = buf_err(&why) == OK && ok;
	buf_clear(&why);
	if (!ok) {
		writer_item_free(item);
		return NULL;
	}
	return item;
}

struct writer_item *
outcome_failure(struct index *ix, const struct job *j)
{
	struct file_entry entry =
	    outcome_entry(j, j->next_step == NEXT_A_PERSON ? FILE_NEEDS_YOU : FILE_FAILED);
	uint64_t document = outcome_half_read(ix, j);

	if (document != 0)
		return outcome_unread(j, document);
	entry.code = j->code;
	entry.limit = j->limit;
	entry.ocr = j->next_step == NEXT_OCR;
	entry.has_hash = j->size > 0 && j->size == j->before.size;
	entry.reason = buf_span(&j->reason);
	entry.remedy = buf_span(&j->remedy);
	if (entry.ocr && !j->for_ocr)
		entry.remedy = SPAN("Text recognition is switched off (ocr.enabled).");
	return outcome_item(ix, j, WRITE_FILE, &entry);
}

struct writer_item *
outcome_unopened(struct index *ix, const struct job *j, const struct file_entry *entry)
{
	return outcome_item(ix, j, WRITE_FILE, entry);
}
