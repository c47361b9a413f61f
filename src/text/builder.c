/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * builder - text and marks as readers give them, made regular.
 *
 *   put --clean--> run --flush: blanks apart, NFC--> text
 *
 * `run` is what came since the last border: a line end, or where a mark opens or
 * closes. `breaks` and `blanks` are what may have to be written before the next
 * visible character.
 */
#include "text/document.h"

#include "common/utf8.h"
#include "text/words.h"

#include <stdio.h>
#include <stdlib.h>

/* A run longer than this is flushed before its last ASCII character, with which
   nothing before it can compose. */
#define RUN_BYTES      (64u * 1024)
#define TOKEN_NONE     SIZE_MAX
#define LEVEL_MAX      9 /* of headings; bounds the search for a section's end */
#define OFFSET_UNSET   UINT64_MAX
#define NO_BREAK_SPACE "\xc2\xa0"
#define PARTS_OPEN_MAX 32 /* parts in parts whose ends also end sections */
#define CUT_TAIL_BYTES 32 /* for how many more things are missing than were said */

struct builder_mark {
	enum mark_type type;
	uint32_t number;
	uint64_t start, end; /* start is unset until something visible follows */
	size_t line, blanks; /* where it was opened: how many blanks of that line were held back */
	size_t name_at, name_len;
};

struct builder {
	uint64_t text_bytes;
	struct document doc;
	struct buf run, blanks, scratch, names;
	struct builder_mark *marks;
	size_t mark_count, mark_cap;
	size_t first_unset; /* marks from here on may have no start yet */
	size_t meta_count, line;
	size_t parts;         /* that are open */
	size_t cuts_left_out; /* sentences that had no room */
	int breaks;           /* line ends to write: 0, 1, or 2 for a paragraph */
	size_t long_run;      /* bytes of a run that is to be flushed in part */
	bool after_cr, full, marks_full, failed;
};

struct builder *
builder_new(uint64_t text_bytes)
{
	struct builder *b = calloc(1, sizeof *b);

	if (b != NULL)
		b->text_bytes = text_bytes;
	return b;
}

static void
builder_reset(struct builder *b)
{
	uint64_t text_bytes = b->text_bytes;

	document_clear(&b->doc);
	buf_clear(&b->run);
	buf_clear(&b->blanks);
	buf_clear(&b->scratch);
	buf_clear(&b->names);
	free(b->marks);
	*b = (struct builder){.text_bytes = text_bytes};
}

void
builder_free(struct builder *b)
{
	if (b == NULL)
		return;
	builder_reset(b);
	free(b);
}

/* --- from run to text --- */

static size_t
builder_leading_blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n) {
		if (s.p[n] == ' ' || s.p[n] == '\t')
			n++;
		else if (span_starts(span_sub(s, n, 2), SPAN(NO_BREAK_SPACE)))
			n += 2;
		else
			break;
	}
	return n;
}

static size_t
builder_trailing_blanks(struct span s)
{
	size_t n = s.n;

	while (n > 0) {
		if (s.p[n - 1] == ' ' || s.p[n - 1] == '\t')
			n--;
		else if (n >= 2 && span_eq(span_sub(s, n - 2, 2), SPAN(NO_BREAK_SPACE)))
			n -= 2;
		else
			break;
	}
	return s.n - n;
}

/* How much of `text`, which is too long, is kept. */
static size_t
builder_cut_at(struct span text, size_t limit)
{
	size_t character = limit, line = 0;

	while (character > 0 && utf8_is_continuation(text.p[character]))
		character--;
	for (size_t at = limit; at > limit / 2; at--) {
		if (text.p[at] != '\n')
			continue;
		if (at + 1 < text.n && text.p[at + 1] == '\n')
			return at;
		if (text.p[at - 1] == '\n')
			continue; /* the second of a paragraph's two */
		if (line == 0)
			line = at;
	}
	return line > 0 ? line : character;
}

/* Ends the text at its limit; marks are clipped in builder_finish(). */
static void
builder_cut_text(struct builder *b)
{
	struct buf *text = &b->doc.text;
	char why[DOC_CUT_MAX];

	text->n = builder_cut_at(buf_span(text), (size_t)b->text_bytes);
	text->n -= builder_trailing_blanks(buf_span(text));
	b->full = true;
	snprintf(
	    why, sizeof why,
	    "The text is longer than %llu bytes (limits.text_bytes); what comes after byte %zu "
	    "is missing.",
	    (unsigned long long)b->text_bytes, text->n);
	builder_cut(b, why);
}

/* How many of the held blanks stand before the mark and not in it. */
static size_t
builder_skipped(const struct builder *b, const struct builder_mark *mark)
{
	if (mark->type != MARK_ROW && mark->type != MARK_TABLE)
		return b->blanks.n;
	return mark->line == b->line ? mark->blanks : 0;
}

/* Gives open marks their start and writes what was held back. */
static void
builder_write_held(struct builder *b)
{
	struct buf *text = &b->doc.text;

	if (text->n > 0)
		buf_put(text, "\n\n", (size_t)b->breaks);
	b->breaks = 0;
	for (size_t i = b->first_unset; i < b->mark_count; i++) {
		struct builder_mark *mark = &b->marks[i];

		if (mark->start == OFFSET_UNSET && mark->end == OFFSET_UNSET)
			mark->start = text->n + builder_skipped(b, mark);
	}
	b->first_unset = b->mark_count;
	buf_put_span(text, buf_span(&b->blanks));
	buf_reset(&b->blanks);
}

/* Moves the first n bytes of the run to the text. */
static void
builder_flush_part(struct builder *b, size_t n)
{
	struct span run = span_sub(buf_span(&b->run), 0, n), visible;
	size_t leading, trailing;

	if (n == 0)
		return;
	leading = builder_leading_blanks(run);
	trailing = leading == run.n ? 0 : builder_trailing_blanks(run);
	visible = span_sub(run, leading, run.n - leading - trailing);
	buf_put_span(&b->blanks, span_sub(run, 0, leading));
	if (visible.n > 0) {
		builder_write_held(b);
		if (words_nfc(visible, &b->doc.text) != OK)
			b->failed = true;
		buf_put_span(&b->blanks, span_sub(run, leading + visible.n, trailing));
	}
	buf_consume(&b->run, n);
	if (!b->full && !b->doc.text.failed && b->doc.text.n > b->text_bytes)
		builder_cut_text(b);
}

static void
builder_flush(struct builder *b)
{
	if (b->run.failed)
		b->failed = true;
	else if (!b->full)
		builder_flush_part(b, b->run.n);
	buf_reset(&b->run);
}

/* A run that has no ASCII is looked at again when it has doubled. */
static void
builder_flush_long(struct builder *b)
{
	size_t at = b->run.failed ? 0 : b->run.n;

	if (b->run.n < b->long_run)
		return;
	while (at > 0 && (unsigned char)b->run.p[at - 1] >= 0x80)
		at--;
	if (at > 1)
		builder_flush_part(b, at - 1);
	b->long_run = b->run.n < RUN_BYTES / 2 ? RUN_BYTES : b->run.n * 2;
}

/* --- text --- */

void
builder_newline(struct builder *b)
{
	builder_flush(b);
	buf_reset(&b->blanks);
	b->line++;
	if (b->breaks < 2)
		b->breaks++;
	b->after_cr = false;
}

void
builder_paragraph(struct builder *b)
{
	builder_newline(b);
	b->breaks = 2;
}

/* Puts one character that is not plain ASCII. */
static void
builder_character(struct builder *b, struct span bytes, uint32_t cp)
{
	char replacement[4];

	switch (cp) {
	case '\n':
		if (!b->after_cr)
			builder_newline(b);
		break;
	case '\r':
	case '\v':
	case '\f':
	case 0x85:
	case 0x2028:
		builder_newline(b);
		break;
	case 0x2029:
		builder_paragraph(b);
		break;
	case 0xad:
	case 0xfeff:
		break;
	case 0xfffd:
		buf_put(&b->run, replacement, utf8_encode(cp, replacement));
		break;
	default:
		if (cp >= 0xa0 || cp == '\t')
			buf_put_span(&b->run, bytes);
	}
	b->after_cr = cp == '\r';
}

void
builder_text(struct builder *b, struct span utf8)
{
	size_t at = 0;

	while (at < utf8.n && !b->full) {
		size_t from = at;
		uint32_t cp;

		while (at < utf8.n && at - from < RUN_BYTES && utf8.p[at] >= 0x20 &&
		       utf8.p[at] < 0x7f)
			at++;
		if (at > from) {
			buf_put(&b->run, utf8.p + from, at - from);
			b->after_cr = false;
		} else {
			at += utf8_decode(span_sub(utf8, from, 4), &cp);
			builder_character(b, span_sub(utf8, from, at - from), cp);
		}
		if (b->run.n >= RUN_BYTES)
			builder_flush_long(b);
	}
}

/* --- marks --- */

/* One line of valid UTF-8 in NFC: controls become blanks, blanks one (TABs stay with keep_tabs). */
static struct span
builder_clean(struct builder *b, struct span s, bool keep_tabs, size_t max)
{
	struct buf *out = &b->scratch;
	struct buf raw = {0};
	struct span clean;
	bool blank = false;

	buf_reset(out);
	for (size_t at = 0; at < s.n;) {
		uint32_t cp;
		size_t n = utf8_decode(span_sub(s, at, 4), &cp);
		char encoded[4];

		if (cp == '\t' && keep_tabs) {
			buf_put_char(&raw, '\t');
			blank = false;
		} else if (cp <= ' ' || (cp >= 0x7f && cp <= 0xa0) || cp == 0x2028 ||
			   cp == 0x2029) {
			blank = raw.n > 0 && raw.p[raw.n - 1] != '\t';
		} else if (cp != 0xad && cp != 0xfeff) {
			if (blank)
				buf_put_char(&raw, ' ');
			blank = false;
			buf_put(&raw, encoded, utf8_encode(cp, encoded));
		}
		at += n;
	}
	if (buf_err(&raw) != OK || words_nfc(buf_span(&raw), out) != OK)
		b->failed = true;
	buf_clear(&raw);
	clean = buf_span(out);
	if (b->failed)
		clean.n = 0;
	if (clean.n > max) {
		clean.n = max;
		while (clean.n > 0 && utf8_is_continuation(clean.p[clean.n]))
			clean.n--;
	}
	return clean;
}

size_t
builder_open(struct builder *b, enum mark_type type, uint32_t number, struct span name)
{
	builder_flush(b);
	if (b->full)
		return TOKEN_NONE;
	if (b->mark_count == MARKS_MAX) {
		if (b->marks_full)
			return TOKEN_NONE;
		b->marks_full = true;
		builder_cut(b, "There are more pages, headings, rows and links than can be marked; "
			       "the later ones are part of the text only.");
		return TOKEN_NONE;
	}
	if (type == MARK_HEADING && number > LEVEL_MAX)
		number = LEVEL_MAX;
	if (b->mark_count == b->mark_cap) {
		size_t cap = b->mark_cap == 0 ? 32 : b->mark_cap * 2;
		struct builder_mark *marks = realloc(b->marks, cap * sizeof *marks);

		if (marks == NULL) {
			b->failed = true;
			return TOKEN_NONE;
		}
		b->marks = marks;
		b->mark_cap = cap;
	}
	b->marks[b->mark_count] = (struct builder_mark){.type = type,
							.number = number,
							.start = OFFSET_UNSET,
							.end = OFFSET_UNSET,
							.line = b->line,
							.blanks = b->blanks.n};
	b->mark_count++;
	builder_name(b, b->mark_count - 1, name);
	return b->mark_count - 1;
}

void
builder_name(struct builder *b, size_t token, struct span name)
{
	struct span clean;

	if (token >= b->mark_count || name.n == 0)
		return;
	clean = builder_clean(b, name, true, MARK_NAME_MAX);
	b->marks[token].name_at = b->names.n;
	b->marks[token].name_len = clean.n;
	buf_put_span(&b->names, clean);
}

static bool
builder_may_be_empty(enum mark_type type)
{
	return type == MARK_PAGE || type == MARK_DELETED;
}

void
builder_close(struct builder *b, size_t token)
{
	struct builder_mark *mark;

	builder_flush(b);
	if (token >= b->mark_count || b->marks[token].end != OFFSET_UNSET)
		return;
	mark = &b->marks[token];
	mark->end = b->doc.text.n;
	if (mark->start == OFFSET_UNSET && builder_may_be_empty(mark->type))
		mark->start = mark->end;
}

/* --- what else is known of the document --- */

void
builder_meta(struct builder *b, const char *key, struct span value)
{
	char name[META_KEY_MAX];
	size_t n = 0;
	struct span clean = builder_clean(b, value, false, META_VALUE_MAX);

	if (b->parts > 0 || clean.n == 0 || key[0] == '\0' || b->meta_count == META_MAX)
		return;
	for (; key[n] != '\0' && n < sizeof name; n++) {
		char c = key[n];

		if (c >= 'A' && c <= 'Z')
			name[n] = (char)(c + 32);
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
			name[n] = c;
		else
			name[n] = '_';
	}
	meta_put(&b->doc.meta, (struct span){name, n}, clean);
	b->meta_count++;
}

void
builder_title(struct builder *b, struct span title)
{
	struct span clean;

	if (b->parts > 0 || b->doc.title[0] != '\0')
		return;
	clean = builder_clean(b, title, false, DOC_TITLE_MAX);
	if (clean.n > 0)
		memcpy(b->doc.title, clean.p, clean.n);
	b->doc.title[clean.n] = '\0';
}

void
builder_format(struct builder *b, const char *format)
{
	if (b->parts == 0)
		snprintf(b->doc.format, sizeof b->doc.format, "%s", format);
}

void
builder_pages(struct builder *b, uint32_t pages)
{
	if (b->parts == 0)
		b->doc.pages = pages;
}

void
builder_cut(struct builder *b, const char *why)
{
	struct span clean = builder_clean(b, span_of(why), false, DOC_CUT_MAX);
	size_t have = strlen(b->doc.cut);

	if (clean.n == 0 || memmem(b->doc.cut, have, clean.p, clean.n) != NULL)
		return;
	if (have > 0 && have + 1 + clean.n + CUT_TAIL_BYTES > DOC_CUT_MAX) {
		b->cuts_left_out++;
		return;
	}
	if (have > 0)
		b->doc.cut[have++] = ' ';
	memcpy(b->doc.cut + have, clean.p, clean.n);
	b->doc.cut[have + clean.n] = '\0';
}

/* Says how many sentences had no room, for which room was left. */
static void
builder_cut_tail(struct builder *b)
{
	size_t have = strlen(b->doc.cut);

	if (b->cuts_left_out > 0 && have + CUT_TAIL_BYTES <= DOC_CUT_MAX)
		snprintf(b->doc.cut + have, CUT_TAIL_BYTES, " (%zu more.)", b->cuts_left_out);
}

void
builder_ocr(struct builder *b, enum document_ocr ocr)
{
	if (ocr > b->doc.ocr)
		b->doc.ocr = ocr;
}

/* --- parts --- */

size_t
builder_part_open(struct builder *b, struct span name)
{
	builder_paragraph(b);
	b->parts++;
	return builder_open(b, MARK_PART, (uint32_t)b->parts, name);
}

void
builder_part_close(struct builder *b, size_t token)
{
	builder_close(b, token);
	builder_paragraph(b);
	if (b->parts > 0)
		b->parts--;
}

bool
builder_full(const struct builder *b)
{
	return b->full;
}

uint64_t
builder_length(const struct builder *b)
{
	return b->doc.text.n + b->run.n;
}

/* --- the end --- */

static enum err
builder_add_marks(struct builder *b)
{
	struct span names = buf_span(&b->names);
	uint64_t length = b->doc.text.n;
	enum err e = OK;

	for (size_t i = 0; i < b->mark_count && e == OK; i++) {
		struct builder_mark *mark = &b->marks[i];
		if (mark->end > length)
			mark->end = length;
		if (mark->start == OFFSET_UNSET || mark->start > length ||
		    (mark->start >= mark->end && !builder_may_be_empty(mark->type)))
			continue;
		if (mark->start > mark->end)
			mark->start = mark->end;
		e = marks_add(&b->doc.marks, mark->type, mark->number, mark->start, mark->end,
			      span_sub(names, mark->name_at, mark->name_len));
	}
	return e;
}

/* Where the section ends that the heading at `heading` begins: at the next of its level or above,
 * where a part begins, or at `end`, where the part ends that it is in. */
static uint64_t
builder_section_end(const struct builder *b, size_t heading, size_t count, uint64_t end)
{
	const struct mark *list = b->doc.marks.list;
	struct span text = buf_span(&b->doc.text);

	for (size_t i = heading + 1; i < count && list[i].start < end; i++) {
		if (list[i].start < list[heading].end)
			continue;
		if (list[i].type == MARK_PART ||
		    (list[i].type == MARK_HEADING && list[i].number <= list[heading].number)) {
			end = list[i].start;
			break;
		}
	}
	while (end > list[heading].end &&
	       (text.p[end - 1] == '\n' || text.p[end - 1] == ' ' || text.p[end - 1] == '\t'))
		end--;
	return end;
}

/* The marks are sorted, so that parts come and go like the levels of a stack. */
static enum err
builder_add_sections(struct builder *b)
{
	struct marks *m = &b->doc.marks;
	size_t count = m->n, open = 0;
	uint64_t ends[PARTS_OPEN_MAX + 1] = {b->doc.text.n};
	enum err e = OK;

	for (size_t i = 0; i < count && e == OK; i++) {
		struct mark heading = m->list[i];
		struct span words;

		while (open > 0 && heading.start >= ends[open])
			open--;
		if (heading.type == MARK_PART && open < PARTS_OPEN_MAX)
			ends[++open] = heading.end;
		if (heading.type != MARK_HEADING)
			continue;
		words = span_sub(buf_span(&b->doc.text), (size_t)heading.start,
				 (size_t)(heading.end - heading.start));
		e = marks_add(m, MARK_SECTION, heading.number, heading.start,
			      builder_section_end(b, i, count, ends[open]),
			      builder_clean(b, words, false, MARK_NAME_MAX));
	}
	if (e == ERR_LIMIT) {
		builder_cut(b, "There are more headings, rows and links than can be marked; the "
			       "later sections are not.");
		e = OK;
	}
	return e;
}

enum err
builder_finish(struct builder *b, struct document *out)
{
	enum err e;

	builder_flush(b);
	for (size_t i = 0; i < b->mark_count; i++)
		builder_close(b, i);
	if (b->failed || buf_err(&b->doc.text) != OK || buf_err(&b->blanks) != OK ||
	    buf_err(&b->names) != OK || buf_err(&b->doc.meta) != OK) {
		e = ERR_NOMEM;
		goto out;
	}
	e = builder_add_marks(b);
	if (e == OK) {
		marks_sort(&b->doc.marks);
		e = builder_add_sections(b);
	}
	if (e != OK)
		goto out;
	marks_sort(&b->doc.marks);
	builder_cut_tail(b);
	if (b->failed) {
		e = ERR_NOMEM;
		goto out;
	}
	*out = b->doc;
	b->doc = (struct document){0};
out:
	builder_reset(b);
	return e;
}
