/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_inside - the queue as its own files see it: queue.c (order and settling),
 * queue_move.c (renames), queue_wait.c (who waits, what is counted), queue_table.c.
 */
#pragma once

#include "daemon/queue_table.h"

#define QUEUE_RATE_S  10
#define QUEUE_CLASSES (QUEUE_GONE + 1)

struct queue_list {
	struct queue_entry *head, *tail;
};

struct queue_waiter {
	struct queue_waiter *next;
	uint64_t seq;     /* when it was made */
	uint64_t limit;   /* waits for entries with a smaller seq */
	uint64_t pending; /* so many are there */
	size_t scans;     /* under way since before it was made */
	bool reruns, ocr;
	void (*on_done)(void *ctx);
	void *ctx;
};

struct queue_scan {
	const void *what;
	uint64_t seq;
};

struct queue {
	struct queue_events events;
	uint32_t settle_ms;
	struct queue_table table;
	struct queue_list due[QUEUE_CLASSES], running;
	uint64_t tally[QUEUE_CLASSES][ENTRY_STATES];
	uint64_t next_seq;
	bool blocked; /* something due was passed over */
	struct queue_waiter *waiters;
	struct queue_scan *scans;
	size_t scan_count;
	uint64_t done[QUEUE_RATE_S]; /* files by second */
	uint64_t done_s;             /* the second of the last of them */
	uv_timer_t timer;
	uv_idle_t idle;
	uv_loop_t *loop;
	uint64_t timer_ms; /* what the timer is set to; 0: it is not */
	size_t open_handles;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* Something is to be told upwards in the next turn. */
void queue_wake(struct queue *q);
uint64_t queue_now(struct queue *q);
bool queue_is_live(const struct queue_entry *e); /* waiting or running */
bool queue_is_file(const struct queue_entry *e);

/* Takes an entry out of its list or the heap; puts it into another. */
void queue_unlink(struct queue *q, struct queue_entry *e);
void queue_link(struct queue *q, struct queue_entry *e, enum queue_class class,
		enum entry_state state, uint64_t due_ms);
/* The entry counts as one of another class from now on. It is in no list. */
void queue_reclass(struct queue *q, struct queue_entry *e, enum queue_class class);
/* A new entry, in no list; NULL, and logged: no memory. */
struct queue_entry *queue_add(struct queue *q, struct root *r, struct span path, uint64_t document);
/* The work on what was there is over; the entry stands for what is there now. */
void queue_renew(struct queue_entry *e);
/* Asked for while it runs. */
void queue_push_running(struct queue_entry *e, enum queue_class class, uint32_t delay_ms);

/* The path enters the queue (again): with a sequence number of its own, or one that it had. */
void queue_enter(struct queue *q, struct queue_entry *e, uint64_t seq);
void queue_leave(struct queue *q, struct queue_entry *e);
/* A file is done: for the rate. */
void queue_count_done(struct queue *q);
/* Calls the waiters that have nothing to wait for. */
void queue_tell_waiters(struct queue *q);
