/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_vectors - the table in memory: versions as each clock sees them, undoing,
 * forgetting, pages while things change, damaged bytes, readers beside the writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "index/query_run.h"

#include "records.h"

#define EACH 5 /* records of a document at most */

/* --- a model of it --- */

struct model_version {
	uint64_t document, born, died;
	uint32_t n;
	struct sample samples[EACH];
};

struct model {
	struct catalogue *cat;
	struct vectors *v;
	struct model_version *list;
	size_t n;
	uint64_t next_document, clock, seed;
};

#define ALIVE UINT64_MAX

static void
model_init(struct model *m, uint64_t seed)
{
	*m = (struct model){sample_catalogue(), vectors_new(), NULL, 0, 1, 0, seed};
}

static void
model_clear(struct model *m)
{
	vectors_free(m->v);
	catalogue_unref(m->cat);
	free(m->list);
}

static void
model_add(struct model *m, uint64_t document, uint64_t clock)
{
	struct model_version made = {.document = document, .born = clock, .died = ALIVE};
	struct buf bytes = {0};

	made.n = 1 + sample_random(&m->seed, EACH);
	for (uint32_t i = 0; i < made.n; i++)
		made.samples[i] = sample_make(&m->seed, document, i + 1);
	assert_int_equal(sample_vector(m->cat, made.samples, made.n, &bytes), OK);
	assert_int_equal(vectors_add(m->v, document, buf_span(&bytes), clock), OK);
	buf_clear(&bytes);
	m->list = reallocarray(m->list, m->n + 1, sizeof *m->list);
	assert_non_null(m->list);
	m->list[m->n++] = made;
}

static void
model_remove(struct model *m, struct model_version *version, uint64_t clock)
{
	assert_int_equal(vectors_remove(m->v, version->document, clock), OK);
	version->died = clock;
}

/* One commit of random changes; sometimes it fails and is undone. */
static void
model_commit(struct model *m)
{
	uint64_t clock = m->clock + 1, next = m->next_document;
	size_t before = m->n;

	for (uint32_t i = sample_random(&m->seed, 6); i > 0; i--)
		model_add(m, m->next_document++, clock);
	for (size_t i = 0; i < before; i++) {
		uint64_t document = m->list[i].document;

		if (m->list[i].died != ALIVE || sample_random(&m->seed, 12) != 0)
			continue;
		model_remove(m, &m->list[i], clock);
		if (sample_random(&m->seed, 2) == 0)
			model_add(m, document, clock); /* run again */
	}
	if (sample_random(&m->seed, 4) != 0) {
		m->clock = clock;
		return;
	}
	vectors_undo(m->v, clock);
	m->n = before;
	m->next_document = next;
	for (size_t i = 0; i < m->n; i++)
		if (m->list[i].died == clock)
			m->list[i].died = ALIVE;
}

static size_t
ask(const struct model *m, const char *query, uint64_t clock, struct buf *out)
{
	struct query_page page = {.limit = 100000};
	struct query_error error;
	struct query *q;
	struct hits hits = {0};
	size_t n;

	assert_int_equal(query_parse_with(m->cat, span_of(query), &q, &error), OK);
	assert_int_equal(query_run_on(m->v, clock, NULL, q, &page, &hits), OK);
	n = hits.n;
	if (out != NULL && n > 0)
		buf_put(out, hits.list, n * sizeof *hits.list);
	hits_clear(&hits);
	query_free(q);
	return n;
}

static bool
model_sees(const struct model_version *version, uint64_t clock)
{
	return version->born <= clock && clock < version->died;
}

static size_t
model_count(const struct model *m, uint64_t clock, int kind, const char *key)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		for (uint32_t k = 0; model_sees(&m->list[i], clock) && k < m->list[i].n; k++)
			n += (kind < 0 || m->list[i].samples[k].kind == (enum sample_kind)kind) &&
			     (key == NULL || strcmp(m->list[i].samples[k].key, key) == 0);
	return n;
}

static void
model_compare(const struct model *m, uint64_t clock)
{
	assert_int_equal(ask(m, "", clock, NULL), model_count(m, clock, -1, NULL));
	assert_int_equal(ask(m, "kind:event_figure", clock, NULL),
			 model_count(m, clock, SAMPLE_FIGURE, NULL));
	assert_int_equal(ask(m, "listed:Text", clock, NULL),
			 model_count(m, clock, SAMPLE_CITATION, "Text"));
	assert_int_equal(ask(m, "medium:ref*", clock, NULL),
			 model_count(m, clock, SAMPLE_QUOTE, "references"));
}

static void
each_clock_sees_what_stood_then(void **state)
{
	struct model m;
	uint64_t held[6] = {0};
	size_t holding = 0;

	(void)state;
	model_init(&m, 5);
	for (int i = 0; i < 150; i++) {
		uint64_t oldest;

		model_commit(&m);
		if (sample_random(&m.seed, 3) == 0 && holding < COUNT(held))
			held[holding++] = m.clock;
		if (sample_random(&m.seed, 4) == 0 && holding > 0) {
			holding--;
			held[sample_random(&m.seed, (uint32_t)holding + 1)] = held[holding];
		}
		oldest = m.clock;
		for (size_t k = 0; k < holding; k++)
			oldest = held[k] < oldest ? held[k] : oldest;
		vectors_retire(m.v, oldest);
		for (size_t k = 0; k < holding; k++)
			model_compare(&m, held[k]);
		model_compare(&m, m.clock);
	}
	assert_true(m.n > 300);
	model_clear(&m);
}

static void
a_commit_in_the_making_is_not_seen(void **state)
{
	struct model m;

	(void)state;
	model_init(&m, 6);
	model_add(&m, 1, 1);
	model_compare(&m, 0);
	assert_int_equal(ask(&m, "", 0, NULL), 0);
	m.clock = 1;
	model_remove(&m, &m.list[0], 2);
	model_add(&m, 1, 2);
	model_compare(&m, 1);
	model_compare(&m, 2);
	model_clear(&m);
}

static void
pages_give_each_standing_record_once_while_others_come_and_go(void **state)
{
	struct model m;
	struct query_error error;
	struct query *q;
	struct buf cursor = {0}, seen = {0};
	const struct hit *hit;

	(void)state;
	model_init(&m, 8);
	for (uint64_t document = 1; document <= 200; document++)
		model_add(&m, document * 2, 1);
	m.clock = 1;
	m.next_document = 1000;
	assert_int_equal(query_parse_with(m.cat, SPAN("care OR people OR event"), &q, &error), OK);
	do {
		struct query_page page = {.cursor = buf_span(&cursor), .limit = 9};
		struct hits hits = {0};

		assert_int_equal(query_run_on(m.v, m.clock, NULL, q, &page, &hits), OK);
		buf_put(&seen, hits.list, hits.n * sizeof *hits.list);
		buf_reset(&cursor);
		buf_put_span(&cursor, buf_span(&hits.cursor));
		hits_clear(&hits);
		if (m.clock < 30)
			model_commit(&m);
		vectors_retire(m.v, m.clock);
	} while (cursor.n > 0);
	hit = (const struct hit *)seen.p;
	for (size_t i = 1; i < seen.n / sizeof *hit; i++)
		assert_true(hit[i].document >= hit[i - 1].document);
	for (size_t i = 0; i < m.n; i++)
		for (uint32_t k = 0; k < m.list[i].n; k++) {
			const struct sample *s = &m.list[i].samples[k];
			size_t times = 0;

			if (m.list[i].born != 1 || m.list[i].died != ALIVE)
				continue;
			for (size_t h = 0; h < seen.n / sizeof *hit; h++)
				times +=
				    hit[h].document == s->document && hit[h].number == s->number;
			assert_int_equal(times, strstr(s->words, "care ") != NULL ||
						    strstr(s->words, "people") != NULL ||
						    strstr(s->words, "event") != NULL ||
						    (strlen(s->words) >= 4 &&
						     strcmp(s->words + strlen(s->words) - 4,
							    "care") == 0));
		}
	buf_clear(&seen);
	buf_clear(&cursor);
	query_free(q);
	model_clear(&m);
}

static void
what_is_gone_leaves_nothing_behind(void **state)
{
	struct model m;

	(void)state;
	model_init(&m, 9);
	for (uint64_t document = 1; document <= 300; document++)
		model_add(&m, document, 1);
	for (size_t i = 0; i < 300; i++)
		model_remove(&m, &m.list[i], 2);
	vectors_retire(m.v, 3);
	assert_int_equal(ask(&m, "", 2, NULL), 0);
	for (size_t i = 0; i < m.cat->kind_count; i++) {
		static const struct term_test any = {.how = TERM_ANY};

		assert_int_equal(vectors_count(m.v, m.cat->kinds[i].number, &any, 1000), 0);
	}
	model_clear(&m);
}

static void
many_terms_stay_in_order(void **state)
{
	struct model m;
	struct buf hits = {0};

	(void)state;
	model_init(&m, 10);
	for (uint64_t document = 1; document <= 6000; document++) {
		struct sample s = sample_make(&m.seed, document, 1);
		struct sample_record made;
		struct vector_record record = {1, 0, SPAN("events"), &made.r};
		struct buf bytes = {0};

		s.kind = SAMPLE_FIGURE;
		sample_record(&s, &made);
		made.values[2].number = (double)(document * 7919 % 6001);
		assert_int_equal(vectors_build(m.cat, &record, 1, &bytes), OK);
		assert_int_equal(vectors_load(m.v, document, buf_span(&bytes), 1), OK);
		buf_clear(&bytes);
	}
	assert_int_equal(ask(&m, "value:1..6000", 1, NULL), 6000);
	assert_int_equal(ask(&m, "value:<=3000", 1, NULL), 3000);
	assert_int_equal(ask(&m, "value:2000..2999", 1, NULL), 1000);
	assert_int_equal(ask(&m, "value:>5999", 1, &hits), 1);
	assert_int_equal(((struct hit *)hits.p)->document * 7919 % 6001, 6000);
	buf_clear(&hits);
	model_clear(&m);
}

/* --- bytes --- */

static void
damaged_bytes_are_refused_or_harmless(void **state)
{
	static const char *const queries[] = {
	    "care",        "\"young people\"",           "value:>3",
	    "date:2010..", "kind:citation -listed:text", "work*"};
	struct catalogue *cat = sample_catalogue();
	struct sample samples[40];
	struct buf whole = {0};
	uint64_t seed = 77;
	size_t refused = 0;

	(void)state;
	for (uint32_t i = 0; i < COUNT(samples); i++)
		samples[i] = sample_make(&seed, 1, i + 1);
	assert_int_equal(sample_vector(cat, samples, COUNT(samples), &whole), OK);
	assert_int_equal(vector_check(buf_span(&whole)), OK);
	for (uint32_t cut = 0; cut < whole.n; cut++)
		assert_int_equal(vector_check(span_sub(buf_span(&whole), 0, cut)), ERR_CORRUPT);
	for (int i = 0; i < 5000; i++) {
		struct model m = {cat, vectors_new(), NULL, 0, 1, 0, 0};
		/* Its own size, so that a step outside shows. */
		char *copy = malloc(whole.n);

		memcpy(copy, whole.p, whole.n);
		for (uint32_t k = 1 + sample_random(&seed, 3); k > 0; k--)
			copy[sample_random(&seed, (uint32_t)whole.n)] ^=
			    (char)(1 << sample_random(&seed, 8));
		if (vectors_load(m.v, 1, (struct span){copy, whole.n}, 1) != OK)
			refused++;
		else
			for (size_t k = 0; k < COUNT(queries); k++)
				(void)ask(&m, queries[k], 1, NULL);
		free(copy);
		vectors_free(m.v);
	}
	assert_true(refused > 1000);
	buf_clear(&whole);
	catalogue_unref(cat);
}

static void
kinds_and_fields_that_are_not_known_are_left_out(void **state)
{
	struct model m;
	struct sample s;
	struct sample_record made[2];
	struct vector_record records[] = {{1, 0, SPAN("x"), &made[0].r},
					  {2, 0, SPAN("x"), &made[1].r}};
	struct buf bytes = {0};

	(void)state;
	model_init(&m, 12);
	s = sample_make(&m.seed, 1, 1);
	sample_record(&s, &made[0]);
	sample_record(&s, &made[1]);
	made[0].r.kind = SPAN("pledge");
	sample_put(&made[1], "flavour", FIELD_TEXT, "peppermint", 0);
	assert_int_equal(vectors_build(m.cat, records, 2, &bytes), OK);
	assert_int_equal(vectors_load(m.v, 1, buf_span(&bytes), 1), OK);
	assert_int_equal(ask(&m, "", 1, NULL), 1);
	assert_int_equal(ask(&m, "peppermint", 1, NULL), 0);
	buf_clear(&bytes);
	model_clear(&m);
}

static void
phrases_do_not_cross_values(void **state)
{
	struct model m;
	struct sample_record made = {0};
	struct vector_record record = {1, 0, SPAN("papers"), &made.r};
	struct value authors[] = {{SPAN("Joe Duffy"), 0}, {SPAN("Anna Smith"), 0}};
	struct buf bytes = {0};

	(void)state;
	model_init(&m, 13);
	made.r.kind = SPAN("citation");
	made.r.field_count = 1;
	made.r.fields[0] = (struct field){SPAN("author"), FIELD_TEXT, true, 2, authors};
	assert_int_equal(vectors_build(m.cat, &record, 1, &bytes), OK);
	assert_int_equal(vectors_load(m.v, 1, buf_span(&bytes), 1), OK);
	assert_int_equal(ask(&m, "author:\"joe duffy\"", 1, NULL), 1);
	assert_int_equal(ask(&m, "author:\"anna smi\"*", 1, NULL), 1);
	assert_int_equal(ask(&m, "author:\"duffy anna\"", 1, NULL), 0);
	assert_int_equal(ask(&m, "\"duffy anna\"", 1, NULL), 0);
	assert_int_equal(ask(&m, "\"smith anna\"", 1, NULL), 0);
	assert_int_equal(ask(&m, "\"anna smith\" \"joe duffy\"", 1, NULL), 1);
	buf_clear(&bytes);
	model_clear(&m);
}

/* --- threads --- */

struct watcher {
	const struct model *m;
	atomic_bool stop;
	atomic_uint_fast64_t clock; /* committed; one only writer commits */
	atomic_uint_fast64_t asked;
};

/* Each commit keeps the number of `listed:total` records at 50. */
static void *
watcher_run(void *ctx)
{
	struct watcher *w = ctx;

	while (!atomic_load(&w->stop)) {
		size_t n = ask(w->m, "measure:total OR noun:total*", atomic_load(&w->clock), NULL);

		assert_int_equal(n, 50);
		atomic_fetch_add(&w->asked, 1);
	}
	return NULL;
}

static void
put_total(struct model *m, uint64_t document, uint64_t clock)
{
	struct sample s = sample_make(&m->seed, document, 1);
	struct buf bytes = {0};

	s.kind = SAMPLE_FIGURE;
	snprintf(s.key, sizeof s.key, "total");
	assert_int_equal(sample_vector(m->cat, &s, 1, &bytes), OK);
	assert_int_equal(vectors_add(m->v, document, buf_span(&bytes), clock), OK);
	buf_clear(&bytes);
}

static void
readers_see_whole_commits_while_the_writer_works(void **state)
{
	struct model m;
	struct watcher w = {.m = &m};
	pthread_t threads[2];

	(void)state;
	model_init(&m, 14);
	for (uint64_t document = 1; document <= 50; document++)
		put_total(&m, document, 1);
	atomic_store(&w.clock, 1);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, watcher_run, &w), 0);
	/* Nothing is retired: a reader may be at any clock. */
	for (uint64_t clock = 2; clock < 400 || atomic_load(&w.asked) < 50; clock++) {
		assert_int_equal(vectors_remove(m.v, clock - 1, clock), OK);
		put_total(&m, clock + 49, clock);
		if (clock % 5 == 0) {
			vectors_undo(m.v, clock);
			assert_int_equal(vectors_remove(m.v, clock - 1, clock), OK);
			put_total(&m, clock + 49, clock);
		}
		atomic_store(&w.clock, clock);
	}
	atomic_store(&w.stop, true);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	model_clear(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_clock_sees_what_stood_then),
	    cmocka_unit_test(a_commit_in_the_making_is_not_seen),
	    cmocka_unit_test(pages_give_each_standing_record_once_while_others_come_and_go),
	    cmocka_unit_test(what_is_gone_leaves_nothing_behind),
	    cmocka_unit_test(many_terms_stay_in_order),
	    cmocka_unit_test(damaged_bytes_are_refused_or_harmless),
	    cmocka_unit_test(kinds_and_fields_that_are_not_known_are_left_out),
	    cmocka_unit_test(phrases_do_not_cross_values),
	    cmocka_unit_test(readers_see_whole_commits_while_the_writer_works),
	};

	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
