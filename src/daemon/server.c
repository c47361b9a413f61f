/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server - accepting, the ticks, and the end.
 *
 *   RUNNING --server_stop()--> STOPPING --no connection left--> CLOSING --> freed
 *
 * Accepting is done here and not by libuv: when descriptors run out, listening
 * pauses for a second instead of spinning.
 */
#include "daemon/server.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/server_state.h"
#include "daemon/socket_place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_MS         1000
#define STOP_MS         2000 /* for clients to take what is answered */
#define ACCEPT_A_TURN   16
#define WARNINGS_OLD_MS 500

static int
server_lag_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void
server_lag(const struct server *s, double *p50, double *p99)
{
	uint32_t sorted[LAG_SAMPLES];

	*p50 = *p99 = 0;
	if (s->lag_count == 0)
		return;
	memcpy(sorted, s->lag, s->lag_count * sizeof *sorted);
	qsort(sorted, s->lag_count, sizeof *sorted, server_lag_compare);
	*p50 = sorted[s->lag_count / 2] / 1000.0;
	*p99 = sorted[s->lag_count * 99 / 100] / 1000.0;
}

/* --- warnings --- */

static void __attribute__((format(printf, 2, 3)))
server_warn(struct jwrite *w, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	jwrite_string(w, span_of(text));
}

static void
server_warn_root(struct jwrite *w, const struct root *r)
{
	struct root_status st;

	root_status(r, &st);
	if (!root_available(r))
		server_warn(w, "%.*s is unavailable%s%s; what is known of its files is kept.",
			    (int)st.path.n, st.path.p, st.reason[0] == '\0' ? "" : ": ", st.reason);
	else if (strcmp(st.mode, "inotify") != 0)
		server_warn(w, "%.*s is polled%s%s; what you drop there is seen within %u s.",
			    (int)st.path.n, st.path.p, st.reason[0] == '\0' ? "" : ": ", st.reason,
			    st.seen_within_s);
}

struct span
server_warnings(struct server *s)
{
	const struct server_world *world = s->world;
	struct jwrite w = {.buf = &s->warnings};
	uint64_t now = uv_now(world->loop);
	struct queue_counts counts;

	if (s->warnings_ms != 0 && now - s->warnings_ms < WARNINGS_OLD_MS)
		return buf_span(&s->warnings);
	buf_reset(&s->warnings);
	s->warnings_ms = now;
	for (size_t i = 0; i < world->root_count; i++)
		server_warn_root(&w, world->roots[i]);
	queue_counts(world->queue, &counts);
	if (counts.rerun > 0)
		server_warn(&w,
			    "%llu documents are to go through changed plugins again; until then "
			    "their records are the former plugins'.",
			    (unsigned long long)counts.rerun);
	if (world->disk_full)
		server_warn(&w, "The disk with the state folder is full: nothing new is stored "
				"until there is room.");
	if (s->warnings.failed)
		buf_reset(&s->warnings);
	return buf_span(&s->warnings);
}

/* --- the end --- */

void
server_handle_opened(struct server *s)
{
	s->open_handles++;
}

static void
server_on_threads_closed(void *ctx)
{
	struct server *s = ctx;
	void (*on_closed)(void *ctx) = s->on_closed;
	void *closed_ctx = s->ctx;

	methods_free(s->methods);
	buf_clear(&s->warnings);
	free(s);
	if (on_closed != NULL)
		on_closed(closed_ctx);
}

void
server_handle_closed(struct server *s)
{
	s->open_handles--;
	if (s->closing && s->open_handles == 0)
		query_threads_stop(s->threads, server_on_threads_closed, s);
}

static void
server_on_handle_closed(uv_handle_t *handle)
{
	server_handle_closed(handle->data);
}

static void
server_close_handles(struct server *s)
{
	s->closing = true;
	uv_close((uv_handle_t *)&s->tick, server_on_handle_closed);
	uv_close((uv_handle_t *)&s->probe, server_on_handle_closed);
	uv_close((uv_handle_t *)&s->stop_timer, server_on_handle_closed);
	uv_close((uv_handle_t *)&s->idle, server_on_handle_closed);
}

static void
server_close_if_idle(struct server *s)
{
	if (s->stopping && !s->closing && s->conn_count == 0)
		server_close_handles(s);
}

void
server_on_conn_freed(struct server *s)
{
	server_close_if_idle(s);
}

static void
server_close_listener(struct server *s)
{
	if (s->listen_fd < 0)
		return;
	uv_poll_stop(&s->listener);
	uv_close((uv_handle_t *)&s->listener, server_on_handle_closed);
	close(s->listen_fd);
	s->listen_fd = -1;
	socket_place_close(s->place);
	s->place = NULL;
}

static void
server_on_stop_timer(uv_timer_t *timer)
{
	struct server *s = timer->data;

	for (struct conn *c = s->conns; c != NULL; c = c->next)
		conn_close(c);
}

/* Calls that wait for something that will not come any more are answered. */
static void
server_stop_calls(struct conn *c)
{
	for (struct call *call = c->first; call != NULL; call = call->next) {
		if (call->cancel == NULL)
			continue;
		call->cancel(call);
		call_fail(call, RPC_STOPPING, "The daemon is stopping.");
		call_end(call);
		return; /* call_end() may have freed it; waiting calls are alone */
	}
}

void
server_stop(struct server *s, void (*on_closed)(void *ctx), void *ctx)
{
	s->stopping = true;
	s->on_closed = on_closed;
	s->ctx = ctx;
	server_close_listener(s);
	uv_timer_start(&s->stop_timer, server_on_stop_timer, STOP_MS, 0);
	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		server_stop_calls(c);
		conn_finish(c);
	}
	server_close_if_idle(s);
}

void
server_on_commit(struct server *s, const struct index_news *news)
{
	if (!s->stopping)
		subscriptions_on_commit(s, news);
}

/* --- what the loop calls --- */

static void
server_refuse(int fd)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32002,\"message\":\"Too many "
	    "connections; close some or try again.\",\"data\":{\"code\":\"busy\"}}}\n";

	/* Said if it can be; the client sees the end in any case. */
	if (send(fd, line, sizeof line - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_warning("too many connections, and one could not be told so");
	close(fd);
}

static void
server_on_connection(uv_poll_t *listener, int status, int events)
{
	struct server *s = listener->data;
	enum err e;
	int fd;

	(void)status;
	(void)events;
	for (int i = 0; i < ACCEPT_A_TURN; i++) {
		fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd < 0) {
			log_warning("no connection can be accepted: %s", strerror(errno));
			uv_poll_stop(listener); /* the tick begins again */
			return;
		}
		if (s->conn_count >= SERVER_CONNS_MAX) {
			server_refuse(fd);
			continue;
		}
		e = conn_open(s, fd);
		if (e != OK)
			log_warning("a connection could not be opened: %s", err_text(e));
	}
}

static void
server_on_tick(uv_timer_t *timer)
{
	struct server *s = timer->data;

	for (struct conn *c = s->conns; c != NULL; c = c->next)
		conn_tick(c);
	if (s->listen_fd >= 0 && !uv_is_active((uv_handle_t *)&s->listener))
		uv_poll_start(&s->listener, UV_READABLE, server_on_connection);
}

static void
server_on_probe(uv_timer_t *timer)
{
	struct server *s = timer->data;
	uint64_t now = uv_hrtime();
	uint64_t late = now > s->lag_due_ns ? (now - s->lag_due_ns) / 1000 : 0;

	s->lag[s->lag_at] = late > UINT32_MAX ? UINT32_MAX : (uint32_t)late;
	s->lag_at = (s->lag_at + 1) % LAG_SAMPLES;
	if (s->lag_count < LAG_SAMPLES)
		s->lag_count++;
	/* The timer counts in whole milliseconds of the turn's begin. */
	uv_update_time(s->world->loop);
	s->lag_due_ns = uv_hrtime() + LAG_PROBE_MS * UINT64_C(1000000);
	uv_timer_start(timer, server_on_probe, LAG_PROBE_MS, 0);
}

static void
server_on_idle(uv_idle_t *idle)
{
	struct server *s = idle->data;
	struct conn *c = s->pending, *next;

	s->pending = NULL;
	uv_idle_stop(idle);
	for (; c != NULL; c = next) {
		next = c->next_pending;
		c->pending = false;
		conn_pump(c);
		conn_unref(c);
	}
}

void
server_schedule(struct server *s, struct conn *c)
{
	if (c->pending)
		return;
	c->pending = true;
	conn_ref(c);
	c->next_pending = s->pending;
	s->pending = c;
	uv_idle_start(&s->idle, server_on_idle);
}

/* --- the beginning --- */

static void
server_init_handles(struct server *s)
{
	uv_loop_t *loop = s->world->loop;

	/* These can't fail on Linux. */
	uv_timer_init(loop, &s->tick);
	uv_timer_init(loop, &s->probe);
	uv_timer_init(loop, &s->stop_timer);
	uv_idle_init(loop, &s->idle);
	s->tick.data = s->probe.data = s->stop_timer.data = s->idle.data = s;
	s->open_handles = 4;
}

static enum err
server_listen(struct server *s)
{
	int status = uv_poll_init(s->world->loop, &s->listener, s->listen_fd);

	if (status < 0) {
		close(s->listen_fd);
		s->listen_fd = -1;
		socket_place_close(s->place);
		return err_from_uv(status);
	}
	s->listener.data = s;
	s->open_handles++;
	return err_from_uv(uv_poll_start(&s->listener, UV_READABLE, server_on_connection));
}

enum err
server_start(const struct server_world *world, struct server **out, char why[256])
{
	struct server *s = calloc(1, sizeof *s);
	enum err e = ERR_NOMEM;

	*out = NULL;
	snprintf(why, 256, "The socket's server can't be started.");
	if (s == NULL)
		return e;
	s->world = world;
	s->listen_fd = -1;
	e = methods_new(&s->methods);
	if (e == OK)
		e = query_threads_start(world->loop, &s->threads);
	if (e != OK) {
		methods_free(s->methods);
		free(s);
		return e;
	}
	server_init_handles(s);
	e = socket_place_open(world->conf->socket, world->conf->socket_mode, &s->place,
			      &s->listen_fd, why);
	if (e == OK)
		e = server_listen(s);
	if (e != OK) {
		server_stop(s, NULL, NULL);
		return e;
	}
	uv_timer_start(&s->tick, server_on_tick, TICK_MS, TICK_MS);
	s->lag_due_ns = uv_hrtime() + LAG_PROBE_MS * UINT64_C(1000000);
	uv_timer_start(&s->probe, server_on_probe, LAG_PROBE_MS, 0);
	*out = s;
	return OK;
}
