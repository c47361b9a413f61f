/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tnef_mapi - properties of a mail or an attachment, as they lie in winmail.dat.
 */
#include "extract/readers/tnef_mapi.h"
#include "common/little.h"
#include "extract/readers/charset.h"

#include <stdio.h>

#define MAPI_MANY   0x1000 /* in a type: several values */
#define MAPI_NAMED  0x8000 /* ids from here on have a GUID and a name */
#define MAPI_PADDED 3

static bool
mapi_take(struct span *in, size_t n, struct span *out)
{
	if (n > in->n)
		return false;
	*out = span_sub(*in, 0, n);
	*in = span_sub(*in, n, in->n);
	return true;
}

static bool
mapi_take_u32(struct span *in, uint32_t *out)
{
	struct span bytes;

	if (!mapi_take(in, 4, &bytes))
		return false;
	*out = little_u32(bytes, 0);
	return true;
}

/* `n` bytes and what fills them up to a multiple of four. */
static bool
mapi_take_padded(struct span *in, uint32_t n, struct span *out)
{
	struct span pad;

	if (!mapi_take(in, n, out))
		return false;
	return mapi_take(in, (4 - (n & MAPI_PADDED)) & MAPI_PADDED, &pad) || in->n < 4;
}

/* The bytes of a value of fixed length; 0: it says its length. */
static uint32_t
mapi_size(uint16_t type)
{
	switch (type & ~MAPI_MANY) {
	case MAPI_INT16:
	case MAPI_BOOLEAN:
	case MAPI_INT32:
	case MAPI_FLOAT:
	case MAPI_ERROR:
		return 4;
	case MAPI_DOUBLE:
	case MAPI_CURRENCY:
	case MAPI_APPTIME:
	case MAPI_INT64:
	case MAPI_TIME:
		return 8;
	case MAPI_CLSID:
		return 16;
	default:
		return 0;
	}
}

static bool
mapi_skip_name(struct span *in)
{
	struct span guid, name;
	uint32_t kind, n;

	if (!mapi_take(in, 16, &guid) || !mapi_take_u32(in, &kind) || !mapi_take_u32(in, &n))
		return false;
	return kind == 0 || mapi_take_padded(in, n, &name);
}

bool
mapi_begin(struct span *in, uint32_t *left)
{
	return mapi_take_u32(in, left);
}

bool
mapi_next(struct span *in, uint32_t *left, struct mapi_value *v)
{
	uint32_t tag, count = 1, size;

	if (*left == 0 || !mapi_take_u32(in, &tag))
		return false;
	(*left)--;
	*v = (struct mapi_value){.type = (uint16_t)tag, .id = (uint16_t)(tag >> 16)};
	if (v->id >= MAPI_NAMED) {
		if (!mapi_skip_name(in))
			return false;
		v->id = 0;
	}
	size = mapi_size(v->type);
	if ((size == 0 || (v->type & MAPI_MANY) != 0) && !mapi_take_u32(in, &count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct span bytes;
		uint32_t n = size;

		if (n == 0 && !mapi_take_u32(in, &n))
			return false;
		if (!mapi_take_padded(in, n, &bytes))
			return false;
		if (i == 0)
			v->bytes = bytes;
	}
	v->type &= (uint16_t)~MAPI_MANY;
	return true;
}

bool
mapi_find(struct span block, enum mapi_id id, struct mapi_value *v)
{
	uint32_t left;

	if (!mapi_begin(&block, &left))
		return false;
	while (mapi_next(&block, &left, v))
		if (v->id == id)
			return true;
	return false;
}

void
mapi_charset(uint32_t codepage, char name[24])
{
	static const struct {
		uint32_t page;
		const char *name;
	} pages[] = {
	    {932, "shift_jis"},     {936, "gb18030"},  {949, "euc-kr"},   {950, "big5"},
	    {20127, "us-ascii"},    {20866, "koi8-r"}, {21866, "koi8-u"}, {50220, "iso-2022-jp"},
	    {50221, "iso-2022-jp"}, {51932, "euc-jp"}, {51949, "euc-kr"}, {54936, "gb18030"},
	    {65001, "utf-8"},
	};

	name[0] = '\0';
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (pages[i].page == codepage)
			snprintf(name, 24, "%s", pages[i].name);
	if (name[0] == '\0' && codepage > 28590 && codepage < 28606)
		snprintf(name, 24, "iso-8859-%u", codepage - 28590);
	else if (name[0] == '\0' && codepage != 0)
		snprintf(name, 24, "windows-%u", codepage);
}

void
mapi_put_bytes(struct span bytes, uint32_t codepage, struct buf *out)
{
	struct buf keep = {0};
	struct span text;
	char charset[24];

	while (bytes.n > 0 && bytes.p[bytes.n - 1] == '\0')
		bytes.n--;
	mapi_charset(codepage, charset);
	if (bytes.n > 0 && charset_to_utf8(bytes, span_of(charset), &keep, &text) == OK)
		buf_put_span(out, text);
	buf_clear(&keep);
}

void
mapi_put_text(const struct mapi_value *v, uint32_t codepage, struct buf *out)
{
	struct buf wide = {0}, keep = {0};
	struct span text = v->bytes;

	if (v->type == MAPI_STRING8) {
		mapi_put_bytes(v->bytes, codepage, out);
	} else if (v->type == MAPI_UNICODE) {
		while (text.n >= 2 && memcmp(text.p + (text.n & ~(size_t)1) - 2, "\0", 2) == 0)
			text.n = (text.n & ~(size_t)1) - 2;
		/* Its mark says what else would have to be guessed. */
		buf_put_str(&wide, "\xff\xfe");
		buf_put_span(&wide, text);
		if (text.n > 0 &&
		    charset_to_utf8(buf_span(&wide), (struct span){0}, &keep, &text) == OK)
			buf_put_span(out, text);
	}
	buf_clear(&wide);
	buf_clear(&keep);
}
