/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_find - evidence by query, and one thing by its id.
 */
#include "daemon/answers.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"
#include "index/documents.h"
#include "index/query.h"

#include <stdlib.h>

#define FIND_LOOP_BYTES 4096 /* a longer query is not even parsed on the loop */
#define GET_LOOP_IDS    8

/* --- find --- */

struct find_ask {
	struct query *query; /* NULL: not parsed yet */
	struct buf warnings;
};

static void
find_free(void *data)
{
	struct find_ask *ask = data;

	query_free(ask->query);
	buf_clear(&ask->warnings);
	free(ask);
}

/* False: the call failed. */
static bool
find_parse(struct call *c, struct find_ask *ask)
{
	struct query_error error = {0};
	struct rpc_error answer;
	enum err e =
	    query_parse(c->server->world->index, call_text(c, "query"), &ask->query, &error);

	if (e == OK)
		return true;
	if (e != ERR_FORMAT && e != ERR_LIMIT) {
		call_fail_err(c, e, "the query");
		return false;
	}
	answer_query_error(&error, &answer);
	call_fail_with(c, &answer);
	return false;
}

/* As many of the hits as fit into an answer; *n of them were written. */
static enum err
find_write_items(struct jwrite *w, struct index_read *rd, const struct hits *hits, size_t *n)
{
	size_t begun = w->buf->n;
	enum err e = OK;

	jwrite_key(w, "items");
	jwrite_array_begin(w);
	for (*n = 0; *n < hits->n; (*n)++) {
		jwrite_raw(w, (struct span){0});
		e = index_record_json(rd, hits->list[*n].document, hits->list[*n].number, w->buf);
		if (e != OK)
			return e;
		if (w->buf->n - begun > ANSWER_BYTES_MAX) {
			(*n)++;
			break;
		}
	}
	jwrite_array_end(w);
	return buf_err(w->buf);
}

static enum err
find_write(struct call *c, struct index_read *rd, const struct find_ask *ask,
	   const struct query_page *page, struct hits *hits)
{
	struct index *ix = c->server->world->index;
	struct query_page shorter = *page;
	size_t n;
	enum err e;

	jwrite_object_begin(&c->w);
	e = find_write_items(&c->w, rd, hits, &n);
	if (e == OK && n < hits->n) {
		/* Once more, for the cursor behind the last that fitted. */
		shorter.limit = n;
		hits_clear(hits);
		e = query_run(rd, ask->query, &shorter, hits);
	}
	if (e != OK)
		return e;
	answer_put_cursor(&c->w, "find", call_text(c, "query"), buf_span(&hits->cursor));
	answer_put_clock(&c->w, ix, index_read_clock(rd));
	if (hits->cut)
		jwrite_put_bool(&c->w, "cut", true);
	answer_put_warnings(&c->w, buf_span(&ask->warnings));
	jwrite_object_end(&c->w);
	return OK;
}

static void
find_run(struct call *c)
{
	struct find_ask *ask = c->data;
	struct query_page page = {.limit = (size_t)call_int(c, "limit", ANSWER_LIMIT),
				  .deadline_ns = answer_deadline(c->server->world)};
	struct index_read *rd = NULL;
	struct hits hits = {0};
	struct buf place = {0};
	enum err e;

	if (ask->query == NULL && !find_parse(c, ask))
		return;
	if (!answer_take_cursor(c, "find", call_text(c, "query"), &place))
		goto out;
	page.cursor = buf_span(&place);
	e = index_read_begin(c->server->world->index, &rd);
	if (e == OK)
		e = query_run(rd, ask->query, &page, &hits);
	if (e == OK)
		e = find_write(c, rd, ask, &page, &hits);
	if (e == ERR_FORMAT)
		call_fail_at(c, RPC_CURSOR, "/cursor", "The cursor is damaged.");
	else if (e != OK)
		call_fail_err(c, e, "the query");
out:
	hits_clear(&hits);
	index_read_end(rd);
	buf_clear(&place);
}

static enum call_next
find_begin(struct call *c)
{
	struct index *ix = c->server->world->index;
	struct find_ask *ask = calloc(1, sizeof *ask);

	if (ask == NULL) {
		call_fail_err(c, ERR_NOMEM, "the query");
		return CALL_ENDED;
	}
	c->data = ask;
	c->free_data = find_free;
	buf_put_span(&ask->warnings, server_warnings(c->server));
	if (call_text(c, "query").n > FIND_LOOP_BYTES)
		return CALL_THREAD;
	if (!find_parse(c, ask))
		return CALL_ENDED;
	if (!query_is_quick(ix, ask->query, (size_t)call_int(c, "limit", ANSWER_LIMIT)))
		return CALL_THREAD;
	find_run(c);
	return CALL_ENDED;
}

const struct method method_find = {
    .name = "find",
    .about = "Evidence that matches a query, by document and place. The empty query takes all.",
    .params = "{\"type\":\"object\",\"properties\":{"
	      "\"query\":{\"type\":\"string\",\"description\":\"kind:doi doi:10.1093/*; `describe` "
	      "lists operators, kinds and fields\"},"
	      "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000,\"default\":100},"
	      "\"cursor\":{\"type\":[\"string\",\"null\"],\"description\":\"from the page "
	      "before\"}}}",
    .result =
	"{\"type\":\"object\",\"properties\":{"
	"\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"description\":\"a "
	"record: id uid kind document path case page section start end text prefix suffix "
	"fields plugin confidence status role; start and end are bytes into the document's "
	"text\"}},"
	"\"cursor\":{\"type\":[\"string\",\"null\"],\"description\":\"of the next page; null: "
	"there is none\"},"
	"\"clock\":{\"type\":\"string\"},"
	"\"cut\":{\"type\":\"boolean\",\"description\":\"the time for a query ended first\"},"
	"\"warnings\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}",
    .begin = find_begin,
    .run = find_run,
};

/* --- get --- */

/* ERR_NOT_FOUND also for what is no id. */
static enum err
get_write(struct jwrite *w, struct index_read *rd, struct span id)
{
	size_t begun = w->buf->n;
	bool comma = w->comma;
	uint64_t document;
	uint32_t number;
	enum err e;

	if (!answer_parse_id(id, &document, &number))
		return ERR_NOT_FOUND;
	jwrite_raw(w, (struct span){0});
	e = number == 0 ? index_document_json(rd, document, w->buf)
			: index_record_json(rd, document, number, w->buf);
	if (e != OK) {
		w->buf->n = begun;
		w->comma = comma;
	}
	return e;
}

static enum err
get_write_list(struct call *c, struct index_read *rd, const json_t *ids)
{
	enum err e = OK;

	jwrite_object_begin(&c->w);
	jwrite_key(&c->w, "items");
	jwrite_array_begin(&c->w);
	for (size_t i = 0; e == OK && i < json_array_size(ids); i++) {
		const json_t *id = json_array_get(ids, i);

		e = get_write(&c->w, rd,
			      (struct span){json_string_value(id), json_string_length(id)});
		if (e != ERR_NOT_FOUND)
			continue;
		jwrite_null(&c->w);
		e = OK;
	}
	jwrite_array_end(&c->w);
	answer_put_clock(&c->w, c->server->world->index, index_read_clock(rd));
	jwrite_object_end(&c->w);
	return e;
}

static void
get_run(struct call *c)
{
	const json_t *ids = json_object_get(c->params, "ids");
	struct span id = call_text(c, "id");
	struct index_read *rd = NULL;
	enum err e = index_read_begin(c->server->world->index, &rd);

	if (e == OK)
		e = ids != NULL ? get_write_list(c, rd, ids) : get_write(&c->w, rd, id);
	if (e == ERR_NOT_FOUND)
		call_fail(c, RPC_NOT_FOUND,
			  "There is no document or record \"%.*s\". Ids change when a document is "
			  "read again: ask `find` or `documents` for those of now.",
			  (int)(id.n < 64 ? id.n : 64), id.p);
	else if (e != OK)
		call_fail_err(c, e, "reading the index");
	index_read_end(rd);
}

static enum call_next
get_begin(struct call *c)
{
	const json_t *ids = json_object_get(c->params, "ids");

	if (ids == NULL && !call_has(c, "id")) {
		call_fail_at(c, RPC_PARAMS, "/id", "The parameter \"id\" or \"ids\" is missing.");
		return CALL_ENDED;
	}
	if (ids != NULL && call_has(c, "id")) {
		call_fail_at(c, RPC_PARAMS, "/ids", "Give \"id\" or \"ids\", not both.");
		return CALL_ENDED;
	}
	if (json_array_size(ids) > GET_LOOP_IDS)
		return CALL_THREAD;
	get_run(c);
	return CALL_ENDED;
}

const struct method method_get = {
    .name = "get",
    .about = "One document (\"12\") or record (\"12.3\") by its id, or several.",
    .params = "{\"type\":\"object\",\"properties\":{"
	      "\"id\":{\"type\":\"string\",\"minLength\":1},"
	      "\"ids\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":1000,"
	      "\"items\":{\"type\":\"string\"}}}}",
    .result =
	"{\"type\":\"object\",\"description\":\"for id: the object that `find` or `documents` "
	"lists. For ids: items in that order, null for each that is not there, and clock\"}",
    .begin = get_begin,
    .run = get_run,
};
