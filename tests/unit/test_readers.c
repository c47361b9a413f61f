/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers: every sample gives the text and marks that lie beside it in expected/
 * (as `evidenced-extract --text --file NAME` prints them), and every odd file a
 * reason.
 */
#include "readers_fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

static void
the_case_study_in_plain_text_reads_as_expected(void **state)
{
	assert_sample(state, "saltmarsh-case-study.txt", "text");
}

static void
the_letter_reads_as_expected(void **state)
{
	assert_sample(state, "signed-letter.txt", "text");
}

static void
the_markdown_note_reads_as_expected(void **state)
{
	assert_sample(state, "workshop-note.md", "markdown");
}

static void
the_page_reads_as_expected(void **state)
{
	assert_sample(state, "press-page.html", "html");
}

static void
the_pdf_reads_as_expected(void **state)
{
	assert_sample(state, "evaluation-report.pdf", "pdf");
}

static void
the_word_document_reads_as_expected(void **state)
{
	assert_sample(state, "choirs-draft.docx", "docx");
}

static void
the_mail_reads_as_expected(void **state)
{
	assert_sample(state, "testimonial.eml", "eml");
}

static void
the_locked_pdf_is_called_password_protected(void **state)
{
	struct buf bytes = {0};

	load_sample("", "locked-letter.pdf", "", &bytes);
	assert_fails(state, "locked-letter.pdf", buf_span(&bytes), "encrypted",
		     "password-protected");
	buf_clear(&bytes);
}

/* --- what a file is --- */

static void
content_counts_and_not_the_name(void **state)
{
	struct buf bytes = {0};
	struct outcome o;

	load_sample("", "evaluation-report.pdf", "", &bytes);
	o = read_bytes(state, "notes.txt", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "pdf");
	document_clear(&o.doc);
	buf_clear(&bytes);
	assert_text(state, "letter.pdf", SPAN("Dear all,\nit rained.\n"), "Dear all,\nit rained.");
}

static void
an_empty_file_is_called_empty(void **state)
{
	assert_fails(state, "a.txt", SPAN(""), "empty", "empty");
}

static void
a_zero_byte_makes_text_no_text(void **state)
{
	assert_fails(state, "a.txt", SPAN("one line\nand a \0 in it, which no text has"),
		     "unsupported", "neither text nor");
}

static void
noise_is_called_unknown(void **state)
{
	char noise[5000];
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof noise; i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (char)(seed >> 24);
	}
	assert_fails(state, "a.txt", (struct span){noise, sizeof noise}, "unsupported", "");
}

static void
what_has_no_reader_is_named(void **state)
{
	static const char drawing[] =
	    "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>Words</text></svg>";
	static const char sound[] = "fLaC\0\0\0\42\20\0\20\0\0\0\0\0\0\0\12\304\100\360\0\0\0\0";
	struct outcome o = read_bytes(state, "talk.flac", (struct span){sound, sizeof sound});

	assert_fails(state, "a.svg", span_of(drawing), "unsupported", "SVG");
	assert_int_equal(o.err, ERR_UNSUPPORTED);
	assert_int_equal(o.failure.next, NEXT_A_PERSON);
	assert_non_null(strstr(o.failure.reason, "sound recording (FLAC)"));
	assert_non_null(strstr(o.failure.remedy, "transcript"));
}

/* --- text --- */

static void
utf_16_is_read_with_and_without_its_mark(void **state)
{
	assert_text(state, "a.txt",
		    SPAN("\xff\xfe"
			 "C\0a\0f\0\xe9\0!\0\r\0\n\0"),
		    "Caf\xc3\xa9!");
	assert_text(state, "a.txt", SPAN("\xfe\xff\0C\0a\0f\0\xe9\0!"), "Caf\xc3\xa9!");
	assert_text(state, "a.txt", SPAN("C\0a\0f\0\xe9\0 \0a\0u\0 \0l\0a\0i\0t\0"),
		    "Caf\xc3\xa9 au lait");
	assert_text(state, "a.txt", SPAN("\xff\xfe=\xd8\0\xde."), "\xf0\x9f\x98\x80");
}

static void
bytes_that_are_no_utf_8_are_windows_1252(void **state)
{
	assert_text(state, "a.txt",
		    SPAN("\x93Gr\xfc\xdf"
			 "e\x94, \x80 5"),
		    "\xe2\x80\x9cGr\xc3\xbc\xc3\x9f"
		    "e\xe2\x80\x9d, \xe2\x82\xac 5");
	/* Pasted together from both. */
	assert_text(state, "a.txt", SPAN("caf\xc3\xa9 and caf\xe9"), "caf\xc3\xa9 and caf\xc3\xa9");
}

static void
a_byte_order_mark_is_no_text(void **state)
{
	assert_text(state, "a.txt", SPAN("\xef\xbb\xbfwords"), "words");
}

#define PROSE                                                                                      \
	"This is a paragraph that is long enough to be prose for anybody who reads it, since it "  \
	"goes on and on until nobody can take it for a heading."

static void
only_sure_headings_are_marked_in_text(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.txt",
	    SPAN("References to the research\n\n1. One, A. (2001) A title.\n\nHow it went\n\n" PROSE
		 "\n\nYours sincerely\n\nAnna Bell\n\nHead of Things\n\n\n12 May 2011\n\n" PROSE
		 "\n\n3. Details of the impact (indicative maximum 750 words)\n\nwords"));
	size_t headings = 0;

	assert_int_equal(o.err, OK);
	for (size_t i = 0; i < o.doc.marks.n; i++)
		headings += o.doc.marks.list[i].type == MARK_HEADING;
	assert_int_equal(headings, 3);
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "References to the research", ""));
	assert_true(has_mark(&o.doc, MARK_HEADING, 2, "How it went", ""));
	assert_true(has_mark(&o.doc, MARK_HEADING, 1,
			     "3. Details of the impact (indicative maximum 750 words)", ""));
	document_clear(&o.doc);
}

static void
a_long_text_is_cut_and_says_so(void **state)
{
	struct buf text = {0};
	struct outcome o;

	for (int i = 0; i < 200; i++)
		buf_put_str(&text, "A paragraph.\n\n");
	o = read_limited(state, "a.txt", buf_span(&text), 1000);
	assert_int_equal(o.err, OK);
	assert_in_range(o.doc.text.n, 900, 1000);
	assert_string_not_equal(o.doc.cut, "");
	document_clear(&o.doc);
	buf_clear(&text);
}

static void
one_endless_line_is_read(void **state)
{
	struct buf text = {0};
	struct outcome o;

	for (int i = 0; i < 500000; i++)
		buf_put_str(&text, "word ");
	o = read_bytes(state, "a.txt", buf_span(&text));
	assert_int_equal(o.err, OK);
	assert_int_equal(o.doc.text.n, text.n - 1);
	document_clear(&o.doc);
	buf_clear(&text);
}

/* --- HTML --- */

static void
a_page_says_its_encoding(void **state)
{
	assert_text(state, "a.html",
		    SPAN("<html><head><meta charset=Shift_JIS></head><body><p>\x93\xfa\x96{"),
		    "\xe6\x97\xa5\xe6\x9c\xac");
	assert_text(state, "a.html", SPAN("<html><meta charset='iso-8859-1'><p>\x93yes\x94"),
		    "\xe2\x80\x9cyes\xe2\x80\x9d");
	/* It says Latin and is UTF-8. */
	assert_text(state, "a.html", SPAN("<html><meta charset=iso-8859-1><p>caf\xc3\xa9"),
		    "caf\xc3\xa9");
}

static void
what_is_not_seen_is_not_read(void **state)
{
	assert_text(state, "a.html",
		    SPAN(
			"<!doctype html><title>T</title><style>x</style><p>seen <span hidden>not"
			"</span>too<script>var a = '<p>no</p>';</script><!-- nor --><p>&amp; this"),
		    "seen too\n\n& this");
}

static void
tables_that_arrange_a_page_become_paragraphs(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.html",
	    SPAN("<html><table><tr><td><h1>News</h1><td><p>One.<p>Two.<table><tr><td>a<td>b"
		 "<tr><td>c<td>d</table></td></tr><tr><td>x<td>y</table>"));

	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "News", ""));
	assert_true(has_mark(&o.doc, MARK_TABLE, 1, "a\tb\nc\td", ""));
	assert_true(has_mark(&o.doc, MARK_ROW, 2, "c\td", ""));
	document_clear(&o.doc);
}

static void
deep_nesting_ends_the_page_and_not_the_reader(void **state)
{
	struct buf page = {0};
	struct outcome o;

	buf_put_str(&page, "<html><body><p>before");
	for (int i = 0; i < 200000; i++)
		buf_put_str(&page, "<div>");
	buf_put_str(&page, "after");
	for (int i = 0; i < 200000; i++)
		buf_put_str(&page, "</p>");
	o = read_bytes(state, "a.html", buf_span(&page));
	assert_int_equal(o.err, OK);
	assert_string_not_equal(o.doc.cut, "");
	assert_int_equal(o.doc.text.n, strlen("before"));
	document_clear(&o.doc);
	buf_clear(&page);
}

/* --- PDF --- */

static void
a_pdf_without_its_end_is_partial_or_damaged(void **state)
{
	struct buf bytes = {0};
	struct outcome o;

	load_sample("", "evaluation-report.pdf", "", &bytes);
	o = read_bytes(state, "a.pdf", span_sub(buf_span(&bytes), 0, bytes.n - 700));
	if (o.err == OK)
		assert_string_not_equal(o.doc.cut, "");
	else
		assert_string_equal(o.failure.code, "damaged");
	document_clear(&o.doc);
	assert_fails(state, "a.pdf", span_sub(buf_span(&bytes), 0, 100), "damaged", "damaged");
	buf_clear(&bytes);
}

static void
a_scan_is_called_a_scan(void **state)
{
	static const char scan[] =
	    "%PDF-1.4\n"
	    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
	    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
	    "/Resources<</XObject<</I 5 0 R>>>>>>endobj\n"
	    "4 0 obj<</Length 24>>stream\n99 0 0 99 0 0 cm /I Do \nendstream endobj\n"
	    "5 0 obj<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
	    "/ColorSpace/DeviceGray/Length 1>>stream\nx\nendstream endobj\n"
	    "trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF\n";

	assert_fails(state, "scan.pdf", (struct span){scan, sizeof scan - 1}, "unsupported",
		     "scan");
}

/* --- Word --- */

static void
put_member(struct archive *a, const char *name, struct span bytes)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, (la_int64_t)bytes.n);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, bytes.p, bytes.n), (la_ssize_t)bytes.n);
	archive_entry_free(entry);
}

/* A Word document with this main part, in `out`. */
static void
make_docx(struct span main_part, struct buf *out)
{
	size_t room = main_part.n + 10000, used = 0;
	char *to = buf_reserve(out, room);
	struct archive *a = archive_write_new();

	assert_non_null(to);
	assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, to, room, &used), ARCHIVE_OK);
	put_member(a, "[Content_Types].xml", SPAN("<Types/>"));
	put_member(a, "_rels/.rels",
		   SPAN("<Relationships><Relationship Id='r' Type='x/officeDocument' "
			"Target='/word/document.xml'/></Relationships>"));
	put_member(a, "word/document.xml", main_part);
	archive_write_close(a);
	archive_write_free(a);
	out->n = used;
}

#define WORD_BEGIN                                                                                 \
	"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"      \
	"<w:body>"
#define WORD_END "</w:body></w:document>"

static void
a_word_document_that_is_cut_off_is_damaged(void **state)
{
	struct buf bytes = {0};

	load_sample("", "choirs-draft.docx", "", &bytes);
	assert_fails(state, "draft.docx", span_sub(buf_span(&bytes), 0, bytes.n / 2), "damaged",
		     "Word document");
	buf_clear(&bytes);
	make_docx(SPAN(WORD_BEGIN "<w:p><w:r><w:t>words</w:t></w:r>"), &bytes);
	assert_fails(state, "draft.docx", buf_span(&bytes), "damaged", "Word document");
	buf_clear(&bytes);
}

static void
a_word_document_that_unpacks_without_end_is_refused(void **state)
{
	struct buf part = {0}, bytes = {0};

	buf_put_str(&part, WORD_BEGIN);
	for (int i = 0; i < 600000; i++)
		buf_put_str(&part, "<w:p><w:r><w:t>a</w:t></w:r></w:p>");
	buf_put_str(&part, WORD_END);
	make_docx(buf_span(&part), &bytes);
	assert_fails(state, "draft.docx", buf_span(&bytes), "too_large", "unpacks");
	buf_clear(&part);
	buf_clear(&bytes);
}

static void
entities_of_a_word_document_open_nothing(void **state)
{
	struct buf bytes = {0};

	make_docx(SPAN("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" WORD_BEGIN
		       "<w:p><w:r><w:t>a&e;b</w:t></w:r></w:p>" WORD_END),
		  &bytes);
	assert_text(state, "draft.docx", buf_span(&bytes), "ab");
	buf_clear(&bytes);
}

static void
links_in_fields_and_deleted_words_are_told_apart(void **state)
{
	struct buf bytes = {0};
	struct outcome o;

	make_docx(SPAN(WORD_BEGIN
		       "<w:p><w:r><w:t xml:space='preserve'>see </w:t></w:r>"
		       "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>"
		       "HYPERLINK \"https://a.example/b\"</w:instrText></w:r>"
		       "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>here</w:t></w:r>"
		       "<w:r><w:fldChar w:fldCharType='end'/></w:r>"
		       "<w:del><w:r><w:delText>not</w:delText></w:r></w:del>"
		       "<w:r><w:t>.</w:t></w:r></w:p>" WORD_END),
		  &bytes);
	o = read_bytes(state, "a.docx", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_true(span_is(buf_span(&o.doc.text), "see here."));
	assert_true(has_mark(&o.doc, MARK_LINK, 0, "here", "https://a.example/b"));
	document_clear(&o.doc);
	buf_clear(&bytes);
}

/* --- mail --- */

#define MAIL "From: Ada <ada@a.example>\r\nMessage-ID: <1@a.example>\r\nMIME-Version: 1.0\r\n"

static void
a_mail_in_another_alphabet_is_read(void **state)
{
	assert_text(state, "a.eml",
		    SPAN(MAIL
			 "Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=\r\nContent-Type: "
			 "text/plain; charset=koi8-u\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
			 "\xd0\xd2\xc9\xd7\xa6\xd4\r\n"),
		    "From: Ada <ada@a.example>\nSubject: \xe6\x97\xa5\xe6\x9c\xac\n\n"
		    "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd1\x96\xd1\x82");
}

static void
a_mail_of_html_marks_what_it_quotes(void **state)
{
	struct outcome o = read_bytes(
	    state, "mail",
	    SPAN(MAIL "Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Yes.</p>"
		      "<blockquote type=cite><p>Is it so?</p></blockquote>"));

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "eml");
	assert_true(has_mark(&o.doc, MARK_QUOTED, 1, "Is it so?", ""));
	assert_true(has_mark(&o.doc, MARK_HEADER, 0, "x", "Subject"));
	document_clear(&o.doc);
}

static void
an_answered_mail_is_quoted_and_a_forwarded_one_is_not(void **state)
{
	static const char below[] =
	    "\r\n\r\nI agree.\r\n\r\nFrom: Bea\r\nSent: Monday\r\nTo: Ada\r\n"
	    "Subject: x\r\n\r\nIt was good.\r\n";
	char mail[1000];
	struct outcome o;

	snprintf(mail, sizeof mail, MAIL "Subject: RE: x%s", below);
	o = read_bytes(state, "a.eml", span_of(mail));
	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_QUOTED, 1,
			     "From: Bea\nSent: Monday\nTo: Ada\nSubject: x\n\nIt was good.", ""));
	document_clear(&o.doc);
	snprintf(mail, sizeof mail, MAIL "Subject: FW: x%s", below);
	o = read_bytes(state, "a.eml", span_of(mail));
	assert_int_equal(o.err, OK);
	for (size_t i = 0; i < o.doc.marks.n; i++)
		assert_int_not_equal(o.doc.marks.list[i].type, MARK_QUOTED);
	document_clear(&o.doc);
}

static void
a_memo_is_text_and_loses_no_line(void **state)
{
	assert_text(state, "memo.txt", SPAN("From: Ada\nTo: Bea\nRef: 12\nDate: today\n\nwords"),
		    "From: Ada\nTo: Bea\nRef: 12\nDate: today\n\nwords");
}

static void
an_encrypted_mail_is_called_encrypted(void **state)
{
	assert_fails(state, "a.eml",
		     SPAN(MAIL
			  "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; "
			  "name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n"),
		     "encrypted", "encrypted");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_case_study_in_plain_text_reads_as_expected),
	    cmocka_unit_test(the_letter_reads_as_expected),
	    cmocka_unit_test(the_markdown_note_reads_as_expected),
	    cmocka_unit_test(the_page_reads_as_expected),
	    cmocka_unit_test(the_pdf_reads_as_expected),
	    cmocka_unit_test(the_word_document_reads_as_expected),
	    cmocka_unit_test(the_mail_reads_as_expected),
	    cmocka_unit_test(the_locked_pdf_is_called_password_protected),
	    cmocka_unit_test(content_counts_and_not_the_name),
	    cmocka_unit_test(an_empty_file_is_called_empty),
	    cmocka_unit_test(a_zero_byte_makes_text_no_text),
	    cmocka_unit_test(noise_is_called_unknown),
	    cmocka_unit_test(what_has_no_reader_is_named),
	    cmocka_unit_test(utf_16_is_read_with_and_without_its_mark),
	    cmocka_unit_test(bytes_that_are_no_utf_8_are_windows_1252),
	    cmocka_unit_test(a_byte_order_mark_is_no_text),
	    cmocka_unit_test(only_sure_headings_are_marked_in_text),
	    cmocka_unit_test(a_long_text_is_cut_and_says_so),
	    cmocka_unit_test(one_endless_line_is_read),
	    cmocka_unit_test(a_page_says_its_encoding),
	    cmocka_unit_test(what_is_not_seen_is_not_read),
	    cmocka_unit_test(tables_that_arrange_a_page_become_paragraphs),
	    cmocka_unit_test(deep_nesting_ends_the_page_and_not_the_reader),
	    cmocka_unit_test(a_pdf_without_its_end_is_partial_or_damaged),
	    cmocka_unit_test(a_scan_is_called_a_scan),
	    cmocka_unit_test(a_word_document_that_is_cut_off_is_damaged),
	    cmocka_unit_test(a_word_document_that_unpacks_without_end_is_refused),
	    cmocka_unit_test(entities_of_a_word_document_open_nothing),
	    cmocka_unit_test(links_in_fields_and_deleted_words_are_told_apart),
	    cmocka_unit_test(a_mail_in_another_alphabet_is_read),
	    cmocka_unit_test(a_mail_of_html_marks_what_it_quotes),
	    cmocka_unit_test(an_answered_mail_is_quoted_and_a_forwarded_one_is_not),
	    cmocka_unit_test(a_memo_is_text_and_loses_no_line),
	    cmocka_unit_test(an_encrypted_mail_is_called_encrypted),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
