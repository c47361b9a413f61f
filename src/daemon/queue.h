/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue - what is to be done, in which order, and the settling rule.
 *
 *  Q1  One entry a path (or a document to run again); asking again while it runs
 *      makes it run once more afterwards.
 *  Q2  New drops come before bulk work, pictures after everything; within a class first
 *      come, first served.
 *  Q3  Nothing runs at once with what lies below it or above it: of a file and a folder
 *      of the same name, only one is there, and its state must be written last.
 *  Q4  A file closed again within settle_ms, or that changed while it was read, is
 *      unsettled: its next turn waits for settle_ms of quiet, doubling to 60 s.
 *
 *   (none) --push--> DUE --take--> RUNNING --done--> (none), or DUE in QUEUE_OCR
 *              \-> LATER --timer--/      \--pushed meanwhile or again--> LATER or DUE
 */
#pragma once

#include "daemon/root.h"

enum queue_class {
	QUEUE_DROP,  /* an event said so: only these settle (Q4) */
	QUEUE_FOUND, /* a scan found it, it has just come */
	QUEUE_BULK,  /* the first scan found it */
	QUEUE_OCR,   /* it was read, but for the words in its pictures */
	QUEUE_RERUN,
	QUEUE_GONE
};

struct queue; /* opaque */

struct queue_item {        /* owned by the queue, valid while it is running */
	struct root *root; /* NULL for QUEUE_RERUN */
	struct span path;
	uint64_t document; /* of QUEUE_RERUN */
	void *job;         /* the pool's */
	uint64_t seq;      /* when its path entered the queue */
	enum queue_class class;
	uint32_t deaths; /* of children that met no limit, so far */
	bool alone;      /* give it a fresh child of its own */
};

struct queue_events {
	void *ctx;
	/* Something became due; called at most once a turn of the loop. */
	void (*on_due)(void *ctx);
	/* The file of a QUEUE_OCR entry that runs is another one now: it need not be read to
	 * the end. May be NULL. In the same turn as the call that says so. */
	void (*on_outdated)(void *ctx, struct queue_item *item);
	/* A QUEUE_GONE entry's 2 s are over: look, and tell the index. It is running now; end it by
	 * queue_done(). */
	void (*on_gone_due)(void *ctx, struct queue_item *item);
};

/* ERR_NOMEM */
MUST_CHECK enum err queue_start(uv_loop_t *loop, uint32_t settle_ms,
				const struct queue_events *events, struct queue **out);
/* Waiters are not called any more. No item may be ended after it. */
void queue_stop(struct queue *q, void (*on_closed)(void *ctx), void *ctx);

/* A file is there: at once (`delay_ms` 0) or after so much quiet. Cancels a QUEUE_GONE entry of the
 * path. */
void queue_push(struct queue *q, enum queue_class class, struct root *r, struct span path,
		uint32_t delay_ms);
/* A file went: looked at after settle_ms, unless it is pushed again before. */
void queue_push_gone(struct queue *q, struct root *r, struct span path);
/*
 * A folder went without its files being told of, or is another one now: what waits
 * or runs of it is looked at again when it is done.
 */
void queue_gone_below(struct queue *q, struct root *r, struct span path);
/* A stored document's text is to go through the plugins again. */
void queue_push_rerun(struct queue *q, uint64_t document);
/*
 * A file was renamed (or a folder: `folder`): waiting entries at or below `from`
 * follow. One that runs is looked at again in both places when it is done.
 */
void queue_move(struct queue *q, struct root *from_root, struct span from, struct root *to_root,
		struct span to, bool folder);
/* Drops the waiting entries of a root: it is unavailable, and scanned when it is back. */
void queue_drop_root(struct queue *q, struct root *r);

/* The next due entry, now RUNNING; NULL when none is due. One of QUEUE_OCR only if `ocr`. */
struct queue_item *queue_take(struct queue *q, bool ocr);
/* Is one of QUEUE_OCR due? */
bool queue_has_ocr(const struct queue *q);
/* Is a new drop due? It may be one that queue_take() cannot give yet (Q3). */
bool queue_has_drop(const struct queue *q);
/* It is done: its state is committed. */
void queue_done(struct queue *q, struct queue_item *item);
/* The same, but for words in its pictures: it waits in QUEUE_OCR now. */
void queue_done_but_ocr(struct queue *q, struct queue_item *item);
/* It is not done: once more after `delay_ms` (or by the settling rule when `unsettled`). */
void queue_again(struct queue *q, struct queue_item *item, uint32_t delay_ms, bool unsettled);

struct queue_counts {
	uint64_t waiting, running; /* files; the others are counted apart */
	uint64_t ocr_waiting, ocr_running;
	uint64_t rerun;
	double rate_per_s; /* of the last 10 s */
	double left_s;     /* by that rate; < 0: not known */
};
void queue_counts(struct queue *q, struct queue_counts *out);

/* Is the document to go through the plugins again, or doing so? */
bool queue_has_rerun(struct queue *q, uint64_t document);
/* Is the path waiting or running? Not: for words in its pictures, what is known of it stands. */
bool queue_has(struct queue *q, const struct root *r, struct span path);
/* Calls for each waiting or running file, in no order; false stops. */
void queue_each(struct queue *q, bool (*each)(void *ctx, const struct queue_item *item), void *ctx);

/*
 * Calls back once everything that is in the queue now (files and gone ones; re-runs
 * too if `reruns`, pictures if `ocr`), and what scans under way of available roots add, is done.
 * The waiter is gone when it is called; until then it may be cancelled. NULL: no memory.
 */
struct queue_waiter;
struct queue_waiter *queue_wait(struct queue *q, bool reruns, bool ocr, void (*on_done)(void *ctx),
				void *ctx);
void queue_wait_cancel(struct queue *q, struct queue_waiter *w);
/* Entries the waiter still waits for (at least 1 while it waits for a scan). */
uint64_t queue_wait_pending(struct queue *q, const struct queue_waiter *w);
/*
 * Something outside of the queue, whose end may lead to more in it, is under way: a
 * root's scan (on_scan_begin to on_scan_end; `what` is the root), a rename being
 * written. Waiters made meanwhile wait for it and for what is in the queue then.
 */
void queue_scan_begin(struct queue *q, const void *what);
void queue_scan_end(struct queue *q, const void *what);
/* As queue_scan_end(), and who waited for it waits for the scans under way: it has led to them. */
void queue_scan_pass_on(struct queue *q, const void *what);
