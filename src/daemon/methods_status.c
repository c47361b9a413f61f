/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_status - what this daemon is, can do, and is doing.
 */
#include "config.h"

#include "daemon/answers.h"
#include "daemon/loop.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"
#include "index/files.h"
#include "index/query.h"

#include <stdlib.h>
#include <unistd.h>

#define TEXT_BYTES_MAX (1024 * 1024) /* methods_text.c */
#define LIST_ITEMS_MAX 1000

/* --- hello --- */

static enum call_next
hello_begin(struct call *c)
{
	struct index *ix = c->server->world->index;
	struct jwrite *w = &c->w;

	jwrite_object_begin(w);
	jwrite_put_string(w, "name", SPAN("evidenced"));
	jwrite_put_string(w, "version", SPAN(PACKAGE_VERSION));
	jwrite_put_uint(w, "protocol", 1);
	jwrite_put_string(w, "instance", span_of(index_instance(ix)));
	jwrite_key(w, "limits");
	jwrite_object_begin(w);
	jwrite_put_uint(w, "line_bytes", LINE_BYTES_MAX);
	jwrite_put_uint(w, "depth", JSON_DEPTH_MAX);
	jwrite_put_uint(w, "batch", BATCH_MAX);
	jwrite_put_uint(w, "items", LIST_ITEMS_MAX);
	jwrite_put_uint(w, "text_bytes", TEXT_BYTES_MAX);
	jwrite_object_end(w);
	jwrite_key(w, "capabilities");
	jwrite_array_begin(w);
	for (size_t i = 0; i < methods_count(); i++)
		jwrite_string(w, span_of(methods_at(i)->name));
	jwrite_array_end(w);
	jwrite_object_end(w);
	return CALL_ENDED;
}

const struct method method_hello = {
    .name = "hello",
    .about = "Who answers here, with which limits.",
    .params = "{\"type\":\"object\"}",
    .result = "{\"type\":\"object\",\"description\":\"name version protocol instance limits "
	      "capabilities (names of methods)\"}",
    .begin = hello_begin,
};

/* --- describe --- */

static enum call_next
describe_begin(struct call *c)
{
	struct index *ix = c->server->world->index;
	struct jwrite *w = &c->w;
	enum err e;

	jwrite_object_begin(w);
	jwrite_key(w, "methods");
	jwrite_array_begin(w);
	for (size_t i = 0; i < methods_count(); i++) {
		const struct method *m = methods_at(i);

		jwrite_object_begin(w);
		jwrite_put_string(w, "name", span_of(m->name));
		jwrite_put_string(w, "about", span_of(m->about));
		jwrite_key(w, "params");
		jwrite_raw(w, span_of(m->params));
		jwrite_key(w, "result");
		jwrite_raw(w, span_of(m->result));
		jwrite_object_end(w);
	}
	jwrite_array_end(w);
	jwrite_key(w, "kinds");
	e = query_describe_kinds(ix, w->buf);
	w->comma = true;
	jwrite_key(w, "operators");
	if (e == OK)
		e = query_describe_operators(w->buf);
	jwrite_object_end(w);
	if (e != OK)
		call_fail_err(c, e, "the description");
	return CALL_ENDED;
}

const struct method method_describe = {
    .name = "describe",
    .about = "Methods with their parameters, kinds with their fields, operators of queries.",
    .params = "{\"type\":\"object\"}",
    .result = "{\"type\":\"object\",\"properties\":{"
	      "\"methods\":{\"type\":\"array\",\"items\":{\"description\":\"name about params "
	      "result\"}},"
	      "\"kinds\":{\"type\":\"array\",\"items\":{\"description\":\"name about plugin fields "
	      "(name: type)\"}},"
	      "\"operators\":{\"type\":\"array\"}}}",
    .begin = describe_begin,
};

/* --- status: all but `files` on the loop; these on a thread when a root is unavailable --- */

struct status_ask {
	uint64_t files[FILE_FOLDER + 1]; /* by enum file_state */
	uint64_t waiting, unavailable;
	bool *root_unavailable; /* by the world's roots */
	struct call *call;
};

static void
status_free(void *data)
{
	struct status_ask *ask = data;

	free(ask->root_unavailable);
	free(ask);
}

static void
status_write_queue(struct jwrite *w, const struct queue_counts *q)
{
	jwrite_key(w, "queue");
	jwrite_object_begin(w);
	jwrite_put_uint(w, "waiting", q->waiting);
	jwrite_put_uint(w, "running", q->running);
	jwrite_key(w, "rate_per_s");
	jwrite_number(w, q->rate_per_s);
	jwrite_key(w, "left_s");
	if (q->left_s < 0)
		jwrite_null(w);
	else
		jwrite_number(w, q->left_s);
	jwrite_object_end(w);
}

static void
status_write_roots(struct jwrite *w, const struct server_world *world)
{
	struct root_status st;

	jwrite_key(w, "roots");
	jwrite_array_begin(w);
	for (size_t i = 0; i < world->root_count; i++) {
		root_status(world->roots[i], &st);
		jwrite_object_begin(w);
		jwrite_put_path(w, "path", st.path);
		jwrite_put_string(w, "state", span_of(st.state));
		jwrite_put_string(w, "mode", span_of(st.mode));
		jwrite_put_uint(w, "seen_within_s", st.seen_within_s);
		jwrite_put_uint(w, "watches", st.watches);
		jwrite_key(w, "reason");
		if (st.reason[0] == '\0')
			jwrite_null(w);
		else
			jwrite_string(w, span_of(st.reason));
		jwrite_object_end(w);
	}
	jwrite_array_end(w);
}

static void
status_write_ocr(struct jwrite *w, const struct pool_status *st, const struct queue_counts *q)
{
	const char *languages = st->ocr == NULL ? "" : st->ocr->ocr_languages;

	jwrite_key(w, "ocr");
	jwrite_object_begin(w);
	jwrite_key(w, "available");
	if (st->ocr_enabled && st->ocr == NULL)
		jwrite_null(w);
	else
		jwrite_bool(w, st->ocr_enabled && st->ocr->ocr);
	jwrite_key(w, "languages");
	jwrite_array_begin(w);
	while (*languages != '\0') {
		size_t n = strcspn(languages, "+");

		jwrite_string(w, (struct span){languages, n});
		languages += n + (languages[n] == '+');
	}
	jwrite_array_end(w);
	jwrite_put_uint(w, "waiting", q->ocr_waiting);
	jwrite_put_uint(w, "running", q->ocr_running);
	jwrite_object_end(w);
}

static void
status_write_workers(struct jwrite *w, const struct server_world *world,
		     const struct queue_counts *q)
{
	const struct generation *g = zygote_generation(world->zygote);
	struct pool_status st;

	pool_status(world->pool, &st);
	jwrite_key(w, "workers");
	jwrite_object_begin(w);
	jwrite_put_uint(w, "ready", st.ready);
	jwrite_put_uint(w, "running", st.running);
	jwrite_put_uint(w, "killed", st.killed);
	jwrite_key(w, "sandbox");
	jwrite_object_begin(w);
	jwrite_put_bool(w, "seccomp", g != NULL && g->level.seccomp);
	jwrite_put_uint(w, "landlock", g == NULL ? 0 : g->level.landlock);
	jwrite_object_end(w);
	jwrite_key(w, "readers_off");
	jwrite_array_begin(w);
	for (size_t i = 0; g != NULL && i < g->level.off_count; i++)
		jwrite_string(w, span_of(g->level.off[i]));
	jwrite_array_end(w);
	status_write_ocr(w, &st, q);
	jwrite_object_end(w);
}

/* Records of the kinds that the plugin declares; a kind that two share counts for both. */
static uint64_t
status_plugin_records(const struct plugin_decl *decl, const struct index_stats *stats)
{
	uint64_t n = 0;

	for (size_t i = 0; i < stats->kind_count; i++)
		if (plugin_decl_kind(decl, span_of(stats->kinds[i].kind)) != NULL)
			n += stats->kinds[i].records;
	return n;
}

static void
status_write_plugins(struct jwrite *w, const struct server_world *world,
		     const struct index_stats *stats)
{
	const struct generation *g = zygote_generation(world->zygote);
	char hex[65];

	jwrite_key(w, "plugins");
	jwrite_array_begin(w);
	for (size_t i = 0; g != NULL && i < g->count; i++) {
		const struct generation_plugin *p = &g->plugins[i];

		for (size_t k = 0; k < sizeof p->sha256; k++)
			snprintf(hex + 2 * k, 3, "%02x", p->sha256[k]);
		jwrite_object_begin(w);
		jwrite_put_string(w, "name", span_of(p->decl.name));
		jwrite_put_uint(w, "version", p->decl.version);
		jwrite_put_string(w, "sha256", span_of(hex));
		jwrite_put_string(w, "state", p->in_force ? SPAN("in-force") : SPAN("refused"));
		jwrite_key(w, "error");
		if (p->error == NULL)
			jwrite_null(w);
		else
			jwrite_string(w, span_of(p->error));
		jwrite_put_uint(w, "records", status_plugin_records(&p->decl, stats));
		jwrite_object_end(w);
	}
	jwrite_array_end(w);
}

static void
status_write_index(struct jwrite *w, const struct index_stats *stats)
{
	jwrite_put_uint(w, "documents", stats->documents);
	jwrite_key(w, "records");
	jwrite_object_begin(w);
	for (size_t i = 0; i < stats->kind_count; i++)
		jwrite_put_uint(w, stats->kinds[i].kind, stats->kinds[i].records);
	jwrite_object_end(w);
	jwrite_key(w, "index");
	jwrite_object_begin(w);
	jwrite_put_uint(w, "bytes", stats->bytes);
	jwrite_put_uint(w, "map_bytes", stats->map_bytes);
	jwrite_object_end(w);
}

static void
status_write_lag(struct jwrite *w, const struct server *s)
{
	double p50, p99;

	server_lag(s, &p50, &p99);
	jwrite_key(w, "loop_lag_ms");
	jwrite_object_begin(w);
	jwrite_key(w, "p50");
	jwrite_number(w, p50);
	jwrite_key(w, "p99");
	jwrite_number(w, p99);
	jwrite_object_end(w);
}

/* Somebody dropped a picture: only then it is known what there is to read it with. */
static void
status_warn_of_ocr(struct jwrite *w, const struct pool *pool)
{
	struct pool_status st;
	char text[OCR_MISSING_BYTES + 200];

	pool_status(pool, &st);
	if (!st.ocr_enabled || st.ocr == NULL || st.ocr->ocr_missing[0] == '\0')
		return;
	snprintf(text, sizeof text, "%s%s%s",
		 st.ocr->ocr ? "" : "Words in pictures and scanned pages are not read: ",
		 st.ocr->ocr_missing,
		 st.ocr->ocr ? "" : " `evidence rescan` tries again what waits for that.");
	jwrite_string(w, span_of(text));
}

static void
status_write_warnings(struct jwrite *w, struct server *s)
{
	const struct generation *g = zygote_generation(s->world->zygote);
	char text[200];

	jwrite_key(w, "warnings");
	jwrite_array_begin(w);
	if (server_warnings(s).n > 0)
		jwrite_raw(w, server_warnings(s));
	if (g == NULL)
		jwrite_string(w, SPAN("The plugins are being loaded; files wait till they are."));
	if (g != NULL && g->level.landlock == 0)
		jwrite_string(w,
			      SPAN("This kernel has no Landlock: documents are read behind "
				   "seccomp alone, and PDFs in East Asian scripts are partial."));
	for (size_t i = 0; g != NULL && i < g->level.off_count; i++) {
		snprintf(
		    text, sizeof text,
		    "The reader for %s is switched off: it failed its own test in the sandbox. "
		    "The log says why.",
		    g->level.off[i]);
		jwrite_string(w, span_of(text));
	}
	status_warn_of_ocr(w, s->world->pool);
	jwrite_array_end(w);
}

static void
status_write_files(struct status_ask *ask)
{
	struct jwrite *w = &ask->call->w;

	jwrite_key(w, "files");
	jwrite_object_begin(w);
	jwrite_put_uint(w, "waiting", ask->waiting);
	for (int state = FILE_INDEXED; state <= FILE_GONE; state++)
		jwrite_put_uint(w, file_state_name((enum file_state)state), ask->files[state]);
	jwrite_put_uint(w, "unavailable", ask->unavailable);
	jwrite_object_end(w);
	jwrite_object_end(w); /* of the whole status */
}

static bool
status_on_file(void *ctx, uint64_t root, struct span path, const struct file_entry *entry,
	       struct span cursor)
{
	struct status_ask *ask = ctx;
	const struct server_world *world = ask->call->server->world;

	(void)path;
	(void)cursor;
	if (entry->state == FILE_GONE || entry->state == FILE_FOLDER)
		return true;
	for (size_t i = 0; i < world->root_count; i++) {
		if (!ask->root_unavailable[i] || root_id(world->roots[i]) != root)
			continue;
		ask->unavailable++;
		if (ask->files[entry->state] > 0)
			ask->files[entry->state]--;
	}
	return true;
}

static void
status_run(struct call *c)
{
	struct status_ask *ask = c->data;
	struct index_read *rd = NULL;
	enum err e = index_read_begin(c->server->world->index, &rd);

	if (e == OK)
		e = index_files(rd, (struct span){0}, status_on_file, ask);
	if (e == OK)
		status_write_files(ask);
	else
		call_fail_err(c, e, "counting files");
	index_read_end(rd);
}

static void
status_write(struct call *c, struct status_ask *ask, const struct index_stats *stats)
{
	const struct server_world *world = c->server->world;
	struct queue_counts counts;
	int64_t uptime_ms;

	queue_counts(world->queue, &counts);
	uptime_ms = loop_wall_ms() - world->started_ms;
	jwrite_object_begin(&c->w);
	jwrite_put_string(&c->w, "version", SPAN(PACKAGE_VERSION));
	jwrite_put_int(&c->w, "pid", getpid());
	jwrite_put_int(&c->w, "uptime_s", uptime_ms < 0 ? 0 : uptime_ms / 1000);
	answer_put_clock(&c->w, world->index, stats->clock);
	status_write_index(&c->w, stats);
	status_write_queue(&c->w, &counts);
	status_write_roots(&c->w, world);
	status_write_workers(&c->w, world, &counts);
	status_write_plugins(&c->w, world, stats);
	status_write_lag(&c->w, c->server);
	status_write_warnings(&c->w, c->server);
	ask->waiting = counts.waiting + counts.running;
	memcpy(ask->files, stats->files, sizeof ask->files);
}

static enum call_next
status_begin(struct call *c)
{
	const struct server_world *world = c->server->world;
	struct status_ask *ask = calloc(1, sizeof *ask);
	struct index_stats stats;
	bool unavailable = false;

	c->data = ask;
	c->free_data = ask != NULL ? status_free : NULL;
	if (ask != NULL)
		ask->root_unavailable = calloc(world->root_count + 1, sizeof(bool));
	if (ask == NULL || ask->root_unavailable == NULL) {
		call_fail_err(c, ERR_NOMEM, "the status");
		return CALL_ENDED;
	}
	ask->call = c;
	for (size_t i = 0; i < world->root_count; i++) {
		ask->root_unavailable[i] = !root_available(world->roots[i]);
		unavailable = unavailable || ask->root_unavailable[i];
	}
	index_stats(world->index, &stats);
	status_write(c, ask, &stats);
	if (unavailable)
		return CALL_THREAD;
	status_write_files(ask);
	return CALL_ENDED;
}

const struct method method_status = {
    .name = "status",
    .about = "Counts, queue, watched folders, workers, plugins, and what to look after.",
    .params = "{\"type\":\"object\"}",
    .result = "{\"type\":\"object\",\"description\":\"version pid uptime_s clock files (by state) "
	      "documents records (by kind) queue roots workers (sandbox: seccomp, "
	      "landlock, its ABI, 0 for none; readers_off; ocr: available, null before the first "
	      "picture, "
	      "languages, waiting, running) plugins (records: those of the kinds "
	      "it declares) index loop_lag_ms (of the last minute) warnings\"}",
    .begin = status_begin,
    .run = status_run,
};
