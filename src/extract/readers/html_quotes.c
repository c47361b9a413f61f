/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_quotes - what a mail of HTML quotes.
 */
#include "extract/readers/html_quotes.h"
#include "extract/readers/eml_quote.h"

#define QUOTES_BELOW_BYTES 2000 /* of the words below a head that are looked at */
#define QUOTES_SAME_BYTES  60   /* two heads with fewer words between are one */

/* What the words below the last head say of it. */
static void
quotes_learn(struct html_quotes *q)
{
	struct html_head *head = q->next == 0 ? NULL : &q->heads[q->next - 1];
	size_t length;

	if (q->b == NULL && head != NULL)
		head->passes_on |= quote_passes_on(buf_span(&q->below), &length);
	buf_reset(&q->below);
}

void
html_quotes_begin(struct html_quotes *q, struct builder *b, bool forwarded)
{
	quotes_learn(q);
	q->b = b;
	q->forwarded = forwarded;
	q->count = q->next = 0;
}

void
html_quotes_clear(struct html_quotes *q)
{
	while (q->count > 0)
		builder_close(q->b, q->open[--q->count].token);
	buf_clear(&q->below);
}

/* Outlook's line above an answered mail's head: a border of one of two colours. */
static bool
quotes_is_outlook_border(struct span style)
{
	static const char *const borders[] = {
	    "border-top:solid #E1E1E1",
	    "border-top:solid #B5C4DF",
	    "border-top: solid #E1E1E1",
	    "border-top: solid #B5C4DF",
	    "border-top: 1pt solid #E1E1E1",
	    "border-top: 1pt solid rgb(225, 225, 225)",
	    "border-top: 1pt solid rgb(181, 196, 223)",
	};

	if (style.n == 0 || style.n > HTML_URL_BYTES)
		return false;
	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++)
		if (html_contains(style, borders[i]))
			return true;
	return false;
}

enum html_quote
html_quotes_element(enum html_tag tag, const unsigned char **attributes)
{
	struct span id = html_attribute(attributes, "id");
	struct span class = html_attribute(attributes, "class");

	if (tag == HTML_BLOCKQUOTE)
		return span_is(html_attribute(attributes, "type"), "cite") ||
			       html_contains(class, "quote")
			   ? HTML_QUOTE_BLOCK
			   : HTML_QUOTE_NONE;
	if (tag != HTML_BLOCK)
		return HTML_QUOTE_NONE;
	if (html_contains(id, "divRplyFwdMsg") || html_contains(id, "appendonsend") ||
	    html_contains(class, "OutlookMessageHeader") ||
	    quotes_is_outlook_border(html_attribute(attributes, "style")))
		return HTML_QUOTE_HEAD;
	/* Yahoo, GMX */
	return html_contains(class, "yahoo_quoted") ||
		       span_is(html_attribute(attributes, "name"), "quote")
		   ? HTML_QUOTE_BLOCK
		   : HTML_QUOTE_NONE;
}

enum html_quote
html_quotes_text(struct span text)
{
	const char *end;

	while (text.n > 0 && html_is_space(text.p[0]))
		text = span_sub(text, 1, text.n);
	end = text.n == 0 ? NULL : memchr(text.p, '\n', text.n);
	if (end != NULL)
		text.n = (size_t)(end - text.p);
	switch (quote_separator(text)) {
	case QUOTE_ORIGINAL:
		return HTML_QUOTE_HEAD;
	case QUOTE_FORWARD:
		return HTML_QUOTE_FORWARD;
	case QUOTE_NOTHING:
		break;
	}
	return HTML_QUOTE_NONE;
}

static void
quotes_push(struct html_quotes *q, size_t depth)
{
	if (q->b == NULL || q->count == HTML_QUOTES_MAX)
		return;
	q->open[q->count].depth = depth;
	q->open[q->count].token =
	    builder_open(q->b, MARK_QUOTED, (uint32_t)q->count + 1, (struct span){0});
	q->count++;
}

static void
quotes_head(struct html_quotes *q, enum html_quote kind)
{
	struct html_head *head;
	bool same = q->next > 0 && q->below.n < QUOTES_SAME_BYTES;

	if (q->next == HTML_HEADS_MAX)
		return;
	quotes_learn(q);
	head = &q->heads[q->next++];
	if (q->b == NULL)
		head->ignored = same;
	if (head->ignored)
		return;
	if (kind == HTML_QUOTE_FORWARD || q->forwarded) {
		q->forwarded = head->passes_on;
		/* Where two heads are one, the second stands before what they say. */
		for (size_t i = q->next; i < HTML_HEADS_MAX && q->heads[i].ignored; i++)
			q->forwarded |= q->heads[i].passes_on;
	} else if (q->count == 0) {
		quotes_push(q, 0); /* no element has this depth: open to the end */
	}
}

void
html_quotes_open(struct html_quotes *q, enum html_quote kind, size_t depth, bool plain_cite)
{
	if (kind != HTML_QUOTE_BLOCK) {
		quotes_head(q, kind);
	} else if (q->forwarded && q->count == 0 && plain_cite) {
		q->forwarded = false; /* Apple Mail passes mails on so */
	} else {
		quotes_push(q, depth);
	}
}

void
html_quotes_close(struct html_quotes *q, size_t depth)
{
	if (q->count > 0 && q->open[q->count - 1].depth == depth)
		builder_close(q->b, q->open[--q->count].token);
}

void
html_quotes_words(struct html_quotes *q, struct span words)
{
	if (q->next > 0 && q->below.n < QUOTES_BELOW_BYTES)
		buf_put_span(&q->below, span_sub(words, 0, QUOTES_BELOW_BYTES));
}
