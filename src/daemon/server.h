/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server - the unix socket: accepts connections (conn.h) and hands requests to
 * the methods (methods.h).
 *
 *  S1  The socket's file appears bound and listening: made under another name, then renamed.
 *  S2  Answers of a connection come in the order of its requests.
 *  S3  A connection with more than 256 KB unsent or 64 requests unanswered is not read from.
 */
#pragma once

#include "common/conf.h"
#include "daemon/pool.h"
#include "daemon/queue.h"
#include "daemon/watch.h"

struct server; /* opaque */

/* What the methods see of the daemon. All borrowed, all outlive the server. */
struct server_world {
	uv_loop_t *loop;
	const struct conf *conf;
	struct index *index;
	struct watch *watch;
	struct queue *queue;
	struct pool *pool;
	struct zygote *zygote;
	struct writer *writer;
	struct root **roots;
	size_t root_count;
	int64_t started_ms;
	bool disk_full;               /* set by main */
	void (*on_reload)(void *ctx); /* what SIGHUP does */
	void *ctx;
};

/* `why` gets a sentence. ERR_BUSY: another daemon answers there; ERR_DENIED, ERR_LIMIT. */
MUST_CHECK enum err server_start(const struct server_world *world, struct server **out,
				 char why[256]);
/* Answers what is asked already, then closes; unlinks its own socket file. */
void server_stop(struct server *s, void (*on_closed)(void *ctx), void *ctx);

/* A commit is done: subscribers hear of it. Borrowed. */
void server_on_commit(struct server *s, const struct index_news *news);
