/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recognise - scaling and turning of pictures, words to lines.
 */
#include "extract/readers/recognise.h"

#include "common/utf8.h"
#include "extract/readers/failure.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#define RECOGNISE_DPI      300 /* what Tesseract was taught with */
#define RECOGNISE_DPI_LOW  200 /* less is scaled up */
#define RECOGNISE_DPI_HIGH 450 /* more is scaled down */
#define RECOGNISE_LONG_IN                                                                          \
	11.7f /* inches: the long side of a page whose resolution is not known                     \
	       */
#define RECOGNISE_SCALE_MAX 4.0f
#define RECOGNISE_WORD_MIN  30   /* confidence of a word that is kept */
#define RECOGNISE_SIGN_MIN  60   /* of one without letter or digit */
#define RECOGNISE_LETTERS   8    /* fewer on a page are specks */
#define RECOGNISE_SEEN      20   /* letters, also unsure ones, from which on a page has words */
#define RECOGNISE_CELL_GAP  2.0f /* times the letters' size: the next is another cell */
#define RECOGNISE_SAME_SIZE                                                                        \
	1.25f                 /* letters measured smaller or larger than this are of another size */
#define RECOGNISE_TURNS     2 /* pages of a document that are tried in all four directions */
#define RECOGNISE_TIME_PART 800 /* ms of a document's second: the rest is for what comes after */
#define RECOGNISE_HOURS     24
#define RECOGNISE_SIZES     200 /* histogram: points */

struct recognise {
	struct pdf *pdf;
	float points; /* a pixel in points */
	size_t text_before, lines_before;
	float end;                  /* of the last word */
	double letters, confidence; /* letters seen, and the sum of their words' confidences */
	double kept;                /* letters of words that are kept */
	double sideways;            /* letters in lines from top to bottom */
	bool line_open, first_word_open;
	struct pdf_line line;
};

enum err
recognise_refuse(struct reader_work *work, const char *what, struct reader_failure *failure)
{
	const struct ocr *ocr = readers_ocr(work->readers);
	char reason[300];

	if (ocr == NULL) {
		snprintf(reason, sizeof reason,
			 "This is a %s: only text recognition (OCR) can read its words.", what);
		failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason, "");
		failure->next = NEXT_OCR;
		return ERR_UNSUPPORTED;
	}
	snprintf(reason, sizeof reason, "This is a %s, and %s%s", what,
		 ocr_why(ocr)[0] == 'T' ? "" : "it cannot be read: ", ocr_why(ocr));
	failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason, ocr_remedy(ocr));
	failure->next = NEXT_OCR;
	return ERR_UNSUPPORTED;
}

/* --- words to lines --- */

static double
recognise_letters(struct span s)
{
	double n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		n += (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		     (c >= 0xc3 && c <= 0xdf) || (c >= 0xe0 && c != 0xe2);
	}
	return n;
}

static void
recognise_end_line(struct recognise *r)
{
	if (r->line_open && r->line.n > 0)
		buf_put(&r->pdf->lines, &r->line, sizeof r->line);
	r->line_open = false;
}

static void
recognise_begin_line(struct recognise *r, const struct ocr_word *w)
{
	recognise_end_line(r);
	r->line_open = r->first_word_open = true;
	r->line = (struct pdf_line){
	    .at = r->pdf->text.n,
	    .x0 = (float)w->x0 * r->points,
	    .y0 = (float)w->top * r->points,
	    .y1 = (float)w->bottom * r->points,
	    .size = w->points > 0 ? (float)w->points : (float)(w->bottom - w->top) * r->points,
	    .page = (uint32_t)pdf_page_count(r->pdf) - 1,
	};
}

static enum err
recognise_on_word(void *ctx, const struct ocr_word *w)
{
	struct recognise *r = ctx;
	double letters = recognise_letters(w->text);
	float x0 = (float)w->x0 * r->points, x1 = (float)w->x1 * r->points;

	if (w->first || !r->line_open)
		recognise_begin_line(r, w);
	r->letters += letters;
	r->sideways += w->sideways ? letters : 0;
	r->confidence += letters * (double)w->confidence;
	if (w->confidence < (letters > 0 ? RECOGNISE_WORD_MIN : RECOGNISE_SIGN_MIN))
		return OK;
	r->kept += letters;
	if (r->line.n > 0) {
		buf_put_str(&r->pdf->text,
			    x0 - r->end > RECOGNISE_CELL_GAP * r->line.size ? "\t" : " ");
	} else {
		r->line.x0 = x0;
		r->line.first_word = x1 - x0;
	}
	buf_put_span(&r->pdf->text, w->text);
	r->line.n = r->pdf->text.n - r->line.at;
	r->line.x1 = fmaxf(r->line.x1, x1);
	r->end = x1;
	r->pdf->cut |= r->pdf->text.n > PDF_TEXT_MAX || pdf_line_count(r->pdf) >= PDF_LINES_MAX;
	return r->pdf->text.failed || r->pdf->lines.failed ? ERR_NOMEM
	       : r->pdf->cut                               ? ERR_LIMIT
							   : OK;
}

/* Sizes are measured with an error that would look like headings: near the usual one they are it.
 */
static void
recognise_even_sizes(struct recognise *r)
{
	size_t letters[RECOGNISE_SIZES] = {0}, usual = 0, count = pdf_line_count(r->pdf);

	for (size_t i = r->lines_before; i < count; i++) {
		const struct pdf_line *line = pdf_line(r->pdf, i);

		if (line->size < RECOGNISE_SIZES - 1)
			letters[lrintf(line->size)] += line->n;
	}
	for (size_t i = 1; i < RECOGNISE_SIZES; i++)
		if (letters[i] > letters[usual])
			usual = i;
	for (size_t i = r->lines_before; i < count; i++) {
		struct pdf_line *line = pdf_line(r->pdf, i);

		if (line->size < (float)usual * RECOGNISE_SAME_SIZE &&
		    line->size * RECOGNISE_SAME_SIZE > (float)usual)
			line->size = (float)usual;
	}
}

static void
recognise_drop(struct recognise *r)
{
	r->pdf->text.n = r->text_before;
	r->pdf->lines.n = r->lines_before * sizeof(struct pdf_line);
}

static double
recognise_mean(const struct recognise *r)
{
	return r->letters > 0 ? r->confidence / r->letters : 0;
}

/* --- pictures --- */

/* In grey, of about the resolution that Tesseract wants. NULL: no memory, or no picture. */
static struct Pix *
recognise_prepare(struct Pix *pix, int *dpi)
{
	struct Pix *opaque = pixRemoveAlpha(pix);
	struct Pix *grey = opaque == NULL ? NULL : pixConvertTo8(opaque, 0);
	struct Pix *scaled = NULL;
	float width, height, factor = 1;

	pixDestroy(&opaque);
	if (grey == NULL)
		return NULL;
	width = (float)pixGetWidth(grey);
	height = (float)pixGetHeight(grey);
	if (*dpi <= 0)
		*dpi = (int)lrintf(fmaxf(width, height) / RECOGNISE_LONG_IN);
	if (*dpi < 1)
		*dpi = 1;
	if (*dpi < RECOGNISE_DPI_LOW || *dpi > RECOGNISE_DPI_HIGH)
		factor = fminf((float)RECOGNISE_DPI / (float)*dpi, RECOGNISE_SCALE_MAX);
	if (factor == 1)
		return grey;
	scaled = pixScale(grey, factor, factor);
	pixDestroy(&grey);
	*dpi = (int)lrintf((float)*dpi * factor);
	return scaled;
}

/* Milliseconds that are left for the document's pictures: what was read so far shall be kept. */
static int
recognise_time(struct reader_work *work)
{
	struct timespec now;
	int64_t now_ms, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (work->ocr_until_ms == 0)
		work->ocr_until_ms = now_ms + (int64_t)(work->limits->cpu_s < RECOGNISE_HOURS * 3600
							    ? work->limits->cpu_s
							    : RECOGNISE_HOURS * 3600) *
						  RECOGNISE_TIME_PART;
	left = work->ocr_until_ms - now_ms;
	return left <= 0 ? 0 : (int)left;
}

/* Reads `grey` turned by `turn` quarters. */
static enum err
recognise_turned(struct reader_work *work, struct Pix *grey, int dpi, int turn, struct recognise *r)
{
	struct Pix *turned = turn == 0 ? pixClone(grey) : pixRotateOrth(grey, turn);
	struct pdf_page *page = pdf_page(r->pdf, pdf_page_count(r->pdf) - 1);
	enum err e = turned == NULL ? ERR_NOMEM : OK;

	r->points = 72.0f / (float)dpi;
	r->text_before = r->pdf->text.n;
	r->lines_before = pdf_line_count(r->pdf);
	if (e == OK) {
		page->width = (float)pixGetWidth(turned) * r->points;
		page->height = (float)pixGetHeight(turned) * r->points;
		e = ocr_read(readers_ocr(work->readers), turned, dpi, recognise_time(work),
			     recognise_on_word, r);
	}
	if (e == OK || e == ERR_LIMIT)
		recognise_end_line(r);
	pixDestroy(&turned);
	return e == ERR_NOMEM || r->pdf->lines.failed ? ERR_NOMEM : OK;
}

/* Do most letters lie on their side? They are read all the same, but their lines are columns then.
 */
static bool
recognise_lies(const struct recognise *r)
{
	return r->sideways > r->letters / 2;
}

/* What to try after `turn`; -1: nothing. `all`: also where nothing says which way is up. */
static int
recognise_next_turn(const struct recognise *r, unsigned tried, int turn, bool all)
{
	static const int lying[] = {3, 1, 2}, other[] = {2, 1, 3};
	const int *order = recognise_lies(r) ? lying : other;

	for (size_t i = 0; i < 3 && (all || recognise_lies(r)); i++)
		if ((tried & 1u << (turn + order[i]) % 4) == 0)
			return (turn + order[i]) % 4;
	return -1;
}

static bool
recognise_is_sure(struct reader_work *work, const struct recognise *r)
{
	return r->kept >= RECOGNISE_LETTERS && !recognise_lies(r) &&
	       recognise_mean(r) >= (double)work->limits->ocr_confidence;
}

static void
recognise_count(const struct recognise *r, bool sure, uint32_t number, struct recognised *sum)
{
	double letters = sum->letters + r->letters;

	if (sure && sum->read == 0) {
		sum->letters = sum->confidence = 0;
		letters = r->letters;
	}
	if (letters > 0 && (sure || sum->read == 0)) {
		sum->confidence = (sum->confidence * sum->letters + r->confidence) / letters;
		sum->letters = letters;
	}
	sum->read += sure;
	if (!sure && sum->late == 0 && r->letters >= RECOGNISE_SEEN && sum->unsure++ == 0)
		sum->first_unsure = number;
}

enum err
recognise_page(struct reader_work *work, struct Pix *pix, int dpi, struct pdf *pdf,
	       struct recognised *sum)
{
	size_t index = pdf_page_count(pdf) - 1;
	struct recognise r = {0};
	bool sure = false;
	bool all = sum->read == 0 && index < RECOGNISE_TURNS;
	int turn = sum->turn;
	struct Pix *grey;
	enum err e = OK;

	if (recognise_time(work) == 0) {
		if (sum->late++ == 0)
			sum->first_late = (uint32_t)index + 1;
		return OK;
	}
	grey = recognise_prepare(pix, &dpi);
	if (grey == NULL)
		return ERR_NOMEM;
	for (unsigned tried = 0; e == OK && !sure && turn >= 0 && recognise_time(work) > 0;) {
		struct recognise once = {.pdf = pdf};

		e = recognise_turned(work, grey, dpi, turn, &once);
		sure = e == OK && recognise_is_sure(work, &once);
		if (!sure)
			recognise_drop(&once);
		if (sure || tried == 0 || once.confidence > r.confidence)
			r = once;
		if (sure)
			sum->turn = turn;
		tried |= 1u << turn;
		turn = recognise_next_turn(&once, tried, turn, all);
	}
	pixDestroy(&grey);
	if (e != OK)
		return e;
	if (sure)
		recognise_even_sizes(&r);
	else if (recognise_time(work) == 0 && sum->late++ == 0)
		sum->first_late = (uint32_t)index + 1;
	pdf_page(pdf, index)->count = pdf_line_count(pdf) - pdf_page(pdf, index)->first;
	recognise_count(&r, sure, (uint32_t)index + 1, sum);
	return OK;
}

/* --- what is said of it --- */

enum err
recognise_nothing(struct reader_work *work, const char *what, const struct recognised *sum,
		  struct reader_failure *failure)
{
	char reason[300];

	if (sum->late > 0) {
		snprintf(reason, sizeof reason,
			 "Reading the words in this %s took longer than the %llu s that a document "
			 "may take.",
			 what, (unsigned long long)work->limits->cpu_s);
		return failure_set(
		    failure, ERR_UNSUPPORTED, "timeout", reason,
		    "Give it more time (ocr.document_ms), or scan it again, smaller.");
	}
	if (sum->unsure == 0)
		snprintf(reason, sizeof reason, "This %s has no words that a machine can read.",
			 what);
	else
		snprintf(reason, sizeof reason,
			 "This %s has no words that can be read with confidence: %.0f of 100, and "
			 "%llu are asked for (ocr.confidence).",
			 what, sum->confidence, (unsigned long long)work->limits->ocr_confidence);
	failure_set(
	    failure, ERR_UNSUPPORTED, "unsupported", reason,
	    "If it is a document: scan it again, larger and straight, or type its words into "
	    "a text beside it.");
	failure->next = NEXT_A_PERSON;
	return ERR_UNSUPPORTED;
}

void
recognise_put_meta(struct reader_work *work, const struct recognised *sum, struct builder *b)
{
	char text[200];

	if (sum->read == 0 && sum->unsure == 0 && sum->late == 0)
		return;
	builder_ocr(b, OCR_DONE);
	if (sum->read > 0) {
		snprintf(text, sizeof text, "%.0f", sum->confidence);
		builder_meta(b, "ocr_confidence", span_of(text));
		builder_meta(b, "ocr_languages",
			     span_of(ocr_languages(readers_ocr(work->readers))));
	}
	if (sum->unsure == 1) {
		snprintf(text, sizeof text,
			 "The words on page %u are a picture that cannot be read with confidence.",
			 sum->first_unsure);
		builder_cut(b, text);
	} else if (sum->unsure > 1) {
		snprintf(text, sizeof text,
			 "The words on page %u and %u more are pictures that cannot be read with "
			 "confidence.",
			 sum->first_unsure, sum->unsure - 1);
		builder_cut(b, text);
	}
	if (sum->late > 0) {
		snprintf(text, sizeof text,
			 "Pictures from page %u on are not read: there was no time left "
			 "(ocr.document_ms).",
			 sum->first_late);
		builder_cut(b, text);
	}
}
