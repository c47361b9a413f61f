/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * subscription - telling clients what a commit brought and took.
 *
 * A subscription knows its hits. For each commit:
 * 1. gone: its hits in the documents that the commit took away;
 * 2. added: what the query finds in the documents that the commit brought.
 * Steps 1 and 2 run on a query thread, for all commits that came meanwhile and
 * with one snapshot. It may be newer than a commit; what that commit brought and
 * a later one took again is then left out of both. Hits that are known do not
 * depend on the snapshot, so that nothing that was added is not told gone.
 */
#include "daemon/subscription.h"

#include "common/log.h"
#include "daemon/answers.h"
#include "index/documents.h"

#include <stdlib.h>

#define SUBSCRIPTION_START_MS 30000 /* for the first run of the query */
#define SUBSCRIPTION_NEWS_MAX 1000  /* commits that may wait */
#define SUBSCRIPTION_PAGE     10000

/* A commit as it came; all subscriptions share it. Loop thread, but for its lists. */
struct news {
	unsigned refs;
	uint64_t clock;
	size_t added_count, gone_count;
	uint64_t *gone, *added; /* gone is the allocation */
};

static void
news_unref(struct news *n)
{
	if (--n->refs > 0)
		return;
	free(n->gone);
	free(n);
}

static struct news *
news_new(const struct index_news *from)
{
	struct news *n = calloc(1, sizeof *n);
	size_t count = from->gone_count + from->added_count;

	if (n != NULL)
		n->gone = calloc(count + 1, sizeof *n->gone);
	if (n == NULL || n->gone == NULL) {
		free(n);
		return NULL;
	}
	*n = (struct news){.refs = 1,
			   .clock = from->clock,
			   .added_count = from->added_count,
			   .gone_count = from->gone_count,
			   .gone = n->gone,
			   .added = n->gone + from->gone_count};
	if (from->gone_count > 0)
		memcpy(n->gone, from->gone, from->gone_count * sizeof *n->gone);
	if (from->added_count > 0)
		memcpy(n->added, from->added, from->added_count * sizeof *n->added);
	return n;
}

static void
subscription_free(struct subscription *s)
{
	for (size_t i = 0; i < s->news_count; i++)
		news_unref(s->news[i]);
	for (size_t i = 0; i < s->taken_count; i++)
		news_unref(s->taken[i]);
	free(s->news);
	free(s->taken);
	query_free(s->query);
	hits_clear(&s->hits);
	buf_clear(&s->lines);
	free(s);
}

void
subscription_put_name(struct jwrite *w, const struct subscription *s)
{
	char name[24];

	snprintf(name, sizeof name, "s%llu", (unsigned long long)s->number);
	jwrite_put_string(w, "subscription", span_of(name));
}

/* --- on a query thread --- */

static bool
subscription_has_document(const uint64_t *documents, size_t n, uint64_t document)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (documents[middle] < document)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && documents[low] == document;
}

/* Writes the ids of known hits in documents that are gone, and forgets them. */
static size_t
subscription_take_gone(struct subscription *s, const struct news *n, struct jwrite *w)
{
	size_t kept = 0, gone = 0;
	char id[40];

	for (size_t i = 0; i < s->hits.n; i++) {
		const struct hit *hit = &s->hits.list[i];

		if (!subscription_has_document(n->gone, n->gone_count, hit->document)) {
			s->hits.list[kept++] = *hit;
			continue;
		}
		snprintf(id, sizeof id, "%llu.%u", (unsigned long long)hit->document, hit->number);
		jwrite_string(w, span_of(id));
		gone++;
	}
	s->hits.n = kept;
	return gone;
}

/* Merges new hits into the known ones; both are sorted, and none is in both. */
static enum err
subscription_merge(struct subscription *s, const struct hits *more)
{
	size_t i = s->hits.n, k = more->n, at = i + k;
	struct hit *list;

	if (at > SUBSCRIPTION_HITS_MAX)
		return ERR_LIMIT;
	if (more->n == 0)
		return OK;
	list = realloc(s->hits.list, at * sizeof *list);
	if (list == NULL)
		return ERR_NOMEM;
	s->hits.list = list;
	s->hits.n = at;
	while (k > 0) {
		const struct hit *new = &more->list[k - 1];

		if (i > 0 &&
		    (list[i - 1].document > new->document ||
		     (list[i - 1].document == new->document &&list[i - 1].number > new->number)))
			list[--at] = list[--i];
		else
			list[--at] = more->list[--k];
	}
	return OK;
}

/* All hits in `page->documents` (NULL: everywhere), page by page. */
static enum err
subscription_run_query(struct subscription *s, struct index_read *rd, const uint64_t *documents,
		       size_t n, struct hits *out)
{
	struct query_page page = {.limit = SUBSCRIPTION_PAGE,
				  .documents = documents,
				  .document_count = n};
	struct buf place = {0};
	struct hits hits = {0};
	enum err e = OK;

	if (documents == NULL)
		page.deadline_ns = uv_hrtime() + SUBSCRIPTION_START_MS * UINT64_C(1000000);
	do {
		struct hit *list;

		page.cursor = buf_span(&place);
		hits_clear(&hits);
		e = query_run(rd, s->query, &page, &hits);
		if (e == OK && hits.cut)
			e = ERR_TIMEOUT;
		if (e == OK && out->n + hits.n > SUBSCRIPTION_HITS_MAX)
			e = ERR_LIMIT;
		if (e != OK)
			break;
		list = realloc(out->list, (out->n + hits.n + 1) * sizeof *list);
		if (list == NULL) {
			e = ERR_NOMEM;
			break;
		}
		out->list = list;
		if (hits.n > 0)
			memcpy(out->list + out->n, hits.list, hits.n * sizeof *list);
		out->n += hits.n;
		buf_reset(&place);
		buf_put_span(&place, buf_span(&hits.cursor));
		e = buf_err(&place);
	} while (e == OK && place.n > 0);
	hits_clear(&hits);
	buf_clear(&place);
	return e;
}

static enum err
subscription_write_added(struct index_read *rd, const struct hits *hits, struct jwrite *w)
{
	enum err e = OK;

	for (size_t i = 0; e == OK && i < hits->n; i++) {
		jwrite_raw(w, (struct span){0});
		e = index_record_json(rd, hits->list[i].document, hits->list[i].number, w->buf);
	}
	return e;
}

/* One commit: its line, unless it does not matter. */
static enum err
subscription_news(struct subscription *s, struct index_read *rd, const struct news *n)
{
	struct jwrite w = {.buf = &s->lines};
	struct buf gone = {0};
	struct jwrite gone_w = {.buf = &gone};
	struct hits added = {0};
	size_t begun = s->lines.n, gone_count = subscription_take_gone(s, n, &gone_w);
	enum err e = OK;

	if (n->added_count > 0)
		e = subscription_run_query(s, rd, n->added, n->added_count, &added);
	if (e == OK)
		e = subscription_merge(s, &added);
	if (e != OK || (gone_count == 0 && added.n == 0))
		goto out;
	buf_put_str(&s->lines, "{\"jsonrpc\":\"2.0\",\"method\":\"changed\",\"params\":");
	jwrite_object_begin(&w);
	subscription_put_name(&w, s);
	answer_put_clock(&w, s->server->world->index, n->clock);
	jwrite_key(&w, "added");
	jwrite_array_begin(&w);
	e = subscription_write_added(rd, &added, &w);
	jwrite_array_end(&w);
	jwrite_key(&w, "gone");
	jwrite_array_begin(&w);
	if (gone_count > 0)
		jwrite_raw(&w, buf_span(&gone));
	jwrite_array_end(&w);
	jwrite_object_end(&w);
	buf_put_str(&s->lines, "}\n");
	if (e == OK)
		e = gone.failed ? ERR_NOMEM : buf_err(&s->lines);
out:
	if (e != OK && !s->lines.failed)
		s->lines.n = begun;
	hits_clear(&added);
	buf_clear(&gone);
	return e;
}

static void
subscription_on_run(struct query_job *job)
{
	struct subscription *s = job->ctx;
	struct index_read *rd = NULL;

	s->error = index_read_begin(s->server->world->index, &rd);
	for (size_t i = 0; s->error == OK && i < s->taken_count; i++)
		s->error = subscription_news(s, rd, s->taken[i]);
	index_read_end(rd);
}

/* --- on the loop --- */

void
subscription_remove(struct subscription *s)
{
	struct subscription **at;

	for (at = &s->server->subscriptions; *at != s; at = &(*at)->next)
		;
	*at = s->next;
	for (at = &s->conn->subscriptions; *at != s; at = &(*at)->next_of_conn)
		;
	*at = s->next_of_conn;
	s->conn->subscription_count--;
	s->dropped = true;
	if (!s->running)
		subscription_free(s);
}

/* Says once that changes since the last told clock were left out. */
static void
subscription_say_behind(struct subscription *s)
{
	struct buf line = {0};
	struct jwrite w = {.buf = &line};

	buf_put_str(&line, "{\"jsonrpc\":\"2.0\",\"method\":\"behind\",\"params\":");
	jwrite_object_begin(&w);
	subscription_put_name(&w, s);
	answer_put_clock(&w, s->server->world->index, s->clock);
	jwrite_object_end(&w);
	buf_put_str(&line, "}");
	s->behind = true;
	/* Without memory for this the client could miss changes unknowingly. */
	if (line.failed)
		conn_close(s->conn);
	else
		conn_notify(s->conn, buf_span(&line));
	buf_clear(&line);
}

static void
subscription_tell(struct subscription *s)
{
	struct buf lines = s->lines;
	size_t n = lines.n;

	if (n == 0 && s->error == OK)
		return;
	if (s->error != OK || conn_unsent(s->conn) > CONN_UNSENT_MAX) {
		if (!s->behind)
			subscription_say_behind(s);
		return;
	}
	s->behind = false;
	/* The line may be the last that this connection takes: then s goes with it. */
	conn_notify(s->conn, (struct span){lines.p, n - 1});
}

static void subscription_on_done(struct query_job *job);

static void
subscription_go(struct subscription *s)
{
	if (!s->started || s->running || s->news_count == 0)
		return;
	s->taken = s->news;
	s->taken_count = s->news_count;
	s->news = NULL;
	s->news_count = s->news_cap = 0;
	s->running = true;
	buf_reset(&s->lines);
	conn_ref(s->conn);
	s->job =
	    (struct query_job){.run = subscription_on_run, .done = subscription_on_done, .ctx = s};
	query_threads_put(s->server->threads, &s->job);
}

static void
subscription_on_done(struct query_job *job)
{
	struct subscription *s = job->ctx;
	struct conn *conn = s->conn;
	uint64_t clock = s->taken[s->taken_count - 1]->clock;

	for (size_t i = 0; i < s->taken_count; i++)
		news_unref(s->taken[i]);
	free(s->taken);
	s->taken = NULL;
	s->taken_count = 0;
	if (s->error != OK)
		log_warning("subscription s%llu missed a commit: %s", (unsigned long long)s->number,
			    err_text(s->error));
	/* s->running still holds it while its client is told. */
	if (!s->dropped)
		subscription_tell(s);
	if (!s->behind)
		s->clock = clock;
	s->running = false;
	if (s->dropped)
		subscription_free(s);
	else
		subscription_go(s);
	conn_unref(conn);
}

static bool
subscription_put(struct subscription *s, struct news *n)
{
	struct news **list;

	if (s->news_count == SUBSCRIPTION_NEWS_MAX)
		return false;
	if (s->news_count == s->news_cap) {
		size_t cap = s->news_cap == 0 ? 8 : 2 * s->news_cap;

		list = realloc(s->news, cap * sizeof(struct news *));
		if (list == NULL)
			return false;
		s->news = list;
		s->news_cap = cap;
	}
	s->news[s->news_count++] = n;
	n->refs++;
	return true;
}

/* Too many commits wait, or there is no memory: the client sees by the end that it has to ask anew.
 */
static void
subscriptions_close_overrun(struct server *server)
{
	struct subscription *s = server->subscriptions;

	while (s != NULL) {
		if (!s->overrun) {
			s = s->next;
			continue;
		}
		log_warning("a connection is closed: the changes it subscribed to can't be kept");
		conn_close(s->conn);
		s = server->subscriptions; /* all of that connection's are gone */
	}
}

void
subscriptions_on_commit(struct server *server, const struct index_news *news)
{
	struct news *n;

	if (server->subscriptions == NULL)
		return;
	n = news_new(news);
	for (struct subscription *s = server->subscriptions; s != NULL; s = s->next) {
		s->overrun = n == NULL || !subscription_put(s, n);
		if (!s->overrun)
			subscription_go(s);
	}
	if (n != NULL)
		news_unref(n);
	subscriptions_close_overrun(server);
}

void
subscriptions_drop(struct conn *c)
{
	while (c->subscriptions != NULL)
		subscription_remove(c->subscriptions);
}

/* --- the beginning --- */

struct subscription *
subscription_new(struct conn *conn, struct query *take_query)
{
	struct server *server = conn->server;
	struct subscription *s = calloc(1, sizeof *s);

	if (s == NULL) {
		query_free(take_query);
		return NULL;
	}
	s->server = server;
	s->conn = conn;
	s->query = take_query;
	s->number = ++server->subscription_last;
	s->running = true;
	s->next = server->subscriptions;
	server->subscriptions = s;
	s->next_of_conn = conn->subscriptions;
	conn->subscriptions = s;
	conn->subscription_count++;
	return s;
}

enum err
subscription_start(struct subscription *s)
{
	struct index_read *rd = NULL;
	enum err e = index_read_begin(s->server->world->index, &rd);

	if (e == OK) {
		s->clock = index_read_clock(rd);
		e = subscription_run_query(s, rd, NULL, 0, &s->hits);
	}
	index_read_end(rd);
	return e;
}

void
subscription_started(struct subscription *s)
{
	size_t kept = 0;

	/* What the first run saw already is no news. */
	for (size_t i = 0; i < s->news_count; i++) {
		if (s->news[i]->clock > s->clock)
			s->news[kept++] = s->news[i];
		else
			news_unref(s->news[i]);
	}
	s->news_count = kept;
	s->started = true;
	s->running = false;
	subscription_go(s);
}

void
subscription_give_up(struct subscription *s)
{
	s->running = false;
	if (s->dropped)
		subscription_free(s);
	else
		subscription_remove(s);
}
