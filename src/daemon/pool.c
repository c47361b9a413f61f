/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool - children and the jobs that they work on.
 *
 * A job:    taken --opened--> waiting --> with a child --> looked at --> written --> done
 *                                ^-------------/ (the child died in a plugin)
 * A child:  asked for --> ahead --> with a job --> over: socket at its end and end told
 *
 * What others still hold a job for (an open, a look, a commit) comes back to one
 * callback each; a job whose pool is NULL by then is freed there.
 *
 * Timers: a job's child has document_ms; one that is to end has POOL_END_MS; opens
 * are the root's matter and limited in number only while they are young, so that a
 * hung mount holds up nobody else for long.
 */
#include "daemon/pool.h"

#include "common/log.h"
#include "daemon/channel.h"
#include "daemon/job.h"
#include "daemon/loop.h"
#include "daemon/outcome.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define POOL_END_MS     5000 /* from kill or end of socket to the end that is told */
#define POOL_TICK_MS    250  /* looks again at what has no event of its own */
#define POOL_OPENS_MAX  16   /* young opens under way */
#define POOL_OPEN_YOUNG 500  /* ms */
#define POOL_WRITES_MAX 200  /* items the writer may have before we stop taking work */
#define POOL_RETRY_MS   1000 /* after want of memory */
#define POOL_FORK_WAIT  1000 /* ms without forks after one failed or died idle */
#define POOL_CHILDREN   4    /* times the cores: all children, also those that are ending */

struct pool_child {
	struct pool *pool;
	struct pool_child *next;
	uint32_t token;
	struct generation *generation;
	struct channel *channel; /* NULL once closed */
	uv_timer_t timer;
	struct job *job; /* NULL: ahead, or given up */
	struct job_death death;
	bool starved; /* we had no memory for what it said */
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
	bool inside, again, stopping, tick_closed;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

static void pool_on_opened(void *ctx, const struct root_opened *o);
static void pool_on_looked(void *ctx, const struct root_opened *o);
static void pool_on_written(void *ctx, struct writer_item *item);
static void pool_on_child_timer(uv_timer_t *timer);
static void pool_on_child_closed(uv_handle_t *handle);
static void pool_on_tick(uv_timer_t *timer);
static void pool_on_tick_closed(uv_handle_t *handle);

/* --- jobs --- */

static void
pool_job_place(struct job *j, enum job_place place)
{
	struct pool *p = j->pool;

	p->places[j->place]--;
	p->places[place]++;
	j->place = place;
	if (place == JOB_AT_ROOT)
		j->since = uv_now(p->loop);
}

static struct job *
pool_job_new(struct pool *p, struct queue_item *item)
{
	struct job *j = job_new(p, item);

	if (j == NULL)
		return NULL;
	item->job = j;
	j->next = p->jobs;
	if (p->jobs != NULL)
		p->jobs->prev = j;
	p->jobs = j;
	p->places[j->place]++;
	j->since = uv_now(p->loop);
	return j;
}

static void
pool_job_unlink(struct job *j)
{
	struct pool *p = j->pool;

	if (j->prev != NULL)
		j->prev->next = j->next;
	else
		p->jobs = j->next;
	if (j->next != NULL)
		j->next->prev = j->prev;
	p->places[j->place]--;
	j->pool = NULL;
}

/* The item is at its end: committed, or not ours any more. */
static void
pool_job_done(struct job *j)
{
	struct pool *p = j->pool;
	struct queue_item *item = j->item;

	pool_job_unlink(j);
	job_free(j);
	item->job = NULL;
	queue_done(p->queue, item);
	pool_go(p);
}

static void
pool_job_again(struct job *j, uint32_t delay_ms, bool unsettled)
{
	struct pool *p = j->pool;
	struct queue_item *item = j->item;

	pool_job_unlink(j);
	job_free(j);
	item->job = NULL;
	queue_again(p->queue, item, delay_ms, unsettled);
	pool_go(p);
}

/* Before the first job that it goes before. */
static void
pool_job_wait(struct job *j, bool first)
{
	struct job **at = &j->pool->waiting;

	while (!first && *at != NULL && (*at)->item->class <= j->item->class)
		at = &(*at)->next_waiting;
	j->next_waiting = *at;
	*at = j;
	pool_job_place(j, JOB_WAITING);
}

/* Gives the writer what came of it; NULL: there was no memory for that. */
static void
pool_job_write(struct job *j, struct writer_item *take_item)
{
	if (take_item == NULL) {
		pool_job_again(j, POOL_RETRY_MS, false);
		return;
	}
	take_item->on_done = pool_on_written;
	take_item->ctx = j;
	pool_job_place(j, JOB_AT_WRITER);
	writer_put(j->pool->writer, take_item);
}

/* Was the file changed so lately that somebody may still write it? */
static bool
pool_job_unsettled(const struct job *j, const struct file_entry *e)
{
	int64_t changed = e->mtime_ns > e->ctime_ns ? e->mtime_ns : e->ctime_ns;
	struct timespec t;
	int64_t age_ms;

	clock_gettime(CLOCK_REALTIME, &t);
	age_ms = ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec - changed) / 1000000;
	return age_ms >= 0 && age_ms < (int64_t)j->pool->conf->settle_ms;
}

/* Its child is over and nobody else holds it: what is told to whom? */
static void
pool_job_conclude(struct job *j)
{
	struct pool *p = j->pool;

	if (j->alone) {
		j->item->alone = true;
		pool_job_again(j, 0, j->changed);
	} else if (j->starved) {
		pool_job_again(j, POOL_RETRY_MS, false);
	} else if (j->changed) {
		pool_job_again(j, 0, true);
	} else if (j->rerun) {
		pool_job_write(j, outcome_records(j));
	} else if (j->document != 0) {
		pool_job_write(j, outcome_known(p->ix, j));
	} else if (j->phase == JOB_DONE) {
		pool_job_write(j, outcome_document(p->ix, j));
	} else if (pool_job_unsettled(j, &j->before)) {
		pool_job_again(j, 0, true);
	} else {
		pool_job_write(j, outcome_failure(p->ix, j));
	}
}

/* Its child is over. */
static void
pool_job_over(struct job *j, const struct pool_child *c)
{
	bool known = j->document != 0 && !j->rerun;

	if (c->starved || !c->started)
		j->starved = true;
	else if (!known) {
		switch (job_on_death(j, c->pool->conf, &c->death)) {
		case JOB_NEXT_RESUME:
			pool_job_wait(j, true);
			return;
		case JOB_NEXT_ALONE:
			j->alone = true;
			break;
		case JOB_NEXT_FINISH:
			break;
		}
	}
	if (j->looking)
		pool_job_place(j, JOB_LOOKED_AT);
	else
		pool_job_conclude(j);
}

/* --- children --- */

static bool
pool_child_is_ahead(const struct pool_child *c)
{
	return c->job == NULL && !c->going && !c->ended && !c->eof;
}

static struct pool_child *
pool_child_ahead(const struct pool *p, size_t *count)
{
	struct pool_child *found = NULL;

	*count = 0;
	for (struct pool_child *c = p->children; c != NULL; c = c->next) {
		if (!pool_child_is_ahead(c))
			continue;
		(*count)++;
		/* The eldest: its fork is done. New ones are put in front. */
		found = c;
	}
	return found;
}

static void
pool_child_kill(struct pool_child *c)
{
	c->going = true;
	zygote_kill(c->pool->zygote, c->token);
	uv_timer_start(&c->timer, pool_on_child_timer, POOL_END_MS, 0);
}

/* Socket at its end, and its end told (P1). */
static void
pool_child_check(struct pool_child *c)
{
	struct pool *p = c->pool;
	struct job *j = c->job;

	if (!c->eof || !c->ended || uv_is_closing((uv_handle_t *)&c->timer))
		return;
	if (c->channel != NULL)
		channel_close(c->channel);
	c->channel = NULL;
	c->job = NULL;
	uv_close((uv_handle_t *)&c->timer, pool_on_child_closed);
	if (j != NULL)
		pool_job_over(j, c);
	pool_go(p);
}

/* An idle one ends when its socket does. */
static void
pool_child_dismiss(struct pool_child *c)
{
	c->going = true;
	c->eof = true;
	if (c->channel != NULL)
		channel_close(c->channel);
	c->channel = NULL;
	uv_timer_start(&c->timer, pool_on_child_timer, POOL_END_MS, 0);
}

static void
pool_on_hash(struct pool_child *c)
{
	struct pool *p = c->pool;
	struct job *j = c->job;
	struct document_info info;
	struct index_read *rd;
	uint64_t document;

	/* On the root's own thread: even a look may hang. */
	j->looking = true;
	root_look(j->item->root, j->item->path, pool_on_looked, j);
	if (index_read_begin(p->ix, &rd) != OK)
		return;
	document = index_document_by_hash(rd, j->sha256);
	if (document != 0 && index_document_get(rd, document, &info) == OK &&
	    info.reader_version == j->generation->reader_version) {
		j->document = document;
		buf_put_span(&j->cut, info.cut);
		pool_child_kill(c);
	}
	index_read_end(rd);
}

static enum err
pool_on_frame(void *ctx, struct frame *f)
{
	struct pool_child *c = ctx;
	enum err e;

	if (c->going)
		return OK;
	if (c->job == NULL)
		return ERR_FORMAT;
	e = job_on_frame(c->job, &c->pool->conf->limits, f);
	if (e != OK)
		return e;
	if (f->type == FRAME_HASH)
		pool_on_hash(c);
	else if (f->type == FRAME_DONE || f->type == FRAME_FAILED)
		uv_timer_start(&c->timer, pool_on_child_timer, POOL_END_MS, 0);
	return OK;
}

static void
pool_on_end(void *ctx, enum err e)
{
	struct pool_child *c = ctx;

	c->eof = true;
	if (e == ERR_NOMEM)
		c->starved = true;
	else if (e != OK)
		c->death.malformed = true;
	if (e != OK) {
		c->pool->killed++;
		pool_child_kill(c);
	} else if (!c->ended) {
		uv_timer_start(&c->timer, pool_on_child_timer, POOL_END_MS, 0);
	}
	pool_child_check(c);
}

static enum err
pool_child_new(struct pool *p)
{
	struct pool_child *c = calloc(1, sizeof *c);
	const struct channel_events events = {.ctx = c,
					      .on_frame = pool_on_frame,
					      .on_end = pool_on_end};
	int other = -1;
	enum err e;

	if (c == NULL)
		return ERR_NOMEM;
	c->pool = p;
	c->token = ++p->last_token;
	e = channel_open(p->loop, FRAME_BYTES_MAX, &events, &c->channel, &other);
	if (e == OK)
		e = zygote_fork(p->zygote, c->token, other);
	if (e != OK) {
		if (c->channel != NULL)
			channel_close(c->channel);
		free(c);
		return e;
	}
	c->generation = generation_ref(p->generation);
	uv_timer_init(p->loop, &c->timer);
	c->timer.data = c;
	c->next = p->children;
	p->children = c;
	p->child_count++;
	return OK;
}

static struct pool_child *
pool_child_of(const struct pool *p, uint32_t token)
{
	struct pool_child *c = p->children;

	while (c != NULL && c->token != token)
		c = c->next;
	return c;
}

/* --- what can be done now --- */

/* One ahead for each core, so that no fork lies on a new drop's way. */
static void
pool_fill(struct pool *p)
{
	size_t ahead;

	if (uv_now(p->loop) < p->fork_after || zygote_generation(p->zygote) != p->generation)
		return;
	pool_child_ahead(p, &ahead);
	while (ahead < p->cores && p->child_count < (size_t)POOL_CHILDREN * p->cores) {
		enum err e = pool_child_new(p);

		if (e != OK) {
			if (e != ERR_CLOSED)
				log_error("no child could be started: %s", err_text(e));
			p->fork_after = uv_now(p->loop) + POOL_FORK_WAIT;
			return;
		}
		ahead++;
	}
}

static void
pool_give(struct pool_child *c, struct job *j)
{
	struct buf frame = {0};
	int fd = j->fd;
	enum err e = job_ask(j, c->generation, &frame);

	if (e != OK) {
		buf_clear(&frame);
		pool_job_again(j, POOL_RETRY_MS, false);
		return;
	}
	c->job = j;
	pool_job_place(j, JOB_AT_CHILD);
	if (j->phase == JOB_PLUGINS)
		fd = -1;
	else
		j->fd = -1;
	uv_timer_start(&c->timer, pool_on_child_timer, c->pool->conf->document_ms, 0);
	/* When it is gone its end follows by itself. */
	if (channel_send(c->channel, &frame, fd) == ERR_NOMEM) {
		c->starved = true;
		pool_child_kill(c);
	}
}

/* One more than the cores for drops: they do not wait behind long documents. */
static bool
pool_assign(struct pool *p)
{
	struct job *j = p->waiting;
	struct pool_child *c;
	size_t ahead, max = p->cores;

	if (j == NULL)
		return false;
	if (j->item->class == QUEUE_DROP)
		max++;
	c = pool_child_ahead(p, &ahead);
	if (c == NULL || p->places[JOB_AT_CHILD] >= max)
		return false;
	p->waiting = j->next_waiting;
	j->next_waiting = NULL;
	pool_give(c, j);
	return true;
}

static bool
pool_on_first_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct job *j = ctx;
	const char *slash = memrchr(absolute.p, '/', absolute.n);

	(void)root;
	(void)path;
	if (slash != NULL)
		absolute = span_sub(absolute, (size_t)(slash - absolute.p) + 1, absolute.n);
	buf_put_span(&j->name, absolute);
	return false;
}

/* What is stored of a document, so that a child can go on from there. */
static enum err
pool_load_stored(struct pool *p, struct job *j)
{
	struct stored_text text;
	struct index_read *rd;
	enum err e = index_read_begin(p->ix, &rd);

	if (e != OK)
		return e;
	e = index_text_stored(rd, j->document, &text);
	if (e == OK)
		e = index_paths(rd, j->document, pool_on_first_path, j);
	if (e == OK) {
		buf_put_span(&j->format, text.format);
		buf_put_span(&j->title, text.title);
		buf_put_span(&j->meta, text.meta);
		buf_put_span(&j->text_zstd, text.text_zstd);
		buf_put_span(&j->marks, text.marks);
		j->text_bytes = text.text_bytes;
		if (j->format.failed || j->title.failed || j->meta.failed || j->text_zstd.failed ||
		    j->marks.failed || j->name.failed)
			e = ERR_NOMEM;
	}
	index_read_end(rd);
	return e;
}

static void
pool_take_rerun(struct pool *p, struct job *j)
{
	enum err e;

	j->rerun = true;
	j->document = j->item->document;
	j->phase = JOB_PLUGINS;
	e = pool_load_stored(p, j);
	if (e == OK) {
		pool_job_wait(j, false);
	} else if (e == ERR_NOMEM || e == ERR_LIMIT) {
		pool_job_again(j, POOL_RETRY_MS, false);
	} else {
		if (e != ERR_NOT_FOUND)
			log_error("the text of document %llu cannot be run again: %s",
				  (unsigned long long)j->document, err_text(e));
		pool_job_done(j);
	}
}

static void
pool_take_file(struct job *j)
{
	struct span path = j->item->path;
	const char *slash = memrchr(path.p, '/', path.n);
	size_t at = slash == NULL ? 0 : (size_t)(slash - path.p) + 1;

	buf_put_span(&j->name, span_sub(path, at, path.n));
	root_open(j->item->root, path, pool_on_opened, j);
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
	struct queue_item *item;
	struct job *j;

	if (p->generation == NULL || p->places[JOB_WAITING] >= 2 * (size_t)p->cores ||
	    writer_pending(p->writer) >= POOL_WRITES_MAX || !pool_may_open(p))
		return false;
	item = queue_take(p->queue);
	if (item == NULL)
		return false;
	j = pool_job_new(p, item);
	if (j == NULL)
		queue_again(p->queue, item, POOL_RETRY_MS, false);
	else if (item->class == QUEUE_RERUN)
		pool_take_rerun(p, j);
	else
		pool_take_file(j);
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
		more = pool_assign(p);
		more = pool_take(p) || more;
	} while (more || p->again);
	p->inside = false;
	if (p->places[JOB_AT_ROOT] > 0 || uv_now(p->loop) < p->fork_after ||
	    writer_pending(p->writer) >= POOL_WRITES_MAX)
		uv_timer_start(&p->tick, pool_on_tick, POOL_TICK_MS, 0);
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
	if (pool_child_is_ahead(c))
		p->fork_after = uv_now(p->loop) + POOL_FORK_WAIT;
	c->ended = true;
	c->death.status = status;
	c->death.resident_bytes = resident_bytes;
	uv_timer_start(&c->timer, pool_on_child_timer, POOL_END_MS, 0);
	pool_child_check(c);
}

void
pool_status(const struct pool *p, struct pool_status *out)
{
	size_t ahead;

	pool_child_ahead(p, &ahead);
	*out = (struct pool_status){.ready = ahead,
				    .running = p->places[JOB_AT_CHILD],
				    .killed = p->killed};
}

/* --- start and stop --- */

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
	p->tick.data = p;
	*out = p;
	return OK;
}

static void
pool_free_if_done(struct pool *p)
{
	void (*on_closed)(void *ctx) = p->on_closed;
	void *ctx = p->closed_ctx;

	if (!p->stopping || p->children != NULL || !p->tick_closed)
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
			zygote_kill(p->zygote, c->token);
	}
	while (p->jobs != NULL) {
		struct job *j = p->jobs;
		bool held = j->looking || j->place == JOB_AT_ROOT || j->place == JOB_AT_WRITER;

		pool_job_unlink(j);
		if (!held)
			job_free(j);
	}
	p->waiting = NULL;
	uv_close((uv_handle_t *)&p->tick, pool_on_tick_closed);
	for (struct pool_child *c = p->children; c != NULL; c = c->next)
		pool_child_check(c);
}

/* --- what the loop calls, in the order in which it happens --- */

static void
pool_on_opened(void *ctx, const struct root_opened *o)
{
	struct job *j = ctx;
	struct pool *p = j->pool;
	struct queue_item *item = j->item;

	j->fd = o->fd;
	if (p == NULL) {
		job_free(j);
		return;
	}
	j->before = o->entry;
	j->before.reason = j->before.remedy = (struct span){0};
	if (o->unavailable) {
		/* The scan when it is back finds the file again. */
		pool_job_done(j);
	} else if (o->fd < 0 && o->entry.state == FILE_NONE) {
		queue_push_gone(p->queue, item->root, item->path);
		pool_job_done(j);
	} else if (o->fd < 0 && o->entry.state == FILE_FAILED && pool_job_unsettled(j, &o->entry)) {
		pool_job_again(j, 0, true);
	} else if (o->fd < 0) {
		pool_job_write(j, outcome_unopened(p->ix, j, &o->entry));
	} else if (o->entry.size == 0) {
		job_fail(j, CODE_EMPTY, false, "The file is empty.", "");
		pool_job_conclude(j);
	} else {
		pool_job_wait(j, false);
		pool_go(p);
	}
}

static void
pool_on_looked(void *ctx, const struct root_opened *o)
{
	struct job *j = ctx;

	j->looking = false;
	if (j->pool == NULL) {
		job_free(j);
		return;
	}
	j->changed = o->unavailable || !file_entry_same(&j->before, &o->entry);
	if (j->place == JOB_LOOKED_AT)
		pool_job_conclude(j);
}

static void
pool_on_child_timer(uv_timer_t *timer)
{
	struct pool_child *c = timer->data;

	if (c->ended) {
		/* Somebody holds its socket open: nothing of that is worth waiting for. */
		c->eof = true;
		pool_child_check(c);
	} else if (c->going || c->eof || c->job == NULL || c->job->phase >= JOB_DONE) {
		zygote_give_up(c->pool->zygote, c->token);
		uv_timer_start(&c->timer, pool_on_child_timer, POOL_END_MS, 0);
	} else {
		c->death.timeout = true;
		c->pool->killed++;
		pool_child_kill(c);
	}
}

static void
pool_on_child_closed(uv_handle_t *handle)
{
	struct pool_child *c = handle->data, **at;
	struct pool *p = c->pool;

	for (at = &p->children; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	p->child_count--;
	generation_unref(c->generation);
	free(c);
	pool_go(p);
	pool_free_if_done(p);
}

/* The writer's word; a document that another generation read goes through the new plugins. */
static void
pool_on_written(void *ctx, struct writer_item *item)
{
	struct job *j = ctx;
	struct pool *p = j->pool;

	if (p == NULL) {
		job_free(j);
		return;
	}
	if (item->result == OK && item->kind != WRITE_FILE && p->generation != NULL &&
	    memcmp(item->generation->plugin_set, p->generation->plugin_set,
		   sizeof p->generation->plugin_set) != 0)
		queue_push_rerun(p->queue, item->kind == WRITE_RECORDS ? item->document_id
								       : item->entry.document);
	if (item->result == OK || item->result == ERR_STOPPING) {
		pool_job_done(j);
	} else if (item->result == ERR_NOT_FOUND && item->kind == WRITE_FILE) {
		pool_job_again(j, 0, false);
	} else if (item->kind == WRITE_DOCUMENT) {
		/* Its text does not unpack to what was said, or the like. */
		job_fail(j, CODE_CRASH, true, "The worker sent something malformed.",
			 "It is tried again when the file changes.");
		pool_job_write(j, outcome_failure(p->ix, j));
	} else {
		if (item->result != ERR_NOT_FOUND)
			log_error("%.*s could not be written to the index: %s", (int)item->path.n,
				  item->path.p, err_text(item->result));
		pool_job_done(j);
	}
}

static void
pool_on_tick(uv_timer_t *timer)
{
	pool_go(timer->data);
}

static void
pool_on_tick_closed(uv_handle_t *handle)
{
	struct pool *p = handle->data;

	p->tick_closed = true;
	pool_free_if_done(p);
}
