/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pptx - the parts of the PowerPoint reader: the package (pptx.c), one slide's words,
 * tables, notes and comments (pptx_slide).
 *
 * All parts with words are unpacked once, into memory: each slide has several, and
 * to find one in the file takes as long as the file has members.
 */
#pragma once

#include "extract/readers/idmap.h"
#include "extract/readers/opc.h"
#include "extract/readers/para.h"

#define PPTX_PART_BYTES  (64u * 1024 * 1024)  /* of one part */
#define PPTX_PARTS_BYTES (192u * 1024 * 1024) /* of all that is kept; the rest is left out */
#define PPTX_TIMES       8 /* how often a part is parsed; more when slides are listed again and again */
#define PPTX_SLIDES_MAX  100000
#define PPTX_AUTHORS_MAX 10000
#define PPTX_NOTES_LEVEL 2 /* of the heading "Notes" over what is no part of the slide itself */

struct pptx {
	const struct reader_input *in;
	char main[OPC_NAME_BYTES]; /* members' names; empty: there is none */
	char core[OPC_NAME_BYTES];
	struct idmap parts;   /* name -> XML */
	uint64_t parsed;      /* bytes */
	struct idmap slides;  /* relation id -> name */
	struct idmap authors; /* of comments: id -> name */
	char authors_name[2][OPC_NAME_BYTES];
	struct buf order; /* the slides' names, a NUL behind each, as they are shown */
	size_t slide_count;
	bool more_parts, more_slides;
	struct para para;
};

/* Opens a part. ERR_NOT_FOUND: there is none; ERR_LIMIT: slides are listed again and again. */
MUST_CHECK enum err pptx_open(struct pptx *d, const char *name, struct package_xml *x);

/* --- pptx_slide --- */

/* Puts all of one slide through d->para. Errors as package_next(), but a part that is missing is
 * nothing. */
MUST_CHECK enum err pptx_put_slide(struct pptx *d, const char *name);
