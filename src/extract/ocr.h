/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ocr - words in pictures, with Tesseract where it is installed.
 *
 * The library is loaded when this is opened and not before: only the zygote whose
 * children read pictures has it and its languages in memory.
 *
 *  T1  After ocr_open() no file is opened and no thread begun.
 */
#pragma once

#include "common/frame.h"

#include <stdint.h>

#define OCR_LANGUAGES_MAX OCR_LANGUAGES_BYTES /* of "eng+cym" */
#define OCR_WHY_MAX       300

struct ocr; /* opaque */
struct Pix; /* leptonica's */

/*
 * Loads Tesseract with those of `languages` that are installed. OK also where nothing can
 * be read with: ocr_why() says so then. ERR_NOMEM, ERR_LIMIT (languages too long).
 */
MUST_CHECK enum err ocr_open(const char *languages, struct ocr **out);
void ocr_free(struct ocr *o); /* NULL is allowed */

/* Can it read? */
bool ocr_works(const struct ocr *o);

/* What is missing, a sentence ("Tesseract is not installed."), and what to do; "" when nothing is.
 * Where some languages are missing it works with the others. */
const char *ocr_why(const struct ocr *o);
const char *ocr_remedy(const struct ocr *o);

/* Those it reads with: "eng+cym". */
const char *ocr_languages(const struct ocr *o);

struct ocr_word {
	struct span text;   /* until on_word() returns */
	float confidence;   /* 0 to 100 */
	int x0, x1, y0, y1; /* pixels from the upper left corner */
	bool first;         /* of its line: then these are the line's */
	int top, bottom;
	int points;    /* the letters' size at the given resolution; 0: not known */
	bool sideways; /* its line runs from top to bottom */
};

/*
 * Reads the words of a picture in reading order. `ms` is how long it may take, whatever
 * was read by then is given. ERR_NOMEM, ERR_FORMAT (Tesseract refuses the picture),
 * and what on_word() returned.
 */
MUST_CHECK enum err ocr_read(struct ocr *o, struct Pix *pix, int dpi, int ms,
			     enum err (*on_word)(void *ctx, const struct ocr_word *w), void *ctx);
