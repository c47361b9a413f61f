/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_export - all records of a query as a stream of `items` lines.
 *
 * 1. On a query thread: open a snapshot, take the next documents (as many as
 *    have some hundred records), run the query on these alone, write lines that
 *    end with a document or at 256 KB, close the snapshot.
 * 2. On the loop: send them. If the client is slow, wait until it took them.
 * 3. Again from 1, until there is no document left; then the answer.
 *
 * So no snapshot outlives a step, however slow the client is.
 */
#include "daemon/answers.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"
#include "index/documents.h"
#include "index/query.h"

#include <stdlib.h>

#define EXPORT_LINE_MAX  (256 * 1024 - 1024) /* of a line's items; its head fits into the rest */
#define EXPORT_DOCUMENTS 512                 /* at most so many in one step */
#define EXPORT_RECORDS   400                 /* a step ends with the document that passes it */
#define EXPORT_PAGE      1000

struct export_ask {
	struct query *query;
	uint64_t from; /* the next document */
	uint64_t documents[EXPORT_DOCUMENTS];
	size_t document_count;
	uint64_t records; /* of these, by their descriptions */
	bool ended;       /* there are no more documents */
	uint64_t count, first_clock, clock;
	struct buf lines;
	size_t line; /* where the items of the line under way begin; 0: none is */
	struct jwrite w;
};

static void
export_free(void *data)
{
	struct export_ask *ask = data;

	query_free(ask->query);
	buf_clear(&ask->lines);
	free(ask);
}

/* --- lines --- */

static void
export_line_begin(struct call *c, struct export_ask *ask)
{
	buf_put_str(&ask->lines, "{\"jsonrpc\":\"2.0\",\"method\":\"items\",\"params\":{\"id\":");
	buf_put_span(&ask->lines, call_id(c));
	buf_put_str(&ask->lines, ",\"items\":[");
	ask->line = ask->lines.n;
	ask->w = (struct jwrite){.buf = &ask->lines};
}

static void
export_line_end(struct export_ask *ask)
{
	if (ask->line > 0)
		buf_put_str(&ask->lines, "]}}\n");
	ask->line = 0;
}

/* A record; begins another line when it does not fit into this one. */
static enum err
export_put(struct call *c, struct export_ask *ask, struct index_read *rd, const struct hit *hit)
{
	struct buf record = {0};
	enum err e = index_record_json(rd, hit->document, hit->number, &record);

	if (e == OK && ask->line > 0 && ask->lines.n - ask->line + record.n > EXPORT_LINE_MAX)
		export_line_end(ask);
	if (e == OK && ask->line == 0)
		export_line_begin(c, ask);
	if (e == OK) {
		jwrite_raw(&ask->w, buf_span(&record));
		ask->count++;
		e = buf_err(&ask->lines);
	}
	buf_clear(&record);
	return e;
}

/* A document is whole: the next would make the line long. */
static void
export_border(struct export_ask *ask)
{
	if (ask->line > 0 && ask->lines.n - ask->line > EXPORT_LINE_MAX / 2)
		export_line_end(ask);
}

/* --- a step --- */

static bool
export_on_document(void *ctx, uint64_t document, const struct document_info *info)
{
	struct export_ask *ask = ctx;

	if (ask->document_count == EXPORT_DOCUMENTS || ask->records >= EXPORT_RECORDS) {
		ask->ended = false;
		return false;
	}
	ask->documents[ask->document_count++] = document;
	ask->records += info->records;
	ask->from = document + 1;
	return true;
}

static enum err
export_records(struct call *c, struct export_ask *ask, struct index_read *rd)
{
	struct query_page page = {.limit = EXPORT_PAGE,
				  .documents = ask->documents,
				  .document_count = ask->document_count};
	struct buf place = {0};
	struct hits hits = {0};
	uint64_t document = 0;
	enum err e;

	do {
		page.cursor = buf_span(&place);
		hits_clear(&hits);
		e = query_run(rd, ask->query, &page, &hits);
		for (size_t i = 0; e == OK && i < hits.n; i++) {
			if (hits.list[i].document != document)
				export_border(ask);
			document = hits.list[i].document;
			e = export_put(c, ask, rd, &hits.list[i]);
		}
		buf_reset(&place);
		buf_put_span(&place, buf_span(&hits.cursor));
		if (e == OK)
			e = buf_err(&place);
	} while (e == OK && place.n > 0);
	export_line_end(ask);
	hits_clear(&hits);
	buf_clear(&place);
	return e;
}

static void
export_run(struct call *c)
{
	struct export_ask *ask = c->data;
	struct index_read *rd = NULL;
	enum err e = index_read_begin(c->server->world->index, &rd);

	buf_reset(&ask->lines);
	ask->document_count = 0;
	ask->records = 0;
	ask->ended = true;
	if (e == OK) {
		ask->clock = index_read_clock(rd);
		if (ask->first_clock == 0)
			ask->first_clock = ask->clock;
		e = index_documents(rd, ask->from, export_on_document, ask);
	}
	if (e == OK && ask->document_count > 0)
		e = export_records(c, ask, rd);
	if (e != OK)
		call_fail_err(c, e, "the export");
	index_read_end(rd);
}

/* --- on the loop --- */

static void
export_cancel(struct call *c)
{
	c->on_room = NULL;
}

static void
export_on_room(struct call *c)
{
	c->on_room = NULL;
	c->cancel = NULL;
	call_follow(c, CALL_THREAD);
}

static enum call_next
export_done(struct call *c)
{
	struct export_ask *ask = c->data;

	call_stream(c, buf_span(&ask->lines));
	if (c->server->stopping) {
		call_fail(c, RPC_STOPPING, "The daemon is stopping; the export is not whole.");
		return CALL_ENDED;
	}
	if (ask->ended) {
		jwrite_object_begin(&c->w);
		jwrite_put_uint(&c->w, "count", ask->count);
		answer_put_clock(&c->w, c->server->world->index, ask->clock);
		jwrite_put_bool(&c->w, "changed", ask->clock != ask->first_clock);
		jwrite_object_end(&c->w);
		return CALL_ENDED;
	}
	if (call_has_room(c))
		return CALL_THREAD;
	c->on_room = export_on_room;
	c->cancel = export_cancel;
	return CALL_LATER;
}

/* The query with the kind in front of it. The query alone was found right before. */
static enum err
export_parse(struct call *c, struct export_ask *ask, struct query_error *error)
{
	struct index *ix = c->server->world->index;
	struct span query = call_text(c, "query"), kind = call_text(c, "kind");
	struct buf both = {0};
	enum err e = query_parse(ix, query, &ask->query, error);
	char message[sizeof error->message];

	if (e != OK || kind.n == 0)
		return e;
	query_free(ask->query);
	ask->query = NULL;
	buf_put_str(&both, "kind:");
	buf_put_span(&both, kind);
	buf_put_str(&both, query.n > 0 ? " (" : "");
	buf_put_span(&both, query);
	buf_put_str(&both, query.n > 0 ? ")" : "");
	e = buf_err(&both);
	if (e == OK)
		e = query_parse(ix, buf_span(&both), &ask->query, error);
	buf_clear(&both);
	if (e != ERR_FORMAT && e != ERR_LIMIT)
		return e;
	memcpy(message, error->message, sizeof message);
	call_fail_at(c, RPC_PARAMS, "/kind", "%s", message);
	return ERR_NOT_FOUND;
}

static enum call_next
export_begin(struct call *c)
{
	struct export_ask *ask = calloc(1, sizeof *ask);
	struct span kind = call_text(c, "kind");
	struct query_error error = {0};
	struct rpc_error answer;
	enum err e;

	if (ask == NULL) {
		call_fail_err(c, ERR_NOMEM, "the export");
		return CALL_ENDED;
	}
	c->data = ask;
	c->free_data = export_free;
	if (kind.n > 0 && !record_name_valid(kind)) {
		call_fail_at(c, RPC_PARAMS, "/kind", "This is no name of a kind.");
		return CALL_ENDED;
	}
	e = export_parse(c, ask, &error);
	if (e == OK)
		return CALL_THREAD;
	if (e == ERR_FORMAT || e == ERR_LIMIT) {
		answer_query_error(&error, &answer);
		call_fail_with(c, &answer);
	} else if (e != ERR_NOT_FOUND) {
		call_fail_err(c, e, "the query");
	}
	return CALL_ENDED;
}

const struct method method_export = {
    .name = "export",
    .about = "All records that match, as notifications `items` before the answer, by document.",
    .params = "{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\"},"
	      "\"kind\":{\"type\":\"string\",\"description\":\"only this one\"}}}",
    .result = "{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"},"
	      "\"clock\":{\"type\":\"string\"},\"changed\":{\"type\":\"boolean\","
	      "\"description\":\"the index changed meanwhile: each line is whole, but they are not "
	      "all of one moment\"}}}",
    .alone = true,
    .no_batch = true,
    .begin = export_begin,
    .run = export_run,
    .done = export_done,
};
