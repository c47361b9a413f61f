/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Office files from before 2007 and Outlook mails, made by libgsf here and by
 * tests/samples/make_ole.py.
 */
#include "readers_fixture.h"

#include "common/conf.h"
#include "extract/readers/lzfu.h"
#include "extract/readers/ole.h"

#include <gsf/gsf-outfile-msole.h>
#include <gsf/gsf-output-memory.h>
#include <stdio.h>

struct stream {
	const char *path; /* "storage/stream" */
	struct span bytes;
};

/* An OLE2 file with these streams, one storage deep at most; in *out. */
static void
make_ole(const struct stream *streams, size_t n, struct buf *out)
{
	GsfOutput *memory = gsf_output_memory_new();
	GsfOutfile *root = gsf_outfile_msole_new(memory), *storage = NULL;
	char opened[64] = "", folder[64];

	for (size_t i = 0; i < n; i++) {
		const char *slash = strchr(streams[i].path, '/'), *name = streams[i].path;
		GsfOutfile *in = root;
		GsfOutput *stream;

		if (slash != NULL) {
			snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
			name = slash + 1;
			if (strcmp(folder, opened) != 0 && storage != NULL) {
				gsf_output_close(GSF_OUTPUT(storage));
				g_object_unref(storage);
				storage = NULL;
			}
			if (storage == NULL)
				storage = GSF_OUTFILE(gsf_outfile_new_child(root, folder, TRUE));
			snprintf(opened, sizeof opened, "%s", folder);
			in = storage;
		}
		stream = gsf_outfile_new_child(in, name, FALSE);
		gsf_output_write(stream, streams[i].bytes.n, (const guint8 *)streams[i].bytes.p);
		gsf_output_close(stream);
		g_object_unref(stream);
	}
	if (storage != NULL) {
		gsf_output_close(GSF_OUTPUT(storage));
		g_object_unref(storage);
	}
	gsf_output_close(GSF_OUTPUT(root));
	g_object_unref(root);
	buf_put(out, gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory)),
		(size_t)gsf_output_size(memory));
	g_object_unref(memory);
}

static struct outcome
read_ole(void **state, const struct stream *streams, size_t n)
{
	struct buf file = {0};
	struct outcome o;

	make_ole(streams, n, &file);
	o = read_bytes(state, "a.bin", buf_span(&file));
	buf_clear(&file);
	return o;
}

static void
assert_ole_fails(void **state, const struct stream *streams, size_t n, const char *code,
		 const char *words)
{
	struct buf file = {0};

	make_ole(streams, n, &file);
	assert_fails(state, "a.bin", buf_span(&file), code, words);
	buf_clear(&file);
}

/* --- what an OLE2 file is --- */

static void
what_stands_in_the_root_tells_what_a_file_is(void **state)
{
	static const struct stream encrypted[] = {{"EncryptionInfo", SPAN("x")},
						  {"EncryptedPackage", SPAN("x")}};
	static const struct stream excel[] = {{"Workbook", SPAN("x")}};
	static const struct stream slides[] = {{"PowerPoint Document", SPAN("x")}};
	/* A Word document that is embedded in something else does not make it one. */
	static const struct stream other[] = {{"Contents", SPAN("x")},
					      {"Object/WordDocument", SPAN("x")}};

	assert_ole_fails(state, encrypted, 2, "encrypted", "password-protected");
	assert_ole_fails(state, excel, 1, "unsupported", "XLS");
	assert_ole_fails(state, slides, 1, "unsupported", "PPT");
	assert_ole_fails(state, other, 2, "unsupported", "an older Microsoft format");
	assert_fails(state, "a.doc", SPAN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more"),
		     "damaged", "damaged");
}

/* --- Word --- */

static void
the_minutes_read_as_expected(void **state)
{
	assert_sample(state, "panel-minutes.doc", "doc");
}

static void
the_minutes_have_a_title_and_an_author(void **state)
{
	struct buf bytes = {0};
	struct outcome o;
	struct meta_pair pair;
	size_t at = 0, found = 0;

	load_sample("", "panel-minutes.doc", "", &bytes);
	o = read_bytes(state, "a.doc", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.title, "Visitors\xe2\x80\x99 Panel minutes, March 2005");
	while (meta_next(buf_span(&o.doc.meta), &at, &pair)) {
		found += span_is(pair.key, "author") && span_is(pair.value, "Ruth Anstey");
		found += span_is(pair.key, "created") &&
			 span_is(pair.value, "2005-03-10T09:30:00+00:00");
	}
	assert_int_equal(found, 2);
	document_clear(&o.doc);
	buf_clear(&bytes);
}

static void
old_and_locked_word_documents_are_named(void **state)
{
	char head[1024] = "\xec\xa5\xc1\0";
	struct stream word[] = {{"WordDocument", {head, sizeof head}}, {"0Table", SPAN("x")}};

	assert_ole_fails(state, word, 2, "damaged", "pieces");
	assert_ole_fails(state, word, 1, "damaged", "missing");
	head[11] = 1; /* encrypted */
	assert_ole_fails(state, word, 2, "encrypted", "password-protected");
	head[2] = 0x68; /* Word 95 */
	assert_ole_fails(state, word, 2, "unsupported",
			 "This is a Word 95 file (or older): save it as .docx.");
}

static void
a_word_document_that_is_cut_off_is_damaged(void **state)
{
	struct buf bytes = {0};

	load_sample("", "panel-minutes.doc", "", &bytes);
	for (size_t n = 600; n < bytes.n; n += 512) {
		struct outcome o = read_bytes(state, "a.doc", span_sub(buf_span(&bytes), 0, n));

		if (o.err == OK)
			document_clear(&o.doc);
		else
			assert_string_equal(o.failure.code, "damaged");
	}
	buf_clear(&bytes);
}

/* --- Outlook --- */

#define PROPS "__properties_version1.0"

/* The list of short properties with one number in it. */
#define ONE_NUMBER(header, id, value)                                                              \
	{                                                                                          \
		[(header) + 0] = 3, [(header) + 2] = (char)((id)&0xff),                            \
			    [(header) + 3] = (char)((id) >> 8),                                    \
			    [(header) + 8] = (char)((value)&0xff),                                 \
			    [(header) + 9] = (char)((value) >> 8), [(header) + 15] = 0             \
	}

static void
the_toolkit_mail_reads_as_expected(void **state)
{
	assert_sample(state, "toolkit-answer.msg", "msg");
}

static void
a_mail_before_unicode_has_its_code_page(void **state)
{
	static const char list[48] = ONE_NUMBER(32, 0x3ffd, 1251);
	static const struct stream mail[] = {
	    {PROPS, {list, sizeof list}},
	    {"__substg1.0_0037001E", SPAN("\xcf\xf0\xe8\xe2\xe5\xf2")},
	    {"__substg1.0_1000001E", SPAN("\xcf\xe8\xf1\xfc\xec\xee \xef\xf0\xe8\xf8\xeb\xee.")},
	};
	struct outcome o = read_ole(state, mail, 3);

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.title, "Привет");
	assert_true(has_mark(&o.doc, MARK_HEADER, 0, "Привет", "Subject"));
	assert_non_null(memmem(o.doc.text.p, o.doc.text.n, "Письмо пришло.", 26));
	document_clear(&o.doc);
}

static void
a_mail_of_html_is_read(void **state)
{
	static const char list[48] = ONE_NUMBER(32, 0x3fde, 28591);
	static const struct stream mail[] = {
	    {PROPS, {list, sizeof list}},
	    {"__substg1.0_10130102",
	     SPAN("<html><body><p>Caf\xe9 at <b>nine</b>.</p></body></html>")},
	};
	struct outcome o = read_ole(state, mail, 2);

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "msg");
	assert_non_null(memmem(o.doc.text.p, o.doc.text.n, "Caf\xc3\xa9 at nine.", 14));
	document_clear(&o.doc);
}

static void
a_sealed_mail_is_called_encrypted(void **state)
{
	static const char list[32] = "";
	static const struct stream mail[] = {
	    {PROPS, {list, sizeof list}},
	    {"__substg1.0_001A001E", SPAN("IPM.Note.SMIME")},
	};

	assert_ole_fails(state, mail, 2, "encrypted", "encrypted");
}

static void
pictures_of_the_text_are_left_out_and_sent_ones_are_not(void **state)
{
	static const char list[32] = "", shown[24] = ONE_NUMBER(8, 0x3714, 4), sent[8] = "";
	static const struct stream mail[] = {
	    {PROPS, {list, sizeof list}},
	    {"__substg1.0_1000001E", SPAN("These are the words of the mail.")},
	    {"__attach_version1.0_#00000000/" PROPS, {shown, sizeof shown}},
	    {"__attach_version1.0_#00000000/__substg1.0_3712001E", SPAN("logo@1")},
	    {"__attach_version1.0_#00000000/__substg1.0_3707001E", SPAN("logo.png")},
	    {"__attach_version1.0_#00000000/__substg1.0_37010102",
	     SPAN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0\x90wS\xde")},
	    {"__attach_version1.0_#00000001/" PROPS, {sent, sizeof sent}},
	    {"__attach_version1.0_#00000001/__substg1.0_3707001E", SPAN("scan.mp3")},
	    {"__attach_version1.0_#00000001/__substg1.0_37010102",
	     SPAN("ID3\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")},
	};
	struct outcome o = read_ole(state, mail, 9);

	assert_int_equal(o.err, OK);
	assert_null(strstr(o.doc.cut, "logo.png"));
	assert_non_null(strstr(o.doc.cut, "scan.mp3 was left out"));
	document_clear(&o.doc);
}

/* --- packed RTF --- */

static void
packed_rtf_unpacks_as_its_format_says(void **state)
{
	static const struct {
		struct span packed;
		const char *rtf;
	} cases[] = {
	    {SPAN("\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\n\0rcpg125B2\n\xf3 hel\t\0 bw"
		  "\x05\xb0ld}\n\x80\x0f\xa0"),
	     "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
	    {SPAN("\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\rn}\x01\x0e\xb0"),
	     "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
	    {SPAN("\x10\0\0\0\x04\0\0\0MELA\0\0\0\0{\\r}"), "{\\r}"},
	};
	struct conf conf;
	struct reader_work work = {.limits = &conf.limits, .file_bytes = 1000};
	struct buf out = {0};

	(void)state;
	conf_init(&conf);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_reset(&out);
		assert_int_equal(lzfu_unpack(cases[i].packed, &work, &out), OK);
		assert_string_equal(buf_cstr(&out), cases[i].rtf);
	}
	assert_int_equal(lzfu_unpack(SPAN("0123456789abcdef0123"), &work, &out), ERR_FORMAT);
	conf.limits.unpacked_bytes = 1;
	assert_int_equal(lzfu_unpack(cases[0].packed, &work, &out), ERR_LIMIT);
	buf_clear(&out);
	conf_clear(&conf);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stands_in_the_root_tells_what_a_file_is),
	    cmocka_unit_test(the_minutes_read_as_expected),
	    cmocka_unit_test(the_minutes_have_a_title_and_an_author),
	    cmocka_unit_test(old_and_locked_word_documents_are_named),
	    cmocka_unit_test(a_word_document_that_is_cut_off_is_damaged),
	    cmocka_unit_test(the_toolkit_mail_reads_as_expected),
	    cmocka_unit_test(a_mail_before_unicode_has_its_code_page),
	    cmocka_unit_test(a_mail_of_html_is_read),
	    cmocka_unit_test(a_sealed_mail_is_called_encrypted),
	    cmocka_unit_test(pictures_of_the_text_are_left_out_and_sent_ones_are_not),
	    cmocka_unit_test(packed_rtf_unpacks_as_its_format_says),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
