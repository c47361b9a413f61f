/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool - what can be done now: which item is taken, which job gets a child.
 *
 * A job:    taken --opened--> waiting --> with a child --> looked at --> written --> done
 *                                ^-------------/ (the child died in a plugin)
 *
 * Timers: a job's child has document_ms; one that is to end has POOL_END_MS; opens
 * are the root's matter and limited in number only while they are young, so that a
 * hung mount holds up nobody else for long.
 */
#include "daemon/pool_state.h"

#include "common/log.h"

#include <stdlib.h>

#define POOL_TICK_MS    250  /* looks again at what has no event of its own */
#define POOL_OPENS_MAX  16   /* young opens under way */
#define POOL_WAIT       2    /* times the cores: opened, for the next child that is free */
#define POOL_DROPS_WAIT 4    /* the same when a drop comes: it is opened beside the others */
#define POOL_OPEN_YOUNG 500  /* ms */
#define POOL_WRITES_MAX 200  /* items the writer may have before we stop taking work */
#define POOL_FORK_WAIT  1000 /* ms without forks after one failed or died idle */
#define POOL_CHILDREN   4    /* times the cores: all children, also those that are ending */

static void pool_on_tick(uv_timer_t *timer);
static void pool_on_tick_closed(uv_handle_t *handle);

/* --- what can be done now --- */

/* A fresh one ahead for each core, so that no fork lies on a new drop's way. */
static void
pool_fill(struct pool *p)
{
	size_t ahead;

	if (uv_now(p->loop) < p->fork_after || zygote_generation(p->zygote) != p->generation)
		return;
	ahead = pool_child_count_ahead(p).fresh;
	while (ahead < p->cores && p->child_count < (size_t)POOL_CHILDREN * p->cores) {
		enum err e = pool_child_new(p, false);

		if (e != OK) {
			if (e != ERR_CLOSED)
				log_error("no child could be started: %s", err_text(e));
			p->fork_after = uv_now(p->loop) + POOL_FORK_WAIT;
			return;
		}
		ahead++;
	}
}

/* One more than the cores for drops: they do not wait behind long documents. */
static struct pool_child *
pool_child_now(const struct pool *p, const struct job *j)
{
	size_t max = p->cores, working = 0;

	for (const struct pool_child *c = p->children; c != NULL; c = c->next)
		working += c->job != NULL && !c->for_ocr;
	if (j->item->class == QUEUE_DROP)
		max++;
	return j->for_ocr || working < max ? pool_child_for(p, j) : NULL;
}

/* The first that waits gets a child; a picture, which waits for another kind of one, is passed. */
static bool
pool_assign(struct pool *p)
{
	for (struct job **at = &p->waiting; *at != NULL; at = &(*at)->next_waiting) {
		struct job *j = *at;
		struct pool_child *c = pool_child_now(p, j);

		if (c == NULL && j->for_ocr)
			continue;
		if (c == NULL)
			return false;
		*at = j->next_waiting;
		j->next_waiting = NULL;
		pool_child_give(c, j);
		return true;
	}
	return false;
}

/* The child for a picture is forked when there is one to read. */
static void
pool_fill_ocr(struct pool *p)
{
	bool wanted = false;

	for (const struct job *j = p->waiting; j != NULL; j = j->next_waiting)
		wanted |= j->for_ocr;
	for (const struct pool_child *c = p->children; c != NULL; c = c->next)
		wanted &= !c->for_ocr;
	if (wanted && p->ocr != NULL && zygote_generation(p->ocr) != NULL &&
	    pool_child_new(p, true) != OK)
		log_error("no child could be started for pictures");
}

/* Opens that have hung for a while do not count: others must go on. */
static bool
pool_may_open(const struct pool *p)
{
	uint64_t now = uv_now(p->loop);
	size_t young = 0;

	if (p->places[JOB_AT_ROOT] < POOL_OPENS_MAX)
		return true;
	for (const struct job *j = p->jobs; j != NULL; j = j->next)
		young += j->place == JOB_AT_ROOT && now - j->since < POOL_OPEN_YOUNG;
	return young < POOL_OPENS_MAX;
}

static bool
pool_take(struct pool *p)
{
	size_t waiting = (queue_has_drop(p->queue) ? POOL_DROPS_WAIT : POOL_WAIT) * p->cores;
	struct queue_item *item;
	struct job *j;

	if (p->generation == NULL || p->places[JOB_WAITING] >= waiting ||
	    writer_pending(p->writer) >= POOL_WRITES_MAX || !pool_may_open(p))
		return false;
	item = queue_take(p->queue, queue_has_ocr(p->queue) && pool_ocr_may_take(p));
	if (item == NULL)
		return false;
	j = pool_job_new(p, item);
	if (j == NULL)
		queue_again(p->queue, item, POOL_RETRY_MS, false);
	else if (item->class == QUEUE_RERUN)
		pool_job_rerun(p, j);
	else
		pool_job_open(j);
	return true;
}

void
pool_go(struct pool *p)
{
	bool more;

	/* What is done in here ends jobs, which asks for this again. */
	p->again = true;
	if (p->inside || p->stopping)
		return;
	p->inside = true;
	do {
		p->again = false;
		pool_fill(p);
		pool_fill_ocr(p);
		more = pool_assign(p);
		more = pool_take(p) || more;
	} while (more || p->again);
	p->inside = false;
	if (p->places[JOB_AT_ROOT] > 0 || uv_now(p->loop) < p->fork_after ||
	    writer_pending(p->writer) >= POOL_WRITES_MAX)
		uv_timer_start(&p->tick, pool_on_tick, POOL_TICK_MS, 0);
}

void
pool_on_outdated(struct pool *p, struct queue_item *item)
{
	if (!p->stopping)
		pool_ocr_on_outdated(p, item);
}

/* --- the zygote's news --- */

void
pool_on_ready(struct pool *p, struct generation *g)
{
	if (p->stopping)
		return;
	generation_unref(p->generation);
	p->generation = generation_ref(g);
	p->fork_after = 0;
	/* Children of the old plugins that have nothing to do; the others finish. */
	for (struct pool_child *c = p->children; c != NULL; c = c->next)
		if (pool_child_is_ahead(c))
			pool_child_dismiss(c);
	/* Another with the new plugins comes with the next picture. */
	pool_ocr_end_if_idle(p);
	pool_go(p);
}

void
pool_on_started(struct pool *p, uint32_t token, pid_t pid)
{
	struct pool_child *c = pool_child_of(p, token);

	(void)pid;
	if (c != NULL)
		c->started = true;
}

void
pool_on_ended(struct pool *p, uint32_t token, int status, uint64_t resident_bytes)
{
	struct pool_child *c = pool_child_of(p, token);

	if (c == NULL)
		return;
	if (pool_child_is_ahead(c) && c->served == 0)
		p->fork_after = uv_now(p->loop) + POOL_FORK_WAIT;
	c->ended = true;
	c->death.status = status;
	c->death.resident_bytes = resident_bytes;
	uv_timer_start(&c->timer, pool_child_on_timer, POOL_END_MS, 0);
	pool_child_check(c);
}

/* --- start and stop --- */

void
pool_status(const struct pool *p, struct pool_status *out)
{
	struct pool_children_ahead ahead = pool_child_count_ahead(p);

	*out = (struct pool_status){.ready = ahead.fresh + ahead.used,
				    .running = p->places[JOB_AT_CHILD],
				    .killed = p->killed,
				    .ocr_enabled = p->conf->ocr,
				    .ocr = p->ocr_known ? &p->ocr_level : NULL};
}

enum err
pool_start(uv_loop_t *loop, const struct conf *conf, struct index *ix, struct queue *q,
	   struct zygote *z, struct writer *w, struct pool **out)
{
	struct pool *p = calloc(1, sizeof *p);

	if (p == NULL)
		return ERR_NOMEM;
	p->loop = loop;
	p->conf = conf;
	p->ix = ix;
	p->queue = q;
	p->zygote = z;
	p->writer = w;
	p->cores = conf->children != 0 ? conf->children : uv_available_parallelism();
	uv_timer_init(loop, &p->tick);
	uv_timer_init(loop, &p->ocr_idle);
	p->tick.data = p;
	p->ocr_idle.data = p;
	*out = p;
	return OK;
}

void
pool_free_if_done(struct pool *p)
{
	void (*on_closed)(void *ctx) = p->on_closed;
	void *ctx = p->closed_ctx;

	if (!p->stopping || p->children != NULL || p->open_handles > 0)
		return;
	pool_ocr_end(p);
	if (p->ocr != NULL)
		return;
	generation_unref(p->generation);
	free(p);
	on_closed(ctx);
}

void
pool_stop(struct pool *p, void (*on_closed)(void *ctx), void *ctx)
{
	p->stopping = true;
	p->on_closed = on_closed;
	p->closed_ctx = ctx;
	for (struct pool_child *c = p->children; c != NULL; c = c->next) {
		c->job = NULL;
		if (!c->eof)
			pool_child_dismiss(c);
		if (!c->ended)
			zygote_kill(pool_child_zygote(c), c->token);
	}
	while (p->jobs != NULL) {
		struct job *j = p->jobs;
		bool held = j->looking || j->place == JOB_AT_ROOT || j->place == JOB_AT_WRITER;

		pool_job_unlink(j);
		if (!held)
			job_free(j);
	}
	p->waiting = NULL;
	p->open_handles = 2;
	uv_close((uv_handle_t *)&p->tick, pool_on_tick_closed);
	uv_close((uv_handle_t *)&p->ocr_idle, pool_on_tick_closed);
	for (struct pool_child *c = p->children; c != NULL; c = c->next)
		pool_child_check(c);
}

/* --- what the loop calls --- */

static void
pool_on_tick(uv_timer_t *timer)
{
	pool_go(timer->data);
}

static void
pool_on_tick_closed(uv_handle_t *handle)
{
	struct pool *p = handle->data;

	p->open_handles--;
	pool_free_if_done(p);
}
