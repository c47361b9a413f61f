/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers of sheets: CSV, XLSX, ODS; and the numbers and dates in them.
 */
#include "readers_fixture.h"

#include "extract/readers/csv.h"
#include "extract/readers/sheet_number.h"

#include <stdio.h>

/* --- samples --- */

static void
the_attendance_report_reads_as_expected(void **state)
{
	assert_sample(state, "webinar-attendance.csv", "csv");
}

static void
the_workbook_reads_as_expected(void **state)
{
	assert_sample(state, "workshop-register.xlsx", "xlsx");
}

static void
the_sign_in_sheet_reads_as_expected(void **state)
{
	assert_sample(state, "sign-in-sheet.xlsx", "xlsx");
}

static void
the_open_document_sheet_reads_as_expected(void **state)
{
	assert_sample(state, "choir-visitors.ods", "ods");
}

static void
a_line_separator_in_a_cell_does_not_end_its_row(void **state)
{
	assert_text(state, "a.csv",
		    SPAN("Name,Place\nAda,Tarn\xe2\x80\xa9mouth\nBea,Salt\xc2\x85 by\n"),
		    "Name\tPlace\nAda\tTarn mouth\nBea\tSalt by");
}

/* --- which text is a table --- */

static void
prose_never_becomes_a_table(void **state)
{
	static const char *const texts[] = {
	    "Dear Ada, dear Bea, hi,\nthank you, once more, all,\nfor the day, the talk, yours,\n",
	    "Ada Lovelace,\n12 High Street,\nTarnmouth,\n",
	    "1.\tthe first point\n2.\tthe second point\n3.\tthe third point\n",
	    "a line\nanother line\na third line\n",
	    "| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
	    "{\"a\":1,\"b\":2,\"c\":3}\n{\"a\":1,\"b\":2,\"c\":3}\n{\"a\":1,\"b\":2,\"c\":3}\n",
	    "one,two,three\nfour,five,six\n",
	    "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (csv_is_sure(span_of(texts[i])))
			fail_msg("%s", texts[i]);
}

static void
a_table_is_one_whatever_its_name(void **state)
{
	struct outcome o = read_bytes(state, "export.txt",
				      SPAN("Site;Year;Visitors\nTarn;2017;412\nSaltby;2018;6\n"));

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "csv");
	assert_true(has_mark(&o.doc, MARK_ROW, 2, "Saltby\t2018\t6", ""));
	document_clear(&o.doc);
	o = read_bytes(state, "letter.csv", SPAN("Dear all,\nit rained, and how.\nYours\n"));
	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "csv");
	document_clear(&o.doc);
}

/* --- CSV --- */

static void
quotes_hold_separators_line_ends_and_quotes(void **state)
{
	assert_text(state, "a.csv",
		    SPAN("Name,Quote,Year\r\n\"Amory, Delyth\",\"She said \"\"yes\"\",\r\nand "
			 "left\",2018\r\nHuw,\"\",2019\r\n"),
		    "Name\tQuote\tYear\nAmory, Delyth\tShe said \"yes\", and left\t2018\n"
		    "Huw\t\t2019");
}

static void
a_quotation_mark_that_does_not_end_is_a_character(void **state)
{
	assert_text(state, "a.csv", SPAN("Name,Size,Year\nPipe,\"5 inch,2018\nRod,3,2019\n"),
		    "Name\tSize\tYear\nPipe\t\"5 inch\t2018\nRod\t3\t2019");
}

static void
the_separator_is_found(void **state)
{
	static const char *const texts[] = {
	    "Site;Share;Cost\nTarn;1,5;2,5\nSaltby;3,5;4,5\n",
	    "sep=;\r\nSite;Share;Cost\r\nTarn;1,5;2,5\r\nSaltby;3,5;4,5\r\n",
	    "Site\tShare\tCost\nTarn\t1,5\t2,5\nSaltby\t3,5\t4,5\n",
	    "Site|Share|Cost\nTarn|1,5|2,5\nSaltby|3,5|4,5\n",
	    "\xef\xbb\xbfSite,Share,Cost\rTarn,\"1,5\",\"2,5\"\rSaltby,\"3,5\",\"4,5\"\r",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_text(state, "a.csv", span_of(texts[i]),
			    "Site\tShare\tCost\nTarn\t1,5\t2,5\nSaltby\t3,5\t4,5");
}

static void
several_tables_have_names_of_their_own(void **state)
{
	struct outcome o =
	    read_bytes(state, "zoom.csv",
		       SPAN(
			   "Attendee Report,\nReport Generated:,10/08/2021 11:00\n"
			   "Topic,Webinar ID,# Registered\nSea walls,812,40\n"
			   "Host Details,\nAttended,User Name,Email\nYes,Ada,ada@tarn.example\n"
			   "Attendee Details,\nAttended,User Name,Email\nYes,Bea,bea@tarn.example\n"
			   "No,Cai,cai@tarn.example\n"));

	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_ROW, 1, "Report Generated:\t10/08/2021 11:00", ""));
	assert_true(has_mark(&o.doc, MARK_TABLE, 2,
			     "Topic\tWebinar ID\t# Registered\nSea walls\t812\t40",
			     "Topic\tWebinar ID\t# Registered"));
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "Attendee Details", ""));
	assert_true(has_mark(&o.doc, MARK_ROW, 2, "No\tCai\tcai@tarn.example", ""));
	assert_true(has_mark(&o.doc, MARK_TABLE, 4,
			     "Attended\tUser Name\tEmail\nYes\tBea\tbea@tarn.example\n"
			     "No\tCai\tcai@tarn.example",
			     "Attended\tUser Name\tEmail"));
	document_clear(&o.doc);
}

static void
blank_rows_do_not_end_a_table_that_goes_on(void **state)
{
	struct outcome o =
	    read_bytes(state, "a.csv",
		       SPAN("Name,Organisation,Email\nAda,Tarn,ada@tarn.example\n,,\n"
			    "Bea,Saltby,bea@saltby.example\nCai,Saltby,\n\n"
			    "Second day,,\nDai,Tarn,dai@tarn.example\nEva,Tarn,\n"));

	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_ROW, 3, "Cai\tSaltby", ""));
	assert_true(has_mark(&o.doc, MARK_HEADING, 1, "Second day", ""));
	assert_true(has_mark(&o.doc, MARK_TABLE, 2, "Dai\tTarn\tdai@tarn.example\nEva\tTarn",
			     "Name\tOrganisation\tEmail"));
	document_clear(&o.doc);
}

static void
pairs_of_name_and_value_have_no_column_names(void **state)
{
	struct outcome o =
	    read_bytes(state, "a.csv", SPAN("Event,Open day\nVenue,Village hall\nVisitors,45\n"));

	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_ROW, 1, "Event\tOpen day", ""));
	assert_true(has_mark(&o.doc, MARK_ROW, 3, "Visitors\t45", ""));
	document_clear(&o.doc);
}

static void
a_row_that_begins_with_empty_cells_lies_in_its_table(void **state)
{
	struct outcome o = read_bytes(state, "a.csv", SPAN("Venue\n\n;4th;3\n1;;\n;x;2\n"));
	const struct mark *table = NULL;

	assert_int_equal(o.err, OK);
	for (size_t i = 0; i < o.doc.marks.n; i++) {
		const struct mark *m = &o.doc.marks.list[i];

		if (m->type == MARK_TABLE)
			table = m;
		if (m->type == MARK_ROW)
			assert_true(table != NULL && table->start <= m->start &&
				    m->end <= table->end);
	}
	assert_non_null(table);
	document_clear(&o.doc);
}

static void
a_late_column_leaves_the_others_in_place(void **state)
{
	struct buf text = {0};
	struct outcome o;

	buf_put_str(&text, "Name,Visitors,,Year\n");
	for (int i = 0; i < 60; i++)
		buf_put_str(&text, "Tarn,4,,2018\n");
	buf_put_str(&text, "Saltby,5,late,2019\n");
	o = read_bytes(state, "a.csv", buf_span(&text));
	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_ROW, 61, "Saltby\t5\t2019\tlate", ""));
	document_clear(&o.doc);
	buf_clear(&text);
}

static void
a_million_rows_are_read_and_quotes_in_vain_cost_nothing(void **state)
{
	struct buf text = {0};
	struct outcome o;

	buf_put_str(&text, "Name,Visitors,Year\n");
	for (int i = 0; i < 200000; i++)
		buf_put_str(&text, "\"Tarn,4,2018\n");
	o = read_bytes(state, "a.csv", buf_span(&text));
	assert_int_equal(o.err, OK);
	document_clear(&o.doc);
	buf_reset(&text);
	buf_put_str(&text, "Name,Visitors,Year\n");
	for (int i = 0; i < 400000; i++)
		buf_put_str(&text, "T,4,18\n");
	o = read_bytes(state, "a.csv", buf_span(&text));
	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_ROW, 400000, "T\t4\t18", ""));
	document_clear(&o.doc);
	buf_clear(&text);
}

/* --- XLSX --- */

struct member {
	const char *name;
	struct span bytes;
};

static void
put_le(struct buf *to, uint32_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		buf_put_char(to, i < 4 ? (char)(n >> (8 * i)) : 0);
}

static uint32_t
crc_of(struct span s)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* From "version needed" to "extra field length": the same in a member's header and the list. */
static void
put_fields(struct buf *to, const struct member *m)
{
	put_le(to, 20, 2);
	put_le(to, 0, 8); /* nothing special, stored, no time */
	put_le(to, crc_of(m->bytes), 4);
	put_le(to, (uint32_t)m->bytes.n, 4);
	put_le(to, (uint32_t)m->bytes.n, 4);
	put_le(to, (uint32_t)strlen(m->name), 2);
	put_le(to, 0, 2);
}

/* A ZIP file in which nothing is packed, as OpenDocument wants of its first member. */
static void
make_zip(const struct member *members, size_t n, struct buf *out)
{
	struct buf list = {0};

	for (size_t i = 0; i < n; i++) {
		uint32_t at = (uint32_t)out->n;

		put_le(out, 0x04034b50, 4);
		put_fields(out, &members[i]);
		buf_put_str(out, members[i].name);
		buf_put_span(out, members[i].bytes);
		put_le(&list, 0x02014b50, 4);
		put_le(&list, 20, 2);
		put_fields(&list, &members[i]);
		put_le(&list, 0, 2 + 2 + 2 + 4);
		put_le(&list, at, 4);
		buf_put_str(&list, members[i].name);
	}
	put_le(&list, 0x06054b50, 4);
	put_le(&list, 0, 4);
	put_le(&list, (uint32_t)n, 2);
	put_le(&list, (uint32_t)n, 2);
	put_le(&list, (uint32_t)list.n - 12, 4);
	put_le(&list, (uint32_t)out->n, 4);
	put_le(&list, 0, 2);
	buf_put_span(out, buf_span(&list));
	buf_clear(&list);
}

#define STYLES                                                                                     \
	"<styleSheet><numFmts><numFmt numFmtId='170' "                                             \
	"formatCode='[h]:mm'/></numFmts><fonts><font/>"                                            \
	"</fonts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/>"               \
	"<xf numFmtId='10'/></cellXfs></styleSheet>"

/* A workbook of one sheet called `name` with these rows. */
static void
make_xlsx(const char *properties, const char *name, const char *rows, struct buf *out)
{
	struct buf book = {0}, sheet = {0};
	struct member members[6] = {
	    {"[Content_Types].xml", SPAN("<Types/>")},
	    {"_rels/.rels", SPAN("<Relationships><Relationship Id='r' Type='x/officeDocument' "
				 "Target='xl/workbook.xml'/></Relationships>")},
	    {"xl/_rels/workbook.xml.rels",
	     SPAN("<Relationships><Relationship Id='r1' Type='x/worksheet' Target='s1.xml'/>"
		  "<Relationship Id='r2' Type='x/styles' Target='styles.xml'/></Relationships>")},
	    {"xl/styles.xml", SPAN(STYLES)},
	};

	buf_printf(&book,
		   "<workbook xmlns:r='x'>%s<sheets><sheet name='%s' r:id='r1'/></sheets>"
		   "</workbook>",
		   properties, name);
	buf_printf(&sheet, "<worksheet><sheetData>%s</sheetData></worksheet>", rows);
	members[4] = (struct member){"xl/workbook.xml", buf_span(&book)};
	members[5] = (struct member){"xl/s1.xml", buf_span(&sheet)};
	make_zip(members, 6, out);
	buf_clear(&book);
	buf_clear(&sheet);
}

static void
assert_xlsx(void **state, const char *properties, const char *name, const char *rows,
	    const char *text)
{
	struct buf bytes = {0};

	make_xlsx(properties, name, rows, &bytes);
	assert_text(state, "a.xlsx", buf_span(&bytes), text);
	buf_clear(&bytes);
}

static void
cells_are_read_as_people_see_them(void **state)
{
	assert_xlsx(state, "", "Sheet1",
		    "<row r='1'><c r='B1' t='b'><v>1</v></c><c r='C1' t='e'><v>#N/A</v></c>"
		    "<c r='D1'><v>0.30000000000000004</v></c><c r='E1' s='1'><v>43725</v></c>"
		    "<c r='F1' s='2'><v>1.0625</v></c><c r='G1' s='3'><v>0.125</v></c>"
		    "<c r='H1' t='str'><f>A1</f><v>kept</v></c><c r='I1' t='d'>"
		    "<v>2019-05-12T00:00:00</v></c><c r='J1' t='inlineStr'><is><r><t>rich </t></r>"
		    "<r><t>text</t></r><rPh><t>no</t></rPh></is></c><c r='K1'/></row>",
		    "TRUE\t#N/A\t0.3\t2019-09-17\t25:30\t12.50%\tkept\t2019-05-12\trich text");
	assert_xlsx(state, "<workbookPr date1904='1'/>", "Sheet1",
		    "<row><c s='1'><v>0</v></c><c><v>x1</v></c></row>", "1904-01-01\tx1");
}

static void
a_sheet_that_somebody_named_has_a_heading(void **state)
{
	assert_xlsx(state, "", "Sheet1", "<row><c t='str'><v>words</v></c></row>", "words");
	assert_xlsx(state, "", "Tarnmouth", "<row><c t='str'><v>words</v></c></row>",
		    "Tarnmouth\n\nwords");
}

static void
places_beyond_all_sheets_do_no_harm(void **state)
{
	struct buf bytes = {0};
	struct outcome o;

	make_xlsx(
	    "", "Sheet1",
	    "<row r='4294967295'><c r='XFD9' t='str'><v>last</v></c><c t='str'><v>over</v></c>"
	    "<c r='ZZZZZZZZZZ1' t='str'><v>far</v></c><c r='A1' t='s'><v>99999999999</v></c>"
	    "</row><row r='0'><c r='A0' t='str' s='77'><v>next</v></c></row>",
	    &bytes);
	o = read_bytes(state, "a.xlsx", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_non_null(strstr(o.doc.cut, "16,384 columns"));
	document_clear(&o.doc);
	buf_clear(&bytes);
}

static void
a_workbook_that_ends_early_is_damaged(void **state)
{
	struct buf bytes = {0};

	load_sample("", "workshop-register.xlsx", "", &bytes);
	assert_fails(state, "a.xlsx", span_sub(buf_span(&bytes), 0, bytes.n / 2), "damaged", "ZIP");
	buf_clear(&bytes);
	make_xlsx("", "Sheet1", "<row><c>", &bytes);
	assert_fails(state, "a.xlsx", buf_span(&bytes), "damaged", "Excel workbook");
	buf_clear(&bytes);
}

/* --- ODS --- */

static void
make_ods(const char *rows, struct buf *out)
{
	struct buf content = {0};
	struct member members[3] = {
	    {"mimetype", SPAN("application/vnd.oasis.opendocument.spreadsheet")},
	    {"META-INF/manifest.xml", SPAN("<manifest/>")},
	};

	buf_printf(&content,
		   "<document-content><automatic-styles><style name='h'><table-properties "
		   "display='false'/></style></automatic-styles><spreadsheet>%s</spreadsheet>"
		   "</document-content>",
		   rows);
	members[2] = (struct member){"content.xml", buf_span(&content)};
	make_zip(members, 3, out);
	buf_clear(&content);
}

static void
empty_cells_a_million_times_cost_nothing(void **state)
{
	struct buf bytes = {0};

	make_ods("<table name='Sheet1'><table-row number-rows-repeated='1000000'><table-cell "
		 "number-columns-repeated='16384'/></table-row><table-row><table-cell "
		 "number-columns-repeated='4000000000'/><table-cell><p>far</p></table-cell>"
		 "</table-row><table-row><table-cell number-columns-repeated='2'><p>twice</p>"
		 "</table-cell></table-row></table>",
		 &bytes);
	assert_text(state, "a.ods", buf_span(&bytes), "twice\ttwice");
	buf_clear(&bytes);
}

static void
full_rows_a_million_times_are_cut(void **state)
{
	struct buf bytes = {0};
	struct outcome o;

	make_ods("<table name='Sheet1'><table-row number-rows-repeated='1000000'><table-cell>"
		 "<p>a</p></table-cell><table-cell><p>b</p></table-cell></table-row></table>",
		 &bytes);
	o = read_bytes(state, "a.ods", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_ROW, 1000, "a\tb", ""));
	assert_non_null(strstr(o.doc.cut, "1,000 times"));
	document_clear(&o.doc);
	buf_clear(&bytes);
}

static void
values_of_an_open_document_are_iso(void **state)
{
	struct buf bytes = {0};

	make_ods("<table name='Old' style-name='h'><table-row><table-cell value-type='date' "
		 "date-value='2019-05-12T10:30:00'><p>12.5.</p></table-cell><table-cell "
		 "value-type='time' time-value='PT10H30M00S'><p>10.30</p></table-cell><table-cell "
		 "value-type='boolean' boolean-value='true'><p>WAHR</p></table-cell><table-cell "
		 "value-type='float' value='1240.5'><p>1,240.5</p></table-cell><table-cell "
		 "value-type='float' value='0.30000000000000004'/><table-cell "
		 "value-type='string'><p>one<s c='2'/><a href='https://tarn.example'>two</a></p>"
		 "<p>three</p></table-cell></table-row></table>",
		 &bytes);
	assert_text(
	    state, "a.ods", buf_span(&bytes),
	    "Old (hidden)\n\n2019-05-12 10:30:00\t10:30\tTRUE\t1,240.5\t0.3\tone two three");
	buf_clear(&bytes);
}

/* --- numbers --- */

static void
numbers_and_dates_follow_their_format(void **state)
{
	static const struct {
		const char *code;
		double v;
		const char *text;
	} cases[] = {
	    {"General", 0.1 + 0.2, "0.3"},
	    {"General", 1e15, "1000000000000000"},
	    {"General", 0.00001234, "0.00001234"},
	    {"General", -0.0, "0"},
	    {"General", 1240, "1240"},
	    {"0", 2.5, "3"},
	    {"0.00", 2.675, "2.68"},
	    {"0.00", -0.001, "0.00"},
	    {"#,##0", 1234567, "1,234,567"},
	    {"#,##0.00;[Red]-#,##0.00", -1234.5, "-1,234.50"},
	    {"\"\xc2\xa3\"#,##0", 2900,
	     "\xc2\xa3"
	     "2,900"},
	    {"[$\xe2\x82\xac-2] #,##0.00", 12.5, "\xe2\x82\xac 12.50"},
	    {"0\" people\"", 37, "37 people"},
	    {"0%", 0.455, "46%"},
	    {"0.00E+00", 1234, "1234"},
	    {"# ?/?", 0.5, "0.5"},
	    {"@", 5, "5"},
	    {"dd/mm/yyyy", 1, "1900-01-01"},
	    {"dd/mm/yyyy", 59, "1900-02-28"},
	    {"dd/mm/yyyy", 60, "1900-02-29"},
	    {"dd/mm/yyyy", 61, "1900-03-01"},
	    {"dd/mm/yyyy", 2958465, "9999-12-31"},
	    {"dd/mm/yyyy", 2958466, "2958466"},
	    {"dd/mm/yyyy", -1, "-1"},
	    {"mmm yy", 43586, "2019-05"},
	    {"yyyy", 43586, "2019"},
	    {"d mmm", 43586, "2019-05-01"},
	    {"yyyy\\-mm\\-dd\\ hh:mm", 43586.4375, "2019-05-01 10:30"},
	    {"d/m/yyyy h:mm:ss AM/PM", 43586.999999, "2019-05-02 00:00:00"},
	    {"h:mm", 0.4375, "10:30"},
	    {"hh:mm:ss", 0.5, "12:00:00"},
	    {"mm:ss", 0.0625, "1:30:00"},
	    {"[h]:mm", 1.0625, "25:30"},
	    {"[$-809]dddd, d mmmm yyyy;@", 43586, "2019-05-01"},
	};
	char out[SHEET_NUMBER_BYTES];
	struct sheet_format f;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		sheet_format_parse(span_of(cases[i].code), &f);
		sheet_number_write(cases[i].v, &f, false, out);
		assert_string_equal(out, cases[i].text);
	}
	sheet_format_parse(SPAN("yyyy-mm-dd"), &f);
	sheet_number_write(0, &f, true, out);
	assert_string_equal(out, "1904-01-01");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_attendance_report_reads_as_expected),
	    cmocka_unit_test(the_workbook_reads_as_expected),
	    cmocka_unit_test(the_sign_in_sheet_reads_as_expected),
	    cmocka_unit_test(the_open_document_sheet_reads_as_expected),
	    cmocka_unit_test(a_line_separator_in_a_cell_does_not_end_its_row),
	    cmocka_unit_test(prose_never_becomes_a_table),
	    cmocka_unit_test(a_table_is_one_whatever_its_name),
	    cmocka_unit_test(quotes_hold_separators_line_ends_and_quotes),
	    cmocka_unit_test(a_quotation_mark_that_does_not_end_is_a_character),
	    cmocka_unit_test(the_separator_is_found),
	    cmocka_unit_test(several_tables_have_names_of_their_own),
	    cmocka_unit_test(blank_rows_do_not_end_a_table_that_goes_on),
	    cmocka_unit_test(pairs_of_name_and_value_have_no_column_names),
	    cmocka_unit_test(a_row_that_begins_with_empty_cells_lies_in_its_table),
	    cmocka_unit_test(a_late_column_leaves_the_others_in_place),
	    cmocka_unit_test(a_million_rows_are_read_and_quotes_in_vain_cost_nothing),
	    cmocka_unit_test(cells_are_read_as_people_see_them),
	    cmocka_unit_test(a_sheet_that_somebody_named_has_a_heading),
	    cmocka_unit_test(places_beyond_all_sheets_do_no_harm),
	    cmocka_unit_test(a_workbook_that_ends_early_is_damaged),
	    cmocka_unit_test(empty_cells_a_million_times_cost_nothing),
	    cmocka_unit_test(full_rows_a_million_times_are_cut),
	    cmocka_unit_test(values_of_an_open_document_are_iso),
	    cmocka_unit_test(numbers_and_dates_follow_their_format),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
