/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_subscribe - beginning and ending subscriptions.
 */
#include "daemon/answers.h"
#include "daemon/methods.h"
#include "daemon/subscription.h"

#define SUBSCRIPTIONS_MAX 64 /* of one connection */

/* Of a subscription that never started; one that did is the connection's. */
static void
subscribe_free(void *data)
{
	subscription_give_up(data);
}

static void
subscribe_run(struct call *c)
{
	enum err e = subscription_start(c->data);

	if (e == ERR_LIMIT)
		call_fail_at(c, RPC_LIMIT, "/query",
			     "The query matches more than %d records; subscribe to fewer.",
			     SUBSCRIPTION_HITS_MAX);
	else if (e != OK)
		call_fail_err(c, e, "the query");
}

static enum call_next
subscribe_done(struct call *c)
{
	struct subscription *s = c->data;

	jwrite_object_begin(&c->w);
	subscription_put_name(&c->w, s);
	answer_put_clock(&c->w, c->server->world->index, s->clock);
	jwrite_object_end(&c->w);
	c->data = NULL;
	c->free_data = NULL;
	subscription_started(s);
	return CALL_ENDED;
}

static enum call_next
subscribe_begin(struct call *c)
{
	struct query_error error = {0};
	struct query *query = NULL;
	struct rpc_error answer;
	enum err e;

	if (c->conn->subscription_count == SUBSCRIPTIONS_MAX) {
		call_fail(c, RPC_BUSY, "A connection has at most %d subscriptions.",
			  SUBSCRIPTIONS_MAX);
		return CALL_ENDED;
	}
	e = query_parse(c->server->world->index, call_text(c, "query"), &query, &error);
	if (e == ERR_FORMAT || e == ERR_LIMIT) {
		answer_query_error(&error, &answer);
		call_fail_with(c, &answer);
		return CALL_ENDED;
	}
	if (e == OK) {
		c->data = subscription_new(c->conn, query);
		e = c->data == NULL ? ERR_NOMEM : OK;
	}
	if (e != OK) {
		call_fail_err(c, e, "the subscription");
		return CALL_ENDED;
	}
	c->free_data = subscribe_free;
	return CALL_THREAD;
}

const struct method method_subscribe = {
    .name = "subscribe",
    .about = "From now on a notification `changed` for each commit that matters to a query.",
    .params = "{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\"}}}",
    .result =
	"{\"type\":\"object\",\"properties\":{\"subscription\":{\"type\":\"string\"},"
	"\"clock\":{\"type\":\"string\"}},\"description\":\"then come notifications: changed "
	"{subscription clock added (records) gone (ids)}; behind {subscription clock} when the "
	"client was too slow: ask anew what is there\"}",
    .alone = true,
    .begin = subscribe_begin,
    .run = subscribe_run,
    .done = subscribe_done,
};

static enum call_next
unsubscribe_begin(struct call *c)
{
	struct span name = call_text(c, "subscription");
	char known[24];

	for (struct subscription *s = c->conn->subscriptions; s != NULL; s = s->next_of_conn) {
		snprintf(known, sizeof known, "s%llu", (unsigned long long)s->number);
		if (!span_is(name, known))
			continue;
		jwrite_object_begin(&c->w);
		subscription_put_name(&c->w, s);
		jwrite_object_end(&c->w);
		subscription_remove(s);
		return CALL_ENDED;
	}
	call_fail(c, RPC_NOT_FOUND, "This connection has no subscription \"%.*s\".",
		  (int)(name.n < 40 ? name.n : 40), name.p);
	return CALL_ENDED;
}

const struct method method_unsubscribe = {
    .name = "unsubscribe",
    .about = "Ends a subscription of this connection.",
    .params = "{\"type\":\"object\",\"required\":[\"subscription\"],\"properties\":{"
	      "\"subscription\":{\"type\":\"string\"}}}",
    .result = "{\"type\":\"object\",\"properties\":{\"subscription\":{\"type\":\"string\"}}}",
    .begin = unsubscribe_begin,
};
