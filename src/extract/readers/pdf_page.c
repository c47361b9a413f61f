/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_page - one page's lines, with where they stand and in what letters.
 *
 * poppler gives the page's text in reading order, a rectangle for each character
 * of it, and runs of characters in one font; the three are walked together.
 */
#include "extract/readers/pdf.h"

#include "common/utf8.h"

#include <math.h>

#define PDF_CELL_GAP 2.0f  /* times the letters' size: the next is another cell */
#define PDF_WORD_GAP 0.25f /* … another word */

struct pdf_walk {
	struct pdf *pdf;
	uint32_t page;
	struct span text;
	const PopplerRectangle *rects; /* one a character; NULL: poppler gave none that fit */
	guint rect_count;
	const GList *fonts; /* the run that the character is in, or a later one */
	size_t at, index;   /* byte and character */
};

static size_t
pdf_characters(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !utf8_is_continuation(s.p[i]);
	return n;
}

static bool
pdf_font_is_bold(const char *name)
{
	return name != NULL && (strstr(name, "Bold") != NULL || strstr(name, "bold") != NULL ||
				strstr(name, "Black") != NULL || strstr(name, "Heavy") != NULL ||
				strstr(name, "Semibold") != NULL || strstr(name, "Demi") != NULL);
}

/* The run of one font that character `index` is in; the walk only goes forward. */
static const PopplerTextAttributes *
pdf_font_at(struct pdf_walk *w, size_t index)
{
	while (w->fonts != NULL) {
		const PopplerTextAttributes *run = w->fonts->data;

		if (run->end_index >= (gint)index)
			return run->start_index <= (gint)index ? run : NULL;
		w->fonts = w->fonts->next;
	}
	return NULL;
}

struct pdf_measure {
	size_t visible, bold;
	float end, size; /* of the last visible character: its right side, its font's size */
	bool blank, past_first;
};

/* Takes one visible character's place and font into the line. */
static void
pdf_measure_character(struct pdf_walk *w, struct pdf_line *line, struct pdf_measure *m)
{
	const PopplerRectangle *r = &w->rects[w->index];
	const PopplerTextAttributes *font = pdf_font_at(w, w->index);

	if (m->visible == 0) {
		line->x0 = (float)r->x1;
		line->x1 = (float)r->x2;
		line->y0 = (float)r->y1;
		line->y1 = (float)r->y2;
	}
	line->x0 = fminf(line->x0, (float)r->x1);
	line->x1 = fmaxf(line->x1, (float)r->x2);
	line->y0 = fminf(line->y0, (float)r->y1);
	line->y1 = fmaxf(line->y1, (float)r->y2);
	if (!m->past_first)
		line->first_word = line->x1 - line->x0;
	m->visible++;
	m->end = (float)r->x2;
	m->size = (float)(r->y2 - r->y1);
	if (font == NULL)
		return;
	m->size = (float)font->font_size;
	m->bold += pdf_font_is_bold(font->font_name);
	line->size = fmaxf(line->size, m->size);
}

/*
 * What to write between the last visible character and this one. poppler leaves
 * out the blank between cells of a table that stand in one line.
 */
static const char *
pdf_gap(const struct pdf_walk *w, const struct pdf_measure *m)
{
	float gap = (float)w->rects[w->index].x1 - m->end;

	if (m->visible == 0)
		return "";
	if (gap > PDF_CELL_GAP * m->size)
		return "\t";
	return !m->blank && gap > PDF_WORD_GAP * m->size ? " " : "";
}

/* Takes the next line of the page's text; false at its end. */
static bool
pdf_walk_line(struct pdf_walk *w)
{
	struct pdf_line line = {.at = w->pdf->text.n, .page = w->page};
	struct pdf_measure m = {0};
	struct buf *text = &w->pdf->text;
	size_t from = w->at;

	if (w->at >= w->text.n)
		return false;
	while (w->at < w->text.n && w->text.p[w->at] != '\n') {
		uint32_t cp;
		size_t n = utf8_decode(span_sub(w->text, w->at, 4), &cp);
		bool blank = cp == ' ' || cp == 0xa0 || cp == '\t';

		if (!blank && w->rects != NULL && w->index < w->rect_count) {
			const char *gap = pdf_gap(w, &m);

			if (gap[0] != '\0') {
				buf_put(text, w->text.p + from, w->at - from);
				buf_put_str(text, gap);
				from = w->at;
				m.past_first = true;
			}
			pdf_measure_character(w, &line, &m);
		}
		m.blank = blank;
		m.past_first |= blank && cp != 0xa0 && m.visible > 0;
		w->at += n;
		w->index++;
	}
	buf_put(text, w->text.p + from, w->at - from);
	w->at++;
	w->index++;
	line.n = text->n - line.at;
	if (line.n == 0 || (w->rects != NULL && m.visible == 0))
		return true; /* blank */
	line.bold = m.visible > 0 && m.bold * 10 >= m.visible * 9;
	buf_put(&w->pdf->lines, &line, sizeof line);
	return true;
}

void
pdf_page_add(struct pdf *pdf, PopplerPage *page)
{
	char *text = poppler_page_get_text(page);
	PopplerRectangle *rects = NULL;
	GList *fonts = NULL;
	double width = 0, height = 0;
	struct pdf_page p = {.first = pdf_line_count(pdf)};
	struct pdf_walk w = {.pdf = pdf, .page = (uint32_t)pdf_page_count(pdf)};

	poppler_page_get_size(page, &width, &height);
	p.width = (float)width;
	p.height = (float)height;
	w.text = span_of(text);
	if (w.text.n > 0 && poppler_page_get_text_layout(page, &rects, &w.rect_count) &&
	    w.rect_count + 1 >= pdf_characters(w.text)) {
		w.rects = rects;
		fonts = poppler_page_get_text_attributes(page);
		w.fonts = fonts;
	}
	while (!pdf->cut && pdf_walk_line(&w))
		pdf->cut = pdf->text.n > PDF_TEXT_MAX || pdf_line_count(pdf) >= PDF_LINES_MAX ||
			   pdf->text.failed || pdf->lines.failed;
	p.count = pdf_line_count(pdf) - p.first;
	buf_put(&pdf->pages, &p, sizeof p);
	poppler_page_free_text_attributes(fonts);
	g_free(rects);
	g_free(text);
}

void
pdf_page_add_missing(struct pdf *pdf)
{
	struct pdf_page p = {.first = pdf_line_count(pdf)};

	buf_put(&pdf->pages, &p, sizeof p);
}

void
pdf_clear(struct pdf *pdf)
{
	buf_clear(&pdf->text);
	buf_clear(&pdf->lines);
	buf_clear(&pdf->pages);
}
