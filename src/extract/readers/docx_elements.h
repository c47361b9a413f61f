/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_elements - the elements of a Word document's main part that matter to its text.
 */
#pragma once

#include "extract/readers/docx.h"

enum docx_element {
	DOCX_OTHER,
	DOCX_P,
	DOCX_R,
	DOCX_T,
	DOCX_TAB,
	DOCX_BR,
	DOCX_HYPHEN,
	DOCX_SYMBOL,
	DOCX_DENOMINATOR,
	DOCX_STYLE,
	DOCX_OUTLINE,
	DOCX_BOLD,
	DOCX_VANISH,
	DOCX_HYPERLINK,
	DOCX_FIELD_CHAR,
	DOCX_FIELD_SIMPLE,
	DOCX_INSTRUCTION,
	DOCX_FOOTNOTE,
	DOCX_ENDNOTE,
	DOCX_COMMENT,
	DOCX_TABLE,
	DOCX_ROW,
	DOCX_CELL,
	DOCX_HEADER_ROW,
	DOCX_BOX,
	DOCX_INSERTED,
	DOCX_DELETED,
	DOCX_DELETED_TEXT,
	DOCX_PLACEHOLDER, /* the content control shows words that only ask for some */
	DOCX_CONTENT,     /* of a content control */
	DOCX_LEFT_OUT
};

/* What the node that the reader stands on is. Drawings' elements of the same names are not. */
enum docx_element docx_element(const struct package_xml *x);
