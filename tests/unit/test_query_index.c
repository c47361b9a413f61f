/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_query_index - queries over a real index: folders, snapshots, what is gone,
 * what `describe` says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "common/jread.h"
#include "index/query.h"

#include "index_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct query *
parse(struct fx *f, const char *text)
{
	struct query_error error;
	struct query *q;

	if (query_parse(f->ix, span_of(text), &q, &error) != OK)
		fail_msg("%s: %s", text, error.message);
	return q;
}

static size_t
count_in(struct fx *f, struct index_read *rd, const char *text, const struct query_page *with)
{
	struct query *q = parse(f, text);
	struct query_page page = with != NULL ? *with : (struct query_page){.limit = 100000};
	struct hits hits = {0};
	size_t n;

	assert_int_equal(query_run(rd, q, &page, &hits), OK);
	n = hits.n;
	hits_clear(&hits);
	query_free(q);
	return n;
}

static size_t
count(struct fx *f, const char *text)
{
	struct index_read *rd = fx_read(f);
	size_t n = count_in(f, rd, text, NULL);

	index_read_end(rd);
	return n;
}

static void
under_takes_what_lies_below_a_folder(void **state)
{
	static const struct {
		const char *query;
		size_t n;
	} cases[] = {
	    {"under:A", 2},
	    {"under:A/B", 1},
	    {"under:A/B/", 1},
	    {"under:./A/B", 1},
	    {"under:A/one.txt", 1},
	    {"under:" FX_ROOT "/A", 2},
	    {"under:" FX_ROOT, 5},
	    {"under:" FX_ROOT "/", 5},
	    {"under:/srv", 5},
	    {"under:/", 5},
	    {"under:.", 5},
	    {"under:/sr", 0},
	    {"under:A/C", 0},
	    {"under:a", 0},
	    {"under:B", 0},
	    {"under:\"A B\"", 1},
	    {"-under:A", 3},
	    {"under:A OR under:C", 3},
	    {"under:A under:C", 0},
	    {"doi:10.1000/one under:A", 1},
	    {"doi:10.1000/one under:C", 0},
	    {"doi:10.1000/* -under:A", 2},
	    {"kind:figure under:A", 0},
	    {"kind:figure under:C OR doi:10.1000/one", 1},
	};
	struct fx *f = *state;

	fx_put(f, "A/one.txt", "10.1000/one");
	fx_put(f, "A/B/two.txt", "10.1000/two");
	fx_put(f, "A B/three.txt", "10.1000/three");
	fx_put(f, "C/four.txt", "10.1000/four");
	fx_put(f, "AA.txt", "n=5");
	for (size_t i = 0; i < COUNT(cases); i++)
		if (count(f, cases[i].query) != cases[i].n)
			fail_msg("%s: %zu", cases[i].query, count(f, cases[i].query));
}

static void
under_follows_moves_and_both_paths_of_a_document(void **state)
{
	struct fx *f = *state;

	fx_put(f, "A/one.txt", "10.1000/one");
	assert_int_equal(count(f, "under:A"), 1);
	fx_put(f, "B/copy.txt", "10.1000/one");
	assert_int_equal(count(f, "under:A"), 1);
	assert_int_equal(count(f, "under:B"), 1);
	assert_int_equal(count(f, "under:A OR under:B"), 1);
	fx_move(f, "A", "C");
	assert_int_equal(count(f, "under:A"), 0);
	assert_int_equal(count(f, "under:C"), 1);
	fx_state(f, "B/copy.txt", FILE_GONE);
	assert_int_equal(count(f, "under:B"), 0);
	assert_int_equal(count(f, "doi:10.1000/one"), 1);
}

/* Many documents: small folders are walked, large ones asked document by document first. */
static void
under_is_the_same_by_walking_and_by_paths(void **state)
{
	struct fx *f = *state;
	struct index_txn *txn = fx_begin(f);

	for (int i = 0; i < 6000; i++) {
		char path[64], text[64];

		snprintf(path, sizeof path, "%s/%d/%d.txt", i % 100 == 0 ? "few" : "many", i % 7,
			 i);
		snprintf(text, sizeof text, "10.1000/%d n=%d", i, i);
		assert_int_equal(fx_try_put(txn, f->root, path, text), OK);
	}
	fx_commit_quietly(txn);
	assert_int_equal(count(f, "under:few kind:doi"), 60);
	assert_int_equal(count(f, "under:many kind:doi"), 5940);
	assert_int_equal(count(f, "-under:many"), 120);
	assert_int_equal(count(f, "under:many value:<100"), 99);
	assert_int_equal(count(f, "under:few/0 OR under:few/1"), 2 * (9 + 8));
	assert_int_equal(count(f, "under:nowhere OR doi:10.1000/7"), 1);
}

static void
a_snapshot_s_answers_stay(void **state)
{
	struct fx *f = *state;
	struct index_read *rd;

	fx_put(f, "a.txt", "10.1000/one");
	fx_put(f, "b.txt", "10.1000/two n=5");
	rd = fx_read(f);
	fx_put(f, "c.txt", "10.1000/three");
	fx_state(f, "a.txt", FILE_GONE);
	fx_put(f, "d.txt", "10.1000/four");
	assert_int_equal(count_in(f, rd, "kind:doi", NULL), 2);
	assert_int_equal(count_in(f, rd, "doi:10.1000/one", NULL), 1);
	assert_int_equal(count(f, "doi:10.1000/one"), 0);
	assert_int_equal(count(f, "kind:doi"), 3);
	index_read_end(rd);
	fx_reopen(f);
	assert_int_equal(count(f, "kind:doi"), 3);
	assert_int_equal(count(f, "value:5"), 1);
}

static void
look_ups_are_quick_and_large_scans_are_not(void **state)
{
	static const struct {
		const char *query;
		size_t limit;
		bool quick;
	} cases[] = {
	    {"doi:10.1000/17", 100, true},
	    {"kind:doi doi:10.1000/17", 100, true},
	    {"", 100, true},
	    {"kind:doi", 100, true},
	    {"kind:doi", 100000, false},
	    {"value:1..3", 100, true},
	    {"value:>1", 100, false},
	    {"kind:doi -doi:10.1000/5", 100, false},
	    {"doi:10.1000/17 under:x", 100, true},
	    {"under:x", 100, false},
	    {"-kind:doi", 100, false},
	    {"document:17 -kind:doi", 100, true},
	};
	struct fx *f = *state;
	struct index_txn *txn = fx_begin(f);

	for (int i = 0; i < 3000; i++) {
		char path[64], text[64];

		snprintf(path, sizeof path, "%d.txt", i);
		snprintf(text, sizeof text, "10.1000/%d n=%d", i, i);
		assert_int_equal(fx_try_put(txn, f->root, path, text), OK);
	}
	fx_commit_quietly(txn);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct query *q = parse(f, cases[i].query);

		if (query_is_quick(f->ix, q, cases[i].limit) != cases[i].quick)
			fail_msg("%s", cases[i].query);
		query_free(q);
	}
}

static void
kinds_and_operators_are_described(void **state)
{
	struct fx *f = *state;
	struct buf out = {0};
	json_t *kinds, *operators;

	assert_int_equal(query_describe_kinds(f->ix, &out), OK);
	assert_int_equal(jread_parse(buf_span(&out), &kinds, NULL), OK);
	assert_int_equal(json_array_size(kinds), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(kinds, 0), "name")),
			    "doi");
	assert_string_equal(json_string_value(
				json_object_get(json_object_get(json_array_get(kinds, 1), "fields"),
						"value")),
			    "number");
	buf_reset(&out);
	assert_int_equal(query_describe_operators(&out), OK);
	assert_int_equal(jread_parse(buf_span(&out), &operators, NULL), OK);
	assert_true(json_array_size(operators) > 10);
	json_decref(kinds);
	json_decref(operators);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(under_takes_what_lies_below_a_folder, fx_setup,
					    fx_teardown),
	    cmocka_unit_test_setup_teardown(under_follows_moves_and_both_paths_of_a_document,
					    fx_setup, fx_teardown),
	    cmocka_unit_test_setup_teardown(under_is_the_same_by_walking_and_by_paths, fx_setup,
					    fx_teardown),
	    cmocka_unit_test_setup_teardown(a_snapshot_s_answers_stay, fx_setup, fx_teardown),
	    cmocka_unit_test_setup_teardown(look_ups_are_quick_and_large_scans_are_not, fx_setup,
					    fx_teardown),
	    cmocka_unit_test_setup_teardown(kinds_and_operators_are_described, fx_setup,
					    fx_teardown),
	};

	return cmocka_run_group_tests_name("query_index", tests, NULL, NULL);
}
