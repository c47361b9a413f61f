/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_plain - the plain text of a mail.
 */
#include "extract/readers/eml.h"
#include "extract/readers/eml_quote.h"
#include "extract/readers/heading.h"

#define PLAIN_LEVELS_MAX 20

struct plain {
	struct builder *b;
	const struct eml_plain *how;
	size_t tokens[PLAIN_LEVELS_MAX];
	uint32_t level;
	uint32_t below;       /* so many heads of answered mails stand above */
	bool forwarded;       /* the next head is of a mail that is passed on */
	bool less;            /* one '>' of each line is not quotation but passing on */
	bool soft;            /* the last line goes on */
	const char *seen_to;  /* up to here it is known what the lines are */
	const char *below_at; /* from here on it is quoted; NULL: unknown */
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

/* Does the next line that is not empty begin with '>'? */
static bool
plain_next_has_sign(struct span text)
{
	while (text.n > 0) {
		struct span line = heading_trim(plain_next_line(&text));

		if (line.n > 0)
			return line.p[0] == '>';
	}
	return false;
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

/* What follows is below a head or separator: quoted, unless it is the mail that is passed on. */
static void
plain_begin_below(struct plain *p, bool passes_on)
{
	if (!p->forwarded && p->below < PLAIN_LEVELS_MAX)
		p->below++;
	p->forwarded = passes_on;
}

/* Looks at the line that begins `text` for the beginning of another mail. */
static void
plain_look(struct plain *p, struct span line, struct span text)
{
	struct span after = span_sub(text, line.n, text.n);
	size_t length = 0;

	switch (quote_separator(line)) {
	case QUOTE_FORWARD:
		p->forwarded = quote_passes_on(after, &length);
		p->seen_to = after.p + length;
		/* Apple Mail writes '>' before all of it. */
		p->less = plain_next_has_sign(after);
		return;
	case QUOTE_ORIGINAL:
		plain_begin_below(p, quote_passes_on(after, &length));
		p->seen_to = after.p + length;
		return;
	case QUOTE_NOTHING:
		break;
	}
	if (quote_is_head(text, &length)) {
		plain_begin_below(p, quote_passes_on(text, &length));
		p->seen_to = text.p + length;
	} else if (p->below == 0 && !p->forwarded && quote_is_attribution(text, &length)) {
		p->below_at = text.p + length;
	}
}

void
eml_plain_put(struct builder *b, struct span text, const struct eml_plain *how)
{
	struct plain p = {.b = b, .how = how, .forwarded = how->forwarded};

	p.seen_to = text.p;
	while (text.n > 0 && !builder_full(b)) {
		struct span from = text, line = plain_next_line(&text);
		uint32_t level = plain_level(&line);
		bool blank = heading_trim(line).n == 0;

		if (p.below_at != NULL && from.p >= p.below_at) {
			p.below = 1;
			p.below_at = NULL;
		}
		if (level == 0 && !blank) {
			p.less = false;
			if (from.p >= p.seen_to)
				plain_look(&p, line, from);
		} else if (level > 0 && p.less) {
			level--;
		}
		plain_set_level(&p, level + p.below);
		if (blank && !p.soft)
			builder_paragraph(b);
		else
			plain_put_line(&p, line);
	}
	plain_set_level(&p, 0);
}
