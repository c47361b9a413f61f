/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rtf_inside - what the files of the RTF reader share.
 *
 *   rtf.c         the passes, tokens, groups
 *   rtf_words.c   what each control word does
 *   rtf_text.c    where words go: paragraphs, cells, notes, names
 *   rtf_chars.c   bytes of code pages as characters
 *
 * Groups nest without recursion: what holds inside one is a struct rtf_group; a group
 * takes over what held before it began. Deeper ones than RTF_DEPTH_MAX share the last.
 */
#pragma once

#include "extract/readers/para.h"
#include "extract/readers/rtf.h"

#define RTF_DEPTH_MAX   500
#define RTF_WORD_MAX    32    /* letters of a control word */
#define RTF_FONTS_MAX   32768 /* numbers of fonts */
#define RTF_STYLES_MAX  4096  /* numbers of styles */
#define RTF_AUTHORS_MAX 1000
#define RTF_SIDE_MAX    (4u * 1024 * 1024) /* bytes of one note, name or property */
#define RTF_RUN_MAX     65536              /* bytes of one code page, decoded together */
#define RTF_HTML_MAX    (64u * 1024 * 1024)
#define RTF_PAGES_MAX   32 /* code pages of one document */

enum rtf_dest { /* where words go */
		RTF_BODY,
		RTF_NOWHERE,
		RTF_FONTS,
		RTF_STYLES,
		RTF_AUTHORS,
		RTF_INFO, /* between its properties */
		RTF_PROPERTY,
		RTF_NOTE,
		RTF_BOX,
		RTF_COMMENT,
		RTF_COMMENT_AUTHOR,
		RTF_INSTRUCTION,
		RTF_LINK,   /* a field's result: goes where the field stands */
		RTF_EITHER, /* the same twice: only the second is read */
		RTF_HTML    /* a piece of the HTML that the text was made of */
};

struct rtf_group {
	enum rtf_dest dest, outer;
	bool begins; /* the destination began with this group and ends with it */
	bool bold, hidden, deleted, inserted, unseen /* not in the HTML */;
	bool in_table;
	int font, unicode_skip, style, level, author;
};

struct rtf_font {
	uint16_t page; /* 0: the document's */
	uint8_t symbol;
};

struct rtf_page {
	unsigned page;
	uint32_t characters[128]; /* from 0x80 on */
};

struct rtf {
	struct span rest;
	struct para para;
	struct builder *b; /* NULL: counting */
	struct rtf_group groups[RTF_DEPTH_MAX], *now;
	size_t depth, beyond;
	bool starred; /* the next word may be unknown: then its group is nothing */
	size_t skip;  /* characters that stand for one given as \u */
	uint32_t high_surrogate;
	unsigned page; /* of the document */

	/* bytes that are not decoded yet */
	struct buf run;
	unsigned run_page;

	struct rtf_font fonts[RTF_FONTS_MAX];
	int font; /* that is being described */
	struct rtf_page pages[RTF_PAGES_MAX];
	size_t page_count;
	uint8_t style_levels[RTF_STYLES_MAX];
	int16_t style_bases[RTF_STYLES_MAX];
	int style, style_level; /* that is being described */
	struct buf authors;     /* names, a NUL behind each */
	size_t author_count;

	struct buf side, name, url, deleted, author, html;
	const char *property; /* whose value is read: a key of meta, or "title" */
	int date[5];
	size_t link, change; /* tokens */
	int change_author;
	unsigned footnotes, endnotes;
	bool endnote, note_open, table_open, row_open, cell_open, header_row, row_head, from_html,
	    failed;
};

/* --- rtf_words --- */

/* `n` is its number, `has` whether it has one. */
void rtf_word(struct rtf *r, const char *word, bool has, long n);

/* --- rtf_text --- */

void rtf_put_char(struct rtf *r, uint32_t cp);
void rtf_put_text(struct rtf *r, struct span utf8);
void rtf_begin(struct rtf *r, enum rtf_dest dest); /* the group that has just begun is of it */
void rtf_end(struct rtf *r);                       /* the destination of the group that ends */
void rtf_paragraph(struct rtf *r);
void rtf_line(struct rtf *r);
void rtf_tab(struct rtf *r);
void rtf_cell(struct rtf *r);
void rtf_row(struct rtf *r);
void rtf_finish(struct rtf *r); /* the pass ends */
/* Those whose words stand in the document, and not beside it. */
bool rtf_in_body(const struct rtf *r);

/* --- rtf_chars --- */

/* A byte of the font's code page, from \'hh or as it stands. */
void rtf_byte(struct rtf *r, unsigned char c);
/* Does the byte before want a second one? */
bool rtf_wants_byte(const struct rtf *r);
void rtf_unicode(struct rtf *r, long n);
void rtf_flush(struct rtf *r); /* decodes what waits, before anything else is done */
unsigned rtf_page_of_charset(long charset);
