/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * call - requests under way.
 *
 * An answer that is written on the loop while its call is the connection's first
 * goes straight into the connection's buffer; every other into the call's own.
 */
#include "daemon/call.h"

#include "daemon/server_state.h"

#include <stdlib.h>

bool
call_has(const struct call *c, const char *name)
{
	const json_t *value = json_object_get(c->params, name);

	return value != NULL && !json_is_null(value);
}

struct span
call_text(const struct call *c, const char *name)
{
	const json_t *value = json_object_get(c->params, name);

	return (struct span){json_string_value(value), json_string_length(value)};
}

int64_t
call_int(const struct call *c, const char *name, int64_t none)
{
	const json_t *value = json_object_get(c->params, name);

	return json_is_integer(value) ? json_integer_value(value) : none;
}

bool
call_bool(const struct call *c, const char *name)
{
	return json_is_true(json_object_get(c->params, name));
}

struct span
call_id(const struct call *c)
{
	return c->id.n > 0 ? c->id : SPAN("null");
}

/* Keeps what stood in the buffer before this answer, also when memory was refused. */
static void
call_rewind(struct call *c)
{
	c->out->failed = false;
	c->out->n = c->begun;
	c->w = (struct jwrite){.buf = c->out};
}

void
call_fail_with(struct call *c, const struct rpc_error *e)
{
	call_rewind(c);
	rpc_error_write(c->out, call_id(c), e);
	c->failed = true;
}

void
call_fail(struct call *c, enum rpc_word word, const char *format, ...)
{
	struct rpc_error e;
	va_list args;

	va_start(args, format);
	rpc_error_vset(&e, word, format, args);
	va_end(args);
	call_fail_with(c, &e);
}

void
call_fail_at(struct call *c, enum rpc_word word, const char *at, const char *format, ...)
{
	struct rpc_error e;
	va_list args;

	va_start(args, format);
	rpc_error_vset(&e, word, format, args);
	va_end(args);
	strncpy(e.at, at, sizeof e.at - 1);
	call_fail_with(c, &e);
}

void
call_fail_err(struct call *c, enum err e, const char *what)
{
	switch (e) {
	case ERR_NOMEM:
		call_fail(c, RPC_INTERNAL, "The daemon has no memory for %s. Try again later.",
			  what);
		break;
	case ERR_LIMIT:
	case ERR_BUSY:
		call_fail(c, RPC_BUSY, "Too much is asked at once for %s. Try again.", what);
		break;
	case ERR_FULL:
		call_fail(c, RPC_STORAGE_FULL, "There is no room on the disk for %s.", what);
		break;
	case ERR_TIMEOUT:
		call_fail(c, RPC_TIMEOUT, "It took too long: %s.", what);
		break;
	case ERR_STOPPING:
		call_fail(c, RPC_STOPPING, "The daemon is stopping.");
		break;
	case ERR_CORRUPT:
		call_fail(c, RPC_INTERNAL,
			  "Stored bytes are damaged (%s). Move the state folder's index/ aside and "
			  "start the daemon again: it is rebuilt from the files.",
			  what);
		break;
	default:
		call_fail(c, RPC_INTERNAL, "%s failed: %s.", what, err_text(e));
		break;
	}
}

static void
call_write_head(struct call *c)
{
	buf_put_str(c->out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_put_span(c->out, call_id(c));
	buf_put_str(c->out, ",\"result\":");
	c->w = (struct jwrite){.buf = c->out};
}

/* What was written so far leaves the connection's buffer: others write there from now on. */
static void
call_detach(struct call *c)
{
	struct buf *direct = &c->conn->out;
	bool comma = c->w.comma;

	if (c->out != direct)
		return;
	buf_put(&c->own, direct->p + c->begun, direct->n - c->begun);
	c->own.failed = c->own.failed || direct->failed;
	call_rewind(c);
	c->begun = 0;
	c->out = &c->own;
	c->w = (struct jwrite){.buf = &c->own, .comma = comma};
}

static void
call_finish(struct call *c)
{
	if (!c->failed)
		buf_put_char(c->out, '}');
	if (c->out->failed)
		call_fail(c, RPC_INTERNAL, "The daemon has no memory for this answer.");
	c->state = CALL_DONE;
	c->conn->running--;
}

void
call_end(struct call *c)
{
	c->cancel = NULL;
	c->on_room = NULL;
	call_finish(c);
	conn_pump(c->conn);
}

static void
call_on_run(struct query_job *job)
{
	struct call *c = job->ctx;

	c->method->run(c);
}

static void
call_on_done(struct query_job *job)
{
	struct call *c = job->ctx;
	struct conn *conn = c->conn;

	if (conn->closing)
		call_finish(c);
	else if (c->failed || c->method->done == NULL)
		call_follow(c, CALL_ENDED);
	else
		call_follow(c, c->method->done(c));
	conn_pump(conn);
	conn_unref(conn);
}

void
call_follow(struct call *c, enum call_next next)
{
	if (c->conn->closing && next != CALL_ENDED) {
		if (c->cancel != NULL)
			c->cancel(c);
		next = CALL_ENDED;
	}
	switch (next) {
	case CALL_ENDED:
		call_finish(c);
		break;
	case CALL_THREAD:
		call_detach(c);
		conn_ref(c->conn);
		c->job = (struct query_job){.run = call_on_run, .done = call_on_done, .ctx = c};
		query_threads_put(c->server->threads, &c->job);
		break;
	case CALL_LATER:
		call_detach(c);
		break;
	}
}

void
call_start(struct call *c, bool first)
{
	struct conn *conn = c->conn;

	c->state = CALL_RUNNING;
	conn->running++;
	c->out = &c->own;
	if (first && !c->notification) {
		conn_answer_begin(conn, c);
		c->out = &conn->out;
	}
	c->begun = c->out->n;
	call_write_head(c);
	call_follow(c, c->method->begin(c));
}

void
call_stream(struct call *c, struct span lines)
{
	if (!c->notification)
		buf_put_span(&c->conn->out, lines);
	conn_pump(c->conn);
}

bool
call_has_room(const struct call *c)
{
	return conn_unsent(c->conn) <= CONN_UNSENT_MAX;
}

static bool
call_take_id(struct call *c, struct span id)
{
	char *p = c->id_short;

	if (id.n > sizeof c->id_short)
		p = c->id_long = malloc(id.n);
	if (p == NULL)
		return false;
	if (id.n > 0)
		memcpy(p, id.p, id.n);
	c->id = (struct span){p, id.n};
	return true;
}

struct call *
call_new(struct conn *conn, const struct request *r)
{
	struct call *c = calloc(1, sizeof *c);

	if (c == NULL || !call_take_id(c, r->id)) {
		free(c);
		return NULL;
	}
	c->server = conn->server;
	c->conn = conn;
	c->out = &c->own;
	c->notification = r->notification;
	c->params = json_incref(r->params);
	return c;
}

struct call *
call_new_failed(struct conn *conn, struct call *spare, struct span id, const struct rpc_error *e)
{
	struct call *c = calloc(1, sizeof *c);

	if (c == NULL) {
		if (spare == NULL)
			return NULL;
		c = spare;
		*c = (struct call){.spare = true};
	}
	/* Without memory for a long id the answer has none. */
	if (!call_take_id(c, id))
		c->id = (struct span){0};
	c->server = conn->server;
	c->conn = conn;
	c->out = &c->own;
	c->state = CALL_DONE;
	call_fail_with(c, e);
	return c;
}

void
call_free(struct call *c)
{
	if (c->free_data != NULL)
		c->free_data(c->data);
	json_decref(c->params);
	buf_clear(&c->own);
	free(c->id_long);
	if (c->spare)
		c->conn->spare_used = false;
	else
		free(c);
}
