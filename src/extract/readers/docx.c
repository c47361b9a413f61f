/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx - Word documents (Office Open XML).
 *
 *  1. the package's relations name the main part; its own name styles, notes, links
 *  2. styles that are headings, notes and properties are read
 *  3. the main part is read twice: once for its tables' kinds, once for the text
 */
#include "extract/readers/docx.h"
#include "extract/readers/selftests.h"

static enum err
docx_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct docx d = {.in = in};
	enum err e;

	builder_format(b, "docx");
	e = docx_read_package(&d);
	if (e == OK && d.main[0] == '\0')
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = docx_read_core(&d, b);
	if (e == OK)
		e = docx_read_relations(&d);
	if (e == OK)
		e = docx_read_styles(&d);
	if (e == OK)
		e = docx_read_notes(&d);
	if (e == OK)
		e = docx_put_body(&d, b);
	docx_map_clear(&d.links);
	docx_map_clear(&d.styles);
	docx_map_clear(&d.footnotes);
	docx_map_clear(&d.endnotes);
	return e == OK ? OK : package_explain(e, "Word document", in->work, b, failure);
}

const struct reader reader_docx = {
    .name = "Word",
    .format = "docx",
    .prepare = xmlInitParser,
    .read = docx_read,
    .selftest = selftests_docx,
};
