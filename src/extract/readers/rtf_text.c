/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rtf_text - where the words of an RTF go.
 *
 * Tables have no beginning and no end there: a paragraph or a cell says that it is in
 * one, and the first that does not ends it.
 */
#include "common/utf8.h"
#include "extract/readers/heading.h"
#include "extract/readers/rtf_inside.h"

#include <stdio.h>
#include <strings.h>

bool
rtf_in_body(const struct rtf *r)
{
	return r->now->dest == RTF_BODY || r->now->dest == RTF_LINK;
}

/* --- tables --- */

static void
rtf_row_close(struct rtf *r)
{
	if (r->cell_open)
		para_cell_end(&r->para);
	if (r->row_open)
		para_row_end(&r->para);
	r->cell_open = r->row_open = false;
}

static void
rtf_table_close(struct rtf *r)
{
	rtf_row_close(r);
	if (r->table_open)
		para_table_end(&r->para);
	r->table_open = false;
}

/* Some programs leave out \\intbl between a row's head and its end. */
static bool
rtf_in_table(const struct rtf *r)
{
	return r->now->in_table || r->row_head;
}

static void
rtf_cell_open(struct rtf *r)
{
	if (!r->table_open)
		para_table_begin(&r->para);
	if (!r->row_open) {
		para_row_begin(&r->para);
		r->para.row_is_header = r->header_row;
	}
	if (!r->cell_open)
		para_cell_begin(&r->para);
	r->table_open = r->row_open = r->cell_open = true;
}

/* --- changes --- */

/* The name of the author with this number, empty when there is none. */
static struct span
rtf_author(const struct rtf *r, int number)
{
	size_t at = 0;

	if (number < 0 || (size_t)number >= r->author_count)
		return (struct span){0};
	for (int i = 0; i < number; i++)
		at += strlen(r->authors.p + at) + 1;
	return span_of(r->authors.p + at);
}

static void
rtf_deleted_end(struct rtf *r)
{
	para_deleted(&r->para, buf_span(&r->deleted));
	buf_reset(&r->deleted);
}

static void
rtf_change(struct rtf *r)
{
	const struct rtf_group *now = r->now;

	if (r->change != 0 && (!now->inserted || now->author != r->change_author)) {
		para_close(&r->para, r->change);
		r->change = 0;
	}
	if (now->inserted && r->change == 0) {
		r->change = para_open(&r->para, MARK_INSERTED, rtf_author(r, now->author));
		r->change_author = now->author;
	}
}

/* --- words --- */

static void
rtf_put_side(struct buf *to, struct span s, size_t max)
{
	if (to->n + s.n <= max)
		buf_put_span(to, s);
}

static void
rtf_put_body(struct rtf *r, struct span s)
{
	if (r->now->deleted) {
		rtf_put_side(&r->deleted, s, MARK_NAME_MAX);
		return;
	}
	if (r->deleted.n > 0)
		rtf_deleted_end(r);
	if (rtf_in_table(r))
		rtf_cell_open(r);
	else
		rtf_table_close(r);
	rtf_change(r);
	para_text(&r->para, s, r->now->bold);
}

void
rtf_put_text(struct rtf *r, struct span s)
{
	if (s.n == 0)
		return;
	if (r->from_html) {
		if ((r->now->dest == RTF_HTML || rtf_in_body(r)) && !r->now->unseen)
			rtf_put_side(&r->html, s, RTF_HTML_MAX);
		return;
	}
	if (r->now->hidden)
		return;
	switch (r->now->dest) {
	case RTF_BODY:
	case RTF_LINK:
		rtf_put_body(r, s);
		break;
	case RTF_NOTE:
	case RTF_BOX:
	case RTF_COMMENT:
		if (!r->now->deleted)
			rtf_put_side(&r->side, s, RTF_SIDE_MAX);
		break;
	case RTF_COMMENT_AUTHOR:
		rtf_put_side(&r->author, s, MARK_NAME_MAX);
		break;
	case RTF_INSTRUCTION:
		rtf_put_side(&r->url, s, MARK_NAME_MAX);
		break;
	case RTF_FONTS:
	case RTF_STYLES:
	case RTF_AUTHORS:
	case RTF_PROPERTY:
		rtf_put_side(&r->name, s, META_VALUE_MAX);
		break;
	default:
		break;
	}
}

/* A style or an author is described up to its ';'. */
static void
rtf_described(struct rtf *r)
{
	struct span name = heading_trim(buf_span(&r->name));

	if (r->now->dest == RTF_STYLES) {
		if (r->style_level == 0 && name.n == 9 && name.p[8] >= '1' && name.p[8] <= '9' &&
		    strncasecmp(name.p, "heading ", 8) == 0)
			r->style_level = name.p[8] - '0';
		else if (r->style_level == 0 && span_is(name, "Title"))
			r->style_level = 1;
		r->style_levels[r->style] = (uint8_t)r->style_level;
		r->style = r->style_level = 0;
	} else if (r->now->dest == RTF_AUTHORS && r->author_count < RTF_AUTHORS_MAX) {
		buf_put_span(&r->authors, name);
		buf_put_char(&r->authors, '\0');
		r->author_count++;
	} else if (r->now->dest == RTF_FONTS && name.n > 0 && r->fonts[r->font].symbol > 0) {
		r->fonts[r->font].symbol =
		    strncasecmp(name.p, "webdings", 8) == 0 || span_starts(name, SPAN("Wingdings "))
			? 3
		    : name.p[0] == 'W' ? 2
				       : 1;
	}
	buf_reset(&r->name);
}

void
rtf_put_char(struct rtf *r, uint32_t cp)
{
	char bytes[4];

	if (cp == ';' && (r->now->dest == RTF_STYLES || r->now->dest == RTF_AUTHORS ||
			  r->now->dest == RTF_FONTS))
		rtf_described(r);
	else if (cp >= ' ' && cp != 0x7f)
		rtf_put_text(r, (struct span){bytes, utf8_encode(cp, bytes)});
}

/* --- ends of lines, paragraphs, cells --- */

static bool
rtf_in_side(const struct rtf *r)
{
	return r->now->dest == RTF_NOTE || r->now->dest == RTF_BOX || r->now->dest == RTF_COMMENT;
}

static void
rtf_end_paragraph(struct rtf *r)
{
	const struct rtf_group *now = r->now;

	if (r->deleted.n > 0)
		rtf_deleted_end(r);
	r->para.level = (uint32_t)(now->level > 0 ? now->level : r->style_levels[now->style]);
	if (r->para.level == 0 && r->style_bases[now->style] > 0)
		r->para.level = r->style_levels[r->style_bases[now->style]];
	para_end(&r->para);
	r->link = r->change = 0;
}

void
rtf_paragraph(struct rtf *r)
{
	if (r->from_html) {
		rtf_put_text(r, SPAN("\n"));
	} else if (rtf_in_side(r)) {
		rtf_put_text(r, r->now->dest == RTF_NOTE ? SPAN(" ") : SPAN("\n"));
	} else if (rtf_in_body(r) && r->now->deleted) {
		rtf_put_body(r, SPAN(" ")); /* the paragraph's end is taken out too */
	} else if (rtf_in_body(r)) {
		if (rtf_in_table(r))
			rtf_cell_open(r);
		else
			rtf_table_close(r);
		rtf_end_paragraph(r);
	}
}

void
rtf_line(struct rtf *r)
{
	if (r->from_html || rtf_in_side(r))
		rtf_put_text(r, SPAN("\n"));
	else if (rtf_in_body(r) && !r->now->hidden && !r->now->deleted)
		para_break(&r->para);
}

void
rtf_tab(struct rtf *r)
{
	if (!r->from_html && rtf_in_body(r) && !r->now->hidden && !r->now->deleted) {
		if (rtf_in_table(r))
			rtf_cell_open(r);
		para_tab(&r->para);
	} else {
		rtf_put_text(r, SPAN("\t"));
	}
}

void
rtf_cell(struct rtf *r)
{
	if (!rtf_in_body(r) || r->from_html)
		return;
	rtf_cell_open(r);
	rtf_end_paragraph(r);
	para_cell_end(&r->para);
	r->cell_open = false;
}

void
rtf_row(struct rtf *r)
{
	if (!rtf_in_body(r) || r->from_html)
		return;
	rtf_row_close(r);
	r->row_head = false;
}

/* --- destinations --- */

void
rtf_begin(struct rtf *r, enum rtf_dest dest)
{
	/* What stands inside something left out is left out, and so are notes in notes. */
	if (r->now->dest == RTF_NOWHERE ||
	    (r->note_open && (dest == RTF_NOTE || dest == RTF_BOX || dest == RTF_COMMENT)))
		dest = RTF_NOWHERE;
	r->now->outer = r->now->dest;
	r->now->dest = dest;
	r->now->begins = true;
	if (dest == RTF_NOTE || dest == RTF_BOX || dest == RTF_COMMENT) {
		r->note_open = true;
		r->now->hidden = r->now->bold = false;
		buf_reset(&r->side);
	} else if (dest == RTF_COMMENT_AUTHOR) {
		buf_reset(&r->author);
	} else if (dest == RTF_INSTRUCTION) {
		buf_reset(&r->url);
	} else if (dest == RTF_LINK) {
		r->link = r->url.n == 0 ? 0 : para_open(&r->para, MARK_LINK, buf_span(&r->url));
		buf_reset(&r->url);
	} else if (dest == RTF_PROPERTY || dest == RTF_FONTS || dest == RTF_STYLES ||
		   dest == RTF_AUTHORS) {
		buf_reset(&r->name);
	}
}

/* The address in HYPERLINK "https://…"; empty when the field is none, or leads inside. */
static struct span
rtf_url(struct span instruction)
{
	struct span s = heading_trim(instruction);
	const char *end;

	if (s.n < 10 || strncasecmp(s.p, "HYPERLINK", 9) != 0)
		return (struct span){0};
	s = heading_trim(span_sub(s, 9, s.n));
	if (s.n == 0 || s.p[0] == '\\')
		return (struct span){0};
	if (s.p[0] != '"') {
		end = memchr(s.p, ' ', s.n);
		return span_sub(s, 0, end == NULL ? s.n : (size_t)(end - s.p));
	}
	end = memchr(s.p + 1, '"', s.n - 1);
	return end == NULL ? (struct span){0} : span_sub(s, 1, (size_t)(end - s.p) - 1);
}

/* Of the instruction only the address is kept, for the result that follows. */
static void
rtf_instruction_end(struct rtf *r)
{
	struct span url = rtf_url(buf_span(&r->url));

	if (url.n > 0)
		memmove(r->url.p, url.p, url.n);
	r->url.n = url.n;
}

static void
rtf_note_end(struct rtf *r)
{
	char label[32];

	r->note_open = false;
	if (r->b == NULL)
		return;
	snprintf(label, sizeof label, "[%s%u]", r->endnote ? "e" : "",
		 r->endnote ? ++r->endnotes : ++r->footnotes);
	para_note(&r->para, label, buf_span(&r->side));
	r->endnote = false;
}

static void
rtf_property_end(struct rtf *r)
{
	struct span value = heading_trim(buf_span(&r->name));
	char date[20];

	if (r->property == NULL || r->b == NULL)
		return;
	if (r->date[0] > 0) {
		snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d", r->date[0] % 10000,
			 r->date[1] % 100, r->date[2] % 100, r->date[3] % 100, r->date[4] % 100);
		value = span_of(date);
	}
	if (strcmp(r->property, "title") == 0)
		builder_title(r->b, value);
	else
		builder_meta(r->b, r->property, value);
	r->property = NULL;
}

void
rtf_end(struct rtf *r)
{
	switch (r->now->dest) {
	case RTF_FONTS:
	case RTF_STYLES:
	case RTF_AUTHORS:
		if (r->name.n > 0)
			rtf_described(r);
		break;
	case RTF_PROPERTY:
		rtf_property_end(r);
		break;
	case RTF_NOTE:
		rtf_note_end(r);
		break;
	case RTF_BOX:
		r->note_open = false;
		para_later(&r->para, 0, (struct span){0}, buf_span(&r->side));
		break;
	case RTF_COMMENT:
		r->note_open = false;
		para_later(&r->para, MARK_COMMENT, heading_trim(buf_span(&r->author)),
			   buf_span(&r->side));
		buf_reset(&r->author);
		break;
	case RTF_INSTRUCTION:
		rtf_instruction_end(r);
		break;
	case RTF_LINK:
		para_close(&r->para, r->link);
		r->link = 0;
		break;
	default:
		break;
	}
}

void
rtf_finish(struct rtf *r)
{
	r->depth = 0;
	r->now = &r->groups[0];
	rtf_end_paragraph(r);
	rtf_table_close(r);
}
