/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_threads - two lists under one lock; results come back by uv_async.
 *
 *   put --> waiting --thread--> run() --> ended --async--> done()
 */
#include "daemon/query_threads.h"

#include "common/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#define QUERY_THREADS 2

struct query_list {
	struct query_job *first, **last;
};

struct query_threads {
	uv_async_t async;
	pthread_mutex_t lock;
	pthread_cond_t put;
	struct query_list waiting, ended; /* under the lock */
	bool stopping;                    /* likewise */
	pthread_t threads[QUERY_THREADS];
	size_t thread_count;
	void (*on_closed)(void *ctx);
	void *ctx;
};

static void
query_list_init(struct query_list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void
query_list_put(struct query_list *l, struct query_job *job)
{
	job->next = NULL;
	*l->last = job;
	l->last = &job->next;
}

static struct query_job *
query_list_take(struct query_list *l)
{
	struct query_job *job = l->first;

	if (job != NULL)
		l->first = job->next;
	if (l->first == NULL)
		l->last = &l->first;
	return job;
}

static void *
query_threads_main(void *ctx)
{
	struct query_threads *t = ctx;
	struct query_job *job;

	pthread_mutex_lock(&t->lock);
	for (;;) {
		job = query_list_take(&t->waiting);
		if (job == NULL && t->stopping)
			break;
		if (job == NULL) {
			pthread_cond_wait(&t->put, &t->lock);
			continue;
		}
		pthread_mutex_unlock(&t->lock);
		job->run(job);
		pthread_mutex_lock(&t->lock);
		query_list_put(&t->ended, job);
		uv_async_send(&t->async);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* Ends and joins the threads there are. */
static void
query_threads_join(struct query_threads *t)
{
	pthread_mutex_lock(&t->lock);
	t->stopping = true;
	pthread_cond_broadcast(&t->put);
	pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < t->thread_count; i++)
		pthread_join(t->threads[i], NULL);
	pthread_cond_destroy(&t->put);
	pthread_mutex_destroy(&t->lock);
}

void
query_threads_put(struct query_threads *t, struct query_job *job)
{
	pthread_mutex_lock(&t->lock);
	query_list_put(&t->waiting, job);
	pthread_cond_signal(&t->put);
	pthread_mutex_unlock(&t->lock);
}

static void
query_threads_on_async(uv_async_t *async)
{
	struct query_threads *t = async->data;
	struct query_job *job, *next;

	pthread_mutex_lock(&t->lock);
	job = t->ended.first;
	query_list_init(&t->ended);
	pthread_mutex_unlock(&t->lock);
	for (; job != NULL; job = next) {
		next = job->next;
		job->done(job);
	}
}

static void
query_threads_on_closed(uv_handle_t *handle)
{
	struct query_threads *t = handle->data;
	void (*on_closed)(void *ctx) = t->on_closed;
	void *ctx = t->ctx;

	free(t);
	if (on_closed != NULL)
		on_closed(ctx);
}

void
query_threads_stop(struct query_threads *t, void (*on_closed)(void *ctx), void *ctx)
{
	query_threads_join(t);
	t->on_closed = on_closed;
	t->ctx = ctx;
	uv_close((uv_handle_t *)&t->async, query_threads_on_closed);
}

enum err
query_threads_start(uv_loop_t *loop, struct query_threads **out)
{
	struct query_threads *t = calloc(1, sizeof *t);
	sigset_t all, before;

	*out = NULL;
	if (t == NULL)
		return ERR_NOMEM;
	t->async.data = t;
	query_list_init(&t->waiting);
	query_list_init(&t->ended);
	if (uv_async_init(loop, &t->async, query_threads_on_async) < 0) {
		free(t);
		return ERR_LIMIT;
	}
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->put, NULL);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (t->thread_count < QUERY_THREADS &&
	       pthread_create(&t->threads[t->thread_count], NULL, query_threads_main, t) == 0)
		t->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (t->thread_count == 0) {
		query_threads_stop(t, NULL, NULL);
		return ERR_LIMIT;
	}
	if (t->thread_count < QUERY_THREADS)
		log_warning("only %zu of %d query threads could be started", t->thread_count,
			    QUERY_THREADS);
	*out = t;
	return OK;
}
