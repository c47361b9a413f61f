/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server_state - the server as its connections and methods see it.
 */
#pragma once

#include "daemon/conn.h"
#include "daemon/methods.h"
#include "daemon/server.h"

#define SERVER_CONNS_MAX  256
#define SERVER_READ_BYTES (64 * 1024)
#define LAG_SAMPLES       600
#define LAG_PROBE_MS      100

struct server {
	const struct server_world *world;
	struct query_threads *threads;
	struct methods *methods;
	struct conn *conns, *pending;
	size_t conn_count;
	struct subscription *subscriptions;
	uint64_t subscription_last; /* the last number given */
	bool stopping;
	struct buf warnings; /* JSON strings with commas; see server_warnings() */
	uint64_t warnings_ms;

	/* How late the loop is: the last samples, in microseconds. */
	uint32_t lag[LAG_SAMPLES];
	size_t lag_count, lag_at;
	uint64_t lag_due_ns;

	/* server.c's */
	int listen_fd;
	struct socket_place *place;
	uv_poll_t listener;
	uv_timer_t tick, probe, stop_timer;
	uv_idle_t idle;
	size_t open_handles; /* of the server itself and of waiting calls */
	bool closing;
	void (*on_closed)(void *ctx);
	void *ctx;
	char read_buffer[SERVER_READ_BYTES];
};

/* The connection has more to do than one turn of the loop should take. */
void server_schedule(struct server *s, struct conn *c);
/* The connection was freed. */
void server_on_conn_freed(struct server *s);

/* A handle that must be closed before the server is gone: count it when made, and when closed. */
void server_handle_opened(struct server *s);
void server_handle_closed(struct server *s);

/* subscription.c: a connection's subscriptions end; a commit is done. */
void subscriptions_drop(struct conn *c);
void subscriptions_on_commit(struct server *s, const struct index_news *news);

/*
 * What every answer should warn of (polled and unavailable roots, re-runs under
 * way, a full disk): JSON strings with commas between, empty when all is well.
 * Made anew when it is older than half a second. Borrowed till the next call.
 */
struct span server_warnings(struct server *s);

/* The loop's lateness over the last minute, in ms. */
void server_lag(const struct server *s, double *p50, double *p99);
