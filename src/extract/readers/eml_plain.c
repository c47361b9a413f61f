/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_plain - the plain text of a mail.
 */
#include "extract/readers/eml.h"
#include "extract/readers/heading.h"

#include <strings.h>

#define PLAIN_LEVELS_MAX 20
#define PLAIN_HEAD_LINES 6 /* within so many lines Outlook's head has From, Sent and To */

struct plain {
	struct builder *b;
	const struct eml_plain *how;
	size_t tokens[PLAIN_LEVELS_MAX];
	uint32_t level;
	bool original; /* below the head of the mail that is answered */
	bool soft;     /* the last line goes on */
};

static struct span
plain_next_line(struct span *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct span line = {rest->p, end == NULL ? rest->n : (size_t)(end - rest->p)};

	*rest = span_sub(*rest, line.n + 1, rest->n);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Takes the signs of quotation off the line: "> > words" is level 2. */
static uint32_t
plain_level(struct span *line)
{
	uint32_t level = 0;
	struct span rest = *line;

	while (rest.n > 0 && rest.p[0] == '>') {
		level++;
		rest = span_sub(rest, 1, rest.n);
		if (rest.n > 1 && rest.p[0] == ' ' && rest.p[1] == '>')
			rest = span_sub(rest, 1, rest.n);
	}
	if (level > 0 && rest.n > 0 && rest.p[0] == ' ')
		rest = span_sub(rest, 1, rest.n);
	*line = rest;
	return level;
}

static bool
plain_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

/* "-----Original Message-----", or the four lines that Outlook puts above an answered mail. */
static bool
plain_begins_original(struct span line, struct span rest)
{
	bool sent = false, to = false;

	line = heading_trim(line);
	if (plain_starts(line, "-----Original Message-----") ||
	    plain_starts(line, "-----Neges Wreiddiol-----"))
		return true;
	if (!plain_starts(line, "From:") && !plain_starts(line, "*From:*"))
		return false;
	for (int i = 0; i < PLAIN_HEAD_LINES && rest.n > 0; i++) {
		struct span next = heading_trim(plain_next_line(&rest));

		if (next.n == 0)
			break;
		sent |= plain_starts(next, "Sent:") || plain_starts(next, "*Sent:*");
		to |= plain_starts(next, "To:") || plain_starts(next, "*To:*");
	}
	return sent && to;
}

static bool
plain_begins_forwarded(struct span line)
{
	line = heading_trim(line);
	return plain_starts(line, "---------- Forwarded message") ||
	       plain_starts(line, "Begin forwarded message:");
}

static void
plain_set_level(struct plain *p, uint32_t level)
{
	if (level > PLAIN_LEVELS_MAX)
		level = PLAIN_LEVELS_MAX;
	if (level == p->level)
		return;
	if (p->soft)
		builder_newline(p->b);
	p->soft = false;
	while (p->level > level)
		builder_close(p->b, p->tokens[--p->level]);
	while (p->level < level) {
		p->tokens[p->level] =
		    builder_open(p->b, MARK_QUOTED, p->level + 1, (struct span){0});
		p->level++;
	}
}

static void
plain_put_line(struct plain *p, struct span line)
{
	bool soft =
	    p->how->flowed && line.n > 0 && line.p[line.n - 1] == ' ' && !span_is(line, "-- ");

	if (p->how->flowed && line.n > 0 && line.p[0] == ' ') /* stuffed */
		line = span_sub(line, 1, line.n);
	if (soft && p->how->join)
		line.n--;
	builder_text(p->b, line);
	p->soft = soft;
	if (!soft)
		builder_newline(p->b);
}

void
eml_plain_put(struct builder *b, struct span text, const struct eml_plain *how)
{
	struct plain p = {.b = b, .how = how};
	bool forwarded = how->forwarded;

	while (text.n > 0 && !builder_full(b)) {
		struct span line = plain_next_line(&text);
		uint32_t level = plain_level(&line);

		forwarded |= level == 0 && plain_begins_forwarded(line);
		if (!forwarded && level == 0 && !p.original)
			p.original = plain_begins_original(line, text);
		plain_set_level(&p, level + (p.original ? 1 : 0));
		if (heading_trim(line).n == 0 && !p.soft)
			builder_paragraph(b);
		else
			plain_put_line(&p, line);
	}
	plain_set_level(&p, 0);
}
