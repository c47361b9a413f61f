/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * charset - bytes of a named or unknown encoding as UTF-8.
 */
#include "extract/readers/charset.h"
#include "common/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#define CHARSET_SAMPLE       65536 /* bytes in which control characters are counted */
#define CHARSET_LABEL_MAX    40
#define CHARSET_CONTROL_PART 200 /* text has at most one control character in so many bytes */
#define CHARSET_CHUNK        65536

/* windows-1252 from 0x80 to 0x9f; 0 where it has no character. */
static const uint16_t charset_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* What browsers do too: names that are used for a wider encoding than they mean. */
static const struct {
	const char *label, *iconv;
} charset_aliases[] = {
    {"iso-8859-1", "WINDOWS-1252"},
    {"iso8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"l1", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"x-cp1252", "WINDOWS-1252"},
    {"windows-1252", "WINDOWS-1252"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"tis-620", "WINDOWS-874"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"x-sjis", "CP932"},
    {"ks_c_5601-1987", "CP949"},
    {"euc-kr", "CP949"},
    {"x-mac-roman", "MACINTOSH"},
};

static bool
charset_is_control(unsigned char c)
{
	return (c < 0x20 && c != '\n' && c != '\t' && c != '\r' && c != '\f') || c == 0x7f;
}

/* UTF-16 without a mark: in Western text every second byte is zero, and no other. */
static enum charset
charset_detect_zeros(struct span bytes)
{
	size_t n = bytes.n < CHARSET_SAMPLE ? bytes.n : CHARSET_SAMPLE;
	size_t zeros[2] = {0, 0};

	for (size_t i = 0; i < n; i++)
		zeros[i & 1] += bytes.p[i] == 0;
	if (bytes.n % 2 != 0 || n < 4)
		return CHARSET_BINARY;
	if (zeros[1] * 10 >= n * 3 && zeros[0] * 50 <= n)
		return CHARSET_UTF16LE;
	if (zeros[0] * 10 >= n * 3 && zeros[1] * 50 <= n)
		return CHARSET_UTF16BE;
	return CHARSET_BINARY;
}

static uint32_t
charset_unit(struct span bytes, size_t at, bool big)
{
	unsigned char a = (unsigned char)bytes.p[at], b = (unsigned char)bytes.p[at + 1];

	return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

/* A mark or a pattern of zeros is a hint; the characters must look like text too. */
static enum charset
charset_check_utf16(struct span bytes, size_t bom, enum charset cs)
{
	size_t n = bytes.n < CHARSET_SAMPLE ? bytes.n : CHARSET_SAMPLE, bad = 0, units = 0;

	for (size_t i = bom; i + 1 < n; i += 2, units++) {
		uint32_t u = charset_unit(bytes, i, cs == CHARSET_UTF16BE);

		bad += u == 0 || (u < 0x80 && charset_is_control((unsigned char)u)) || u >= 0xfffe;
	}
	return bad * CHARSET_CONTROL_PART > units ? CHARSET_BINARY : cs;
}

enum charset
charset_detect(struct span bytes, size_t *bom)
{
	size_t n = bytes.n < CHARSET_SAMPLE ? bytes.n : CHARSET_SAMPLE, controls = 0;
	size_t mark = 0;
	enum charset cs = CHARSET_BINARY;

	if (span_starts(bytes, SPAN("\xff\xfe\0\0")) || span_starts(bytes, SPAN("\0\0\xfe\xff"))) {
		cs = CHARSET_BINARY; /* UTF-32: nobody's files are */
	} else if (span_starts(bytes, SPAN("\xff\xfe"))) {
		mark = 2;
		cs = charset_check_utf16(bytes, mark, CHARSET_UTF16LE);
	} else if (span_starts(bytes, SPAN("\xfe\xff"))) {
		mark = 2;
		cs = charset_check_utf16(bytes, mark, CHARSET_UTF16BE);
	} else if (memchr(bytes.p, 0, bytes.n) != NULL) {
		cs = charset_detect_zeros(bytes);
		if (cs != CHARSET_BINARY)
			cs = charset_check_utf16(bytes, 0, cs);
	} else {
		if (span_starts(bytes, SPAN("\xef\xbb\xbf")))
			mark = 3;
		for (size_t i = 0; i < n; i++)
			controls += charset_is_control((unsigned char)bytes.p[i]);
		if (controls * CHARSET_CONTROL_PART <= n)
			cs = utf8_valid(bytes) ? CHARSET_UTF8 : CHARSET_MIXED;
	}
	if (bom != NULL)
		*bom = mark;
	return cs;
}

uint32_t
charset_from_1252(unsigned char c)
{
	uint32_t cp = c >= 0x80 && c < 0xa0 ? charset_1252[c - 0x80] : c;

	return cp == 0 && c != 0 ? 0xfffd : cp;
}

static void
charset_put(struct buf *out, uint32_t cp)
{
	char bytes[4];

	buf_put(out, bytes, utf8_encode(cp, bytes));
}

static void
charset_decode_utf16(struct span bytes, bool big, struct buf *out)
{
	size_t i = 0;

	while (i + 1 < bytes.n && out->n < CHARSET_BYTES_MAX) {
		uint32_t u = charset_unit(bytes, i, big), low = 0;

		i += 2;
		if (u >= 0xd800 && u < 0xdc00 && i + 1 < bytes.n)
			low = charset_unit(bytes, i, big);
		if (low >= 0xdc00 && low < 0xe000) {
			u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (u >= 0xd800 && u < 0xe000) {
			u = 0xfffd;
		}
		charset_put(out, u);
	}
}

static void
charset_decode_mixed(struct span bytes, struct buf *out)
{
	while (bytes.n > 0 && out->n < CHARSET_BYTES_MAX) {
		struct span valid = {bytes.p, utf8_valid_prefix(span_sub(bytes, 0, CHARSET_CHUNK))};

		buf_put_span(out, valid);
		bytes = span_sub(bytes, valid.n, bytes.n);
		/* The chunk's border may have cut a character in two: go on from it. */
		if (bytes.n == 0 || valid.n + 4 > CHARSET_CHUNK)
			continue;
		charset_put(out, charset_from_1252((unsigned char)bytes.p[0]));
		bytes = span_sub(bytes, 1, bytes.n);
	}
}

/* The name by which iconv knows `label`, in `name`; false when it cannot be one. */
static bool
charset_name(struct span label, char name[CHARSET_LABEL_MAX + 1])
{
	if (label.n == 0 || label.n > CHARSET_LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      strchr("._:-", c) != NULL))
			return false; /* a slash would be an option to glibc's iconv */
		name[i] = c;
	}
	name[label.n] = '\0';
	for (size_t i = 0; i < sizeof charset_aliases / sizeof charset_aliases[0]; i++)
		if (strcasecmp(name, charset_aliases[i].label) == 0) {
			strcpy(name, charset_aliases[i].iconv);
			break;
		}
	return true;
}

static void
charset_decode_iconv(iconv_t cd, struct span bytes, struct buf *out)
{
	char *in = (char *)(uintptr_t)bytes.p;
	size_t left = bytes.n;

	while (left > 0 && out->n < CHARSET_BYTES_MAX) {
		char *to = buf_reserve(out, CHARSET_CHUNK), *end = to;
		size_t room = CHARSET_CHUNK, done;

		if (to == NULL)
			return;
		done = iconv(cd, &in, &left, &end, &room);
		out->n += (size_t)(end - to);
		if (done != (size_t)-1 || errno == E2BIG)
			continue;
		charset_put(out, 0xfffd);
		in++;
		left--;
	}
}

/* Does a document that says "Latin" or "Western" really hold UTF-8? Two characters of it are no
 * accident. */
static bool
charset_is_utf8_after_all(struct span bytes, const char *name)
{
	return strcmp(name, "WINDOWS-1252") == 0 && utf8_valid(bytes);
}

enum err
charset_to_utf8(struct span bytes, struct span label, struct buf *keep, struct span *out)
{
	char name[CHARSET_LABEL_MAX + 1];
	size_t bom = 0;
	enum charset cs = charset_detect(bytes, &bom);
	iconv_t cd = (iconv_t)-1;

	/* ISO-2022 switches with escape characters: its label counts before the look of the bytes.
	 */
	if (bom == 0 && cs != CHARSET_UTF16LE && cs != CHARSET_UTF16BE &&
	    charset_name(label, name) && strcasecmp(name, "utf-8") != 0 &&
	    strcasecmp(name, "utf8") != 0 && strcasecmp(name, "us-ascii") != 0 &&
	    strcasecmp(name, "ascii") != 0 && memchr(bytes.p, 0, bytes.n) == NULL &&
	    !charset_is_utf8_after_all(bytes, name))
		cd = iconv_open("UTF-8", name);
	if (cd == (iconv_t)-1 && cs == CHARSET_BINARY)
		return ERR_FORMAT;
	bytes = span_sub(bytes, bom, bytes.n);
	if (cd == (iconv_t)-1 && cs == CHARSET_UTF8) {
		*out = bytes;
		return OK;
	}
	if (cd != (iconv_t)-1) {
		charset_decode_iconv(cd, bytes, keep);
		iconv_close(cd);
	} else if (cs == CHARSET_MIXED) {
		charset_decode_mixed(bytes, keep);
	} else {
		charset_decode_utf16(bytes, cs == CHARSET_UTF16BE, keep);
	}
	*out = buf_span(keep);
	return buf_err(keep);
}
