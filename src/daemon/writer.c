/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writer - the thread between the pool's results and the index.
 *
 * The loop appends items under the lock; the thread takes a group, does it in one
 * transaction, and hands the group back through `finished` and an async. A group
 * passes through these steps until it is done:
 *
 *   begin -> apply each -> commit -> handed back
 *     an item fails         -> abort, leave it out, again
 *     the map is full       -> abort, grow, again
 *     the disk is full      -> abort, tell, wait 1 s, again
 *     the disk failed       -> abort, tell: the daemon ends
 */
#include "daemon/writer.h"

#include "common/log.h"
#include "daemon/loop.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define WRITER_GROUP_ITEMS 500
#define WRITER_GROUP_BYTES (4u * 1024 * 1024)
#define WRITER_LINGER_NS   (5 * 1000 * 1000)
#define WRITER_FULL_WAIT_S 1

struct writer_group {
	struct writer_item *items; /* linked by next, in order */
	struct index_news *news;
	enum err broken; /* not OK: the group was given up */
	bool full_changed, full;
	struct writer_group *next;
};

struct writer {
	uv_loop_t *loop;
	struct index *ix;
	struct writer_events events;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	struct writer_item *first, **last;
	size_t waiting, waiting_bytes, urgent, in_group;
	struct timespec since; /* when the first of those waiting came */
	bool stop, ended;
	struct writer_group *finished, **finished_last;
	/* the loop's */
	uv_async_t async;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* --- items --- */

struct writer_item *
writer_item_new(enum writer_kind kind)
{
	struct writer_item *item = calloc(1, sizeof *item);

	if (item != NULL)
		item->kind = kind;
	return item;
}

void
writer_item_free(struct writer_item *item)
{
	if (item == NULL)
		return;
	for (size_t i = 0; i < item->own_count; i++)
		free(item->own[i]);
	free(item->own);
	free(item->results);
	if (item->generation != NULL)
		generation_unref(item->generation);
	free(item);
}

struct span
writer_own(struct writer_item *item, struct span s, bool *ok)
{
	char **own = realloc(item->own, (item->own_count + 1) * sizeof *own);
	char *copy;

	if (own == NULL)
		goto fail;
	item->own = own;
	copy = malloc(s.n + 1);
	if (copy == NULL)
		goto fail;
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	own[item->own_count++] = copy;
	return (struct span){copy, s.n};
fail:
	*ok = false;
	return (struct span){0};
}

static size_t
writer_item_bytes(const struct writer_item *item)
{
	size_t n = sizeof *item + item->document.text_zstd.n + item->document.marks.n;

	for (size_t i = 0; i < item->result_count; i++)
		n += item->results[i].frames.n;
	return n;
}

/* --- the thread --- */

static enum err
writer_apply_document(struct index_txn *txn, struct writer_item *item)
{
	enum err e;

	item->document.results = item->results;
	item->document.result_count = item->result_count;
	e = index_document_put(txn, &item->document, &item->entry.document);
	if (e != OK && e != ERR_EXISTS)
		return e;
	return index_file_put(txn, item->root, item->path, &item->entry);
}

static enum err
writer_apply_catalogue(struct index_txn *txn, const struct generation *g)
{
	const struct plugin_decl **decls = calloc(g->count + 1, sizeof(*decls));
	char why[256] = "";
	size_t n = 0;
	enum err e;

	if (decls == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < g->count; i++)
		if (g->plugins[i].in_force)
			decls[n++] = &g->plugins[i].decl;
	e = index_catalogue_put(txn, decls, n, why);
	if (e == ERR_EXISTS) {
		log_warning("%s", why);
		e = OK;
	}
	free(decls);
	return e;
}

static enum err
writer_apply(struct index_txn *txn, struct writer_item *item)
{
	switch (item->kind) {
	case WRITE_DOCUMENT:
		return writer_apply_document(txn, item);
	case WRITE_FILE:
		return index_file_put(txn, item->root, item->path, &item->entry);
	case WRITE_MOVE:
		return index_move(txn, item->root, item->path, item->to_root, item->to_path);
	case WRITE_UNREAD:
		return index_document_unread(txn, item->document_id, item->entry.reason);
	case WRITE_RECORDS:
		return index_records_put(txn, item->document_id, item->results, item->result_count,
					 item->generation->plugin_set);
	case WRITE_CATALOGUE:
		return writer_apply_catalogue(txn, item->generation);
	}
	return ERR_INTERNAL;
}

/* Errors that are an item's own; the others are the index's. */
static bool
writer_is_items_fault(enum err e)
{
	return e != ERR_FULL && e != ERR_IO && e != ERR_NOMEM;
}

/* One try of the whole group. Items that failed before (result not OK) are left out. */
static enum err
writer_try(struct writer *w, struct writer_group *g)
{
	struct index_txn *txn;
	bool again;

	do {
		enum err e = index_begin(w->ix, &txn);

		if (e != OK)
			return e;
		again = false;
		for (struct writer_item *i = g->items; i != NULL && !again; i = i->next) {
			if (i->result != OK)
				continue;
			e = writer_apply(txn, i);
			if (e == OK)
				continue;
			if (!writer_is_items_fault(e)) {
				index_abort(txn);
				return e;
			}
			/* What it did so far must not stand: without it, from the start. */
			i->result = e;
			again = true;
		}
		if (again)
			index_abort(txn);
	} while (again);
	return index_commit(txn, &g->news);
}

static void
writer_hand_back(struct writer *w, struct writer_group *g)
{
	pthread_mutex_lock(&w->lock);
	*w->finished_last = g;
	w->finished_last = &g->next;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->async);
}

/* Tells of a full disk, or of room again, ahead of the group itself. Without memory it is only
 * logged. */
static void
writer_tell_full(struct writer *w, bool full)
{
	struct writer_group *g = calloc(1, sizeof *g);

	if (full)
		log_error("the disk is full: what was read waits until there is room");
	else
		log_info("there is room on the disk again");
	if (g == NULL)
		return;
	g->full_changed = true;
	g->full = full;
	writer_hand_back(w, g);
}

/* Waits a second; false when the writer is to stop. */
static bool
writer_wait_for_room(struct writer *w)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WRITER_FULL_WAIT_S;
	pthread_mutex_lock(&w->lock);
	while (!w->stop && pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0)
		;
	stop = w->stop;
	pthread_mutex_unlock(&w->lock);
	return !stop;
}

static void
writer_do(struct writer *w, struct writer_group *g)
{
	bool full = false;
	enum err e;

	for (;;) {
		e = writer_try(w, g);
		if (e == OK)
			break;
		if (e == ERR_FULL) {
			e = index_grow(w->ix);
			if (e == OK)
				continue;
		}
		if (e != ERR_FULL && e != ERR_NOMEM) {
			g->broken = e;
			break;
		}
		if (e == ERR_FULL && !full) {
			full = true;
			writer_tell_full(w, true);
		}
		if (!writer_wait_for_room(w)) {
			g->broken = ERR_STOPPING;
			break;
		}
	}
	if (full && e == OK)
		writer_tell_full(w, false);
	writer_hand_back(w, g);
}

/* Takes what goes together; called under the lock with something waiting. */
static void
writer_take(struct writer *w, struct writer_group *g)
{
	struct writer_item **end = &g->items;
	size_t items = 0, bytes = 0;

	while (w->first != NULL && items < WRITER_GROUP_ITEMS && bytes < WRITER_GROUP_BYTES) {
		struct writer_item *item = w->first;
		size_t n = writer_item_bytes(item);

		w->first = item->next;
		item->next = NULL;
		*end = item;
		end = &item->next;
		items++;
		bytes += n;
		w->waiting--;
		w->waiting_bytes -= n;
		w->urgent -= item->urgent;
	}
	if (w->first == NULL)
		w->last = &w->first;
	w->in_group += items;
}

/* Bulk items wait a little for company: a commit costs more than they do. */
static void
writer_linger(struct writer *w)
{
	struct timespec until = w->since;

	until.tv_nsec += WRITER_LINGER_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (!w->stop && w->urgent == 0 && w->waiting < WRITER_GROUP_ITEMS &&
	       w->waiting_bytes < WRITER_GROUP_BYTES)
		if (pthread_cond_timedwait(&w->wake, &w->lock, &until) != 0)
			return;
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct writer_group *g;

		while (w->first == NULL && !w->stop)
			pthread_cond_wait(&w->wake, &w->lock);
		if (w->first == NULL)
			break;
		writer_linger(w);
		g = calloc(1, sizeof *g);
		if (g == NULL) {
			pthread_mutex_unlock(&w->lock);
			(void)writer_wait_for_room(w);
			pthread_mutex_lock(&w->lock);
			continue;
		}
		writer_take(w, g);
		pthread_mutex_unlock(&w->lock);
		writer_do(w, g);
		pthread_mutex_lock(&w->lock);
	}
	w->ended = true;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->async);
	return NULL;
}

/* --- the loop's side --- */

void
writer_put(struct writer *w, struct writer_item *take_item)
{
	pthread_mutex_lock(&w->lock);
	assert(!w->stop);
	take_item->next = NULL;
	take_item->result = OK;
	if (w->first == NULL)
		clock_gettime(CLOCK_MONOTONIC, &w->since);
	*w->last = take_item;
	w->last = &take_item->next;
	w->waiting++;
	w->waiting_bytes += writer_item_bytes(take_item);
	w->urgent += take_item->urgent;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

size_t
writer_pending(struct writer *w)
{
	size_t n;

	pthread_mutex_lock(&w->lock);
	n = w->waiting + w->in_group;
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void
writer_finish(struct writer *w, struct writer_group *g)
{
	struct writer_item *next;
	size_t items = 0;

	if (g->full_changed)
		w->events.on_full(w->events.ctx, g->full);
	for (struct writer_item *i = g->items; i != NULL; i = next) {
		next = i->next;
		if (g->broken != OK)
			i->result = g->broken;
		if (i->on_done != NULL)
			i->on_done(i->ctx, i);
		writer_item_free(i);
		items++;
	}
	pthread_mutex_lock(&w->lock);
	w->in_group -= items;
	pthread_mutex_unlock(&w->lock);
	if (g->news != NULL)
		w->events.on_commit(w->events.ctx, g->news);
	if (g->broken != OK && g->broken != ERR_STOPPING)
		w->events.on_broken(w->events.ctx, g->broken);
	free(g);
}

static void
writer_on_closed(uv_handle_t *handle)
{
	struct writer *w = handle->data;
	void (*on_closed)(void *ctx) = w->on_closed;
	void *ctx = w->closed_ctx;

	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
	on_closed(ctx);
}

static void
writer_on_async(uv_async_t *async)
{
	struct writer *w = async->data;
	struct writer_group *g, *next;
	bool ended;

	pthread_mutex_lock(&w->lock);
	g = w->finished;
	w->finished = NULL;
	w->finished_last = &w->finished;
	ended = w->ended;
	pthread_mutex_unlock(&w->lock);
	for (; g != NULL; g = next) {
		next = g->next;
		writer_finish(w, g);
	}
	if (ended && !uv_is_closing((uv_handle_t *)async))
		uv_close((uv_handle_t *)async, writer_on_closed);
}

enum err
writer_start(uv_loop_t *loop, struct index *ix, const struct writer_events *events,
	     struct writer **out)
{
	struct writer *w = calloc(1, sizeof *w);
	pthread_condattr_t attr;
	int status;

	if (w == NULL)
		return ERR_NOMEM;
	w->loop = loop;
	w->ix = ix;
	w->events = *events;
	w->last = &w->first;
	w->finished_last = &w->finished;
	status = uv_async_init(loop, &w->async, writer_on_async);
	if (status != 0) {
		free(w);
		return err_from_uv(status);
	}
	w->async.data = w;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	status = pthread_create(&w->thread, NULL, writer_main, w);
	/* Without a thread the daemon cannot work at all: main ends it, and the handle with it. */
	if (status != 0)
		return err_from_errno(status);
	*out = w;
	return OK;
}

void
writer_stop(struct writer *w, void (*on_closed)(void *ctx), void *ctx)
{
	w->on_closed = on_closed;
	w->closed_ctx = ctx;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}
