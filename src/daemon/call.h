/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * call - one request under way, from its line to its answer.
 *
 *   WAITING --begin()--> RUNNING --ends--> DONE --flushed in order--> freed
 *
 *  A1  Until it is DONE a call writes one JSON value by `w`, or fails; never both.
 *  A2  run() uses nothing of connection or server but the index.
 */
#pragma once

#include "daemon/query_threads.h"
#include "daemon/request.h"

struct call;
struct conn;
struct method;
struct server;

/* What becomes of a call when begin() or done() returns. */
enum call_next {
	CALL_ENDED,  /* it is answered */
	CALL_THREAD, /* the method's run() on a query thread, then its done() on the loop */
	CALL_LATER   /* the method says call_end() by itself; `cancel` must be set */
};

enum call_state { CALL_WAITING, CALL_RUNNING, CALL_DONE };

struct call {
	struct server *server;
	struct conn *conn;
	const struct method *method; /* NULL: it failed before it began */
	json_t *params;              /* checked by the method's schema; NULL: none */
	struct jwrite w;             /* the result goes here */
	void *data;                  /* the method's; freed by free_data */
	void (*free_data)(void *data);
	/* For CALL_LATER: gives up what it waits for (the connection closes); says nothing more. */
	void (*cancel)(struct call *c);
	/* For CALL_LATER: the connection has room for more of the stream; may be NULL. */
	void (*on_room)(struct call *c);

	/* call.c's and conn.c's */
	enum call_state state;
	bool notification, batch, batch_last, failed, spare;
	bool opened; /* what stands before it is written: conn_answer_begin() */
	struct span id;
	char id_short[40], *id_long;
	struct buf own;  /* where the answer is written, unless directly into the connection's */
	struct buf *out; /* `own` or the connection's */
	size_t begun;    /* where the answer begins in `out` */
	struct query_job job;
	struct call *next;
};

/* --- for the methods --- */

/* Parameters; those of an optional one that is not there are the empty span, `none`, false. */
bool call_has(const struct call *c, const char *name); /* there and not null */
struct span call_text(const struct call *c, const char *name);
int64_t call_int(const struct call *c, const char *name, int64_t none);
bool call_bool(const struct call *c, const char *name);

/* Answers by an error in place of what was written. Any thread that has the call. */
void call_fail(struct call *c, enum rpc_word word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for RPC_PARAMS, RPC_LIMIT, RPC_CURSOR: `at` points into the params ("/query"). */
void call_fail_at(struct call *c, enum rpc_word word, const char *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void call_fail_with(struct call *c, const struct rpc_error *e);
/* Translates what went wrong below: `what` says doing what ("reading the index"). */
void call_fail_err(struct call *c, enum err e, const char *what);

/* A CALL_LATER call is answered. */
void call_end(struct call *c);

/* Sends whole lines before the answer; the call must be the first of its connection. */
void call_stream(struct call *c, struct span lines);
/* False: wait for on_room(). */
bool call_has_room(const struct call *c);

/* The id as JSON bytes, "null" when there is none. */
struct span call_id(const struct call *c);

/* --- for conn.c --- */

/* NULL: no memory. Copies the id, holds the params. */
struct call *call_new(struct conn *conn, const struct request *r);
/* A call that is answered by an error already. Uses `spare` (may be NULL) when there is no memory.
 */
struct call *call_new_failed(struct conn *conn, struct call *spare, struct span id,
			     const struct rpc_error *e);
void call_start(struct call *c, bool first);
/* Runs what begin() or done() asked for. */
void call_follow(struct call *c, enum call_next next);
void call_free(struct call *c);
