/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * root - the loop's side: asks the thread, tells upwards, and keeps time.
 *
 *   available --the thread says so, or it hangs--> unavailable --checks, 2 s to 60 s-->
 *     available again, and scanned
 *
 * Stopping: the thread is asked to end and answers by `ended`; if it hangs, it is
 * left alone after ROOT_STOP_MS and lets go of its memory if it ever wakes.
 */
#include "daemon/root_thread.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/watch.h"

#include <stdlib.h>
#include <unistd.h>

#define ROOT_TICK_MS       1000
#define ROOT_HUNG_MS       10000
#define ROOT_CHECK_MS      10000 /* while it is available */
#define ROOT_BACK_FIRST_MS 2000  /* while it is not */
#define ROOT_BACK_LAST_MS  60000
#define ROOT_MISSED_MS     10000
#define ROOT_RECENT_MS     10000
#define ROOT_DAY_MS        (24ull * 60 * 60 * 1000)
#define ROOT_RESULTS_MAX   512 /* told in one turn of the loop */
#define ROOT_SAME_SCANS    256 /* waiting ones that a new one is compared with */

static void root_on_tick(uv_timer_t *tick);

/* --- memory --- */

void
root_unref(struct root *r)
{
	struct root_result *result;
	unsigned refs;

	pthread_mutex_lock(&r->lock);
	refs = --r->refs;
	pthread_mutex_unlock(&r->lock);
	if (refs > 0)
		return;
	/* The loop side let go last or first: it has emptied the lists; a woken thread may have
	 * posted. */
	while ((result = r->results) != NULL) {
		r->results = result->next;
		free(result->task);
		free(result);
	}
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->wake);
	buf_clear(&r->recent);
	buf_clear(&r->mounts);
	watch_unref(r->watch);
	free(r);
}

/* --- asking --- */

static struct root_task *
root_task_new(enum root_task_kind kind, struct span path)
{
	struct root_task *task = malloc(sizeof *task + path.n + 1);

	if (task == NULL)
		return NULL;
	memset(task, 0, sizeof *task);
	task->kind = kind;
	task->opened.fd = -1;
	task->path_n = path.n;
	if (path.n > 0)
		memcpy(task->path, path.p, path.n);
	task->path[path.n] = '\0';
	return task;
}

static void
root_ask(struct root *r, struct root_tasks *list, struct root_task *task)
{
	pthread_mutex_lock(&r->lock);
	root_tasks_put(list, task);
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
}

/* Does a scan that waits do the same? */
static bool
root_scan_waits(struct root *r, struct span path, bool drop)
{
	struct root_task *task;
	size_t n = 0;
	bool waits = false;

	pthread_mutex_lock(&r->lock);
	for (task = r->whole.head; task != NULL && !waits; task = task->next)
		waits = task->kind == TASK_SCAN && (task->drop || !drop);
	for (task = r->folders.head; task != NULL && !waits && n < ROOT_SAME_SCANS;
	     task = task->next, n++) {
		struct span folder = {task->path, task->path_n};

		waits =
		    span_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
	}
	pthread_mutex_unlock(&r->lock);
	return waits;
}

static void
root_scans_changed(struct root *r)
{
	bool scanning = r->scans > 0 && !r->hung && !r->closing;

	if (scanning == r->told_scan)
		return;
	r->told_scan = scanning;
	if (scanning)
		r->events.on_scan_begin(r->events.ctx, r);
	else
		r->events.on_scan_end(r->events.ctx, r);
}

static void
root_ask_scan_again(struct root *r, enum root_task_kind kind, struct span path, bool drop,
		    bool again)
{
	struct root_task *task;

	if (r->closing || (kind == TASK_SCAN && !again && root_scan_waits(r, path, drop)))
		return;
	task = root_task_new(kind, path);
	if (task == NULL) {
		log_error("no memory to scan %.*s", (int)r->path.n, r->path.p);
		r->missed_ms = root_now_ms() + ROOT_MISSED_MS;
		return;
	}
	task->drop = drop;
	task->again = again;
	r->scans++;
	root_scans_changed(r);
	root_ask(r, path.n > 0 ? &r->folders : &r->whole, task);
}

static void
root_ask_scan(struct root *r, enum root_task_kind kind, struct span path, bool drop)
{
	root_ask_scan_again(r, kind, path, drop, false);
}

void
root_rescan(struct root *r, struct span path)
{
	root_ask_scan_again(r, TASK_SCAN, path, true, true);
}

void
root_scan(struct root *r, struct span path)
{
	root_ask_scan(r, TASK_SCAN, path, true);
}

void
root_hold_scans(struct root *r)
{
	pthread_mutex_lock(&r->lock);
	r->holds++;
	pthread_mutex_unlock(&r->lock);
}

void
root_release_scans(struct root *r)
{
	pthread_mutex_lock(&r->lock);
	r->holds--;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
}

size_t
root_scans(const struct root *r)
{
	return r->scans;
}

void
root_check(struct root *r)
{
	struct root_task *task = r->closing ? NULL : root_task_new(TASK_CHECK, (struct span){0});

	if (task != NULL)
		root_ask(r, &r->quick, task);
	r->next_check_ms = root_now_ms() + ROOT_CHECK_MS;
}

static void
root_ask_look(struct root *r, enum root_task_kind kind, struct span path, root_on_opened *on_opened,
	      void *ctx)
{
	struct root_task *task = root_task_new(kind, path);
	struct root_opened none = {.fd = -1, .unavailable = true};

	if (task == NULL) {
		/* The one case that is answered at once: there is no memory to remember the
		 * question. */
		log_error("no memory to open %.*s; a scan will find it", (int)path.n, path.p);
		r->missed_ms = root_now_ms() + ROOT_MISSED_MS;
		on_opened(ctx, &none);
		return;
	}
	task->on_opened = on_opened;
	task->ctx = ctx;
	root_ask(r, &r->quick, task);
}

void
root_open(struct root *r, struct span path, root_on_opened *on_opened, void *ctx)
{
	root_ask_look(r, TASK_OPEN, path, on_opened, ctx);
}

void
root_look(struct root *r, struct span path, root_on_opened *on_opened, void *ctx)
{
	root_ask_look(r, TASK_LOOK, path, on_opened, ctx);
}

/* A failure was passed over since the readers were not known: they are now. */
static void
root_retry_failed(struct root *r)
{
	bool retry;

	pthread_mutex_lock(&r->lock);
	retry = r->oldest_failed < r->reader_version;
	if (retry)
		r->oldest_failed = UINT32_MAX;
	pthread_mutex_unlock(&r->lock);
	if (retry)
		root_ask_scan(r, TASK_SCAN, (struct span){0}, false);
}

void
root_set_reader_version(struct root *r, uint32_t version)
{
	bool newer;

	pthread_mutex_lock(&r->lock);
	newer = r->reader_version != 0 && version > r->reader_version;
	r->reader_version = version;
	if (newer)
		r->oldest_failed = UINT32_MAX;
	pthread_mutex_unlock(&r->lock);
	if (newer)
		root_ask_scan(r, TASK_SCAN, (struct span){0}, false);
	else
		root_retry_failed(r);
}

/* --- closing --- */

static void
root_answer(struct root_task *task)
{
	if (task->on_opened != NULL)
		task->on_opened(task->ctx, &task->opened);
	else if (task->opened.fd >= 0)
		close(task->opened.fd);
	free(task);
}

/* Answers all opens and looks that wait or hang. */
static void
root_give_up_looks(struct root *r)
{
	struct root_opened none = {.fd = -1, .unavailable = true};
	struct root_tasks waiting;
	struct root_task *task, *running;
	root_on_opened *on_opened = NULL;
	void *ctx = NULL;

	pthread_mutex_lock(&r->lock);
	waiting = r->quick;
	r->quick = (struct root_tasks){0};
	running = r->running;
	if (running != NULL) {
		running->abandoned = true;
		on_opened = running->on_opened;
		ctx = running->ctx;
		r->running = NULL;
	}
	pthread_mutex_unlock(&r->lock);
	if (on_opened != NULL)
		on_opened(ctx, &none);
	while ((task = root_tasks_take(&waiting)) != NULL) {
		task->opened = none;
		root_answer(task);
	}
}

static void
root_free_tasks(struct root_tasks *list)
{
	struct root_task *task;

	while ((task = root_tasks_take(list)) != NULL)
		free(task);
}

static void
root_on_closed(uv_handle_t *handle)
{
	struct root *r = handle->data;
	void (*on_closed)(void *ctx) = r->on_closed;
	void *ctx = r->closed_ctx;

	if (--r->open_handles > 0)
		return;
	root_unref(r);
	on_closed(ctx);
}

static void
root_drop_results(struct root_result *result)
{
	struct root_result *next;

	for (; result != NULL; result = next) {
		next = result->next;
		if (result->task != NULL)
			root_answer(result->task);
		free(result);
	}
}

/* The thread has ended, or hangs and is left alone. */
static void
root_close(struct root *r, bool ended)
{
	struct root_result *results;

	if (r->open_handles > 0)
		return;
	if (ended)
		pthread_join(r->thread, NULL);
	else
		pthread_detach(r->thread);
	root_give_up_looks(r);
	pthread_mutex_lock(&r->lock);
	r->loop_gone = true;
	root_free_tasks(&r->folders);
	root_free_tasks(&r->whole);
	results = r->results;
	r->results = NULL;
	r->results_end = &r->results;
	pthread_mutex_unlock(&r->lock);
	root_drop_results(r->todo);
	root_drop_results(results);
	watch_drop(r->watch, r, (struct span){0});
	r->open_handles = 2;
	uv_close((uv_handle_t *)&r->async, root_on_closed);
	uv_close((uv_handle_t *)&r->tick, root_on_closed);
}

void
root_stop(struct root *r, void (*on_closed)(void *ctx), void *ctx)
{
	r->on_closed = on_closed;
	r->closed_ctx = ctx;
	r->closing = true;
	root_scans_changed(r);
	pthread_mutex_lock(&r->lock);
	r->stopping = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	uv_timer_start(&r->tick, root_on_tick, ROOT_STOP_MS, 0);
}

/* --- what the loop calls --- */

static void
root_told_state(struct root *r, const struct root_result *result)
{
	bool was = root_available(r);

	r->available = result->available;
	snprintf(r->reason, sizeof r->reason, "%s", result->path);
	r->check_ms = ROOT_BACK_FIRST_MS;
	r->next_check_ms = root_now_ms() + (r->available ? ROOT_CHECK_MS : r->check_ms);
	if (result->rescan)
		root_ask_scan(r, TASK_SCAN, (struct span){0}, false);
	if (was != root_available(r))
		r->events.on_state(r->events.ctx, r);
}

static void
root_told_task(struct root *r, struct root_task *task)
{
	uint64_t now = root_now_ms();

	if (task->kind == TASK_SCAN || task->kind == TASK_RECENT) {
		r->scans--;
		r->next_recent_ms = now + ROOT_RECENT_MS;
		if (task->kind == TASK_SCAN && task->path_n == 0) {
			r->next_scan_ms = now + r->poll_ms;
			root_retry_failed(r);
		}
		root_scans_changed(r);
	}
	/* For want of descriptors or memory: the root's own state was told before this. */
	if (task->opened.unavailable && root_available(r))
		r->missed_ms = now + ROOT_MISSED_MS;
	if (task->rescan)
		root_ask_scan(r, TASK_SCAN, (struct span){task->path, task->path_n}, true);
	root_answer(task);
}

static void
root_tell(struct root *r, struct root_result *result)
{
	struct span path = {result->path, result->path_n};

	switch (result->kind) {
	case RESULT_CHANGED:
		r->events.on_changed(r->events.ctx, r, path, result->drop);
		break;
	case RESULT_PICTURES:
		r->events.on_pictures(r->events.ctx, r, path);
		break;
	case RESULT_MISSING:
		r->events.on_missing(r->events.ctx, r, path);
		break;
	case RESULT_TASK:
		root_told_task(r, result->task);
		break;
	case RESULT_STATE:
		root_told_state(r, result);
		break;
	}
	free(result);
}

static void
root_on_async(uv_async_t *async)
{
	struct root *r = async->data;
	bool ended;

	pthread_mutex_lock(&r->lock);
	ended = r->ended;
	if (r->todo == NULL) {
		r->todo = r->results;
		r->results = NULL;
		r->results_end = &r->results;
	}
	pthread_mutex_unlock(&r->lock);
	if (ended) {
		root_close(r, true);
		return;
	}
	for (int n = 0; n < ROOT_RESULTS_MAX && r->todo != NULL && !r->closing; n++) {
		struct root_result *result = r->todo;

		r->todo = result->next;
		root_tell(r, result);
	}
	/* What is left, or came meanwhile, is for the next turn. While closing, only `ended` is. */
	pthread_mutex_lock(&r->lock);
	if (!r->closing && (r->todo != NULL || r->results != NULL))
		uv_async_send(async);
	pthread_mutex_unlock(&r->lock);
}

static void
root_look_for_hang(struct root *r, uint64_t now)
{
	bool was = root_available(r), hung;

	pthread_mutex_lock(&r->lock);
	hung = r->busy_ms != 0 && now > r->busy_ms + ROOT_HUNG_MS;
	pthread_mutex_unlock(&r->lock);
	if (hung)
		root_give_up_looks(r);
	if (hung == r->hung)
		return;
	r->hung = hung;
	root_scans_changed(r);
	if (!hung)
		root_ask_scan(r, TASK_SCAN, (struct span){0}, false);
	if (was != root_available(r))
		r->events.on_state(r->events.ctx, r);
}

static void
root_on_tick(uv_timer_t *tick)
{
	struct root *r = tick->data;
	uint64_t now = root_now_ms();
	bool polled, whole;

	if (r->closing) {
		root_close(r, false);
		return;
	}
	root_look_for_hang(r, now);
	if (r->hung)
		return;
	if (now >= r->next_check_ms) {
		root_check(r);
		if (!r->available) {
			r->check_ms = r->check_ms * 2 < ROOT_BACK_LAST_MS ? r->check_ms * 2
									  : ROOT_BACK_LAST_MS;
			r->next_check_ms = now + r->check_ms;
		}
	}
	if (!r->available || r->scans > 0)
		return;
	pthread_mutex_lock(&r->lock);
	polled = r->seen.polled || r->seen.unwatched > 0;
	pthread_mutex_unlock(&r->lock);
	/* Everything is compared once a day, however it is watched. */
	whole = now >= r->next_scan_ms + (polled ? 0 : ROOT_DAY_MS);
	if (whole || (r->missed_ms != 0 && now >= r->missed_ms)) {
		r->missed_ms = 0;
		root_ask_scan(r, TASK_SCAN, (struct span){0}, polled);
	} else if (polled && now >= r->next_recent_ms) {
		root_ask_scan(r, TASK_RECENT, (struct span){0}, true);
	}
}

enum err
root_start(uv_loop_t *loop, struct index *ix, struct watch *watch, const struct conf *conf,
	   const struct conf_watch *cw, uint64_t id, const struct root_events *events,
	   struct root **out)
{
	struct root *r = calloc(1, sizeof *r);
	enum err e = ERR_NOMEM;

	if (r == NULL)
		return e;
	r->loop = loop;
	r->ix = ix;
	r->watch = watch_ref(watch);
	r->cw = cw;
	r->path = span_of(cw->path);
	r->id = id;
	r->file_bytes = conf->limits.file_bytes;
	r->ocr = conf->ocr;
	r->poll_ms = (uint64_t)conf->poll_s * 1000;
	r->events = *events;
	r->results_end = &r->results;
	r->oldest_failed = UINT32_MAX;
	r->refs = 2;
	r->loop_gone = true; /* until the async is there */
	r->available = r->thread_available = true;
	r->next_check_ms = root_now_ms() + ROOT_CHECK_MS;
	if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_cond_init(&r->wake, NULL) != 0)
		goto failed;
	if (pthread_create(&r->thread, NULL, root_thread, r) != 0) {
		e = ERR_LIMIT;
		goto failed;
	}
	e = err_from_uv(uv_async_init(loop, &r->async, root_on_async));
	if (e != OK)
		goto end_thread;
	/* It only fills in the handle. */
	uv_timer_init(loop, &r->tick);
	r->async.data = r->tick.data = r;
	pthread_mutex_lock(&r->lock);
	r->loop_gone = false;
	pthread_mutex_unlock(&r->lock);
	uv_timer_start(&r->tick, root_on_tick, ROOT_TICK_MS, ROOT_TICK_MS);
	root_ask_scan(r, TASK_SCAN, (struct span){0}, false);
	*out = r;
	return OK;
end_thread:
	pthread_mutex_lock(&r->lock);
	r->stopping = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	root_unref(r);
	return e;
failed:
	watch_unref(r->watch);
	free(r);
	return e;
}
