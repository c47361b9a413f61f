/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * daemon - start, wiring, stop.
 *
 *   STARTING --all started--> RUNNING --signal or broken--> asking stopped
 *     --> reading stopped --> working stopped --> storing stopped --> the loop has nothing left
 *
 * Each stop_* below begins the next stage when its last module has closed. A
 * timer ends the process when a stage takes too long.
 */
#include "daemon/daemon.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/pool.h"
#include "daemon/queue.h"
#include "daemon/rerun.h"
#include "daemon/root.h"
#include "daemon/server.h"
#include "daemon/state.h"
#include "daemon/watch.h"
#include "daemon/writer.h"
#include "daemon/zygote.h"
#include "index/documents.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define DAEMON_STOP_MS 5000

struct daemon {
	struct conf *conf;
	const char *conf_file;
	int lock;
	uv_loop_t loop;
	struct index *ix;
	struct watch *watch;
	struct queue *queue;
	struct writer *writer;
	struct zygote *zygote;
	struct pool *pool;
	struct rerun *rerun;
	struct root **roots; /* conf->watch_count of them */
	uint64_t *root_ids;
	struct server *server;
	struct server_world world;
	uv_signal_t signals[3];
	size_t signal_count;
	uv_timer_t stop_timer;
	bool stopping;
	bool awaiting;  /* plugins are being loaded: whoever waits, waits for them */
	size_t closing; /* modules of this stage that are not closed yet */
	int status;
};

static void daemon_stop(struct daemon *d);

/* --- time --- */

static int64_t
daemon_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- watch and roots: what changed goes to the queue --- */

static void
daemon_on_ready(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push(d->queue, QUEUE_DROP, r, path, 0);
}

static void
daemon_on_created(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push(d->queue, QUEUE_DROP, r, path, d->conf->settle_ms);
}

static void
daemon_on_gone(void *ctx, struct root *r, struct span path, bool folder)
{
	struct daemon *d = ctx;

	if (!folder) {
		queue_push_gone(d->queue, r, path);
		return;
	}
	queue_gone_below(d->queue, r, path);
	root_scan(r, path); /* nothing of it is there: on_missing for each file */
}

/* Holds the scans of the watched folder `id`, or lets them go on. While stopping there are none. */
static void
daemon_hold_scans(struct daemon *d, uint64_t id, bool hold)
{
	for (size_t i = 0; i < d->conf->watch_count && !d->stopping; i++) {
		if (root_id(d->roots[i]) != id)
			continue;
		if (hold)
			root_hold_scans(d->roots[i]);
		else
			root_release_scans(d->roots[i]);
	}
}

static void
daemon_on_move_written(void *ctx, struct writer_item *written)
{
	struct daemon *d = ctx;

	/* A file that was renamed before it was read is not in the index yet. */
	if (written->result != OK && written->result != ERR_NOT_FOUND &&
	    written->result != ERR_STOPPING)
		log_error("cannot note that %.*s was renamed: %s", (int)written->path.n,
			  written->path.p, err_text(written->result));
	daemon_hold_scans(d, written->root, false);
	daemon_hold_scans(d, written->to_root, false);
	queue_scan_end(d->queue, written);
}

/* Tells the index. False when there is no memory for it. */
static bool
daemon_write_move(struct daemon *d, struct root *from_root, struct span from, struct root *to_root,
		  struct span to)
{
	struct writer_item *item = writer_item_new(WRITE_MOVE);
	bool ok = true;

	if (item == NULL)
		return false;
	item->root = root_id(from_root);
	item->to_root = root_id(to_root);
	item->path = writer_own(item, from, &ok);
	item->to_path = writer_own(item, to, &ok);
	item->urgent = true;
	item->on_done = daemon_on_move_written;
	item->ctx = d;
	if (!ok) {
		writer_item_free(item);
		return false;
	}
	daemon_hold_scans(d, item->root, true);
	daemon_hold_scans(d, item->to_root, true);
	queue_scan_begin(d->queue, item);
	writer_put(d->writer, item);
	return true;
}

static void
daemon_on_moved(void *ctx, struct root *from_root, struct span from, struct root *to_root,
		struct span to, bool folder)
{
	struct daemon *d = ctx;

	if (daemon_write_move(d, from_root, from, to_root, to))
		queue_move(d->queue, from_root, from, to_root, to, folder);
	else
		daemon_on_gone(d, from_root, from, folder);
	/* What is there now decides: a rename may have been the end of a save. */
	if (folder)
		root_scan(to_root, to);
	else
		queue_push(d->queue, QUEUE_DROP, to_root, to, 0);
}

static void
daemon_on_changed(void *ctx, struct root *r, struct span path, bool drop)
{
	struct daemon *d = ctx;

	queue_push(d->queue, drop ? QUEUE_FOUND : QUEUE_BULK, r, path, 0);
}

static void
daemon_on_missing(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push_gone(d->queue, r, path);
}

static void
daemon_on_scan_begin(void *ctx, struct root *r)
{
	struct daemon *d = ctx;

	queue_scan_begin(d->queue, r);
}

static void
daemon_on_scan_end(void *ctx, struct root *r)
{
	struct daemon *d = ctx;

	queue_scan_end(d->queue, r);
}

static void
daemon_on_state(void *ctx, struct root *r)
{
	struct daemon *d = ctx;
	struct root_status status;

	root_status(r, &status);
	if (root_available(r)) {
		log_info("%.*s is available again", (int)status.path.n, status.path.p);
		return;
	}
	log_warning("%.*s is unavailable: %s; its documents are kept", (int)status.path.n,
		    status.path.p, status.reason);
	queue_drop_root(d->queue, r);
}

/* --- a file that went --- */

struct daemon_gone {
	struct daemon *daemon;
	struct queue_item *item;
};

static void
daemon_on_gone_written(void *ctx, struct writer_item *written)
{
	struct daemon_gone *gone = ctx;

	if (written->result != OK && written->result != ERR_STOPPING)
		log_error("cannot note that %.*s is gone: %s", (int)written->path.n,
			  written->path.p, err_text(written->result));
	queue_done(gone->daemon->queue, gone->item);
	free(gone);
}

/* Is the path in the index as a file that was there? */
static bool
daemon_knows(struct daemon *d, const struct root *r, struct span path)
{
	struct file_entry entry;
	struct index_read *rd;
	bool known;

	if (index_read_begin(d->ix, &rd) != OK)
		return true;
	known = index_file_get(rd, root_id(r), path, &entry) != ERR_NOT_FOUND &&
		entry.state != FILE_GONE && entry.state != FILE_FOLDER;
	index_read_end(rd);
	return known;
}

static void
daemon_on_looked(void *ctx, const struct root_opened *o)
{
	struct daemon_gone *gone = ctx;
	struct daemon *d = gone->daemon;
	struct queue_item *item = gone->item;
	struct writer_item *write = NULL;
	bool ok = true;

	if (o->unavailable || d->stopping)
		goto done;
	if (o->entry.state != FILE_NONE) {
		queue_push(d->queue, QUEUE_DROP, item->root, item->path, 0);
		goto done;
	}
	if (!daemon_knows(d, item->root, item->path))
		goto done;
	write = writer_item_new(WRITE_FILE);
	if (write == NULL)
		goto again;
	write->root = root_id(item->root);
	write->path = writer_own(write, item->path, &ok);
	if (!ok)
		goto again;
	write->entry = (struct file_entry){.state = FILE_GONE,
					   .code = CODE_GONE,
					   .since_ms = daemon_now_ms(),
					   .reason = SPAN("The file is no longer there.")};
	write->on_done = daemon_on_gone_written;
	write->ctx = gone;
	writer_put(d->writer, write);
	return;
again:
	writer_item_free(write);
	queue_again(d->queue, item, d->conf->settle_ms, false);
	free(gone);
	return;
done:
	queue_done(d->queue, item);
	free(gone);
}

static void
daemon_on_gone_due(void *ctx, struct queue_item *item)
{
	struct daemon *d = ctx;
	struct daemon_gone *gone;

	if (d->stopping)
		return; /* the roots close before the queue; the next start's scan finds it */
	gone = malloc(sizeof *gone);
	if (gone == NULL) {
		queue_again(d->queue, item, d->conf->settle_ms, false);
		return;
	}
	*gone = (struct daemon_gone){.daemon = d, .item = item};
	root_look(item->root, item->path, daemon_on_looked, gone);
}

static void
daemon_on_due(void *ctx)
{
	struct daemon *d = ctx;

	if (d->pool != NULL)
		pool_go(d->pool);
}

/* --- zygote --- */

static void
daemon_await_plugins(struct daemon *d, bool await)
{
	if (d->awaiting == await)
		return;
	d->awaiting = await;
	if (await)
		queue_scan_begin(d->queue, d->zygote);
	else
		queue_scan_end(d->queue, d->zygote);
}

static void
daemon_on_plugins_ready(void *ctx, struct generation *g)
{
	struct daemon *d = ctx;
	struct writer_item *item;

	if (d->stopping)
		return;
	item = writer_item_new(WRITE_CATALOGUE);
	for (size_t i = 0; i < g->count; i++)
		if (!g->plugins[i].in_force)
			log_warning("%s", g->plugins[i].error);
	for (size_t i = 0; i < d->conf->watch_count; i++)
		if (d->roots[i] != NULL)
			root_set_reader_version(d->roots[i], g->level.reader_version);
	if (item == NULL) {
		log_error("no memory to put the plugins' kinds in force");
		daemon_await_plugins(d, false);
		return;
	}
	/* Before any record of the generation: the writer keeps the order. */
	item->generation = generation_ref(g);
	item->urgent = true;
	writer_put(d->writer, item);
	pool_on_ready(d->pool, g);
	rerun_go(d->rerun, g->plugin_set);
}

static void
daemon_on_unfit(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_error("%s; the daemon ends", why);
	d->status = DAEMON_EXIT_FAILED;
	daemon_stop(d);
}

/* All that is to go through the plugins again is in the queue: who waits for them waits for that.
 */
static void
daemon_on_walked(void *ctx)
{
	daemon_await_plugins(ctx, false);
}

static void
daemon_on_child_started(void *ctx, uint32_t token, pid_t pid)
{
	struct daemon *d = ctx;

	if (d->pool != NULL)
		pool_on_started(d->pool, token, pid);
}

static void
daemon_on_child_ended(void *ctx, uint32_t token, int status, uint64_t resident_bytes)
{
	struct daemon *d = ctx;

	if (d->pool != NULL)
		pool_on_ended(d->pool, token, status, resident_bytes);
}

/* --- writer --- */

static void
daemon_on_commit(void *ctx, struct index_news *take_news)
{
	struct daemon *d = ctx;

	if (d->server != NULL)
		server_on_commit(d->server, take_news);
	index_news_free(take_news);
}

static void
daemon_on_full(void *ctx, bool full)
{
	struct daemon *d = ctx;

	d->world.disk_full = full;
}

static void
daemon_on_broken(void *ctx, enum err e)
{
	struct daemon *d = ctx;

	log_error("the index cannot be written: %s; the daemon ends", err_text(e));
	d->status = DAEMON_EXIT_STORAGE;
	daemon_stop(d);
}

/* --- signals --- */

static void
daemon_reload(void *ctx)
{
	struct daemon *d = ctx;
	struct conf fresh;
	char why[512];

	if (d->conf_file != NULL) {
		conf_init(&fresh);
		if (conf_read(&fresh, d->conf_file, why) == OK) {
			struct conf_plugin *plugins = d->conf->plugins;
			size_t n = d->conf->plugin_count;

			d->conf->plugins = fresh.plugins;
			d->conf->plugin_count = fresh.plugin_count;
			fresh.plugins = plugins;
			fresh.plugin_count = n;
		} else {
			log_error("%s; the settings in force stay", why);
		}
		conf_clear(&fresh);
	}
	log_info("reading the plugins again");
	if (zygote_reload(d->zygote))
		daemon_await_plugins(d, true);
}

static void
daemon_on_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	if (number == SIGHUP) {
		daemon_reload(d);
		return;
	}
	log_info("%s: ending", number == SIGINT ? "interrupted" : "asked to end");
	daemon_stop(d);
}

/* --- stop: asking, reading, working, storing --- */

static void
daemon_on_stored(void *ctx)
{
	struct daemon *d = ctx;

	if (--d->closing > 0)
		return;
	for (size_t i = 0; i < d->signal_count; i++)
		uv_close((uv_handle_t *)&d->signals[i], NULL);
	uv_close((uv_handle_t *)&d->stop_timer, NULL);
}

/* What the writer had to do is done, and its items have left the queue. */
static void
daemon_on_written(void *ctx)
{
	struct daemon *d = ctx;

	if (d->queue != NULL) {
		d->closing++;
		queue_stop(d->queue, daemon_on_stored, d);
	}
	daemon_on_stored(d);
}

static void
daemon_stop_storing(struct daemon *d)
{
	d->closing = 1;
	if (d->writer != NULL)
		writer_stop(d->writer, daemon_on_written, d);
	else
		daemon_on_written(d);
}

static void
daemon_on_worked(void *ctx)
{
	struct daemon *d = ctx;

	if (--d->closing == 0)
		daemon_stop_storing(d);
}

static void
daemon_stop_working(struct daemon *d)
{
	d->closing = 1;
	if (d->zygote != NULL) {
		d->closing++;
		zygote_stop(d->zygote, daemon_on_worked, d);
	}
	if (d->rerun != NULL) {
		d->closing++;
		rerun_stop(d->rerun, daemon_on_worked, d);
	}
	daemon_on_worked(d);
}

static void
daemon_on_read(void *ctx)
{
	struct daemon *d = ctx;

	if (--d->closing == 0)
		daemon_stop_working(d);
}

static void
daemon_on_pool_closed(void *ctx)
{
	struct daemon *d = ctx;

	d->pool = NULL; /* queue and zygote go on for a while */
	daemon_on_read(d);
}

static void
daemon_stop_reading(struct daemon *d)
{
	d->closing = 1;
	if (d->pool != NULL) {
		d->closing++;
		pool_stop(d->pool, daemon_on_pool_closed, d);
	}
	for (size_t i = 0; i < d->conf->watch_count; i++) {
		if (d->roots[i] == NULL)
			continue;
		d->closing++;
		root_stop(d->roots[i], daemon_on_read, d);
	}
	if (d->watch != NULL) {
		d->closing++;
		watch_stop(d->watch, daemon_on_read, d);
	}
	daemon_on_read(d);
}

static void
daemon_on_asked(void *ctx)
{
	struct daemon *d = ctx;

	if (--d->closing == 0)
		daemon_stop_reading(d);
}

static void
daemon_on_stop_timeout(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	log_error(
	    "could not end within %d s; what was not committed is read again at the next start",
	    DAEMON_STOP_MS / 1000);
	_exit(d->status != DAEMON_EXIT_OK ? d->status : DAEMON_EXIT_FAILED);
}

static void
daemon_stop(struct daemon *d)
{
	if (d->stopping)
		return;
	d->stopping = true;
	uv_timer_start(&d->stop_timer, daemon_on_stop_timeout, DAEMON_STOP_MS, 0);
	d->closing = 1;
	if (d->server != NULL) {
		d->closing++;
		server_stop(d->server, daemon_on_asked, d);
	}
	daemon_on_asked(d);
}

/* --- start --- */

static enum err
daemon_open_index(struct daemon *d, char why[512])
{
	struct index_options options = {.state_dir = d->conf->state_dir,
					.map_bytes = d->conf->map_bytes};
	struct index_news *news;
	struct index_txn *txn;
	char text[256];
	enum err e = index_open(&options, &d->ix, text);

	if (e != OK) {
		snprintf(why, 512, "cannot open the index: %s", text);
		return e;
	}
	e = index_begin(d->ix, &txn);
	for (size_t i = 0; i < d->conf->watch_count && e == OK; i++) {
		e = index_root(txn, span_of(d->conf->watches[i].path), &d->root_ids[i]);
		if (e != OK)
			index_abort(txn);
	}
	if (e == OK) {
		e = index_roots_keep(txn, d->root_ids, d->conf->watch_count);
		if (e != OK)
			index_abort(txn);
	}
	if (e == OK) {
		e = index_commit(txn, &news);
		if (e == OK)
			index_news_free(news);
	}
	if (e != OK)
		snprintf(why, 512, "cannot write the index in %.200s: %s", d->conf->state_dir,
			 err_text(e));
	return e;
}

static enum err
daemon_start_signals(struct daemon *d)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
	int status = uv_timer_init(&d->loop, &d->stop_timer);

	if (status != 0)
		return err_from_uv(status);
	d->stop_timer.data = d;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		status = uv_signal_init(&d->loop, &d->signals[i]);
		if (status != 0)
			return err_from_uv(status);
		d->signal_count++;
		d->signals[i].data = d;
		status = uv_signal_start(&d->signals[i], daemon_on_signal, numbers[i]);
		if (status != 0)
			return err_from_uv(status);
	}
	return OK;
}

static enum err
daemon_start_roots(struct daemon *d, char why[512])
{
	const struct root_events events = {.ctx = d,
					   .on_changed = daemon_on_changed,
					   .on_missing = daemon_on_missing,
					   .on_scan_begin = daemon_on_scan_begin,
					   .on_scan_end = daemon_on_scan_end,
					   .on_state = daemon_on_state};

	for (size_t i = 0; i < d->conf->watch_count; i++) {
		enum err e = root_start(&d->loop, d->ix, d->watch, d->conf, &d->conf->watches[i],
					d->root_ids[i], &events, &d->roots[i]);

		if (e != OK) {
			snprintf(why, 512, "cannot watch %.300s: %s", d->conf->watches[i].path,
				 err_text(e));
			return e;
		}
	}
	return OK;
}

static enum err
daemon_start_workers(struct daemon *d, char why[512])
{
	const struct zygote_events zygote_events = {.ctx = d,
						    .on_ready = daemon_on_plugins_ready,
						    .on_unfit = daemon_on_unfit,
						    .on_started = daemon_on_child_started,
						    .on_ended = daemon_on_child_ended};
	enum err e = zygote_start(&d->loop, d->conf, false, &zygote_events, &d->zygote);

	if (e == ERR_NOT_FOUND)
		snprintf(why, 512, "evidenced-extract does not lie beside this program");
	else if (e != OK)
		snprintf(why, 512, "cannot start evidenced-extract: %s", err_text(e));
	if (e != OK)
		return e;
	daemon_await_plugins(d, true);
	return pool_start(&d->loop, d->conf, d->ix, d->queue, d->zygote, d->writer, &d->pool);
}

static enum err
daemon_start_server(struct daemon *d, char why[512])
{
	char text[256] = "";
	enum err e;

	d->world = (struct server_world){.loop = &d->loop,
					 .conf = d->conf,
					 .index = d->ix,
					 .watch = d->watch,
					 .queue = d->queue,
					 .pool = d->pool,
					 .zygote = d->zygote,
					 .writer = d->writer,
					 .roots = d->roots,
					 .root_count = d->conf->watch_count,
					 .started_ms = daemon_now_ms(),
					 .on_reload = daemon_reload,
					 .ctx = d};
	e = server_start(&d->world, &d->server, text);
	if (e != OK)
		snprintf(why, 512, "%s", text);
	return e;
}

static enum err
daemon_start(struct daemon *d, char why[512])
{
	const struct watch_events watch_events = {.ctx = d,
						  .on_ready = daemon_on_ready,
						  .on_created = daemon_on_created,
						  .on_gone = daemon_on_gone,
						  .on_moved = daemon_on_moved};
	const struct queue_events queue_events = {.ctx = d,
						  .on_due = daemon_on_due,
						  .on_gone_due = daemon_on_gone_due};
	const struct writer_events writer_events = {.ctx = d,
						    .on_commit = daemon_on_commit,
						    .on_full = daemon_on_full,
						    .on_broken = daemon_on_broken};
	enum err e;

	e = daemon_open_index(d, why);
	if (e != OK)
		return e;
	e = watch_start(&d->loop, &watch_events, &d->watch);
	if (e == ERR_LIMIT)
		snprintf(
		    why, 512,
		    "no inotify instance is left; raise fs.inotify.max_user_instances with sysctl");
	if (e == OK)
		e = queue_start(&d->loop, d->conf->settle_ms, &queue_events, &d->queue);
	if (e == OK)
		e = rerun_new(&d->loop, d->ix, d->queue, daemon_on_walked, d, &d->rerun);
	if (e == OK)
		e = writer_start(&d->loop, d->ix, &writer_events, &d->writer);
	if (e == OK)
		e = daemon_start_workers(d, why);
	if (e == OK)
		e = daemon_start_roots(d, why);
	if (e == OK)
		e = daemon_start_server(d, why);
	return e;
}

int
daemon_run(struct conf *conf, const char *conf_file)
{
	struct daemon d = {.conf = conf, .conf_file = conf_file, .lock = -1};
	char why[512] = "";
	enum err e;

	signal(SIGPIPE, SIG_IGN);
	e = state_lock(conf->state_dir, &d.lock, why);
	if (e != OK) {
		log_error("%s", why);
		return e == ERR_BUSY ? DAEMON_EXIT_BUSY : DAEMON_EXIT_FAILED;
	}
	d.roots = calloc(conf->watch_count, sizeof *d.roots);
	d.root_ids = calloc(conf->watch_count, sizeof *d.root_ids);
	if (d.roots == NULL || d.root_ids == NULL || uv_loop_init(&d.loop) != 0) {
		log_error("out of memory");
		d.status = DAEMON_EXIT_FAILED;
		goto out;
	}
	e = daemon_start_signals(&d);
	if (e == OK)
		e = daemon_start(&d, why);
	if (e != OK) {
		log_error("%s", why[0] != '\0' ? why : err_text(e));
		d.status = e == ERR_BUSY ? DAEMON_EXIT_BUSY : DAEMON_EXIT_FAILED;
		daemon_stop(&d);
	} else {
		log_info("ready on %s", conf->socket);
	}
	uv_run(&d.loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&d.loop) != 0)
		log_warning("something was left open on the loop");
	index_close(d.ix);
out:
	free(d.roots);
	free(d.root_ids);
	close(d.lock);
	return d.status;
}
