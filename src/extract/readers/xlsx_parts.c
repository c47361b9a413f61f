/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xlsx_parts - the small parts of an Excel workbook: relations, shared strings, styles.
 */
#include "extract/readers/xlsx.h"

#include <stdio.h>
#include <stdlib.h>

/* --- relations --- */

void
xlsx_clear_relations(struct xlsx_relations *r)
{
	idmap_clear(&r->targets);
}

struct xlsx_part {
	const char *member;
	struct xlsx_relations *r;
};

static void
xlsx_on_relation(void *ctx, const struct opc_relation *relation)
{
	const struct xlsx_part *part = ctx;
	struct xlsx_relations *r = part->r;
	const struct {
		const char *end;
		char *to;
	} known[] = {
	    {"/comments", r->comments},     {"/styles", r->styles},
	    {"/sharedStrings", r->strings}, {"/core-properties", r->core},
	    {"/officeDocument", r->book},
	};
	char sheet[OPC_NAME_BYTES];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (opc_type_ends(relation, known[i].end)) {
			opc_resolve(part->member, relation->target, known[i].to);
			return;
		}
	if (opc_type_ends(relation, "/hyperlink")) {
		r->links = true;
		idmap_put(&r->targets, span_of(relation->id), span_of(relation->target));
	} else if (opc_type_ends(relation, "/worksheet")) {
		opc_resolve(part->member, relation->target, sheet);
		idmap_put(&r->targets, span_of(relation->id), span_of(sheet));
	}
}

enum err
xlsx_read_relations(struct xlsx *x, const char *member, struct xlsx_relations *r)
{
	struct xlsx_part part = {.member = member, .r = r};
	char name[OPC_NAME_BYTES];
	enum err e;

	*r = (struct xlsx_relations){0};
	opc_relations_name(member, name);
	e = opc_each(x->in, name, xlsx_on_relation, &part);
	if (e == OK)
		e = idmap_err(&r->targets);
	if (e == OK)
		idmap_sort(&r->targets);
	return e;
}

bool
xlsx_target(const struct xlsx_relations *r, const char *id, struct span *target)
{
	return idmap_get(&r->targets, span_of(id), target);
}

/* --- text --- */

void
xlsx_put_text(struct buf *to, const struct package_xml *xml, size_t max)
{
	struct span s = span_of((const char *)xmlTextReaderConstValue(xml->reader));

	if (to->n + s.n > max)
		return;
	while (s.n > 0) {
		const char *at = memmem(s.p, s.n, "_x00", 4);
		size_t n = at == NULL ? s.n : (size_t)(at - s.p);

		buf_put_span(to, span_sub(s, 0, n));
		s = span_sub(s, n, s.n);
		/* "_x000D_": a control character, which XML has no other way to write. */
		if (s.n >= 7 && s.p[6] == '_' && (s.p[4] == '0' || s.p[4] == '1')) {
			buf_put_char(to, ' ');
			s = span_sub(s, 7, s.n);
		} else if (s.n > 0) {
			buf_put_char(to, s.p[0]);
			s = span_sub(s, 1, s.n);
		}
	}
}

/* --- shared strings --- */

struct span
xlsx_string(const struct xlsx *x, size_t i)
{
	const size_t *ends = (const size_t *)(const void *)x->string_ends.p;
	size_t from;

	if (i >= x->string_ends.n / sizeof *ends)
		return (struct span){0};
	from = i == 0 ? 0 : ends[i - 1];
	return span_sub(buf_span(&x->strings), from, ends[i] - from);
}

enum err
xlsx_read_strings(struct xlsx *x)
{
	struct package_xml xml;
	size_t n = 0;
	bool in_text = false, phonetic = false;
	enum err e;

	if (x->relations.strings[0] == '\0')
		return OK;
	e = package_open(x->in, x->relations.strings, &xml);
	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK) {
		int type;

		e = package_next(&xml);
		type = e == OK ? xmlTextReaderNodeType(xml.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT) {
			in_text = package_is(&xml, "t") &&
				  xmlTextReaderIsEmptyElement(xml.reader) != 1 && !phonetic;
			phonetic |=
			    package_is(&xml, "rPh") && xmlTextReaderIsEmptyElement(xml.reader) != 1;
		}
		if ((type == XML_READER_TYPE_END_ELEMENT ||
		     (type == XML_READER_TYPE_ELEMENT &&
		      xmlTextReaderIsEmptyElement(xml.reader) == 1)) &&
		    package_is(&xml, "si")) {
			buf_put(&x->string_ends, &x->strings.n, sizeof x->strings.n);
			if (++n == XLSX_STRINGS_MAX || x->strings.n >= XLSX_STRINGS_BYTES) {
				builder_cut(x->b, "The workbook has more text than is kept of one; "
						  "cells with the rest of it are empty.");
				break;
			}
		}
		if (type == XML_READER_TYPE_END_ELEMENT) {
			in_text = false;
			phonetic &= !package_is(&xml, "rPh");
		}
		if (in_text && type != XML_READER_TYPE_ELEMENT && type != 0)
			xlsx_put_text(&x->strings, &xml, XLSX_STRINGS_BYTES);
		if (x->strings.failed || x->string_ends.failed)
			e = ERR_NOMEM;
	}
	package_close(&xml);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* --- styles --- */

struct xlsx_number { /* a format of the book's own */
	unsigned id;
	struct sheet_format format;
};

struct xlsx_styles {
	struct package_xml xml;
	struct buf numbers; /* of struct xlsx_number */
	struct buf bold;    /* a byte a font */
	bool in_fonts, in_cells;
};

static unsigned
xlsx_attribute_number(const struct package_xml *xml, const char *name)
{
	char value[16];

	return package_attribute(xml, name, value, sizeof value)
		   ? (unsigned)strtoul(value, NULL, 10)
		   : 0;
}

static void
xlsx_on_number(struct xlsx_styles *s)
{
	struct xlsx_number number = {.id = xlsx_attribute_number(&s->xml, "numFmtId")};
	char code[SHEET_FORMAT_BYTES];

	if (s->numbers.n / sizeof number >= XLSX_STYLES_MAX ||
	    !package_attribute(&s->xml, "formatCode", code, sizeof code))
		return;
	sheet_format_parse(span_of(code), &number.format);
	buf_put(&s->numbers, &number, sizeof number);
}

static void
xlsx_on_font(struct xlsx_styles *s)
{
	char value[8];

	if (package_is(&s->xml, "font") && s->bold.n < XLSX_STYLES_MAX)
		buf_put_char(&s->bold, 0);
	else if (package_is(&s->xml, "b") && s->bold.n > 0 && !s->bold.failed)
		s->bold.p[s->bold.n - 1] =
		    !package_attribute(&s->xml, "val", value, sizeof value) ||
		    (strcmp(value, "0") != 0 && strcmp(value, "false") != 0);
}

static int
xlsx_compare_numbers(const void *a, const void *b)
{
	unsigned i = ((const struct xlsx_number *)a)->id, j = ((const struct xlsx_number *)b)->id;

	return (i > j) - (i < j);
}

static void
xlsx_on_cell_format(struct xlsx *x, struct xlsx_styles *s)
{
	struct xlsx_number key = {.id = xlsx_attribute_number(&s->xml, "numFmtId")};
	struct xlsx_style style = {.format = {.decimals = SHEET_FORMAT_GENERAL}};
	unsigned font = xlsx_attribute_number(&s->xml, "fontId");
	const struct xlsx_number *found = NULL;

	if (x->styles.n / sizeof style >= XLSX_STYLES_MAX || s->numbers.failed || s->bold.failed)
		return;
	if (s->numbers.n > 0)
		found = bsearch(&key, s->numbers.p, s->numbers.n / sizeof key, sizeof key,
				xlsx_compare_numbers);
	if (found != NULL)
		style.format = found->format;
	else if (!sheet_format_builtin(key.id, &style.format))
		style.format = (struct sheet_format){.decimals = SHEET_FORMAT_GENERAL};
	style.bold = font < s->bold.n && s->bold.p[font] != 0;
	buf_put(&x->styles, &style, sizeof style);
}

static void
xlsx_on_style(struct xlsx *x, struct xlsx_styles *s)
{
	if (package_is(&s->xml, "numFmt") && !s->in_cells) {
		xlsx_on_number(s);
	} else if (package_is(&s->xml, "fonts")) {
		s->in_fonts = true;
	} else if (package_is(&s->xml, "cellXfs")) {
		s->in_cells = true;
		if (s->numbers.n > 0 && !s->numbers.failed)
			qsort(s->numbers.p, s->numbers.n / sizeof(struct xlsx_number),
			      sizeof(struct xlsx_number), xlsx_compare_numbers);
	} else if (s->in_fonts) {
		xlsx_on_font(s);
	} else if (s->in_cells && package_is(&s->xml, "xf")) {
		xlsx_on_cell_format(x, s);
	}
}

enum err
xlsx_read_styles(struct xlsx *x)
{
	struct xlsx_styles s = {0};
	enum err e;

	if (x->relations.styles[0] == '\0')
		return OK;
	e = package_open(x->in, x->relations.styles, &s.xml);
	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK) {
		int type;

		e = package_next(&s.xml);
		type = e == OK ? xmlTextReaderNodeType(s.xml.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT) {
			xlsx_on_style(x, &s);
		} else if (type == XML_READER_TYPE_END_ELEMENT) {
			s.in_fonts &= !package_is(&s.xml, "fonts");
			s.in_cells &= !package_is(&s.xml, "cellXfs");
		}
		if (s.numbers.failed || s.bold.failed || x->styles.failed)
			e = ERR_NOMEM;
	}
	package_close(&s.xml);
	buf_clear(&s.numbers);
	buf_clear(&s.bold);
	return e == ERR_NOT_FOUND ? OK : e;
}
