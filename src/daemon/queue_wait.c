/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_wait - who waits for the queue, and what it answers about itself.
 *
 * A waiter counts the entries that were there before it; each that leaves is
 * subtracted. A scan that was under way before it extends it, once, to all that is
 * there when the scan ends; what leads to scans, to these too.
 */
#include "daemon/queue_inside.h"

#include "common/log.h"

#include <stdlib.h>

/* --- who waits --- */

static bool
queue_waits_for(const struct queue_waiter *w, const struct queue_entry *e)
{
	return e->item.seq < w->limit && (w->reruns || e->item.class != QUEUE_RERUN) &&
	       (w->ocr || e->item.class != QUEUE_OCR);
}

void
queue_enter(struct queue *q, struct queue_entry *e, uint64_t seq)
{
	e->item.seq = seq;
	for (struct queue_waiter *w = q->waiters; w != NULL; w = w->next)
		if (queue_waits_for(w, e))
			w->pending++;
}

void
queue_leave(struct queue *q, struct queue_entry *e)
{
	for (struct queue_waiter *w = q->waiters; w != NULL; w = w->next)
		if (queue_waits_for(w, e) && --w->pending == 0)
			queue_wake(q);
}

void
queue_reclass(struct queue *q, struct queue_entry *e, enum queue_class class)
{
	if ((e->item.class == QUEUE_OCR) == (class == QUEUE_OCR)) {
		e->item.class = class;
		return;
	}
	queue_leave(q, e);
	e->item.class = class;
	queue_enter(q, e, e->item.seq);
}

static uint64_t
queue_live(const struct queue *q, bool reruns, bool ocr)
{
	uint64_t n = 0;

	for (size_t class = 0; class < QUEUE_CLASSES; class ++)
		for (size_t state = 0; state < ENTRY_RESTING; state++)
			if ((reruns || class != QUEUE_RERUN) && (ocr || class != QUEUE_OCR))
				n += q->tally[class][state];
	return n;
}

/* --- waiting --- */

struct queue_waiter *
queue_wait(struct queue *q, bool reruns, bool ocr, void (*on_done)(void *ctx), void *ctx)
{
	struct queue_waiter *w = malloc(sizeof *w);

	if (w == NULL)
		return NULL;
	*w = (struct queue_waiter){.next = q->waiters,
				   .seq = q->next_seq++,
				   .limit = q->next_seq,
				   .pending = queue_live(q, reruns, ocr),
				   .scans = q->scan_count,
				   .reruns = reruns,
				   .ocr = ocr,
				   .on_done = on_done,
				   .ctx = ctx};
	q->waiters = w;
	queue_wake(q);
	return w;
}

void
queue_wait_cancel(struct queue *q, struct queue_waiter *w)
{
	struct queue_waiter **at = &q->waiters;

	while (*at != NULL && *at != w)
		at = &(*at)->next;
	if (*at == w)
		*at = w->next;
	free(w);
}

uint64_t
queue_wait_pending(struct queue *q, const struct queue_waiter *w)
{
	(void)q;
	return w->pending + (w->pending == 0 && w->scans > 0);
}

void
queue_scan_begin(struct queue *q, const void *what)
{
	struct queue_scan *grown = realloc(q->scans, (q->scan_count + 1) * sizeof *grown);

	if (grown == NULL) {
		log_error("no memory to let waiting clients wait for a scan");
		return;
	}
	q->scans = grown;
	q->scans[q->scan_count++] = (struct queue_scan){.what = what, .seq = q->next_seq++};
}

static void
queue_scan_over(struct queue *q, const void *what, bool pass_on)
{
	size_t i = 0;

	while (i < q->scan_count && q->scans[i].what != what)
		i++;
	if (i == q->scan_count)
		return;
	for (struct queue_waiter *w = q->waiters; w != NULL; w = w->next) {
		if (w->seq < q->scans[i].seq)
			continue;
		if (pass_on) {
			w->scans = q->scan_count;
			w->seq = q->next_seq;
		}
		w->scans--;
		w->limit = q->next_seq;
		w->pending = queue_live(q, w->reruns, w->ocr);
	}
	q->scans[i] = q->scans[--q->scan_count];
	q->next_seq += pass_on;
	queue_wake(q);
}

void
queue_scan_end(struct queue *q, const void *what)
{
	queue_scan_over(q, what, false);
}

void
queue_scan_pass_on(struct queue *q, const void *what)
{
	queue_scan_over(q, what, true);
}

void
queue_tell_waiters(struct queue *q)
{
	struct queue_waiter **at = &q->waiters, *w;

	/* A callback may make or cancel others: begin anew after each. */
	while ((w = *at) != NULL) {
		if (w->pending > 0 || w->scans > 0) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->on_done(w->ctx);
		free(w);
		at = &q->waiters;
	}
}

void
queue_count_done(struct queue *q)
{
	uint64_t now_s = queue_now(q) / 1000;

	for (uint64_t i = 1; i <= QUEUE_RATE_S && q->done_s + i <= now_s; i++)
		q->done[(q->done_s + i) % QUEUE_RATE_S] = 0;
	q->done_s = now_s;
	q->done[now_s % QUEUE_RATE_S]++;
}

/* --- answers --- */

void
queue_counts(struct queue *q, struct queue_counts *out)
{
	uint64_t now_s = queue_now(q) / 1000, sum = 0, span_s = 1;

	*out = (struct queue_counts){0};
	for (size_t class = QUEUE_DROP; class <= QUEUE_BULK; class ++) {
		out->waiting += q->tally[class][ENTRY_DUE] + q->tally[class][ENTRY_LATER];
		out->running += q->tally[class][ENTRY_RUNNING];
	}
	out->ocr_waiting = q->tally[QUEUE_OCR][ENTRY_DUE] + q->tally[QUEUE_OCR][ENTRY_LATER];
	out->ocr_running = q->tally[QUEUE_OCR][ENTRY_RUNNING];
	for (size_t state = 0; state < ENTRY_RESTING; state++)
		out->rerun += q->tally[QUEUE_RERUN][state];
	/* The second under way is as long as it is: averaged over whole ones it counts as one. */
	for (uint64_t age = 0; age < QUEUE_RATE_S && age <= now_s; age++) {
		uint64_t s = now_s - age;

		if (s > q->done_s || s + QUEUE_RATE_S <= q->done_s ||
		    q->done[s % QUEUE_RATE_S] == 0)
			continue;
		sum += q->done[s % QUEUE_RATE_S];
		span_s = age + 1;
	}
	out->rate_per_s = (double)sum / (double)span_s;
	if (out->waiting + out->running == 0)
		out->left_s = 0;
	else if (sum == 0)
		out->left_s = -1;
	else
		out->left_s = (double)(out->waiting + out->running) / out->rate_per_s;
}

bool
queue_has(struct queue *q, const struct root *r, struct span path)
{
	const struct queue_entry *e = queue_table_find(&q->table, r, path, 0);

	return e != NULL && queue_is_live(e) && queue_is_file(e) && e->item.class != QUEUE_OCR;
}

bool
queue_has_rerun(struct queue *q, uint64_t document)
{
	return queue_table_find(&q->table, NULL, (struct span){0}, document) != NULL;
}

void
queue_each(struct queue *q, bool (*each)(void *ctx, const struct queue_item *item), void *ctx)
{
	for (size_t i = 0; i < q->table.cap; i++) {
		const struct queue_entry *e = q->table.slots[i];

		if (e != NULL && queue_is_live(e) && queue_is_file(e) && !each(ctx, &e->item))
			return;
	}
}
