/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_move - what happens to entries when the folders around them change: renamed,
 * gone, unavailable. Each but the rename of a file walks the whole table.
 */
#include "daemon/queue_inside.h"

#include "common/log.h"

#include <stdint.h>
#include <stdlib.h>

/* What waits at the old place waits at the new one, with its turn; who waits for it goes on
 * waiting. */
static void
queue_arrive(struct queue *q, const struct queue_entry *was, struct root *r, struct span path)
{
	struct queue_entry *e = queue_table_find(&q->table, r, path, 0);
	uint64_t seq = was->item.seq;
	bool later = was->state == ENTRY_LATER;

	if (e != NULL && was->item.class == QUEUE_GONE)
		return;
	if (e != NULL && e->state == ENTRY_RUNNING) {
		queue_push_running(e, was->item.class, 0);
		return;
	}
	if (e == NULL) {
		e = queue_add(q, r, path, 0);
		if (e == NULL)
			return;
	} else {
		queue_unlink(q, e);
		if (queue_is_live(e)) {
			seq = e->item.seq < seq ? e->item.seq : seq;
			queue_leave(q, e);
		}
	}
	queue_renew(e);
	if (was->state != ENTRY_RUNNING)
		e->after = was->after;
	e->level = was->level;
	e->item.deaths = was->item.deaths;
	e->event_ms = queue_now(q);
	e->item.class = was->item.class;
	queue_enter(q, e, seq);
	queue_link(q, e, was->item.class, later ? ENTRY_LATER : ENTRY_DUE, was->due_ms);
}

static void
queue_forget(struct queue *q, struct queue_entry *e)
{
	queue_unlink(q, e);
	if (queue_is_live(e))
		queue_leave(q, e);
	queue_table_remove(&q->table, e);
}

static void
queue_move_one(struct queue *q, struct queue_entry *e, struct root *to_root, struct span to)
{
	if (e->state == ENTRY_RUNNING && e->item.class != QUEUE_GONE) {
		e->after = AFTER_GONE;
		queue_arrive(q, e, to_root, to);
	} else if (e->state != ENTRY_RUNNING) {
		if (queue_is_live(e))
			queue_arrive(q, e, to_root, to);
		queue_forget(q, e);
	}
}

void
queue_move(struct queue *q, struct root *from_root, struct span from, struct root *to_root,
	   struct span to, bool folder)
{
	struct queue_entry *one = queue_table_find(&q->table, from_root, from, 0), **found = NULL;
	struct buf path = {0};
	size_t n;

	if (!folder) {
		if (one != NULL)
			queue_move_one(q, one, to_root, to);
		return;
	}
	found = queue_table_below(&q->table, from_root, from, &n);
	if (found == NULL && n > 0)
		log_error("no memory for the queue to follow a renamed folder");
	for (size_t i = 0; found != NULL && i < n; i++) {
		buf_reset(&path);
		buf_put_span(&path, to);
		buf_put_span(&path, span_sub(found[i]->item.path, from.n, SIZE_MAX));
		if (buf_err(&path) == OK)
			queue_move_one(q, found[i], to_root, buf_span(&path));
	}
	buf_clear(&path);
	free(found);
	/* What was there before, and is being read, is not what is there now. */
	for (struct queue_entry *e = q->running.head; e != NULL; e = e->next)
		if (e->item.root == to_root && e->after == AFTER_NOTHING &&
		    queue_is_below(e->item.path, to))
			e->after = AFTER_GONE;
}

void
queue_drop_root(struct queue *q, struct root *r)
{
	size_t n;
	struct queue_entry **found = queue_table_below(&q->table, r, (struct span){0}, &n);

	if (found == NULL && n > 0)
		log_error("no memory for the queue to drop an unavailable folder's files");
	for (size_t i = 0; found != NULL && i < n; i++) {
		if (found[i]->state == ENTRY_RUNNING)
			found[i]->after = AFTER_NOTHING;
		else
			queue_forget(q, found[i]);
	}
	free(found);
}

void
queue_gone_below(struct queue *q, struct root *r, struct span path)
{
	size_t n;
	struct queue_entry **found = queue_table_below(&q->table, r, path, &n);

	if (found == NULL && n > 0)
		log_error("no memory for the queue to look again at what was below %.*s",
			  (int)path.n, path.n == 0 ? "" : path.p);
	/* Those that wait keep it: they may be opened before the scan that follows. */
	for (size_t i = 0; found != NULL && i < n; i++)
		if (found[i]->after == AFTER_NOTHING && queue_is_live(found[i]) &&
		    (found[i]->state == ENTRY_RUNNING || queue_is_file(found[i])))
			found[i]->after = AFTER_GONE;
	free(found);
}
