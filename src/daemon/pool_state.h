/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool_state - what pool.c, pool_job.c and pool_child.c share; nobody else includes it.
 */
#pragma once

#include "daemon/channel.h"
#include "daemon/job.h"
#include "daemon/pool.h"

#define POOL_END_MS   5000 /* from kill or end of socket to the end that is told */
#define POOL_RETRY_MS 1000 /* after want of memory */

struct pool_child {
	struct pool *pool;
	struct pool_child *next;
	uint32_t token;
	struct generation *generation;
	struct channel *channel; /* NULL once closed */
	uv_timer_t timer;
	struct job *job; /* NULL: ahead, or given up */
	struct job_death death;
	bool for_ocr;    /* of the zygote for pictures */
	unsigned served; /* jobs of a run that are done */
	bool starved;    /* we had no memory for what it said */
	bool started;
	bool going; /* it gets no job and is not heard any more */
	bool eof, ended;
};

struct pool {
	uv_loop_t *loop;
	const struct conf *conf;
	struct index *ix;
	struct queue *queue;
	struct zygote *zygote;
	struct zygote *ocr; /* for pictures; NULL while there is no use for it */
	uv_timer_t ocr_idle;
	bool ocr_ending;
	struct worker_level ocr_level; /* of the last of them */
	bool ocr_known;
	struct writer *writer;
	struct generation *generation;
	unsigned cores;
	uint32_t last_token;
	uint64_t fork_after; /* by uv_now() */
	uint64_t killed;
	struct pool_child *children;
	size_t child_count;
	struct job *jobs;
	size_t places[JOB_PLACES]; /* how many jobs are where */
	struct job *waiting;       /* what was interrupted, then drops, then the rest */
	uv_timer_t tick;
	bool inside, again, stopping;
	unsigned open_handles;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* --- pool.c --- */

/* Frees a stopped pool when nothing of it is left. */
void pool_free_if_done(struct pool *p);

/* --- pool_job.c --- */

/* Notes who has the job now. */
void pool_job_place(struct job *j, enum job_place place);

/* A job for an item that was taken; NULL: no memory. */
struct job *pool_job_new(struct pool *p, struct queue_item *item);

/* The pool forgets the job: its `pool` is NULL then. */
void pool_job_unlink(struct job *j);

/* Ends the job; its item is queued again. */
void pool_job_again(struct job *j, uint32_t delay_ms, bool unsettled);

/* Its child has said all of it and stays for another. */
void pool_job_said(struct job *j);

/* Its child is over: resumed by another, or concluded as soon as nobody else holds it. */
void pool_job_over(struct job *j, const struct pool_child *c);

/* Begins a job of a stored text. */
void pool_job_rerun(struct pool *p, struct job *j);

/* Begins a job of a file: asks its root to open it. */
void pool_job_open(struct job *j);

/* The root says what the file is like after it was read. */
void pool_job_on_looked(void *ctx, const struct root_opened *o);

/* --- pool_child.c --- */

/* Has it nothing to do, and may it be given a job? */
bool pool_child_is_ahead(const struct pool_child *c);

/* How many are ahead that had no job yet, and how many that are in a run. */
struct pool_children_ahead {
	size_t fresh, used;
};
struct pool_children_ahead pool_child_count_ahead(const struct pool *p);

/* The one that is ahead and should have the job; NULL: none (P4). */
struct pool_child *pool_child_for(const struct pool *p, const struct job *j);

/* Whose child it is. */
struct zygote *pool_child_zygote(const struct pool_child *c);

/* NULL when there is none of that token. */
struct pool_child *pool_child_of(const struct pool *p, uint32_t token);

/* Its end follows; what it still says is not heard. */
void pool_child_kill(struct pool_child *c);

/* Frees it, and ends its job, once its socket is at its end and its end was told (P1). */
void pool_child_check(struct pool_child *c);

/* An idle one ends when its socket does. */
void pool_child_dismiss(struct pool_child *c);

/* Asks the zygote for one more. ERR_CLOSED: no zygote is ready; ERR_NOMEM, ERR_LIMIT. */
MUST_CHECK enum err pool_child_new(struct pool *p, bool for_ocr);

/* Gives a job to a child that is ahead. */
void pool_child_give(struct pool_child *c, struct job *j);

/* Its job took too long, or its end does not come. */
void pool_child_on_timer(uv_timer_t *timer);

/* --- pool_ocr.c --- */

/* What a picture's child reads is out of date: it is ended, its item is done again. */
void pool_ocr_on_outdated(struct pool *p, struct queue_item *item);

/* May a picture be read now? Starts the zygote for them where there is none. */
bool pool_ocr_may_take(struct pool *p);

/* Ends that zygote, or lets it end later when it is at work; pool_free_if_done() follows. */
void pool_ocr_end_if_idle(struct pool *p);
void pool_ocr_end(struct pool *p);
