/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_body - the paragraphs and tables of a Word document.
 *
 * A paragraph is gathered whole before it is put: only at its end is it known
 * whether all of it is bold, which is how many people write headings. Footnotes
 * and text boxes follow the paragraph (or table) that they hang on.
 */
#include "extract/readers/docx.h"
#include "extract/readers/docx_elements.h"
#include "extract/readers/heading.h"

#include <stdio.h>
#include <strings.h>

#define BODY_LINKS_MAX   1000 /* in one paragraph */
#define BODY_FIELDS_MAX  16   /* fields in fields */
#define BODY_FIELD_BYTES 4096
#define BODY_BOLD_LEVEL  6 /* of bold lines: below all that have a style */
#define BODY_BOLD_BYTES  120
#define BODY_LATER_MAX                                                                             \
	(8u * 1024 * 1024) /* bytes of notes and boxes that wait for a table's end                 \
			    */

struct body_link {
	size_t start, end;    /* in the paragraph's text */
	size_t url_at, url_n; /* in urls */
};

struct body_field { /* begin … instruction … separate … result … end */
	struct buf instruction;
	bool in_result;
	size_t link; /* 1 + its link, 0: it is none */
};

struct body {
	struct docx *docx;
	struct package_xml x;
	struct builder *b; /* NULL: counting */
	struct tables tables;
	size_t skip_depth; /* XML depth at which something left out began; 0: nothing */
	size_t box_depth;  /* … at which a text box began */

	struct buf text, urls, later;
	struct body_link links[BODY_LINKS_MAX];
	size_t link_count, open_link; /* 1 + the link that is open, 0: none */
	struct body_field fields[BODY_FIELDS_MAX];
	size_t field_count;
	size_t visible, bold;         /* bytes of the paragraph */
	unsigned footnotes, endnotes; /* how many were met: their ids are not what Word prints */
	uint32_t level;
	bool run_bold, in_run, in_text, in_instruction, hidden, row_is_header, cell_bold, cell_used,
	    title_put;
};

/* "0", "false", "off" and "none" switch a property off. */
static bool
body_is_on(const struct body *b)
{
	char value[16];

	if (!package_attribute(&b->x, "val", value, sizeof value))
		return true;
	return strcmp(value, "0") != 0 && strcmp(value, "false") != 0 &&
	       strcmp(value, "off") != 0 && strcmp(value, "none") != 0;
}

/* --- putting a paragraph --- */

static void
body_put_text(struct body *b, struct span s)
{
	if (b->text.n + s.n > DOCX_PARAGRAPH_MAX || b->hidden)
		return;
	buf_put_span(&b->text, s);
}

/* The text of the paragraph with its links; in a row of cells it stays one line. */
static void
body_put_linked(struct body *b)
{
	struct span text = buf_span(&b->text);
	size_t at = 0;

	for (size_t i = 0; i < b->link_count; i++) {
		const struct body_link *link = &b->links[i];
		size_t token;

		if (link->start < at || link->end <= link->start)
			continue;
		builder_text(b->b, span_sub(text, at, link->start - at));
		token = builder_open(b->b, MARK_LINK, 0,
				     span_sub(buf_span(&b->urls), link->url_at, link->url_n));
		builder_text(b->b, span_sub(text, link->start, link->end - link->start));
		builder_close(b->b, token);
		at = link->end;
	}
	builder_text(b->b, span_sub(text, at, text.n));
}

/* A line all in bold that reads like a heading. In a letter's head there may be some that are none.
 */
static bool
body_is_bold_heading(const struct body *b)
{
	struct span s = heading_trim(buf_span(&b->text));

	if (b->visible == 0 || b->bold < b->visible || s.n > BODY_BOLD_BYTES ||
	    memchr(s.p, '\n', s.n) != NULL)
		return false;
	return heading_is_known(s) || heading_has_shape(s);
}

static void
body_put_heading(struct body *b, uint32_t level)
{
	struct span text = heading_trim(buf_span(&b->text));
	size_t token;

	if (heading_is_known(text))
		level = 1;
	if (level == 1 && !b->title_put) {
		builder_title(b->b, text);
		b->title_put = true;
	}
	token = builder_open(b->b, MARK_HEADING, level, (struct span){0});
	body_put_linked(b);
	builder_close(b->b, token);
}

/* Notes and boxes that waited, a line each. */
static void
body_put_later(struct body *b)
{
	struct span rest = buf_span(&b->later);

	while (rest.n > 0) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end == NULL ? rest.n : (size_t)(end - rest.p);

		builder_text(b->b, span_sub(rest, 0, n));
		builder_paragraph(b->b);
		rest = span_sub(rest, n + 1, rest.n);
	}
	buf_reset(&b->later);
}

static void
body_reset_paragraph(struct body *b)
{
	buf_reset(&b->text);
	buf_reset(&b->urls);
	b->link_count = b->open_link = 0;
	b->visible = b->bold = 0;
	b->level = 0;
	for (size_t i = 0; i < b->field_count; i++)
		b->fields[i].link = 0;
}

static void
body_end_paragraph(struct body *b)
{
	struct span text = heading_trim(buf_span(&b->text));
	bool data = tables_in_data(&b->tables);

	if (text.n > 0) {
		b->cell_bold &= b->bold >= b->visible;
		tables_paragraph(&b->tables);
		if (data && b->cell_used) {
			builder_text(b->b, SPAN(" "));
			tables_text(&b->tables, SPAN(" "));
		}
		tables_text(&b->tables, text);
		b->cell_used = true;
		if (b->level > 0)
			tables_heading(&b->tables);
		if (b->b == NULL)
			goto out;
		if (data)
			body_put_linked(b);
		else if (b->level > 0)
			body_put_heading(b, b->level);
		else if (body_is_bold_heading(b))
			body_put_heading(b, BODY_BOLD_LEVEL);
		else
			body_put_linked(b);
	}
	if (b->b != NULL && !data) {
		builder_paragraph(b->b);
		if (b->tables.depth == 0)
			body_put_later(b);
	}
out:
	body_reset_paragraph(b);
}

/* --- links and fields --- */

static void
body_link_begin(struct body *b, struct span url)
{
	struct body_link *link;

	if (b->open_link != 0 || b->link_count == BODY_LINKS_MAX || url.n == 0 ||
	    url.n > MARK_NAME_MAX)
		return;
	link = &b->links[b->link_count++];
	*link = (struct body_link){.start = b->text.n, .url_at = b->urls.n, .url_n = url.n};
	buf_put_span(&b->urls, url);
	b->open_link = b->link_count;
}

static void
body_link_end(struct body *b)
{
	if (b->open_link != 0)
		b->links[b->open_link - 1].end = b->text.n;
	b->open_link = 0;
}

/* The address in an instruction such as: HYPERLINK "https://…" \o "tip"; empty when it has none. */
static struct span
body_field_url(struct span instruction)
{
	struct span s = heading_trim(instruction);
	const char *quote, *end;

	if (s.n < 10 || strncasecmp(s.p, "HYPERLINK", 9) != 0)
		return (struct span){0};
	s = heading_trim(span_sub(s, 9, s.n));
	quote = s.n == 0 ? NULL : memchr(s.p, '"', s.n);
	if (quote == NULL || quote != s.p) /* \l "place": inside the document */
		return (struct span){0};
	end = memchr(quote + 1, '"', s.n - 1);
	return end == NULL ? (struct span){0} : span_sub(s, 1, (size_t)(end - quote) - 1);
}

static void
body_field_char(struct body *b)
{
	char type[16];
	struct body_field *f = b->field_count == 0 ? NULL : &b->fields[b->field_count - 1];

	package_attribute(&b->x, "fldCharType", type, sizeof type);
	if (strcmp(type, "begin") == 0) {
		if (b->field_count == BODY_FIELDS_MAX)
			return;
		f = &b->fields[b->field_count++];
		buf_reset(&f->instruction);
		f->in_result = false;
		f->link = 0;
	} else if (strcmp(type, "separate") == 0 && f != NULL) {
		f->in_result = true;
		body_link_begin(b, body_field_url(buf_span(&f->instruction)));
		f->link = b->open_link;
	} else if (strcmp(type, "end") == 0 && f != NULL) {
		if (f->link != 0)
			body_link_end(b);
		b->field_count--;
	}
}

/* Between a field's beginning and its result stands only the instruction. */
static bool
body_in_instruction(const struct body *b)
{
	return b->field_count > 0 && !b->fields[b->field_count - 1].in_result;
}

static void
body_hyperlink(struct body *b)
{
	char id[DOCX_NAME_BYTES];
	struct span url;

	if (package_attribute(&b->x, "id", id, sizeof id) &&
	    docx_map_get(&b->docx->links, span_of(id), &url))
		body_link_begin(b, url);
}

static void
body_note(struct body *b, const struct docx_map *notes, const char *sign, unsigned *count)
{
	char id[DOCX_NAME_BYTES], label[32];
	struct span text;

	if (b->b == NULL || !package_attribute(&b->x, "id", id, sizeof id) ||
	    !docx_map_get(notes, span_of(id), &text))
		return;
	snprintf(label, sizeof label, "[%s%u]", sign, ++*count);
	body_put_text(b, span_of(label));
	if (b->later.n + text.n > BODY_LATER_MAX)
		return;
	buf_put_str(&b->later, label);
	buf_put_char(&b->later, ' ');
	buf_put_span(&b->later, heading_trim(text));
	buf_put_char(&b->later, '\n');
}

/* --- elements --- */

static void
body_property(struct body *b, enum docx_element element)
{
	char value[DOCX_NAME_BYTES];
	struct span level;

	if (element == DOCX_BOLD && b->in_run) {
		b->run_bold = body_is_on(b);
	} else if (element == DOCX_VANISH && b->in_run) {
		b->hidden = body_is_on(b);
	} else if (element == DOCX_STYLE && package_attribute(&b->x, "val", value, sizeof value)) {
		if (docx_map_get(&b->docx->styles, span_of(value), &level))
			b->level = (uint32_t)(level.p[0] - '0');
	} else if (element == DOCX_OUTLINE &&
		   package_attribute(&b->x, "val", value, sizeof value) && value[0] >= '0' &&
		   value[0] < '0' + DOCX_LEVELS && value[1] == '\0') {
		b->level = (uint32_t)(value[0] - '0') + 1;
	}
}

static void
body_row_begin(struct body *b)
{
	tables_row_begin(&b->tables);
	b->row_is_header = false;
}

static void
body_cell_begin(struct body *b)
{
	tables_cell_begin(&b->tables);
	b->cell_bold = true;
	b->cell_used = false;
}

static void
body_start(struct body *b, enum docx_element element)
{
	char instruction[BODY_FIELD_BYTES];

	switch (element) {
	case DOCX_P:
		if (b->box_depth == 0)
			body_reset_paragraph(b);
		break;
	case DOCX_R:
		b->in_run = true;
		b->run_bold = b->hidden = false;
		break;
	case DOCX_T:
		b->in_text = true;
		break;
	case DOCX_INSTRUCTION:
		b->in_instruction = true;
		break;
	case DOCX_TAB:
		if (b->in_run)
			body_put_text(b, tables_in_data(&b->tables) ? SPAN(" ") : SPAN("\t"));
		break;
	case DOCX_BR:
		body_put_text(b, tables_in_data(&b->tables) ? SPAN(" ") : SPAN("\n"));
		break;
	case DOCX_HYPHEN:
		body_put_text(b, SPAN("\xe2\x80\x91"));
		break;
	case DOCX_HYPERLINK:
		body_hyperlink(b);
		break;
	case DOCX_FIELD_CHAR:
		body_field_char(b);
		break;
	case DOCX_FIELD_SIMPLE:
		if (package_attribute(&b->x, "instr", instruction, sizeof instruction))
			body_link_begin(b, body_field_url(span_of(instruction)));
		break;
	case DOCX_FOOTNOTE:
		body_note(b, &b->docx->footnotes, "", &b->footnotes);
		break;
	case DOCX_ENDNOTE:
		body_note(b, &b->docx->endnotes, "e", &b->endnotes);
		break;
	case DOCX_TABLE:
		tables_begin(&b->tables);
		break;
	case DOCX_ROW:
		body_row_begin(b);
		break;
	case DOCX_CELL:
		body_cell_begin(b);
		break;
	case DOCX_HEADER_ROW:
		b->row_is_header = body_is_on(b);
		break;
	default:
		body_property(b, element);
	}
}

static void
body_end(struct body *b, enum docx_element element)
{
	switch (element) {
	case DOCX_P:
		if (b->box_depth == 0)
			body_end_paragraph(b);
		else if (b->later.n > 0 && b->later.p[b->later.n - 1] != '\n')
			buf_put_char(&b->later, '\n');
		break;
	case DOCX_R:
		b->in_run = b->hidden = false;
		break;
	case DOCX_T:
		b->in_text = false;
		break;
	case DOCX_INSTRUCTION:
		b->in_instruction = false;
		break;
	case DOCX_HYPERLINK:
	case DOCX_FIELD_SIMPLE:
		body_link_end(b);
		break;
	case DOCX_CELL:
		tables_cell_end(&b->tables, b->row_is_header || (b->cell_bold && b->cell_used));
		break;
	case DOCX_ROW:
		tables_row_end(&b->tables);
		break;
	case DOCX_TABLE:
		tables_end(&b->tables);
		if (b->b != NULL && !tables_in_data(&b->tables)) {
			builder_paragraph(b->b);
			if (b->tables.depth == 0)
				body_put_later(b);
		}
		break;
	default:
		break;
	}
}

static void
body_text(struct body *b)
{
	struct span s = span_of((const char *)xmlTextReaderConstValue(b->x.reader));

	if (b->in_instruction && b->field_count > 0) {
		struct buf *to = &b->fields[b->field_count - 1].instruction;

		if (to->n + s.n <= BODY_FIELD_BYTES)
			buf_put_span(to, s);
		return;
	}
	if (!b->in_text || body_in_instruction(b) || b->hidden)
		return;
	if (b->box_depth > 0) {
		if (b->b != NULL && b->later.n + s.n <= BODY_LATER_MAX)
			buf_put_span(&b->later, s);
		return;
	}
	body_put_text(b, s);
	if (heading_trim(s).n > 0) {
		b->visible += s.n;
		b->bold += b->run_bold ? s.n : 0;
	}
}

/* --- the whole --- */

static void
body_on_element(struct body *b, enum docx_element element)
{
	size_t depth = (size_t)xmlTextReaderDepth(b->x.reader) + 1;
	bool empty = xmlTextReaderIsEmptyElement(b->x.reader) == 1;

	if (b->skip_depth > 0)
		return;
	if (element == DOCX_LEFT_OUT) {
		b->skip_depth = empty ? 0 : depth;
		return;
	}
	if (element == DOCX_BOX && b->box_depth == 0 && !empty) {
		b->box_depth = depth;
		return;
	}
	/* A box's own tables and headings are text only. */
	if (b->box_depth > 0 && element != DOCX_P && element != DOCX_R && element != DOCX_T)
		return;
	body_start(b, element);
	if (empty)
		body_end(b, element);
}

static void
body_on_end(struct body *b, enum docx_element element)
{
	size_t depth = (size_t)xmlTextReaderDepth(b->x.reader) + 1;

	if (b->skip_depth > 0) {
		if (depth == b->skip_depth)
			b->skip_depth = 0;
		return;
	}
	if (b->box_depth > 0) {
		if (depth == b->box_depth) {
			b->box_depth = 0;
			b->in_run = true; /* the box hangs in a run that goes on */
			return;
		}
		if (element != DOCX_P && element != DOCX_R && element != DOCX_T)
			return;
	}
	body_end(b, element);
}

static enum err
body_pass(struct body *b)
{
	enum err e = package_open(b->docx->in, b->docx->main, &b->x);

	if (e != OK)
		return e;
	while (e == OK && !(b->b != NULL && builder_full(b->b))) {
		e = package_next(&b->x);
		if (e != OK)
			break;
		switch (xmlTextReaderNodeType(b->x.reader)) {
		case XML_READER_TYPE_ELEMENT:
			body_on_element(b, docx_element(&b->x));
			break;
		case XML_READER_TYPE_END_ELEMENT:
			body_on_end(b, docx_element(&b->x));
			break;
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_CDATA:
		case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
			if (b->skip_depth == 0)
				body_text(b);
			break;
		default:
			break;
		}
		if (b->text.failed || b->later.failed || b->urls.failed)
			e = ERR_NOMEM;
	}
	package_close(&b->x);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* The first pass may have ended anywhere: nothing of it but the tables' kinds goes on. */
static void
body_next_pass(struct body *b, struct builder *to)
{
	tables_second_pass(&b->tables, to);
	b->b = to;
	b->skip_depth = b->box_depth = b->field_count = 0;
	b->in_run = b->in_text = b->in_instruction = b->hidden = false;
	body_reset_paragraph(b);
	buf_reset(&b->later);
}

enum err
docx_put_body(struct docx *d, struct builder *b)
{
	struct body body = {.docx = d};
	enum err e = body_pass(&body);

	if (e == OK) {
		body_next_pass(&body, b);
		e = body_pass(&body);
	}
	if (e == OK)
		body_put_later(&body);
	for (size_t i = 0; i < BODY_FIELDS_MAX; i++)
		buf_clear(&body.fields[i].instruction);
	buf_clear(&body.text);
	buf_clear(&body.urls);
	buf_clear(&body.later);
	tables_clear(&body.tables);
	return e;
}
