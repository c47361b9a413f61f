/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_tags - the elements that matter to the text of a page, by what they do to it,
 * and what their attributes say.
 */
#pragma once

#include "common/span.h"

#define HTML_URL_BYTES 4000

enum html_class {
	HTML_CLASS_INLINE, /* nothing */
	HTML_CLASS_HIDDEN, /* its content is not shown */
	HTML_CLASS_HEAD,   /* says something about the page */
	HTML_CLASS_HEADING,
	HTML_CLASS_BLOCK,
	HTML_CLASS_BREAK,
	HTML_CLASS_LINK,
	HTML_CLASS_TABLE,
	HTML_CLASS_ROW,
	HTML_CLASS_CELL
};

enum html_tag {
	HTML_OTHER, /* any element that changes nothing */
	HTML_H1,
	HTML_H2,
	HTML_H3,
	HTML_H4,
	HTML_H5,
	HTML_H6,
	HTML_A,
	HTML_BASE,
	HTML_BLOCK, /* any block but these */
	HTML_BLOCKQUOTE,
	HTML_BR,
	HTML_HIDDEN,
	HTML_HTML,
	HTML_LINK,
	HTML_META,
	HTML_PRE,
	HTML_TABLE,
	HTML_TD,
	HTML_TH,
	HTML_TITLE,
	HTML_TR
};

/* Names in lower case, as libxml2 gives them. */
enum html_tag html_tag_of(const char *name);
enum html_class html_tag_class(enum html_tag tag);

/* --- attributes: names and values in turn, as libxml2 gives them; NULL is allowed --- */

/* The value, ending with a NUL; empty when there is none. */
struct span html_attribute(const unsigned char **attributes, const char *name);
bool html_is_hidden(const unsigned char **attributes);

/* --- values --- */

bool html_is_space(char c);
/* In any case of letters. */
bool html_contains(struct span s, const char *word);
/* An address that leads somewhere without the page: http, https, mailto, ftp, doi. */
bool html_is_absolute(struct span url);
/* The encoding that a page names in its first bytes; empty when it does not. */
struct span html_charset(struct span bytes);
