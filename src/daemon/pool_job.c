/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool_job - a job from the queue's item to what the writer made of it.
 *
 * What others hold a job for (an open, a look, a commit) comes back to one callback
 * each; a job whose pool is NULL by then is freed there.
 */
#include "daemon/pool_state.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/outcome.h"

static void pool_job_on_opened(void *ctx, const struct root_opened *o);
static void pool_job_on_written(void *ctx, struct writer_item *item);

/* --- where a job is --- */

void
pool_job_place(struct job *j, enum job_place place)
{
	struct pool *p = j->pool;

	p->places[j->place]--;
	p->places[place]++;
	j->place = place;
	if (place == JOB_AT_ROOT)
		j->since = uv_now(p->loop);
}

struct job *
pool_job_new(struct pool *p, struct queue_item *item)
{
	struct job *j = job_new(p, item);

	if (j == NULL)
		return NULL;
	item->job = j;
	j->next = p->jobs;
	if (p->jobs != NULL)
		p->jobs->prev = j;
	p->jobs = j;
	p->places[j->place]++;
	j->since = uv_now(p->loop);
	return j;
}

void
pool_job_unlink(struct job *j)
{
	struct pool *p = j->pool;

	if (j->prev != NULL)
		j->prev->next = j->next;
	else
		p->jobs = j->next;
	if (j->next != NULL)
		j->next->prev = j->prev;
	p->places[j->place]--;
	j->pool = NULL;
}

/* Are there words in pictures that are still to be read? */
static bool
pool_job_wants_ocr(const struct job *j)
{
	if (j->rerun || j->for_ocr || !j->pool->conf->ocr)
		return false;
	return j->phase == JOB_FAILED ? j->next_step == NEXT_OCR : j->ocr == OCR_WANTED;
}

/* The item is at its end: committed, or not ours any more; or so it is but for its pictures. */
static void
pool_job_end(struct job *j, bool wants_ocr)
{
	struct pool *p = j->pool;
	struct queue_item *item = j->item;

	pool_job_unlink(j);
	job_free(j);
	item->job = NULL;
	if (wants_ocr)
		queue_done_but_ocr(p->queue, item);
	else
		queue_done(p->queue, item);
	pool_go(p);
}

static void
pool_job_done(struct job *j)
{
	pool_job_end(j, false);
}

void
pool_job_again(struct job *j, uint32_t delay_ms, bool unsettled)
{
	struct pool *p = j->pool;
	struct queue_item *item = j->item;

	pool_job_unlink(j);
	job_free(j);
	item->job = NULL;
	queue_again(p->queue, item, delay_ms, unsettled);
	pool_go(p);
}

/* Before the first job that it goes before. */
static void
pool_job_wait(struct job *j, bool first)
{
	struct job **at = &j->pool->waiting;

	while (!first && *at != NULL && (*at)->item->class <= j->item->class)
		at = &(*at)->next_waiting;
	j->next_waiting = *at;
	*at = j;
	pool_job_place(j, JOB_WAITING);
}

/* Gives the writer what came of it; NULL: there was no memory for that. */
static void
pool_job_write(struct job *j, struct writer_item *take_item)
{
	if (take_item == NULL) {
		pool_job_again(j, POOL_RETRY_MS, false);
		return;
	}
	take_item->on_done = pool_job_on_written;
	take_item->ctx = j;
	pool_job_place(j, JOB_AT_WRITER);
	writer_put(j->pool->writer, take_item);
}

/* Was the file changed so lately that somebody may still write it? */
static bool
pool_job_unsettled(const struct job *j, const struct file_entry *e)
{
	int64_t changed = e->mtime_ns > e->ctime_ns ? e->mtime_ns : e->ctime_ns;
	int64_t age_ms = loop_wall_ms() - changed / 1000000;

	return age_ms >= 0 && age_ms < (int64_t)j->pool->conf->settle_ms;
}

/* --- its end --- */

/* Its child is over and nobody else holds it: what is told to whom? */
static void
pool_job_conclude(struct job *j)
{
	struct pool *p = j->pool;

	if (j->alone) {
		j->item->alone = true;
		pool_job_again(j, 0, j->changed);
	} else if (j->starved) {
		pool_job_again(j, POOL_RETRY_MS, false);
	} else if (j->changed) {
		pool_job_again(j, 0, true);
	} else if (j->rerun) {
		pool_job_write(j, outcome_records(j));
	} else if (j->document != 0) {
		pool_job_write(j, outcome_known(p->ix, j));
	} else if (j->phase == JOB_DONE) {
		pool_job_write(j, outcome_document(p->ix, j));
	} else if (pool_job_wants_ocr(j)) {
		pool_job_write(j, outcome_picture(p->ix, j));
	} else if (pool_job_unsettled(j, &j->before)) {
		pool_job_again(j, 0, true);
	} else {
		pool_job_write(j, outcome_failure(p->ix, j));
	}
}

void
pool_job_said(struct job *j)
{
	pool_job_place(j, JOB_LOOKED_AT);
	if (!j->looking)
		pool_job_conclude(j);
}

/* Its child is over. */
void
pool_job_over(struct job *j, const struct pool_child *c)
{
	bool known = j->document != 0 && !j->rerun;

	if (c->starved || !c->started)
		j->starved = true;
	else if (!known) {
		switch (job_on_death(j, c->pool->conf, &c->death)) {
		case JOB_NEXT_RESUME:
			pool_job_wait(j, true);
			return;
		case JOB_NEXT_ALONE:
			j->alone = true;
			break;
		case JOB_NEXT_FINISH:
			break;
		}
	}
	pool_job_said(j);
}

/* --- its beginning --- */

static bool
pool_job_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct job *j = ctx;
	const char *slash = memrchr(absolute.p, '/', absolute.n);

	(void)root;
	(void)path;
	if (slash != NULL)
		absolute = span_sub(absolute, (size_t)(slash - absolute.p) + 1, absolute.n);
	buf_put_span(&j->name, absolute);
	return false;
}

/* What is stored of a document, so that a child can go on from there. */
static enum err
pool_job_load(struct pool *p, struct job *j)
{
	struct stored_text text;
	struct index_read *rd;
	enum err e = index_read_begin(p->ix, &rd);

	if (e != OK)
		return e;
	e = index_text_stored(rd, j->document, &text);
	if (e == OK)
		e = index_paths(rd, j->document, pool_job_on_path, j);
	if (e == OK) {
		buf_put_span(&j->format, text.format);
		buf_put_span(&j->title, text.title);
		buf_put_span(&j->meta, text.meta);
		buf_put_span(&j->text_zstd, text.text_zstd);
		buf_put_span(&j->marks, text.marks);
		j->text_bytes = text.text_bytes;
		if (j->format.failed || j->title.failed || j->meta.failed || j->text_zstd.failed ||
		    j->marks.failed || j->name.failed)
			e = ERR_NOMEM;
	}
	index_read_end(rd);
	return e;
}

void
pool_job_rerun(struct pool *p, struct job *j)
{
	enum err e;

	j->rerun = true;
	j->document = j->item->document;
	j->phase = JOB_PLUGINS;
	e = pool_job_load(p, j);
	if (e == OK) {
		pool_job_wait(j, false);
	} else if (e == ERR_NOMEM || e == ERR_LIMIT) {
		pool_job_again(j, POOL_RETRY_MS, false);
	} else {
		if (e != ERR_NOT_FOUND)
			log_error("the text of document %llu cannot be run again: %s",
				  (unsigned long long)j->document, err_text(e));
		pool_job_done(j);
	}
}

void
pool_job_open(struct job *j)
{
	struct span path = j->item->path;
	const char *slash = memrchr(path.p, '/', path.n);
	size_t at = slash == NULL ? 0 : (size_t)(slash - path.p) + 1;

	buf_put_span(&j->name, span_sub(path, at, path.n));
	root_open(j->item->root, path, pool_job_on_opened, j);
}

/* --- what is called back, in the order in which it happens --- */

static void
pool_job_on_opened(void *ctx, const struct root_opened *o)
{
	struct job *j = ctx;
	struct pool *p = j->pool;
	struct queue_item *item = j->item;

	j->fd = o->fd;
	if (p == NULL) {
		job_free(j);
		return;
	}
	j->before = o->entry;
	j->before.reason = j->before.remedy = (struct span){0};
	if (o->unavailable) {
		/* The scan when it is back finds the file again. */
		pool_job_done(j);
	} else if (o->fd < 0 && o->entry.state == FILE_NONE) {
		queue_push_gone(p->queue, item->root, item->path);
		pool_job_done(j);
	} else if (o->fd < 0 && o->entry.state == FILE_FAILED && pool_job_unsettled(j, &o->entry)) {
		pool_job_again(j, 0, true);
	} else if (o->fd < 0) {
		pool_job_write(j, outcome_unopened(p->ix, j, &o->entry));
	} else if (o->entry.size == 0) {
		job_fail(j, CODE_EMPTY, false, "The file is empty.", "");
		pool_job_conclude(j);
	} else {
		pool_job_wait(j, false);
		pool_go(p);
	}
}

void
pool_job_on_looked(void *ctx, const struct root_opened *o)
{
	struct job *j = ctx;

	j->looking = false;
	if (j->pool == NULL) {
		job_free(j);
		return;
	}
	j->changed = o->unavailable || !file_entry_same(&j->before, &o->entry);
	if (j->place == JOB_LOOKED_AT)
		pool_job_conclude(j);
}

/*
 * A document that another generation read goes through the new plugins. So does one whose
 * text was replaced while it went through them: those records may be of the old text.
 */
static void
pool_job_rerun_if_stale(struct pool *p, const struct job *j, const struct writer_item *item)
{
	uint64_t document = item->kind == WRITE_RECORDS ? item->document_id : item->entry.document;
	bool stale;

	if ((item->kind != WRITE_DOCUMENT && item->kind != WRITE_RECORDS) || p->generation == NULL)
		return;
	stale = memcmp(item->generation->plugin_set, p->generation->plugin_set,
		       sizeof p->generation->plugin_set) != 0;
	if (stale || (j->for_ocr && queue_has_rerun(p->queue, document)))
		queue_push_rerun(p->queue, document);
}

/* The writer's word. */
static void
pool_job_on_written(void *ctx, struct writer_item *item)
{
	struct job *j = ctx;
	struct pool *p = j->pool;

	if (p == NULL) {
		job_free(j);
		return;
	}
	if (item->result == OK)
		pool_job_rerun_if_stale(p, j, item);
	if (item->result == OK || item->result == ERR_STOPPING) {
		pool_job_end(j, item->result == OK && pool_job_wants_ocr(j));
	} else if (item->result == ERR_NOT_FOUND && item->kind == WRITE_FILE) {
		pool_job_again(j, 0, false);
	} else if (item->kind == WRITE_DOCUMENT) {
		/* Its text does not unpack to what was said, or the like. */
		job_fail(j, CODE_CRASH, true, "The worker sent something malformed.",
			 "It is tried again when the file changes.");
		pool_job_write(j, outcome_failure(p->ix, j));
	} else {
		if (item->result != ERR_NOT_FOUND)
			log_error("%.*s could not be written to the index: %s", (int)item->path.n,
				  item->path.p, err_text(item->result));
		pool_job_done(j);
	}
}
