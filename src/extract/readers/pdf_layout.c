/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_layout - how the lines of a PDF follow each other.
 *
 * The question at each line's end: did the writer end it, or the column? The
 * column did when the next line's first word had no room left. That holds for
 * ragged and justified text alike, and needs neither indents nor full stops.
 */
#include "extract/readers/pdf.h"

#include "common/utf8.h"

#include <math.h>
#include <stdlib.h>

#define LAYOUT_SIZES      400   /* histogram: half points */
#define LAYOUT_PITCHES    400   /* histogram: quarter points */
#define LAYOUT_GAP        1.4f  /* times the usual pitch: a new paragraph */
#define LAYOUT_SIZE_RATIO 1.12f /* between letters that differ for the eye */
#define LAYOUT_LABEL_MAX  8     /* bytes of "(iii)", "5.12" or a bullet */
#define LAYOUT_LABEL_GAP  60.0f /* points between a label and its line */
#define LAYOUT_LABEL_LOOK 300   /* lines after a label in which its own is looked for */

static float
layout_height(const struct pdf_line *line)
{
	return line->y1 - line->y0;
}

static float
layout_size(const struct pdf_line *line)
{
	return line->size > 0 ? line->size : layout_height(line);
}

/* Do they stand beside each other: is more than half of the lower one's height shared? */
static bool
layout_same_row(const struct pdf_line *a, const struct pdf_line *b)
{
	float shared = fminf(a->y1, b->y1) - fmaxf(a->y0, b->y0);

	return a->page == b->page && shared > 0.5f * fminf(layout_height(a), layout_height(b)) &&
	       (b->x0 >= a->x1 - 1 || a->x0 >= b->x1 - 1);
}

static bool
layout_same_column(const struct pdf_line *a, const struct pdf_line *b)
{
	float shared = fminf(a->x1, b->x1) - fmaxf(a->x0, b->x0);

	return a->page == b->page && b->y0 > a->y0 + 1 &&
	       shared > 0.3f * fminf(a->x1 - a->x0, b->x1 - b->x0);
}

/* --- labels --- */

static bool
layout_is_bullet(uint32_t cp)
{
	return cp == 0x2022 || cp == 0x25cf || cp == 0x25aa || cp == 0x25a0 || cp == 0x2023 ||
	       cp == 0x25e6 || cp == 0x2013 || cp == 0xb7 || cp == 0x27a2 || cp == 0x2713 ||
	       cp == '-' || cp == '*' || cp == 'o' || (cp >= 0xf000 && cp <= 0xf0ff);
}

/* "•", "5.", "3.1", "(a)", "iv)", "[12]" */
static bool
layout_is_label(struct span s)
{
	size_t digits = 0, letters = 0, signs = 0;
	uint32_t cp;

	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	if (s.n == 0 || s.n > LAYOUT_LABEL_MAX)
		return false;
	if (utf8_decode(s, &cp) == s.n && layout_is_bullet(cp))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		digits += s.p[i] >= '0' && s.p[i] <= '9';
		letters += (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
		signs += s.p[i] != '\0' && strchr(".()[]:", s.p[i]) != NULL;
	}
	return digits + letters + signs == s.n && letters <= 3 &&
	       ((digits > 0 && digits <= 3) || (letters > 0 && signs > 0));
}

/* The line beside which label `i` stands; pdf_line_count() when there is none. */
static size_t
layout_labelled(const struct pdf *pdf, size_t i, size_t end)
{
	const struct pdf_line *label = pdf_line(pdf, i);
	size_t best = pdf_line_count(pdf);
	float best_gap = LAYOUT_LABEL_GAP;

	if (end > i + LAYOUT_LABEL_LOOK)
		end = i + LAYOUT_LABEL_LOOK;
	for (size_t j = i + 1; j < end; j++) {
		const struct pdf_line *line = pdf_line(pdf, j);
		float gap = line->x0 - label->x1;

		if (line->place == PDF_BODY && line->label == 0 && gap >= -1 && gap < best_gap &&
		    layout_same_row(label, line) && !layout_is_label(pdf_words(pdf, line))) {
			best = j;
			best_gap = gap;
		}
	}
	return best;
}

static void
layout_find_labels(struct pdf *pdf)
{
	for (size_t p = 0; p < pdf_page_count(pdf); p++) {
		const struct pdf_page *page = pdf_page(pdf, p);
		size_t end = page->first + page->count;

		for (size_t i = page->first; i < end; i++) {
			struct pdf_line *line = pdf_line(pdf, i);
			size_t of;

			if (line->place != PDF_BODY || !layout_is_label(pdf_words(pdf, line)))
				continue;
			of = layout_labelled(pdf, i, end);
			if (of == pdf_line_count(pdf))
				continue;
			line->place = PDF_LABEL;
			pdf_line(pdf, of)->label = (uint32_t)i + 1;
		}
	}
}

/* --- measuring --- */

static size_t
layout_peak(const size_t *histogram, size_t n)
{
	size_t peak = 0;

	for (size_t i = 1; i < n; i++)
		if (histogram[i] > histogram[peak])
			peak = i;
	return peak;
}

static size_t
layout_bin(float value, float scale, size_t bins)
{
	long bin = value > 0 && value * scale < (float)bins ? lrintf(value * scale) : 0;

	return (size_t)bin < bins ? (size_t)bin : 0;
}

static void
layout_measure_type(const struct pdf *pdf, struct pdf_layout *layout)
{
	size_t sizes[LAYOUT_SIZES] = {0}, pitches[LAYOUT_PITCHES] = {0};
	const struct pdf_line *prev = NULL;

	for (size_t i = 0; i < pdf_line_count(pdf); i++) {
		const struct pdf_line *line = pdf_line(pdf, i);

		if (line->place != PDF_BODY)
			continue;
		sizes[layout_bin(layout_size(line), 2, LAYOUT_SIZES)] += line->n;
		if (prev != NULL && layout_same_column(prev, line) &&
		    line->y0 - prev->y0 < 3 * layout_size(line))
			pitches[layout_bin(line->y0 - prev->y0, 4, LAYOUT_PITCHES)] += line->n;
		prev = line;
	}
	sizes[0] = pitches[0] = 0;
	layout->body_size = (float)layout_peak(sizes, LAYOUT_SIZES) / 2;
	layout->pitch = (float)layout_peak(pitches, LAYOUT_PITCHES) / 4;
	if (layout->body_size <= 0)
		layout->body_size = 10;
	if (layout->pitch <= 0)
		layout->pitch = layout->body_size * 1.2f;
}

/* Does text stand to the right of the line, at its height? Columns and tables come within a few
 * lines. */
static bool
layout_has_neighbour(const struct pdf *pdf, size_t i)
{
	const struct pdf_line *line = pdf_line(pdf, i);
	const struct pdf_page *page = pdf_page(pdf, line->page);
	size_t end = page->first + page->count;

	if (end > i + LAYOUT_LABEL_LOOK)
		end = i + LAYOUT_LABEL_LOOK;
	for (size_t j = i + 1; j < end; j++) {
		const struct pdf_line *other = pdf_line(pdf, j);

		if (other->place == PDF_BODY && other->x0 > line->x1 &&
		    layout_same_row(line, other))
			return true;
	}
	return false;
}

/* Are they lines of one paragraph, by their distance? */
static bool
layout_is_close(const struct pdf_layout *layout, const struct pdf_line *a, const struct pdf_line *b)
{
	float larger = fmaxf(layout_size(a), layout_size(b));

	return b->y0 - a->y0 <= LAYOUT_GAP * layout->pitch * fmaxf(1, larger / layout->body_size);
}

/*
 * Sets the right edge of lines from..to of one column, as wide as its widest line.
 * A block beside which others stand is its own measure: the column may hold lines
 * above and below that run over the whole page.
 */
static void
layout_measure_blocks(const struct pdf *pdf, struct pdf_layout *layout, size_t from, size_t to,
		      float column)
{
	bool narrow = false;
	float narrow_edge = 0;

	while (from < to) {
		const struct pdf_line *last = pdf_line(pdf, from);
		float edge = last->x1;
		bool beside = layout_has_neighbour(pdf, from);
		size_t end = from + 1;

		for (; end < to; end++) {
			const struct pdf_line *line = pdf_line(pdf, end);

			if (line->place != PDF_BODY)
				continue;
			if (!layout_is_close(layout, last, line))
				break;
			edge = fmaxf(edge, line->x1);
			beside |= layout_has_neighbour(pdf, end);
			last = line;
		}
		/* The lower end of a column may have nothing beside it any more. */
		narrow = beside || (narrow && edge <= narrow_edge + layout->body_size);
		narrow_edge = edge;
		for (; from < end; from++)
			layout->edges[from] = narrow ? edge : column;
	}
}

/* Lines that go down the page over each other are one column. */
static void
layout_measure_columns(const struct pdf *pdf, struct pdf_layout *layout)
{
	size_t count = pdf_line_count(pdf), from = 0;

	while (from < count) {
		float left = pdf_line(pdf, from)->x0, right = pdf_line(pdf, from)->x1;
		size_t to = from + 1, last = from;

		for (; to < count; to++) {
			const struct pdf_line *line = pdf_line(pdf, to);

			if (line->place != PDF_BODY)
				continue;
			if (!layout_same_column(pdf_line(pdf, last), line))
				break;
			left = fminf(left, line->x0);
			right = fmaxf(right, line->x1);
			last = to;
		}
		for (size_t i = from; i < to; i++)
			layout->lefts[i] = left;
		layout_measure_blocks(pdf, layout, from, to, right);
		from = to;
	}
}

bool
pdf_layout_measure(struct pdf *pdf, struct pdf_layout *layout)
{
	size_t count = pdf_line_count(pdf) + 1;

	layout->edges = malloc(count * sizeof *layout->edges);
	layout->lefts = malloc(count * sizeof *layout->lefts);
	if (layout->edges == NULL || layout->lefts == NULL)
		return false;
	layout_find_labels(pdf);
	layout_measure_type(pdf, layout);
	layout_measure_columns(pdf, layout);
	return true;
}

void
pdf_layout_clear(struct pdf_layout *layout)
{
	free(layout->edges);
	free(layout->lefts);
	*layout = (struct pdf_layout){0};
}

/* --- between two lines --- */

/* The last character that is no blank, bracket or quotation mark; 0 when there is none. */
static char
layout_last(struct span s)
{
	static const char *const skipped[] = {" ",           ")", "]", "\"", "'", "\xe2\x80\x9d",
					      "\xe2\x80\x99"};
	size_t before;

	do {
		before = s.n;
		for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
			size_t n = strlen(skipped[i]);

			if (s.n >= n && memcmp(s.p + s.n - n, skipped[i], n) == 0)
				s.n -= n;
		}
	} while (s.n != before);
	return s.n == 0 ? '\0' : s.p[s.n - 1];
}

static bool
layout_is_end(char c)
{
	return c == '.' || c == '!' || c == '?' || c == ':';
}

/* Does the line begin with a bullet or number? `sure`: only what cannot be the rest of a sentence.
 */
static bool
layout_begins_item(const struct pdf *pdf, const struct pdf_line *line, bool sure)
{
	struct span s = pdf_words(pdf, line);
	const char *blank = s.n == 0 ? NULL : memchr(s.p, ' ', s.n < 12 ? s.n : 12);
	uint32_t cp;
	size_t n;

	if (line->label != 0)
		return true;
	if (s.n == 0)
		return false;
	n = utf8_decode(s, &cp);
	if (layout_is_bullet(cp) && cp != 'o' && n < s.n && (cp > 0x7f || s.p[n] == ' '))
		return cp != 0x2013; /* a dash begins the rest of a sentence as often */
	if (blank == NULL || !layout_is_label(span_sub(s, 0, (size_t)(blank - s.p))))
		return false;
	/* "F. (2006)", "(ed)" and "6) and" go on with a sentence; "12 people" is no item. */
	if (sure)
		return (s.p[0] >= '0' && s.p[0] <= '9' && blank[-1] != ')' &&
			memchr(s.p, '.', (size_t)(blank - s.p)) != NULL) ||
		       (s.p[0] == '[' && blank[-1] == ']');
	return memchr(s.p, '.', (size_t)(blank - s.p)) != NULL || blank[-1] == ')' ||
	       blank[-1] == ']' || blank[-1] == ':';
}

/* The next line is elsewhere: at the top of a column or page. Does the sentence go on there? */
static enum pdf_break
layout_break_far(const struct pdf *pdf, const struct pdf_layout *layout, size_t i, size_t next)
{
	const struct pdf_line *a = pdf_line(pdf, i), *b = pdf_line(pdf, next);
	struct span words = pdf_words(pdf, b);
	bool full = a->x1 + 0.25f * layout_size(a) + b->first_word > layout->edges[i] - 1;
	bool lower = words.n > 0 && words.p[0] >= 'a' && words.p[0] <= 'z';

	if (layout_is_end(layout_last(pdf_words(pdf, a))) || layout_begins_item(pdf, b, true) ||
	    (!full && !lower) || a->bold != b->bold)
		return PDF_PARAGRAPH;
	return PDF_JOIN;
}

enum pdf_break
pdf_layout_break(const struct pdf *pdf, const struct pdf_layout *layout, size_t i, size_t next)
{
	const struct pdf_line *a = pdf_line(pdf, i), *b = pdf_line(pdf, next);
	float larger = fmaxf(layout_size(a), layout_size(b));
	float smaller = fminf(layout_size(a), layout_size(b));
	bool ended = layout_is_end(layout_last(pdf_words(pdf, a))), room;

	if (a->y1 <= a->y0 || b->y1 <= b->y0) /* poppler gave no places */
		return a->page == b->page ? PDF_NEWLINE : PDF_PARAGRAPH;
	if (a->page == b->page && layout_same_row(a, b))
		return PDF_CELL;
	if (larger > smaller * LAYOUT_SIZE_RATIO && a->page == b->page)
		return PDF_PARAGRAPH;
	if (a->page != b->page || b->y0 < a->y0)
		return layout_break_far(pdf, layout, i, next);
	if (!layout_is_close(layout, a, b))
		return PDF_PARAGRAPH;
	room = a->x1 + 0.25f * layout_size(a) + b->first_word < layout->edges[i] - 1;
	if (layout_begins_item(pdf, b, !room && !ended))
		return ended ? PDF_PARAGRAPH : PDF_NEWLINE;
	if (room && (ended || a->bold != b->bold))
		return PDF_PARAGRAPH;
	if (room || !layout_same_column(a, b))
		return PDF_NEWLINE;
	/* The line is full, but an entry of a list with hanging indents may end there too. */
	if (ended && b->x0 < a->x0 - 0.8f * layout_size(b) && b->x0 <= layout->lefts[i] + 1 &&
	    a->label == 0)
		return PDF_PARAGRAPH;
	return PDF_JOIN;
}
