/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * subscription - a client's query that is looked at again after each commit.
 *
 *   STARTING (the whole query runs) --> IDLE <--> RUNNING (a query thread has it)
 *
 *  U1  Each commit that matters gives one notification, in the order of commits.
 *  U2  What was told as added is told as gone once, when it goes; or `behind` was said.
 */
#pragma once

#include "daemon/server_state.h"
#include "index/query.h"

#define SUBSCRIPTION_HITS_MAX (1000 * 1000) /* known to one subscription */

struct news; /* a commit as it came; subscription.c */

struct subscription {
	struct subscription *next, *next_of_conn;
	struct server *server;
	struct conn *conn;
	uint64_t number;
	struct query *query;
	uint64_t clock; /* told up to here */
	bool started;   /* the first run is done */
	bool running;   /* a job has it */
	bool dropped;   /* to be freed when no job has it */
	bool behind;    /* said so, and the client has not caught up */
	bool overrun;   /* its changes can't be kept: the connection is to be closed */
	struct news **news;
	size_t news_count, news_cap;

	/* the job's */
	struct query_job job;
	struct news **taken;
	size_t taken_count;
	struct hits hits; /* known, by document and number */
	struct buf lines; /* notifications; each ended by a newline */
	enum err error;
};

/* A new one, STARTING, in the lists of server and connection. Takes the query. NULL: no memory. */
struct subscription *subscription_new(struct conn *conn, struct query *take_query);

/* On a query thread: runs the whole query in a new snapshot. ERR_LIMIT, ERR_TIMEOUT and others. */
MUST_CHECK enum err subscription_start(struct subscription *s);

/* On the loop, after that went well: from now on it is told. */
void subscription_started(struct subscription *s);

/* Ends it; the memory goes at once, or when the query thread that has it is done. */
void subscription_remove(struct subscription *s);

/* The query thread that was starting it is done, and it did not start, or its connection is gone.
 */
void subscription_give_up(struct subscription *s);

/* `"subscription": "s7"`. */
void subscription_put_name(struct jwrite *w, const struct subscription *s);
