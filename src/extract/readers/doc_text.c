/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doc_text - the characters of a Word document as paragraphs, links and tables.
 *
 * A paragraph is gathered whole before it is put: its mark, at its end, says what
 * it is. A table's cells and rows end with marks too, so that the first cell of a
 * row begins when its first paragraph is put.
 */
#include "common/utf8.h"
#include "common/little.h"
#include "extract/readers/charset.h"
#include "extract/readers/doc.h"
#include "extract/readers/heading.h"

#include <stdio.h>
#include <strings.h>

#define TEXT_LINKS_MAX  1000 /* in one paragraph */
#define TEXT_FIELDS_MAX 16   /* fields in fields */
#define TEXT_FIELD_MAX  4096 /* bytes of a field's instruction */
#define TEXT_BOLD_LEVEL 6    /* of bold lines: below all that have a style */
#define TEXT_BOLD_BYTES 120

enum text_char { /* what Word means by them */
		 CHAR_NOTE = 0x02,
		 CHAR_COMMENT = 0x05,
		 CHAR_CELL = 0x07,
		 CHAR_LINE = 0x0b,
		 CHAR_PAGE = 0x0c,
		 CHAR_PARAGRAPH = 0x0d,
		 CHAR_COLUMN = 0x0e,
		 CHAR_FIELD = 0x13,
		 CHAR_FIELD_RESULT = 0x14,
		 CHAR_FIELD_END = 0x15,
		 CHAR_HYPHEN = 0x1e
};

struct text_link {
	size_t start, end;    /* in the paragraph's text */
	size_t url_at, url_n; /* in urls */
};

struct text_field { /* begin … instruction … result … end */
	struct buf instruction;
	bool in_result;
	size_t link; /* 1 + its link, 0: it is none */
};

struct text {
	struct doc *d;
	struct builder *b; /* NULL: counting */
	enum doc_story story;
	struct doc_run run;
	struct buf text, urls;
	struct text_link links[TEXT_LINKS_MAX];
	size_t link_count, open_link; /* 1 + the link that is open, 0: none */
	struct text_field fields[TEXT_FIELDS_MAX];
	size_t field_count, fields_too_deep;
	size_t visible, bold; /* bytes of the paragraph */
	unsigned footnotes, endnotes;
	uint32_t high; /* the first half of a character beyond U+FFFF */
	bool table, row, cell, cell_used, cell_bold, title_put;
};

/* --- putting a paragraph --- */

/* The paragraph's text with its links. */
static void
text_put_linked(struct text *t)
{
	struct span text = buf_span(&t->text);
	size_t at = 0;

	for (size_t i = 0; i < t->link_count; i++) {
		const struct text_link *link = &t->links[i];
		size_t token;

		if (link->start < at || link->end <= link->start)
			continue;
		builder_text(t->b, span_sub(text, at, link->start - at));
		token = builder_open(t->b, MARK_LINK, 0,
				     span_sub(buf_span(&t->urls), link->url_at, link->url_n));
		builder_text(t->b, span_sub(text, link->start, link->end - link->start));
		builder_close(t->b, token);
		at = link->end;
	}
	builder_text(t->b, span_sub(text, at, text.n));
}

/* Its level by style; else that of a line all in bold that reads like a heading; 0: it is none. */
static uint32_t
text_level(const struct text *t, const struct doc_paragraph *p)
{
	struct span s = heading_trim(buf_span(&t->text));

	if (t->story != DOC_MAIN || memchr(s.p, '\t', s.n) != NULL)
		return 0;
	if (p->level > 0)
		return heading_is_known(s) ? 1 : p->level;
	if (t->visible == 0 || t->bold < t->visible || s.n > TEXT_BOLD_BYTES ||
	    memchr(s.p, '\n', s.n) != NULL)
		return 0;
	if (heading_is_known(s))
		return 1;
	return heading_has_shape(s) ? TEXT_BOLD_LEVEL : 0;
}

static void
text_put_heading(struct text *t, uint32_t level)
{
	size_t token;

	if (level == 1 && !t->title_put) {
		builder_title(t->b, buf_span(&t->text));
		t->title_put = true;
	}
	token = builder_open(t->b, MARK_HEADING, level, (struct span){0});
	text_put_linked(t);
	builder_close(t->b, token);
}

static void
text_reset(struct text *t)
{
	buf_reset(&t->text);
	buf_reset(&t->urls);
	t->link_count = t->open_link = 0;
	t->visible = t->bold = 0;
	t->high = 0;
	for (size_t i = 0; i < t->field_count; i++)
		t->fields[i].link = 0;
}

static void
text_put_paragraph(struct text *t, const struct doc_paragraph *p)
{
	struct span words = heading_trim(buf_span(&t->text));
	struct tables *tables = &t->d->tables;
	bool data = tables_in_data(tables);
	uint32_t level;

	if (words.n > 0) {
		t->cell_bold &= t->bold >= t->visible;
		level = text_level(t, p);
		tables_paragraph(tables);
		if (data && t->cell_used) {
			builder_text(t->b, SPAN(" "));
			tables_text(tables, SPAN(" "));
		}
		tables_text(tables, words);
		t->cell_used = true;
		if (p->level > 0)
			tables_heading(tables);
		if (t->b != NULL && !data && level > 0)
			text_put_heading(t, level);
		else if (t->b != NULL)
			text_put_linked(t);
	}
	if (t->b != NULL && !data)
		builder_paragraph(t->b);
	text_reset(t);
}

/* --- tables --- */

static void
text_end_table(struct text *t)
{
	struct tables *tables = &t->d->tables;

	if (t->cell)
		tables_cell_end(tables, false);
	if (t->row)
		tables_row_end(tables);
	if (t->table)
		tables_end(tables);
	if (t->table && t->b != NULL)
		builder_paragraph(t->b);
	t->table = t->row = t->cell = false;
}

static void
text_begin_cell(struct text *t)
{
	struct tables *tables = &t->d->tables;

	if (!t->table)
		tables_begin(tables);
	if (!t->row)
		tables_row_begin(tables);
	if (!t->cell) {
		tables_cell_begin(tables);
		t->cell_used = false;
		t->cell_bold = true;
	}
	t->table = t->row = t->cell = true;
}

/* The paragraph ends with `mark` at `fc`. */
static void
text_end_paragraph(struct text *t, uint32_t mark, uint32_t fc)
{
	struct doc_paragraph p = doc_paragraph_at(t->d, fc);

	if (t->story != DOC_MAIN || (!p.in_table && mark != CHAR_CELL)) {
		if (t->table)
			text_end_table(t);
		text_put_paragraph(t, &p);
		return;
	}
	/* Where nothing is said of the mark: the one that ends a row follows the last cell's. */
	if (mark == CHAR_CELL && (p.row_end || (!p.in_table && t->row && !t->cell))) {
		if (t->cell)
			tables_cell_end(&t->d->tables, false);
		if (t->row)
			tables_row_end(&t->d->tables);
		t->row = t->cell = false;
		text_reset(t);
		return;
	}
	text_begin_cell(t);
	text_put_paragraph(t, &p);
	if (mark == CHAR_CELL) {
		tables_cell_end(&t->d->tables, t->cell_used && t->cell_bold);
		t->cell = false;
	}
}

/* --- fields --- */

/* The address in an instruction such as: HYPERLINK "https://…" \o "tip"; empty when it has none. */
static struct span
text_field_url(struct span instruction)
{
	struct span s = heading_trim(instruction);
	const char *end;

	if (s.n < 10 || strncasecmp(s.p, "HYPERLINK", 9) != 0)
		return (struct span){0};
	s = heading_trim(span_sub(s, 9, s.n));
	if (s.n < 2 || s.p[0] != '"') /* \l "place": inside the document */
		return (struct span){0};
	s = span_sub(s, 1, s.n);
	end = memchr(s.p, '"', s.n);
	return end == NULL ? (struct span){0} : span_sub(s, 0, (size_t)(end - s.p));
}

static void
text_link_begin(struct text *t, struct text_field *f)
{
	struct span url = text_field_url(buf_span(&f->instruction));

	if (t->open_link != 0 || t->link_count == TEXT_LINKS_MAX || url.n == 0)
		return;
	t->links[t->link_count++] =
	    (struct text_link){.start = t->text.n, .url_at = t->urls.n, .url_n = url.n};
	buf_put_span(&t->urls, url);
	f->link = t->open_link = t->link_count;
}

static void
text_field_mark(struct text *t, uint32_t mark)
{
	struct text_field *f = t->field_count == 0 ? NULL : &t->fields[t->field_count - 1];

	if (mark == CHAR_FIELD && t->field_count == TEXT_FIELDS_MAX) {
		t->fields_too_deep++;
	} else if (mark == CHAR_FIELD) {
		f = &t->fields[t->field_count++];
		buf_reset(&f->instruction);
		f->in_result = false;
		f->link = 0;
	} else if (t->fields_too_deep > 0) {
		t->fields_too_deep -= mark == CHAR_FIELD_END;
	} else if (mark == CHAR_FIELD_RESULT && f != NULL && !f->in_result) {
		f->in_result = true;
		text_link_begin(t, f);
	} else if (mark == CHAR_FIELD_END && f != NULL) {
		if (f->link != 0) {
			t->links[f->link - 1].end = t->text.n;
			t->open_link = 0;
		}
		t->field_count--;
	}
}

/* Between a field's beginning and its result stands only the instruction. */
static struct text_field *
text_in_instruction(struct text *t)
{
	for (size_t i = 0; i < t->field_count; i++)
		if (!t->fields[i].in_result)
			return &t->fields[i];
	return NULL;
}

/* --- characters --- */

/* Is the sign at `cp` one of a footnote? Else it is an endnote's. */
static bool
text_is_footnote(const struct doc *d, uint32_t cp)
{
	size_t n = d->footnote_places.n < 4 ? 0 : (d->footnote_places.n - 4) / 6;
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t place = little_u32(d->footnote_places, mid * 4);

		if (place == cp)
			return true;
		if (place < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* "[1]" where a footnote's sign stands, in the text and before the note; "[e1]" for an endnote's.
 */
static void
text_put_note_sign(struct text *t, uint32_t cp)
{
	bool end =
	    t->story == DOC_ENDNOTES || (t->story == DOC_MAIN && !text_is_footnote(t->d, cp));

	if (end)
		buf_printf(&t->text, "[e%u]", ++t->endnotes);
	else
		buf_printf(&t->text, "[%u]", ++t->footnotes);
}

static void
text_put_char(struct text *t, uint32_t c)
{
	struct text_field *f = text_in_instruction(t);
	struct buf *to = f == NULL ? &t->text : &f->instruction;
	char bytes[4];
	size_t n;

	if (c >= 0xd800 && c < 0xdc00) {
		t->high = c;
		return;
	}
	if (c >= 0xdc00 && c < 0xe000)
		c = t->high == 0 ? 0xfffd : 0x10000 + ((t->high - 0xd800) << 10) + (c - 0xdc00);
	t->high = 0;
	n = utf8_encode(c, bytes);
	if (to->n + n > (f == NULL ? DOC_PARAGRAPH_MAX : TEXT_FIELD_MAX))
		return;
	buf_put(to, bytes, n);
	if (f == NULL && c > ' ' && c != 0xa0) {
		t->visible += n;
		t->bold += t->run.bold ? n : 0;
	}
}

static void
text_on_char(struct text *t, uint32_t c, uint32_t cp, uint32_t fc)
{
	if (c == CHAR_FIELD || c == CHAR_FIELD_RESULT || c == CHAR_FIELD_END) {
		text_field_mark(t, c);
		return;
	}
	/* A mark of a paragraph ends it even where it is deleted or hidden. */
	if (c == CHAR_PARAGRAPH || c == CHAR_CELL || c == CHAR_PAGE) {
		if (text_in_instruction(t) == NULL)
			text_end_paragraph(t, c, fc);
		return;
	}
	if (t->run.deleted || t->run.hidden)
		return;
	switch (c) {
	case CHAR_NOTE:
		text_put_note_sign(t, cp);
		break;
	case CHAR_LINE:
	case CHAR_COLUMN:
		text_put_char(t, '\n');
		break;
	case CHAR_HYPHEN:
		text_put_char(t, '-');
		break;
	case '\t':
		text_put_char(t, t->d->tables.depth > 0 ? ' ' : '\t');
		break;
	default:
		if (c >= ' ')
			text_put_char(t, c);
	}
}

/* --- pieces --- */

/* The characters of piece `i` from CP `from` up to `to`. */
static void
text_put_piece(struct text *t, uint32_t i, uint32_t from, uint32_t to)
{
	const struct doc *d = t->d;
	uint32_t first = little_u32(d->pieces, (size_t)i * 4);
	size_t at = ((size_t)d->piece_count + 1) * 4 + (size_t)i * 8;
	uint32_t place = little_u32(d->pieces, at + 2);
	bool packed = (place & 0x40000000u) != 0;
	uint64_t base = packed ? (place & 0x3fffffffu) / 2 : place & 0x3fffffffu;
	unsigned size = packed ? 1 : 2;

	for (uint32_t cp = from; cp < to; cp++) {
		uint64_t fc = base + (uint64_t)(cp - first) * size;
		uint32_t c;

		if (fc + size > d->word.n) {
			t->d->holes = true;
			return;
		}
		if (t->b != NULL && builder_full(t->b))
			return;
		c = packed ? charset_from_1252((unsigned char)d->word.p[fc])
			   : little_u16(d->word, (size_t)fc);
		if (fc < t->run.from || fc >= t->run.to)
			t->run = doc_run_at(d, (uint32_t)fc);
		text_on_char(t, c, cp, (uint32_t)fc);
	}
}

static enum err
text_put_story(struct text *t)
{
	const struct doc *d = t->d;
	uint32_t from = d->from[t->story], to = d->from[t->story + 1];
	struct doc_paragraph plain = {0};

	for (uint32_t i = 0; i < d->piece_count; i++) {
		uint32_t first = little_u32(d->pieces, (size_t)i * 4);
		uint32_t last = little_u32(d->pieces, (size_t)i * 4 + 4);

		/* Where the list is not sorted, later pieces are left out: each is read once. */
		if (first < from)
			first = from;
		if (last > to)
			last = to;
		if (first < last) {
			text_put_piece(t, i, first, last);
			from = last;
		}
		if (t->text.failed || t->urls.failed)
			return ERR_NOMEM;
	}
	if (t->text.n > 0) /* the last has no mark: the file is damaged */
		text_put_paragraph(t, &plain);
	text_end_table(t);
	return OK;
}

static void
text_clear(struct text *t)
{
	for (size_t i = 0; i < TEXT_FIELDS_MAX; i++)
		buf_clear(&t->fields[i].instruction);
	buf_clear(&t->text);
	buf_clear(&t->urls);
}

enum err
doc_put_main(struct doc *d)
{
	struct text first = {.d = d, .story = DOC_MAIN};
	struct text second = {.d = d, .b = d->b, .story = DOC_MAIN};
	enum err e = text_put_story(&first);

	text_clear(&first);
	if (e == OK) {
		tables_second_pass(&d->tables, d->b);
		e = text_put_story(&second);
	}
	text_clear(&second);
	return e;
}

enum err
doc_put_notes(struct doc *d, enum doc_story story)
{
	struct text t = {.d = d, .b = d->b, .story = story};
	size_t token = 0;
	enum err e;

	if (d->from[story] == d->from[story + 1])
		return OK;
	if (story == DOC_COMMENTS)
		token = builder_open(d->b, MARK_COMMENT, 0, (struct span){0});
	e = text_put_story(&t);
	if (story == DOC_COMMENTS)
		builder_close(d->b, token);
	text_clear(&t);
	return e;
}
