/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of RTF: the sample, and what Word, WordPad, Outlook and hostile people
 * write.
 */
#include "readers_fixture.h"

static void
the_rtf_letter_reads_as_expected(void **state)
{
	assert_sample(state, "museum-letter.rtf", "rtf");
}

/* --- RTF --- */

static void
characters_of_rtf_come_from_their_code_pages(void **state)
{
	assert_text(state, "a", SPAN("{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0\\'e8}"),
		    "\xd0\x9f\xd1\x80\xd0\xb8");
	assert_text(
	    state, "a",
	    SPAN("{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset0 A;}{\\f3\\fnil\\fcharset238 B;}"
		 "{\\f4\\fcharset128 C;}{\\f5\\fcharset2 Symbol;}}"
		 "\\f0 \\'80{\\f3 \\'b9}\\'e9 {\\f4 \\'93\\'fa\\'96\\'7b\\'83A}{\\f5 a\\'b7}}"),
	    "\xe2\x82\xac\xc4\x85\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac\xe3\x82\xa2"
	    "\xce\xb1\xe2\x80\xa2");
	assert_text(state, "a", SPAN("{\\rtf1\\ansicpg1258 Vi\\'ea\\'f2t}"), "Vi\xe1\xbb\x87t");
	assert_text(state, "a", SPAN("{\\rtf1\\ansicpg1255 \\'f9\\'ec\\'e5\\'ed}"),
		    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
	assert_text(state, "a", SPAN("{\\rtf1\\mac caf\\'8e}"), "caf\xc3\xa9");
	assert_text(state, "a", SPAN("{\\rtf1\\ansi raw \x93quotes\x94}"),
		    "raw \xe2\x80\x9cquotes\xe2\x80\x9d");
}

static void
unicode_of_rtf_replaces_as_many_characters_as_it_says(void **state)
{
	assert_text(state, "a", SPAN("{\\rtf1\\u8364\\'80\\u8364 ?\\uc2\\u8364\\'80\\'80x}"),
		    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xacx");
	assert_text(state, "a", SPAN("{\\rtf1\\uc0\\u-10179 \\u-8704 .{\\uc1\\u65 }B}"),
		    "\xf0\x9f\x98\x80.AB");
	assert_text(state, "a", SPAN("{\\rtf1\\u55357 ?x\\u56832 ?}"), "x\xef\xbf\xbd");
}

static void
what_is_no_text_of_rtf_is_left_out(void **state)
{
	assert_text(
	    state, "a.rtf",
	    SPAN("{\\rtf1{\\*\\generator W;}{\\pict\\bin6 a}}}b\\ 00}{\\header h\\par}"
		 "{\\*\\shppict{\\pict 00}}{\\object{\\*\\objdata 00}{\\result shown}}"
		 "{\\v hidden}{\\listtext 1.\\tab} \\{text\\}{\\shp{\\*\\shpinst{\\sp{\\sn x}"
		 "{\\sv y}}{\\shptxt box\\par}}}{\\*\\bkmkstart b}{\\upr{ansi}{\\*\\ud{"
		 "uni}}}}"),
	    "shown {text}uni\n\nbox");
	assert_text(state, "a.rtf", SPAN("{\\rtf1 \\bin99999999999999 words}"), "");
}

static void
comments_and_notes_of_rtf_follow(void **state)
{
	struct outcome o =
	    read_bytes(state, "a.rtf",
		       SPAN("{\\rtf1 One{\\*\\atnid AB}{\\*\\atnauthor Ada}\\chatn{\\*\\annotation"
			    "{\\*\\atndate 1}\\pard Why\\par one?}{\\footnote\\ftnalt {\\super "
			    "\\chftn} end}.\\par Two.}"));

	assert_document(&o, "One[e1].\n\nWhy\none?\n\n[e1] end\n\nTwo.");
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Why\none?", "Ada"));
	document_clear(&o.doc);
}

static void
tables_of_rtf_are_rows_even_where_cells_are_empty(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.rtf",
	    SPAN("{\\rtf1 before\\par\\trowd\\trhdr\\pard\\intbl{A\\cell B\\cell}\\trowd\\trhdr"
		 "\\row\\trowd\\pard\\intbl\\cell x\\tab y\\par z\\cell\\row\\pard after\\par}"));

	assert_document(&o, "before\n\nA\tB\n\tx y z\n\nafter");
	assert_true(has_mark(&o.doc, MARK_TABLE, 1, "A\tB\n\tx y z", "A\tB"));
	document_clear(&o.doc);
}

/* As programs do that know only the row's head and its end. */
static void
tables_of_rtf_need_not_say_that_they_are_ones(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.rtf",
	    SPAN("{\\rtf1\\trowd a\\cell b\\cell\\row\\trowd\\pard c\\cell d\\cell\\row after\\tab "
		 "it\\par}"));

	assert_document(&o, "a\tb\nc\td\n\nafter\tit");
	assert_true(has_mark(&o.doc, MARK_ROW, 2, "c\td", ""));
	document_clear(&o.doc);
}

static void
headings_of_rtf_come_from_styles(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.rtf",
	    SPAN("{\\rtf1{\\stylesheet{Normal;}{\\s2\\b heading 2;}{\\s9\\sbasedon2 Mine;}}"
		 "\\pard\\s2 One\\par\\pard\\s9 Two\\par\\pard\\outlinelevel0 Three\\par\\pard "
		 "words here.}"));

	assert_document(&o, "One\n\nTwo\n\nThree\n\nwords here.");
	assert_true(has_mark(&o.doc, MARK_HEADING, 2, "One", ""));
	assert_true(has_mark(&o.doc, MARK_HEADING, 2, "Two", ""));
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "Three", ""));
	document_clear(&o.doc);
}

/* As Outlook wraps a mail of HTML. */
static void
rtf_that_was_html_is_read_as_that(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.rtf",
	    SPAN("{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}"
		 "{\\*\\htmltag18 <html>}{\\*\\htmltag50 <body>}{\\*\\htmltag64 <p>}\\htmlrtf "
		 "{\\htmlrtf0 Caf\\'e9 {\\*\\htmltag84 &amp;}\\htmlrtf &\\htmlrtf0  more "
		 "{\\*\\htmltag84 <a href=\"https://a.example/\\'7bb\\'7d\">}\\htmlrtf {\\field{"
		 "\\*\\fldinst{HYPERLINK \"x\"}}{\\fldrslt\\cf1 \\htmlrtf0 here\\htmlrtf "
		 "}\\htmlrtf0 "
		 "\\htmlrtf }\\htmlrtf0 {\\*\\htmltag92 </a>}{\\*\\htmltag72 </p>}\\htmlrtf\\par}"
		 "\\htmlrtf0{\\*\\htmltag64 <p>}Bye.{\\*\\mhtmltag72 x}}"));

	assert_document(&o, "Caf\xc3\xa9 & more here\n\nBye.");
	assert_true(has_mark(&o.doc, MARK_LINK, 0, "here", "https://a.example/{b}"));
	document_clear(&o.doc);
}

static void
rtf_that_breaks_off_or_nests_without_end_gives_its_words(void **state)
{
	struct buf deep = {0};
	struct outcome o = read_bytes(state, "a.rtf", SPAN("{\\rtf1 words{\\b more"));

	assert_document(&o, "wordsmore");
	assert_string_not_equal(o.doc.cut, "");
	document_clear(&o.doc);
	buf_put_str(&deep, "{\\rtf1 a");
	for (int i = 0; i < 300000; i++)
		buf_put_str(&deep, "{\\b");
	buf_put_str(&deep, " b");
	for (int i = 0; i < 300000; i++)
		buf_put_char(&deep, '}');
	buf_put_str(&deep, "c}");
	assert_text(state, "a.rtf", buf_span(&deep), "abc");
	buf_clear(&deep);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_rtf_letter_reads_as_expected),
	    cmocka_unit_test(characters_of_rtf_come_from_their_code_pages),
	    cmocka_unit_test(unicode_of_rtf_replaces_as_many_characters_as_it_says),
	    cmocka_unit_test(what_is_no_text_of_rtf_is_left_out),
	    cmocka_unit_test(comments_and_notes_of_rtf_follow),
	    cmocka_unit_test(tables_of_rtf_are_rows_even_where_cells_are_empty),
	    cmocka_unit_test(tables_of_rtf_need_not_say_that_they_are_ones),
	    cmocka_unit_test(headings_of_rtf_come_from_styles),
	    cmocka_unit_test(rtf_that_was_html_is_read_as_that),
	    cmocka_unit_test(rtf_that_breaks_off_or_nests_without_end_gives_its_words),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
