/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jwrite - the writer: a comma is due or it is not; the rest is escaping.
 */
#include "common/jwrite.h"

#include "common/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void
jwrite_before(struct jwrite *o)
{
	if (o->comma)
		buf_put_char(o->buf, ',');
	o->comma = true;
}

void
jwrite_object_begin(struct jwrite *o)
{
	jwrite_before(o);
	buf_put_char(o->buf, '{');
	o->comma = false;
}

void
jwrite_object_end(struct jwrite *o)
{
	buf_put_char(o->buf, '}');
	o->comma = true;
}

void
jwrite_array_begin(struct jwrite *o)
{
	jwrite_before(o);
	buf_put_char(o->buf, '[');
	o->comma = false;
}

void
jwrite_array_end(struct jwrite *o)
{
	buf_put_char(o->buf, ']');
	o->comma = true;
}

static void
jwrite_escaped(struct buf *b, struct span s)
{
	static const char hex[] = "0123456789abcdef";
	size_t from = 0, at = 0;

	buf_put_char(b, '"');
	while (at < s.n) {
		unsigned char c = (unsigned char)s.p[at];
		uint32_t cp;
		size_t n;

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			at++;
			continue;
		}
		if (c >= 0x80) {
			n = utf8_decode(span_sub(s, at, 4), &cp);
			if (n > 1) {
				at += n;
				continue;
			}
		}
		buf_put(b, s.p + from, at - from);
		if (c == '"' || c == '\\') {
			buf_put_char(b, '\\');
			buf_put_char(b, (char)c);
		} else if (c == '\n') {
			buf_put_str(b, "\\n");
		} else if (c == '\t') {
			buf_put_str(b, "\\t");
		} else if (c < 0x80) {
			buf_put(b, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
		} else {
			buf_put_str(b, "\xef\xbf\xbd");
		}
		from = ++at;
	}
	buf_put(b, s.p + from, at - from);
	buf_put_char(b, '"');
}

void
jwrite_key_span(struct jwrite *o, struct span key)
{
	jwrite_before(o);
	jwrite_escaped(o->buf, key);
	buf_put_char(o->buf, ':');
	o->comma = false;
}

void
jwrite_key(struct jwrite *o, const char *key)
{
	jwrite_key_span(o, span_of(key));
}

void
jwrite_string(struct jwrite *o, struct span s)
{
	jwrite_before(o);
	jwrite_escaped(o->buf, s);
}

void
jwrite_int(struct jwrite *o, int64_t n)
{
	jwrite_before(o);
	buf_printf(o->buf, "%lld", (long long)n);
}

void
jwrite_uint(struct jwrite *o, uint64_t n)
{
	jwrite_before(o);
	buf_printf(o->buf, "%llu", (unsigned long long)n);
}

void
jwrite_number(struct jwrite *o, double n)
{
	char digits[40];

	if (!isfinite(n)) {
		jwrite_null(o);
		return;
	}
	if (n == floor(n) && fabs(n) < 9007199254740992.0) {
		jwrite_int(o, (int64_t)n);
		return;
	}
	/* The shortest that reads back as the same number. */
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, sizeof digits, "%.*g", precision, n);
		if (strtod(digits, NULL) == n)
			break;
	}
	jwrite_raw(o, span_of(digits));
}

void
jwrite_bool(struct jwrite *o, bool b)
{
	jwrite_raw(o, b ? SPAN("true") : SPAN("false"));
}

void
jwrite_null(struct jwrite *o)
{
	jwrite_raw(o, SPAN("null"));
}

void
jwrite_raw(struct jwrite *o, struct span json)
{
	jwrite_before(o);
	buf_put_span(o->buf, json);
}

void
jwrite_time(struct jwrite *o, int64_t ms)
{
	char text[96];
	struct tm tm;
	time_t seconds = (time_t)(ms / 1000);

	if (ms <= 0 || gmtime_r(&seconds, &tm) == NULL) {
		jwrite_null(o);
		return;
	}
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
	jwrite_string(o, span_of(text));
}

void
jwrite_put_string(struct jwrite *o, const char *key, struct span s)
{
	jwrite_key(o, key);
	jwrite_string(o, s);
}

void
jwrite_put_int(struct jwrite *o, const char *key, int64_t n)
{
	jwrite_key(o, key);
	jwrite_int(o, n);
}

void
jwrite_put_uint(struct jwrite *o, const char *key, uint64_t n)
{
	jwrite_key(o, key);
	jwrite_uint(o, n);
}

void
jwrite_put_bool(struct jwrite *o, const char *key, bool b)
{
	jwrite_key(o, key);
	jwrite_bool(o, b);
}

static void
jwrite_base64(struct jwrite *o, struct span s)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	jwrite_before(o);
	buf_put_char(o->buf, '"');
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t three = 0;
		size_t n = s.n - i < 3 ? s.n - i : 3;
		char four[4];

		for (size_t k = 0; k < n; k++)
			three |= (uint32_t)(unsigned char)s.p[i + k] << (16 - 8 * k);
		for (size_t k = 0; k < 4; k++)
			four[k] = k <= n ? digits[three >> (18 - 6 * k) & 63] : '=';
		buf_put(o->buf, four, 4);
	}
	buf_put_char(o->buf, '"');
}

void
jwrite_put_path(struct jwrite *o, const char *key, struct span path)
{
	char name[64];

	jwrite_put_string(o, key, path);
	if (utf8_valid(path))
		return;
	snprintf(name, sizeof name, "%s_base64", key);
	jwrite_key(o, name);
	jwrite_base64(o, path);
}
