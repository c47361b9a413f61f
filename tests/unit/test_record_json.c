/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_record_json - how a record looks as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "text/record_json.h"

static const char text[] = "In Gr\xc3\xb6nland, where nobody counted before, 60 people came to it.";

static void
check(const struct record *r, const struct document *d, const char *json)
{
	struct buf b = {0};
	struct jwrite o = {.buf = &b};

	jwrite_object_begin(&o);
	record_json_body(r, d, SPAN("tally"), &o);
	jwrite_object_end(&o);
	assert_string_equal(buf_cstr(&b), json);
	buf_clear(&b);
}

static struct document
document(void)
{
	struct document d = {0};

	buf_put_str(&d.text, text);
	return d;
}

static void
place_words_and_whole_numbers_are_written(void **state)
{
	struct document d = document();
	struct value v = {.number = 60};
	struct record r = {.kind = SPAN("tally"), .start = 43, .end = 52, .confidence = 1};

	(void)state;
	r.field_count = 1;
	r.fields[0] = (struct field){.name = SPAN("value"),
				     .type = FIELD_NUMBER,
				     .value_count = 1,
				     .values = &v};
	assert_int_equal(marks_add(&d.marks, MARK_PAGE, 3, 0, d.text.n, SPAN("")), OK);
	assert_int_equal(marks_add(&d.marks, MARK_SECTION, 1, 0, d.text.n, SPAN("Details")), OK);
	check(&r, &d,
	      "{\"kind\":\"tally\",\"page\":3,\"section\":\"Details\",\"start\":43,\"end\":52,"
	      "\"text\":\"60 people\",\"prefix\":\"d, where nobody counted before, \","
	      "\"suffix\":\" came to it.\",\"fields\":{\"value\":60},\"plugin\":\"tally\","
	      "\"confidence\":1}");
	document_clear(&d);
}

static void
no_mark_gives_null_and_prefixes_are_cut_between_characters(void **state)
{
	struct document d = document();
	struct record r = {.kind = SPAN("tally"), .start = 38, .end = 38, .confidence = 0.5};

	(void)state;
	check(&r, &d,
	      "{\"kind\":\"tally\",\"page\":null,\"section\":null,\"start\":38,\"end\":38,"
	      "\"text\":\"\",\"prefix\":\"\xc3\xb6nland, where nobody counted bef\","
	      "\"suffix\":\"ore, 60 people came to it.\",\"fields\":{},\"plugin\":\"tally\","
	      "\"confidence\":0.5}");
	document_clear(&d);
}

static void
an_author_is_always_a_list_and_fields_without_value_are_left_out(void **state)
{
	struct document d = document();
	struct value v = {.text = SPAN("Smith")};
	struct record r = {.kind = SPAN("citation"), .confidence = 1};

	(void)state;
	r.field_count = 2;
	r.fields[0] = (struct field){.name = SPAN("author"),
				     .type = FIELD_TEXT,
				     .value_count = 1,
				     .values = &v};
	r.fields[1] = (struct field){.name = SPAN("title"), .type = FIELD_TEXT, .list = true};
	check(
	    &r, &d,
	    "{\"kind\":\"citation\",\"page\":null,\"section\":null,\"start\":0,\"end\":0,"
	    "\"text\":\"\",\"prefix\":\"\",\"suffix\":\"In Gr\xc3\xb6nland, where nobody counte\","
	    "\"fields\":{\"author\":[\"Smith\"]},\"plugin\":\"tally\",\"confidence\":1}");
	document_clear(&d);
}

static void
offsets_outside_the_text_are_clipped(void **state)
{
	struct document d = document();
	struct record r = {.kind = SPAN("tally"), .start = 1000, .end = 5, .confidence = 1};

	(void)state;
	check(&r, &d,
	      "{\"kind\":\"tally\",\"page\":null,\"section\":null,\"start\":64,\"end\":64,"
	      "\"text\":\"\",\"prefix\":\"ed before, 60 people came to it.\",\"suffix\":\"\","
	      "\"fields\":{},\"plugin\":\"tally\",\"confidence\":1}");
	document_clear(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(place_words_and_whole_numbers_are_written),
	    cmocka_unit_test(no_mark_gives_null_and_prefixes_are_cut_between_characters),
	    cmocka_unit_test(an_author_is_always_a_list_and_fields_without_value_are_left_out),
	    cmocka_unit_test(offsets_outside_the_text_are_clipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
