/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_elements - the elements of a Word document's main part that matter to its text.
 */
#include "extract/readers/docx_elements.h"

enum docx_element
docx_element(const struct package_xml *x)
{
	static const struct {
		const char *name;
		enum docx_element element;
	} names[] = {
	    {"t", DOCX_T},
	    {"r", DOCX_R},
	    {"p", DOCX_P},
	    {"b", DOCX_BOLD},
	    {"tc", DOCX_CELL},
	    {"tr", DOCX_ROW},
	    {"tbl", DOCX_TABLE},
	    {"tab", DOCX_TAB},
	    {"br", DOCX_BR},
	    {"cr", DOCX_BR},
	    {"pStyle", DOCX_STYLE},
	    {"outlineLvl", DOCX_OUTLINE},
	    {"vanish", DOCX_VANISH},
	    {"hyperlink", DOCX_HYPERLINK},
	    {"fldChar", DOCX_FIELD_CHAR},
	    {"fldSimple", DOCX_FIELD_SIMPLE},
	    {"instrText", DOCX_INSTRUCTION},
	    {"noBreakHyphen", DOCX_HYPHEN},
	    {"footnoteReference", DOCX_FOOTNOTE},
	    {"endnoteReference", DOCX_ENDNOTE},
	    {"tblHeader", DOCX_HEADER_ROW},
	    {"txbxContent", DOCX_BOX},
	    {"moveFrom", DOCX_LEFT_OUT},
	    {"del", DOCX_LEFT_OUT},
	    {"Fallback", DOCX_LEFT_OUT}, /* of what newer programs show in another way */
	    {"tabs", DOCX_LEFT_OUT},     /* where tabulators stop, not tabulators */
	    {"pPrChange", DOCX_LEFT_OUT},
	    {"rPrChange", DOCX_LEFT_OUT},
	};
	const char *name = (const char *)xmlTextReaderConstLocalName(x->reader);
	const char *space = (const char *)xmlTextReaderConstNamespaceUri(x->reader);

	if (name == NULL || space == NULL)
		return DOCX_OTHER;
	/* Drawings have elements of the same names. */
	if (strstr(space, "wordprocessingml") == NULL && strcmp(name, "Fallback") != 0)
		return DOCX_OTHER;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].element;
	return DOCX_OTHER;
}
