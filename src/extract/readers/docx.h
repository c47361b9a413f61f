/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx - the parts of the Word reader: the package (docx.c), its relations,
 * styles and notes (docx_parts), one part's paragraphs and tables (docx_body).
 *
 * Members are unpacked and parsed as they stream by: no tree, no whole member in
 * memory. Sizes are limited in zip.h, and by the names below.
 */
#pragma once

#include "extract/readers/package.h"
#include "extract/readers/tables.h"

#define DOCX_NAME_BYTES    300 /* of a member or an id */
#define DOCX_RELATIONS_MAX 100000
#define DOCX_STYLES_MAX    10000
#define DOCX_NOTES_MAX     100000
#define DOCX_NOTES_BYTES   (32u * 1024 * 1024) /* of all notes' text */
#define DOCX_PARAGRAPH_MAX (4u * 1024 * 1024)  /* bytes; the rest of a longer one is left out */
#define DOCX_LEVELS        9

/* Strings by id: relations to addresses, styles to levels, notes to texts. Small ones, searched
 * sorted. */
struct docx_map {
	struct buf entries; /* of struct docx_entry */
	struct buf bytes;
};

void docx_map_put(struct docx_map *m, struct span id, struct span value);
void docx_map_sort(struct docx_map *m); /* after the last put, before the first get */
/* False when there is none. The value lives as long as the map is unchanged. */
bool docx_map_get(const struct docx_map *m, struct span id, struct span *value);
void docx_map_clear(struct docx_map *m);

struct docx {
	const struct reader_input *in;
	char main[DOCX_NAME_BYTES]; /* members' names; empty: there is none */
	char core[DOCX_NAME_BYTES];
	char styles_name[DOCX_NAME_BYTES], footnotes_name[DOCX_NAME_BYTES],
	    endnotes_name[DOCX_NAME_BYTES];
	struct docx_map links;               /* relation id -> address */
	struct docx_map styles;              /* style id -> level of heading, one digit */
	struct docx_map footnotes, endnotes; /* id -> text */
};

/* --- docx_parts --- */

/* Each reads what it can; a part that is missing is nothing, one that is damaged an error. */
MUST_CHECK enum err docx_read_package(struct docx *d);
MUST_CHECK enum err docx_read_relations(struct docx *d);
MUST_CHECK enum err docx_read_styles(struct docx *d);
MUST_CHECK enum err docx_read_notes(struct docx *d);
MUST_CHECK enum err docx_read_core(struct docx *d, struct builder *b);

/* --- docx_body --- */

/* Puts the main part's text into `b`. Errors as package_next(). */
MUST_CHECK enum err docx_put_body(struct docx *d, struct builder *b);
