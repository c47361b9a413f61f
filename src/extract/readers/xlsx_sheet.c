/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xlsx_sheet - one sheet of an Excel workbook: its rows, links and comments.
 */
#include "extract/readers/heading.h"
#include "extract/readers/xlsx.h"

#include <stdio.h>
#include <stdlib.h>

#define XLSX_NUMBER_BYTES  64
#define XLSX_FORMULA_MAX   8192 /* Excel's own limit; where a formula may hold an address */
#define XLSX_AUTHORS_MAX   10000
#define XLSX_AUTHORS_BYTES (1024u * 1024)

struct xlsx_link {
	uint32_t row, column;
	size_t relation_at; /* the relation's id, with its NUL, in links.bytes */
};

struct xlsx_rows {
	struct xlsx *x;
	struct package_xml xml;
	struct xlsx_relations relations;
	struct buf links, link_ids; /* of struct xlsx_link, sorted by place */
	uint32_t row, column;       /* from 0: of the cell under way */
	uint32_t rows_seen;         /* the row after the last */
	char type[12];              /* of the cell: "s", "b", … */
	size_t style;
	bool in_cell, in_value, in_formula, phonetic;
	struct buf value, formula;
};

/* --- places --- */

/* "BC12" as column and row from 0; false when it is none. */
static bool
xlsx_place(const char *ref, uint32_t *row, uint32_t *column)
{
	uint64_t c = 0, r = 0;

	for (; *ref >= 'A' && *ref <= 'Z' && c < UINT32_MAX; ref++)
		c = c * 26 + (uint64_t)(*ref - 'A') + 1;
	for (; *ref >= '0' && *ref <= '9' && r < UINT32_MAX; ref++)
		r = r * 10 + (uint64_t)(*ref - '0');
	if (c == 0 || r == 0 || c > UINT32_MAX || r > UINT32_MAX)
		return false;
	*row = (uint32_t)r - 1;
	*column = (uint32_t)c - 1;
	return true;
}

/* --- links: they stand behind the cells that carry them, so a pass of their own finds them --- */

static int
xlsx_compare_links(const void *a, const void *b)
{
	const struct xlsx_link *i = a, *j = b;

	if (i->row != j->row)
		return i->row < j->row ? -1 : 1;
	return (i->column > j->column) - (i->column < j->column);
}

static void
xlsx_on_link(struct xlsx_rows *r)
{
	struct xlsx_link link = {.relation_at = r->link_ids.n};
	char ref[32], id[XLSX_NAME_BYTES];

	if (r->links.n / sizeof link >= XLSX_LINKS_MAX ||
	    !package_attribute(&r->xml, "ref", ref, sizeof ref) ||
	    !package_attribute(&r->xml, "id", id, sizeof id) ||
	    !xlsx_place(ref, &link.row, &link.column))
		return;
	buf_put(&r->link_ids, id, strlen(id) + 1);
	buf_put(&r->links, &link, sizeof link);
}

static enum err
xlsx_find_links(struct xlsx_rows *r, const char *member)
{
	enum err e = package_open(r->x->in, member, &r->xml);

	if (e != OK)
		return e;
	while (e == OK) {
		e = package_next(&r->xml);
		if (e == OK && xmlTextReaderNodeType(r->xml.reader) == XML_READER_TYPE_ELEMENT &&
		    package_is(&r->xml, "hyperlink"))
			xlsx_on_link(r);
	}
	package_close(&r->xml);
	if (r->links.failed || r->link_ids.failed)
		return ERR_NOMEM;
	if (r->links.n > 0)
		qsort(r->links.p, r->links.n / sizeof(struct xlsx_link), sizeof(struct xlsx_link),
		      xlsx_compare_links);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* The address that the cell carries: a link's, or that of a formula HYPERLINK("…"). */
static struct span
xlsx_link_of(const struct xlsx_rows *r)
{
	struct xlsx_link key = {.row = r->row, .column = r->column};
	const struct xlsx_link *found = NULL;
	struct span formula = buf_span(&r->formula), target;
	const char *end;

	if (r->links.n > 0)
		found = bsearch(&key, r->links.p, r->links.n / sizeof key, sizeof key,
				xlsx_compare_links);
	if (found != NULL)
		return xlsx_target(&r->relations, r->link_ids.p + found->relation_at, &target)
			   ? target
			   : (struct span){0};
	if (!span_starts(formula, SPAN("HYPERLINK(\"")))
		return (struct span){0};
	formula = span_sub(formula, 11, formula.n);
	end = formula.n == 0 ? NULL : memchr(formula.p, '"', formula.n);
	formula.n = end == NULL ? 0 : (size_t)(end - formula.p);
	return memmem(formula.p, formula.n, ":", 1) == NULL ? (struct span){0} : formula;
}

/* --- cells --- */

static const struct xlsx_style *
xlsx_style_of(const struct xlsx_rows *r)
{
	size_t n = r->x->styles.n / sizeof(struct xlsx_style);

	return r->style >= n ? NULL
			     : (const struct xlsx_style *)(const void *)r->x->styles.p + r->style;
}

/* A number as the cell's format shows it; what is none stays as it is written. */
static void
xlsx_put_number(struct xlsx_rows *r, struct sheet_cell *cell, char out[SHEET_NUMBER_BYTES])
{
	static const struct sheet_format general = {.decimals = SHEET_FORMAT_GENERAL};
	const struct xlsx_style *style = xlsx_style_of(r);
	const struct sheet_format *format = style == NULL ? &general : &style->format;
	struct span text = heading_trim(buf_span(&r->value));
	char digits[XLSX_NUMBER_BYTES], *end;
	double v;

	cell->text = text;
	if (text.n == 0 || text.n >= sizeof digits)
		return;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	v = strtod(digits, &end);
	if (*end != '\0')
		return;
	sheet_number_write(v, format, r->x->from_1904, out);
	cell->text = span_of(out);
	cell->kind = sheet_format_is_date(format) ? SHEET_DATE : SHEET_NUMBER;
}

/* "2019-05-12T10:30:00Z", of cells of type "d": as other dates are written here. */
static void
xlsx_put_iso(struct xlsx_rows *r, struct sheet_cell *cell, char out[SHEET_NUMBER_BYTES])
{
	struct span text = heading_trim(buf_span(&r->value));

	cell->kind = SHEET_DATE;
	cell->text = text;
	if (text.n < 11 || text.n >= SHEET_NUMBER_BYTES || text.p[10] != 'T')
		return;
	memcpy(out, text.p, text.n);
	out[10] = ' ';
	cell->text = (struct span){out, text.n};
	if (memmem(out, text.n, " 00:00:00", 9) == out + 10)
		cell->text.n = 10;
}

static void
xlsx_put_cell(struct xlsx_rows *r)
{
	const struct xlsx_style *style = xlsx_style_of(r);
	struct sheet_cell cell = {.column = r->column, .bold = style != NULL && style->bold};
	char out[SHEET_NUMBER_BYTES];

	if (strcmp(r->type, "s") == 0) {
		struct span text = buf_span(&r->value);
		size_t i = 0;

		for (size_t at = 0; at < text.n && i < XLSX_STRINGS_MAX; at++)
			if (text.p[at] >= '0' && text.p[at] <= '9')
				i = i * 10 + (size_t)(text.p[at] - '0');
		cell.text = text.n == 0 ? text : xlsx_string(r->x, i);
	} else if (strcmp(r->type, "b") == 0) {
		cell.kind = SHEET_ANSWER;
		cell.text =
		    span_is(heading_trim(buf_span(&r->value)), "1") ? SPAN("TRUE") : SPAN("FALSE");
	} else if (strcmp(r->type, "str") == 0 || strcmp(r->type, "inlineStr") == 0 ||
		   strcmp(r->type, "e") == 0) {
		cell.text = buf_span(&r->value);
	} else if (strcmp(r->type, "d") == 0) {
		xlsx_put_iso(r, &cell, out);
	} else {
		xlsx_put_number(r, &cell, out);
	}
	cell.link = xlsx_link_of(r);
	if (cell.link.n > OPC_TARGET_BYTES)
		cell.link.n = 0;
	if (r->value.n > 0)
		sheet_put(r->x->sheet, &cell);
}

/* Takes a cell's place, type and style: one walk over its attributes, since there are many cells.
 */
static void
xlsx_begin_cell(struct xlsx_rows *r)
{
	xmlTextReaderPtr reader = r->xml.reader;
	uint32_t row, column;

	r->column++;
	r->style = 0;
	r->type[0] = '\0';
	r->in_cell = true;
	buf_reset(&r->value);
	buf_reset(&r->formula);
	if (xmlTextReaderMoveToFirstAttribute(reader) != 1)
		return;
	do {
		const char *name = (const char *)xmlTextReaderConstName(reader);
		const char *value = (const char *)xmlTextReaderConstValue(reader);

		if (name == NULL || value == NULL || name[0] == '\0' || name[1] != '\0')
			continue;
		if (name[0] == 'r' && xlsx_place(value, &row, &column))
			r->column = column;
		else if (name[0] == 's')
			r->style = (size_t)strtoul(value, NULL, 10);
		else if (name[0] == 't')
			snprintf(r->type, sizeof r->type, "%s", value);
	} while (xmlTextReaderMoveToNextAttribute(reader) == 1);
	(void)xmlTextReaderMoveToElement(reader);
}

/* --- rows --- */

/* A row may say its number; a gap before it is blank rows. */
static void
xlsx_begin_row(struct xlsx_rows *r)
{
	char number[16];
	uint64_t n = 0;

	if (package_attribute(&r->xml, "r", number, sizeof number))
		n = strtoull(number, NULL, 10);
	if (n == 0 || n > UINT32_MAX)
		n = (uint64_t)r->rows_seen + 1;
	r->row = (uint32_t)n - 1;
	r->column = UINT32_MAX; /* the first cell without a place stands at 0 */
	if (r->row > r->rows_seen)
		sheet_row(r->x->sheet, 0, 1);
	r->rows_seen = r->row < UINT32_MAX ? r->row + 1 : r->row;
}

static void
xlsx_on_start(struct xlsx_rows *r)
{
	bool empty = xmlTextReaderIsEmptyElement(r->xml.reader) == 1;

	if (package_is(&r->xml, "row")) {
		xlsx_begin_row(r);
		if (empty)
			sheet_row(r->x->sheet, 0, 1);
	} else if (package_is(&r->xml, "c")) {
		xlsx_begin_cell(r);
		r->in_cell = !empty;
	} else if (r->in_cell && !empty) {
		r->phonetic |= package_is(&r->xml, "rPh");
		r->in_value =
		    !r->phonetic && (package_is(&r->xml, "v") || package_is(&r->xml, "t"));
		r->in_formula = package_is(&r->xml, "f");
	}
}

static void
xlsx_on_end(struct xlsx_rows *r)
{
	r->in_value = r->in_formula = false;
	if (package_is(&r->xml, "rPh"))
		r->phonetic = false;
	if (package_is(&r->xml, "c") && r->in_cell) {
		xlsx_put_cell(r);
		r->in_cell = r->phonetic = false;
	} else if (package_is(&r->xml, "row")) {
		sheet_row(r->x->sheet, 0, 1);
	}
}

static enum err
xlsx_put_rows(struct xlsx_rows *r, const char *member)
{
	enum err e = package_open(r->x->in, member, &r->xml);

	if (e != OK)
		return e;
	while (e == OK && !builder_full(r->x->b)) {
		e = package_next(&r->xml);
		if (e != OK)
			break;
		switch (xmlTextReaderNodeType(r->xml.reader)) {
		case XML_READER_TYPE_ELEMENT:
			xlsx_on_start(r);
			break;
		case XML_READER_TYPE_END_ELEMENT:
			xlsx_on_end(r);
			break;
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_CDATA:
		case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
			if (r->in_value)
				xlsx_put_text(&r->value, &r->xml, XLSX_CELL_BYTES);
			else if (r->in_formula)
				xlsx_put_text(&r->formula, &r->xml, XLSX_FORMULA_MAX);
			break;
		default:
			break;
		}
		if (r->value.failed || r->formula.failed)
			e = ERR_NOMEM;
	}
	package_close(&r->xml);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* --- comments --- */

struct xlsx_comments {
	struct xlsx *x;
	struct package_xml xml;
	struct buf authors, author_ends; /* of size_t */
	struct buf text;
	char ref[32];
	size_t author;
	bool in_text, in_author, in_comment;
};

/* Newer Excels keep threads elsewhere and put a note here that says so, then the first comment. */
static struct span
xlsx_comment_words(struct span text, struct span author)
{
	if (span_starts(text, SPAN("[Threaded comment]"))) {
		const char *at = memmem(text.p, text.n, "Comment:", 8);

		return at == NULL ? text
				  : heading_trim(span_sub(text, (size_t)(at - text.p) + 8, text.n));
	}
	/* Older ones begin it with the author's name. */
	if (author.n > 0 && text.n > author.n && span_starts(text, author) &&
	    text.p[author.n] == ':')
		return heading_trim(span_sub(text, author.n + 1, text.n));
	return text;
}

static void
xlsx_put_comment(struct xlsx_comments *c)
{
	const size_t *ends = (const size_t *)(const void *)c->author_ends.p;
	struct span author = {0}, words;
	size_t token;

	if (c->author < c->author_ends.n / sizeof *ends) {
		size_t from = c->author == 0 ? 0 : ends[c->author - 1];

		author = span_sub(buf_span(&c->authors), from, ends[c->author] - from);
	}
	words = xlsx_comment_words(heading_trim(buf_span(&c->text)), author);
	if (span_starts(author, SPAN("tc=")))
		author.n = 0; /* a thread's id */
	if (words.n == 0)
		return;
	builder_paragraph(c->x->b);
	builder_text(c->x->b, span_of(c->ref));
	builder_text(c->x->b, SPAN(": "));
	token = builder_open(c->x->b, MARK_COMMENT, 0, author);
	builder_text(c->x->b, words);
	builder_close(c->x->b, token);
	builder_paragraph(c->x->b);
}

static void
xlsx_on_comment_start(struct xlsx_comments *c)
{
	char author[16];
	bool empty = xmlTextReaderIsEmptyElement(c->xml.reader) == 1;

	c->in_text = c->in_comment && !empty && package_is(&c->xml, "t");
	c->in_author = !empty && package_is(&c->xml, "author");
	if (empty && package_is(&c->xml, "author"))
		buf_put(&c->author_ends, &c->authors.n, sizeof c->authors.n);
	if (!package_is(&c->xml, "comment") || empty)
		return;
	c->in_comment = true;
	buf_reset(&c->text);
	package_attribute(&c->xml, "ref", c->ref, sizeof c->ref);
	c->author = SIZE_MAX;
	if (package_attribute(&c->xml, "authorId", author, sizeof author))
		c->author = (size_t)strtoul(author, NULL, 10);
}

static void
xlsx_on_comment_end(struct xlsx_comments *c)
{
	if (package_is(&c->xml, "author") && c->author_ends.n / sizeof(size_t) < XLSX_AUTHORS_MAX)
		buf_put(&c->author_ends, &c->authors.n, sizeof c->authors.n);
	if (package_is(&c->xml, "comment") && c->in_comment) {
		xlsx_put_comment(c);
		c->in_comment = false;
	}
	c->in_text = c->in_author = false;
}

static enum err
xlsx_put_comments(struct xlsx *x, const char *member)
{
	struct xlsx_comments c = {.x = x};
	enum err e;

	if (member[0] == '\0')
		return OK;
	e = package_open(x->in, member, &c.xml);
	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK && !builder_full(x->b)) {
		int type;

		e = package_next(&c.xml);
		type = e == OK ? xmlTextReaderNodeType(c.xml.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT)
			xlsx_on_comment_start(&c);
		else if (type == XML_READER_TYPE_END_ELEMENT)
			xlsx_on_comment_end(&c);
		else if (c.in_text && type != 0)
			xlsx_put_text(&c.text, &c.xml, XLSX_CELL_BYTES);
		else if (c.in_author && type != 0)
			xlsx_put_text(&c.authors, &c.xml, XLSX_AUTHORS_BYTES);
		if (c.text.failed || c.authors.failed || c.author_ends.failed)
			e = ERR_NOMEM;
	}
	package_close(&c.xml);
	buf_clear(&c.text);
	buf_clear(&c.authors);
	buf_clear(&c.author_ends);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* --- the whole --- */

enum err
xlsx_put_sheet(struct xlsx *x, const char *member)
{
	struct xlsx_rows r = {.x = x};
	enum err e = xlsx_read_relations(x, member, &r.relations), ended;

	if (e == OK && r.relations.links)
		e = xlsx_find_links(&r, member);
	if (e == OK)
		e = xlsx_put_rows(&r, member);
	/* What was held is written, whatever came: the text so far is kept. */
	ended = sheet_end(x->sheet);
	if (e == OK)
		e = ended;
	if (e == OK)
		e = xlsx_put_comments(x, r.relations.comments);
	xlsx_clear_relations(&r.relations);
	buf_clear(&r.links);
	buf_clear(&r.link_ids);
	buf_clear(&r.value);
	buf_clear(&r.formula);
	return e;
}
