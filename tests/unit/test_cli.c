/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line's own rules: words with blanks, what may reach a terminal or a
 * spreadsheet, widths.
 */
#include "cli/args.h"
#include "cli/output.h"
#include "cli/progress.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
	const char *word, *query;
} word_cases[] = {
    {"kind:doi", "kind:doi"},
    {"speaker:Joe Duffy", "speaker:\"Joe Duffy\""},
    {"-speaker:Joe Duffy", "-speaker:\"Joe Duffy\""},
    {"under:/srv/My Folder", "under:\"/srv/My Folder\""},
    {"title:a back\\slash here", "title:\"a back\\\\slash here\""},
    {"noun:ANDers people", "noun:\"ANDers people\""},
    {"kind:doi care", "kind:doi care"},
    {"kind:doi doi:10.1000/1", "kind:doi doi:10.1000/1"},
    {"listed:text OR year:2011", "listed:text OR year:2011"},
    {"listed:text NOT care", "listed:text NOT care"},
    {"listed:text -care", "listed:text -care"},
    {"value:>=60 people", "value:>=60 people"},
    {"date:2011..2013 care", "date:2011..2013 care"},
    {"speaker:\"Joe Duffy\" care", "speaker:\"Joe Duffy\" care"},
    {"social care", "social care"},
    {"http://a.org/b c", "http://a.org/b c"},
    {"5:30 in the morning", "5:30 in the morning"},
    {"title:", "title:"},
};

static void
a_word_with_blanks_is_one_value_unless_it_is_a_query(void **state)
{
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(word_cases); i++) {
		buf_reset(&out);
		args_put_query_word(&out, word_cases[i].word);
		assert_string_equal(buf_cstr(&out), word_cases[i].query);
	}
	buf_clear(&out);
}

static const struct {
	const char *text, *safe;
} safe_cases[] = {
    {"plain \xc3\xa9", "plain \xc3\xa9"},
    {"a\x1b[31mred", "a\\x1b[31mred"},
    {"bell\a del\x7f", "bell\\x07 del\\x7f"},
    {"c1 \xc2\x9b", "c1 \\xc2\\x9b"},
    {"turn \xe2\x80\xae"
     "back",
     "turn \\xe2\\x80\\xaeback"},
    {"isolate \xe2\x81\xa6", "isolate \\xe2\\x81\\xa6"},
    {"bad \xff", "bad \\xff"},
    {"two \t\r\n lines", "two lines"},
};

static void
nothing_in_text_steers_a_terminal(void **state)
{
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(safe_cases); i++) {
		buf_reset(&out);
		output_safe(&out, span_of(safe_cases[i].text), true);
		assert_string_equal(buf_cstr(&out), safe_cases[i].safe);
	}
	buf_reset(&out);
	output_safe(&out, SPAN("a\n\tb"), false);
	assert_string_equal(buf_cstr(&out), "a\n\\x09b");
	buf_clear(&out);
}

static const struct {
	const char *text, *field;
} csv_cases[] = {
    {"plain", "plain"},
    {"", ""},
    {"a,b", "\"a,b\""},
    {"say \"no\"", "\"say \"\"no\"\"\""},
    {"two\nlines", "\"two\nlines\""},
    {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
    {"+44 20", "\"'+44 20\""},
    {"-5", "\"'-5\""},
    {"@sum", "\"'@sum\""},
    {"\tx", "\"'\tx\""},
};

static void
csv_is_quoted_and_runs_no_formula(void **state)
{
	struct buf out = {0};
	json_t *number = json_integer(-5);

	(void)state;
	for (size_t i = 0; i < COUNT(csv_cases); i++) {
		buf_reset(&out);
		output_csv_text(&out, span_of(csv_cases[i].text), true);
		assert_string_equal(buf_cstr(&out), csv_cases[i].field);
	}
	buf_reset(&out);
	output_csv(&out, number, false);
	assert_string_equal(buf_cstr(&out), ",-5");
	json_decref(number);
	buf_clear(&out);
}

static void
widths_count_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(output_width(SPAN("caf\xc3\xa9")), 4);
	assert_int_equal(output_width(SPAN("\xe6\x97\xa5\xe6\x9c\xac")), 4);
	assert_int_equal(output_fit(SPAN("\xe6\x97\xa5\xe6\x9c\xac"), 3), 3);
	assert_int_equal(output_fit(SPAN("abc"), 10), 3);
}

static void
durations_read_well(void **state)
{
	char text[32];

	(void)state;
	progress_duration(12.4, text);
	assert_string_equal(text, "12 s");
	progress_duration(3661, text);
	assert_string_equal(text, "1 h 1 min");
	progress_duration(90061, text);
	assert_string_equal(text, "1 d 1 h");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_word_with_blanks_is_one_value_unless_it_is_a_query),
	    cmocka_unit_test(nothing_in_text_steers_a_terminal),
	    cmocka_unit_test(csv_is_quoted_and_runs_no_formula),
	    cmocka_unit_test(widths_count_columns_not_bytes),
	    cmocka_unit_test(durations_read_well),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
