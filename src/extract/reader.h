/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reader - what every reader of a format is: bytes in, a document out.
 *
 * A reader runs in a child that dies with its document: it may leak, and crash,
 * but neither open a file nor trust a length. It gets the whole file in memory.
 */
#pragma once

#include "text/document.h"

/* Raised whenever any reader gives other text than before, or a reader is new:
   then files that failed are tried again. Stored with each file. */
#define READER_SET_VERSION 1

struct reader_input {
	struct span bytes;
	struct span name; /* the file's name: a hint only */
};

/* Why there is no text: what a person reads. */
struct reader_failure {
	const char *code; /* a code of design chapter 10: "encrypted", "damaged", … */
	char reason[300]; /* a sentence: "This PDF is password-protected." */
	char remedy[300]; /* what to do; may be empty */
};

struct reader {
	const char *name;   /* for messages: "PDF" */
	const char *format; /* as in `formats` */
	/* Loads what it needs before any child exists (zygote). May be NULL. */
	void (*prepare)(void);
	/* OK with the builder filled; ERR_FORMAT, ERR_UNSUPPORTED with *failure filled; ERR_NOMEM.
	 */
	enum err (*read)(const struct reader_input *in, struct builder *b,
			 struct reader_failure *failure);
};

extern const struct reader reader_text;     /* readers/text.c */
extern const struct reader reader_markdown; /* readers/markdown.c */
extern const struct reader reader_html;     /* readers/html.c */
extern const struct reader reader_pdf;      /* readers/pdf.c */
extern const struct reader reader_docx;     /* readers/docx.c */
extern const struct reader reader_eml;      /* readers/eml.c */

struct readers; /* opaque: libmagic with its database loaded */

/*
 * Loads libmagic and every reader's needs. Once, before any child (which inherit
 * it) and before any thread. ERR_NOMEM, ERR_NOT_FOUND (magic's database).
 */
MUST_CHECK enum err readers_prepare(struct readers **out);
void readers_free(struct readers *r); /* NULL is allowed */

/*
 * Finds the format by content and the reader for it. NULL: none, with *failure
 * saying what the file is ("There is no reader for XLSX yet.", code `unsupported`).
 */
const struct reader *readers_find(const struct readers *r, const struct reader_input *in,
				  struct reader_failure *failure);
