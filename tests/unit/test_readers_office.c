/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers of word processors' documents and of slides: samples, and what Word,
 * LibreOffice, Google Docs, Outlook and hostile people write.
 */
#include "readers_fixture.h"

#include "common/conf.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

struct member {
	const char *name;
	struct span bytes;
};

/* A ZIP file of these members, packed, in `out`. */
static void
make_zip(const struct member *members, size_t n, struct buf *out)
{
	size_t room = 100000, used = 0;
	struct archive *a = archive_write_new();
	char *to;

	for (size_t i = 0; i < n; i++)
		room += members[i].bytes.n;
	to = buf_reserve(out, room);
	assert_non_null(to);
	assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, to, room, &used), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, members[i].name);
		archive_entry_set_size(entry, (la_int64_t)members[i].bytes.n);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		if (strcmp(members[i].name, "mimetype") == 0)
			archive_write_zip_set_compression_store(a);
		else
			archive_write_zip_set_compression_deflate(a);
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
		assert_int_equal(archive_write_data(a, members[i].bytes.p, members[i].bytes.n),
				 (la_ssize_t)members[i].bytes.n);
		archive_entry_free(entry);
	}
	archive_write_close(a);
	archive_write_free(a);
	out->n = used;
}

/* --- samples --- */

static void
the_reviewed_draft_reads_as_expected(void **state)
{
	assert_sample(state, "reviewed-draft.docx", "docx");
}

static void
the_open_document_reads_as_expected(void **state)
{
	assert_sample(state, "orchard-report.odt", "odt");
}

static void
the_slides_read_as_expected(void **state)
{
	assert_sample(state, "lunch-slides.pptx", "pptx");
}

static void
the_open_slides_read_as_expected(void **state)
{
	assert_sample(state, "orchard-slides.odp", "odp");
}

/* --- Word --- */

#define WORD_SPACES                                                                                \
	" xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"                  \
	" xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"                  \
	" xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
#define WORD(body)      SPAN("<w:document" WORD_SPACES "><w:body>" body "</w:body></w:document>")
#define WORD_RUN(words) "<w:r><w:t xml:space='preserve'>" words "</w:t></w:r>"
#define MAIN_PART(type, target)                                                                    \
	SPAN("<Relationships><Relationship Id='r' Type='x/" type "' Target='" target               \
	     "'/></Relationships>")

static struct outcome
read_word(void **state, struct span main_part, struct span comments)
{
	struct member members[] = {{"[Content_Types].xml", SPAN("<Types/>")},
				   {"_rels/.rels",
				    MAIN_PART("officeDocument", "word/document.xml")},
				   {"word/_rels/document.xml.rels",
				    MAIN_PART("comments", "comments.xml")},
				   {"word/comments.xml", comments},
				   {"word/document.xml", main_part}};
	struct buf bytes = {0};
	struct outcome o;

	make_zip(members, sizeof members / sizeof members[0], &bytes);
	o = read_bytes(state, "a.docx", buf_span(&bytes));
	buf_clear(&bytes);
	return o;
}

static void
assert_word(void **state, struct span main_part, const char *text)
{
	struct outcome o = read_word(state, main_part, SPAN("<comments/>"));

	assert_document(&o, text);
	document_clear(&o.doc);
}

static void
comments_follow_the_paragraph_that_they_hang_on(void **state)
{
	struct outcome o = read_word(
	    state,
	    WORD("<w:p>" WORD_RUN("One") "<w:r><w:commentReference w:id='7'/></w:r>" WORD_RUN(
		".") "</w:p><w:p>" WORD_RUN("Two.") "</w:p>"),
	    SPAN("<w:comments" WORD_SPACES "><w:comment w:id='7' w:author='Ada'><w:p>" WORD_RUN(
		"Why") "<w:del><w:r>"
		       "<w:delText>not</w:delText></w:r></w:del></w:p><w:p>" WORD_RUN(
			   "one?") "</w:p></w:comment></w:comments>"));

	assert_document(&o, "One.\n\nWhy\none?\n\nTwo.");
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Why\none?", "Ada"));
	document_clear(&o.doc);
}

static void
tracked_changes_say_who_put_in_and_what_is_gone(void **state)
{
	struct outcome o = read_word(
	    state,
	    WORD("<w:p><w:pPr><w:rPr><w:ins w:author='Bea'/></w:rPr></w:pPr>" WORD_RUN(
		"a ") "<w:ins w:author='Bea'>" WORD_RUN("b ") "<w:del w:author='Cy'><w:r>"
							      "<w:delText>c</w:delText><w:tab/"
							      "><w:delText>d</w:delText></w:r></"
							      "w:del>" WORD_RUN(
								  "e") "</w:ins><w:moveFrom "
								       "w:author='Di'>" WORD_RUN(
									   "f") "</w:moveFrom>"
										"<w:moveTo "
										"w:author='Di'"
										">" WORD_RUN(
										    " g") "</"
											  "w:"
											  "moveTo><"
											  "/w:p>"
											  "<w:p><w:"
											  "del><w:"
											  "r><w:"
											  "delText>"
											  "all of "
											  "it</"
											  "w:"
											  "delText>"
											  "</w:r></"
											  "w:del></"
											  "w:p>"),
	    SPAN("<comments/>"));

	assert_document(&o, "a b e g");
	assert_true(has_mark(&o.doc, MARK_INSERTED, 0, "b e", "Bea"));
	assert_true(has_mark(&o.doc, MARK_INSERTED, 0, "g", "Di"));
	assert_true(has_mark(&o.doc, MARK_DELETED, 0, "", "c d"));
	assert_true(has_mark(&o.doc, MARK_DELETED, 0, "", "f"));
	assert_true(has_mark(&o.doc, MARK_DELETED, 0, "", "all of it"));
	document_clear(&o.doc);
}

static void
what_is_shown_in_two_ways_is_read_once(void **state)
{
	assert_word(
	    state,
	    WORD("<w:p><w:r><mc:AlternateContent><mc:Choice "
		 "Requires='wps'><w:txbxContent><w:p>" WORD_RUN(
		     "box") "</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
			    "<w:p>" WORD_RUN(
				"box") "</w:p></w:txbxContent></mc:Fallback>"
				       "</mc:AlternateContent></w:r>" WORD_RUN(
					   "words") "</w:p><w:p>"
						    "<mc:AlternateContent><mc:Fallback>" WORD_RUN(
							"only") "</mc:Fallback>"
								"</mc:AlternateContent></w:p>"),
	    "words\n\nbox\n\nonly");
}

static void
content_controls_smart_tags_symbols_and_formulas_are_read(void **state)
{
	assert_word(
	    state,
	    WORD("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p>" WORD_RUN(
		"Click "
		"here") "</w:p></w:sdtContent></"
			"w:sdt><w:p><w:sdt><w:sdtContent>" WORD_RUN(
			    "in ") "</"
				   "w:"
				   "sdtContent>"
				   "</"
				   "w:sdt><w:"
				   "smartTag"
				   ">" WORD_RUN(
				       "Wales ") "</"
						 "w:smartTag><w:r><"
						 "w:sym "
						 "w:font='Wingdings'"
						 " "
						 "w:char='F0FC'/></"
						 "w:r><w:r><w:ruby><"
						 "w:rt>" WORD_RUN(
						     "o"
						     "v"
						     "e"
						     "r") "</w:rt><w:rubyBase>" WORD_RUN(" base") "</"
												  "w:"
												  "rubyB"
												  "ase><"
												  "/w:"
												  "ruby>"
												  "</"
												  "w:r><"
												  "m:"
												  "oMath"
												  "><m:"
												  "f><m:"
												  "num><"
												  "m:r><"
												  "m:t> "
												  "1</"
												  "m:t><"
												  "/m:r>"
												  "</"
												  "m:"
												  "num><"
												  "m:"
												  "den><"
												  "m:r><"
												  "m:t>"
												  "2</"
												  "m:t><"
												  "/m:r>"
												  "</"
												  "m:"
												  "den><"
												  "/m:f>"
												  "</"
												  "m:"
												  "oMath"
												  "></"
												  "w:"
												  "p>"),
	    "in Wales \xe2\x9c\x93 base 1/2");
}

static void
of_fields_the_result_is_read(void **state)
{
	assert_word(
	    state,
	    WORD("<w:p>" WORD_RUN(
		"see ") "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
			"<w:r><w:instrText> REF _Ref1 \\h </w:instrText></w:r><w:r><w:fldChar "
			"w:fldCharType='separate'/></w:r>" WORD_RUN(
			    "Table 2") "<w:r><w:fldChar w:fldCharType='end'/></w:r><w:fldSimple "
				       "w:instr='PAGE'>" WORD_RUN(" 3") "</w:fldSimple></w:p>"),
	    "see Table 2 3");
}

/* 12 MB that are read twice would come to more than 200 times the file. */
static void
what_is_read_twice_counts_once(void **state)
{
	struct buf part = {0}, pad = {0}, bytes = {0};
	uint32_t seed = 1;
	struct outcome o;

	buf_put_str(&part, "<w:document" WORD_SPACES "><w:body>");
	while (part.n < 12u * 1024 * 1024)
		buf_put_str(&part, "<w:p><w:pPr><w:spacing w:before='120' w:after='120' "
				   "w:line='360'/><w:rPr><w:lang w:val='en-GB' w:eastAsia='en-GB'/>"
				   "<w:noProof/></w:rPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>");
	buf_put_str(&part, "</w:body></w:document>");
	while (pad.n < 60000) {
		seed = seed * 1664525 + 1013904223;
		buf_put_char(&pad, (char)(seed >> 24));
	}
	{
		struct member members[] = {{"[Content_Types].xml", SPAN("<Types/>")},
					   {"_rels/.rels",
					    MAIN_PART("officeDocument", "word/document.xml")},
					   {"word/media/image1.png", buf_span(&pad)},
					   {"word/document.xml", buf_span(&part)}};

		make_zip(members, sizeof members / sizeof members[0], &bytes);
	}
	assert_in_range(bytes.n, part.n / 200 + 1, part.n / 100 - 1);
	o = read_bytes(state, "a.docx", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.cut, "");
	document_clear(&o.doc);
	buf_clear(&part);
	buf_clear(&pad);
	buf_clear(&bytes);
}

/* --- OpenDocument --- */

#define ODF_SPACES                                                                                 \
	" xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"                         \
	" xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"                             \
	" xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"                           \
	" xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'"                           \
	" xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'"                          \
	" xmlns:presentation='urn:oasis:names:tc:opendocument:xmlns:presentation:1.0'"             \
	" xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0'"                             \
	" xmlns:fo='urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0'"                  \
	" xmlns:xlink='http://www.w3.org/1999/xlink' xmlns:dc='http://purl.org/dc/elements/1.1/'"
#define ODT(head, body)                                                                            \
	SPAN("<office:document-content" ODF_SPACES "><office:automatic-styles>" head               \
	     "</office:automatic-styles><office:body><office:text>" body                           \
	     "</office:text></office:body></office:document-content>")
#define FLAT(type, body)                                                                           \
	SPAN("<?xml version='1.0'?>\n<office:document" ODF_SPACES                                  \
	     " office:mimetype='application/vnd.oasis.opendocument." type                          \
	     "'><office:meta><dc:title>T</dc:title></office:meta><office:styles>"                  \
	     "<style:style style:name='H' style:family='paragraph' "                               \
	     "style:default-outline-level='2'/></office:styles><office:master-styles>"             \
	     "<style:master-page><text:p>head</text:p></style:master-page></office:master-styles>" \
	     "<office:body>" body "</office:body></office:document>")

static struct outcome
read_odf(void **state, const char *mime, struct span content, struct span manifest)
{
	struct member members[] = {{"mimetype", span_of(mime)},
				   {"META-INF/manifest.xml", manifest},
				   {"content.xml", content}};
	struct buf bytes = {0};
	struct outcome o;

	make_zip(members, sizeof members / sizeof members[0], &bytes);
	o = read_bytes(state, "document", buf_span(&bytes));
	buf_clear(&bytes);
	return o;
}

#define ODT_MIME "application/vnd.oasis.opendocument.text"
#define ODP_MIME "application/vnd.oasis.opendocument.presentation"

static void
assert_odt(void **state, struct span content, const char *text)
{
	struct outcome o = read_odf(state, ODT_MIME, content, SPAN("<m/>"));

	assert_document(&o, text);
	document_clear(&o.doc);
}

static void
blanks_of_an_open_document_are_folded_and_bounded(void **state)
{
	char expected[200];

	assert_odt(state,
		   ODT("", "<text:p>\n  a \n <text:span> b</text:span><text:s text:c='2'/>c"
			   "<text:tab/>d<text:soft-page-break/>e<text:line-break/> f</text:p>"),
		   "a b  c\tde\nf");
	snprintf(expected, sizeof expected, "a%100sb", "");
	assert_odt(state, ODT("", "<text:p>a<text:s text:c='2000000000'/>b</text:p>"), expected);
	assert_odt(state, ODT("", "<text:p>a<text:s text:c='-5'/>b</text:p>"), "ab");
}

static void
hidden_words_of_an_open_document_are_left_out(void **state)
{
	assert_odt(state,
		   ODT("<style:style style:name='T1' style:family='text'><style:text-properties "
		       "text:display='none'/></style:style>",
		       "<text:section text:display='none'><text:p>no</text:p></text:section>"
		       "<text:p>yes<text:span text:style-name='T1'> no</text:span>"
		       "<text:hidden-text text:string-value='no'>no</text:hidden-text></text:p>"
		       "<text:p><text:hidden-paragraph text:is-hidden='true'/>no</text:p>"),
		   "yes");
}

static void
boxes_notes_and_comments_of_an_open_document_follow(void **state)
{
	struct outcome o = read_odf(
	    state, ODT_MIME,
	    ODT("", "<text:p>a<draw:frame><draw:text-box><text:p>box <text:span>one</text:span>"
		    "</text:p><table:table><table:table-row><table:table-cell><text:p>two</text:p>"
		    "</table:table-cell></table:table-row></table:table></draw:text-box>"
		    "</draw:frame>b<text:note text:note-class='endnote'><text:note-citation>i"
		    "</text:note-citation><text:note-body><text:p>end</text:p></text:note-body>"
		    "</text:note><office:annotation><dc:creator>Ada</dc:creator><dc:date>2019"
		    "</dc:date><text:list><text:list-item><text:p>Why?</text:p></text:list-item>"
		    "</text:list></office:annotation>c</text:p>"),
	    SPAN("<m/>"));

	assert_document(&o, "ab[e1]c\n\nbox one\n\ntwo\n\n[e1] end\n\nWhy?");
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Why?", "Ada"));
	document_clear(&o.doc);
}

static void
insertions_of_an_open_document_go_over_paragraphs(void **state)
{
	struct outcome o = read_odf(
	    state, ODT_MIME,
	    ODT("", "<text:tracked-changes><text:changed-region xml:id='c1' text:id='c1'>"
		    "<text:insertion><office:change-info><dc:creator>Bea</dc:creator>"
		    "</office:change-info></text:insertion></text:changed-region>"
		    "<text:changed-region text:id='c2'><text:deletion><office:change-info>"
		    "<dc:creator>Cy</dc:creator></office:change-info><text:p>old</text:p>"
		    "<text:p>words</text:p></text:deletion></text:changed-region>"
		    "</text:tracked-changes><text:p>a <text:change-start text:change-id='c1'/>b"
		    "</text:p><text:p>c<text:change-end text:change-id='c1'/> d<text:change "
		    "text:change-id='c2'/></text:p>"),
	    SPAN("<m/>"));

	assert_document(&o, "a b\n\nc d");
	assert_true(has_mark(&o.doc, MARK_INSERTED, 0, "b", "Bea"));
	assert_true(has_mark(&o.doc, MARK_INSERTED, 0, "c", "Bea"));
	assert_true(has_mark(&o.doc, MARK_DELETED, 0, "", "old words"));
	document_clear(&o.doc);
}

static void
an_encrypted_open_document_is_called_so(void **state)
{
	struct outcome o =
	    read_odf(state, ODT_MIME, SPAN("\x8f\x01\xffgarbage"),
		     SPAN("<m:manifest xmlns:m='x'><m:file-entry m:full-path='content.xml'>"
			  "<m:encryption-data/></m:file-entry></m:manifest>"));

	assert_int_equal(o.err, ERR_FORMAT);
	assert_string_equal(o.failure.code, "encrypted");
	document_clear(&o.doc);
}

static void
flat_open_documents_are_read(void **state)
{
	struct outcome o =
	    read_bytes(state, "a.fodt",
		       FLAT("text",
			    "<office:text><text:p text:style-name='H'>Two</text:p><text:p>words"
			    "</text:p></office:text>"));

	assert_document(&o, "Two\n\nwords");
	assert_string_equal(o.doc.format, "odt");
	assert_string_equal(o.doc.title, "T");
	assert_true(has_mark(&o.doc, MARK_HEADING, 2, "Two", ""));
	document_clear(&o.doc);
	assert_fails(state, "a.fodg", FLAT("graphics", ""), "unsupported", "flat OpenDocument");
}

static void
open_slides_leave_out_what_repeats_and_empty_notes(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.fodp",
	    FLAT("presentation",
		 "<office:presentation><draw:page><draw:frame presentation:class='footer'>"
		 "<draw:text-box><text:p>foot</text:p></draw:text-box></draw:frame><draw:g>"
		 "<draw:custom-shape><text:p>shape</text:p></draw:custom-shape></draw:g>"
		 "<office:annotation><dc:creator>Ada</dc:creator><text:p>Why?</text:p>"
		 "</office:annotation><presentation:notes><draw:frame presentation:class='notes'>"
		 "<draw:text-box><text:p/></draw:text-box></draw:frame></presentation:notes>"
		 "</draw:page><draw:page/><draw:page><draw:frame presentation:class='title'>"
		 "<draw:text-box><text:p>Three</text:p></draw:text-box></draw:frame></draw:page>"
		 "</office:presentation>"));

	assert_document(&o, "shape\n\nWhy?\n\nThree");
	assert_string_equal(o.doc.format, "odp");
	assert_int_equal(o.doc.pages, 3);
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Why?", "Ada"));
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "Three", ""));
	assert_true(has_mark(&o.doc, MARK_PAGE, 3, "Three", ""));
	document_clear(&o.doc);
}

/* --- PowerPoint --- */

#define PPT_SPACES                                                                                 \
	" xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"                    \
	" xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'"                         \
	" xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"           \
	" xmlns:k='http://schemas.microsoft.com/office/powerpoint/2018/8/main'"                    \
	" xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram'"
#define PPT_SHAPE(kind, words)                                                                     \
	"<p:sp><p:nvSpPr><p:nvPr>" kind "</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>" words      \
	"</a:t></a:r></a:p></p:txBody></p:sp>"
#define PPT_SLIDE(shapes)                                                                          \
	SPAN("<p:sld" PPT_SPACES "><p:cSld><p:spTree>" shapes "</p:spTree></p:cSld></p:sld>")

static struct outcome
read_slides(void **state, const char *ids, struct span slide, uint64_t pages)
{
	char main_part[2000];
	struct member members[] = {
	    {"[Content_Types].xml", SPAN("<Types/>")},
	    {"_rels/.rels", MAIN_PART("officeDocument", "ppt/presentation.xml")},
	    {"ppt/presentation.xml", {0}},
	    {"ppt/_rels/presentation.xml.rels",
	     SPAN("<Relationships><Relationship Id='r1' Type='x/slide' Target='slides/slide1.xml'/>"
		  "<Relationship Id='r2' Type='x/slide' Target='/ppt/slides/slide2.xml'/>"
		  "<Relationship Id='r3' Type='x/authors' Target='authors.xml'/>"
		  "</Relationships>")},
	    {"ppt/authors.xml", SPAN("<k:authorLst" PPT_SPACES "><k:author id='{A}' name='Ada'/>"
				     "<k:author id='{B}' name='Bea'/></k:authorLst>")},
	    {"ppt/slides/slide1.xml", slide},
	    {"ppt/slides/slide2.xml", PPT_SLIDE(PPT_SHAPE("", "second"))},
	    {"ppt/slides/_rels/slide1.xml.rels",
	     SPAN("<Relationships><Relationship Id='r1' Type='x/comments' "
		  "Target='../comments/modernComment_1.xml'/><Relationship Id='r2' "
		  "Type='x/diagramData' Target='../diagrams/data1.xml'/></Relationships>")},
	    {"ppt/comments/modernComment_1.xml",
	     SPAN("<k:cmLst" PPT_SPACES "><k:cm authorId='{A}'><k:replyLst><k:reply "
		  "authorId='{B}'><k:txBody><a:p><a:r><a:t>Because.</a:t></a:r></a:p></k:txBody>"
		  "</k:reply></k:replyLst><k:txBody><a:p><a:r><a:t>Why?</a:t></a:r></a:p>"
		  "</k:txBody></k:cm></k:cmLst>")},
	    {"ppt/diagrams/data1.xml",
	     SPAN("<dgm:dataModel" PPT_SPACES "><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>step"
		  "</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>")}};
	struct buf bytes = {0};
	struct conf conf;
	struct reader_work work = {.readers = *state, .limits = &conf.limits};
	struct reader_input in = {.work = &work};
	struct outcome o = {.err = OK};
	struct builder *b = builder_new(TEXT_BYTES);

	snprintf(main_part, sizeof main_part,
		 "<p:presentation" PPT_SPACES "><p:sldIdLst>%s</p:sldIdLst></p:presentation>", ids);
	members[2].bytes = span_of(main_part);
	make_zip(members, sizeof members / sizeof members[0], &bytes);
	conf_init(&conf);
	conf.limits.pages = pages;
	in.bytes = buf_span(&bytes);
	work.file_bytes = bytes.n;
	assert_non_null(b);
	assert_ptr_equal(readers_find(*state, &in, &o.failure), &reader_pptx);
	o.err = reader_pptx.read(&in, b, &o.failure);
	if (o.err == OK)
		o.err = builder_finish(b, &o.doc);
	builder_free(b);
	buf_clear(&bytes);
	return o;
}

#define PPT_ID(id) "<p:sldId id='256' r:id='" id "'/>"

static void
slides_come_in_order_with_their_title_first(void **state)
{
	struct outcome o =
	    read_slides(state, PPT_ID("r2") PPT_ID("r1"),
			PPT_SLIDE("<p:grpSp>" PPT_SHAPE("", "body") "</p:grpSp>" PPT_SHAPE(
			    "<p:ph type='dt'/>", "1 May")
				      PPT_SHAPE("<p:ph type='title'/>", "Title")),
			10);

	assert_document(&o, "second\n\nTitle\n\nbody\n\nstep\n\nBecause.\n\nWhy?");
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "Title", ""));
	assert_true(has_mark(&o.doc, MARK_PAGE, 1, "second", ""));
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Because.", "Bea"));
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Why?", "Ada"));
	assert_int_equal(o.doc.pages, 2);
	document_clear(&o.doc);
}

static void
tables_on_slides_are_rows(void **state)
{
#define PPT_CELL(attributes, words)                                                                \
	"<a:tc" attributes "><a:txBody><a:p><a:r><a:rPr b='1'/><a:t>" words                        \
	"</a:t></a:r></a:p></a:txBody></a:tc>"
	struct outcome o =
	    read_slides(state, PPT_ID("r1"),
			PPT_SLIDE(
			    "<p:graphicFrame><a:tbl><a:tblPr firstRow='1'/><a:tr>" PPT_CELL("", "A")
				PPT_CELL("", "B") "</a:tr><a:tr>" PPT_CELL(" gridSpan='2'", "x")
				    PPT_CELL(" hMerge='1'", "") "</a:tr></a:tbl></p:graphicFrame>"),
			10);

	assert_true(has_mark(&o.doc, MARK_TABLE, 1, "A\tB\nx", "A\tB"));
	document_clear(&o.doc);
}

static void
slides_past_the_limit_are_left_out(void **state)
{
	struct outcome o =
	    read_slides(state, PPT_ID("r2") PPT_ID("r1"), PPT_SLIDE(PPT_SHAPE("", "first")), 1);

	assert_document(&o, "second");
	assert_non_null(strstr(o.doc.cut, "limits.pages"));
	document_clear(&o.doc);
}

static void
slides_that_are_listed_again_and_again_are_refused(void **state)
{
	struct outcome o;
	char ids[1600] = "";

	for (int i = 0; i < 40; i++)
		strcat(ids, PPT_ID("r1"));
	o = read_slides(state, ids, PPT_SLIDE(PPT_SHAPE("", "first")), 100000);
	assert_int_equal(o.err, ERR_FORMAT);
	assert_string_equal(o.failure.code, "too_large");
	document_clear(&o.doc);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_reviewed_draft_reads_as_expected),
	    cmocka_unit_test(the_open_document_reads_as_expected),
	    cmocka_unit_test(the_slides_read_as_expected),
	    cmocka_unit_test(the_open_slides_read_as_expected),
	    cmocka_unit_test(comments_follow_the_paragraph_that_they_hang_on),
	    cmocka_unit_test(tracked_changes_say_who_put_in_and_what_is_gone),
	    cmocka_unit_test(what_is_shown_in_two_ways_is_read_once),
	    cmocka_unit_test(content_controls_smart_tags_symbols_and_formulas_are_read),
	    cmocka_unit_test(of_fields_the_result_is_read),
	    cmocka_unit_test(what_is_read_twice_counts_once),
	    cmocka_unit_test(blanks_of_an_open_document_are_folded_and_bounded),
	    cmocka_unit_test(hidden_words_of_an_open_document_are_left_out),
	    cmocka_unit_test(boxes_notes_and_comments_of_an_open_document_follow),
	    cmocka_unit_test(insertions_of_an_open_document_go_over_paragraphs),
	    cmocka_unit_test(an_encrypted_open_document_is_called_so),
	    cmocka_unit_test(flat_open_documents_are_read),
	    cmocka_unit_test(open_slides_leave_out_what_repeats_and_empty_notes),
	    cmocka_unit_test(slides_come_in_order_with_their_title_first),
	    cmocka_unit_test(tables_on_slides_are_rows),
	    cmocka_unit_test(slides_past_the_limit_are_left_out),
	    cmocka_unit_test(slides_that_are_listed_again_and_again_are_refused),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
