/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_query_run - what queries find: random ones against the judge, dates and
 * numbers at their edges, pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index/query_run.h"

#include "query_judge.h"

#define WORLD_DOCUMENTS 120
#define WORLD_EACH      7 /* records of a document at most */

struct world {
	struct catalogue *cat;
	struct vectors *v;
	struct sample samples[WORLD_DOCUMENTS * WORLD_EACH]; /* in the order of hits */
	size_t n;
};

static int
sample_cmp(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->document != y->document)
		return x->document < y->document ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void
world_make(struct world *w, uint64_t seed)
{
	w->cat = sample_catalogue();
	w->v = vectors_new();
	w->n = 0;
	for (uint64_t document = 1; document <= WORLD_DOCUMENTS; document++) {
		uint32_t n = sample_random(&seed, WORLD_EACH + 1);
		struct buf bytes = {0};

		for (uint32_t i = 0; i < n; i++)
			w->samples[w->n + i] = sample_make(&seed, document * 3, i + 1);
		assert_int_equal(sample_vector(w->cat, w->samples + w->n, n, &bytes), OK);
		assert_int_equal(vectors_load(w->v, document * 3, buf_span(&bytes), 1), OK);
		w->n += n;
		buf_clear(&bytes);
	}
	qsort(w->samples, w->n, sizeof *w->samples, sample_cmp);
}

static void
world_clear(struct world *w)
{
	vectors_free(w->v);
	catalogue_unref(w->cat);
}

/* All hits of a query, read in pages of `limit`. */
static void
world_ask(const struct world *w, const char *query, size_t limit, struct buf *out)
{
	struct query_error error;
	struct query *q;
	struct buf cursor = {0};
	enum err e = query_parse_with(w->cat, span_of(query), &q, &error);

	if (e != OK)
		fail_msg("%s: %s", query, error.message);
	do {
		struct query_page page = {.cursor = buf_span(&cursor), .limit = limit};
		struct hits hits = {0};

		assert_int_equal(query_run_on(w->v, 1, NULL, q, &page, &hits), OK);
		assert_true(hits.n <= limit && !hits.cut);
		assert_true(hits.cursor.n == 0 || hits.n == limit);
		if (hits.n > 0)
			buf_put(out, hits.list, hits.n * sizeof *hits.list);
		buf_reset(&cursor);
		buf_put_span(&cursor, buf_span(&hits.cursor));
		hits_clear(&hits);
	} while (cursor.n > 0);
	buf_clear(&cursor);
	query_free(q);
}

static void
compare_with_judge(const struct world *w, const struct judged *j, const struct buf *hits)
{
	const struct hit *hit = (const struct hit *)hits->p;
	size_t n = 0;

	for (size_t k = 0; k < w->n; k++) {
		if (!j->match[k])
			continue;
		if (n * sizeof *hit >= hits->n || hit[n].document != w->samples[k].document ||
		    hit[n].number != w->samples[k].number)
			fail_msg("%.*s: record %llu.%u is missing", (int)j->text.n, j->text.p,
				 (unsigned long long)w->samples[k].document, w->samples[k].number);
		n++;
	}
	if (n * sizeof *hit != hits->n)
		fail_msg("%.*s: %zu records, not %zu", (int)j->text.n, j->text.p,
			 hits->n / sizeof *hit, n);
}

static void
results_are_what_a_plain_reading_gives(void **state)
{
	struct world w;
	uint64_t seed = 42;
	size_t some = 0;

	(void)state;
	world_make(&w, 11);
	for (int i = 0; i < 1500; i++) {
		struct judged j = judge_random(w.samples, w.n, &seed, 3);
		struct buf hits = {0};

		world_ask(&w, buf_cstr(&j.text), 1 + sample_random(&seed, 50), &hits);
		compare_with_judge(&w, &j, &hits);
		some += hits.n > 0 && hits.n < w.n * sizeof(struct hit);
		buf_clear(&hits);
		judged_clear(&j);
	}
	assert_true(some > 700);
	world_clear(&w);
}

static void
the_empty_query_gives_all_in_order(void **state)
{
	struct world w;
	struct buf hits = {0};
	const struct hit *hit;

	(void)state;
	world_make(&w, 3);
	world_ask(&w, "", 7, &hits);
	hit = (const struct hit *)hits.p;
	assert_int_equal(hits.n / sizeof *hit, w.n);
	for (size_t i = 0; i < w.n; i++) {
		assert_int_equal(hit[i].document, w.samples[i].document);
		assert_int_equal(hit[i].number, w.samples[i].number);
	}
	buf_clear(&hits);
	world_clear(&w);
}

/* --- dates --- */

static void
dates_compare_by_overlap(void **state)
{
	static const struct {
		const char *from, *to, *query;
		bool match;
	} cases[] = {
	    {"2011", "2011", "date:2011-06-01", true},
	    {"2011", "2011", "date:2012", false},
	    {"2011-12-31", "2011-12-31", "date:2011", true},
	    {"2011-12-31", "2011-12-31", "date:>2011", false},
	    {"2011-12-31", "2011-12-31", "date:>=2011-12-31", true},
	    {"2011-12-31", "2012-01-01", "date:>2011", true},
	    {"2011-01-01", "2011-01-01", "date:<2011", false},
	    {"2011-01-01", "2011-01-01", "date:<=2011", true},
	    {"2010-12-31", "2011-01-01", "date:<2011", true},
	    {"2011-11", "2013-05", "date:2012", true},
	    {"2011-11", "2013-05", "date:2011-10", false},
	    {"2011-11", "2013-05", "date:2013-06..", false},
	    {"2011-11", "2013-05", "date:..2011-11-01", true},
	    {"2011-11", "2013-05", "date:2013-05-31..2020", true},
	    {"2011-11", "2013-05", "date_from:2011", true},
	    {"2011-11", "2013-05", "date_from:2012", false},
	    {"2011-11", "2013-05", "date_to:2013-05-31", true},
	    {"1899", "1899", "date:1900", false},
	    {"1899-12-31", "1900-01-01", "date:1900", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w = {.cat = sample_catalogue(), .v = vectors_new()};
		struct sample s = {.kind = SAMPLE_FIGURE, .number = 1, .plugin = "events"};
		struct buf bytes = {0}, hits = {0};

		snprintf(s.from, sizeof s.from, "%s", cases[i].from);
		snprintf(s.to, sizeof s.to, "%s", cases[i].to);
		assert_int_equal(sample_vector(w.cat, &s, 1, &bytes), OK);
		assert_int_equal(vectors_load(w.v, 9, buf_span(&bytes), 1), OK);
		world_ask(&w, cases[i].query, 10, &hits);
		if ((hits.n > 0) != cases[i].match)
			fail_msg("%s..%s: %s", cases[i].from, cases[i].to, cases[i].query);
		buf_clear(&bytes);
		buf_clear(&hits);
		world_clear(&w);
	}
}

static void
numbers_compare_by_value(void **state)
{
	static const struct {
		double value;
		const char *query;
		bool match;
	} cases[] = {
	    {60, "value:60", true},       {60, "value:60.0", true},
	    {60, "value:6e1", true},      {60, "value:>60", false},
	    {60, "value:>=60", true},     {60, "value:<60", false},
	    {60, "value:<=60", true},     {60.5, "value:>60", true},
	    {60.5, "value:60..61", true}, {-1, "value:<0", true},
	    {-1, "value:-2..-1", true},   {-1, "value:>-1", false},
	    {-10, "value:<-9", true},     {1e15, "value:>999", true},
	    {0.0, "value:-0", true},      {-0.0, "value:0", true},
	    {9, "value:>10", false},      {100, "value:>99", true},
	    {1200, "value:1,200", true},  {1200, "value:..1199", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w = {.cat = sample_catalogue(), .v = vectors_new()};
		struct sample s = {.kind = SAMPLE_FIGURE};
		struct sample_record made;
		struct vector_record record = {1, 0, SPAN("events"), &made.r};
		struct buf bytes = {0}, hits = {0};

		sample_record(&s, &made);
		made.values[2].number = cases[i].value;
		assert_int_equal(vectors_build(w.cat, &record, 1, &bytes), OK);
		assert_int_equal(vectors_load(w.v, 9, buf_span(&bytes), 1), OK);
		world_ask(&w, cases[i].query, 10, &hits);
		if ((hits.n > 0) != cases[i].match)
			fail_msg("%g: %s", cases[i].value, cases[i].query);
		buf_clear(&bytes);
		buf_clear(&hits);
		world_clear(&w);
	}
}

/* --- pages --- */

static void
a_cursor_that_is_none_is_refused(void **state)
{
	static const char *const cursors[] = {"x",
					      "1",
					      "10000000000000003000000000000000100000001ff",
					      "20000000000000003000000000000000100000001",
					      "1000000000000000300000000000000010000000G",
					      "1-000000000000003000000000000000100000001"};
	struct world w;
	struct query_error error;
	struct query *q;

	(void)state;
	world_make(&w, 3);
	assert_int_equal(query_parse_with(w.cat, SPAN(""), &q, &error), OK);
	for (size_t i = 0; i < COUNT(cursors); i++) {
		struct query_page page = {.cursor = span_of(cursors[i]), .limit = 10};
		struct hits hits = {0};

		assert_int_equal(query_run_on(w.v, 1, NULL, q, &page, &hits), ERR_FORMAT);
		assert_int_equal(hits.n, 0);
	}
	query_free(q);
	world_clear(&w);
}

static void
a_deadline_cuts_and_the_cursor_goes_on(void **state)
{
	struct world w;
	struct query_error error;
	struct query *q;
	struct buf cursor = {0};
	size_t n = 0, cuts = 0;

	(void)state;
	world_make(&w, 3);
	assert_int_equal(query_parse_with(w.cat, SPAN(""), &q, &error), OK);
	do {
		struct query_page page = {.cursor = buf_span(&cursor),
					  .limit = 1000,
					  .deadline_ns = 1};
		struct hits hits = {0};

		assert_int_equal(query_run_on(w.v, 1, NULL, q, &page, &hits), OK);
		cuts += hits.cut;
		assert_int_equal(hits.cut, hits.cursor.n > 0);
		n += hits.n;
		buf_reset(&cursor);
		buf_put_span(&cursor, buf_span(&hits.cursor));
		hits_clear(&hits);
	} while (cursor.n > 0);
	assert_int_equal(n, w.n);
	assert_true(cuts > 1);
	buf_clear(&cursor);
	query_free(q);
	world_clear(&w);
}

static void
only_the_asked_documents_are_looked_at(void **state)
{
	static const uint64_t few[] = {3, 4, 30, 99999}, none[] = {1};
	struct world w;
	struct query_error error;
	struct query *q;
	struct query_page page = {.limit = 1000, .documents = few, .document_count = COUNT(few)};
	struct hits hits = {0};
	size_t expected = 0;

	(void)state;
	world_make(&w, 3);
	for (size_t i = 0; i < w.n; i++)
		expected += w.samples[i].document == 3 || w.samples[i].document == 30;
	assert_int_equal(query_parse_with(w.cat, SPAN(""), &q, &error), OK);
	assert_int_equal(query_run_on(w.v, 1, NULL, q, &page, &hits), OK);
	assert_int_equal(hits.n, expected);
	hits_clear(&hits);
	page.documents = none;
	page.document_count = 0;
	assert_int_equal(query_run_on(w.v, 1, NULL, q, &page, &hits), OK);
	assert_int_equal(hits.n, 0);
	hits_clear(&hits);
	query_free(q);
	world_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(results_are_what_a_plain_reading_gives),
	    cmocka_unit_test(the_empty_query_gives_all_in_order),
	    cmocka_unit_test(dates_compare_by_overlap),
	    cmocka_unit_test(numbers_compare_by_value),
	    cmocka_unit_test(a_cursor_that_is_none_is_refused),
	    cmocka_unit_test(a_deadline_cuts_and_the_cursor_goes_on),
	    cmocka_unit_test(only_the_asked_documents_are_looked_at),
	};

	return cmocka_run_group_tests_name("query_run", tests, NULL, NULL);
}
