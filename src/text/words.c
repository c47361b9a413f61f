/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * words - the text is cut at ASCII white space and colons, where a word never goes
 * on; a piece that is all ASCII is parted here, any other by libunistring. Both
 * give the same words.
 */
#include "text/words.h"

#include "common/utf8.h"

#include <stdlib.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <uniwbrk.h>

/* More than this of one word cannot change its first WORD_BYTES_MAX folded bytes,
   but for more than a hundred marks on one letter. */
#define WORD_INPUT_MAX 1024
/* A piece without white space is handed to libunistring in parts of this size. */
#define WORD_PIECE_MAX (64u * 1024)

enum word_class { CLASS_OTHER, CLASS_LETTER, CLASS_DIGIT, CLASS_JOIN, CLASS_MID, CLASS_MIDNUM };

struct words_run {
	struct span text;
	words_on_word *on_word;
	void *ctx;
};

struct words_join {
	struct buf *out;
	bool some;
};

/* UAX #29's classes of ASCII: '.' and '\'' stand between letters or digits, ',' and ';'
   between digits, '_' joins both. */
static enum word_class
words_class(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return CLASS_LETTER;
	if (c >= '0' && c <= '9')
		return CLASS_DIGIT;
	switch (c) {
	case '_':
		return CLASS_JOIN;
	case '.':
	case '\'':
		return CLASS_MID;
	case ',':
	case ';':
		return CLASS_MIDNUM;
	default:
		return CLASS_OTHER;
	}
}

static bool
words_parts(char c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == ':';
}

static bool
words_is_ascii(struct span s)
{
	size_t i = 0;

	for (; s.n - i >= 8; i += 8) {
		uint64_t eight;

		memcpy(&eight, s.p + i, 8);
		if ((eight & 0x8080808080808080u) != 0)
			return false;
	}
	for (; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* The longest beginning of at most `max` bytes that ends on a UTF-8 border. */
static struct span
words_cut(struct span s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && utf8_is_continuation(s.p[max]))
		max--;
	return span_sub(s, 0, max);
}

static void
words_give_ascii(const struct words_run *run, size_t from, size_t to)
{
	char folded[WORD_BYTES_MAX];
	size_t n = to - from < WORD_BYTES_MAX ? to - from : WORD_BYTES_MAX;

	for (size_t i = 0; i < n; i++) {
		char c = run->text.p[from + i];

		folded[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	run->on_word(run->ctx, (struct span){folded, n}, from, to);
}

static void
words_ascii(const struct words_run *run, size_t from, size_t to)
{
	const char *p = run->text.p;
	size_t i = from;

	while (i < to) {
		size_t begun = i;
		bool word = false;

		while (i < to) {
			enum word_class class = words_class(p[i]);
			enum word_class before = i > begun ? words_class(p[i - 1]) : CLASS_OTHER;
			enum word_class after = i + 1 < to ? words_class(p[i + 1]) : CLASS_OTHER;

			if (class == CLASS_LETTER || class == CLASS_DIGIT)
				word = true;
			else if (class != CLASS_JOIN &&
				 !(class == CLASS_MID && before == after &&
				   (before == CLASS_LETTER || before == CLASS_DIGIT)) &&
				 !(class == CLASS_MIDNUM && before == CLASS_DIGIT &&
				   after == CLASS_DIGIT))
				break;
			i++;
		}
		if (word)
			words_give_ascii(run, begun, i);
		else if (i == begun)
			i++;
	}
}

/* Drops marks and blanks that decomposition made, and unifies the apostrophe. */
static struct span
words_strip(uint8_t *s, size_t n)
{
	struct span in = {(char *)s, n};
	size_t kept = 0, at = 0;

	while (at < n) {
		uint32_t cp;
		size_t length = utf8_decode(span_sub(in, at, 4), &cp);

		if (cp == 0x2019)
			s[kept++] = '\'';
		else if (cp != ' ' && !uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_M)) {
			memmove(s + kept, s + at, length);
			kept += length;
		}
		at += length;
	}
	return words_cut((struct span){(char *)s, kept}, WORD_BYTES_MAX);
}

static enum err
words_give(const struct words_run *run, size_t from, size_t to)
{
	struct span word = words_cut(span_sub(run->text, from, to - from), WORD_INPUT_MAX);
	uint8_t small[256], *folded;
	size_t n = sizeof small;
	struct span stripped;

	if (words_is_ascii(word)) {
		words_give_ascii(run, from, to);
		return OK;
	}
	folded = u8_casefold((const uint8_t *)word.p, word.n, NULL, UNINORM_NFKD, small, &n);
	if (folded == NULL)
		return ERR_NOMEM;
	stripped = words_strip(folded, n);
	if (stripped.n > 0)
		run->on_word(run->ctx, stripped, from, to);
	if (folded != small)
		free(folded);
	return OK;
}

/* A letter, digit or ideograph in it? */
static bool
words_is_word(struct span s)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t cp;

		at += utf8_decode(span_sub(s, at, 4), &cp);
		if (uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N))
			return true;
	}
	return false;
}

static enum err
words_unicode(const struct words_run *run, size_t from, size_t to)
{
	char small[512], *breaks = small;
	struct span piece;
	enum err e = OK;

	while (e == OK && from < to) {
		size_t begun = 0;

		piece = words_cut(span_sub(run->text, from, to - from), WORD_PIECE_MAX);
		if (piece.n > sizeof small && breaks == small)
			breaks = malloc(WORD_PIECE_MAX);
		if (breaks == NULL)
			return ERR_NOMEM;
		u8_wordbreaks((const uint8_t *)piece.p, piece.n, breaks);
		for (size_t i = 1; i <= piece.n && e == OK; i++) {
			if (i < piece.n && !breaks[i])
				continue;
			if (words_is_word(span_sub(piece, begun, i - begun)))
				e = words_give(run, from + begun, from + i);
			begun = i;
		}
		from += piece.n;
	}
	if (breaks != small)
		free(breaks);
	return e;
}

enum err
words_each(struct span text, words_on_word *on_word, void *ctx)
{
	struct words_run run = {text, on_word, ctx};
	enum err e = OK;
	size_t i = 0;

	while (e == OK && i < text.n) {
		size_t begun;
		unsigned char bits = 0;

		while (i < text.n && words_parts(text.p[i]))
			i++;
		for (begun = i; i < text.n && !words_parts(text.p[i]); i++)
			bits |= (unsigned char)text.p[i];
		if (bits < 0x80)
			words_ascii(&run, begun, i);
		else
			e = words_unicode(&run, begun, i);
	}
	return e;
}

static void
words_on_join(void *ctx, struct span folded, size_t from, size_t to)
{
	struct words_join *join = ctx;

	(void)from;
	(void)to;
	if (join->some)
		buf_put_char(join->out, ' ');
	join->some = true;
	buf_put_span(join->out, folded);
}

enum err
words_fold(struct span text, struct buf *out)
{
	struct words_join join = {out, false};
	enum err e = words_each(text, words_on_join, &join);

	return e != OK ? e : buf_err(out);
}

/* Characters of which it is certain that NFC leaves them as they are, whatever
   stands before: no marks, no jamo, nothing that decomposes for good. */
static bool
words_is_nfc(struct span s)
{
	if (words_is_ascii(s))
		return true;
	for (size_t at = 0; at < s.n;) {
		uint32_t cp;

		at += utf8_decode(span_sub(s, at, 4), &cp);
		if (!(cp < 0x300 || (cp >= 0x2010 && cp <= 0x205e) ||
		      (cp >= 0x20a0 && cp <= 0x20bf) || (cp >= 0x4e00 && cp <= 0x9fff)))
			return false;
	}
	return true;
}

enum err
words_nfc(struct span text, struct buf *out)
{
	uint8_t small[1024], *made;
	size_t n = sizeof small;

	if (words_is_nfc(text)) {
		buf_put_span(out, text);
		return buf_err(out);
	}
	made = u8_normalize(UNINORM_NFC, (const uint8_t *)text.p, text.n, small, &n);
	if (made == NULL)
		return ERR_NOMEM;
	buf_put(out, made, n);
	if (made != small)
		free(made);
	return buf_err(out);
}
