/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_threads - two threads that run queries, so that the loop does not wait.
 *
 *  T1  A job's run() is called on one of the threads, then its done() on the loop,
 *      each exactly once; until then the job belongs to the threads.
 *  T2  Jobs begin in the order in which they were put.
 */
#pragma once

#include "common/err.h"

#include <uv.h>

struct query_threads; /* opaque */

struct query_job {
	void (*run)(struct query_job *job);
	void (*done)(struct query_job *job);
	void *ctx;
	struct query_job *next; /* the threads' */
};

/* ERR_NOMEM, ERR_LIMIT: no thread to be had. */
MUST_CHECK enum err query_threads_start(uv_loop_t *loop, struct query_threads **out);

/* Ends them; there must be no jobs left. on_closed comes on the loop. */
void query_threads_stop(struct query_threads *t, void (*on_closed)(void *ctx), void *ctx);

/* Loop thread. */
void query_threads_put(struct query_threads *t, struct query_job *job);
