/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recognise - a picture of a page to lines, which go the way of a PDF's lines.
 *
 * Words that are read with too little confidence are no words: what is left of a
 * photo or of handwriting would be garbage in the index.
 */
#pragma once

#include "extract/ocr.h"
#include "extract/reader.h"
#include "extract/readers/pdf.h"

struct recognised {      /* of a document; {0} at first */
	uint32_t read;   /* pages with words */
	uint32_t unsure; /* pages with words of too little confidence, left out */
	uint32_t first_unsure;
	uint32_t late;       /* pages for which there was no time */
	uint32_t first_late; /* all from 1 */
	double
	    confidence; /* 0 to 100, mean of the letters of the pages read; of any when none was */
	double letters; /* that it is the mean of */
	int turn;       /* quarter turns that made the last page readable */
};

/*
 * What the picture reader and the PDF reader say where there is no engine to read with:
 * `what` is "picture" or "scan without text". ERR_UNSUPPORTED with *failure.
 */
MUST_CHECK enum err recognise_refuse(struct reader_work *work, const char *what,
				     struct reader_failure *failure);

/*
 * Adds the words of `pix` to the last page of *pdf, which has no lines yet. `dpi` of 0:
 * not known. The picture stays the caller's. ERR_NOMEM; a picture that cannot be read
 * is a page without words.
 */
MUST_CHECK enum err recognise_page(struct reader_work *work, struct Pix *pix, int dpi,
				   struct pdf *pdf, struct recognised *sum);

/* No page was readable: ERR_UNSUPPORTED, for a person; `timeout` where there was no time. */
MUST_CHECK enum err recognise_nothing(struct reader_work *work, const char *what,
				      const struct recognised *sum, struct reader_failure *failure);

/* Says what was read, how sure it is and what was left out. */
void recognise_put_meta(struct reader_work *work, const struct recognised *sum, struct builder *b);
