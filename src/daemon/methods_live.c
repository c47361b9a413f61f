/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_live - waiting until all is read, looking anew, loading anew.
 */
#include "daemon/answers.h"
#include "daemon/file_answers.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"

#include <stdlib.h>

#define WAIT_FILES_SHOWN 20

/* --- wait --- */

struct wait {
	struct call *call;
	struct server *server;
	uv_timer_t timer;
	bool ocr;
	struct queue_waiter *waiter; /* NULL: it has called */
};

static void
wait_on_closed(uv_handle_t *handle)
{
	struct wait *wait = handle->data;
	struct server *s = wait->server;

	free(wait);
	server_handle_closed(s);
}

/* Waits no more. The memory goes when the timer is closed. */
static void
wait_drop(struct wait *wait)
{
	if (wait->waiter != NULL)
		queue_wait_cancel(wait->server->world->queue, wait->waiter);
	wait->waiter = NULL;
	uv_close((uv_handle_t *)&wait->timer, wait_on_closed);
}

static void
wait_cancel(struct call *c)
{
	wait_drop(c->data);
	c->data = NULL;
}

struct wait_files {
	struct jwrite *w;
	struct buf path;
	bool ocr;
	size_t n;
};

static bool
wait_on_file(void *ctx, const struct queue_item *item)
{
	struct wait_files *files = ctx;

	if (item->root == NULL || !root_available(item->root) ||
	    (item->class == QUEUE_OCR && !files->ocr))
		return true;
	buf_reset(&files->path);
	file_absolute(root_path(item->root), item->path, &files->path);
	jwrite_string(files->w, buf_span(&files->path));
	return ++files->n < WAIT_FILES_SHOWN;
}

static void
wait_write(struct call *c, uint64_t pending, bool ocr)
{
	const struct server_world *world = c->server->world;
	struct wait_files files = {.w = &c->w, .ocr = ocr};
	struct index_stats stats;

	index_stats(world->index, &stats);
	jwrite_object_begin(&c->w);
	answer_put_clock(&c->w, world->index, stats.clock);
	jwrite_put_uint(&c->w, "pending", pending);
	if (pending > 0) {
		jwrite_key(&c->w, "files");
		jwrite_array_begin(&c->w);
		queue_each(world->queue, wait_on_file, &files);
		jwrite_array_end(&c->w);
	}
	answer_put_warnings(&c->w, server_warnings(c->server));
	jwrite_object_end(&c->w);
	buf_clear(&files.path);
}

/* The answer, and the end of the waiting. */
static void
wait_answer(struct wait *wait, uint64_t pending)
{
	struct call *c = wait->call;

	wait_write(c, pending, wait->ocr);
	c->data = NULL;
	wait_drop(wait);
	call_end(c);
}

static void
wait_on_done(void *ctx)
{
	struct wait *wait = ctx;

	wait->waiter = NULL;
	wait_answer(wait, 0);
}

static void
wait_on_timer(uv_timer_t *timer)
{
	struct wait *wait = timer->data;

	wait_answer(wait, queue_wait_pending(wait->server->world->queue, wait->waiter));
}

static enum call_next
wait_begin(struct call *c)
{
	const struct server_world *world = c->server->world;
	struct wait *wait;

	if (c->server->stopping) {
		call_fail_err(c, ERR_STOPPING, "waiting");
		return CALL_ENDED;
	}
	wait = calloc(1, sizeof *wait);
	if (wait == NULL) {
		call_fail_err(c, ERR_NOMEM, "waiting");
		return CALL_ENDED;
	}
	wait->server = c->server;
	wait->call = c;
	wait->timer.data = wait;
	uv_timer_init(world->loop, &wait->timer); /* can't fail */
	server_handle_opened(c->server);
	watch_drain(world->watch);
	wait->ocr = call_bool(c, "ocr");
	wait->waiter =
	    queue_wait(world->queue, call_bool(c, "plugins"), wait->ocr, wait_on_done, wait);
	if (wait->waiter == NULL) {
		wait_drop(wait);
		call_fail_err(c, ERR_NOMEM, "waiting");
		return CALL_ENDED;
	}
	if (call_has(c, "timeout_ms"))
		uv_timer_start(&wait->timer, wait_on_timer, (uint64_t)call_int(c, "timeout_ms", 0),
			       0);
	c->data = wait;
	c->cancel = wait_cancel;
	return CALL_LATER;
}

const struct method method_wait = {
    .name = "wait",
    .about = "Answers when all that was dropped before is in its final state and committed.",
    .params = "{\"type\":\"object\",\"properties\":{"
	      "\"timeout_ms\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":2147483647,"
	      "\"description\":\"default: no limit\"},"
	      "\"ocr\":{\"type\":\"boolean\",\"description\":\"for words in pictures and scanned "
	      "pages too; without it these files are partial till they are read\"},"
	      "\"plugins\":{\"type\":\"boolean\",\"description\":\"for documents that go through "
	      "changed plugins again, too\"}}}",
    .result = "{\"type\":\"object\",\"properties\":{\"clock\":{\"type\":\"string\"},"
	      "\"pending\":{\"type\":\"integer\",\"description\":\"0: done; else the time was "
	      "over\"},"
	      "\"files\":{\"type\":\"array\",\"description\":\"the first 20 of them\"},"
	      "\"warnings\":{\"type\":\"array\"}}}",
    .alone = true,
    .begin = wait_begin,
};

/* --- rescan --- */

/* The folder to look through: the path's own if it is one, else the one that holds it. */
static struct span
rescan_folder(struct index *ix, const struct root *r, struct span path, enum err *e)
{
	struct index_read *rd = NULL;
	struct file_entry entry = {0};
	size_t n = path.n;

	if (n == 0)
		return path;
	*e = index_read_begin(ix, &rd);
	if (*e == OK)
		*e = index_file_get(rd, root_id(r), path, &entry);
	index_read_end(rd);
	if (*e == ERR_NOT_FOUND)
		*e = OK;
	if (entry.state == FILE_FOLDER)
		return path;
	while (n > 0 && path.p[n - 1] != '/')
		n--;
	return span_sub(path, 0, n > 0 ? n - 1 : 0);
}

static void
rescan_put(struct call *c, struct root *r, struct span folder, struct buf *absolute)
{
	root_rescan(r, folder);
	buf_reset(absolute);
	file_absolute(root_path(r), folder, absolute);
	jwrite_string(&c->w, buf_span(absolute));
}

static enum call_next
rescan_begin(struct call *c)
{
	const struct server_world *world = c->server->world;
	bool all = !call_has(c, "path") && !call_has(c, "path_base64");
	struct buf clean = {0}, absolute = {0};
	struct span below;
	size_t n = 0;
	enum err e = OK;

	if (!all && !answer_take_path(c, &clean))
		goto out;
	jwrite_object_begin(&c->w);
	jwrite_key(&c->w, "folders");
	jwrite_array_begin(&c->w);
	for (size_t i = 0; e == OK && i < world->root_count; i++) {
		struct root *r = world->roots[i];

		if (all)
			below = (struct span){0};
		else if (clean.n > 0 && clean.p[0] != '/')
			below = buf_span(&clean);
		else if (!answer_below(root_path(r), buf_span(&clean), &below))
			continue;
		below = rescan_folder(world->index, r, below, &e);
		if (e == OK)
			rescan_put(c, r, below, &absolute);
		n++;
	}
	jwrite_array_end(&c->w);
	answer_put_warnings(&c->w, server_warnings(c->server));
	jwrite_object_end(&c->w);
	if (e != OK)
		call_fail_err(c, e, "looking anew");
	else if (n == 0)
		call_fail(c, RPC_NOT_FOUND, "%.*s is not in a watched folder; `status` lists them.",
			  (int)(clean.n < 200 ? clean.n : 200), clean.p);
out:
	buf_clear(&clean);
	buf_clear(&absolute);
	return CALL_ENDED;
}

const struct method method_rescan = {
    .name = "rescan",
    .about = "Compares folders with what is known of them; `wait` says when that is done.",
    .params = "{\"type\":\"object\",\"properties\":{" ANSWER_PATH_PARAMS "}}",
    .result = "{\"type\":\"object\",\"properties\":{\"folders\":{\"type\":\"array\","
	      "\"description\":\"looked through from now on\"},\"warnings\":{\"type\":\"array\"}}}",
    .begin = rescan_begin,
};

/* --- reload --- */

static enum call_next
reload_begin(struct call *c)
{
	const struct server_world *world = c->server->world;

	world->on_reload(world->ctx);
	jwrite_object_begin(&c->w);
	jwrite_put_bool(&c->w, "reloading", true);
	jwrite_object_end(&c->w);
	return CALL_ENDED;
}

const struct method method_reload = {
    .name = "reload",
    .about = "Reads plugins and their settings again, as SIGHUP does; `wait` with plugins says "
	     "when their records are in place.",
    .params = "{\"type\":\"object\"}",
    .result = "{\"type\":\"object\",\"properties\":{\"reloading\":{\"type\":\"boolean\"}}}",
    .begin = reload_begin,
};
