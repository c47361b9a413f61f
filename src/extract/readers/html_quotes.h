/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_quotes - what a mail of HTML quotes. Mail programs wrap an answered mail in a
 * <blockquote>, or (Outlook) put its head before it and nothing behind.
 *
 * Two passes with the same calls, as in tables.h: the first learns what the heads say.
 */
#pragma once

#include "extract/readers/html_tags.h"
#include "text/document.h"

#define HTML_QUOTES_MAX 32
#define HTML_HEADS_MAX  64 /* later ones are taken for part of what stands above */

enum html_quote {
	HTML_QUOTE_NONE,
	HTML_QUOTE_BLOCK, /* to the end of its element */
	HTML_QUOTE_HEAD,  /* to the end of the mail */
	HTML_QUOTE_FORWARD
};

struct html_head {
	bool ignored;   /* says the same as the one right above it */
	bool passes_on; /* its mail, in turn, passes one on */
};

struct html_quotes {
	struct builder *b; /* NULL: first pass */
	bool forwarded;    /* the next head is of the mail that is passed on: no quotation */
	struct {
		size_t depth, token;
	} open[HTML_QUOTES_MAX];
	size_t count;
	struct html_head heads[HTML_HEADS_MAX];
	size_t next;      /* head */
	struct buf below; /* first pass: the words below the last head */
};

/* Before each pass. */
void html_quotes_begin(struct html_quotes *q, struct builder *b, bool forwarded);
void html_quotes_clear(struct html_quotes *q); /* closes what is open */

/* Does a quotation begin with this element, or this text at a line's beginning? */
enum html_quote html_quotes_element(enum html_tag tag, const unsigned char **attributes);
enum html_quote html_quotes_text(struct span text);

/* A quotation begins, in a paragraph of its own; `plain_cite`: nothing says whose words. */
void html_quotes_open(struct html_quotes *q, enum html_quote kind, size_t depth, bool plain_cite);
/* The element at `depth` ends. */
void html_quotes_close(struct html_quotes *q, size_t depth);
/* Words, or a line's end ("\n"). */
void html_quotes_words(struct html_quotes *q, struct span words);
