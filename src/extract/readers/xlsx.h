/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xlsx - the parts of the reader of Excel workbooks: the book (xlsx.c), its relations,
 * styles and strings (xlsx_parts), one sheet's rows and comments (xlsx_sheet).
 *
 * Sheets are read in the workbook's order, each as a MARK_PAGE under a heading of its
 * name; a book of one sheet that has a name of Excel's making has no such heading.
 * Hidden rows, columns and sheets are read, since filters hide and anybody can show them;
 * a hidden sheet's heading says that it is. Sheets that only a program can show ("very
 * hidden") are a program's own and are left out.
 *
 * Formulas are not computed: the values that Excel kept are taken. Members are unpacked
 * and parsed as they stream by; only shared strings, formats and links are in memory.
 */
#pragma once

#include "extract/readers/idmap.h"
#include "extract/readers/opc.h"
#include "extract/readers/sheet.h"
#include "extract/readers/sheet_number.h"

#define XLSX_NAME_BYTES    300    /* of a member, an id or a sheet */
#define XLSX_SHEETS_MAX    1000   /* besides limits.pages; fewer where that would take … */
#define XLSX_WALK_MAX      500000 /* … more looks at names of members: finding one is a walk */
#define XLSX_STRINGS_MAX   8000000
#define XLSX_STRINGS_BYTES (128u * 1024 * 1024) /* of all shared strings */
#define XLSX_STYLES_MAX    65536                /* cell formats, fonts, number formats: each */
#define XLSX_LINKS_MAX     100000               /* of one sheet */
#define XLSX_CELL_BYTES    (1024u * 1024)       /* of one cell; the rest of it is left out */

struct xlsx_style { /* of a cell */
	struct sheet_format format;
	bool bold;
};

struct xlsx_relations {       /* of one member */
	struct idmap targets; /* by id: of sheets the member, of hyperlinks the address */
	char comments[OPC_NAME_BYTES], styles[OPC_NAME_BYTES], strings[OPC_NAME_BYTES],
	    core[OPC_NAME_BYTES], book[OPC_NAME_BYTES];
	bool links; /* some are hyperlinks */
};

struct xlsx {
	const struct reader_input *in;
	struct builder *b;
	struct sheet *sheet;
	struct xlsx_relations relations; /* the workbook's */
	bool from_1904;
	struct buf strings;     /* bytes of all */
	struct buf string_ends; /* of size_t: where each ends */
	struct buf styles;      /* of struct xlsx_style */
};

/* --- xlsx_parts --- */

/* The relations of `member`; a member without any has none. Clear *r, also on failure. */
MUST_CHECK enum err xlsx_read_relations(struct xlsx *x, const char *member,
					struct xlsx_relations *r);
void xlsx_clear_relations(struct xlsx_relations *r);
/* The sheet's member or the link's address by the relation `id`; false: none. Dies with *r. */
bool xlsx_target(const struct xlsx_relations *r, const char *id, struct span *target);

MUST_CHECK enum err xlsx_read_strings(struct xlsx *x);
MUST_CHECK enum err xlsx_read_styles(struct xlsx *x);
struct span xlsx_string(const struct xlsx *x, size_t i); /* empty past the end */

/* Appends the node's text, without control characters written as "_x000D_", up to `max` bytes. */
void xlsx_put_text(struct buf *to, const struct package_xml *xml, size_t max);

/* --- xlsx_sheet --- */

/* The rows of the sheet in `member`, then its comments. Errors as package_next(). */
MUST_CHECK enum err xlsx_put_sheet(struct xlsx *x, const char *member);
