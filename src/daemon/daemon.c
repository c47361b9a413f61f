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
#include "daemon/daemon_state.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAEMON_STOP_MS 5000

static void daemon_stop(struct daemon *d);

static void
daemon_on_due(void *ctx)
{
	struct daemon *d = ctx;

	if (d->pool != NULL)
		pool_go(d->pool);
}

static void
daemon_on_outdated(void *ctx, struct queue_item *item)
{
	struct daemon *d = ctx;

	if (d->pool != NULL)
		pool_on_outdated(d->pool, item);
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
	else /* new readers scan for what failed before them */
		queue_scan_pass_on(d->queue, d->zygote);
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
daemon_on_server_closed(void *ctx)
{
	struct daemon *d = ctx;

	d->server = NULL; /* what is still committed is told to nobody */
	daemon_on_asked(d);
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
		server_stop(d->server, daemon_on_server_closed, d);
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
	struct root_events events;

	daemon_files_roots(d, &events);
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
					 .started_ms = loop_wall_ms(),
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
	struct watch_events watch_events;
	const struct queue_events queue_events = {.ctx = d,
						  .on_due = daemon_on_due,
						  .on_outdated = daemon_on_outdated,
						  .on_gone_due = daemon_files_on_gone_due};
	const struct writer_events writer_events = {.ctx = d,
						    .on_commit = daemon_on_commit,
						    .on_full = daemon_on_full,
						    .on_broken = daemon_on_broken};
	enum err e;

	e = daemon_open_index(d, why);
	if (e != OK)
		return e;
	daemon_files_watch(d, &watch_events);
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
