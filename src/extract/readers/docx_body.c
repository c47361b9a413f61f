/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_body - the paragraphs and tables of a Word document, put through para.h.
 */
#include "common/utf8.h"
#include "extract/readers/docx.h"
#include "extract/readers/docx_elements.h"
#include "extract/readers/heading.h"
#include "extract/readers/symbol.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define BODY_FIELDS_MAX  16 /* fields in fields */
#define BODY_FIELD_BYTES 4096
#define BODY_CHANGES_MAX 8 /* insertions in insertions */

struct body_field { /* begin … instruction … separate … result … end */
	struct buf instruction;
	bool in_result;
	size_t link; /* its mark's token */
};

/* Where in the XML something began that changes how the rest of it is read; 0: nowhere. */
struct body_depths {
	size_t left_out, box, deleted;
	struct opc_alternates alternates;
	bool placeholder; /* the content that comes next is only asked for */
};

struct body {
	struct docx *docx;
	struct package_xml x;
	struct para para;
	struct body_depths at;
	struct buf box, deleted;
	struct body_field fields[BODY_FIELDS_MAX];
	size_t field_count, fields_beyond;
	size_t changes[BODY_CHANGES_MAX], change_count;
	size_t link;                  /* token of the hyperlink that is open */
	unsigned footnotes, endnotes; /* how many were met: their ids are not what Word prints */
	bool run_bold, in_run, in_text, in_instruction, hidden;
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

/* Between a field's beginning and its result stands only the instruction. */
static bool
body_in_instruction(const struct body *b)
{
	return b->field_count > 0 && !b->fields[b->field_count - 1].in_result;
}

static void
body_put(struct body *b, struct span s)
{
	if (b->hidden || body_in_instruction(b))
		return;
	if (b->at.box > 0) {
		if (b->para.b != NULL && b->box.n + s.n <= PARA_BYTES_MAX)
			buf_put_span(&b->box, s);
		return;
	}
	para_text(&b->para, s, b->run_bold);
}

/* --- links and fields --- */

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

static size_t
body_link(struct body *b, struct span url)
{
	return url.n == 0 || url.n > MARK_NAME_MAX ? 0 : para_open(&b->para, MARK_LINK, url);
}

static void
body_field_char(struct body *b)
{
	char type[16];
	struct body_field *f = b->field_count == 0 ? NULL : &b->fields[b->field_count - 1];

	package_attribute(&b->x, "fldCharType", type, sizeof type);
	if (strcmp(type, "begin") == 0) {
		if (b->field_count == BODY_FIELDS_MAX) {
			b->fields_beyond++;
			return;
		}
		f = &b->fields[b->field_count++];
		buf_reset(&f->instruction);
		f->in_result = false;
		f->link = 0;
	} else if (b->fields_beyond > 0) {
		b->fields_beyond -= strcmp(type, "end") == 0;
	} else if (strcmp(type, "separate") == 0 && f != NULL) {
		f->in_result = true;
		f->link = body_link(b, body_field_url(buf_span(&f->instruction)));
	} else if (strcmp(type, "end") == 0 && f != NULL) {
		para_close(&b->para, f->link);
		b->field_count--;
	}
}

static void
body_hyperlink(struct body *b)
{
	char id[OPC_NAME_BYTES];
	struct span url;

	if (package_attribute(&b->x, "id", id, sizeof id) &&
	    idmap_get(&b->docx->links, span_of(id), &url))
		b->link = body_link(b, url);
}

/* --- notes, comments, changes --- */

static void
body_note(struct body *b, const struct docx_notes *notes, const char *sign, unsigned *count)
{
	char id[OPC_NAME_BYTES], label[32];
	struct span text;

	if (b->para.b == NULL || b->at.box > 0 || b->hidden ||
	    !package_attribute(&b->x, "id", id, sizeof id) ||
	    !idmap_get(&notes->texts, span_of(id), &text))
		return;
	snprintf(label, sizeof label, "[%s%u]", sign, ++*count);
	para_note(&b->para, label, text);
}

static void
body_comment(struct body *b)
{
	const struct docx_notes *comments = &b->docx->comments;
	char id[OPC_NAME_BYTES];
	struct span text, author;

	if (package_attribute(&b->x, "id", id, sizeof id) &&
	    idmap_get(&comments->texts, span_of(id), &text) &&
	    idmap_get(&comments->authors, span_of(id), &author))
		para_later(&b->para, MARK_COMMENT, author, text);
}

static void
body_inserted(struct body *b)
{
	char author[OPC_NAME_BYTES];

	package_attribute(&b->x, "author", author, sizeof author);
	if (b->change_count < BODY_CHANGES_MAX)
		b->changes[b->change_count] = para_open(&b->para, MARK_INSERTED, span_of(author));
	b->change_count++;
}

static void
body_inserted_end(struct body *b)
{
	if (b->change_count > 0 && --b->change_count < BODY_CHANGES_MAX)
		para_close(&b->para, b->changes[b->change_count]);
}

/* Inside deleted words: only what they are matters. */
static void
body_deleted_element(struct body *b, enum docx_element element, bool empty)
{
	if (element == DOCX_DELETED_TEXT || element == DOCX_T)
		b->in_text = !empty;
	else if ((element == DOCX_TAB || element == DOCX_BR) && b->deleted.n < MARK_NAME_MAX)
		buf_put_char(&b->deleted, ' ');
}

static void
body_deleted_end(struct body *b)
{
	b->at.deleted = 0;
	b->in_text = false;
	if (b->at.box == 0)
		para_deleted(&b->para, buf_span(&b->deleted));
	buf_reset(&b->deleted);
}

/* --- elements --- */

static void
body_symbol(struct body *b)
{
	char font[OPC_NAME_BYTES], code[16], bytes[4];
	uint32_t c;

	if (!package_attribute(&b->x, "font", font, sizeof font) ||
	    !package_attribute(&b->x, "char", code, sizeof code))
		return;
	c = symbol_char(span_of(font), (uint32_t)strtoul(code, NULL, 16));
	if (c >= ' ' && c < 0xd800)
		body_put(b, (struct span){bytes, utf8_encode(c, bytes)});
}

static void
body_property(struct body *b, enum docx_element element)
{
	char value[OPC_NAME_BYTES];
	struct span level;

	if (element == DOCX_BOLD && b->in_run) {
		b->run_bold = body_is_on(b);
	} else if (element == DOCX_VANISH && b->in_run) {
		b->hidden = body_is_on(b);
	} else if (element == DOCX_STYLE && package_attribute(&b->x, "val", value, sizeof value)) {
		if (idmap_get(&b->docx->styles, span_of(value), &level))
			b->para.level = (uint32_t)(level.p[0] - '0');
	} else if (element == DOCX_OUTLINE &&
		   package_attribute(&b->x, "val", value, sizeof value) && value[0] >= '0' &&
		   value[0] < '0' + DOCX_LEVELS && value[1] == '\0') {
		b->para.level = (uint32_t)(value[0] - '0') + 1;
	} else if (element == DOCX_HEADER_ROW) {
		b->para.row_is_header = body_is_on(b);
	}
}

/* What words are made of; false: it is not that. */
static bool
body_start_text(struct body *b, enum docx_element element)
{
	switch (element) {
	case DOCX_R:
		b->in_run = true;
		b->run_bold = b->hidden = false;
		return true;
	case DOCX_T:
		b->in_text = true;
		return true;
	case DOCX_TAB:
		if (b->in_run)
			body_put(b, b->at.box > 0 || tables_in_data(&b->para.tables) ? SPAN(" ")
										     : SPAN("\t"));
		return true;
	case DOCX_BR:
		body_put(b,
			 b->at.box > 0 || tables_in_data(&b->para.tables) ? SPAN(" ") : SPAN("\n"));
		return true;
	case DOCX_HYPHEN:
		body_put(b, SPAN("\xe2\x80\x91"));
		return true;
	case DOCX_SYMBOL:
		body_symbol(b);
		return true;
	case DOCX_DENOMINATOR:
		body_put(b, SPAN("/"));
		return true;
	default:
		return false;
	}
}

static void
body_start(struct body *b, enum docx_element element)
{
	char instruction[BODY_FIELD_BYTES];

	switch (element) {
	case DOCX_P:
		if (b->at.box == 0)
			para_reset(&b->para);
		break;
	case DOCX_INSTRUCTION:
		b->in_instruction = true;
		break;
	case DOCX_HYPERLINK:
		body_hyperlink(b);
		break;
	case DOCX_FIELD_CHAR:
		body_field_char(b);
		break;
	case DOCX_FIELD_SIMPLE:
		if (package_attribute(&b->x, "instr", instruction, sizeof instruction))
			b->link = body_link(b, body_field_url(span_of(instruction)));
		break;
	case DOCX_FOOTNOTE:
		body_note(b, &b->docx->footnotes, "", &b->footnotes);
		break;
	case DOCX_ENDNOTE:
		body_note(b, &b->docx->endnotes, "e", &b->endnotes);
		break;
	case DOCX_COMMENT:
		body_comment(b);
		break;
	case DOCX_INSERTED:
		body_inserted(b);
		break;
	case DOCX_TABLE:
		para_table_begin(&b->para);
		break;
	case DOCX_ROW:
		para_row_begin(&b->para);
		break;
	case DOCX_CELL:
		para_cell_begin(&b->para);
		break;
	default:
		if (!body_start_text(b, element))
			body_property(b, element);
	}
}

static void
body_end_box_paragraph(struct body *b)
{
	para_later(&b->para, 0, (struct span){0}, buf_span(&b->box));
	buf_reset(&b->box);
}

static void
body_end(struct body *b, enum docx_element element)
{
	switch (element) {
	case DOCX_P:
		if (b->at.box > 0)
			body_end_box_paragraph(b);
		else
			para_end(&b->para);
		break;
	case DOCX_R:
		b->in_run = b->hidden = b->run_bold = false;
		break;
	case DOCX_T:
		b->in_text = false;
		break;
	case DOCX_INSTRUCTION:
		b->in_instruction = false;
		break;
	case DOCX_HYPERLINK:
	case DOCX_FIELD_SIMPLE:
		para_close(&b->para, b->link);
		b->link = 0;
		break;
	case DOCX_INSERTED:
		body_inserted_end(b);
		break;
	case DOCX_CELL:
		para_cell_end(&b->para);
		break;
	case DOCX_ROW:
		para_row_end(&b->para);
		break;
	case DOCX_TABLE:
		para_table_end(&b->para);
		break;
	default:
		break;
	}
}

static void
body_text(struct body *b)
{
	struct span s = span_of((const char *)xmlTextReaderConstValue(b->x.reader));

	if (b->at.deleted > 0) {
		if (b->in_text && b->deleted.n < MARK_NAME_MAX)
			buf_put_span(&b->deleted, span_sub(s, 0, MARK_NAME_MAX));
	} else if (b->in_instruction && b->field_count > 0) {
		struct buf *to = &b->fields[b->field_count - 1].instruction;

		if (to->n + s.n <= BODY_FIELD_BYTES)
			buf_put_span(to, s);
	} else if (b->in_text) {
		body_put(b, s);
	}
}

/* --- the whole --- */

/* Is all of this element left out? */
static bool
body_is_left_out(struct body *b, enum docx_element element, size_t depth)
{
	if (element == DOCX_PLACEHOLDER)
		b->at.placeholder = body_is_on(b);
	if (element == DOCX_CONTENT && b->at.placeholder) {
		b->at.placeholder = false;
		return true;
	}
	return element == DOCX_LEFT_OUT || opc_is_other_way(&b->at.alternates, &b->x, depth);
}

/* A box's own tables, headings and marks are text only. */
static bool
body_counts_in_box(enum docx_element element)
{
	return element == DOCX_P || element == DOCX_R || element == DOCX_T || element == DOCX_TAB ||
	       element == DOCX_BR || element == DOCX_SYMBOL || element == DOCX_HYPHEN ||
	       element == DOCX_VANISH || element == DOCX_COMMENT;
}

static void
body_on_element(struct body *b, enum docx_element element)
{
	size_t depth = (size_t)xmlTextReaderDepth(b->x.reader) + 1;
	bool empty = xmlTextReaderIsEmptyElement(b->x.reader) == 1;

	if (b->at.left_out > 0)
		return;
	if (b->at.deleted > 0) {
		body_deleted_element(b, element, empty);
		return;
	}
	if (body_is_left_out(b, element, depth)) {
		b->at.left_out = empty ? 0 : depth;
		return;
	}
	if (element == DOCX_DELETED) {
		b->at.deleted = empty ? 0 : depth;
		return;
	}
	if (element == DOCX_BOX && b->at.box == 0 && !empty) {
		b->at.box = depth;
		return;
	}
	if (b->at.box > 0 && !body_counts_in_box(element))
		return;
	body_start(b, element);
	if (empty)
		body_end(b, element);
}

static void
body_on_end(struct body *b, enum docx_element element)
{
	size_t depth = (size_t)xmlTextReaderDepth(b->x.reader) + 1;

	if (b->at.left_out > 0) {
		if (depth == b->at.left_out)
			b->at.left_out = 0;
		return;
	}
	if (b->at.deleted > 0) {
		if (depth == b->at.deleted)
			body_deleted_end(b);
		else if (element == DOCX_DELETED_TEXT || element == DOCX_T)
			b->in_text = false;
		return;
	}
	if (b->at.box > 0 && depth == b->at.box) {
		body_end_box_paragraph(b);
		b->at.box = 0;
		b->in_run = true; /* the box hangs in a run that goes on */
		return;
	}
	if (b->at.box == 0 || body_counts_in_box(element))
		body_end(b, element);
}

static enum err
body_pass(struct body *b)
{
	enum err e = package_open(b->docx->in, b->docx->main, &b->x);

	while (e == OK && !(b->para.b != NULL && builder_full(b->para.b))) {
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
			if (b->at.left_out == 0)
				body_text(b);
			break;
		default:
			break;
		}
		if (para_err(&b->para) != OK || b->box.failed || b->deleted.failed)
			e = ERR_NOMEM;
	}
	package_close(&b->x);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* The first pass may have ended anywhere: nothing of it but the tables' kinds goes on. */
static void
body_next_pass(struct body *b, struct builder *to)
{
	para_second_pass(&b->para, to);
	b->at = (struct body_depths){0};
	b->field_count = b->fields_beyond = b->change_count = b->link = 0;
	b->footnotes = b->endnotes = 0;
	b->in_run = b->in_text = b->in_instruction = b->hidden = b->run_bold = false;
	buf_reset(&b->box);
	buf_reset(&b->deleted);
}

enum err
docx_put_body(struct docx *d, struct builder *b)
{
	struct body body = {.docx = d};
	struct reader_work *work = d->in->work;
	uint64_t unpacked = work->unpacked;
	enum err e = body_pass(&body);

	if (e == OK) {
		work->unpacked = unpacked; /* the same bytes count once */
		body_next_pass(&body, b);
		e = body_pass(&body);
	}
	para_finish(&body.para);
	for (size_t i = 0; i < BODY_FIELDS_MAX; i++)
		buf_clear(&body.fields[i].instruction);
	buf_clear(&body.box);
	buf_clear(&body.deleted);
	para_clear(&body.para);
	return e;
}
