/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool_child - a child from its fork to the end that is told.
 *
 *                   /<--last frame, in a run--\
 *   asked for --> ahead -------job-------> at work --its last frame, kill, socket's end--> going
 *                   \--dismissed, dead---------------------------------------------/   |
 *                                               socket at its end and end told --> freed
 */
#include "daemon/pool_state.h"

#include "common/log.h"

#include <stdlib.h>

static void pool_child_on_closed(uv_handle_t *handle);

bool
pool_child_is_ahead(const struct pool_child *c)
{
	return c->job == NULL && !c->going && !c->ended && !c->eof;
}

struct pool_children_ahead
pool_child_count_ahead(const struct pool *p)
{
	struct pool_children_ahead n = {0};

	for (const struct pool_child *c = p->children; c != NULL; c = c->next) {
		if (!pool_child_is_ahead(c) || c->for_ocr)
			continue;
		if (c->served == 0)
			n.fresh++;
		else
			n.used++;
	}
	return n;
}

struct pool_child *
pool_child_for(const struct pool *p, const struct job *j)
{
	struct pool_child *fresh = NULL, *used = NULL;

	for (struct pool_child *c = p->children; c != NULL; c = c->next) {
		if (!pool_child_is_ahead(c) || c->for_ocr != j->for_ocr)
			continue;
		/* The eldest: its fork is done. New ones are put in front. */
		if (c->served == 0)
			fresh = c;
		else
			used = c;
	}
	return used != NULL && job_may_run(j) ? used : fresh;
}

struct zygote *
pool_child_zygote(const struct pool_child *c)
{
	return c->for_ocr ? c->pool->ocr : c->pool->zygote;
}

struct pool_child *
pool_child_of(const struct pool *p, uint32_t token)
{
	struct pool_child *c = p->children;

	while (c != NULL && c->token != token)
		c = c->next;
	return c;
}

void
pool_child_kill(struct pool_child *c)
{
	c->going = true;
	zygote_kill(pool_child_zygote(c), c->token);
	uv_timer_start(&c->timer, pool_child_on_timer, POOL_END_MS, 0);
}

/* Socket at its end, and its end told (P1). */
void
pool_child_check(struct pool_child *c)
{
	struct pool *p = c->pool;
	struct job *j = c->job;

	if (!c->eof || !c->ended || uv_is_closing((uv_handle_t *)&c->timer))
		return;
	if (c->channel != NULL)
		channel_close(c->channel);
	c->channel = NULL;
	c->job = NULL;
	uv_close((uv_handle_t *)&c->timer, pool_child_on_closed);
	if (j != NULL)
		pool_job_over(j, c);
	pool_go(p);
}

/* An idle one ends when its socket does. */
void
pool_child_dismiss(struct pool_child *c)
{
	c->going = true;
	c->eof = true;
	if (c->channel != NULL)
		channel_close(c->channel);
	c->channel = NULL;
	uv_timer_start(&c->timer, pool_child_on_timer, POOL_END_MS, 0);
}

static void
pool_child_on_hash(struct pool_child *c)
{
	struct pool *p = c->pool;
	struct job *j = c->job;
	struct document_info info;
	struct index_read *rd;
	uint64_t document;

	/* On the root's own thread: even a look may hang. */
	j->looking = true;
	root_look(j->item->root, j->item->path, pool_job_on_looked, j);
	if (index_read_begin(p->ix, &rd) != OK)
		return;
	document = index_document_by_hash(rd, j->sha256);
	if (document != 0 && index_document_get(rd, document, &info) == OK &&
	    info.reader_version == j->generation->level.reader_version &&
	    !(j->for_ocr && info.ocr == OCR_WANTED)) {
		j->document = document;
		j->ocr = info.ocr;
		pool_child_kill(c);
	}
	index_read_end(rd);
}

/* It has said all of its job: one in a run goes on, if there is use for it. */
static void
pool_child_said(struct pool_child *c)
{
	struct pool *p = c->pool;
	struct job *j = c->job;

	if (!j->run) {
		uv_timer_start(&c->timer, pool_child_on_timer, POOL_END_MS, 0);
		return;
	}
	uv_timer_stop(&c->timer);
	c->job = NULL;
	c->served++;
	if (c->served == RUN_DOCUMENTS_MAX || c->generation != p->generation ||
	    pool_child_count_ahead(p).used > p->cores)
		pool_child_dismiss(c);
	/* First its next job: it works on that while we look at what came of this one. */
	pool_job_place(j, JOB_LOOKED_AT);
	pool_go(p);
	pool_job_said(j);
}

static enum err
pool_child_on_frame(void *ctx, struct frame *f)
{
	struct pool_child *c = ctx;
	enum err e;

	if (c->going)
		return OK;
	if (c->job == NULL)
		return ERR_FORMAT;
	e = job_on_frame(c->job, &c->pool->conf->limits, f);
	if (e != OK)
		return e;
	if (f->type == FRAME_HASH)
		pool_child_on_hash(c);
	else if (f->type == FRAME_DONE || f->type == FRAME_FAILED || f->type == FRAME_HANDED_BACK)
		pool_child_said(c);
	return OK;
}

static void
pool_child_on_end(void *ctx, enum err e)
{
	struct pool_child *c = ctx;

	c->eof = true;
	if (e == ERR_NOMEM)
		c->starved = true;
	else if (e != OK)
		c->death.malformed = true;
	if (e != OK) {
		c->pool->killed++;
		pool_child_kill(c);
	} else if (!c->ended) {
		uv_timer_start(&c->timer, pool_child_on_timer, POOL_END_MS, 0);
	}
	pool_child_check(c);
}

enum err
pool_child_new(struct pool *p, bool for_ocr)
{
	struct zygote *zygote = for_ocr ? p->ocr : p->zygote;
	struct pool_child *c = calloc(1, sizeof *c);
	const struct channel_events events = {.ctx = c,
					      .on_frame = pool_child_on_frame,
					      .on_end = pool_child_on_end};
	int other = -1;
	enum err e;

	if (c == NULL)
		return ERR_NOMEM;
	c->pool = p;
	c->token = ++p->last_token;
	e = channel_open(p->loop, FRAME_BYTES_MAX, &events, &c->channel, &other);
	if (e == OK)
		e = zygote_fork(zygote, c->token, other);
	if (e != OK) {
		if (c->channel != NULL)
			channel_close(c->channel);
		free(c);
		return e;
	}
	c->for_ocr = for_ocr;
	c->generation = generation_ref(zygote_generation(zygote));
	uv_timer_init(p->loop, &c->timer);
	c->timer.data = c;
	c->next = p->children;
	p->children = c;
	p->child_count++;
	return OK;
}

void
pool_child_give(struct pool_child *c, struct job *j)
{
	struct buf frame = {0};
	int fd = j->fd;
	enum err e = job_ask(j, c->generation, &frame);

	if (e != OK) {
		buf_clear(&frame);
		pool_job_again(j, POOL_RETRY_MS, false);
		return;
	}
	c->job = j;
	pool_job_place(j, JOB_AT_CHILD);
	if (j->phase == JOB_PLUGINS)
		fd = -1;
	else
		j->fd = -1;
	uv_timer_start(&c->timer, pool_child_on_timer,
		       c->for_ocr ? c->pool->conf->ocr_document_ms : c->pool->conf->document_ms, 0);
	/* When it is gone its end follows by itself. */
	if (channel_send(c->channel, &frame, fd) == ERR_NOMEM) {
		c->starved = true;
		pool_child_kill(c);
	}
}

/* --- what the loop calls --- */

void
pool_child_on_timer(uv_timer_t *timer)
{
	struct pool_child *c = timer->data;

	if (c->ended) {
		/* Somebody holds its socket open: nothing of that is worth waiting for. */
		c->eof = true;
		pool_child_check(c);
	} else if (c->going || c->eof || c->job == NULL || c->job->phase >= JOB_DONE) {
		zygote_give_up(pool_child_zygote(c), c->token);
		uv_timer_start(&c->timer, pool_child_on_timer, POOL_END_MS, 0);
	} else {
		c->death.timeout = true;
		c->pool->killed++;
		pool_child_kill(c);
	}
}

static void
pool_child_on_closed(uv_handle_t *handle)
{
	struct pool_child *c = handle->data, **at;
	struct pool *p = c->pool;

	for (at = &p->children; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	p->child_count--;
	generation_unref(c->generation);
	free(c);
	pool_go(p);
	pool_free_if_done(p);
}
