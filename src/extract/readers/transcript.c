/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transcript - WebVTT and SubRip files as who says what.
 *
 * Twice over the file. First it is learned whether captions roll (each cue repeats the
 * last one's words, as automatic captions do) and which single words in front of a
 * colon are names; then the words of one speaker become one paragraph.
 */
#include "extract/readers/transcript.h"
#include "common/utf8.h"
#include "extract/reader.h"
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/selftests.h"

#include <stdio.h>

#define TRANSCRIPT_NAMES_MAX 64   /* single words before a colon that are counted */
#define TRANSCRIPT_ROLLING   4    /* one cue in so many repeats the one before: they roll */
#define TRANSCRIPT_PAUSE_MS  4000 /* after such silence nobody's words begin anew */
#define TRANSCRIPT_ENOUGH    700  /* bytes of a paragraph that ends at its next sentence */

struct transcript_count {
	struct span name;
	unsigned cues;
};

struct transcript {
	struct builder *b; /* NULL: learning */
	struct transcript_count names[TRANSCRIPT_NAMES_MAX];
	size_t name_count, cues, repeated;
	bool rolling;
	struct buf line, last; /* the line, and the one before it */
	struct buf speaker;    /* of the open paragraph */
	bool open, tagged;     /* its speaker comes from a tag: the next cue's does not go on */
	size_t token, length;
	bool marked;
	uint64_t last_ms;
};

/* --- learning --- */

static void
transcript_count_name(struct transcript *t, struct span name)
{
	for (size_t i = 0; i < t->name_count; i++)
		if (span_eq(t->names[i].name, name)) {
			t->names[i].cues++;
			return;
		}
	if (t->name_count < TRANSCRIPT_NAMES_MAX)
		t->names[t->name_count++] = (struct transcript_count){name, 1};
}

static bool
transcript_is_name(const struct transcript *t, struct span name)
{
	for (size_t i = 0; i < t->name_count; i++)
		if (span_eq(t->names[i].name, name))
			return t->names[i].cues > 1;
	return false;
}

/* Does `line` repeat `last`, or say it again and go on? */
static bool
transcript_repeats(struct span line, struct span last)
{
	return last.n > 0 && span_starts(line, last) && (line.n == last.n || line.p[last.n] == ' ');
}

static void
transcript_learn(struct transcript *t, const struct transcript_cue *cue)
{
	struct span rest = cue->lines, speaker;
	bool first = true, sure;

	t->cues++;
	if (cue->to_ms > t->last_ms)
		t->last_ms = cue->to_ms;
	while (rest.n > 0) {
		struct span line = heading_trim(transcript_line(&rest)), words;
		size_t n = transcript_name(line, &sure);

		if (n > 0 && !sure)
			transcript_count_name(t, span_sub(line, 0, n));
		transcript_clean(line, &t->line, &speaker);
		words = heading_trim(buf_span(&t->line));
		if (words.n == 0)
			continue;
		if (first && transcript_repeats(words, buf_span(&t->last)))
			t->repeated++;
		first = false;
		buf_reset(&t->last);
		buf_put_span(&t->last, words);
	}
}

/* --- putting --- */

static void
transcript_end_paragraph(struct transcript *t)
{
	if (t->marked)
		builder_close(t->b, t->token);
	if (t->open)
		builder_paragraph(t->b);
	t->open = t->marked = false;
	t->length = 0;
}

static void
transcript_begin_paragraph(struct transcript *t, struct span speaker)
{
	transcript_end_paragraph(t);
	t->open = true;
	if (speaker.n == 0)
		return;
	builder_text(t->b, speaker);
	builder_text(t->b, SPAN(": "));
	t->token = builder_open(t->b, MARK_SPEAKER, 0, speaker);
	t->marked = true;
}

/* Nobody is named: paragraphs end at pauses, and at a sentence's end once they are long. */
static bool
transcript_is_over(const struct transcript *t, const struct transcript_cue *cue)
{
	char end = t->last.n == 0 ? ' ' : t->last.p[t->last.n - 1];

	return t->speaker.n == 0 &&
	       (cue->from_ms > t->last_ms + TRANSCRIPT_PAUSE_MS ||
		(t->length > TRANSCRIPT_ENOUGH && (end == '.' || end == '?' || end == '!')));
}

/* Who says the line: by tag, by a name in front (taken off), else whoever spoke before. */
static void
transcript_find_speaker(struct transcript *t, struct span *words, struct span tag, bool first)
{
	bool sure, named = false, change = false;
	size_t n;

	while (span_starts(*words, SPAN(">>"))) { /* somebody else begins to speak */
		*words = heading_trim(span_sub(*words, 2, words->n));
		change = true;
	}
	n = transcript_name(*words, &sure);
	if (n > 0 && (sure || transcript_is_name(t, span_sub(*words, 0, n))))
		named = true;
	if (tag.n == 0 && named) {
		tag = span_sub(*words, 0, n);
		*words = heading_trim(span_sub(*words, n + 1, words->n));
		t->tagged = false;
	} else if (tag.n > 0) {
		t->tagged = true;
	} else if (!change && !(t->tagged && first)) {
		return;
	}
	if (tag.n > TRANSCRIPT_SPEAKER_MAX)
		tag.n = utf8_valid_prefix(span_sub(tag, 0, TRANSCRIPT_SPEAKER_MAX));
	if (change || !span_eq(tag, buf_span(&t->speaker)))
		transcript_end_paragraph(t);
	buf_reset(&t->speaker);
	buf_put_span(&t->speaker, tag);
}

static void
transcript_put_line(struct transcript *t, const struct transcript_cue *cue, struct span line,
		    bool first)
{
	struct span tag, words, whole;

	transcript_clean(line, &t->line, &tag);
	words = whole = heading_trim(buf_span(&t->line));
	if (words.n == 0)
		return;
	transcript_find_speaker(t, &words, tag, first);
	if (t->rolling && transcript_repeats(whole, buf_span(&t->last)))
		words = heading_trim(span_sub(whole, t->last.n, whole.n));
	if (words.n > 0) {
		if (!t->open || transcript_is_over(t, cue))
			transcript_begin_paragraph(t, buf_span(&t->speaker));
		else if (t->length > 0)
			builder_text(t->b, SPAN(" "));
		builder_text(t->b, words);
		t->length += words.n + 1;
	}
	buf_reset(&t->last);
	buf_put_span(&t->last, whole);
}

static void
transcript_put(struct transcript *t, const struct transcript_cue *cue)
{
	struct span rest = cue->lines;
	bool first = true;

	while (rest.n > 0) {
		struct span line = heading_trim(transcript_line(&rest));

		if (line.n > 0)
			transcript_put_line(t, cue, line, first);
		first = first && line.n == 0;
	}
	if (cue->to_ms > t->last_ms)
		t->last_ms = cue->to_ms;
}

/* --- the whole --- */

static void
transcript_put_duration(struct builder *b, uint64_t ms)
{
	char text[32];
	uint64_t s = ms / 1000;

	snprintf(text, sizeof text, "%llu:%02llu:%02llu", (unsigned long long)(s / 3600),
		 (unsigned long long)(s / 60 % 60), (unsigned long long)(s % 60));
	builder_meta(b, "duration", span_of(text));
}

static enum err
transcript_put_cues(struct span text, struct transcript *t, struct builder *b)
{
	struct transcript_cues cues;
	struct transcript_cue cue;

	transcript_begin(&cues, text);
	while (transcript_next(&cues, &cue))
		transcript_learn(t, &cue);
	if (t->cues == 0)
		return ERR_NOT_FOUND;
	builder_format(b, "transcript");
	builder_title(b, cues.title);
	builder_meta(b, "language", cues.language);
	transcript_put_duration(b, t->last_ms);
	t->rolling = t->repeated > 2 && t->repeated * TRANSCRIPT_ROLLING >= t->cues;
	t->b = b;
	t->last_ms = 0;
	buf_reset(&t->last);
	transcript_begin(&cues, text);
	while (!builder_full(b) && transcript_next(&cues, &cue))
		transcript_put(t, &cue);
	transcript_end_paragraph(t);
	return buf_err(&t->line) == OK && buf_err(&t->last) == OK ? buf_err(&t->speaker)
								  : ERR_NOMEM;
}

static enum err
transcript_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct transcript t = {0};
	struct buf keep = {0};
	struct span text;
	enum err e = charset_to_utf8(in->bytes, (struct span){0}, &keep, &text);

	if (e == ERR_FORMAT)
		e = failure_set(failure, e, "damaged", "This transcript is no text.", "");
	else if (e == OK)
		e = transcript_put_cues(text, &t, b);
	buf_clear(&keep);
	buf_clear(&t.line);
	buf_clear(&t.last);
	buf_clear(&t.speaker);
	if (e == ERR_NOT_FOUND) /* only its name says that it is one */
		e = reader_text.read(in, b, failure);
	return e;
}

const struct reader reader_transcript = {
    .name = "transcript",
    .format = "transcript",
    .read = transcript_read,
    .selftest = selftests_transcript,
};
