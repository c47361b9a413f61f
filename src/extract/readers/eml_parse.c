/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_parse - taking a mail apart with GMime.
 *
 * GMime compares each parameter of a header with all before it: 200,000 of them take 8
 * seconds. So headers that no mail program writes are cut before it sees them.
 */
#include "extract/readers/eml_message.h"

#include <strings.h>

/* The length of the line that `s` begins with, with its end. */
static size_t
parse_line(struct span s)
{
	const char *end = memchr(s.p, '\n', s.n);

	return end == NULL ? s.n : (size_t)(end - s.p) + 1;
}

/* The length of the header that `s` begins with: its line and those that continue it. */
static size_t
parse_header(struct span s)
{
	size_t n = parse_line(s);

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n += parse_line(span_sub(s, n, s.n));
	return n;
}

static bool
parse_has_parameters(struct span line)
{
	return line.n > 8 && strncasecmp(line.p, "content-", 8) == 0;
}

/* Gives the mail without what is too long of its headers: in *keep, if there is such. */
static struct span
parse_tame(struct span mail, struct buf *keep)
{
	size_t at = 0, copied = 0;

	while (at < mail.n) {
		struct span rest = span_sub(mail, at, mail.n);
		size_t n = parse_has_parameters(rest) ? parse_header(rest) : parse_line(rest);

		if (parse_has_parameters(rest) && n > EML_HEADER_BYTES) {
			buf_put_span(keep, span_sub(mail, copied, at + EML_HEADER_BYTES - copied));
			buf_put_str(keep, "\r\n");
			copied = at + n;
		}
		at += n;
	}
	if (copied == 0)
		return mail;
	buf_put_span(keep, span_sub(mail, copied, mail.n));
	return buf_span(keep);
}

/* The stream does not own the array, so the file is not copied; parts are, since it ends here. */
static GMimeParser *
parse_begin(GByteArray *file)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeParser *parser;

	g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), file);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, FALSE);
	g_object_unref(stream);
	return parser;
}

GMimeMessage *
eml_parse(struct span bytes)
{
	struct buf keep = {0};
	GByteArray file;
	GMimeParser *parser;
	GMimeMessage *message;

	if (bytes.n > INT32_MAX)
		return NULL;
	if (span_starts(bytes, SPAN("\xef\xbb\xbf")))
		bytes = span_sub(bytes, 3, bytes.n);
	bytes = parse_tame(bytes, &keep);
	file = (GByteArray){.data = (guint8 *)(uintptr_t)bytes.p, .len = (guint)bytes.n};
	parser = parse_begin(&file);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	buf_clear(&keep);
	return message;
}

GMimeObject *
eml_parse_part(struct span bytes)
{
	struct buf keep = {0};
	GByteArray file;
	GMimeParser *parser;
	GMimeObject *part;

	if (bytes.n > INT32_MAX)
		return NULL;
	bytes = parse_tame(bytes, &keep);
	file = (GByteArray){.data = (guint8 *)(uintptr_t)bytes.p, .len = (guint)bytes.n};
	parser = parse_begin(&file);
	part = g_mime_parser_construct_part(parser, NULL);
	g_object_unref(parser);
	buf_clear(&keep);
	return part;
}
