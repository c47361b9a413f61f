/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue - the order of work and the settling rule.
 *
 *   (none) --push--> DUE --take--> RUNNING --done--> RESTING --quiet over--> (none)
 *      |              ^               |                 |
 *      +--push--> LATER <--again------+-----push--------+
 *
 * RESTING is no work: the entry is only remembered, to know a file that is
 * closed again too soon. Its level says how often that happened in a row; the
 * quiet that it must keep doubles with each.
 *
 * Everything that calls upwards does so from the idle handle, so that no caller
 * of the queue is called back before its call returns; but for on_outdated(), which must
 * know the item while it runs.
 */
#include "daemon/queue_inside.h"

#include "common/log.h"
#include "daemon/loop.h"

#include <stdlib.h>

#define QUEUE_QUIET_MAX_MS     60000
#define QUEUE_LEVEL_MAX        16
#define QUEUE_GONE_RUNNING_MAX 64
#define QUEUE_BLOCKED_MAX      64 /* entries of a class passed over in search of one that may run */

static void queue_on_idle(uv_idle_t *idle);
static void queue_on_timer(uv_timer_t *timer);

uint64_t
queue_now(struct queue *q)
{
	return uv_now(q->loop);
}

/* Only fails where the handle is being closed: then nothing is to be called any more. */
void
queue_wake(struct queue *q)
{
	if (!uv_is_closing((uv_handle_t *)&q->idle))
		uv_idle_start(&q->idle, queue_on_idle);
}

static void
queue_set_timer(struct queue *q)
{
	uint64_t now = queue_now(q), due;

	if (q->table.heap_count == 0 || uv_is_closing((uv_handle_t *)&q->timer))
		return;
	due = q->table.heap[0]->due_ms;
	if (q->timer_ms != 0 && q->timer_ms <= due)
		return;
	q->timer_ms = due > 0 ? due : 1;
	uv_timer_start(&q->timer, queue_on_timer, due > now ? due - now : 0, 0);
}

/* --- moving entries between the lists --- */

bool
queue_is_live(const struct queue_entry *e)
{
	return e->state != ENTRY_RESTING;
}

bool
queue_is_file(const struct queue_entry *e)
{
	return e->item.class <= QUEUE_OCR;
}

static struct queue_list *
queue_list_of(struct queue *q, const struct queue_entry *e)
{
	return e->state == ENTRY_DUE ? &q->due[e->item.class] : &q->running;
}

void
queue_unlink(struct queue *q, struct queue_entry *e)
{
	struct queue_list *list = queue_list_of(q, e);

	q->tally[e->item.class][e->state]--;
	if (e->state == ENTRY_LATER || e->state == ENTRY_RESTING) {
		queue_heap_take(&q->table, e);
		return;
	}
	*(e->prev == NULL ? &list->head : &e->prev->next) = e->next;
	*(e->next == NULL ? &list->tail : &e->next->prev) = e->prev;
}

void
queue_link(struct queue *q, struct queue_entry *e, enum queue_class class, enum entry_state state,
	   uint64_t due_ms)
{
	struct queue_list *list;

	queue_reclass(q, e, class);
	e->state = (uint8_t)state;
	q->tally[class][state]++;
	if (state == ENTRY_LATER || state == ENTRY_RESTING) {
		queue_heap_put(&q->table, e, due_ms);
		queue_set_timer(q);
		return;
	}
	list = queue_list_of(q, e);
	e->prev = list->tail;
	e->next = NULL;
	*(list->tail == NULL ? &list->head : &list->tail->next) = e;
	list->tail = e;
	if (state == ENTRY_DUE)
		queue_wake(q);
}

/* Due now, or after `delay_ms`. The entry is in no list. */
static void
queue_link_after(struct queue *q, struct queue_entry *e, enum queue_class class, uint64_t delay_ms)
{
	queue_link(q, e, class, delay_ms == 0 ? ENTRY_DUE : ENTRY_LATER, queue_now(q) + delay_ms);
}

/* --- the settling rule --- */

static uint64_t
queue_quiet(const struct queue *q, uint8_t level)
{
	uint64_t quiet = (uint64_t)q->settle_ms << (level > 1 ? level - 1 : 0);

	if (quiet > QUEUE_QUIET_MAX_MS)
		quiet = q->settle_ms > QUEUE_QUIET_MAX_MS ? q->settle_ms : QUEUE_QUIET_MAX_MS;
	return quiet;
}

/* It was read in vain. The entry is in no list. */
static void
queue_unsettle(struct queue *q, struct queue_entry *e, enum queue_class class)
{
	if (e->level < QUEUE_LEVEL_MAX)
		e->level++;
	queue_link_after(q, e, class, queue_quiet(q, e->level));
}

void
queue_renew(struct queue_entry *e)
{
	e->after = AFTER_NOTHING;
	e->item.deaths = 0;
	e->item.alone = false;
	e->item.job = NULL;
}

/* --- asking --- */

struct queue_entry *
queue_add(struct queue *q, struct root *r, struct span path, uint64_t document)
{
	struct queue_entry *e = queue_table_add(&q->table, r, path, document);

	if (e == NULL)
		log_error("no memory to queue %.*s; the next scan finds it", (int)path.n,
			  path.n == 0 ? "" : path.p);
	else
		e->event_ms = queue_now(q);
	return e;
}

void
queue_push_running(struct queue_entry *e, enum queue_class class, uint32_t delay_ms)
{
	bool first = e->after != AFTER_PUSH;

	e->after = AFTER_PUSH;
	if (first || class < e->after_class)
		e->after_class = (uint8_t) class;
	if (first || delay_ms < e->after_ms)
		e->after_ms = delay_ms;
}

/* What is read of it now is out of date: who waits for files waits for its next turn. */
static void
queue_outdate(struct queue *q, struct queue_entry *e)
{
	if (e->item.class != QUEUE_OCR)
		return;
	queue_unlink(q, e);
	queue_link(q, e, QUEUE_BULK, ENTRY_RUNNING, 0);
	if (q->events.on_outdated != NULL)
		q->events.on_outdated(q->events.ctx, &e->item);
}

static void
queue_push_waiting(struct queue *q, struct queue_entry *e, enum queue_class class,
		   uint32_t delay_ms)
{
	enum queue_class merged = class < e->item.class ? class : e->item.class;
	bool was_gone = e->item.class == QUEUE_GONE;
	bool due = e->state == ENTRY_DUE && !was_gone;

	/* A scan says nothing new of what waits already, but it may have come by a better class. */
	if (due ? merged == e->item.class : class != QUEUE_DROP && !was_gone)
		return;
	queue_unlink(q, e);
	if (due)
		queue_link(q, e, merged, ENTRY_DUE, 0);
	else if (e->level > 0 && !was_gone)
		queue_link_after(q, e, merged, queue_quiet(q, e->level));
	else
		queue_link_after(q, e, merged, delay_ms);
}

void
queue_push(struct queue *q, enum queue_class class, struct root *r, struct span path,
	   uint32_t delay_ms)
{
	struct queue_entry *e = queue_table_find(&q->table, r, path, 0);

	if (e == NULL) {
		e = queue_add(q, r, path, 0);
		if (e == NULL)
			return;
		e->item.class = class;
		queue_enter(q, e, q->next_seq++);
		queue_link_after(q, e, class, delay_ms);
	} else if (e->state == ENTRY_RUNNING && class == QUEUE_OCR) {
		/* Where it is read for its pictures already, that is it. */
		if (e->item.class != QUEUE_OCR)
			queue_push_running(e, class, delay_ms);
	} else if (e->state == ENTRY_RUNNING) {
		queue_push_running(e, class, delay_ms);
		queue_outdate(q, e);
	} else if (e->state == ENTRY_RESTING) {
		queue_unlink(q, e);
		queue_enter(q, e, q->next_seq++);
		if (class == QUEUE_DROP && e->item.class != QUEUE_GONE)
			queue_unsettle(q, e, class);
		else
			queue_link_after(q, e, class, delay_ms);
	} else {
		queue_push_waiting(q, e, class, delay_ms);
	}
	e->event_ms = queue_now(q);
}

void
queue_push_gone(struct queue *q, struct root *r, struct span path)
{
	struct queue_entry *e = queue_table_find(&q->table, r, path, 0);

	if (e != NULL && e->state == ENTRY_RUNNING) {
		e->after = AFTER_GONE;
		queue_outdate(q, e);
		return;
	}
	if (e == NULL) {
		e = queue_add(q, r, path, 0);
		if (e == NULL)
			return;
		queue_enter(q, e, q->next_seq++);
	} else if (e->state == ENTRY_RESTING) {
		queue_unlink(q, e);
		queue_enter(q, e, q->next_seq++);
	} else if (e->item.class == QUEUE_GONE) {
		return;
	} else {
		queue_unlink(q, e);
	}
	queue_renew(e);
	queue_link_after(q, e, QUEUE_GONE, q->settle_ms);
}

void
queue_push_rerun(struct queue *q, uint64_t document)
{
	struct queue_entry *e = queue_table_find(&q->table, NULL, (struct span){0}, document);

	if (e != NULL) {
		if (e->state == ENTRY_RUNNING)
			queue_push_running(e, QUEUE_RERUN, 0);
		return;
	}
	e = queue_add(q, NULL, (struct span){0}, document);
	if (e == NULL)
		return;
	e->item.class = QUEUE_RERUN;
	queue_enter(q, e, q->next_seq++);
	queue_link(q, e, QUEUE_RERUN, ENTRY_DUE, 0);
}

/* --- taking and ending --- */

static struct queue_item *
queue_run(struct queue *q, struct queue_entry *e)
{
	enum queue_class class = e->item.class;

	queue_unlink(q, e);
	e->event_ms = queue_now(q);
	queue_link(q, e, class, ENTRY_RUNNING, 0);
	return &e->item;
}

/* Does something run at a folder of the path, or below it? Then one of the two is out of date. */
static bool
queue_is_blocked(struct queue *q, const struct queue_entry *e)
{
	for (const struct queue_entry *run = q->running.head; run != NULL; run = run->next)
		if (run->item.root == e->item.root && e->item.root != NULL &&
		    (queue_is_below(run->item.path, e->item.path) ||
		     queue_is_below(e->item.path, run->item.path)))
			return true;
	return false;
}

/* The first of a class that nothing keeps from running. */
static struct queue_entry *
queue_next(struct queue *q, enum queue_class class)
{
	struct queue_entry *e = q->due[class].head;

	for (int i = 0; e != NULL && i < QUEUE_BLOCKED_MAX; i++, e = e->next) {
		if (!queue_is_blocked(q, e))
			return e;
		q->blocked = true;
	}
	return NULL;
}

/* Something that ran is in no list any more: what it blocked can go on. */
static void
queue_unblock(struct queue *q)
{
	if (q->blocked || q->due[QUEUE_GONE].head != NULL)
		queue_wake(q);
	q->blocked = false;
}

struct queue_item *
queue_take(struct queue *q, bool ocr)
{
	static const enum queue_class order[] = {QUEUE_DROP, QUEUE_FOUND, QUEUE_BULK, QUEUE_RERUN,
						 QUEUE_OCR};
	struct queue_entry *e;

	for (size_t i = 0; i < sizeof order / sizeof *order - !ocr; i++) {
		e = queue_next(q, order[i]);
		if (e != NULL)
			return queue_run(q, e);
	}
	return NULL;
}

bool
queue_has_ocr(const struct queue *q)
{
	return q->due[QUEUE_OCR].head != NULL;
}

bool
queue_has_drop(const struct queue *q)
{
	return q->due[QUEUE_DROP].head != NULL;
}

/* It was asked for while it ran. The entry is in no list. */
static void
queue_go_on(struct queue *q, struct queue_entry *e)
{
	bool was_read = queue_is_file(e), gone = e->after == AFTER_GONE;
	enum queue_class class = e->after_class;
	uint32_t delay_ms = e->after_ms;

	queue_renew(e);
	if (gone)
		queue_link_after(q, e, QUEUE_GONE, q->settle_ms);
	else if (was_read && class == QUEUE_DROP && delay_ms == 0)
		queue_unsettle(q, e, class);
	else
		queue_link_after(q, e, class, delay_ms);
}

void
queue_done(struct queue *q, struct queue_item *item)
{
	struct queue_entry *e = (struct queue_entry *)item;
	uint64_t rests_ms = e->event_ms + queue_quiet(q, e->level);

	queue_unlink(q, e);
	if (queue_is_file(e) && e->item.class != QUEUE_OCR)
		queue_count_done(q);
	queue_unblock(q);
	if (e->after != AFTER_NOTHING) {
		queue_go_on(q, e);
		return;
	}
	queue_leave(q, e);
	if (queue_is_file(e) && (e->item.class == QUEUE_DROP || e->level > 0) &&
	    rests_ms > queue_now(q)) {
		queue_renew(e);
		queue_link(q, e, e->item.class, ENTRY_RESTING, rests_ms);
	} else {
		queue_table_remove(&q->table, e);
	}
}

void
queue_done_but_ocr(struct queue *q, struct queue_item *item)
{
	struct queue_entry *e = (struct queue_entry *)item;

	queue_unlink(q, e);
	queue_count_done(q);
	queue_unblock(q);
	if (e->after != AFTER_NOTHING) {
		queue_go_on(q, e);
		return;
	}
	queue_renew(e);
	queue_link(q, e, QUEUE_OCR, ENTRY_DUE, 0);
}

void
queue_again(struct queue *q, struct queue_item *item, uint32_t delay_ms, bool unsettled)
{
	struct queue_entry *e = (struct queue_entry *)item;

	queue_unlink(q, e);
	e->item.job = NULL;
	queue_unblock(q);
	if (e->after != AFTER_NOTHING)
		queue_go_on(q, e);
	else if (unsettled)
		queue_unsettle(q, e, e->item.class);
	else
		queue_link_after(q, e, e->item.class, delay_ms);
}

/* --- what the loop calls --- */

static void
queue_on_idle(uv_idle_t *idle)
{
	struct queue *q = idle->data;
	struct queue_entry *gone;

	uv_idle_stop(idle);
	while (q->tally[QUEUE_GONE][ENTRY_RUNNING] < QUEUE_GONE_RUNNING_MAX &&
	       (gone = queue_next(q, QUEUE_GONE)) != NULL)
		q->events.on_gone_due(q->events.ctx, queue_run(q, gone));
	if (q->due[QUEUE_DROP].head != NULL || q->due[QUEUE_FOUND].head != NULL ||
	    q->due[QUEUE_BULK].head != NULL || q->due[QUEUE_RERUN].head != NULL ||
	    q->due[QUEUE_OCR].head != NULL)
		q->events.on_due(q->events.ctx);
	queue_tell_waiters(q);
}

static void
queue_on_timer(uv_timer_t *timer)
{
	struct queue *q = timer->data;

	q->timer_ms = 0;
	while (q->table.heap_count > 0 && q->table.heap[0]->due_ms <= queue_now(q)) {
		struct queue_entry *e = q->table.heap[0];
		enum queue_class class = e->item.class;

		queue_unlink(q, e);
		if (e->state == ENTRY_LATER)
			queue_link(q, e, class, ENTRY_DUE, 0);
		else
			queue_table_remove(&q->table, e);
	}
	queue_set_timer(q);
}

enum err
queue_start(uv_loop_t *loop, uint32_t settle_ms, const struct queue_events *events,
	    struct queue **out)
{
	struct queue *q = calloc(1, sizeof *q);
	enum err e = ERR_NOMEM;

	if (q != NULL)
		e = queue_table_init(&q->table);
	if (e != OK)
		goto failed;
	q->loop = loop;
	q->settle_ms = settle_ms > 0 ? settle_ms : 1;
	q->events = *events;
	/* Neither of the two can fail: they only fill in the handle. */
	uv_timer_init(loop, &q->timer);
	uv_idle_init(loop, &q->idle);
	q->timer.data = q;
	q->idle.data = q;
	*out = q;
	return OK;
failed:
	free(q);
	return e;
}

static void
queue_on_closed(uv_handle_t *handle)
{
	struct queue *q = handle->data;
	void (*on_closed)(void *ctx) = q->on_closed;
	void *ctx = q->closed_ctx;

	if (--q->open_handles > 0)
		return;
	while (q->waiters != NULL)
		queue_wait_cancel(q, q->waiters);
	queue_table_clear(&q->table);
	free(q->scans);
	free(q);
	on_closed(ctx);
}

void
queue_stop(struct queue *q, void (*on_closed)(void *ctx), void *ctx)
{
	q->on_closed = on_closed;
	q->closed_ctx = ctx;
	q->open_handles = 2;
	uv_close((uv_handle_t *)&q->timer, queue_on_closed);
	uv_close((uv_handle_t *)&q->idle, queue_on_closed);
}
