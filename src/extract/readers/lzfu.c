/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lzfu - the packed RTF of Outlook: an LZ77 whose window begins with what most RTF
 * begins with. A control byte says of each of the next eight tokens whether it is
 * a character (0) or a place in the window and a length (1).
 */
#include "extract/readers/lzfu.h"
#include "common/little.h"

#define LZFU_HEADER 16
#define LZFU_PACKED 0x75465a4cu /* "LZFu" */
#define LZFU_PLAIN  0x414c454du /* "MELA" */
#define LZFU_WINDOW 4096
#define LZFU_COUNT  4096 /* bytes between two calls of reader_unpacked() */

static const char lzfu_start[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct lzfu {
	struct buf *out;
	struct reader_work *work;
	size_t at, counted;
	char window[LZFU_WINDOW];
};

static void
lzfu_put(struct lzfu *l, char c)
{
	buf_put_char(l->out, c);
	l->window[l->at] = c;
	l->at = (l->at + 1) % LZFU_WINDOW;
}

/* Counts what came since the last time. */
static bool
lzfu_may_go_on(struct lzfu *l)
{
	size_t more = l->out->n - l->counted;

	l->counted = l->out->n;
	return reader_unpacked(l->work, more) && l->out->n < LZFU_BYTES_MAX;
}

static enum err
lzfu_tokens(struct lzfu *l, struct span in)
{
	size_t at = 0;

	while (at < in.n) {
		unsigned control = (unsigned char)in.p[at++];

		for (int bit = 0; bit < 8 && at < in.n; bit++, control >>= 1) {
			unsigned token, from;

			if ((control & 1) == 0) {
				lzfu_put(l, in.p[at++]);
				continue;
			}
			if (at + 2 > in.n)
				return OK;
			token =
			    (unsigned)(unsigned char)in.p[at] << 8 | (unsigned char)in.p[at + 1];
			at += 2;
			from = token >> 4;
			if (from == l->at) /* says that this is the end */
				return OK;
			for (unsigned i = 0; i < (token & 15) + 2; i++)
				lzfu_put(l, l->window[(from + i) % LZFU_WINDOW]);
		}
		if (l->out->n - l->counted >= LZFU_COUNT && !lzfu_may_go_on(l))
			return ERR_LIMIT;
	}
	return OK;
}

enum err
lzfu_unpack(struct span packed, struct reader_work *work, struct buf *out)
{
	struct lzfu l = {.out = out, .work = work, .counted = out->n};
	struct span in = span_sub(packed, LZFU_HEADER, packed.n);
	enum err e = OK;

	_Static_assert(sizeof lzfu_start - 1 == 207, "the window's start is given by the format");
	if (packed.n < LZFU_HEADER)
		return ERR_FORMAT;
	memcpy(l.window, lzfu_start, sizeof lzfu_start - 1);
	l.at = sizeof lzfu_start - 1;
	switch (little_u32(packed, 8)) {
	case LZFU_PLAIN:
		buf_put_span(out, span_sub(in, 0, little_u32(packed, 4)));
		break;
	case LZFU_PACKED:
		e = lzfu_tokens(&l, in);
		break;
	default:
		return ERR_FORMAT;
	}
	if (e == OK && !lzfu_may_go_on(&l))
		e = ERR_LIMIT;
	return buf_err(out) != OK ? ERR_NOMEM : e;
}
