/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reader - what every reader of a format is: bytes in, a document out.
 *
 * A reader runs in a child that dies with its document: it may leak, and crash,
 * but neither open a file nor trust a length. It gets the whole file in memory. Those
 * of readers_find_own() may read many documents in one child: they leave nothing.
 */
#pragma once

#include "extract/ocr.h"
#include "text/document.h"

/* Raised whenever any reader gives other text than before, or a reader is new:
   then files that failed are tried again. Stored with each file. */
#define READER_SET_VERSION 3

/* What the readers of one document share: whatever its parts are, these limits are its own. */
struct reader_work {
	const struct readers *readers;
	const struct limits *limits;
	uint64_t file_bytes;  /* of the whole document */
	uint64_t unpacked;    /* bytes so far, see reader_unpacked() */
	uint64_t parts;       /* so far */
	uint32_t depth;       /* of the part that is being read; 0: the document itself */
	int64_t ocr_until_ms; /* CLOCK_MONOTONIC: no picture is begun later; 0: none was yet */
};

struct reader_input {
	struct span bytes;
	struct span name; /* the file's name: a hint only */
	struct reader_work *work;
};

/* Why there is no text: what a person reads. */
struct reader_failure {
	const char *code; /* a code of design chapter 10: "encrypted", "damaged", … */
	char reason[300]; /* a sentence: "This PDF is password-protected." */
	char remedy[300]; /* what to do; may be empty */
	enum reader_next next;
};

/* Something small that a reader must get right, in the sandbox, before it is trusted. */
struct reader_selftest {
	const char *name; /* the document's */
	struct span bytes;
	/* Each line of this must stand in the document's text, or in the name of a mark. */
	const char *text;
};

/* An entry of such a list, which ends with one without text: {0}. */
#define SELFTEST(name, bytes, text)                                                                \
	{                                                                                          \
		name, {bytes, sizeof(bytes) - 1}, text                                             \
	}

struct reader {
	const char *name;   /* for messages: "PDF" */
	const char *format; /* as in `formats` */
	/* Loads what it needs before any child exists (zygote). May be NULL. */
	void (*prepare)(void);
	/* OK with the builder filled; ERR_FORMAT, ERR_UNSUPPORTED with *failure filled; ERR_NOMEM.
	 */
	enum err (*read)(const struct reader_input *in, struct builder *b,
			 struct reader_failure *failure);
	/* One for each way of reading that may need other data (character sets). NULL: none yet. */
	const struct reader_selftest *selftest;
};

extern const struct reader reader_text;
extern const struct reader reader_markdown;
extern const struct reader reader_csv;
extern const struct reader reader_html;
extern const struct reader reader_mhtml;
extern const struct reader reader_pdf;
extern const struct reader reader_docx;
extern const struct reader reader_odt;
extern const struct reader reader_rtf;
extern const struct reader reader_xlsx;
extern const struct reader reader_ods;
extern const struct reader reader_pptx;
extern const struct reader reader_odp;
extern const struct reader reader_eml;
extern const struct reader reader_mbox;
extern const struct reader reader_msg;
extern const struct reader reader_doc;
extern const struct reader reader_archive;
extern const struct reader reader_image;
extern const struct reader reader_transcript;
extern const struct reader reader_tnef;

struct readers; /* opaque: libmagic with its database, converters of character sets */

/*
 * Loads libmagic, converters and every reader's needs. Once, before any child (which inherit
 * it) and before any thread. ERR_NOMEM, ERR_NOT_FOUND (magic's database).
 */
MUST_CHECK enum err readers_prepare(struct readers **out);
void readers_free(struct readers *r); /* NULL is allowed */

/* Folders that readers read from while they read a document: see sandbox_new(). */
extern const char *const readers_data[];

/* All of them, in the order of readers_switch_off(). */
const struct reader *const *readers_list(size_t *n);

/* Its self-test failed: from now on readers_find() gives this reason instead of it. */
void readers_switch_off(struct readers *r, size_t reader);
bool readers_is_off(const struct readers *r, size_t reader);

/*
 * Gives what words in pictures are read with; the caller keeps it. Without it, in all
 * children but those of the zygote for OCR, such documents fail with NEXT_OCR, or
 * have OCR_WANTED.
 */
void readers_use_ocr(struct readers *r, struct ocr *ocr);
struct ocr *readers_ocr(const struct readers *r); /* NULL: none */

/*
 * Finds the format by content and the reader for it. NULL: none, with *failure
 * saying what the file is ("There is no reader for XLSX yet.", code `unsupported`).
 */
const struct reader *readers_find(const struct readers *r, const struct reader_input *in,
				  struct reader_failure *failure);

/*
 * As readers_find(), but nothing more than our own text readers looks at the content: NULL
 * when it is not for one of these.
 */
const struct reader *readers_find_own(const struct reader_input *in);

/*
 * Reads an attachment or archive member by its own reader, into MARK_PART. What cannot
 * be read is named with its reason in builder_cut(), and the whole goes on: OK. A
 * picture with `decoration` (of a letterhead, an icon) is left out without a word.
 *
 *   ERR_NOMEM   the whole document fails
 */
MUST_CHECK enum err reader_put_part(const struct reader_input *whole, struct span bytes,
				    struct span name, bool decoration, struct builder *b);

/*
 * May one more part called `name` be read? It is counted; else builder_cut() says why
 * not. For parts that are no bytes of their own, around builder_part_open().
 */
bool reader_may_open_part(struct reader_work *work, struct span name, struct builder *b);

/* Says that the part `name` is missing and why: "letter.pdf was left out: It is damaged." */
void reader_cut_part(struct span name, const char *reason, struct builder *b);

/* How many more bytes reader_unpacked() will allow. */
uint64_t reader_unpack_left(const struct reader_work *work);

/*
 * Counts `n` more bytes that were unpacked from the document or a part of it. False:
 * past limits.unpacked_bytes or unpacked_ratio; the reader stops, keeps its text so far
 * and says so with reader_cut_unpacked().
 */
bool reader_unpacked(struct reader_work *work, uint64_t n);
void reader_cut_unpacked(const struct reader_work *work, struct builder *b);
