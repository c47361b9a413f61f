/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rtf_chars - bytes of code pages as characters. A page of single bytes becomes a table
 * when it is first met; bytes of others wait until their run ends.
 */
#include "common/utf8.h"
#include "extract/readers/charset.h"
#include "extract/readers/rtf_inside.h"
#include "extract/readers/symbol.h"

#include <stdio.h>

#define RTF_PAGE_WESTERN 1252

static const struct {
	unsigned page;
	const char *label;
} rtf_labels[] = {
    {437, "cp437"},         {850, "cp850"},         {852, "cp852"},         {866, "cp866"},
    {874, "windows-874"},   {932, "shift_jis"},     {936, "gbk"},           {949, "ks_c_5601-1987"},
    {950, "big5"},          {1250, "windows-1250"}, {1251, "windows-1251"}, {1252, "windows-1252"},
    {1253, "windows-1253"}, {1254, "windows-1254"}, {1255, "windows-1255"}, {1256, "windows-1256"},
    {1257, "windows-1257"}, {1258, "windows-1258"}, {1361, "johab"},        {10000, "macintosh"},
    {20866, "koi8-r"},      {21866, "koi8-u"},      {28591, "iso-8859-1"},  {28592, "iso-8859-2"},
    {28605, "iso-8859-15"}, {65001, "utf-8"},
};

unsigned
rtf_page_of_charset(long charset)
{
	static const struct {
		uint8_t charset;
		uint16_t page;
	} pages[] = {{0, 1252},   {77, 10000}, {128, 932},  {129, 949},  {130, 1361}, {134, 936},
		     {136, 950},  {161, 1253}, {162, 1254}, {163, 1258}, {177, 1255}, {178, 1256},
		     {186, 1257}, {204, 1251}, {222, 874},  {238, 1250}, {254, 437},  {255, 850}};

	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (pages[i].charset == charset)
			return pages[i].page;
	return 0;
}

static const char *
rtf_label(unsigned page)
{
	for (size_t i = 0; i < sizeof rtf_labels / sizeof rtf_labels[0]; i++)
		if (rtf_labels[i].page == page)
			return rtf_labels[i].label;
	return "windows-1252";
}

static bool
rtf_page_has_pairs(unsigned page)
{
	return page == 932 || page == 936 || page == 949 || page == 950 || page == 1361 ||
	       page == 65001;
}

/* Decodes `bytes` of `page`; empty where that fails. */
static void
rtf_decode(struct rtf *r, struct span bytes, unsigned page, struct buf *keep, struct span *out)
{
	enum err e = charset_to_utf8(bytes, span_of(rtf_label(page)), keep, out);

	if (e == ERR_NOMEM)
		r->failed = true;
	if (e != OK)
		*out = (struct span){0};
}

/* --- pages of single bytes --- */

/*
 * All bytes of the page at once, a line each: some pages of the C library hold a letter
 * back until it is known that no accent follows.
 */
static void
rtf_page_make(struct rtf *r, unsigned page, struct rtf_page *made)
{
	char lines[256];
	struct buf keep = {0};
	struct span out;

	*made = (struct rtf_page){.page = page};
	for (unsigned c = 0; c < 128; c++) {
		lines[2 * c] = (char)(0x80 + c);
		lines[2 * c + 1] = '\n';
	}
	rtf_decode(r, (struct span){lines, sizeof lines}, page, &keep, &out);
	for (unsigned c = 0; c < 128; c++) {
		const char *end = out.n == 0 ? NULL : memchr(out.p, '\n', out.n);

		made->characters[c] = 0xfffd;
		if (end == NULL)
			continue;
		if (end > out.p)
			utf8_decode(out, &made->characters[c]);
		out = span_sub(out, (size_t)(end - out.p) + 1, out.n);
	}
	buf_clear(&keep);
}

static const struct rtf_page *
rtf_page_table(struct rtf *r, unsigned page)
{
	for (size_t i = 0; i < r->page_count; i++)
		if (r->pages[i].page == page)
			return &r->pages[i];
	if (r->page_count == RTF_PAGES_MAX)
		return &r->pages[0];
	rtf_page_make(r, page, &r->pages[r->page_count++]);
	return &r->pages[r->page_count - 1];
}

static unsigned
rtf_current_page(const struct rtf *r)
{
	unsigned page = r->fonts[r->now->font].page;

	/* Names of fonts are in their own page, all else before the text in the document's. */
	if (r->now->dest == RTF_FONTS)
		page = r->fonts[r->font].page;
	return page != 0 ? page : r->page;
}

/* --- runs --- */

void
rtf_flush(struct rtf *r)
{
	struct buf keep = {0};
	struct span out;

	r->high_surrogate = 0;
	if (r->run.n == 0)
		return;
	rtf_decode(r, buf_span(&r->run), r->run_page, &keep, &out);
	buf_reset(&r->run);
	rtf_put_text(r, out);
	buf_clear(&keep);
}

bool
rtf_wants_byte(const struct rtf *r)
{
	bool second = false;

	if (r->run.n == 0 || r->run_page == 65001)
		return false;
	for (size_t i = 0; i < r->run.n; i++) {
		unsigned char c = (unsigned char)r->run.p[i];

		second = !second && c >= 0x81 && c != 0xff &&
			 (r->run_page != 932 || c <= 0x9f || c >= 0xe0);
	}
	return second;
}

void
rtf_byte(struct rtf *r, unsigned char c)
{
	static const char *const symbols[] = {"", "Symbol", "Wingdings", "Webdings"};
	uint8_t symbol = r->fonts[r->now->font].symbol;
	unsigned page = rtf_current_page(r);

	if (r->skip > 0) {
		r->skip--;
		return;
	}
	if (symbol > 0 && r->now->dest != RTF_FONTS) {
		rtf_put_char(r, symbol_char(span_of(symbols[symbol]), c));
	} else if (rtf_page_has_pairs(page)) {
		/* A whole character, or where it will not matter that one is cut in two. */
		if (r->run.n > 0 && (r->run_page != page ||
				     (r->run.n >= 64 && !rtf_wants_byte(r) && page != 65001) ||
				     r->run.n >= RTF_RUN_MAX))
			rtf_flush(r);
		r->run_page = page;
		buf_put_char(&r->run, (char)c);
		r->failed |= r->run.failed;
	} else if (c < 0x80) {
		rtf_put_char(r, c);
	} else {
		rtf_put_char(r, rtf_page_table(r, page)->characters[c - 0x80]);
	}
}

void
rtf_unicode(struct rtf *r, long n)
{
	static const char *const symbols[] = {"", "Symbol", "Wingdings", "Webdings"};
	uint32_t cp = (uint32_t)(n < 0 ? n + 65536 : n), high = r->high_surrogate;

	r->high_surrogate = 0;
	if (cp >= 0xf000 && cp <= 0xf0ff)
		cp = symbol_char(span_of(symbols[r->fonts[r->now->font].symbol]), cp);
	if (cp >= 0xdc00 && cp < 0xe000)
		cp = high == 0 ? 0xfffd : 0x10000 + ((high - 0xd800) << 10) + (cp - 0xdc00);
	else if (cp >= 0xd800 && cp < 0xdc00)
		r->high_surrogate = cp;
	if (r->high_surrogate == 0 && cp <= 0x10ffff)
		rtf_put_char(r, cp);
	r->skip = (size_t)r->now->unicode_skip;
}
