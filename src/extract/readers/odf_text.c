/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odf_text - the text of an OpenDocument, put through para.h.
 *
 * Paragraphs stand in paragraphs where a box, a note or a comment hangs on one:
 * what is inside goes into a buffer of its own and follows later. What a span, a
 * section or a style says holds for all inside: it is kept by depth.
 */
#include "extract/readers/odf.h"

#include <stdio.h>
#include <stdlib.h>

#define ODF_CHANGES_OPEN 16 /* insertions that go on from one paragraph to the next */

struct odf_level {
	bool text; /* words here are words of a paragraph */
	bool bold, hidden;
	size_t link; /* token */
};

struct odf_change {
	char id[ODF_NAME_BYTES];
	size_t token;
};

struct odf_text {
	struct odf *odf;
	struct para para;
	struct odf_level levels[ODF_DEPTH_MAX];
	/* depths at which something began; 0: nothing */
	size_t left_out, paragraph, box, note, comment, header_rows;
	struct buf side, words, creator; /* of a box or note; of a comment, and who made it */
	struct odf_change changes[ODF_CHANGES_OPEN];
	size_t change_count;
	uint32_t level;
	unsigned footnotes, endnotes;
	bool endnote, in_creator, after_blank, first_row_names;
};

enum odf_element {
	ODF_OTHER,
	ODF_P,
	ODF_H,
	ODF_SPAN,
	ODF_BLANKS,
	ODF_TAB,
	ODF_BREAK,
	ODF_LINK,
	ODF_SECTION,
	ODF_HIDDEN_PARAGRAPH,
	ODF_NOTE,
	ODF_COMMENT,
	ODF_CREATOR,
	ODF_CHANGE,
	ODF_CHANGE_START,
	ODF_CHANGE_END,
	ODF_TABLE,
	ODF_ROW,
	ODF_CELL,
	ODF_HEADER_ROWS,
	ODF_SHAPE,
	ODF_LEFT_OUT
};

static enum odf_element
odf_element(const struct package_xml *x)
{
	static const struct {
		const char *name;
		enum odf_element element;
	} names[] = {
	    {"text:p", ODF_P},
	    {"text:h", ODF_H},
	    {"text:span", ODF_SPAN},
	    {"text:s", ODF_BLANKS},
	    {"text:tab", ODF_TAB},
	    {"text:line-break", ODF_BREAK},
	    {"text:a", ODF_LINK},
	    {"text:section", ODF_SECTION},
	    {"text:hidden-paragraph", ODF_HIDDEN_PARAGRAPH},
	    {"text:note", ODF_NOTE},
	    {"office:annotation", ODF_COMMENT},
	    {"dc:creator", ODF_CREATOR},
	    {"text:change", ODF_CHANGE},
	    {"text:change-start", ODF_CHANGE_START},
	    {"text:change-end", ODF_CHANGE_END},
	    {"table:table", ODF_TABLE},
	    {"table:table-row", ODF_ROW},
	    {"table:table-cell", ODF_CELL},
	    {"table:table-header-rows", ODF_HEADER_ROWS},
	    {"draw:frame", ODF_SHAPE},
	    {"draw:custom-shape", ODF_SHAPE},
	    {"draw:text-box", ODF_SHAPE},
	    {"text:tracked-changes", ODF_LEFT_OUT},
	    {"text:note-citation", ODF_LEFT_OUT},
	    {"text:ruby-text", ODF_LEFT_OUT},
	    {"text:hidden-text", ODF_LEFT_OUT},
	    {"dc:date", ODF_LEFT_OUT},
	    {"meta:date-string", ODF_LEFT_OUT},
	    {"meta:creator-initials", ODF_LEFT_OUT},
	    {"svg:title", ODF_LEFT_OUT},
	    {"svg:desc", ODF_LEFT_OUT},
	    {"draw:object", ODF_LEFT_OUT},
	    {"office:binary-data", ODF_LEFT_OUT},
	    {"office:forms", ODF_LEFT_OUT},
	    {"office:event-listeners", ODF_LEFT_OUT},
	};
	/* LibreOffice, Word, Google and Calligra all use these prefixes. */
	const char *name = (const char *)xmlTextReaderConstName(x->reader);

	for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].element;
	return ODF_OTHER;
}

/* --- text --- */

static void
odf_put(struct odf_text *t, struct span s, bool bold)
{
	if (t->comment > 0) {
		if (t->words.n + s.n <= PARA_BYTES_MAX)
			buf_put_span(&t->words, s);
	} else if (t->note > 0 || t->box > 0) {
		if (t->para.b != NULL && t->side.n + s.n <= PARA_BYTES_MAX)
			buf_put_span(&t->side, s);
	} else if (t->paragraph > 0) {
		para_text(&t->para, s, bold);
	}
}

/* White space counts once; at a paragraph's beginning not at all. */
static void
odf_put_folded(struct odf_text *t, struct span s, bool bold)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
			t->after_blank = false;
			continue;
		}
		odf_put(t, span_sub(s, from, i - from), bold);
		from = i + 1;
		if (!t->after_blank)
			odf_put(t, SPAN(" "), bold);
		t->after_blank = true;
	}
	odf_put(t, span_sub(s, from, s.n), bold);
}

static void
odf_put_blanks(struct odf_text *t, const struct package_xml *x)
{
	char count[16];
	long n = 1;

	if (package_attribute(x, "c", count, sizeof count))
		n = strtol(count, NULL, 10);
	if (n > ODF_BLANKS_MAX)
		n = ODF_BLANKS_MAX;
	for (; n > 0; n--)
		odf_put(t, SPAN(" "), false);
	t->after_blank = false;
}

static void
odf_put_break(struct odf_text *t, bool tab)
{
	if (t->comment == 0 && t->note == 0 && t->box == 0 && t->paragraph > 0) {
		if (tab)
			para_tab(&t->para);
		else
			para_break(&t->para);
	} else {
		odf_put(t, SPAN(" "), false);
	}
	t->after_blank = true;
}

/* --- changes --- */

static void
odf_change_start(struct odf_text *t, const struct package_xml *x)
{
	struct odf_change *c = &t->changes[t->change_count];
	struct span creator;

	if (t->change_count == ODF_CHANGES_OPEN || t->comment > 0 || t->note > 0 || t->box > 0 ||
	    !package_attribute(x, "change-id", c->id, sizeof c->id) ||
	    !idmap_get(&t->odf->inserted, span_of(c->id), &creator))
		return;
	c->token = t->paragraph > 0 ? para_open(&t->para, MARK_INSERTED, creator) : 0;
	t->change_count++;
}

static void
odf_change_end(struct odf_text *t, const struct package_xml *x)
{
	char id[ODF_NAME_BYTES];

	if (!package_attribute(x, "change-id", id, sizeof id))
		return;
	for (size_t i = 0; i < t->change_count; i++)
		if (strcmp(t->changes[i].id, id) == 0) {
			para_close(&t->para, t->changes[i].token);
			t->changes[i] = t->changes[--t->change_count];
			break;
		}
}

/* Insertions go on in the next paragraph. */
static void
odf_changes_again(struct odf_text *t)
{
	for (size_t i = 0; i < t->change_count; i++) {
		struct span creator;

		if (idmap_get(&t->odf->inserted, span_of(t->changes[i].id), &creator))
			t->changes[i].token = para_open(&t->para, MARK_INSERTED, creator);
	}
}

static void
odf_change_deleted(struct odf_text *t, const struct package_xml *x)
{
	char id[ODF_NAME_BYTES];
	struct span words;

	if (t->comment == 0 && t->note == 0 && t->box == 0 &&
	    package_attribute(x, "change-id", id, sizeof id) &&
	    idmap_get(&t->odf->deleted, span_of(id), &words))
		para_deleted(&t->para, words);
}

/* --- paragraphs and what stands inside --- */

static void
odf_paragraph_begin(struct odf_text *t, const struct package_xml *x, size_t depth, bool heading)
{
	struct odf_level *level = &t->levels[depth];
	struct odf_look look = {.hidden = level->hidden};
	char name[ODF_NAME_BYTES], outline[8];

	if (package_attribute(x, "style-name", name, sizeof name))
		odf_style(t->odf, 'p', name, &look);
	level->text = true;
	level->bold = look.bold;
	level->hidden = look.hidden;
	t->after_blank = true;
	if (t->box > 0)
		odf_put(t, SPAN(" "), false);
	if (t->comment > 0 || t->note > 0 || t->box > 0)
		return;
	if (t->paragraph > 0) {
		t->box = depth;
		buf_reset(&t->side);
		return;
	}
	t->paragraph = depth;
	para_reset(&t->para);
	odf_changes_again(t);
	t->para.level = look.level > 0 ? look.level : t->level;
	if (heading && package_attribute(x, "outline-level", outline, sizeof outline) &&
	    outline[0] >= '1' && outline[0] <= '9')
		t->para.level = (uint32_t)(outline[0] - '0');
	else if (heading && t->para.level == 0)
		t->para.level = 1;
}

static void
odf_paragraph_end(struct odf_text *t, size_t depth)
{
	if (t->comment > 0) {
		buf_put_char(&t->words, '\n');
	} else if (t->note > 0) {
		buf_put_char(&t->side, ' ');
	} else if (t->box == depth) {
		para_later(&t->para, 0, (struct span){0}, buf_span(&t->side));
		buf_reset(&t->side);
		t->box = 0;
		t->after_blank = false;
	} else if (t->paragraph == depth) {
		para_end(&t->para);
		t->paragraph = 0;
	}
}

static void
odf_note_begin(struct odf_text *t, const struct package_xml *x, size_t depth)
{
	char kind[16];

	t->levels[depth].text = false;
	if (t->comment > 0 || t->note > 0 || t->box > 0) {
		t->left_out = depth;
		return;
	}
	t->endnote =
	    package_attribute(x, "note-class", kind, sizeof kind) && strcmp(kind, "endnote") == 0;
	t->note = depth;
	buf_reset(&t->side);
}

static void
odf_note_end(struct odf_text *t)
{
	char label[32];

	t->note = 0;
	t->after_blank = false;
	if (t->para.b == NULL)
		return;
	snprintf(label, sizeof label, "[%s%u]", t->endnote ? "e" : "",
		 t->endnote ? ++t->endnotes : ++t->footnotes);
	para_note(&t->para, label, buf_span(&t->side));
}

static void
odf_comment_end(struct odf_text *t)
{
	t->comment = 0;
	t->in_creator = t->after_blank = false;
	para_later(&t->para, MARK_COMMENT, buf_span(&t->creator), buf_span(&t->words));
}

static void
odf_link(struct odf_text *t, const struct package_xml *x, size_t depth)
{
	char url[MARK_NAME_MAX];

	if (t->comment == 0 && t->note == 0 && t->box == 0 &&
	    package_attribute(x, "href", url, sizeof url) && url[0] != '\0' && url[0] != '#')
		t->levels[depth].link = para_open(&t->para, MARK_LINK, span_of(url));
}

static bool
odf_is(const struct package_xml *x, const char *attribute, const char *value)
{
	char is[32];

	return package_attribute(x, attribute, is, sizeof is) && strcmp(is, value) == 0;
}

/* Tables inside a box, a note or a comment are text only. */
static void
odf_table_begin(struct odf_text *t, const struct package_xml *x, enum odf_element element,
		size_t depth)
{
	if (t->paragraph > 0 || t->comment > 0)
		return;
	if (element == ODF_TABLE) {
		para_table_begin(&t->para);
		t->first_row_names = odf_is(x, "use-first-row-styles", "true");
	} else if (element == ODF_ROW) {
		para_row_begin(&t->para);
		t->para.row_is_header = t->header_rows > 0 || t->first_row_names;
		t->first_row_names = false;
	} else if (element == ODF_CELL) {
		para_cell_begin(&t->para);
	} else {
		t->header_rows = depth;
	}
}

static void
odf_table_end(struct odf_text *t, enum odf_element element)
{
	if (t->paragraph > 0 || t->comment > 0)
		return;
	if (element == ODF_TABLE)
		para_table_end(&t->para);
	else if (element == ODF_ROW)
		para_row_end(&t->para);
	else if (element == ODF_CELL)
		para_cell_end(&t->para);
	else
		t->header_rows = 0;
}

static void
odf_span_begin(struct odf_text *t, const struct package_xml *x, size_t depth)
{
	struct odf_level *level = &t->levels[depth];
	struct odf_look look = {.bold = level->bold, .hidden = level->hidden};
	char name[ODF_NAME_BYTES];

	if (package_attribute(x, "style-name", name, sizeof name))
		odf_style(t->odf, 't', name, &look);
	level->bold = look.bold;
	level->hidden = look.hidden;
}

/* --- nodes --- */

/* Elements that stand between words. */
static void
odf_on_inline(struct odf_text *t, const struct package_xml *x, enum odf_element element,
	      size_t depth)
{
	if (element == ODF_SPAN)
		odf_span_begin(t, x, depth);
	else if (element == ODF_LINK)
		odf_link(t, x, depth);
	else if (t->levels[depth].hidden)
		return;
	else if (element == ODF_BLANKS)
		odf_put_blanks(t, x);
	else if (element == ODF_TAB || element == ODF_BREAK)
		odf_put_break(t, element == ODF_TAB);
	else if (element == ODF_CHANGE)
		odf_change_deleted(t, x);
	else if (element == ODF_CHANGE_START)
		odf_change_start(t, x);
	else if (element == ODF_CHANGE_END)
		odf_change_end(t, x);
	else if (element == ODF_HIDDEN_PARAGRAPH && odf_is(x, "is-hidden", "true") &&
		 t->paragraph > 0)
		t->levels[t->paragraph].hidden = true;
}

static void
odf_on_element(struct odf_text *t, const struct package_xml *x, enum odf_element element,
	       size_t depth)
{
	switch (element) {
	case ODF_P:
	case ODF_H:
		odf_paragraph_begin(t, x, depth, element == ODF_H);
		break;
	case ODF_SECTION:
		if (odf_is(x, "display", "none"))
			t->left_out = depth;
		break;
	case ODF_NOTE:
		odf_note_begin(t, x, depth);
		break;
	case ODF_COMMENT:
		t->levels[depth] = (struct odf_level){0};
		t->comment = depth;
		buf_reset(&t->words);
		buf_reset(&t->creator);
		break;
	case ODF_CREATOR:
		t->in_creator = t->comment > 0;
		break;
	case ODF_TABLE:
	case ODF_ROW:
	case ODF_CELL:
	case ODF_HEADER_ROWS:
		odf_table_begin(t, x, element, depth);
		break;
	case ODF_SHAPE:
		t->levels[depth].text = false;
		break;
	case ODF_LEFT_OUT:
		t->left_out = depth;
		break;
	default:
		odf_on_inline(t, x, element, depth);
	}
}

static void
odf_on_end(struct odf_text *t, enum odf_element element, size_t depth)
{
	if (t->left_out > 0) {
		if (t->left_out == depth)
			t->left_out = 0;
		return;
	}
	if (depth == t->comment)
		odf_comment_end(t);
	else if (depth == t->note)
		odf_note_end(t);
	else if (element == ODF_P || element == ODF_H)
		odf_paragraph_end(t, depth);
	else if (element == ODF_CREATOR)
		t->in_creator = false;
	else if (element == ODF_LINK)
		para_close(&t->para, t->levels[depth].link);
	else if (element == ODF_TABLE || element == ODF_ROW || element == ODF_CELL ||
		 element == ODF_HEADER_ROWS)
		odf_table_end(t, element);
}

static void
odf_on_text(struct odf_text *t, const struct package_xml *x, size_t depth)
{
	const struct odf_level *level = &t->levels[depth - 1];
	struct span s = span_of((const char *)xmlTextReaderConstValue(x->reader));

	if (t->in_creator) {
		if (t->creator.n < MARK_NAME_MAX)
			buf_put_span(&t->creator, span_sub(s, 0, MARK_NAME_MAX));
	} else if (level->text && !level->hidden) {
		odf_put_folded(t, s, level->bold);
	}
}

void
odf_text_node(struct odf_text *t, const struct package_xml *x)
{
	size_t depth = (size_t)xmlTextReaderDepth(x->reader) + 1;
	enum odf_element element;

	if (depth >= ODF_DEPTH_MAX)
		return;
	switch (xmlTextReaderNodeType(x->reader)) {
	case XML_READER_TYPE_ELEMENT:
		if (t->left_out > 0)
			break;
		element = odf_element(x);
		t->levels[depth] = t->levels[depth - 1];
		t->levels[depth].link = 0;
		odf_on_element(t, x, element, depth);
		if (xmlTextReaderIsEmptyElement(x->reader) == 1)
			odf_on_end(t, element, depth);
		break;
	case XML_READER_TYPE_END_ELEMENT:
		odf_on_end(t, odf_element(x), depth);
		break;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		if (t->left_out == 0)
			odf_on_text(t, x, depth);
		break;
	default:
		break;
	}
}

/* --- the pass --- */

struct odf_text *
odf_text_new(struct odf *o)
{
	struct odf_text *t = calloc(1, sizeof *t);

	if (t != NULL)
		t->odf = o;
	return t;
}

void
odf_text_free(struct odf_text *t)
{
	if (t == NULL)
		return;
	para_clear(&t->para);
	buf_clear(&t->side);
	buf_clear(&t->words);
	buf_clear(&t->creator);
	free(t);
}

struct para *
odf_text_para(struct odf_text *t)
{
	return &t->para;
}

void
odf_text_restart(struct odf_text *t)
{
	t->left_out = t->paragraph = t->box = t->note = t->comment = t->header_rows = 0;
	t->change_count = 0;
	t->level = 0;
	t->footnotes = t->endnotes = 0;
	t->in_creator = t->after_blank = t->first_row_names = false;
	t->levels[0] = (struct odf_level){0};
	buf_reset(&t->side);
	buf_reset(&t->words);
}

void
odf_text_level(struct odf_text *t, uint32_t level)
{
	t->level = level;
}

enum err
odf_text_err(const struct odf_text *t)
{
	return t->side.failed || t->words.failed || t->creator.failed ? ERR_NOMEM
								      : para_err(&t->para);
}
