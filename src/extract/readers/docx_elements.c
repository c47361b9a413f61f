/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_elements - the elements of a Word document's main part that matter to its text.
 */
#include "extract/readers/docx_elements.h"

struct docx_name {
	const char *name;
	enum docx_element element;
};

static const struct docx_name docx_word[] = {
    {"t", DOCX_T},
    {"r", DOCX_R},
    {"p", DOCX_P},
    {"b", DOCX_BOLD},
    {"tc", DOCX_CELL},
    {"tr", DOCX_ROW},
    {"tbl", DOCX_TABLE},
    {"tab", DOCX_TAB},
    {"ptab", DOCX_TAB},
    {"br", DOCX_BR},
    {"cr", DOCX_BR},
    {"sym", DOCX_SYMBOL},
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
    {"commentReference", DOCX_COMMENT},
    {"tblHeader", DOCX_HEADER_ROW},
    {"txbxContent", DOCX_BOX},
    {"ins", DOCX_INSERTED},
    {"moveTo", DOCX_INSERTED},
    {"del", DOCX_DELETED},
    {"moveFrom", DOCX_DELETED},
    {"delText", DOCX_DELETED_TEXT},
    {"showingPlcHdr", DOCX_PLACEHOLDER},
    {"sdtContent", DOCX_CONTENT},
    {"rt", DOCX_LEFT_OUT},   /* how a word is read, above it */
    {"tabs", DOCX_LEFT_OUT}, /* where tabulators stop, not tabulators */
    {"pPrChange", DOCX_LEFT_OUT},
    {"rPrChange", DOCX_LEFT_OUT},
    {"sectPrChange", DOCX_LEFT_OUT},
    {"tblPrChange", DOCX_LEFT_OUT},
};
static const struct docx_name docx_math[] = {
    {"t", DOCX_T},
    {"den", DOCX_DENOMINATOR},
};
static enum docx_element
docx_find(const struct docx_name *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].element;
	return DOCX_OTHER;
}

#define DOCX_FIND(names, name) docx_find(names, sizeof(names) / sizeof(names)[0], name)

enum docx_element
docx_element(const struct package_xml *x)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(x->reader);
	const char *space = (const char *)xmlTextReaderConstNamespaceUri(x->reader);

	if (name == NULL || space == NULL)
		return DOCX_OTHER;
	/* Publishers and years in the namespaces differ; drawings have elements of the same names.
	 */
	if (strstr(space, "wordprocessingml") != NULL)
		return DOCX_FIND(docx_word, name);
	if (strstr(space, "officeDocument") != NULL && strstr(space, "math") != NULL)
		return DOCX_FIND(docx_math, name);
	return DOCX_OTHER;
}
