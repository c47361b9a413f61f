/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_text - marks, the builder, words, numbers, dates and DOIs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "text/date.h"
#include "text/document.h"
#include "text/doi.h"
#include "text/number.h"
#include "text/words.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- marks --- */

static struct marks
marks_of_a_table(void)
{
	struct marks m = {0};

	assert_int_equal(marks_add(&m, MARK_ROW, 2, 20, 30, SPAN("")), OK);
	assert_int_equal(marks_add(&m, MARK_PAGE, 1, 0, 40, SPAN("")), OK);
	assert_int_equal(marks_add(&m, MARK_PAGE, 2, 40, 40, SPAN("")), OK);
	assert_int_equal(marks_add(&m, MARK_PAGE, 3, 40, 60, SPAN("")), OK);
	assert_int_equal(marks_add(&m, MARK_ROW, 1, 10, 19, SPAN("")), OK);
	assert_int_equal(marks_add(&m, MARK_TABLE, 1, 10, 30, SPAN("name\tcount")), OK);
	marks_sort(&m);
	return m;
}

static void
marks_are_sorted_outer_before_inner(void **state)
{
	struct marks m = marks_of_a_table();

	(void)state;
	assert_int_equal(m.list[0].type, MARK_PAGE);
	assert_int_equal(m.list[1].type, MARK_TABLE);
	assert_int_equal(m.list[2].number, 1);
	assert_int_equal(m.list[3].number, 2);
	assert_int_equal(m.list[4].number, 3);
	assert_true(span_is(marks_name(&m, &m.list[1]), "name\tcount"));
	marks_clear(&m);
}

static void
marks_at_finds_what_stands_around_a_place(void **state)
{
	struct marks m = marks_of_a_table();

	(void)state;
	assert_int_equal(marks_at(&m, MARK_ROW, 25)->number, 2);
	assert_int_equal(marks_at(&m, MARK_ROW, 10)->number, 1);
	assert_null(marks_at(&m, MARK_ROW, 19));
	assert_int_equal(marks_at(&m, MARK_TABLE, 19)->number, 1);
	assert_int_equal(marks_at(&m, MARK_PAGE, 39)->number, 1);
	assert_int_equal(marks_at(&m, MARK_PAGE, 40)->number, 3);
	assert_null(marks_at(&m, MARK_PAGE, 60));
	assert_null(marks_at(&m, MARK_HEADING, 25));
	marks_clear(&m);
}

static void
marks_at_finds_an_empty_page(void **state)
{
	struct marks m = {0};

	(void)state;
	assert_int_equal(marks_add(&m, MARK_PAGE, 1, 0, 0, SPAN("")), OK);
	marks_sort(&m);
	assert_int_equal(marks_at(&m, MARK_PAGE, 0)->number, 1);
	marks_clear(&m);
}

/* Against a look at every mark. */
static void
marks_at_agrees_with_a_slow_search(void **state)
{
	struct marks m = {0};
	uint32_t seed = 1;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		uint64_t start, length;

		seed = seed * 1103515245 + 12345;
		start = seed >> 16 & 127;
		seed = seed * 1103515245 + 12345;
		length = 1 + (seed >> 16 & 31);
		assert_int_equal(marks_add(&m, i % 2 ? MARK_QUOTED : MARK_LINK, i, start,
					   start + length, SPAN("")),
				 OK);
	}
	marks_sort(&m);
	for (uint64_t at = 0; at < 170; at++) {
		const struct mark *slow = NULL;

		for (size_t i = 0; i < m.n; i++)
			if (m.list[i].type == MARK_QUOTED && m.list[i].start <= at &&
			    m.list[i].end > at)
				slow = &m.list[i];
		assert_ptr_equal(marks_at(&m, MARK_QUOTED, at), slow);
	}
	marks_clear(&m);
}

static void
marks_survive_being_stored(void **state)
{
	struct marks m = marks_of_a_table(), back = {0};
	struct buf stored = {0};

	(void)state;
	marks_encode(&m, &stored);
	assert_int_equal(marks_decode(buf_span(&stored), 60, &back), OK);
	assert_int_equal(back.n, m.n);
	for (size_t i = 0; i < m.n; i++) {
		assert_int_equal(back.list[i].type, m.list[i].type);
		assert_int_equal(back.list[i].start, m.list[i].start);
		assert_int_equal(back.list[i].end, m.list[i].end);
		assert_true(span_eq(marks_name(&back, &back.list[i]), marks_name(&m, &m.list[i])));
	}
	assert_int_equal(marks_at(&back, MARK_ROW, 25)->number, 2);
	marks_clear(&back);
	marks_clear(&m);
	buf_clear(&stored);
}

static void
damaged_marks_are_refused(void **state)
{
	struct marks m = marks_of_a_table(), back = {0};
	struct buf stored = {0};
	uint32_t many = 0xffffffff;

	(void)state;
	marks_encode(&m, &stored);
	for (size_t n = 0; n < stored.n; n++)
		assert_int_equal(marks_decode(span_sub(buf_span(&stored), 0, n), 60, &back),
				 ERR_FORMAT);
	/* One reaches beyond the text. */
	assert_int_equal(marks_decode(buf_span(&stored), 59, &back), ERR_FORMAT);
	/* A byte too many. */
	buf_put_char(&stored, 'x');
	assert_int_equal(marks_decode(buf_span(&stored), 60, &back), ERR_FORMAT);
	/* A type that there is not; a count that cannot be. */
	stored.n--;
	stored.p[4] = 77;
	assert_int_equal(marks_decode(buf_span(&stored), 60, &back), ERR_FORMAT);
	memcpy(stored.p, &many, sizeof many);
	assert_int_equal(marks_decode(buf_span(&stored), 60, &back), ERR_FORMAT);
	assert_int_equal(back.n, 0);
	buf_clear(&stored);
	marks_clear(&m);
}

static void
unsorted_marks_are_refused(void **state)
{
	struct marks m = {0}, back = {0};
	struct buf stored = {0};

	(void)state;
	assert_int_equal(marks_add(&m, MARK_LINK, 1, 9, 10, SPAN("a")), OK);
	assert_int_equal(marks_add(&m, MARK_LINK, 1, 2, 3, SPAN("b")), OK);
	marks_encode(&m, &stored);
	assert_int_equal(marks_decode(buf_span(&stored), 60, &back), ERR_FORMAT);
	buf_clear(&stored);
	marks_clear(&m);
}

static void
long_names_are_cut_on_a_character(void **state)
{
	char name[MARK_NAME_MAX + 10];
	struct marks m = {0};

	(void)state;
	memset(name, 'a', sizeof name);
	memcpy(name + MARK_NAME_MAX - 1, "\xc3\xa9", 2);
	assert_int_equal(marks_add(&m, MARK_LINK, 0, 0, 1, (struct span){name, sizeof name}), OK);
	assert_int_equal(marks_name(&m, &m.list[0]).n, MARK_NAME_MAX - 1);
	marks_clear(&m);
}

/* --- meta --- */

static void
meta_gives_back_what_was_put(void **state)
{
	struct buf meta = {0};
	struct meta_pair pair;
	size_t at = 0;

	(void)state;
	meta_put(&meta, SPAN("subject"), SPAN("The tide gauge"));
	meta_put(&meta, SPAN("Not A Key"), SPAN("left out"));
	meta_put(&meta, SPAN("x-url"), SPAN(""));
	assert_true(meta_valid(buf_span(&meta)));
	assert_true(meta_next(buf_span(&meta), &at, &pair));
	assert_true(span_is(pair.key, "subject") && span_is(pair.value, "The tide gauge"));
	assert_true(meta_next(buf_span(&meta), &at, &pair));
	assert_true(span_is(pair.key, "x-url") && pair.value.n == 0);
	assert_false(meta_next(buf_span(&meta), &at, &pair));
	for (size_t n = 1; n < meta.n; n++)
		if (n != 4 + 7 + 4 + 14)
			assert_false(meta_valid(span_sub(buf_span(&meta), 0, n)));
	buf_clear(&meta);
}

static void
meta_that_is_not_utf8_is_refused(void **state)
{
	struct buf meta = {0};

	(void)state;
	meta_put(&meta, SPAN("subject"), SPAN("a\xff"));
	assert_false(meta_valid(buf_span(&meta)));
	buf_clear(&meta);
}

/* --- the builder --- */

static struct document
built(const char *in)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;

	assert_non_null(b);
	builder_text(b, span_of(in));
	assert_int_equal(builder_finish(b, &d), OK);
	builder_free(b);
	return d;
}

static void
text_is_made_regular(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"", ""},
	    {"one", "one"},
	    {"one\n", "one"},
	    {"\n\n one", " one"},
	    {"one \t\ntwo", "one\ntwo"},
	    {"one\r\ntwo\rthree", "one\ntwo\nthree"},
	    {"one\r\n\r\ntwo", "one\n\ntwo"},
	    {"one\n \n\t\n\n\ntwo", "one\n\ntwo"},
	    {"one\xc2\xa0\ntwo\xc2\xa0three", "one\ntwo\xc2\xa0three"},
	    {"a\x01"
	     "b\x7f"
	     "c\xc2\x9a",
	     "abc"},
	    {"soft\xc2\xad"
	     "ly \xef\xbb\xbfgone",
	     "softly gone"},
	    {"page\ftwo\vthree\xc2\x85"
	     "four\xe2\x80\xa8"
	     "five\xe2\x80\xa9six",
	     "page\ntwo\nthree\nfour\nfive\n\nsix"},
	    {"cafe\xcc\x81", "caf\xc3\xa9"},
	    {"caf\xe9 \xc3", "caf\xef\xbf\xbd \xef\xbf\xbd"},
	    {"a\tb", "a\tb"},
	    {"\xe1\x84\x80\xe1\x85\xa1", "\xea\xb0\x80"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct document d = built(cases[i].in);

		assert_int_equal(d.text.n, strlen(cases[i].out));
		assert_memory_equal(d.text.p == NULL ? "" : d.text.p, cases[i].out, d.text.n);
		document_clear(&d);
	}
}

static void
a_mark_covers_what_can_be_seen(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;
	size_t link;

	(void)state;
	builder_text(b, SPAN("see"));
	builder_paragraph(b);
	builder_paragraph(b);
	link = builder_open(b, MARK_LINK, 0, SPAN("https://example.org/"));
	builder_text(b, SPAN(" e\xcc\x81t\xc3\xa9 "));
	builder_close(b, link);
	builder_text(b, SPAN(" now"));
	link = builder_open(b, MARK_LINK, 0, SPAN("https://example.org/none"));
	builder_text(b, SPAN("  "));
	builder_close(b, link);
	assert_int_equal(builder_finish(b, &d), OK);
	assert_int_equal(d.marks.n, 1);
	assert_true(span_is(buf_span(&d.text), "see\n\n \xc3\xa9t\xc3\xa9  now"));
	assert_int_equal(d.marks.list[0].start, 6);
	assert_int_equal(d.marks.list[0].end, 11);
	assert_true(span_is(marks_name(&d.marks, &d.marks.list[0]), "https://example.org/"));
	document_clear(&d);
	builder_free(b);
}

static void
characters_do_not_compose_over_a_mark(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;
	size_t link;

	(void)state;
	builder_text(b, SPAN("e"));
	link = builder_open(b, MARK_LINK, 0, SPAN("u"));
	builder_text(b, SPAN("\xcc\x81x"));
	builder_close(b, link);
	assert_int_equal(builder_finish(b, &d), OK);
	assert_int_equal(d.marks.list[0].start, 1);
	assert_int_equal(d.marks.list[0].end, 4);
	document_clear(&d);
	builder_free(b);
}

static void
characters_compose_over_two_puts(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;

	(void)state;
	builder_text(b, SPAN("e"));
	builder_text(b, SPAN("\xcc\x81"));
	builder_text(b, SPAN("\r"));
	builder_text(b, SPAN("\nx"));
	assert_int_equal(builder_finish(b, &d), OK);
	assert_true(span_is(buf_span(&d.text), "\xc3\xa9\nx"));
	document_clear(&d);
	builder_free(b);
}

static void
a_row_keeps_its_empty_first_cells(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;
	size_t table = builder_open(b, MARK_TABLE, 1, SPAN("")), row;

	(void)state;
	builder_name(b, table, SPAN("Who\tHow  many"));
	row = builder_open(b, MARK_ROW, 1, SPAN(""));
	builder_text(b, SPAN("Ann\t40\t"));
	builder_close(b, row);
	builder_newline(b);
	row = builder_open(b, MARK_ROW, 2, SPAN(""));
	builder_text(b, SPAN("\t50"));
	builder_close(b, row);
	builder_close(b, table);
	assert_int_equal(builder_finish(b, &d), OK);
	assert_true(span_is(buf_span(&d.text), "Ann\t40\n\t50"));
	assert_int_equal(d.marks.n, 3);
	assert_true(span_is(marks_name(&d.marks, &d.marks.list[0]), "Who\tHow many"));
	assert_int_equal(d.marks.list[2].start, 7);
	assert_int_equal(d.marks.list[2].end, 10);
	document_clear(&d);
	builder_free(b);
}

static void
empty_pages_are_kept(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;

	(void)state;
	for (uint32_t page = 1; page <= 3; page++) {
		size_t token = builder_open(b, MARK_PAGE, page, SPAN(""));

		if (page != 2)
			builder_text(b, SPAN("words"));
		builder_paragraph(b);
		builder_close(b, token);
	}
	builder_pages(b, 3);
	assert_int_equal(builder_finish(b, &d), OK);
	assert_int_equal(d.marks.n, 3);
	assert_int_equal(d.pages, 3);
	assert_int_equal(marks_at(&d.marks, MARK_PAGE, 0)->number, 1);
	assert_int_equal(marks_at(&d.marks, MARK_PAGE, 5)->number, 2);
	assert_int_equal(marks_at(&d.marks, MARK_PAGE, 7)->number, 3);
	document_clear(&d);
	builder_free(b);
}

static void
put_heading(struct builder *b, uint32_t level, const char *words)
{
	size_t token = builder_open(b, MARK_HEADING, level, SPAN(""));

	builder_text(b, span_of(words));
	builder_close(b, token);
	builder_paragraph(b);
	builder_text(b, SPAN("Some words."));
	builder_paragraph(b);
}

static struct span
section_at(const struct document *d, uint64_t at)
{
	const struct mark *mark = marks_at(&d->marks, MARK_SECTION, at);

	return mark == NULL ? SPAN("") : marks_name(&d->marks, mark);
}

static void
headings_make_sections(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;

	(void)state;
	builder_text(b, SPAN("Before."));
	builder_paragraph(b);
	put_heading(b, 1, "First  part");
	put_heading(b, 2, "Below it");
	put_heading(b, 1, "Second part");
	assert_int_equal(builder_finish(b, &d), OK);
	assert_true(span_is(section_at(&d, 0), ""));
	assert_true(span_is(section_at(&d, 9), "First part"));
	assert_true(span_is(section_at(&d, 25), "First part"));
	assert_true(span_is(section_at(&d, 36), "Below it"));
	assert_true(span_is(section_at(&d, d.text.n - 1), "Second part"));
	document_clear(&d);
	builder_free(b);
}

static void
text_is_cut_at_the_last_whole_paragraph(void **state)
{
	static const struct {
		const char *in, *out;
		uint64_t limit;
	} cases[] = {
	    {"aaaa bbbb\n\ncccc dddd", "aaaa bbbb", 15},
	    {"aaaa bbbb\n\ncccc dddd", "aaaa bbbb", 9},
	    {"aaaa bbbb\n\ncccc dddd", "aaaa bbb", 8},
	    {"a\n\nbbbbbbbbbbbbb\ncccc", "a\n\nbbbbbbbbbbbbb", 19},
	    {"a\n\nbbbbbbbbbbb\xc3\xa9", "a\n\nbbbbbbbbbbb", 15},
	    {"aaaaaaaa", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct builder *b = builder_new(cases[i].limit);
		struct document d;
		size_t token = builder_open(b, MARK_HEADING, 1, SPAN(""));

		builder_text(b, span_of(cases[i].in));
		builder_close(b, token);
		assert_true(builder_full(b));
		builder_text(b, SPAN("more"));
		assert_int_equal(builder_finish(b, &d), OK);
		assert_int_equal(d.text.n, strlen(cases[i].out));
		assert_memory_equal(d.text.p, cases[i].out, d.text.n);
		assert_true(d.cut[0] != '\0');
		for (size_t k = 0; k < d.marks.n; k++)
			assert_true(d.marks.list[k].end <= d.text.n);
		document_clear(&d);
		builder_free(b);
	}
}

static void
a_text_at_its_limit_is_whole(void **state)
{
	struct builder *b = builder_new(4);
	struct document d;

	(void)state;
	builder_text(b, SPAN("four\n\n"));
	assert_int_equal(builder_finish(b, &d), OK);
	assert_int_equal(d.text.n, 4);
	assert_string_equal(d.cut, "");
	document_clear(&d);
	builder_free(b);
}

static void
a_long_line_is_the_same_as_a_short_one(void **state)
{
	struct builder *b = builder_new(1 << 24);
	struct buf in = {0}, out = {0};
	struct document d;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		buf_put_str(&in, "e\xcc\x81 ");
		buf_put_str(&out, i < 59999 ? "\xc3\xa9 " : "\xc3\xa9");
	}
	builder_text(b, buf_span(&in));
	assert_int_equal(builder_finish(b, &d), OK);
	assert_true(span_eq(buf_span(&d.text), buf_span(&out)));
	document_clear(&d);
	builder_free(b);
	buf_clear(&in);
	buf_clear(&out);
}

static void
title_and_meta_are_one_line(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document d;
	struct meta_pair pair;
	size_t at = 0;

	(void)state;
	builder_title(b, SPAN("  A \n title\xc2\xa0here "));
	builder_title(b, SPAN("Another"));
	builder_meta(b, "Date Saved", SPAN(" 2 May\t2012"));
	builder_meta(b, "empty", SPAN(" \n"));
	builder_format(b, "text");
	assert_int_equal(builder_finish(b, &d), OK);
	assert_string_equal(d.title, "A title here");
	assert_string_equal(d.format, "text");
	assert_true(meta_valid(buf_span(&d.meta)));
	assert_true(meta_next(buf_span(&d.meta), &at, &pair));
	assert_true(span_is(pair.key, "date_saved") && span_is(pair.value, "2 May 2012"));
	assert_false(meta_next(buf_span(&d.meta), &at, &pair));
	document_clear(&d);
	builder_free(b);
}

/* --- words --- */

static void
words_are_folded(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"", ""},
	    {"One two,three", "one two three"},
	    {"L'\xc3\x89tat", "l'etat"},
	    {"don\xe2\x80\x99t DON'T", "don't don't"},
	    {"Stra\xc3\x9f"
	     "e \xef\xac\x81t",
	     "strasse fit"},
	    {"10.1093/bjsw/bcr162", "10.1093 bjsw bcr162"},
	    {"doi:10.1 3,000 1;2 a,b", "doi 10.1 3,000 1;2 a b"},
	    {"U.K. e.g. snake_case __ 'quoted'", "u.k e.g snake_case quoted"},
	    {"x\xe2\x80\x93y \xe2\x80\x9cquoted\xe2\x80\x9d", "x y quoted"},
	    {"na\xc3\xafve nai\xcc\x88ve", "naive naive"},
	    {"\xe6\xbc\xa2\xe5\xad\x97", "\xe6\xbc\xa2 \xe5\xad\x97"},
	    {"caf\xc3\xa9:ole", "cafe ole"},
	    {"-- \xe2\x80\xa6 !", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};

		assert_int_equal(words_fold(span_of(cases[i].in), &out), OK);
		assert_string_equal(buf_cstr(&out), cases[i].out);
		buf_clear(&out);
	}
}

/* What the ASCII way gives, the Unicode way gives too: a letter outside ASCII in
   the same piece makes it take that one. */
static void
both_ways_part_alike(void **state)
{
	static const char *const cases[] = {"a.b", "a..b", "1.2",  "1,2", "a,b", "1;2", "a_1",
					    "_a",  "a'b",  "'a",   "a-b", "1.a", "a.1", "a1b2",
					    "1'2", "a/b",  "(a)b", "_",   "1_2", "a.'b"};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf ascii = {0}, mixed = {0}, in = {0};

		assert_int_equal(words_fold(span_of(cases[i]), &ascii), OK);
		buf_printf(&in, "%s/\xc3\xa9", cases[i]);
		assert_int_equal(words_fold(buf_span(&in), &mixed), OK);
		if (ascii.n > 0)
			buf_put_char(&ascii, ' ');
		buf_put_char(&ascii, 'e');
		assert_string_equal(buf_cstr(&ascii), buf_cstr(&mixed));
		buf_clear(&ascii);
		buf_clear(&mixed);
		buf_clear(&in);
	}
}

static void
note_place(void *ctx, struct span folded, size_t from, size_t to)
{
	assert_true(folded.n <= WORD_BYTES_MAX);
	buf_printf(ctx, "%zu-%zu ", from, to);
}

static void
words_say_where_they_stand(void **state)
{
	struct buf out = {0};

	(void)state;
	assert_int_equal(words_each(SPAN(" One \xc3\xa9t\xc3\xa9."), note_place, &out), OK);
	assert_string_equal(buf_cstr(&out), "1-4 5-10 ");
	buf_clear(&out);
}

static void
long_words_are_cut_on_a_character(void **state)
{
	struct buf in = {0}, out = {0};

	(void)state;
	buf_put_char(&in, 'x');
	for (int i = 0; i < 50000; i++)
		buf_put_str(&in, "\xce\xb1");
	assert_int_equal(words_fold(buf_span(&in), &out), OK);
	assert_true(span_starts(buf_span(&out), SPAN("x\xce\xb1")));
	for (int i = 0; i < 100; i++)
		buf_put_char(&in, 'y');
	buf_reset(&out);
	assert_int_equal(words_each(buf_span(&in), note_place, &out), OK);
	buf_clear(&in);
	buf_clear(&out);
}

/* --- numbers --- */

static void
numbers_are_read(void **state)
{
	static const struct {
		const char *in;
		double value;
		size_t used;
	} cases[] = {
	    {"1,200 people", 1200, 5},
	    {" 1 200 people", 1200, 6},
	    {"3.5", 3.5, 3},
	    {"3.", 3, 1},
	    {"1.2 million.", 1.2e6, 11},
	    {"12k", 12000, 3},
	    {"2011,2012", 2011, 4},
	    {"1,20", 1, 1},
	    {"12,345,678", 12345678, 10},
	    {"180+", 180, 3},
	    {"two dozen", 24, 9},
	    {"twelve hundred", 1200, 14},
	    {"two hundred and fifty", 250, 21},
	    {"two hundred and fifty thousand and six", 250006, 38},
	    {"Twenty-five days", 25, 11},
	    {"twenty five", 25, 11},
	    {"three and four", 3, 5},
	    {"a dozen", 12, 7},
	    {"half a million", 500000, 14},
	    {"a hundred and ten", 110, 17},
	    {"one", 1, 3},
	    {"six events", 6, 3},
	    {"60\xe2\x80\x93"
	     "80",
	     60, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		double value = 0;
		size_t used = 0;

		assert_true(number_parse(span_of(cases[i].in), &value, &used));
		assert_true(value == cases[i].value);
		assert_int_equal(used, cases[i].used);
	}
}

static void
what_is_no_number_is_none(void **state)
{
	static const char *const cases[] = {"",
					    "a",
					    "an event",
					    "third",
					    "3rd",
					    "21st",
					    "20km",
					    "people",
					    "million",
					    "-5",
					    "sixes",
					    "a few",
					    "99999999999999999999",
					    "half of them",
					    "and six"};
	double value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_false(number_parse(span_of(cases[i]), &value, NULL));
}

/* --- dates --- */

static void
dates_are_read(void **state)
{
	static const struct {
		const char *in, *from, *to, *words;
	} cases[] = {
	    {"on 12 March 2011.", "2011-03-12", "2011-03-12", "12 March 2011"},
	    {"Sunday 12th of March, 2011", "2011-03-12", "2011-03-12", "12th of March, 2011"},
	    {"March 12, 2011", "2011-03-12", "2011-03-12", "March 12, 2011"},
	    {"12/03/2011", "2011-03-12", "2011-03-12", "12/03/2011"},
	    {"2011-03-12", "2011-03-12", "2011-03-12", "2011-03-12"},
	    {"in March 2011", "2011-03", "2011-03", "March 2011"},
	    {"in 2011, they", "2011", "2011", "2011"},
	    {"between November 2011 and May 2013", "2011-11", "2013-05",
	     "November 2011 and May 2013"},
	    {"2011-13", "2011", "2013", "2011-13"},
	    {"2011/12", "2011", "2012", "2011/12"},
	    {"2009\xe2\x80\x93"
	     "2011",
	     "2009", "2011",
	     "2009\xe2\x80\x93"
	     "2011"},
	    {"from 2009 to 2011", "2009", "2011", "2009 to 2011"},
	    {"between 2009 and 2011", "2009", "2011", "2009 and 2011"},
	    {"papers of 2009 and 2011", "2009", "2009", "2009"},
	    {"12-14 May 2012", "2012-05-12", "2012-05-14", "12-14 May 2012"},
	    {"12 to 14 May 2012", "2012-05-12", "2012-05-14", "12 to 14 May 2012"},
	    {"30 April to 2 May 2012", "2012-04-30", "2012-05-02", "30 April to 2 May 2012"},
	    {"May to July 2012", "2012-05", "2012-07", "May to July 2012"},
	    {"they may come in June 2012", "2012-06", "2012-06", "June 2012"},
	    {"12 o Fawrth 2015", "2015-03-12", "2015-03-12", "12 o Fawrth 2015"},
	    {"Medi 2015", "2015-09", "2015-09", "Medi 2015"},
	    {"Sept. 2010", "2010-09", "2010-09", "Sept. 2010"},
	    {"2011-03", "2011-03", "2011-03", "2011-03"},
	    {"31 February 2011", "2011-02", "2011-02", "February 2011"},
	    {"10.1000/2011.5 in 1999", "1999", "1999", "1999"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct date_range range;
		size_t at, used;
		struct span in = span_of(cases[i].in);

		assert_true(date_parse(in, &range, &at, &used));
		assert_string_equal(range.from, cases[i].from);
		assert_string_equal(range.to, cases[i].to);
		assert_true(span_is(span_sub(in, at, used), cases[i].words));
	}
}

static void
what_is_no_date_is_none(void **state)
{
	static const char *const cases[] = {"",      "may",   "12 of them", "1400",  "20115",
					    "A2011", "2011b", "May 12",     "3.2011"};
	struct date_range range;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_false(date_parse(span_of(cases[i]), &range, NULL, NULL));
}

static void
dates_are_days(void **state)
{
	int32_t first, last;

	(void)state;
	assert_true(date_days(SPAN("1970"), &first, &last));
	assert_int_equal(first, 0);
	assert_int_equal(last, 364);
	assert_true(date_days(SPAN("2012-02"), &first, &last));
	assert_int_equal(last - first, 28);
	assert_true(date_days(SPAN("2011-12"), &first, &last));
	assert_int_equal(last - first, 30);
	assert_true(date_days(SPAN("2000-03-01"), &first, &last));
	assert_int_equal(first, 11017);
	assert_int_equal(last, 11017);
	assert_false(date_days(SPAN("2011-02-29"), &first, &last));
	assert_false(date_days(SPAN("2011-13"), &first, &last));
	assert_false(date_days(SPAN("2011-1-1"), &first, &last));
	assert_false(date_days(SPAN("20x1"), &first, &last));
	assert_false(date_days(SPAN(""), &first, &last));
}

/* --- DOIs --- */

static void
dois_are_brought_to_their_form(void **state)
{
	static const struct {
		const char *in, *out;
		size_t used;
	} cases[] = {
	    {"10.1000/ABC.", "10.1000/abc", 11},
	    {"doi:10.1000/abc,", "10.1000/abc", 15},
	    {"DOI: 10.1000/abc", "10.1000/abc", 16},
	    {"https://doi.org/10.1000/abc?x=1", "10.1000/abc", 27},
	    {"http://dx.doi.org/10.1000%2Fabc", "10.1000/abc", 31},
	    {"doi:https://dx.doi.org/10.1000/abc", "10.1000/abc", 34},
	    {"10.1000/a(1)b).", "10.1000/a(1)b", 13},
	    {"10.1016/0022-1694(82)90165-0", "10.1016/0022-1694(82)90165-0", 28},
	    {"10.1002/(SICI)1097(1996)99:1<1::AID-X1>3.0.CO;2-1 and",
	     "10.1002/(sici)1097(1996)99:1<1::aid-x1>3.0.co;2-1", 49},
	    {"10.1002/1521(2001)53:3/4<121::AID-ST121>3.0.CO;2-Q.",
	     "10.1002/1521(2001)53:3/4<121::aid-st121>3.0.co;2-q", 50},
	    {"10.1000/abc\"", "10.1000/abc", 11},
	    {"10.1000/abc\xe2\x80\x9d", "10.1000/abc", 11},
	    {"10.1000.10/abc", "10.1000.10/abc", 14},
	    {"10.1000/abc</a>", "10.1000/abc", 11},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};
		size_t used;

		assert_true(doi_normalise(span_of(cases[i].in), &out, &used));
		assert_string_equal(buf_cstr(&out), cases[i].out);
		assert_int_equal(used, cases[i].used);
		buf_clear(&out);
	}
}

static void
what_is_no_doi_is_none(void **state)
{
	static const char *const cases[] = {"",           "10.1000",
					    "10.1000/",   "10.100/abc",
					    "doi:",       "11.1000/abc",
					    "10.1000/.",  "doi: see there",
					    "10.1000 /a", "10.1234567890/abc"};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_false(doi_normalise(span_of(cases[i]), &out, NULL));
	assert_int_equal(out.n, 0);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks_are_sorted_outer_before_inner),
	    cmocka_unit_test(marks_at_finds_what_stands_around_a_place),
	    cmocka_unit_test(marks_at_finds_an_empty_page),
	    cmocka_unit_test(marks_at_agrees_with_a_slow_search),
	    cmocka_unit_test(marks_survive_being_stored),
	    cmocka_unit_test(damaged_marks_are_refused),
	    cmocka_unit_test(unsorted_marks_are_refused),
	    cmocka_unit_test(long_names_are_cut_on_a_character),
	    cmocka_unit_test(meta_gives_back_what_was_put),
	    cmocka_unit_test(meta_that_is_not_utf8_is_refused),
	    cmocka_unit_test(text_is_made_regular),
	    cmocka_unit_test(a_mark_covers_what_can_be_seen),
	    cmocka_unit_test(characters_do_not_compose_over_a_mark),
	    cmocka_unit_test(characters_compose_over_two_puts),
	    cmocka_unit_test(a_row_keeps_its_empty_first_cells),
	    cmocka_unit_test(empty_pages_are_kept),
	    cmocka_unit_test(headings_make_sections),
	    cmocka_unit_test(text_is_cut_at_the_last_whole_paragraph),
	    cmocka_unit_test(a_text_at_its_limit_is_whole),
	    cmocka_unit_test(a_long_line_is_the_same_as_a_short_one),
	    cmocka_unit_test(title_and_meta_are_one_line),
	    cmocka_unit_test(words_are_folded),
	    cmocka_unit_test(both_ways_part_alike),
	    cmocka_unit_test(words_say_where_they_stand),
	    cmocka_unit_test(long_words_are_cut_on_a_character),
	    cmocka_unit_test(numbers_are_read),
	    cmocka_unit_test(what_is_no_number_is_none),
	    cmocka_unit_test(dates_are_read),
	    cmocka_unit_test(what_is_no_date_is_none),
	    cmocka_unit_test(dates_are_days),
	    cmocka_unit_test(dois_are_brought_to_their_form),
	    cmocka_unit_test(what_is_no_doi_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
