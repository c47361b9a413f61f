/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_parts - the small parts of a Word document: relations, styles, notes,
 * comments.
 */
#include "extract/readers/docx.h"
#include "extract/readers/docx_elements.h"

#include <strings.h>

#define DOCX_STYLE_DEPTH 20 /* styles based on styles */

/* --- relations --- */

static void
docx_on_package(void *ctx, const struct opc_relation *r)
{
	struct docx *d = ctx;

	if (r->external)
		return;
	if (opc_type_ends(r, "/officeDocument"))
		opc_resolve("", r->target, d->main);
	else if (opc_type_ends(r, "/core-properties"))
		opc_resolve("", r->target, d->core);
}

enum err
docx_read_package(struct docx *d)
{
	return opc_each(d->in, "_rels/.rels", docx_on_package, d);
}

static void
docx_on_relation(void *ctx, const struct opc_relation *r)
{
	struct docx *d = ctx;

	if (r->external && opc_type_ends(r, "/hyperlink"))
		idmap_put(&d->links, span_of(r->id), span_of(r->target));
	else if (opc_type_ends(r, "/styles"))
		opc_resolve(d->main, r->target, d->styles_name);
	else if (opc_type_ends(r, "/footnotes"))
		opc_resolve(d->main, r->target, d->footnotes.member);
	else if (opc_type_ends(r, "/endnotes"))
		opc_resolve(d->main, r->target, d->endnotes.member);
	else if (opc_type_ends(r, "/comments"))
		opc_resolve(d->main, r->target, d->comments.member);
}

enum err
docx_read_relations(struct docx *d)
{
	char name[OPC_NAME_BYTES];
	enum err e;

	opc_relations_name(d->main, name);
	e = opc_each(d->in, name, docx_on_relation, d);
	idmap_sort(&d->links);
	return e == OK ? idmap_err(&d->links) : e;
}

/* --- styles --- */

struct docx_style {
	char id[OPC_NAME_BYTES], base[OPC_NAME_BYTES], name[OPC_NAME_BYTES];
	int level; /* 0: none of its own */
};

/* "heading 2" is 2, "Title" is 1; names of built-in styles are English whatever Word speaks. */
static int
docx_level_of_name(const char *name)
{
	if (strncasecmp(name, "heading ", 8) == 0 && name[8] >= '1' && name[8] <= '9' &&
	    name[9] == '\0')
		return name[8] - '0';
	return strcasecmp(name, "title") == 0 ? 1 : 0;
}

static void
docx_on_style_node(struct package_xml *x, struct docx_style *s)
{
	char value[OPC_NAME_BYTES];

	if (package_is(x, "name") && package_attribute(x, "val", value, sizeof value)) {
		s->level = docx_level_of_name(value);
	} else if (package_is(x, "basedOn")) {
		package_attribute(x, "val", s->base, sizeof s->base);
	} else if (package_is(x, "outlineLvl") && s->level == 0 &&
		   package_attribute(x, "val", value, sizeof value) && value[0] >= '0' &&
		   value[0] < '0' + DOCX_LEVELS && value[1] == '\0') {
		s->level = value[0] - '0' + 1;
	}
}

/* A style without a level has that of the style it is based on. */
static void
docx_resolve_levels(struct docx *d, const struct idmap *bases)
{
	struct idmap resolved = {0};

	for (size_t i = 0; i < idmap_count(bases); i++) {
		struct span id = idmap_id(bases, i), at = id, level, base;

		for (int depth = 0; depth < DOCX_STYLE_DEPTH; depth++) {
			if (idmap_get(&d->styles, at, &level)) {
				idmap_put(&resolved, id, level);
				break;
			}
			if (!idmap_get(bases, at, &base))
				break;
			at = base;
		}
	}
	idmap_clear(&d->styles);
	d->styles = resolved;
	idmap_sort(&d->styles);
}

static void
docx_put_style(struct docx *d, struct idmap *bases, const struct docx_style *s)
{
	char level = (char)('0' + s->level);

	if (s->id[0] == '\0')
		return;
	idmap_put(bases, span_of(s->id), span_of(s->base));
	if (s->level > 0)
		idmap_put(&d->styles, span_of(s->id), (struct span){&level, 1});
}

enum err
docx_read_styles(struct docx *d)
{
	struct idmap bases = {0};
	struct docx_style style = {0};
	struct package_xml x;
	enum err e;

	if (d->styles_name[0] == '\0')
		return OK;
	e = package_open(d->in, d->styles_name, &x);
	if (e == ERR_NOT_FOUND)
		return OK;
	for (size_t n = 0; e == OK;) {
		int type;

		e = package_next(&x);
		type = e == OK ? xmlTextReaderNodeType(x.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT && package_is(&x, "style")) {
			if (++n > DOCX_STYLES_MAX)
				break;
			style = (struct docx_style){0};
			package_attribute(&x, "styleId", style.id, sizeof style.id);
		} else if (type == XML_READER_TYPE_ELEMENT) {
			docx_on_style_node(&x, &style);
		} else if (type == XML_READER_TYPE_END_ELEMENT && package_is(&x, "style")) {
			docx_put_style(d, &bases, &style);
		}
	}
	package_close(&x);
	idmap_sort(&bases);
	idmap_sort(&d->styles);
	docx_resolve_levels(d, &bases);
	idmap_clear(&bases);
	if (e == OK || e == ERR_NOT_FOUND)
		e = idmap_err(&d->styles);
	return e;
}

/* --- notes and comments --- */

struct docx_note { /* the one that is read now */
	char id[OPC_NAME_BYTES], author[OPC_NAME_BYTES];
	struct buf text;
	size_t left_out; /* XML depth at which something left out began; 0: nothing */
	bool in_text;
};

static void
docx_note_begin(const struct package_xml *x, struct docx_note *note)
{
	char kind[OPC_NAME_BYTES];

	buf_reset(&note->text);
	package_attribute(x, "id", note->id, sizeof note->id);
	package_attribute(x, "author", note->author, sizeof note->author);
	/* Separators are notes of a type of their own. */
	if (package_attribute(x, "type", kind, sizeof kind) && strcmp(kind, "normal") != 0)
		note->id[0] = '\0';
}

static void
docx_note_node(const struct package_xml *x, int type, struct docx_note *note, char end)
{
	size_t depth = (size_t)xmlTextReaderDepth(x->reader) + 1;
	bool empty = xmlTextReaderIsEmptyElement(x->reader) == 1;

	if (note->left_out > 0) {
		if (type == XML_READER_TYPE_END_ELEMENT && depth == note->left_out)
			note->left_out = 0;
		return;
	}
	if (type == XML_READER_TYPE_ELEMENT) {
		enum docx_element element = docx_element(x);

		note->in_text = element == DOCX_T && !empty;
		if (element == DOCX_TAB || element == DOCX_BR)
			buf_put_char(&note->text, ' ');
		else if ((element == DOCX_LEFT_OUT || element == DOCX_DELETED) && !empty)
			note->left_out = depth;
	} else if (type == XML_READER_TYPE_END_ELEMENT) {
		note->in_text = false;
		if (package_is(x, "p") && note->text.n > 0)
			buf_put_char(&note->text, end);
	} else if (note->in_text && note->text.n < PARA_BYTES_MAX) {
		buf_put_str(&note->text, (const char *)xmlTextReaderConstValue(x->reader));
	}
}

/* Takes the texts of one member, an `element` each; paragraphs end with `end`. */
static enum err
docx_read_notes_of(struct docx *d, const char *element, char end, struct docx_notes *notes)
{
	struct package_xml x;
	struct docx_note note = {0};
	enum err e;

	if (notes->member[0] == '\0')
		return OK;
	e = package_open(d->in, notes->member, &x);
	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK) {
		int type;

		e = package_next(&x);
		type = e == OK ? xmlTextReaderNodeType(x.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT && package_is(&x, element)) {
			docx_note_begin(&x, &note);
		} else if (type == XML_READER_TYPE_END_ELEMENT && package_is(&x, element)) {
			if (note.id[0] != '\0' && note.text.n > 0 &&
			    notes->texts.bytes.n < DOCX_NOTES_BYTES &&
			    idmap_count(&notes->texts) < DOCX_NOTES_MAX) {
				idmap_put(&notes->texts, span_of(note.id), buf_span(&note.text));
				idmap_put(&notes->authors, span_of(note.id), span_of(note.author));
			}
		} else if (e == OK) {
			docx_note_node(&x, type, &note, end);
		}
		if (note.text.failed)
			e = ERR_NOMEM;
	}
	package_close(&x);
	idmap_sort(&notes->texts);
	idmap_sort(&notes->authors);
	if (e == ERR_NOT_FOUND)
		e = idmap_err(&notes->texts);
	if (e == OK)
		e = idmap_err(&notes->authors);
	buf_clear(&note.text);
	return e;
}

enum err
docx_read_notes(struct docx *d)
{
	enum err e = docx_read_notes_of(d, "footnote", ' ', &d->footnotes);

	if (e == OK)
		e = docx_read_notes_of(d, "endnote", ' ', &d->endnotes);
	if (e == OK)
		e = docx_read_notes_of(d, "comment", '\n', &d->comments);
	return e;
}
