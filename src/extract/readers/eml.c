/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml - e-mails, read with GMime.
 *
 * First the headers that people read, a line each, then the text: the plain part
 * if there is one, else the HTML part. Attachments are named in meta. GMime undoes
 * the transfer encoding only; what the bytes mean is charset.h's business, since
 * GMime's own converters give wrong text without a word when one is missing.
 */
#include "extract/readers/eml.h"
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/html.h"
#include "extract/readers/selftests.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <strings.h>

#define EML_DEPTH_MAX       30
#define EML_PARTS_MAX       1000
#define EML_ATTACHMENTS_MAX 50
#define EML_TEXT_ENOUGH     20 /* bytes: a shorter plain part only says "see the HTML part" */

struct eml {
	struct builder *b;
	GMimePart *plain, *html; /* the first of each that is no attachment; borrowed */
	size_t parts;
	unsigned attachments;
	bool encrypted, forwarded;
};

static void
eml_prepare(void)
{
	g_mime_init();
}

/* --- finding the parts --- */

static void
eml_put_attachment(struct eml *m, const char *name, const char *type)
{
	char key[32];

	if (++m->attachments > EML_ATTACHMENTS_MAX)
		return;
	snprintf(key, sizeof key, "attachment_%u", m->attachments);
	builder_meta(m->b, key, span_of(name != NULL && name[0] != '\0' ? name : type));
}

static bool
eml_is_attached(GMimeObject *part)
{
	const char *disposition = g_mime_object_get_disposition(part);

	return disposition != NULL && strcasecmp(disposition, "attachment") == 0;
}

static void
eml_take_part(struct eml *m, GMimePart *part)
{
	GMimeObject *object = GMIME_OBJECT(part);
	GMimeContentType *type = g_mime_object_get_content_type(object);
	bool attached = eml_is_attached(object);
	char *name;

	if (g_mime_content_type_is_type(type, "application", "pkcs7-mime") ||
	    g_mime_content_type_is_type(type, "application", "x-pkcs7-mime")) {
		const char *kind = g_mime_content_type_get_parameter(type, "smime-type");

		m->encrypted |= kind == NULL || strcasecmp(kind, "signed-data") != 0;
	}
	if (!attached && m->plain == NULL && g_mime_content_type_is_type(type, "text", "plain")) {
		m->plain = part;
		return;
	}
	if (!attached && m->html == NULL && g_mime_content_type_is_type(type, "text", "html")) {
		m->html = part;
		return;
	}
	name = g_mime_content_type_get_mime_type(type);
	eml_put_attachment(m, g_mime_part_get_filename(part), name);
	g_free(name);
}

static void
eml_walk(struct eml *m, GMimeObject *object, unsigned depth)
{
	if (object == NULL || depth > EML_DEPTH_MAX || ++m->parts > EML_PARTS_MAX)
		return;
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *list = GMIME_MULTIPART(object);
		int n = g_mime_multipart_get_count(list);

		m->encrypted |= GMIME_IS_MULTIPART_ENCRYPTED(object);
		for (int i = 0; i < n; i++)
			eml_walk(m, g_mime_multipart_get_part(list, i), depth + 1);
	} else if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
		const char *subject = inner == NULL ? NULL : g_mime_message_get_subject(inner);

		eml_put_attachment(m, subject, "message/rfc822");
	} else if (GMIME_IS_PART(object)) {
		eml_take_part(m, GMIME_PART(object));
	}
}

/* --- headers --- */

static void
eml_put_header(struct eml *m, const char *name, const char *value)
{
	struct span words = heading_trim(span_of(value));
	size_t token;

	if (words.n == 0)
		return;
	builder_text(m->b, span_of(name));
	builder_text(m->b, SPAN(": "));
	token = builder_open(m->b, MARK_HEADER, 0, span_of(name));
	/* A folded header is one line. */
	while (words.n > 0) {
		size_t n = 0;

		while (n < words.n && words.p[n] != '\n' && words.p[n] != '\r' &&
		       words.p[n] != '\t')
			n++;
		builder_text(m->b, span_sub(words, 0, n));
		words = heading_trim(span_sub(words, n, words.n));
		if (words.n > 0)
			builder_text(m->b, SPAN(" "));
	}
	builder_close(m->b, token);
	builder_newline(m->b);
}

static void
eml_put_addresses(struct eml *m, const char *name, InternetAddressList *list)
{
	char *text = list == NULL ? NULL : internet_address_list_to_string(list, NULL, FALSE);

	if (text != NULL)
		eml_put_header(m, name, text);
	g_free(text);
}

static void
eml_put_headers(struct eml *m, GMimeMessage *message)
{
	const char *subject = g_mime_message_get_subject(message);
	GDateTime *date = g_mime_message_get_date(message);
	char *iso = date == NULL ? NULL : g_date_time_format(date, "%Y-%m-%dT%H:%M:%S%:z");

	eml_put_addresses(m, "From", g_mime_message_get_from(message));
	eml_put_addresses(m, "To", g_mime_message_get_to(message));
	eml_put_addresses(m, "Cc", g_mime_message_get_cc(message));
	eml_put_header(m, "Date", g_mime_object_get_header(GMIME_OBJECT(message), "Date"));
	eml_put_header(m, "Subject", subject);
	builder_title(m->b, span_of(subject));
	builder_meta(m->b, "date", span_of(iso));
	builder_meta(m->b, "message_id", span_of(g_mime_message_get_message_id(message)));
	builder_paragraph(m->b);
	m->forwarded = subject != NULL && (strncasecmp(subject, "fw:", 3) == 0 ||
					   strncasecmp(subject, "fwd:", 4) == 0);
	g_free(iso);
}

/* --- the text --- */

/* The part's bytes without their transfer encoding, at most CHARSET_BYTES_MAX. NULL: none. */
static GByteArray *
eml_part_bytes(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	if (content != NULL)
		(void)g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return bytes;
}

static struct span
eml_part_charset(GMimePart *part)
{
	return span_of(g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset"));
}

static enum err
eml_put_plain(struct eml *m, GMimePart *part, struct span bytes)
{
	const char *format = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "format");
	const char *delsp = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "delsp");
	struct eml_plain how = {
	    .flowed = format != NULL && strcasecmp(format, "flowed") == 0,
	    .join = delsp != NULL && strcasecmp(delsp, "yes") == 0,
	    .forwarded = m->forwarded,
	};
	struct buf keep = {0};
	struct span text;
	enum err e = charset_to_utf8(bytes, eml_part_charset(part), &keep, &text);

	if (e == OK)
		eml_plain_put(m->b, text, &how);
	buf_clear(&keep);
	return e;
}

static enum err
eml_put_html(struct eml *m, GMimePart *part, struct span bytes)
{
	struct html_options options = {
	    .charset = eml_part_charset(part),
	    .mail = true,
	    .forwarded = m->forwarded,
	};

	return html_put(bytes, &options, m->b);
}

static enum err
eml_put_text(struct eml *m)
{
	GByteArray *bytes = m->plain == NULL ? NULL : eml_part_bytes(m->plain);
	struct span text = {0};
	bool plain;
	enum err e = OK;

	if (bytes != NULL)
		text = (struct span){(const char *)bytes->data, bytes->len};
	plain = m->plain != NULL && (m->html == NULL || heading_trim(text).n >= EML_TEXT_ENOUGH);
	if (plain && text.n > 0) {
		e = eml_put_plain(m, m->plain, text);
	} else if (!plain && m->html != NULL) {
		if (bytes != NULL)
			g_byte_array_unref(bytes);
		bytes = eml_part_bytes(m->html);
		text = (struct span){(const char *)bytes->data, bytes->len};
		if (text.n > 0)
			e = eml_put_html(m, m->html, text);
	}
	if (bytes != NULL)
		g_byte_array_unref(bytes);
	return e;
}

/* --- the whole --- */

static GMimeMessage *
eml_parse(struct span bytes)
{
	/* The stream does not own the array, so the file is not copied. */
	GByteArray file = {.data = (guint8 *)(uintptr_t)bytes.p, .len = (guint)bytes.n};
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeParser *parser;
	GMimeMessage *message;

	g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), &file);
	parser = g_mime_parser_new_with_stream(stream);
	/* Parts are copied out of the stream, which ends with this function. */
	g_mime_parser_set_persist_stream(parser, FALSE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

static enum err
eml_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct eml m = {.b = b};
	struct span bytes = in->bytes;
	GMimeMessage *message;
	enum err e = OK;

	builder_format(b, "eml");
	if (span_starts(bytes, SPAN("\xef\xbb\xbf")))
		bytes = span_sub(bytes, 3, bytes.n);
	message = bytes.n > UINT32_MAX ? NULL : eml_parse(bytes);
	if (message == NULL)
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This e-mail is damaged: it cannot be taken apart.",
				   "Save it again from the mail program.");
	eml_put_headers(&m, message);
	eml_walk(&m, g_mime_message_get_mime_part(message), 0);
	if (m.encrypted && m.plain == NULL && m.html == NULL)
		e = failure_set(failure, ERR_FORMAT, "encrypted", "This e-mail is encrypted.",
				"Open it in the mail program and save its text or print it to a "
				"PDF.");
	else
		e = eml_put_text(&m);
	if (e == ERR_FORMAT && failure->code == NULL)
		failure_set(failure, e, "damaged", "This e-mail is damaged: its text is none.",
			    "Save it again from the mail program.");
	g_object_unref(message);
	return e;
}

const struct reader reader_eml = {
    .name = "e-mail",
    .format = "eml",
    .prepare = eml_prepare,
    .read = eml_read,
    .selftest = selftests_eml,
};
