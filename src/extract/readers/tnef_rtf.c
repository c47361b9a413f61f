/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tnef_rtf - the compression of RTF in Outlook's mails (LZFu): references into a ring of
 * 4,096 bytes that begins with what most RTF begins with.
 */
#include "extract/readers/tnef.h"

#define RTF_HEAD 16
#define RTF_RING 4096
#define RTF_STEP 65536 /* bytes between two looks at the limit */
#define RTF_BEGIN                                                                                  \
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "           \
	"\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"              \
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

struct rtf_ring {
	char bytes[RTF_RING];
	size_t at;
	struct buf *out;
};

static uint32_t
rtf_u32(struct span s, size_t at)
{
	uint32_t n = 0;

	for (size_t i = 0; i < 4; i++)
		n |= (uint32_t)(unsigned char)s.p[at + i] << (8 * i);
	return n;
}

static void
rtf_put(struct rtf_ring *r, char c)
{
	buf_put_char(r->out, c);
	r->bytes[r->at] = c;
	r->at = (r->at + 1) % RTF_RING;
}

/* One group: a byte of flags, then eight bytes or references. False: the end. */
static bool
rtf_group(struct rtf_ring *r, struct span *in)
{
	unsigned char flags;

	if (in->n == 0)
		return false;
	flags = (unsigned char)in->p[0];
	*in = span_sub(*in, 1, in->n);
	for (int i = 0; i < 8; i++, flags >>= 1) {
		unsigned reference;
		size_t from, n;

		if ((flags & 1) == 0) {
			if (in->n == 0)
				return false;
			rtf_put(r, in->p[0]);
			*in = span_sub(*in, 1, in->n);
			continue;
		}
		if (in->n < 2)
			return false;
		reference = (unsigned)(unsigned char)in->p[0] << 8 | (unsigned char)in->p[1];
		*in = span_sub(*in, 2, in->n);
		from = reference >> 4;
		n = (reference & 15) + 2;
		if (from == r->at)
			return false;
		for (; n > 0; n--, from = (from + 1) % RTF_RING)
			rtf_put(r, r->bytes[from]);
	}
	return true;
}

enum err
tnef_unpack_rtf(struct reader_work *work, struct span packed, struct buf *out)
{
	struct rtf_ring r = {.at = sizeof(RTF_BEGIN) - 1, .out = out};
	struct span in;
	size_t counted = 0;

	if (packed.n < RTF_HEAD)
		return ERR_FORMAT;
	in = span_sub(packed, RTF_HEAD, packed.n);
	if (rtf_u32(packed, 8) == 0x414c454d) { /* "MELA": as it is */
		buf_put_span(out, in);
		return reader_unpacked(work, in.n) ? buf_err(out) : ERR_LIMIT;
	}
	if (rtf_u32(packed, 8) != 0x75465a4c) /* "LZFu" */
		return ERR_FORMAT;
	memcpy(r.bytes, RTF_BEGIN, sizeof(RTF_BEGIN) - 1);
	while (rtf_group(&r, &in)) {
		if (out->n - counted < RTF_STEP)
			continue;
		if (!reader_unpacked(work, out->n - counted))
			return ERR_LIMIT;
		counted = out->n;
	}
	return reader_unpacked(work, out->n - counted) ? buf_err(out) : ERR_LIMIT;
}
