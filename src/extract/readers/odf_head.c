/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odf_head - what stands before an OpenDocument's text: styles, and the words that
 * tracked changes took out.
 */
#include "extract/readers/odf.h"

#include <stdio.h>

#define ODF_STYLE_DEPTH 20 /* styles with parents with parents */

/* A style is kept as level, bold, hidden (a digit each, '-' where it does not say), parent. */
#define ODF_SAYS 3

struct odf_head {
	struct odf *odf;
	struct package_xml x;
	/* the style that is read now */
	char style[ODF_NAME_BYTES + 1], parent[ODF_NAME_BYTES], says[ODF_SAYS + 1];
	/* the change that is read now */
	char id[ODF_NAME_BYTES], creator[ODF_NAME_BYTES];
	struct buf words;
	bool in_body, in_change, in_deletion, in_creator, in_words, done;
};

/* --- styles --- */

static void
odf_style_begin(struct odf_head *h)
{
	char family[32], level[8], name[ODF_NAME_BYTES];

	h->style[0] = '\0';
	package_attribute(&h->x, "family", family, sizeof family);
	if ((strcmp(family, "paragraph") != 0 && strcmp(family, "text") != 0) ||
	    !package_attribute(&h->x, "name", name, sizeof name))
		return;
	snprintf(h->style, sizeof h->style, "%c%s", family[0], name);
	package_attribute(&h->x, "parent-style-name", h->parent, sizeof h->parent);
	strcpy(h->says, "---");
	if (package_attribute(&h->x, "default-outline-level", level, sizeof level))
		h->says[0] = level[0] >= '1' && level[0] <= '9' ? level[0] : '0';
	else if (strcmp(name, "Title") == 0)
		h->says[0] = '1';
}

static void
odf_style_properties(struct odf_head *h)
{
	char value[32];

	if (package_attribute(&h->x, "font-weight", value, sizeof value))
		h->says[1] =
		    strcmp(value, "bold") == 0 || (value[0] >= '6' && value[0] <= '9') ? '1' : '0';
	if (package_attribute(&h->x, "display", value, sizeof value))
		h->says[2] = strcmp(value, "none") == 0 ? '1' : '0';
}

static void
odf_style_end(struct odf_head *h)
{
	struct buf value = {0};

	if (h->style[0] == '\0' || idmap_count(&h->odf->styles) == ODF_STYLES_MAX)
		return;
	buf_put_str(&value, h->says);
	buf_put_str(&value, h->parent);
	if (buf_err(&value) != OK)
		h->words.failed = true;
	else
		idmap_put(&h->odf->styles, span_of(h->style), buf_span(&value));
	buf_clear(&value);
	h->style[0] = '\0';
}

void
odf_style(const struct odf *o, char family, const char *name, struct odf_look *look)
{
	char key[ODF_NAME_BYTES + 1];
	bool said[ODF_SAYS] = {false};
	struct span value;

	snprintf(key, sizeof key, "%c%.*s", family, ODF_NAME_BYTES - 1, name);
	for (int depth = 0; depth < ODF_STYLE_DEPTH; depth++) {
		if (!idmap_get(&o->styles, span_of(key), &value) || value.n < ODF_SAYS)
			return;
		if (!said[0] && value.p[0] != '-')
			look->level = (uint32_t)(value.p[0] - '0');
		if (!said[1] && value.p[1] != '-')
			look->bold = value.p[1] == '1';
		if (!said[2] && value.p[2] != '-')
			look->hidden = value.p[2] == '1';
		for (int i = 0; i < ODF_SAYS; i++)
			said[i] |= value.p[i] != '-';
		if (value.n == ODF_SAYS)
			return;
		snprintf(key, sizeof key, "%c%.*s", family, (int)(value.n - ODF_SAYS),
			 value.p + ODF_SAYS);
	}
}

/* --- changes --- */

static void
odf_change_begin(struct odf_head *h)
{
	h->in_change = package_attribute(&h->x, "id", h->id, sizeof h->id);
	h->in_deletion = false;
	h->creator[0] = '\0';
	buf_reset(&h->words);
}

static void
odf_change_end(struct odf_head *h)
{
	struct odf *o = h->odf;

	if (h->in_change && o->deleted.bytes.n + h->words.n <= ODF_CHANGES_BYTES &&
	    idmap_count(&o->deleted) + idmap_count(&o->inserted) < ODF_CHANGES_MAX) {
		if (h->in_deletion)
			idmap_put(&o->deleted, span_of(h->id), buf_span(&h->words));
		else
			idmap_put(&o->inserted, span_of(h->id), span_of(h->creator));
	}
	h->in_change = false;
}

static void
odf_change_text(struct odf_head *h)
{
	struct span s = span_of((const char *)xmlTextReaderConstValue(h->x.reader));

	if (h->in_creator)
		snprintf(h->creator, sizeof h->creator, "%.*s", (int)(s.n < 200 ? s.n : 200), s.p);
	else if (h->in_words && h->words.n < MARK_NAME_MAX)
		buf_put_span(&h->words, span_sub(s, 0, MARK_NAME_MAX));
}

/* --- the whole --- */

static bool
odf_is_words(const struct package_xml *x)
{
	return package_is(x, "p") || package_is(x, "h");
}

static void
odf_head_element(struct odf_head *h)
{
	struct package_xml *x = &h->x;
	bool empty = xmlTextReaderIsEmptyElement(x->reader) == 1;

	if (h->in_change) {
		h->in_deletion |= package_is(x, "deletion");
		h->in_creator = package_is(x, "creator") && !empty;
		h->in_words |= odf_is_words(x) && !empty;
	} else if (package_is(x, "style")) {
		odf_style_begin(h);
		if (empty)
			odf_style_end(h);
	} else if (package_is(x, "text-properties")) {
		odf_style_properties(h);
	} else if (package_is(x, "changed-region")) {
		odf_change_begin(h);
	} else if (package_is(x, "body")) {
		h->in_body = true; /* before it stand headers and footers with words of their own */
	} else if (h->in_body && (odf_is_words(x) || package_is(x, "page"))) {
		h->done = true; /* the text begins */
	}
}

static void
odf_head_end(struct odf_head *h)
{
	struct package_xml *x = &h->x;

	if (package_is(x, "style")) {
		odf_style_end(h);
	} else if (package_is(x, "changed-region")) {
		odf_change_end(h);
	} else if (package_is(x, "tracked-changes")) {
		h->done = true;
	} else if (package_is(x, "creator")) {
		h->in_creator = false;
	} else if (odf_is_words(x)) {
		h->in_words = false;
		if (h->words.n > 0 && h->words.n < MARK_NAME_MAX)
			buf_put_char(&h->words, ' ');
	}
}

/* Headers, footers and notes in styles.xml are no text of the document: all of it is head. */
static enum err
odf_read_head_of(struct odf_head *h, const char *member, bool all)
{
	enum err e = odf_open(h->odf, member, &h->x);

	if (e == ERR_NOT_FOUND && all)
		return OK;
	for (h->done = false; e == OK && !h->done;) {
		e = package_next(&h->x);
		if (e != OK)
			break;
		switch (xmlTextReaderNodeType(h->x.reader)) {
		case XML_READER_TYPE_ELEMENT:
			odf_head_element(h);
			break;
		case XML_READER_TYPE_END_ELEMENT:
			odf_head_end(h);
			break;
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
			if (h->in_change)
				odf_change_text(h);
			break;
		default:
			break;
		}
		if (all)
			h->done = false;
		if (h->words.failed)
			e = ERR_NOMEM;
	}
	package_close(&h->x);
	return e == ERR_NOT_FOUND && all ? OK : e;
}

enum err
odf_read_head(struct odf *o)
{
	struct odf_head head = {.odf = o};
	enum err e = OK;

	if (!o->flat)
		e = odf_read_head_of(&head, "styles.xml", true);
	if (e == OK)
		e = odf_read_head_of(&head, "content.xml", false);
	if (e == ERR_NOT_FOUND) /* the end came, or there is no text */
		e = OK;
	idmap_sort(&o->styles);
	idmap_sort(&o->deleted);
	idmap_sort(&o->inserted);
	if (e == OK)
		e = idmap_err(&o->styles);
	if (e == OK)
		e = idmap_err(&o->deleted);
	if (e == OK)
		e = idmap_err(&o->inserted);
	buf_clear(&head.words);
	return e;
}
