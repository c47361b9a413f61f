/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odf - what OpenDocument texts, slides and sheets have in common: their members, or
 * one flat file; properties; and for texts and slides styles, deleted words, and the text
 * of paragraphs, lists, tables, notes and comments, put through para.h.
 */
#pragma once

#include "extract/readers/idmap.h"
#include "extract/readers/package.h"
#include "extract/readers/para.h"

#define ODF_NAME_BYTES    300 /* of a style or an id */
#define ODF_STYLES_MAX    20000
#define ODF_CHANGES_MAX   20000
#define ODF_CHANGES_BYTES (16u * 1024 * 1024) /* of all deleted words */
#define ODF_BLANKS_MAX    100                 /* in a row, as one element says */
#define ODF_REPEAT_MAX    100 /* how often a cell or row without text is repeated, at most */
#define ODF_DEPTH_MAX     300 /* of XML; libxml2 ends at 256 */

struct odf {
	const struct reader_input *in;
	bool flat;             /* one XML file instead of a ZIP file */
	uint32_t tables;       /* how many sheets its properties say it has; 0: they do not */
	struct idmap styles;   /* name -> flags, see odf_head.c */
	struct idmap deleted;  /* a change's id -> the words that it takes out */
	struct idmap inserted; /* a change's id -> who put words in */
};

/* Opens "content.xml" or another member, or the flat file whichever it is. As package_open(). */
MUST_CHECK enum err odf_open(const struct odf *o, const char *member, struct package_xml *x);
void odf_clear(struct odf *o);
/* Is any member encrypted (META-INF/manifest.xml)? ERR_DENIED. */
MUST_CHECK enum err odf_check_password(const struct odf *o);
/* Title, author, dates … into `b`. A document without them has none: OK. */
MUST_CHECK enum err odf_put_meta(struct odf *o, struct builder *b);

/* --- odf_head --- */

/* Styles of styles.xml and content.xml, and what was tracked, at the latter's head. */
MUST_CHECK enum err odf_read_head(struct odf *o);
struct odf_look {
	uint32_t level; /* of heading, 0: none */
	bool bold, hidden;
};

/* Changes *look by what the style called `name` says; `family`: 'p' paragraphs, 't' spans. */
void odf_style(const struct odf *o, char family, const char *name, struct odf_look *look);

/* --- odf_text --- */

struct odf_text; /* opaque: one pass over text */

struct odf_text *odf_text_new(struct odf *o);
void odf_text_free(struct odf_text *t); /* NULL is allowed */
struct para *odf_text_para(struct odf_text *t);
/* After para_second_pass(): forgets the first. */
void odf_text_restart(struct odf_text *t);

/* One node inside the document's body, whatever it is. */
void odf_text_node(struct odf_text *t, const struct package_xml *x);
MUST_CHECK enum err odf_text_err(const struct odf_text *t);
/* The level of every paragraph from here on that has none of its own (a slide's title); 0: none. */
void odf_text_level(struct odf_text *t, uint32_t level);
