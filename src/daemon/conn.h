/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conn - one client's connection: lines in, answers out in their order.
 *
 *  N1  Answers come in the order of the requests; a batch's stand in one line.
 *  N2  Not read from while more than CONN_UNSENT_MAX bytes are unsent or
 *      CONN_CALLS_MAX requests unanswered; at most CONN_RUNNING_MAX run at once.
 *  N3  Freed when its handle is closed and no query thread works for it.
 */
#pragma once

#include "daemon/call.h"

#include <sys/socket.h>

#define CONN_UNSENT_MAX  (256 * 1024)
#define CONN_CALLS_MAX   64
#define CONN_RUNNING_MAX 4
#define CONN_STALLED_MS  30000 /* a client that takes no byte for so long is closed */
#define CONN_PARTIAL_MS  60000 /* from a line's first byte to its newline */

struct subscription; /* subscription.h */

struct conn {
	struct server *server;
	struct conn *prev, *next;  /* the server's list */
	struct conn *next_pending; /* the server's list of those with more to do */
	bool pending;
	struct ucred peer; /* who connected */
	struct subscription *subscriptions;
	size_t subscription_count;

	/* conn.c's and call.c's */
	uv_pipe_t pipe;
	uv_write_t write;
	size_t refs; /* the open handle, and jobs on query threads */
	bool closing, reading, eof, ending, writing, pumping, again, batch_line, skipping;
	struct buf in; /* received, from in_at on not taken yet, up to in_seen without a newline */
	size_t in_at, in_seen;
	struct buf out, sending, notes; /* notes: notifications for the next border */
	struct call *first, **last;
	size_t call_count, running;
	struct call spare; /* for an answer when there is no memory */
	bool spare_used;
	uint64_t partial_since_ms, progress_ms; /* by uv_now(); 0: none */
	size_t unsent_before;
};

/* Takes a connected socket, also on failure. */
MUST_CHECK enum err conn_open(struct server *s, int take_fd);

/* Closes at once; what is unsent is lost. */
void conn_close(struct conn *c);

/* Goes on: sends answers, starts calls, takes lines. */
void conn_pump(struct conn *c);

/* No more lines are taken; closed when all is answered and sent. */
void conn_finish(struct conn *c);

/* Bytes that the client has not taken yet. */
size_t conn_unsent(const struct conn *c);

/* A notification (without newline) that goes out between two answers. */
void conn_notify(struct conn *c, struct span line);

/* What stands before the answer of the first call in `out`: brackets and commas of a batch. */
void conn_answer_begin(struct conn *c, struct call *call);

/* Once a second: closes what stalls. */
void conn_tick(struct conn *c);

void conn_ref(struct conn *c);
void conn_unref(struct conn *c);
