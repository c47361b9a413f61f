/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_tags - the elements and attributes that matter to the text of a page.
 */
#include "extract/readers/html_tags.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTML_META_BYTES 4096 /* where a page says its encoding */

/* Sorted, for bsearch(). */
static const struct html_tag_name {
	const char *name;
	enum html_tag tag;
} html_tag_names[] = {
    {"a", HTML_A},
    {"address", HTML_BLOCK},
    {"article", HTML_BLOCK},
    {"aside", HTML_BLOCK},
    {"audio", HTML_HIDDEN},
    {"base", HTML_BASE},
    {"blockquote", HTML_BLOCKQUOTE},
    {"body", HTML_BLOCK},
    {"br", HTML_BR},
    {"canvas", HTML_HIDDEN},
    {"caption", HTML_BLOCK},
    {"center", HTML_BLOCK},
    {"datalist", HTML_HIDDEN},
    {"dd", HTML_BLOCK},
    {"details", HTML_BLOCK},
    {"dialog", HTML_BLOCK},
    {"dir", HTML_BLOCK},
    {"div", HTML_BLOCK},
    {"dl", HTML_BLOCK},
    {"dt", HTML_BLOCK},
    {"fieldset", HTML_BLOCK},
    {"figcaption", HTML_BLOCK},
    {"figure", HTML_BLOCK},
    {"footer", HTML_BLOCK},
    {"form", HTML_BLOCK},
    {"frameset", HTML_HIDDEN},
    {"h1", HTML_H1},
    {"h2", HTML_H2},
    {"h3", HTML_H3},
    {"h4", HTML_H4},
    {"h5", HTML_H5},
    {"h6", HTML_H6},
    {"header", HTML_BLOCK},
    {"hr", HTML_BLOCK},
    {"html", HTML_HTML},
    {"iframe", HTML_HIDDEN},
    {"legend", HTML_BLOCK},
    {"li", HTML_BLOCK},
    {"link", HTML_LINK},
    {"main", HTML_BLOCK},
    {"math", HTML_HIDDEN},
    {"menu", HTML_BLOCK},
    {"meta", HTML_META},
    {"nav", HTML_BLOCK},
    {"noframes", HTML_HIDDEN},
    {"noscript", HTML_HIDDEN},
    {"object", HTML_HIDDEN},
    {"ol", HTML_BLOCK},
    {"option", HTML_HIDDEN},
    {"p", HTML_BLOCK},
    {"pre", HTML_PRE},
    {"script", HTML_HIDDEN},
    {"section", HTML_BLOCK},
    {"select", HTML_HIDDEN},
    {"style", HTML_HIDDEN},
    {"summary", HTML_BLOCK},
    {"svg", HTML_HIDDEN},
    {"table", HTML_TABLE},
    {"td", HTML_TD},
    {"template", HTML_HIDDEN},
    {"textarea", HTML_HIDDEN},
    {"th", HTML_TH},
    {"title", HTML_TITLE},
    {"tr", HTML_TR},
    {"ul", HTML_BLOCK},
    {"video", HTML_HIDDEN},
};

static int
html_tag_compare(const void *name, const void *entry)
{
	return strcmp(name, ((const struct html_tag_name *)entry)->name);
}

enum html_tag
html_tag_of(const char *name)
{
	const struct html_tag_name *found =
	    bsearch(name, html_tag_names, sizeof html_tag_names / sizeof html_tag_names[0],
		    sizeof html_tag_names[0], html_tag_compare);

	return found == NULL ? HTML_OTHER : found->tag;
}

enum html_class
html_tag_class(enum html_tag tag)
{
	switch (tag) {
	case HTML_H1:
	case HTML_H2:
	case HTML_H3:
	case HTML_H4:
	case HTML_H5:
	case HTML_H6:
		return HTML_CLASS_HEADING;
	case HTML_A:
		return HTML_CLASS_LINK;
	case HTML_BASE:
	case HTML_HTML:
	case HTML_LINK:
	case HTML_META:
	case HTML_TITLE:
		return HTML_CLASS_HEAD;
	case HTML_BLOCK:
	case HTML_BLOCKQUOTE:
	case HTML_PRE:
		return HTML_CLASS_BLOCK;
	case HTML_BR:
		return HTML_CLASS_BREAK;
	case HTML_HIDDEN:
		return HTML_CLASS_HIDDEN;
	case HTML_TABLE:
		return HTML_CLASS_TABLE;
	case HTML_TR:
		return HTML_CLASS_ROW;
	case HTML_TD:
	case HTML_TH:
		return HTML_CLASS_CELL;
	case HTML_OTHER:
		break;
	}
	return HTML_CLASS_INLINE;
}

/* --- attributes --- */

bool
html_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

struct span
html_attribute(const unsigned char **attributes, const char *name)
{
	for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
		if (strcasecmp((const char *)attributes[i], name) == 0)
			return span_of((const char *)attributes[i + 1]);
	return (struct span){0};
}

bool
html_contains(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n <= s.n && i <= s.n - n; i++)
		if (strncasecmp(s.p + i, word, n) == 0)
			return true;
	return false;
}

bool
html_is_hidden(const unsigned char **attributes)
{
	struct span style = html_attribute(attributes, "style");

	for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
		if (strcasecmp((const char *)attributes[i], "hidden") == 0)
			return true;
	if (style.n == 0 || style.n > HTML_URL_BYTES)
		return false;
	return html_contains(style, "display:none") || html_contains(style, "display: none") ||
	       html_contains(style, "visibility:hidden") ||
	       html_contains(style, "visibility: hidden") || html_contains(style, "mso-hide:all");
}

bool
html_is_absolute(struct span url)
{
	static const char *const schemes[] = {"http:", "https:", "mailto:", "ftp:", "doi:"};

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (url.n > strlen(schemes[i]) &&
		    strncasecmp(url.p, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

struct span
html_charset(struct span bytes)
{
	struct span head = span_sub(bytes, 0, HTML_META_BYTES);

	for (size_t i = 0; i + 8 < head.n; i++) {
		size_t from, to;

		if (strncasecmp(head.p + i, "charset", 7) != 0 &&
		    strncasecmp(head.p + i, "encoding", 8) != 0)
			continue;
		from = i + 7 + (head.p[i] == 'e' || head.p[i] == 'E');
		while (from < head.n && html_is_space(head.p[from]))
			from++;
		if (from >= head.n || head.p[from] != '=')
			continue;
		from++;
		while (from < head.n &&
		       (html_is_space(head.p[from]) || head.p[from] == '"' || head.p[from] == '\''))
			from++;
		to = from;
		while (to < head.n && !html_is_space(head.p[to]) &&
		       strchr("\"'>;/?", head.p[to]) == NULL)
			to++;
		return span_sub(head, from, to - from);
	}
	return (struct span){0};
}
