/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transcript_cues - WebVTT and SubRip files as cues.
 *
 * A line with times begins a cue; an empty one ends it. In WebVTT what stands between
 * is a comment, a style or a cue's name. SubRip has none of these, but files with empty
 * lines inside a cue: there only a number before the next times is no text.
 */
#include "common/utf8.h"
#include "extract/readers/heading.h"
#include "extract/readers/transcript.h"

#include <strings.h>

#define CUE_ENTITY_MAX 10
#define CUE_NAME_WORDS 6 /* of a speaker */

struct span
transcript_line(struct span *rest)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	struct span line = span_sub(*rest, 0, n);

	if (n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = span_sub(*rest, n + 1, rest->n);
	return line;
}

/* --- times --- */

static bool
cue_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "01:02:03.456", "02:03,456": takes it off *s. */
static bool
cue_time(struct span *s, uint64_t *ms)
{
	uint64_t fields[4] = {0};
	size_t n = 0, at = 0, digits = 0;

	while (at < s->n && n < 4) {
		if (cue_is_digit(s->p[at]) && digits < 6) {
			fields[n] = fields[n] * 10 + (uint64_t)(s->p[at] - '0');
			digits++;
			at++;
			continue;
		}
		if (digits == 0 || (s->p[at] != ':' && s->p[at] != '.' && s->p[at] != ','))
			break;
		n++;
		digits = 0;
		if (s->p[at++] != ':') { /* the last: thousandths */
			while (at < s->n && cue_is_digit(s->p[at]) && digits < 3) {
				fields[3] = fields[3] * 10 + (uint64_t)(s->p[at++] - '0');
				digits++;
			}
			break;
		}
	}
	if (digits == 0 || n < 2 || n > 3)
		return false;
	*ms = n == 3 ? (fields[0] * 3600 + fields[1] * 60 + fields[2]) * 1000 + fields[3]
		     : (fields[0] * 60 + fields[1]) * 1000 + fields[3];
	*s = span_sub(*s, at, s->n);
	return true;
}

static bool
cue_is_timing(struct span line, struct transcript_cue *cue)
{
	line = heading_trim(line);
	if (!cue_time(&line, &cue->from_ms))
		return false;
	line = heading_trim(line);
	if (!span_starts(line, SPAN("-->")))
		return false;
	line = heading_trim(span_sub(line, 3, line.n));
	return cue_time(&line, &cue->to_ms);
}

static bool
cue_is_number(struct span line)
{
	line = heading_trim(line);
	for (size_t i = 0; i < line.n; i++)
		if (!cue_is_digit(line.p[i]))
			return false;
	return line.n > 0 && line.n < 10;
}

/* --- the file --- */

static struct span
cue_skip_mark(struct span text)
{
	return span_starts(text, SPAN("\xef\xbb\xbf")) ? span_sub(text, 3, text.n) : text;
}

static bool
cue_is_vtt(struct span text)
{
	return span_starts(text, SPAN("WEBVTT")) &&
	       (text.n == 6 || strchr(" \t\r\n", text.p[6]) != NULL);
}

bool
transcript_is(struct span head)
{
	struct transcript_cue cue;
	struct span rest = cue_skip_mark(head), line = {0};

	if (cue_is_vtt(rest))
		return true;
	while (rest.n > 0 && line.n == 0)
		line = heading_trim(transcript_line(&rest));
	return cue_is_number(line) && cue_is_timing(transcript_line(&rest), &cue);
}

void
transcript_begin(struct transcript_cues *c, struct span text)
{
	struct span line;

	*c = (struct transcript_cues){.rest = cue_skip_mark(text)};
	c->vtt = cue_is_vtt(c->rest);
	if (!c->vtt)
		return;
	line = heading_trim(span_sub(transcript_line(&c->rest), 6, SIZE_MAX));
	if (span_starts(line, SPAN("-")))
		c->title = heading_trim(span_sub(line, 1, line.n));
	for (;;) {
		struct span before = c->rest;
		struct transcript_cue cue;

		line = heading_trim(transcript_line(&c->rest));
		if (line.n == 0)
			return;
		if (cue_is_timing(line, &cue)) {
			c->rest = before;
			return;
		}
		if (line.n > 9 && strncasecmp(line.p, "Language:", 9) == 0)
			c->language = heading_trim(span_sub(line, 9, line.n));
	}
}

/* Goes on to the line with the next cue's times. */
static bool
cue_find(struct transcript_cues *c, struct transcript_cue *cue)
{
	bool note = false, empty = true;

	while (c->rest.n > 0) {
		struct span line = transcript_line(&c->rest);

		if (c->vtt && empty)
			note = span_starts(line, SPAN("NOTE")) || span_is(line, "STYLE") ||
			       span_is(line, "REGION");
		empty = heading_trim(line).n == 0;
		note &= !empty;
		if (!note && cue_is_timing(line, cue))
			return true;
	}
	return false;
}

/* Do the lines from here on begin another cue: times, or a number and times? */
static bool
cue_begins(struct span rest)
{
	struct transcript_cue cue;
	struct span line = transcript_line(&rest);

	if (cue_is_timing(line, &cue))
		return true;
	return cue_is_number(line) && cue_is_timing(transcript_line(&rest), &cue);
}

bool
transcript_next(struct transcript_cues *c, struct transcript_cue *cue)
{
	const char *start;
	struct span end;

	if (!cue_find(c, cue))
		return false;
	start = c->rest.p;
	end = c->rest;
	while (c->rest.n > 0 && !cue_begins(c->rest)) {
		struct span line = transcript_line(&c->rest);

		if (heading_trim(line).n == 0 && c->vtt)
			break;
		end = c->rest;
	}
	cue->lines = (struct span){start, c->rest.n == 0 && end.n == 0 ? (size_t)(c->rest.p - start)
								       : (size_t)(end.p - start)};
	return true;
}

/* --- lines --- */

/* "&amp;" at the start of s as its character; the entity's length, 0: it is none. */
static size_t
cue_entity(struct span s, uint32_t *cp)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} known[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'}, {"&nbsp;", 0xa0},
		     {"&quot;", '"'}, {"&apos;", '\''}, {"&lrm;", 0},  {"&rlm;", 0}};
	uint32_t n = 0;
	size_t at = 2;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (span_starts(s, span_of(known[i].name))) {
			*cp = known[i].cp;
			return strlen(known[i].name);
		}
	if (!span_starts(s, SPAN("&#")))
		return 0;
	while (at < s.n && at < CUE_ENTITY_MAX && cue_is_digit(s.p[at]))
		n = n * 10 + (uint32_t)(s.p[at++] - '0');
	if (at == 2 || at >= s.n || s.p[at] != ';' || n == 0 || n > 0x10ffff ||
	    (n >= 0xd800 && n < 0xe000))
		return 0;
	*cp = n;
	return at + 1;
}

/* The length of the tag that begins at s, 0: it is a sign "less than". */
static size_t
cue_tag(struct span s, struct span *speaker)
{
	const char *end;
	struct span tag;
	size_t n = 2;

	if (s.n < 3 || (s.p[1] != '/' && !cue_is_digit(s.p[1]) &&
			!(s.p[1] >= 'a' && s.p[1] <= 'z') && !(s.p[1] >= 'A' && s.p[1] <= 'Z')))
		return 0;
	end = memchr(s.p, '>', s.n);
	if (end == NULL)
		return 0;
	tag = span_sub(s, 0, (size_t)(end - s.p));
	if (tag.p[1] == 'v' && tag.n > 2 && (tag.p[2] == ' ' || tag.p[2] == '.')) {
		while (n < tag.n && tag.p[n] != ' ')
			n++;
		if (speaker->n == 0)
			*speaker = heading_trim(span_sub(tag, n, tag.n));
	}
	return tag.n + 1;
}

void
transcript_clean(struct span line, struct buf *out, struct span *speaker)
{
	char bytes[4];

	buf_reset(out);
	*speaker = (struct span){0};
	for (size_t at = 0; at < line.n;) {
		struct span rest = span_sub(line, at, line.n);
		uint32_t cp = 0;
		size_t n = 0;

		if (rest.p[0] == '<')
			n = cue_tag(rest, speaker);
		else if (span_starts(rest, SPAN("{\\")) && memchr(rest.p, '}', rest.n) != NULL)
			n = (size_t)((const char *)memchr(rest.p, '}', rest.n) - rest.p) + 1;
		else if (rest.p[0] == '&')
			n = cue_entity(rest, &cp);
		if (cp != 0)
			buf_put(out, bytes, utf8_encode(cp, bytes));
		if (n == 0)
			buf_put_char(out, rest.p[n++]);
		at += n;
	}
}

/* --- speakers --- */

static bool
cue_is_capital(struct span word)
{
	uint32_t cp;

	utf8_decode(word, &cp);
	return (cp >= 'A' && cp <= 'Z') || (cp >= 0xc0 && cp <= 0xde && cp != 0xd7) ||
	       (cp >= 0x391 && cp <= 0x42f) || cp == 0x174 || cp == 0x176 ||
	       cue_is_digit(word.p[0]) || word.p[0] == '(' || word.p[0] == '[';
}

size_t
transcript_name(struct span line, bool *sure)
{
	/* Between a name's words: "Ap", "van der". */
	static const char *const small[] = {"ap", "ab", "van", "von", "de", "der", "den", "del",
					    "da", "di", "la",  "le",  "al", "el",  "bin"};
	const char *colon =
	    line.n == 0 ? NULL
			: memchr(line.p, ':',
				 line.n < TRANSCRIPT_SPEAKER_MAX ? line.n : TRANSCRIPT_SPEAKER_MAX);
	struct span name = {line.p, colon == NULL ? 0 : (size_t)(colon - line.p)}, rest = name;
	size_t words = 0;

	*sure = false;
	if (name.n < 2 || (name.n + 1 < line.n && line.p[name.n + 1] != ' '))
		return 0;
	while (rest.n > 0) {
		const char *blank = memchr(rest.p, ' ', rest.n);
		struct span word = {rest.p, blank == NULL ? rest.n : (size_t)(blank - rest.p)};
		bool fits = word.n > 0 && cue_is_capital(word);

		for (size_t i = 0; !fits && words > 0 && i < sizeof small / sizeof small[0]; i++)
			fits = span_is(word, small[i]);
		if (!fits || ++words > CUE_NAME_WORDS ||
		    (word.n > 0 && memchr(word.p, ',', word.n) != NULL))
			return 0;
		rest = span_sub(rest, word.n + 1, rest.n);
	}
	*sure = words > 1 && !cue_is_digit(name.p[0]);
	return name.n;
}
