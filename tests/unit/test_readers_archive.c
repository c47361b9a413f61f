/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives and transcripts: what is in them as parts and as speakers' paragraphs.
 */
#include "readers_fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

/* --- archives --- */

struct member {
	const char *name, *text;
};

static size_t
write_archive(char *to, size_t size, int format, int filter, const struct member *members, size_t n)
{
	struct archive *a = archive_write_new();
	size_t used = 0;

	assert_int_equal(archive_write_set_format(a, format), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, to, size, &used), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, members[i].name);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, (la_int64_t)strlen(members[i].text));
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
		archive_write_data(a, members[i].text, strlen(members[i].text));
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	return used;
}

static const struct member three[] = {
    {"letters/one.txt", "The first letter."},
    {"letters/two.txt", "The second letter."},
    {"notes/three.md", "# The notes\n\nwith words.\n"},
};

#define THREE "The first letter.\n\nThe second letter.\n\nThe notes\n\nwith words."

static void
the_packed_documents_read_as_expected(void **state)
{
	assert_sample(state, "for-the-panel.zip", "archive");
}

static void
members_of_every_kind_of_archive_are_parts(void **state)
{
	static const int kinds[][2] = {
	    {ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
	    {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_NONE},
	    {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP},
	    {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_BZIP2},
	    {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ},
	    {ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE},
	};
	static char bytes[65536];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t n = write_archive(bytes, sizeof bytes, kinds[i][0], kinds[i][1], three, 3);
		struct outcome o = read_bytes(state, "a.dat", (struct span){bytes, n});

		assert_int_equal(o.err, OK);
		assert_string_equal(o.doc.format, "archive");
		assert_string_equal(o.doc.cut, "");
		assert_true(has_mark(&o.doc, MARK_PART, 1, "The first letter.", "letters/one.txt"));
		assert_true(
		    has_mark(&o.doc, MARK_PART, 1, "The notes\n\nwith words.", "notes/three.md"));
		document_clear(&o.doc);
		assert_text(state, "a.dat", (struct span){bytes, n}, THREE);
	}
}

/* Stored, since no free program packs RAR: a marker, the archive's head, one file's, the end. */
static void
a_member_of_a_rar_archive_is_a_part(void **state)
{
	static const char rar[] =
	    "Rar!"
	    "\032\007\000\317\220s\000\000\015\000\000\000\000\000\000\000\266\363t\000\2002\0002"
	    "\000\000\0002\000\000\000\0024C\004h\000`!N\0240\022\000 "
	    "\000\000\000letters/report.txtThe "
	    "report is DOI: 10.5555/rar.1 and it says why.\012\304={\000@\007";
	struct outcome o = read_bytes(state, "a.rar", (struct span){rar, sizeof rar});

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.cut, "");
	assert_true(has_mark(&o.doc, MARK_PART, 1,
			     "The report is DOI: 10.5555/rar.1 and it says why.",
			     "letters/report.txt"));
	document_clear(&o.doc);
}

static void
one_packed_text_is_that_text(void **state)
{
	static const struct member one[] = {{"", "Nothing but this line."}};
	static char bytes[4096];
	static const int filters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ};

	for (size_t i = 0; i < 3; i++) {
		size_t n =
		    write_archive(bytes, sizeof bytes, ARCHIVE_FORMAT_RAW, filters[i], one, 1);
		struct outcome o = read_bytes(state, "minutes.txt.gz", (struct span){bytes, n});

		assert_int_equal(o.err, OK);
		assert_true(
		    has_mark(&o.doc, MARK_PART, 1, "Nothing but this line.", "minutes.txt"));
		document_clear(&o.doc);
	}
}

static void
what_systems_leave_in_archives_is_no_part(void **state)
{
	static const struct member members[] = {
	    {"__MACOSX/._a.txt", "junk"}, {"a/._a.txt", "junk"}, {"a/.DS_Store", "junk"},
	    {"Thumbs.db", "junk"},        {"~$a.docx", "junk"},  {"a.txt", "words"},
	};
	static char bytes[16384];
	size_t n =
	    write_archive(bytes, sizeof bytes, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, members, 6);
	struct outcome o = read_bytes(state, "a.zip", (struct span){bytes, n});

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.cut, "");
	assert_int_equal(o.doc.marks.n, 1);
	document_clear(&o.doc);
	n = write_archive(bytes, sizeof bytes, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, members, 5);
	assert_fails(state, "a.zip", (struct span){bytes, n}, "empty", "no documents");
}

static void
a_name_of_the_days_of_dos_is_read(void **state)
{
	/* Stored, one member called CAF\x82.TXT in code page 437. */
	static const char zip[] =
	    "PK\3\4\n\0\0\0\0\0\0\0!\0\x8c\x1e\x7d\x71\5\0\0\0\5\0\0\0\10\0\0\0"
	    "CAF\x82.TXTwords"
	    "PK\1\2\n\0\n\0\0\0\0\0\0\0!\0\x8c\x1e\x7d\x71\5\0\0\0\5\0\0\0\10\0\0"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0CAF\x82.TXT"
	    "PK\5\6\0\0\0\0\1\0\1\0\x36\0\0\0\x2b\0\0\0\0\0";
	struct outcome o = read_bytes(state, "a.zip", (struct span){zip, sizeof zip - 1});

	assert_int_equal(o.err, OK);
	assert_true(o.doc.marks.n == 1);
	assert_true(span_is(marks_name(&o.doc.marks, &o.doc.marks.list[0]), "CAF\xc3\xa9.TXT"));
	document_clear(&o.doc);
}

static void
a_cut_off_archive_keeps_what_came_before(void **state)
{
	static char bytes[65536];
	size_t n = write_archive(bytes, sizeof bytes, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE,
				 three, 3);
	struct outcome o = read_bytes(state, "a.tar", (struct span){bytes, n < 1700 ? n : 1700});

	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_PART, 1, "The first letter.", "letters/one.txt"));
	assert_string_not_equal(o.doc.cut, "");
	document_clear(&o.doc);
	assert_fails(state, "a.gz", SPAN("\x1f\x8b\10\0\0\0\0\0\0\3not packed at all"), "damaged",
		     "damaged");
}

static void
archives_in_archives_end_at_the_depth_of_parts(void **state)
{
	static char bytes[2][65536];
	struct outcome o;
	struct archive *a;
	size_t n, used, which = 0;

	n = write_archive(bytes[0], sizeof bytes[0], ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, three,
			  1);
	for (int level = 0; level < 12; level++, which ^= 1) {
		struct archive_entry *entry = archive_entry_new();

		a = archive_write_new();
		archive_write_set_format_zip(a);
		archive_write_open_memory(a, bytes[which ^ 1], sizeof bytes[0], &used);
		archive_entry_set_pathname(entry, "inner.zip");
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_size(entry, (la_int64_t)n);
		archive_write_header(a, entry);
		archive_write_data(a, bytes[which], n);
		archive_entry_free(entry);
		archive_write_close(a);
		archive_write_free(a);
		n = used;
	}
	o = read_bytes(state, "a.zip", (struct span){bytes[which], n});
	assert_int_equal(o.err, OK);
	assert_non_null(strstr(o.doc.cut, "limits.part_depth"));
	document_clear(&o.doc);
}

static void
a_member_that_unpacks_to_too_much_does_not_take_the_others_along(void **state)
{
	static const struct member small = {"letter.txt", "The letter."};
	size_t room = 32u * 1024 * 1024, used = 0, zeros = 700u * 1024 * 1024;
	char *bytes = malloc(room), *block = calloc(1, 1024 * 1024);
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	struct outcome o;

	assert_non_null(bytes);
	assert_non_null(block);
	archive_write_set_format_zip(a);
	archive_write_open_memory(a, bytes, room, &used);
	archive_entry_set_pathname(entry, "bomb.txt");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, (la_int64_t)zeros);
	archive_write_header(a, entry);
	for (size_t i = 0; i < zeros; i += 1024 * 1024)
		archive_write_data(a, block, 1024 * 1024);
	archive_entry_clear(entry);
	archive_entry_set_pathname(entry, small.name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, (la_int64_t)strlen(small.text));
	archive_write_header(a, entry);
	archive_write_data(a, small.text, strlen(small.text));
	archive_entry_free(entry);
	archive_write_close(a);
	archive_write_free(a);
	o = read_bytes(state, "a.zip", (struct span){bytes, used});
	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_PART, 1, "The letter.", "letter.txt"));
	assert_non_null(strstr(o.doc.cut, "bomb.txt was left out: it unpacks to 700 MiB"));
	document_clear(&o.doc);
	free(bytes);
	free(block);
}

/* --- transcripts --- */

static void
the_interview_reads_as_expected(void **state)
{
	assert_sample(state, "interview.vtt", "transcript");
}

static void
the_panels_talk_reads_as_expected(void **state)
{
	assert_sample(state, "panel-talk.srt", "transcript");
}

static void
a_transcript_is_known_by_its_content(void **state)
{
	struct outcome o =
	    read_bytes(state, "talk.txt",
		       SPAN("1\r\n00:00:01,000 --> 00:01:02,500\r\nGood evening.\r\n"));

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "transcript");
	assert_true(memmem(o.doc.meta.p, o.doc.meta.n, "0:01:02", 7) != NULL);
	document_clear(&o.doc);
	assert_text(state, "talk.txt", SPAN("WEBVTT\n\n00:01.000 --> 00:02.000\nGood evening.\n"),
		    "Good evening.");
	/* Only called so. */
	assert_text(state, "notes.srt", SPAN("1\nThese are notes.\n"), "1\nThese are notes.");
}

static void
captions_that_roll_are_read_once(void **state)
{
	assert_text(state, "a.vtt",
		    SPAN("WEBVTT\nKind: captions\nLanguage: en\n\n"
			 "00:00:00.000 --> 00:00:02.000 align:start position:0%\n \n"
			 "the<00:00:00.500><c> tide</c><00:00:01.000><c> comes</c>\n\n"
			 "00:00:02.000 --> 00:00:02.010\nthe tide comes\n \n\n"
			 "00:00:02.010 --> 00:00:04.000\nthe tide comes\n"
			 "twice<00:00:02.500><c> a</c><c> day</c>\n\n"
			 "00:00:04.000 --> 00:00:04.010\ntwice a day\n \n\n"
			 "00:00:04.010 --> 00:00:06.000\ntwice a day\nand no more\n\n"),
		    "the tide comes twice a day and no more");
	/* Somebody who says a thing twice says it twice. */
	assert_text(
	    state, "a.vtt",
	    SPAN("WEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n\n00:02.000 --> 00:03.000\nYes.\n"),
	    "Yes. Yes.");
}

static void
words_before_a_colon_are_names_only_if_they_look_it(void **state)
{
	assert_text(state, "a.srt",
		    SPAN("1\n00:00:01,000 --> 00:00:02,000\nOne thing matters: the tide.\n\n"
			 "2\n00:00:02,000 --> 00:00:03,000\nNote: it was at 10:30.\n\n"
			 "3\n00:00:03,000 --> 00:00:04,000\nMair: I agree.\n\n"
			 "4\n00:00:04,000 --> 00:00:05,000\nSo do I.\n\n"
			 "5\n00:00:05,000 --> 00:00:06,000\nElin ap Rhys: Good.\n\n"
			 "6\n00:00:06,000 --> 00:00:07,000\nMair: Good.\n"),
		    "One thing matters: the tide. Note: it was at 10:30.\n\n"
		    "Mair: I agree. So do I.\n\nElin ap Rhys: Good.\n\nMair: Good.");
}

static void
empty_lines_and_numbers_in_subtitles_are_told_apart(void **state)
{
	assert_text(
	    state, "a.srt",
	    SPAN("1\n00:00:01,000 --> 00:00:02,000\nThe first line\n\nand what follows.\n\n"
		 "2\n00:00:02,000 --> 00:00:03,000\n{\\an8}In the year\n2016\n3\n"
		 "00:00:03,000 --> 00:00:04,000\n<font color=\"#fff\">it was 5 < 7.</font>\n"),
	    "The first line and what follows. In the year 2016 it was 5 < 7.");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_packed_documents_read_as_expected),
	    cmocka_unit_test(members_of_every_kind_of_archive_are_parts),
	    cmocka_unit_test(a_member_of_a_rar_archive_is_a_part),
	    cmocka_unit_test(one_packed_text_is_that_text),
	    cmocka_unit_test(what_systems_leave_in_archives_is_no_part),
	    cmocka_unit_test(a_name_of_the_days_of_dos_is_read),
	    cmocka_unit_test(a_cut_off_archive_keeps_what_came_before),
	    cmocka_unit_test(archives_in_archives_end_at_the_depth_of_parts),
	    cmocka_unit_test(a_member_that_unpacks_to_too_much_does_not_take_the_others_along),
	    cmocka_unit_test(the_interview_reads_as_expected),
	    cmocka_unit_test(the_panels_talk_reads_as_expected),
	    cmocka_unit_test(a_transcript_is_known_by_its_content),
	    cmocka_unit_test(captions_that_roll_are_read_once),
	    cmocka_unit_test(words_before_a_colon_are_names_only_if_they_look_it),
	    cmocka_unit_test(empty_lines_and_numbers_in_subtitles_are_told_apart),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
