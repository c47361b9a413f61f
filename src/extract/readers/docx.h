/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx - the parts of the Word reader: the package (docx.c), its relations,
 * styles, notes and comments (docx_parts), one part's paragraphs and tables (docx_body).
 *
 * Members are unpacked and parsed as they stream by: no tree, no whole member in
 * memory. Sizes are limited in zip.h, and by the names below.
 */
#pragma once

#include "extract/readers/idmap.h"
#include "extract/readers/opc.h"
#include "extract/readers/para.h"

#define DOCX_STYLES_MAX  10000
#define DOCX_NOTES_MAX   100000
#define DOCX_NOTES_BYTES (32u * 1024 * 1024) /* of the text of all notes of a kind */
#define DOCX_LEVELS      9

struct docx_notes {
	char member[OPC_NAME_BYTES]; /* empty: there is none */
	struct idmap texts, authors; /* by id */
};

struct docx {
	const struct reader_input *in;
	char main[OPC_NAME_BYTES]; /* members' names; empty: there is none */
	char core[OPC_NAME_BYTES];
	char styles_name[OPC_NAME_BYTES];
	struct idmap links;  /* relation id -> address */
	struct idmap styles; /* style id -> level of heading, one digit */
	struct docx_notes footnotes, endnotes, comments;
};

/* --- docx_parts --- */

/* Each reads what it can; a part that is missing is nothing, one that is damaged an error. */
MUST_CHECK enum err docx_read_package(struct docx *d);
MUST_CHECK enum err docx_read_relations(struct docx *d);
MUST_CHECK enum err docx_read_styles(struct docx *d);
MUST_CHECK enum err docx_read_notes(struct docx *d);

/* --- docx_body --- */

/* Puts the main part's text into `b`. Errors as package_next(). */
MUST_CHECK enum err docx_put_body(struct docx *d, struct builder *b);
