/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pptx_slide - one slide: its title first, wherever it lies, then words and tables,
 * drawn diagrams, comments, and what the speaker has noted.
 */
#include "extract/readers/pptx.h"

#include <stdio.h>

enum slide_mode {
	SLIDE_TITLE,   /* only the title */
	SLIDE_BODY,    /* all but it */
	SLIDE_DIAGRAM, /* words of a drawn diagram */
	SLIDE_NOTES,
	SLIDE_COMMENTS
};

struct slide {
	struct pptx *doc;
	struct package_xml x;
	enum slide_mode mode;
	struct idmap links; /* relation id -> address */
	char notes[OPC_NAME_BYTES];
	struct buf comments, diagrams; /* members' names, a NUL behind each */
	char name[OPC_NAME_BYTES];     /* whose relations are read */

	struct opc_alternates alternates;
	size_t left_out, in_shape; /* depths; 0: nothing */
	bool title, shown;         /* of the shape: is it the title, is it of this mode */
	bool in_text, bold, in_table, first_row_names, first_row, joined;
	size_t link;
	/* the comment that is read now */
	struct buf words;
	char author[OPC_NAME_BYTES], outer_author[OPC_NAME_BYTES];
};

/* --- relations --- */

static void
slide_put_name(struct slide *s, struct buf *to, const char *target)
{
	char name[OPC_NAME_BYTES];

	opc_resolve(s->name, target, name);
	buf_put_str(to, name);
	buf_put_char(to, '\0');
}

static void
slide_on_relation(void *ctx, const struct opc_relation *r)
{
	struct slide *s = ctx;

	if (r->external && opc_type_ends(r, "/hyperlink"))
		idmap_put(&s->links, span_of(r->id), span_of(r->target));
	else if (r->external)
		return;
	else if (opc_type_ends(r, "/notesSlide"))
		opc_resolve(s->name, r->target, s->notes);
	else if (opc_type_ends(r, "/comments"))
		slide_put_name(s, &s->comments, r->target);
	else if (opc_type_ends(r, "/diagramData"))
		slide_put_name(s, &s->diagrams, r->target);
}

static enum err
slide_read_relations(struct slide *s, const char *part)
{
	char name[OPC_NAME_BYTES];
	enum err e;

	idmap_clear(&s->links);
	snprintf(s->name, sizeof s->name, "%s", part);
	opc_relations_name(part, name);
	e = pptx_open(s->doc, name, &s->x);
	if (e == OK)
		e = opc_each_in(&s->x, slide_on_relation, s);
	package_close(&s->x);
	idmap_sort(&s->links);
	if (e == OK || e == ERR_NOT_FOUND)
		e = idmap_err(&s->links);
	return e;
}

/* --- shapes --- */

/* What a placeholder is for says whether its words count. */
static void
slide_placeholder(struct slide *s)
{
	char type[16];

	package_attribute(&s->x, "type", type, sizeof type);
	s->title = strcmp(type, "title") == 0 || strcmp(type, "ctrTitle") == 0;
	if (strcmp(type, "sldNum") == 0 || strcmp(type, "dt") == 0 || strcmp(type, "ftr") == 0 ||
	    strcmp(type, "hdr") == 0 || strcmp(type, "sldImg") == 0)
		s->shown = false;
	else if (s->mode == SLIDE_NOTES)
		s->shown = strcmp(type, "body") == 0;
	else
		s->shown = s->title == (s->mode == SLIDE_TITLE);
}

static void
slide_shape_begin(struct slide *s, size_t depth)
{
	s->in_shape = depth;
	s->title = false;
	s->shown = s->mode == SLIDE_BODY;
}

static void
slide_shape_end(struct slide *s)
{
	s->in_shape = 0;
	s->title = false;
	s->shown = s->mode == SLIDE_DIAGRAM;
}

/* --- words --- */

static bool
slide_is_on(const struct slide *s, const char *attribute)
{
	char value[8];

	return package_attribute(&s->x, attribute, value, sizeof value) &&
	       (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static void
slide_put(struct slide *s, struct span text)
{
	if (s->mode == SLIDE_COMMENTS) {
		if (s->words.n + text.n <= PARA_BYTES_MAX)
			buf_put_span(&s->words, text);
	} else if (s->shown) {
		/* Bold lines on slides are no headings; in tables they name columns. */
		para_text(&s->doc->para, text, s->in_table && s->bold);
	}
}

static void
slide_link(struct slide *s)
{
	char id[OPC_NAME_BYTES];
	struct span url;

	if (s->shown && opc_attribute(&s->x, "id", id) && idmap_get(&s->links, span_of(id), &url))
		s->link = para_open(&s->doc->para, MARK_LINK, url);
}

static void
slide_paragraph_end(struct slide *s)
{
	if (s->mode == SLIDE_COMMENTS) {
		buf_put_char(&s->words, '\n');
	} else if (s->shown) {
		s->doc->para.level = s->title ? 1 : 0;
		para_end(&s->doc->para);
	}
}

/* --- comments --- */

static void
slide_comment_put(struct slide *s)
{
	struct span name = {0};

	idmap_get(&s->doc->authors, span_of(s->author), &name);
	para_later(&s->doc->para, MARK_COMMENT, name, buf_span(&s->words));
	buf_reset(&s->words);
}

/* Answers stand inside the comment, some before its own words. */
static void
slide_comment_begin(struct slide *s)
{
	slide_comment_put(s);
	package_attribute(&s->x, "authorId", s->author, sizeof s->author);
	if (package_is(&s->x, "cm"))
		memcpy(s->outer_author, s->author, sizeof s->author);
}

static void
slide_comment_end(struct slide *s)
{
	slide_comment_put(s);
	memcpy(s->author, s->outer_author, sizeof s->author);
}

/* --- tables --- */

static void
slide_row_begin(struct slide *s)
{
	para_row_begin(&s->doc->para);
	s->doc->para.row_is_header = s->first_row && s->first_row_names;
	s->first_row = false;
}

/* True: the element was one of a table. */
static bool
slide_on_table(struct slide *s, bool begin)
{
	struct para *p = &s->doc->para;

	if (s->mode != SLIDE_BODY)
		return false;
	if (package_is(&s->x, "tbl")) {
		s->in_table = s->first_row = begin;
		s->first_row_names = false;
		if (begin)
			para_table_begin(p);
		else
			para_table_end(p);
	} else if (!s->in_table) {
		return false;
	} else if (package_is(&s->x, "tblPr")) {
		if (begin)
			s->first_row_names = slide_is_on(s, "firstRow");
	} else if (package_is(&s->x, "tr")) {
		if (begin)
			slide_row_begin(s);
		else
			para_row_end(p);
	} else if (package_is(&s->x, "tc")) {
		/* A cell that another has grown over. */
		s->joined = begin ? slide_is_on(s, "hMerge") : s->joined;
		if (begin && !s->joined)
			para_cell_begin(p);
		else if (!begin && !s->joined)
			para_cell_end(p);
	} else {
		return false;
	}
	return true;
}

/* --- nodes --- */

static bool
slide_is_shape(const struct package_xml *x)
{
	return package_is(x, "sp") || package_is(x, "graphicFrame") || package_is(x, "cxnSp") ||
	       package_is(x, "pic");
}

static void
slide_on_words(struct slide *s, bool empty)
{
	struct package_xml *x = &s->x;

	if (package_is(x, "t") || package_is(x, "text")) {
		s->in_text = !empty;
	} else if (package_is(x, "br")) {
		if (s->mode == SLIDE_COMMENTS || s->title)
			slide_put(s, s->title ? SPAN(" ") : SPAN("\n"));
		else if (s->shown)
			para_break(&s->doc->para);
	} else if (package_is(x, "r") || package_is(x, "fld")) {
		s->bold = false;
	} else if (package_is(x, "rPr")) {
		s->bold = slide_is_on(s, "b");
	} else if (package_is(x, "hlinkClick")) {
		slide_link(s);
	} else if (package_is(x, "p") && s->mode != SLIDE_COMMENTS && s->shown) {
		para_reset(&s->doc->para);
	}
}

static void
slide_on_end(struct slide *s, size_t depth)
{
	struct package_xml *x = &s->x;

	if (s->left_out > 0) {
		s->left_out = depth == s->left_out ? 0 : s->left_out;
		return;
	}
	s->in_text = false;
	if (depth == s->in_shape) {
		slide_shape_end(s);
	} else if (package_is(x, "p")) {
		slide_paragraph_end(s);
	} else if (package_is(x, "r") || package_is(x, "fld")) {
		para_close(&s->doc->para, s->link);
		s->link = 0;
	} else if (s->mode == SLIDE_COMMENTS && (package_is(x, "cm") || package_is(x, "reply"))) {
		slide_comment_end(s);
	} else {
		slide_on_table(s, false);
	}
}

static void
slide_on_element(struct slide *s, size_t depth)
{
	struct package_xml *x = &s->x;
	bool empty = xmlTextReaderIsEmptyElement(x->reader) == 1;

	if (s->left_out > 0)
		return;
	if (opc_is_other_way(&s->alternates, x, depth)) {
		s->left_out = empty ? 0 : depth;
		return;
	}
	if (s->mode == SLIDE_COMMENTS && (package_is(x, "cm") || package_is(x, "reply"))) {
		slide_comment_begin(s);
	} else if (s->mode != SLIDE_COMMENTS && s->in_shape == 0 && slide_is_shape(x)) {
		slide_shape_begin(s, depth);
	} else if (s->in_shape > 0 && package_is(x, "ph")) {
		slide_placeholder(s);
	} else if (!slide_on_table(s, true)) {
		slide_on_words(s, empty);
	}
	if (empty)
		slide_on_end(s, depth);
}

/* One part; that it is missing is nothing. */
static enum err
slide_read(struct slide *s, const char *name, enum slide_mode mode)
{
	struct builder *b = s->doc->para.b;
	enum err e = pptx_open(s->doc, name, &s->x);

	s->mode = mode;
	s->shown = mode == SLIDE_DIAGRAM;
	s->left_out = s->in_shape = s->link = 0;
	s->title = s->in_text = s->bold = s->in_table = s->joined = false;
	while (e == OK && !(b != NULL && builder_full(b))) {
		size_t depth;

		e = package_next(&s->x);
		if (e != OK)
			break;
		depth = (size_t)xmlTextReaderDepth(s->x.reader) + 1;
		switch (xmlTextReaderNodeType(s->x.reader)) {
		case XML_READER_TYPE_ELEMENT:
			slide_on_element(s, depth);
			break;
		case XML_READER_TYPE_END_ELEMENT:
			slide_on_end(s, depth);
			break;
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_CDATA:
		case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
			if (s->left_out == 0 && s->in_text)
				slide_put(s, span_of((const char *)xmlTextReaderConstValue(
						 s->x.reader)));
			break;
		default:
			break;
		}
		if (s->words.failed || para_err(&s->doc->para) != OK)
			e = ERR_NOMEM;
	}
	package_close(&s->x);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
slide_read_each(struct slide *s, const struct buf *names, enum slide_mode mode)
{
	enum err e = buf_err(names);

	for (size_t at = 0; at < names->n && e == OK; at += strlen(names->p + at) + 1)
		e = slide_read(s, names->p + at, mode);
	return e;
}

enum err
pptx_put_slide(struct pptx *d, const char *name)
{
	struct slide s = {.doc = d};
	enum err e = slide_read_relations(&s, name);

	if (e == OK)
		e = slide_read(&s, name, SLIDE_TITLE);
	if (e == OK)
		e = slide_read(&s, name, SLIDE_BODY);
	if (e == OK)
		e = slide_read_each(&s, &s.diagrams, SLIDE_DIAGRAM);
	if (e == OK)
		e = slide_read_each(&s, &s.comments, SLIDE_COMMENTS);
	para_end(&d->para); /* comments wait for a paragraph's end */
	if (e == OK && s.notes[0] != '\0') {
		para_announce(&d->para, "Notes", PPTX_NOTES_LEVEL);
		e = slide_read_relations(&s, s.notes);
		if (e == OK)
			e = slide_read(&s, s.notes, SLIDE_NOTES);
		para_announce(&d->para, NULL, 0);
	}
	idmap_clear(&s.links);
	buf_clear(&s.comments);
	buf_clear(&s.diagrams);
	buf_clear(&s.words);
	return e;
}
