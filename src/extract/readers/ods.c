/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ods - OpenDocument spreadsheets.
 *
 *  1. meta.xml: title, properties, how many sheets there are
 *  2. content.xml, once: sheets as in xlsx.h, each with its comments behind it
 *
 * Numbers are as the cell shows them, dates and times ISO. A row or cell that is said to
 * be there many times costs nothing when it is empty, and is limited when it is not.
 */
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/odf.h"
#include "extract/readers/selftests.h"
#include "extract/readers/sheet.h"
#include "extract/readers/sheet_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ODS_NAME_BYTES     300
#define ODS_URL_BYTES      4096
#define ODS_CELL_BYTES     (1024u * 1024) /* of one cell; the rest of it is left out */
#define ODS_REPEAT_MAX     1000           /* a row with text that is said to be there more often */
#define ODS_HIDDEN_MAX     (64u * 1024)   /* bytes of names of styles that hide a sheet */
#define ODS_COMMENTS_BYTES (16u * 1024 * 1024) /* of one sheet */
#define ODS_BLANKS_MAX     100                 /* of one <text:s> */
#define ODS_PLACE_BYTES    16

enum ods_value {
	ODS_SHOWN, /* as the cell's paragraphs have it */
	ODS_FLOAT,
	ODS_DATE,
	ODS_TIME,
	ODS_BOOLEAN
};

struct ods_comment {
	char place[ODS_PLACE_BYTES];
	size_t author, author_n, text, text_n; /* in comment_bytes */
};

struct ods {
	const struct reader_input *in;
	struct builder *b;
	struct sheet *sheet;
	struct package_xml xml;
	unsigned said_sheets; /* by meta.xml; 0: it does not say */
	uint32_t sheets;

	char style[ODS_NAME_BYTES]; /* under way */
	struct buf hidden;          /* names of styles that hide, each with a NUL */
	size_t skip_depth;          /* inside of what is left out; 0: not */
	size_t table_depth;         /* of tables in tables only the outer counts */
	size_t page;
	uint32_t row, rows_times, column, column_times;
	enum ods_value kind;
	char value[SHEET_NUMBER_BYTES];
	bool in_row, in_cell, in_paragraph, in_comment, in_creator;
	struct buf text, link;
	struct buf comments, comment_bytes;
	struct buf note, author; /* the comment under way */
};

static bool
ods_is(const struct ods *o, const char *name)
{
	return package_is(&o->xml, name);
}

static uint32_t
ods_times(const struct ods *o, const char *attribute)
{
	char value[24];
	unsigned long n = 1;

	if (package_attribute(&o->xml, attribute, value, sizeof value))
		n = strtoul(value, NULL, 10);
	return n == 0 ? 1 : n > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)n;
}

/* --- sheets --- */

static bool
ods_hides(const struct ods *o, const char *style)
{
	for (size_t at = 0; at < o->hidden.n; at += strlen(o->hidden.p + at) + 1)
		if (strcmp(o->hidden.p + at, style) == 0)
			return true;
	return false;
}

static bool
ods_is_default_name(const char *name)
{
	static const char *const names[] = {"Sheet", "Taflen", "Tabelle", "Feuille",
					    "Hoja",  "Foglio", "Blad"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(name, names[i], n) == 0 &&
		    strspn(name + n, " 0123456789") == strlen(name + n))
			return true;
	}
	return false;
}

static void
ods_begin_sheet(struct ods *o)
{
	char name[ODS_NAME_BYTES], style[ODS_NAME_BYTES];
	bool hidden, named;
	size_t token;

	package_attribute(&o->xml, "style-name", style, sizeof style);
	package_attribute(&o->xml, "name", name, sizeof name);
	hidden = ods_hides(o, style);
	named = name[0] != '\0' &&
		(hidden || o->sheets > 0 || o->said_sheets > 1 || !ods_is_default_name(name));
	builder_paragraph(o->b);
	o->page = builder_open(o->b, MARK_PAGE, ++o->sheets, (struct span){0});
	if (named) {
		token = builder_open(o->b, MARK_HEADING, 1, (struct span){0});
		builder_text(o->b, span_of(name));
		if (hidden)
			builder_text(o->b, SPAN(" (hidden)"));
		builder_close(o->b, token);
		builder_paragraph(o->b);
	}
	o->row = 0;
	o->in_row = o->in_cell = false;
	sheet_begin(o->sheet, named ? 2 : 1);
}

static void
ods_put_comments(struct ods *o)
{
	const struct ods_comment *list = (const struct ods_comment *)(const void *)o->comments.p;
	struct span bytes = buf_span(&o->comment_bytes);

	for (size_t i = 0; i < o->comments.n / sizeof *list && !builder_full(o->b); i++) {
		struct span author = span_sub(bytes, list[i].author, list[i].author_n);
		size_t token;

		builder_paragraph(o->b);
		builder_text(o->b, span_of(list[i].place));
		builder_text(o->b, SPAN(": "));
		token = builder_open(o->b, MARK_COMMENT, 0, author);
		builder_text(o->b, span_sub(bytes, list[i].text, list[i].text_n));
		builder_close(o->b, token);
	}
	builder_paragraph(o->b);
	buf_reset(&o->comments);
	buf_reset(&o->comment_bytes);
}

static enum err
ods_end_sheet(struct ods *o)
{
	enum err e = sheet_end(o->sheet);

	if (e == OK)
		ods_put_comments(o);
	builder_close(o->b, o->page);
	return e;
}

/* --- cells --- */

/* "PT10H30M00S" as "10:30". */
static void
ods_write_time(const char *value, char out[SHEET_NUMBER_BYTES])
{
	unsigned long parts[3] = {0};
	const char *p = value + strcspn(value, "0123456789");

	while (*p != '\0') {
		char *end;
		unsigned long n = strtoul(p, &end, 10);
		static const char letters[] = "HMS";
		const char *at = *end == '\0' ? NULL : strchr(letters, *end);

		if (at != NULL)
			parts[at - letters] = n;
		else if (*end == '.') /* parts of a second */
			parts[2] = n;
		if (*end == '.' || *end == '\0')
			break;
		p = end + strcspn(end, "0123456789");
	}
	if (parts[2] != 0)
		snprintf(out, SHEET_NUMBER_BYTES, "%02lu:%02lu:%02lu", parts[0], parts[1],
			 parts[2]);
	else
		snprintf(out, SHEET_NUMBER_BYTES, "%02lu:%02lu", parts[0], parts[1]);
}

/* "2019-05-12T10:30:00" as "2019-05-12 10:30:00". */
static void
ods_write_date(const char *value, char out[SHEET_NUMBER_BYTES])
{
	char *t;

	snprintf(out, SHEET_NUMBER_BYTES, "%s", value);
	t = strchr(out, 'T');
	if (t == NULL)
		return;
	*t = ' ';
	t[1 + strcspn(t + 1, ".")] = '\0';
	if (strcmp(t, " 00:00:00") == 0)
		*t = '\0';
}

static void
ods_write_float(const char *value, char out[SHEET_NUMBER_BYTES])
{
	static const struct sheet_format general = {.decimals = SHEET_FORMAT_GENERAL};
	char *end;
	double v = strtod(value, &end);

	if (end != value && *end == '\0')
		sheet_number_write(v, &general, false, out);
}

static void
ods_put_cell(struct ods *o)
{
	struct sheet_cell cell = {.column = o->column, .text = buf_span(&o->text)};
	char out[SHEET_NUMBER_BYTES] = "";
	uint32_t times = o->column_times;

	cell.link = buf_span(&o->link);
	if (o->kind == ODS_DATE)
		ods_write_date(o->value, out);
	else if (o->kind == ODS_TIME)
		ods_write_time(o->value, out);
	else if (o->kind == ODS_BOOLEAN)
		snprintf(out, sizeof out, "%s", strcmp(o->value, "true") == 0 ? "TRUE" : "FALSE");
	else if (o->kind == ODS_FLOAT && heading_trim(cell.text).n == 0)
		ods_write_float(o->value, out);
	if (o->kind == ODS_DATE || o->kind == ODS_TIME)
		cell.kind = SHEET_DATE;
	else if (o->kind == ODS_FLOAT)
		cell.kind = SHEET_NUMBER;
	if (out[0] != '\0')
		cell.text = span_of(out);
	if (heading_trim(cell.text).n > 0 && o->column < SHEET_COLUMNS_MAX) {
		uint32_t end =
		    times < SHEET_COLUMNS_MAX - o->column ? o->column + times : SHEET_COLUMNS_MAX;

		for (; cell.column < end; cell.column++)
			sheet_put(o->sheet, &cell);
	}
	o->column = times < UINT32_MAX - o->column ? o->column + times : UINT32_MAX;
}

static void
ods_begin_cell(struct ods *o)
{
	static const struct {
		const char *type, *attribute;
		enum ods_value kind;
	} types[] = {
	    {"float", "value", ODS_FLOAT},    {"percentage", "value", ODS_FLOAT},
	    {"currency", "value", ODS_FLOAT}, {"date", "date-value", ODS_DATE},
	    {"time", "time-value", ODS_TIME}, {"boolean", "boolean-value", ODS_BOOLEAN},
	};
	char type[16];

	o->column_times = ods_times(o, "number-columns-repeated");
	o->kind = ODS_SHOWN;
	o->value[0] = '\0';
	buf_reset(&o->text);
	buf_reset(&o->link);
	if (!package_attribute(&o->xml, "value-type", type, sizeof type))
		return;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(type, types[i].type) == 0 &&
		    package_attribute(&o->xml, types[i].attribute, o->value, sizeof o->value))
			o->kind = types[i].kind;
	/* Per cent is what is shown; the value is a hundredth of it. */
	if (strcmp(type, "percentage") == 0)
		o->value[0] = '\0';
}

static void
ods_end_row(struct ods *o)
{
	uint32_t times = o->rows_times;

	if (times > ODS_REPEAT_MAX && !sheet_row_is_empty(o->sheet)) {
		builder_cut(o->b, "A row of a sheet is said to be there more than 1,000 times; the "
				  "others are left out.");
		times = ODS_REPEAT_MAX;
	}
	sheet_row(o->sheet, 0, times);
	o->row = o->rows_times < UINT32_MAX - o->row ? o->row + o->rows_times : UINT32_MAX;
	o->in_row = false;
}

/* --- comments --- */

/* "BC12" of the cell under way. */
static void
ods_place(const struct ods *o, char out[ODS_PLACE_BYTES])
{
	char letters[8];
	size_t n = 0;
	uint64_t column = (uint64_t)o->column + 1;

	for (; column > 0 && n < sizeof letters; column = (column - 1) / 26)
		letters[n++] = (char)('A' + (column - 1) % 26);
	for (size_t i = 0; i < n; i++)
		out[i] = letters[n - 1 - i];
	snprintf(out + n, ODS_PLACE_BYTES - n, "%u", o->row == UINT32_MAX ? o->row : o->row + 1);
}

static void
ods_end_comment(struct ods *o)
{
	struct ods_comment comment = {.author = o->comment_bytes.n};
	struct span words = heading_trim(buf_span(&o->note)), author = buf_span(&o->author);

	o->in_comment = false;
	if (words.n == 0)
		return;
	if (o->comment_bytes.n + author.n + words.n > ODS_COMMENTS_BYTES) {
		builder_cut(o->b, "A sheet has more than 16 MiB of comments; the later ones are "
				  "left out.");
		return;
	}
	ods_place(o, comment.place);
	comment.author_n = author.n;
	buf_put_span(&o->comment_bytes, author);
	comment.text = o->comment_bytes.n;
	comment.text_n = words.n;
	buf_put_span(&o->comment_bytes, words);
	buf_put(&o->comments, &comment, sizeof comment);
}

/* --- events --- */

static bool
ods_is_left_out(const struct ods *o)
{
	static const char *const names[] = {
	    "shapes", "frame", "tracked-changes",    "forms", "custom-shape", "g", "caption",
	    "rect",   "line",  "content-validations"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (ods_is(o, names[i]))
			return true;
	return false;
}

/* A break or blanks inside a paragraph. */
static void
ods_put_blanks(struct ods *o)
{
	struct buf *to = o->in_comment ? &o->note : &o->text;
	uint32_t n = ods_is(o, "s") ? ods_times(o, "c") : 1;

	for (uint32_t i = 0; i < n && i < ODS_BLANKS_MAX && to->n < ODS_CELL_BYTES; i++)
		buf_put_char(to, ' ');
}

/* The styles' part of the document: which styles hide their sheet. */
static void
ods_on_style(struct ods *o)
{
	char value[16];

	if (ods_is(o, "style"))
		package_attribute(&o->xml, "name", o->style, sizeof o->style);
	else if (ods_is(o, "table-properties") &&
		 package_attribute(&o->xml, "display", value, sizeof value) &&
		 strcmp(value, "false") == 0 && o->hidden.n < ODS_HIDDEN_MAX)
		buf_put(&o->hidden, o->style, strlen(o->style) + 1);
}

static void
ods_on_text_start(struct ods *o)
{
	char url[ODS_URL_BYTES];

	if (ods_is(o, "p") || ods_is(o, "h")) {
		struct buf *to = o->in_comment ? &o->note : &o->text;

		if (to->n > 0 && to->n < ODS_CELL_BYTES)
			buf_put_char(to, o->in_comment ? '\n' : ' ');
		o->in_paragraph = true;
	} else if (ods_is(o, "s") || ods_is(o, "tab") || ods_is(o, "line-break")) {
		ods_put_blanks(o);
	} else if (ods_is(o, "a") && !o->in_comment && o->link.n == 0 &&
		   package_attribute(&o->xml, "href", url, sizeof url) && url[0] != '#') {
		buf_put_str(&o->link, url);
	} else if (ods_is(o, "annotation")) {
		buf_reset(&o->note);
		buf_reset(&o->author);
		o->in_comment = true;
	} else if (ods_is(o, "creator") && o->in_comment) {
		o->in_creator = true;
	}
}

/* OK; ERR_NOT_FOUND: there are sheets enough. */
static enum err
ods_on_start(struct ods *o)
{
	bool empty = xmlTextReaderIsEmptyElement(o->xml.reader) == 1;

	if (ods_is_left_out(o)) {
		o->skip_depth = empty ? 0 : (size_t)xmlTextReaderDepth(o->xml.reader) + 1;
	} else if (ods_is(o, "table") && !empty) {
		if (o->table_depth++ > 0)
			return OK;
		if (o->sheets >= o->in->work->limits->pages) {
			o->table_depth = 0;
			builder_cut(o->b,
				    "It has more sheets than limits.pages; the later ones are "
				    "left out.");
			return ERR_NOT_FOUND;
		}
		ods_begin_sheet(o);
	} else if (o->table_depth == 0) {
		ods_on_style(o);
	} else if (o->table_depth > 1) {
		return OK;
	} else if (ods_is(o, "table-row") && !o->in_row) {
		o->rows_times = ods_times(o, "number-rows-repeated");
		o->column = 0;
		o->in_row = !empty;
		if (empty)
			ods_end_row(o);
	} else if ((ods_is(o, "table-cell") || ods_is(o, "covered-table-cell")) && o->in_row &&
		   !o->in_cell) {
		ods_begin_cell(o);
		o->in_cell = !empty;
		if (empty)
			ods_put_cell(o);
	} else if (o->in_cell && !(empty && ods_is(o, "p"))) {
		ods_on_text_start(o);
	}
	return OK;
}

static enum err
ods_on_end(struct ods *o)
{
	if (ods_is(o, "table") && o->table_depth > 0) {
		if (--o->table_depth == 0)
			return ods_end_sheet(o);
	} else if (o->table_depth != 1) {
		return OK;
	} else if (ods_is(o, "table-row") && o->in_row && !o->in_cell) {
		ods_end_row(o);
	} else if (ods_is(o, "table-cell") || ods_is(o, "covered-table-cell")) {
		if (o->in_cell)
			ods_put_cell(o);
		o->in_cell = o->in_paragraph = o->in_comment = false;
	} else if (ods_is(o, "p") || ods_is(o, "h")) {
		o->in_paragraph = false;
	} else if (ods_is(o, "annotation") && o->in_comment) {
		ods_end_comment(o);
	} else if (ods_is(o, "creator")) {
		o->in_creator = false;
	}
	return OK;
}

static void
ods_on_text(struct ods *o)
{
	struct span s = span_of((const char *)xmlTextReaderConstValue(o->xml.reader));
	struct buf *to = o->in_creator ? &o->author : o->in_comment ? &o->note : &o->text;

	if (!o->in_cell || o->table_depth != 1 || !(o->in_paragraph || o->in_creator))
		return;
	if (to->n + s.n <= (o->in_creator ? MARK_NAME_MAX : ODS_CELL_BYTES))
		buf_put_span(to, s);
}

static enum err
ods_on_node(struct ods *o)
{
	int type = xmlTextReaderNodeType(o->xml.reader);

	if (o->skip_depth > 0) {
		if (type == XML_READER_TYPE_END_ELEMENT &&
		    (size_t)xmlTextReaderDepth(o->xml.reader) + 1 == o->skip_depth)
			o->skip_depth = 0;
		return OK;
	}
	switch (type) {
	case XML_READER_TYPE_ELEMENT:
		return ods_on_start(o);
	case XML_READER_TYPE_END_ELEMENT:
		return ods_on_end(o);
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		ods_on_text(o);
		return OK;
	default:
		return OK;
	}
}

static bool
ods_failed(const struct ods *o)
{
	return o->hidden.failed || o->text.failed || o->link.failed || o->comments.failed ||
	       o->comment_bytes.failed || o->note.failed || o->author.failed;
}

static enum err
ods_put_content(struct ods *o)
{
	enum err e = package_open(o->in, "content.xml", &o->xml), ended;

	if (e != OK)
		return e;
	while (e == OK && !builder_full(o->b)) {
		e = package_next(&o->xml);
		if (e == OK)
			e = ods_on_node(o);
		if (ods_failed(o))
			e = ERR_NOMEM;
	}
	package_close(&o->xml);
	/* It may have ended in the middle of a sheet: the text so far is kept. */
	if (o->table_depth > 0 && e != ERR_NOMEM) {
		ended = ods_end_sheet(o);
		e = ended == OK ? e : ended;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

/* --- the whole --- */

static enum err
ods_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct odf odf = {.in = in};
	struct ods o = {.in = in, .b = b, .sheet = sheet_new(b)};
	enum err e = o.sheet == NULL ? ERR_NOMEM : OK;

	builder_format(b, "ods");
	if (e == OK)
		e = odf_check_password(&odf);
	if (e == OK)
		e = odf_put_meta(&odf, b);
	o.said_sheets = odf.tables;
	if (e == OK)
		e = ods_put_content(&o);
	if (e == OK)
		builder_pages(b, o.sheets);
	buf_clear(&o.hidden);
	buf_clear(&o.text);
	buf_clear(&o.link);
	buf_clear(&o.comments);
	buf_clear(&o.comment_bytes);
	buf_clear(&o.note);
	buf_clear(&o.author);
	odf_clear(&odf);
	sheet_free(o.sheet);
	return e == OK ? OK : package_explain(e, "spreadsheet", in->work, b, failure);
}

const struct reader reader_ods = {
    .name = "ODS",
    .format = "ods",
    .prepare = xmlInitParser,
    .read = ods_read,
    .selftest = selftests_ods,
};
