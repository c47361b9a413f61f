/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text - plain text: lines as they are, blank lines between paragraphs, and the
 * headings of which one can be sure.
 *
 * A heading is a line alone between blank lines. The template's own are known by
 * their words (level 1); another (level 2) must have the shape of one and stand
 * directly above prose, which lines of an address or a signature do not.
 */
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/selftests.h"

#define TEXT_LEVEL_KNOWN 1
#define TEXT_LEVEL_OTHER 2
#define TEXT_PROSE_BYTES 120 /* a line so long is prose */
#define TEXT_TITLE_BYTES 200

/* Takes the first line of *rest, without its end; false when there is none. */
static bool
text_next_line(struct span *rest, struct span *line)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r' && rest->p[n] != '\f')
		n++;
	*line = span_sub(*rest, 0, n);
	if (n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = span_sub(*rest, n + 1, rest->n);
	return true;
}

static bool
text_is_blank(struct span line)
{
	return heading_trim(line).n == 0;
}

/* Is the next line that is not blank the beginning of a paragraph of prose? */
static bool
text_prose_follows(struct span rest)
{
	struct span line = {0}, next = {0};

	do {
		if (!text_next_line(&rest, &line))
			return false;
		line = heading_trim(line);
	} while (line.n == 0);
	if (line.n >= TEXT_PROSE_BYTES)
		return true;
	/* Wrapped by hand: a longer line, and more right below it. */
	return line.n >= TEXT_PROSE_BYTES / 3 && text_next_line(&rest, &next) &&
	       !text_is_blank(next);
}

/* The level of the heading that `line` is, standing before `rest` and behind a blank line; 0: none.
 */
static uint32_t
text_heading_level(struct span line, struct span rest)
{
	struct span after = rest, next;

	line = heading_trim(line);
	if (line.n == 0 || line.n > HEADING_BYTES_MAX)
		return 0;
	if (text_next_line(&after, &next) && !text_is_blank(next))
		return 0;
	if (heading_is_known(line))
		return TEXT_LEVEL_KNOWN;
	if (heading_has_shape(line) && text_prose_follows(after))
		return TEXT_LEVEL_OTHER;
	return 0;
}

static void
text_put_heading(struct builder *b, uint32_t level, struct span line)
{
	size_t token = builder_open(b, MARK_HEADING, level, (struct span){0});

	builder_text(b, heading_trim(line));
	builder_close(b, token);
	builder_newline(b);
}

/* A first line alone is what a person would call the document. */
static void
text_put_title(struct builder *b, struct span text)
{
	struct span line = {0}, next;

	while (text_is_blank(line))
		if (!text_next_line(&text, &line))
			return;
	if (line.n <= TEXT_TITLE_BYTES && (!text_next_line(&text, &next) || text_is_blank(next)))
		builder_title(b, line);
}

static void
text_put(struct builder *b, struct span text)
{
	struct span line;
	bool after_blank = true;

	text_put_title(b, text);
	while (!builder_full(b) && text_next_line(&text, &line)) {
		bool blank = text_is_blank(line);
		uint32_t level = after_blank && !blank ? text_heading_level(line, text) : 0;

		if (blank) {
			builder_paragraph(b);
		} else if (level > 0) {
			text_put_heading(b, level, line);
		} else {
			builder_text(b, line);
			builder_newline(b);
		}
		after_blank = blank;
	}
}

static enum err
text_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct buf keep = {0};
	struct span text;
	enum err e;

	builder_format(b, "text");
	e = charset_to_utf8(in->bytes, (struct span){0}, &keep, &text);
	if (e == ERR_FORMAT) {
		failure_set(failure, e, "unsupported", "This file is not text.", "");
		goto out;
	}
	if (e != OK)
		goto out;
	text_put(b, text);
	if (text.n >= CHARSET_BYTES_MAX && text.p == keep.p)
		builder_cut(b, "The end of this text is missing: it is too long.");
out:
	buf_clear(&keep);
	return e;
}

const struct reader reader_text = {
    .name = "text",
    .format = "text",
    .read = text_read,
    .selftest = selftests_text,
};
