/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool_ocr - pictures of text: a zygote of their own, one child at a time.
 *
 *   (none) --first picture--> starting --ready--> in force --idle, new plugins--> ending
 *      ^                                                                            |
 *      +------------------------------------closed----------------------------------+
 *
 * Where it ends while a picture waits in the queue (QUEUE_OCR, after all other work), the
 * next look there starts another.
 */
#include "daemon/pool_state.h"

#include "common/log.h"

#define POOL_OCR_IDLE_MS 60000
#define POOL_OCR_LOOK_MS                                                                           \
	1000 /* where it cannot read: what is installed meanwhile needs another                    \
	      */

static void pool_ocr_on_idle(uv_timer_t *timer);

static void
pool_ocr_set_idle(struct pool *p)
{
	bool works = !p->ocr_known || p->ocr_level.ocr;

	uv_timer_start(&p->ocr_idle, pool_ocr_on_idle, works ? POOL_OCR_IDLE_MS : POOL_OCR_LOOK_MS,
		       0);
}

/* --- what its zygote says --- */

static void
pool_ocr_on_ready(void *ctx, struct generation *g)
{
	struct pool *p = ctx;

	p->ocr_level = g->level;
	p->ocr_known = true;
	pool_go(p);
}

/* It has the same sandbox as the other, whose word ends the daemon. */
static void
pool_ocr_on_unfit(void *ctx, const char *why)
{
	(void)ctx;
	log_error("pictures are not read: %s", why);
}

static void
pool_ocr_on_started(void *ctx, uint32_t token, pid_t pid)
{
	pool_on_started(ctx, token, pid);
}

static void
pool_ocr_on_ended(void *ctx, uint32_t token, int status, uint64_t resident_bytes)
{
	pool_on_ended(ctx, token, status, resident_bytes);
}

static void
pool_ocr_on_closed(void *ctx)
{
	struct pool *p = ctx;

	p->ocr = NULL;
	p->ocr_ending = false;
	pool_go(p);
	pool_free_if_done(p);
}

/* --- what the pool asks --- */

static bool
pool_ocr_is_busy(const struct pool *p)
{
	for (const struct job *j = p->jobs; j != NULL; j = j->next)
		if (j->for_ocr)
			return true;
	return false;
}

void
pool_ocr_on_outdated(struct pool *p, struct queue_item *item)
{
	struct job *j = item->job;

	if (j == NULL)
		return;
	j->changed = true;
	for (struct pool_child *c = p->children; c != NULL; c = c->next)
		if (c->job == j && !c->going)
			pool_child_kill(c);
}

bool
pool_ocr_may_take(struct pool *p)
{
	const struct zygote_events events = {.ctx = p,
					     .on_ready = pool_ocr_on_ready,
					     .on_unfit = pool_ocr_on_unfit,
					     .on_started = pool_ocr_on_started,
					     .on_ended = pool_ocr_on_ended};
	enum err e;

	if (p->ocr == NULL && !p->stopping) {
		e = zygote_start(p->loop, p->conf, true, &events, &p->ocr);
		if (e != OK)
			log_error("the worker for pictures could not be started: %s", err_text(e));
	}
	if (p->ocr == NULL || p->ocr_ending)
		return false;
	pool_ocr_set_idle(p);
	return zygote_generation(p->ocr) != NULL && !pool_ocr_is_busy(p);
}

void
pool_ocr_end(struct pool *p)
{
	if (p->ocr == NULL || p->ocr_ending)
		return;
	p->ocr_ending = true;
	zygote_stop(p->ocr, pool_ocr_on_closed, p);
}

void
pool_ocr_end_if_idle(struct pool *p)
{
	bool busy = pool_ocr_is_busy(p);

	for (const struct pool_child *c = p->children; c != NULL; c = c->next)
		busy |= c->for_ocr;
	if (busy && !p->stopping)
		pool_ocr_set_idle(p);
	else
		pool_ocr_end(p);
}

static void
pool_ocr_on_idle(uv_timer_t *timer)
{
	struct pool *p = timer->data;

	/* It is being loaded for these, or others have the processor. */
	if (queue_has_ocr(p->queue) && !p->stopping)
		pool_ocr_set_idle(p);
	else
		pool_ocr_end_if_idle(p);
}
