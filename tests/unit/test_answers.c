/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ids and paths as clients write them.
 */
#include "daemon/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void
ids_are_a_document_or_a_record(void **state)
{
	static const char *const bad[] = {"",
					  "0",
					  "01",
					  "1.",
					  ".1",
					  "1.0",
					  "1.01",
					  "1.2.3",
					  "1.2 ",
					  " 1",
					  "-1",
					  "x",
					  "1x",
					  "1,2",
					  "9223372036854775808",
					  "1.4294967296"};
	uint64_t document;
	uint32_t number;

	(void)state;
	assert_true(answer_parse_id(SPAN("12"), &document, &number));
	assert_int_equal(document, 12);
	assert_int_equal(number, 0);
	assert_true(answer_parse_id(SPAN("9223372036854775807.4294967295"), &document, &number));
	assert_true(document == INT64_MAX);
	assert_int_equal(number, UINT32_MAX);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(answer_parse_id(span_of(bad[i]), &document, &number));
}

static const struct {
	const char *path, *clean; /* NULL: refused */
} path_cases[] = {
    {"/srv/impact", "/srv/impact"},
    {"/srv//impact/", "/srv/impact"},
    {"/srv/./impact/x/..", "/srv/impact"},
    {"/..", NULL},
    {"REF/../Law/a.txt", "Law/a.txt"},
    {"../x", NULL},
    {"a/../../x", NULL},
    {"/", "/"},
    {"//", "/"},
    {"", ""},
    {".", ""},
    {"a/..", ""},
    {"..a/...", "..a/..."},
};

static void
paths_lose_what_says_nothing(void **state)
{
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(path_cases); i++) {
		enum err e;

		buf_reset(&out);
		e = answer_clean_path(span_of(path_cases[i].path), &out);
		if (path_cases[i].clean == NULL) {
			assert_int_equal(e, ERR_FORMAT);
			continue;
		}
		assert_int_equal(e, OK);
		assert_string_equal(buf_cstr(&out), path_cases[i].clean);
	}
	assert_int_equal(answer_clean_path(SPAN("/a\0b"), &out), ERR_FORMAT);
	buf_clear(&out);
}

static void
below_ends_at_a_slash(void **state)
{
	struct span below;

	(void)state;
	assert_true(answer_below(SPAN("/srv/a"), SPAN("/srv/a/b/c"), &below));
	assert_true(span_is(below, "b/c"));
	assert_true(answer_below(SPAN("/srv/a"), SPAN("/srv/a"), &below));
	assert_int_equal(below.n, 0);
	assert_true(answer_below(SPAN("/"), SPAN("/srv"), &below));
	assert_true(span_is(below, "srv"));
	assert_false(answer_below(SPAN("/srv/a"), SPAN("/srv/ab"), &below));
	assert_false(answer_below(SPAN("/srv/a"), SPAN("/srv"), &below));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_are_a_document_or_a_record),
	    cmocka_unit_test(paths_lose_what_says_nothing),
	    cmocka_unit_test(below_ends_at_a_slash),
	};

	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
