/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html - a page, or the HTML part of a mail, as text.
 *
 * libxml2's HTML parser calls us for each element; no tree is made, so memory
 * does not grow with the page. It is fed UTF-8 in pieces and never opens anything.
 * Two passes: see tables.h.
 */
#include "extract/readers/html.h"
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/html_tags.h"
#include "extract/readers/tables.h"
#include "extract/readers/selftests.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <limits.h>
#include <strings.h>

#define HTML_DEPTH_MAX    2000 /* libxml2 searches its stack at each end tag */
#define HTML_TITLE_BYTES  4096
#define HTML_QUOTES_MAX   32
#define HTML_NOT_SKIPPING 0

struct html {
	struct builder *b; /* NULL: counting */
	const struct html_options *options;
	htmlParserCtxtPtr parser;
	struct tables tables;
	struct span rest; /* what the parser has not asked for yet */
	struct buf title, base;
	size_t depth, skip_from; /* the depth at which something hidden began */
	size_t pre;              /* how many <pre> are open */
	bool in_title, blank, line_start, too_deep;
	bool link_open, heading_open;
	size_t link, heading;
	struct {
		size_t depth, token;
	} quotes[HTML_QUOTES_MAX];
	size_t quote_count;
};

/* --- text --- */

/* Writes the blank that stood before, where it separates something. */
static void
html_flush_blank(struct html *h)
{
	if (h->blank && !h->line_start) {
		if (h->b != NULL)
			builder_text(h->b, SPAN(" "));
		tables_text(&h->tables, SPAN(" "));
	}
	h->blank = false;
}

static void
html_put_text(struct html *h, struct span s)
{
	html_flush_blank(h);
	if (h->b != NULL)
		builder_text(h->b, s);
	tables_text(&h->tables, s);
	h->line_start = false;
}

static void
html_newline(struct html *h)
{
	if (tables_in_data(&h->tables)) {
		h->blank = true;
		return;
	}
	if (h->b != NULL)
		builder_newline(h->b);
	h->blank = false;
	h->line_start = true;
}

static void
html_paragraph(struct html *h)
{
	if (!h->line_start)
		tables_paragraph(&h->tables);
	if (tables_in_data(&h->tables)) {
		h->blank = true;
		return;
	}
	if (h->b != NULL)
		builder_paragraph(h->b);
	h->blank = false;
	h->line_start = true;
}

static void
html_put_preformatted(struct html *h, struct span s)
{
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && s.p[n] != '\n')
			n++;
		if (n > 0)
			html_put_text(h, span_sub(s, 0, n));
		if (n < s.n)
			html_newline(h);
		s = span_sub(s, n + 1, s.n);
	}
}

static void
html_on_characters(void *ctx, const xmlChar *chars, int length)
{
	struct html *h = ctx;
	struct span s = {(const char *)chars, length < 0 ? 0 : (size_t)length};

	if (h->in_title && h->title.n + s.n <= HTML_TITLE_BYTES)
		buf_put_span(&h->title, s);
	if (h->in_title || h->skip_from != HTML_NOT_SKIPPING)
		return;
	if (h->pre > 0) {
		html_put_preformatted(h, s);
		return;
	}
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && html_is_space(s.p[n]))
			n++;
		if (n > 0)
			h->blank = true;
		s = span_sub(s, n, s.n);
		for (n = 0; n < s.n && !html_is_space(s.p[n]);)
			n++;
		if (n > 0)
			html_put_text(h, span_sub(s, 0, n));
		s = span_sub(s, n, s.n);
	}
}

/* --- links, quotations --- */

/* A link that leads nowhere outside the page, or to nobody knows where, is words only. */
static void
html_link_begin(struct html *h, const xmlChar **attributes)
{
	struct span href = html_attribute(attributes, "href");
	xmlChar *resolved = NULL;

	while (href.n > 0 && html_is_space(href.p[0]))
		href = span_sub(href, 1, href.n);
	if (h->b == NULL || h->link_open || href.n == 0 || href.n > HTML_URL_BYTES ||
	    href.p[0] == '#')
		return;
	if (!html_is_absolute(href) && h->base.n > 0 && strncasecmp(href.p, "javascript:", 11)) {
		const char *base = buf_cstr(&h->base);

		if (base != NULL)
			resolved = xmlBuildURI((const xmlChar *)href.p, (const xmlChar *)base);
		href = span_of((const char *)resolved);
	}
	if (html_is_absolute(href)) {
		html_flush_blank(h);
		h->link = builder_open(h->b, MARK_LINK, 0, href);
		h->link_open = true;
	}
	xmlFree(resolved);
}

static void
html_link_end(struct html *h)
{
	if (h->link_open)
		builder_close(h->b, h->link);
	h->link_open = false;
}

static void
html_quote_begin(struct html *h)
{
	if (h->b == NULL || h->quote_count == HTML_QUOTES_MAX)
		return;
	h->quotes[h->quote_count].depth = h->depth;
	h->quotes[h->quote_count].token =
	    builder_open(h->b, MARK_QUOTED, (uint32_t)h->quote_count + 1, (struct span){0});
	h->quote_count++;
}

/* How mail programs wrap what is answered to. A forwarded mail is wrapped alike by some. */
static bool
html_is_quote(const struct html *h, enum html_tag tag, const xmlChar **attributes)
{
	struct span class = html_attribute(attributes, "class");

	if (!h->options->mail || h->options->forwarded)
		return false;
	return tag == HTML_BLOCKQUOTE &&
	       (span_is(html_attribute(attributes, "type"), "cite") ||
		html_contains(class, "gmail_quote") || html_contains(class, "quote"));
}

/* Outlook marks only where the answered mail's headers begin: all after them is quoted. */
static bool
html_is_outlook_reply(const struct html *h, const xmlChar **attributes)
{
	struct span id = html_attribute(attributes, "id");

	return h->options->mail && !h->options->forwarded && h->quote_count == 0 &&
	       (html_contains(id, "divRplyFwdMsg") || html_contains(id, "appendonsend"));
}

/* --- elements --- */

static void
html_meta(struct html *h, const xmlChar **attributes)
{
	struct span name = html_attribute(attributes, "name");
	struct span content = html_attribute(attributes, "content");

	if (name.n == 0)
		name = html_attribute(attributes, "property");
	if (h->b == NULL || h->options->mail || content.n == 0 || name.n == 0)
		return;
	if (strcasecmp(name.p, "author") == 0 || strcasecmp(name.p, "dc.creator") == 0)
		builder_meta(h->b, "author", content);
	else if (strcasecmp(name.p, "description") == 0)
		builder_meta(h->b, "description", content);
	else if (strcasecmp(name.p, "article:published_time") == 0 ||
		 strcasecmp(name.p, "dc.date") == 0 || strcasecmp(name.p, "date") == 0)
		builder_meta(h->b, "date", content);
	else if (strcasecmp(name.p, "og:site_name") == 0)
		builder_meta(h->b, "site", content);
}

static void
html_head_element(struct html *h, enum html_tag tag, const xmlChar **attributes)
{
	struct span href = html_attribute(attributes, "href");

	switch (tag) {
	case HTML_TITLE:
		h->in_title = h->title.n == 0;
		if (!h->in_title)
			h->skip_from = h->depth;
		break;
	case HTML_META:
		html_meta(h, attributes);
		break;
	case HTML_BASE:
		if (href.n <= HTML_URL_BYTES && h->base.n == 0)
			buf_put_span(&h->base, href);
		break;
	case HTML_LINK:
		if (h->b != NULL && !h->options->mail &&
		    span_is(html_attribute(attributes, "rel"), "canonical"))
			builder_meta(h->b, "url", href);
		break;
	default:
		if (h->b != NULL && html_attribute(attributes, "lang").n > 0)
			builder_meta(h->b, "language", html_attribute(attributes, "lang"));
	}
}

static void
html_heading_begin(struct html *h, enum html_tag tag)
{
	html_paragraph(h);
	tables_heading(&h->tables);
	if (h->b == NULL || h->heading_open)
		return;
	h->heading =
	    builder_open(h->b, MARK_HEADING, (uint32_t)(tag - HTML_H1) + 1, (struct span){0});
	h->heading_open = true;
}

static void
html_heading_end(struct html *h)
{
	if (h->heading_open)
		builder_close(h->b, h->heading);
	h->heading_open = false;
	html_paragraph(h);
}

/* A cell begins its line: blanks before its first word are none of its text. */
static void
html_cell_begin(struct html *h)
{
	if (!tables_in_data(&h->tables))
		html_paragraph(h);
	h->blank = false;
	h->line_start = true;
	tables_cell_begin(&h->tables);
}

static void
html_visible_element(struct html *h, enum html_tag tag, const xmlChar **attributes)
{
	switch (html_tag_class(tag)) {
	case HTML_CLASS_HEADING:
		html_heading_begin(h, tag);
		break;
	case HTML_CLASS_BLOCK:
		html_paragraph(h);
		if (tag == HTML_PRE)
			h->pre++;
		break;
	case HTML_CLASS_BREAK:
		html_newline(h);
		break;
	case HTML_CLASS_LINK:
		html_link_begin(h, attributes);
		break;
	case HTML_CLASS_TABLE:
		html_paragraph(h);
		tables_begin(&h->tables);
		break;
	case HTML_CLASS_ROW:
		tables_row_begin(&h->tables);
		break;
	case HTML_CLASS_CELL:
		html_cell_begin(h);
		break;
	default:
		break;
	}
}

static void
html_on_start(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
	struct html *h = ctx;
	enum html_tag tag = html_tag_of((const char *)name);

	h->depth++;
	if (h->depth > HTML_DEPTH_MAX || (h->b != NULL && builder_full(h->b))) {
		h->too_deep |= h->depth > HTML_DEPTH_MAX;
		xmlStopParser(h->parser);
		return;
	}
	if (h->skip_from != HTML_NOT_SKIPPING)
		return;
	if (html_tag_class(tag) == HTML_CLASS_HIDDEN || html_is_hidden(attributes)) {
		h->skip_from = h->depth;
		return;
	}
	if (html_is_quote(h, tag, attributes) || html_is_outlook_reply(h, attributes)) {
		html_paragraph(h);
		html_quote_begin(h);
		if (tag != HTML_BLOCKQUOTE)
			h->quotes[h->quote_count > 0 ? h->quote_count - 1 : 0].depth = 0;
	}
	if (html_tag_class(tag) == HTML_CLASS_HEAD)
		html_head_element(h, tag, attributes);
	else
		html_visible_element(h, tag, attributes);
}

static void
html_visible_end(struct html *h, enum html_tag tag)
{
	switch (html_tag_class(tag)) {
	case HTML_CLASS_HEADING:
		html_heading_end(h);
		break;
	case HTML_CLASS_BLOCK:
		if (tag == HTML_PRE && h->pre > 0)
			h->pre--;
		html_paragraph(h);
		break;
	case HTML_CLASS_LINK:
		html_link_end(h);
		break;
	case HTML_CLASS_TABLE:
		tables_end(&h->tables);
		html_paragraph(h);
		break;
	case HTML_CLASS_ROW:
		h->blank = false;
		tables_row_end(&h->tables);
		break;
	case HTML_CLASS_CELL:
		h->blank = false;
		tables_cell_end(&h->tables, tag == HTML_TH);
		h->line_start = true;
		break;
	default:
		break;
	}
}

static void
html_on_end(void *ctx, const xmlChar *name)
{
	struct html *h = ctx;
	enum html_tag tag = html_tag_of((const char *)name);

	if (h->skip_from == h->depth)
		h->skip_from = HTML_NOT_SKIPPING;
	else if (h->skip_from == HTML_NOT_SKIPPING && tag == HTML_TITLE)
		h->in_title = false;
	else if (h->skip_from == HTML_NOT_SKIPPING)
		html_visible_end(h, tag);
	if (h->quote_count > 0 && h->quotes[h->quote_count - 1].depth == h->depth) {
		h->quote_count--;
		builder_close(h->b, h->quotes[h->quote_count].token);
	}
	if (h->depth > 0)
		h->depth--;
}

/* Browsers write into a saved page where it came from: "saved from url=(0022)https://…". */
static void
html_on_comment(void *ctx, const xmlChar *text)
{
	struct html *h = ctx;
	const char *at = strstr((const char *)text, "saved from url=(");
	struct span url;

	if (h->b == NULL || h->options->mail || at == NULL || (at = strchr(at, ')')) == NULL)
		return;
	url = span_of(at + 1);
	while (url.n > 0 && html_is_space(url.p[url.n - 1]))
		url.n--;
	if (url.n <= HTML_URL_BYTES && html_is_absolute(url))
		builder_meta(h->b, "url", url);
}

/* --- the parser --- */

/* In pieces of what the parser asks for, so that it never holds the page twice. */
static int
html_on_read(void *ctx, char *to, int n)
{
	struct html *h = ctx;
	size_t take = n < 0 ? 0 : (size_t)n;

	if (take > h->rest.n)
		take = h->rest.n;
	memcpy(to, h->rest.p, take);
	h->rest = span_sub(h->rest, take, h->rest.n);
	return (int)take;
}

static enum err
html_parse(struct html *h, struct span text)
{
	xmlParserInputBufferPtr source;
	xmlParserInputPtr input;
	enum err e = ERR_NOMEM;

	if (text.n == 0)
		return OK;
	h->rest = text;
	h->line_start = true;
	h->parser = htmlNewParserCtxt();
	if (h->parser == NULL)
		return ERR_NOMEM;
	htmlCtxtUseOptions(h->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
					  HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
					  HTML_PARSE_IGNORE_ENC);
	*h->parser->sax = (xmlSAXHandler){
	    .startElement = html_on_start,
	    .endElement = html_on_end,
	    .characters = html_on_characters,
	    .cdataBlock = html_on_characters,
	    .ignorableWhitespace = html_on_characters,
	    .comment = html_on_comment,
	};
	h->parser->userData = h;
	source = xmlParserInputBufferCreateIO(html_on_read, NULL, h, XML_CHAR_ENCODING_NONE);
	if (source == NULL)
		goto out;
	input = xmlNewIOInputStream(h->parser, source, XML_CHAR_ENCODING_UTF8);
	if (input == NULL) {
		xmlFreeParserInputBuffer(source);
		goto out;
	}
	if (inputPush(h->parser, input) < 0) {
		xmlFreeInputStream(input);
		goto out;
	}
	htmlParseDocument(h->parser);
	e = h->parser->errNo == XML_ERR_NO_MEMORY ? ERR_NOMEM : OK;
out:
	htmlFreeParserCtxt(h->parser);
	h->parser = NULL;
	return e;
}

static void
html_next_pass(struct html *h, struct builder *b)
{
	tables_second_pass(&h->tables, b);
	h->b = b;
	h->depth = h->skip_from = h->pre = 0;
	h->in_title = h->blank = h->too_deep = false;
	buf_reset(&h->title);
	buf_reset(&h->base);
}

enum err
html_put(struct span bytes, const struct html_options *options, struct builder *b)
{
	struct html h = {.options = options};
	struct buf keep = {0};
	struct span text, label = options->charset;
	enum err e;

	if (label.n == 0)
		label = html_charset(bytes);
	e = charset_to_utf8(bytes, label, &keep, &text);
	if (e == OK)
		e = html_parse(&h, text);
	if (e == OK) {
		html_next_pass(&h, b);
		e = html_parse(&h, text);
	}
	if (e == OK) {
		while (h.quote_count > 0)
			builder_close(b, h.quotes[--h.quote_count].token);
		if (!options->mail)
			builder_title(b, buf_span(&h.title));
		if (h.too_deep)
			builder_cut(b, "The rest of this page is missing: its elements are nested "
				       "too deeply.");
	}
	buf_clear(&keep);
	buf_clear(&h.title);
	buf_clear(&h.base);
	tables_clear(&h.tables);
	return e;
}

static enum err
html_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	static const struct html_options options = {0};
	enum err e;

	builder_format(b, "html");
	e = html_put(in->bytes, &options, b);
	if (e == ERR_FORMAT)
		failure_set(failure, e, "damaged", "This page is damaged: it is not text.",
			    "Save it again.");
	return e;
}

const struct reader reader_html = {
    .name = "HTML",
    .format = "html",
    .prepare = xmlInitParser,
    .read = html_read,
    .selftest = selftests_html,
};
