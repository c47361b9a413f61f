/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_files - the lists of documents and of files that are none.
 */
#include "daemon/file_answers.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"
#include "index/documents.h"

#include <stdlib.h>

#define LIST_LOOK_EACH 64 /* entries between looks at the clock */

struct list_ask {
	struct answer_under under;
	struct buf place; /* from the cursor */
	struct buf warnings;
	bool *unavailable; /* by the world's roots */
	/* of one run */
	struct call *call;
	struct index_read *rd;
	size_t limit, items, looked;
	struct buf absolute, last; /* last: the place of the last entry looked at */
	uint64_t deadline_ns;
	bool more, cut, found;
	enum err error;
};

static void
list_free(void *data)
{
	struct list_ask *ask = data;

	answer_under_clear(&ask->under);
	buf_clear(&ask->place);
	buf_clear(&ask->warnings);
	buf_clear(&ask->absolute);
	buf_clear(&ask->last);
	free(ask->unavailable);
	free(ask);
}

static enum call_next
list_begin(struct call *c)
{
	const struct server_world *world = c->server->world;
	struct list_ask *ask = calloc(1, sizeof *ask);

	c->data = ask;
	c->free_data = ask != NULL ? list_free : NULL;
	if (ask != NULL)
		ask->unavailable = calloc(world->root_count + 1, sizeof *ask->unavailable);
	if (ask == NULL || ask->unavailable == NULL) {
		call_fail_err(c, ERR_NOMEM, "the list");
		return CALL_ENDED;
	}
	for (size_t i = 0; i < world->root_count; i++)
		ask->unavailable[i] = !root_available(world->roots[i]);
	buf_put_span(&ask->warnings, server_warnings(c->server));
	if (!answer_take_under(c, world, &ask->under) ||
	    !answer_take_cursor(c, c->method->name, call_text(c, "under"), &ask->place))
		return CALL_ENDED;
	ask->call = c;
	ask->limit = (size_t)call_int(c, "limit", ANSWER_LIMIT);
	return CALL_THREAD;
}

/* May the walk go on to another entry? When not, the next page begins behind `last`. */
static bool
list_goes_on(struct list_ask *ask)
{
	if (ask->items == ask->limit || ask->call->w.buf->n > ANSWER_BYTES_MAX)
		ask->more = true;
	else if (ask->looked++ % LIST_LOOK_EACH == LIST_LOOK_EACH - 1 &&
		 uv_hrtime() > ask->deadline_ns)
		ask->more = ask->cut = true;
	return !ask->more && ask->error == OK;
}

static void
list_run(struct call *c, enum err (*walk)(struct list_ask *ask))
{
	struct list_ask *ask = c->data;
	enum err e = index_read_begin(c->server->world->index, &ask->rd);

	ask->deadline_ns = answer_deadline(c->server->world);
	jwrite_object_begin(&c->w);
	jwrite_key(&c->w, "items");
	jwrite_array_begin(&c->w);
	if (e == OK)
		e = walk(ask);
	if (e == OK)
		e = ask->error;
	if (e != OK) {
		call_fail_err(c, e, "the list");
	} else {
		jwrite_array_end(&c->w);
		if (!ask->more)
			ask->last.n = 0;
		answer_put_cursor(&c->w, c->method->name, call_text(c, "under"),
				  buf_span(&ask->last));
		answer_put_clock(&c->w, c->server->world->index, index_read_clock(ask->rd));
		if (ask->cut)
			jwrite_put_bool(&c->w, "cut", true);
		answer_put_warnings(&c->w, buf_span(&ask->warnings));
		jwrite_object_end(&c->w);
	}
	index_read_end(ask->rd);
	ask->rd = NULL;
}

#define LIST_PARAMS                                                                                \
	"\"under\":{\"type\":\"string\",\"minLength\":1,\"description\":\"a folder, absolute or "  \
	"below a watched one\"},"                                                                  \
	"\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000,\"default\":100},"         \
	"\"cursor\":{\"type\":[\"string\",\"null\"]}"
#define LIST_RESULT(item)                                                                          \
	"{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":"  \
	"\"object\",\"description\":\"" item "\"}},"                                               \
	"\"cursor\":{\"type\":[\"string\",\"null\"]},\"clock\":{\"type\":\"string\"},"             \
	"\"cut\":{\"type\":\"boolean\"},"                                                          \
	"\"warnings\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}"

/* --- documents --- */

static bool
documents_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct list_ask *ask = ctx;

	(void)root;
	(void)path;
	if (!answer_under_has(&ask->under, absolute))
		return true;
	ask->found = true;
	return false;
}

static bool
documents_on_document(void *ctx, uint64_t document, const struct document_info *info)
{
	struct list_ask *ask = ctx;
	struct jwrite *w = &ask->call->w;

	(void)info;
	if (!list_goes_on(ask))
		return false;
	buf_reset(&ask->last);
	buf_put(&ask->last, &document, sizeof document);
	if (buf_err(&ask->last) != OK)
		ask->error = ERR_NOMEM;
	ask->found = !ask->under.given;
	if (ask->under.given) {
		ask->error = index_paths(ask->rd, document, documents_on_path, ask);
		if (ask->error != OK)
			return false;
	}
	if (!ask->found)
		return true;
	jwrite_raw(w, (struct span){0});
	ask->error = index_document_json(ask->rd, document, w->buf);
	ask->items++;
	return ask->error == OK;
}

static enum err
documents_walk(struct list_ask *ask)
{
	uint64_t from = 0;

	if (ask->place.n == sizeof from) {
		memcpy(&from, ask->place.p, sizeof from);
		from++;
	}
	return index_documents(ask->rd, from, documents_on_document, ask);
}

static void
documents_run(struct call *c)
{
	list_run(c, documents_walk);
}

const struct method method_documents = {
    .name = "documents",
    .about = "The documents that have a text, in the order in which they were first read.",
    .params = "{\"type\":\"object\",\"properties\":{" LIST_PARAMS "}}",
    .result = LIST_RESULT("id path paths sha256 size format title pages language role state reason "
			  "indexed_at"),
    .begin = list_begin,
    .run = documents_run,
};

/* --- failures --- */

/* As it is shown, or NULL: it is not listed. */
static const char *
failures_state(const struct list_ask *ask, uint64_t root, const struct file_entry *entry)
{
	const struct server_world *world = ask->call->server->world;

	if (entry->state == FILE_NONE || entry->state == FILE_FOLDER)
		return NULL;
	if (entry->state == FILE_GONE)
		return "gone";
	for (size_t i = 0; i < world->root_count; i++)
		if (ask->unavailable[i] && root_id(world->roots[i]) == root)
			return "unavailable";
	return entry->state == FILE_INDEXED ? NULL : file_state_name(entry->state);
}

static struct span
failures_root(const struct list_ask *ask, uint64_t root)
{
	const struct server_world *world = ask->call->server->world;

	for (size_t i = 0; i < world->root_count; i++)
		if (root_id(world->roots[i]) == root)
			return root_path(world->roots[i]);
	return (struct span){0};
}

static void
failures_write(struct list_ask *ask, const char *state, const struct file_entry *entry)
{
	struct jwrite *w = &ask->call->w;
	struct file_view view;

	file_view_of(buf_span(&ask->absolute), entry, &view);
	view.state = state;
	if (strcmp(state, "unavailable") == 0) {
		view.code = CODE_NONE;
		view.reason = SPAN("The watched folder can't be reached.");
		view.remedy = SPAN("It is looked for again and again; nothing is lost.");
	}
	jwrite_object_begin(w);
	file_view_write(w, &view);
	jwrite_object_end(w);
	ask->items++;
}

static bool
failures_on_file(void *ctx, uint64_t root, struct span path, const struct file_entry *entry,
		 struct span cursor)
{
	struct list_ask *ask = ctx;
	struct span wanted = call_text(ask->call, "state");
	const char *state = failures_state(ask, root, entry);

	if (!list_goes_on(ask))
		return false;
	buf_reset(&ask->last);
	buf_put_span(&ask->last, cursor);
	if (state == NULL || (wanted.n > 0 ? !span_is(wanted, state) : strcmp(state, "gone") == 0))
		return true;
	buf_reset(&ask->absolute);
	file_absolute(failures_root(ask, root), path, &ask->absolute);
	if (buf_err(&ask->absolute) != OK || buf_err(&ask->last) != OK)
		ask->error = ERR_NOMEM;
	else if (answer_under_has(&ask->under, buf_span(&ask->absolute)))
		failures_write(ask, state, entry);
	return ask->error == OK;
}

static enum err
failures_walk(struct list_ask *ask)
{
	return index_files(ask->rd, buf_span(&ask->place), failures_on_file, ask);
}

static void
failures_run(struct call *c)
{
	list_run(c, failures_walk);
}

const struct method method_failures = {
    .name = "failures",
    .about = "Every file that is not wholly read, with the reason and what to do.",
    .params = "{\"type\":\"object\",\"properties\":{\"state\":{\"enum\":[\"failed\",\"partial\","
	      "\"needs-you\",\"ignored\",\"unavailable\",\"gone\"],\"description\":\"only these; "
	      "gone ones come only when asked for\"}," LIST_PARAMS "}}",
    .result = LIST_RESULT("path state code reason remedy since tries next_try size"),
    .begin = list_begin,
    .run = failures_run,
};
