/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conn - bytes in, lines out of them, calls in a list, answers from its head.
 *
 *   OPEN --end of input--> EOF --all answered and sent--> CLOSING --> freed
 *      \--error, stalled, conn_close()------------------>/
 *
 * conn_pump() is the only place where something happens; whoever changed
 * anything calls it.
 */
#include "daemon/conn.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/server_state.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define PUMP_NS        (2 * 1000 * 1000) /* of one connection in one turn of the loop */
#define BUFFER_KEPT    (1024 * 1024)     /* larger buffers are given back when empty */
#define IN_WASTE_BYTES (64 * 1024)       /* taken bytes that may stand before the rest */

size_t
conn_unsent(const struct conn *c)
{
	return c->out.n + c->notes.n +
	       uv_stream_get_write_queue_size((const uv_stream_t *)&c->pipe);
}

void
conn_ref(struct conn *c)
{
	c->refs++;
}

void
conn_unref(struct conn *c)
{
	struct server *s = c->server;
	struct call *call, *next;

	if (--c->refs > 0)
		return;
	for (call = c->first; call != NULL; call = next) {
		next = call->next;
		call_free(call);
	}
	buf_clear(&c->in);
	buf_clear(&c->out);
	buf_clear(&c->sending);
	buf_clear(&c->notes);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->conn_count--;
	free(c);
	server_on_conn_freed(s);
}

static void
conn_put_call(struct conn *c, struct call *call)
{
	call->next = NULL;
	*c->last = call;
	c->last = &call->next;
	c->call_count++;
}

/* --- answers --- */

void
conn_answer_begin(struct conn *c, struct call *call)
{
	if (call->batch)
		buf_put_char(&c->out, c->batch_line ? ',' : '[');
	c->batch_line = call->batch;
	call->opened = true;
}

/* Moves the first call's answer out when it is done. */
static bool
conn_flush_first(struct conn *c)
{
	struct call *call = c->first;

	if (call == NULL || call->state != CALL_DONE)
		return false;
	if (call->own.failed)
		c->out.failed = true;
	if (!call->notification) {
		if (!call->opened)
			conn_answer_begin(c, call);
		buf_put_span(&c->out, buf_span(&call->own));
	}
	if (call->batch_last && c->batch_line)
		buf_put_str(&c->out, "]\n");
	else if (!call->batch && !call->notification)
		buf_put_char(&c->out, '\n');
	if (!call->batch || call->batch_last)
		c->batch_line = false;
	c->first = call->next;
	if (c->first == NULL)
		c->last = &c->first;
	c->call_count--;
	call_free(call);
	return true;
}

/* Begins the next call that may begin. */
static bool
conn_start_next(struct conn *c)
{
	struct call *call = c->first;

	if (c->running >= CONN_RUNNING_MAX || conn_unsent(c) > CONN_UNSENT_MAX)
		return false;
	if (call != NULL && call->state == CALL_RUNNING && call->method->alone)
		return false;
	while (call != NULL && call->state != CALL_WAITING)
		call = call->next;
	if (call == NULL || (call->method->alone && call != c->first))
		return false;
	call_start(call, call == c->first);
	return true;
}

static void conn_on_written(uv_write_t *write, int status);

/* Hands over what there is, unless a write is under way. */
static void
conn_send(struct conn *c)
{
	struct buf empty;
	uv_buf_t bytes;

	if (!c->batch_line && c->notes.n > 0) {
		buf_put_span(&c->out, buf_span(&c->notes));
		c->notes.n = 0;
	}
	if (c->out.failed || c->notes.failed) {
		log_warning("a connection is closed: no memory for its answers");
		conn_close(c);
		return;
	}
	if (c->writing || c->out.n == 0)
		return;
	empty = c->sending;
	c->sending = c->out;
	c->out = empty;
	bytes = uv_buf_init(c->sending.p, (unsigned)c->sending.n);
	if (uv_write(&c->write, (uv_stream_t *)&c->pipe, &bytes, 1, conn_on_written) < 0) {
		conn_close(c);
		return;
	}
	c->writing = true;
	c->progress_ms = uv_now(c->server->world->loop);
}

void
conn_notify(struct conn *c, struct span line)
{
	buf_put_span(&c->notes, line);
	buf_put_char(&c->notes, '\n');
	conn_pump(c);
}

/* --- requests --- */

/* An answer for a line or call that can't even begin. */
static void
conn_put_error(struct conn *c, struct span id, const struct rpc_error *e)
{
	struct call *call = call_new_failed(c, c->spare_used ? NULL : &c->spare, id, e);

	if (call == NULL) {
		c->ending = true;
		return;
	}
	c->spare_used = c->spare_used || call->spare;
	conn_put_call(c, call);
}

/* A call for one request of a line; NULL: no memory. */
static struct call *
conn_make_call(struct conn *c, const struct request *r)
{
	struct rpc_error e = r->error;
	const struct method *method = NULL;
	struct call *call;

	if (e.word == RPC_NONE)
		method = methods_find(c->server->methods, r->method, r->params, &e);
	if (method == NULL) {
		call = call_new_failed(c, NULL, r->id, &e);
		if (call != NULL)
			call->notification = r->notification;
		return call;
	}
	call = call_new(c, r);
	if (call != NULL)
		call->method = method;
	return call;
}

static void
conn_take_batch(struct conn *c, struct request_line *line)
{
	struct call *first = NULL, **last = &first, *call, *next;
	struct request r;
	struct rpc_error e;

	while (request_next(line, &r)) {
		call = conn_make_call(c, &r);
		if (call != NULL && call->method != NULL && call->method->no_batch) {
			rpc_error_set(&e, RPC_REQUEST, "%s can't stand in a batch.", r.method);
			call_fail_with(call, &e);
			call->state = CALL_DONE;
		}
		if (call == NULL) {
			for (call = first; call != NULL; call = next) {
				next = call->next;
				call_free(call);
			}
			rpc_error_set(&e, RPC_INTERNAL, "The daemon has no memory for this batch.");
			conn_put_error(c, (struct span){0}, &e);
			return;
		}
		call->batch = true;
		*last = call;
		last = &call->next;
	}
	for (call = first; call != NULL; call = next) {
		next = call->next;
		call->batch_last = next == NULL;
		conn_put_call(c, call);
	}
}

static void
conn_take_request(struct conn *c, struct span text)
{
	struct request_line line;
	struct request r;
	struct call *call;

	request_open(text, &line);
	if (line.error.word != RPC_NONE) {
		conn_put_error(c, (struct span){0}, &line.error);
	} else if (line.batch) {
		conn_take_batch(c, &line);
	} else if (request_next(&line, &r)) {
		call = conn_make_call(c, &r);
		if (call != NULL) {
			conn_put_call(c, call);
		} else if (!r.notification) {
			rpc_error_set(&r.error, RPC_INTERNAL,
				      "The daemon has no memory for this request.");
			conn_put_error(c, r.id, &r.error);
		}
	}
	request_close(&line);
}

static void
conn_line_too_long(struct conn *c)
{
	struct rpc_error e;

	rpc_error_set(&e, RPC_LINE_TOO_LONG, "A request line has at most %d bytes.",
		      LINE_BYTES_MAX);
	conn_put_error(c, (struct span){0}, &e);
}

/*
 * The next whole line, at the end of input also one without a newline. A line
 * that is too long is answered when that is clear, and skipped to its end.
 */
static bool
conn_next_line(struct conn *c, struct span *line)
{
	const char *newline = NULL;
	size_t end;

	if (c->in_seen < c->in.n)
		newline = memchr(c->in.p + c->in_seen, '\n', c->in.n - c->in_seen);
	c->in_seen = newline == NULL ? c->in.n : (size_t)(newline - c->in.p);
	end = c->in_seen;
	if (newline == NULL && !c->eof) {
		if (!c->skipping && end - c->in_at > LINE_BYTES_MAX) {
			c->skipping = true;
			conn_line_too_long(c);
		}
		if (c->skipping)
			c->in_at = end;
		return false;
	}
	if (newline == NULL && end == c->in_at)
		return false;
	*line = (struct span){c->in.p + c->in_at, end - c->in_at};
	c->in_at = c->in_seen = newline == NULL ? end : end + 1;
	c->partial_since_ms = 0;
	return true;
}

static bool
conn_line_blank(struct span line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	return true;
}

/* Takes the next line, if one may be taken. False: there is nothing to do. */
static bool
conn_take_line(struct conn *c)
{
	struct span line;

	if (c->ending || c->spare_used || c->call_count >= CONN_CALLS_MAX ||
	    conn_unsent(c) > CONN_UNSENT_MAX)
		return false;
	if (!conn_next_line(c, &line))
		return c->first != NULL && c->first->state == CALL_DONE;
	if (c->skipping) {
		c->skipping = false;
	} else if (line.n > LINE_BYTES_MAX) {
		conn_line_too_long(c);
	} else if (!conn_line_blank(line)) {
		conn_take_request(c, line);
	}
	return true;
}

/* Gives taken bytes back. */
static void
conn_tidy_in(struct conn *c)
{
	if (c->in_at == c->in.n) {
		if (c->in.cap > BUFFER_KEPT)
			buf_clear(&c->in);
		else
			buf_reset(&c->in);
		c->in_at = c->in_seen = 0;
	} else if (c->in_at > IN_WASTE_BYTES) {
		buf_consume(&c->in, c->in_at);
		c->in_seen -= c->in_at;
		c->in_at = 0;
	}
}

/* --- the pump --- */

static void conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf);
static void conn_on_read(uv_stream_t *pipe, ssize_t n, const uv_buf_t *buf);

/* Reads as long as there is nothing whole to work on and nothing holds it up. */
static void
conn_update_reading(struct conn *c)
{
	bool want = !c->eof && !c->ending && c->call_count < CONN_CALLS_MAX &&
		    conn_unsent(c) <= CONN_UNSENT_MAX && c->in_seen == c->in.n;

	if (c->in_at == c->in.n || !want)
		c->partial_since_ms = 0;
	else if (c->partial_since_ms == 0)
		c->partial_since_ms = uv_now(c->server->world->loop);
	if (want == c->reading)
		return;
	c->reading = want;
	if (!want)
		uv_read_stop((uv_stream_t *)&c->pipe);
	else if (uv_read_start((uv_stream_t *)&c->pipe, conn_on_alloc, conn_on_read) < 0)
		conn_close(c);
}

static void
conn_close_if_done(struct conn *c)
{
	if (c->first != NULL || c->writing || conn_unsent(c) > 0)
		return;
	if (c->ending || (c->eof && c->in_at == c->in.n && c->subscription_count == 0))
		conn_close(c);
}

void
conn_pump(struct conn *c)
{
	uint64_t until = uv_hrtime() + PUMP_NS;

	c->again = c->pumping;
	if (c->closing || c->pumping)
		return;
	c->pumping = true;
	do {
		c->again = false;
		while (conn_flush_first(c) || conn_start_next(c) || conn_take_line(c)) {
			if (uv_hrtime() < until)
				continue;
			server_schedule(c->server, c);
			break;
		}
		if (c->first != NULL && c->first->on_room != NULL && call_has_room(c->first))
			c->first->on_room(c->first);
	} while (c->again && uv_hrtime() < until);
	c->pumping = false;
	if (c->again)
		server_schedule(c->server, c);
	conn_tidy_in(c);
	conn_send(c);
	if (!c->closing)
		conn_update_reading(c);
	if (!c->closing)
		conn_close_if_done(c);
}

void
conn_finish(struct conn *c)
{
	c->ending = true;
	conn_pump(c);
}

/* --- what the loop calls, in the order in which it happens --- */

static void
conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct conn *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->server->read_buffer, sizeof c->server->read_buffer);
}

/* Both directions are shut: nobody will take an answer. */
static bool
conn_is_hung_up(const struct conn *c)
{
	struct pollfd poll_fd = {0};

	if (uv_fileno((const uv_handle_t *)&c->pipe, &poll_fd.fd) < 0)
		return true;
	return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & (POLLHUP | POLLERR)) != 0;
}

static void
conn_on_read(uv_stream_t *pipe, ssize_t n, const uv_buf_t *buf)
{
	struct conn *c = pipe->data;
	struct rpc_error e;

	if (n == 0)
		return;
	if (n == UV_EOF) {
		c->eof = true;
	} else if (n < 0) {
		conn_close(c);
		return;
	} else {
		buf_put(&c->in, buf->base, (size_t)n);
		if (c->in.failed) {
			rpc_error_set(&e, RPC_INTERNAL, "The daemon has no memory for this line.");
			conn_put_error(c, (struct span){0}, &e);
			c->ending = true;
		}
	}
	conn_pump(c);
	/* Not only half closed: what still runs has nobody to answer to. */
	if (!c->closing && c->eof && c->in_at == c->in.n && conn_is_hung_up(c))
		conn_close(c);
}

static void
conn_on_written(uv_write_t *write, int status)
{
	struct conn *c = write->handle->data;

	c->writing = false;
	if (c->sending.cap > BUFFER_KEPT)
		buf_clear(&c->sending);
	else
		buf_reset(&c->sending);
	if (status < 0)
		conn_close(c);
	else
		conn_pump(c);
}

void
conn_tick(struct conn *c)
{
	uint64_t now = uv_now(c->server->world->loop);
	size_t unsent = uv_stream_get_write_queue_size((const uv_stream_t *)&c->pipe);
	struct rpc_error e;

	if (c->closing)
		return;
	if (unsent != c->unsent_before)
		c->progress_ms = now;
	c->unsent_before = unsent;
	if (unsent > 0 && now - c->progress_ms >= CONN_STALLED_MS) {
		conn_close(c);
	} else if (c->eof && conn_is_hung_up(c)) {
		conn_close(c);
	} else if (c->partial_since_ms != 0 && now - c->partial_since_ms >= CONN_PARTIAL_MS) {
		rpc_error_set(&e, RPC_TIMEOUT, "A line was begun and not ended for %d s.",
			      CONN_PARTIAL_MS / 1000);
		conn_put_error(c, (struct span){0}, &e);
		conn_finish(c);
	}
}

static void
conn_on_closed(uv_handle_t *handle)
{
	conn_unref(handle->data);
}

void
conn_close(struct conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	for (struct call *call = c->first; call != NULL; call = call->next) {
		if (call->cancel != NULL)
			call->cancel(call);
		call->cancel = NULL;
		call->on_room = NULL;
	}
	subscriptions_drop(c);
	uv_close((uv_handle_t *)&c->pipe, conn_on_closed);
}

enum err
conn_open(struct server *s, int take_fd)
{
	struct conn *c = calloc(1, sizeof *c);
	socklen_t n = sizeof c->peer;
	int status;

	if (c == NULL) {
		close(take_fd);
		return ERR_NOMEM;
	}
	c->server = s;
	c->last = &c->first;
	c->refs = 1;
	c->pipe.data = c;
	if (getsockopt(take_fd, SOL_SOCKET, SO_PEERCRED, &c->peer, &n) < 0) {
		close(take_fd);
		free(c);
		return ERR_IO;
	}
	status = uv_pipe_init(s->world->loop, &c->pipe, 0);
	if (status < 0) {
		close(take_fd);
		free(c);
		return err_from_uv(status);
	}
	c->next = s->conns;
	if (c->next != NULL)
		c->next->prev = c;
	s->conns = c;
	s->conn_count++;
	status = uv_pipe_open(&c->pipe, take_fd);
	if (status < 0) {
		close(take_fd);
		conn_close(c);
		return err_from_uv(status);
	}
	conn_pump(c);
	return OK;
}
