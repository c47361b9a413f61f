/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml - e-mails, read with GMime.
 *
 * First the headers that people read, a line each, then the text, then the attachments
 * as parts. GMime undoes the transfer encoding only; what bytes and header words mean is
 * charset.h's business, since GMime's own converters give wrong text without a word when
 * one is missing.
 */
#include "extract/readers/charset.h"
#include "extract/readers/eml_message.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/html.h"
#include "extract/readers/selftests.h"
#include "extract/readers/tnef.h"

#include <stdio.h>
#include <strings.h>

#define EML_ATTACHMENTS_NAMED 50
#define EML_TOO_MANY          "It has more parts than limits.parts; the later ones are left out."

/* Once through what GLib and GMime load when they are first asked: no child may open a file. */
static void
eml_prepare(void)
{
	const char *charset;
	GMimeMessage *message;

	g_mime_init();
	(void)g_get_charset(&charset);
	message = eml_parse(SPAN("From: a@a.example\nDate: Mon, 1 Jan 2018 00:00:00 +0100\n\nx\n"));
	if (message == NULL)
		return;
	(void)g_mime_message_get_date(message);
	g_object_unref(message);
}

/* --- headers --- */

void
eml_put_attachment(struct builder *b, unsigned *named, struct span name)
{
	char key[32];

	if (++*named > EML_ATTACHMENTS_NAMED)
		return;
	snprintf(key, sizeof key, "attachment_%u", *named);
	builder_meta(b, key, name);
}

void
eml_put_header(struct builder *b, const char *name, struct span value)
{
	struct span words = heading_trim(span_sub(value, 0, EML_HEADER_BYTES));
	size_t token;

	if (words.n == 0)
		return;
	builder_text(b, span_of(name));
	builder_text(b, SPAN(": "));
	token = builder_open(b, MARK_HEADER, 0, span_of(name));
	/* A folded header is one line. */
	while (words.n > 0) {
		size_t n = 0;

		while (n < words.n && words.p[n] != '\n' && words.p[n] != '\r' &&
		       words.p[n] != '\t')
			n++;
		builder_text(b, span_sub(words, 0, n));
		words = heading_trim(span_sub(words, n, words.n));
		if (words.n > 0)
			builder_text(b, SPAN(" "));
	}
	builder_close(b, token);
	builder_newline(b);
}

static void
eml_put_one_header(struct builder *b, GMimeMessage *message, const char *name, bool addresses)
{
	struct buf value = {0};

	eml_get_header(GMIME_OBJECT(message), name, addresses, &value);
	eml_put_header(b, name, buf_span(&value));
	buf_clear(&value);
}

static void
eml_put_headers(struct builder *b, GMimeMessage *message, struct span subject)
{
	GDateTime *date = g_mime_message_get_date(message);
	char *iso = date == NULL ? NULL : g_date_time_format(date, "%Y-%m-%dT%H:%M:%S%:z");

	eml_put_one_header(b, message, "From", true);
	eml_put_one_header(b, message, "To", true);
	eml_put_one_header(b, message, "Cc", true);
	eml_put_one_header(b, message, "Date", false);
	eml_put_header(b, "Subject", subject);
	builder_title(b, subject);
	builder_meta(b, "date", span_of(iso));
	builder_meta(b, "message_id", span_of(g_mime_message_get_message_id(message)));
	builder_paragraph(b);
	g_free(iso);
}

/* --- the text --- */

struct eml {
	const struct reader_input *in;
	struct builder *b;
	struct eml_parts parts;
	unsigned named;
	bool forwarded;
	bool has_text;
};

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

	if (e == OK && span_starts(heading_trim(text), SPAN("-----BEGIN PGP MESSAGE-----"))) {
		m->parts.encrypted = true;
	} else if (e == OK) {
		eml_plain_put(m->b, text, &how);
	}
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
eml_put_body(struct eml *m, GMimePart *part)
{
	GByteArray *bytes = eml_part_bytes(part);
	struct span text = eml_span(bytes);
	uint64_t before = builder_length(m->b);
	enum err e = OK;

	builder_paragraph(m->b);
	if (text.n > 0 && eml_is_type(GMIME_OBJECT(part), "text", "html"))
		e = eml_put_html(m, part, text);
	else if (text.n > 0)
		e = eml_put_plain(m, part, text);
	if (e == ERR_FORMAT) {
		builder_cut(m->b, "A part of this e-mail was left out: it is called text and is "
				  "none.");
		e = OK;
	}
	m->has_text |= builder_length(m->b) > before;
	g_byte_array_unref(bytes);
	return e;
}

static enum err
eml_put_calendars(struct eml *m)
{
	struct buf uid = {0};
	enum err e = OK;

	for (guint i = 0; i < m->parts.calendars->len && e == OK; i++) {
		GMimePart *part = g_ptr_array_index(m->parts.calendars, i);
		GByteArray *bytes = eml_part_bytes(part);
		struct buf keep = {0};
		struct span text;

		e = charset_to_utf8(eml_span(bytes), eml_part_charset(part), &keep, &text);
		if (e == OK)
			eml_calendar_put(m->b, text, !m->has_text, &uid);
		else if (e == ERR_FORMAT)
			e = OK;
		buf_clear(&keep);
		g_byte_array_unref(bytes);
	}
	buf_clear(&uid);
	return e;
}

/* --- attachments --- */

static enum err eml_put_inner(const struct reader_input *whole, GMimeMessage *message,
			      struct span name, struct builder *b);

/* Text of a named encoding becomes UTF-8: its own reader would have to guess. */
static enum err
eml_put_file(struct eml *m, const struct eml_attached *a, struct span name)
{
	GMimePart *part = GMIME_PART(a->object);
	GByteArray *bytes = eml_part_bytes(part);
	struct span file = eml_span(bytes), text;
	struct buf keep = {0};
	enum err e = OK;

	if (tnef_is(file)) {
		e = tnef_put(m->in, file, !m->has_text, &m->named, m->b);
	} else {
		if (eml_is_type(a->object, "text", "*") &&
		    !eml_is_type(a->object, "text", "html") &&
		    !eml_is_type(a->object, "text", "xml") && eml_part_charset(part).n > 0 &&
		    charset_to_utf8(file, eml_part_charset(part), &keep, &text) == OK)
			file = text;
		if (!a->decoration)
			eml_put_attachment(m->b, &m->named, name);
		if (file.n > 0)
			e = reader_put_part(m->in, file, name, a->decoration, m->b);
	}
	buf_clear(&keep);
	g_byte_array_unref(bytes);
	return e;
}

static enum err
eml_put_attached(struct eml *m, const struct eml_attached *a)
{
	struct buf name = {0};
	GMimeMessage *inner = NULL;
	size_t token = 0;
	enum err e;

	if (GMIME_IS_MESSAGE_PART(a->object)) {
		inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(a->object));
		if (inner != NULL)
			eml_get_header(GMIME_OBJECT(inner), "Subject", false, &name);
		if (name.n == 0 && !eml_get_filename(a->object, &name))
			buf_put_str(&name, "message/rfc822");
		eml_put_attachment(m->b, &m->named, buf_span(&name));
		if (a->returned)
			token = builder_open(m->b, MARK_QUOTED, 1, (struct span){0});
		e = inner == NULL ? OK : eml_put_inner(m->in, inner, buf_span(&name), m->b);
		if (a->returned)
			builder_close(m->b, token);
	} else {
		if (!eml_get_filename(a->object, &name)) {
			char *type = g_mime_content_type_get_mime_type(
			    g_mime_object_get_content_type(a->object));

			buf_put_str(&name, type);
			g_free(type);
		}
		e = eml_put_file(m, a, buf_span(&name));
	}
	buf_clear(&name);
	return e;
}

/* --- the whole --- */

static enum err
eml_put_all(struct eml *m)
{
	enum err e = OK;

	for (guint i = 0; i < m->parts.bodies->len && e == OK && !builder_full(m->b); i++)
		e = eml_put_body(m, g_ptr_array_index(m->parts.bodies, i));
	if (e == OK)
		e = eml_put_calendars(m);
	for (guint i = 0; i < m->parts.attached->len && e == OK && !builder_full(m->b); i++)
		e = eml_put_attached(m, &g_array_index(m->parts.attached, struct eml_attached, i));
	return e;
}

/* Puts a message as the document, or into the part that is open. */
static enum err
eml_put(const struct reader_input *in, GMimeMessage *message, struct builder *b,
	struct reader_failure *failure)
{
	struct eml m = {.in = in, .b = b, .parts = {.b = b}};
	struct buf subject = {0};
	enum err e;

	eml_get_header(GMIME_OBJECT(message), "Subject", false, &subject);
	m.forwarded = eml_is_forward(buf_span(&subject));
	eml_put_headers(b, message, buf_span(&subject));
	eml_parts_find(&m.parts, message);
	e = eml_put_all(&m);
	if (e == OK && m.parts.encrypted && !m.has_text)
		e = failure_set(failure, ERR_FORMAT, "encrypted", "This e-mail is encrypted.",
				"Open it in the mail program and save its text or print it to a "
				"PDF.");
	else if (m.parts.encrypted)
		builder_cut(b, "A part of this e-mail is encrypted.");
	eml_parts_clear(&m.parts);
	buf_clear(&subject);
	return e;
}

/* Puts a message as a part of the document. */
static enum err
eml_put_inner(const struct reader_input *whole, GMimeMessage *message, struct span name,
	      struct builder *b)
{
	struct reader_work *work = whole->work;
	struct reader_failure failure = {0};
	char why[400];
	size_t token;
	enum err e;

	if (work->parts == work->limits->parts) {
		builder_cut(b, EML_TOO_MANY);
		return OK;
	}
	work->parts++;
	if (work->depth == work->limits->part_depth) {
		snprintf(why, sizeof why,
			 "%.*s was left out: it lies deeper than "
			 "limits.part_depth.",
			 (int)(name.n < 90 ? name.n : 90), name.p);
		builder_cut(b, why);
		return OK;
	}
	token = builder_part_open(b, name);
	work->depth++;
	e = eml_put(whole, message, b, &failure);
	work->depth--;
	builder_part_close(b, token);
	if (e == OK || e == ERR_NOMEM)
		return e;
	snprintf(why, sizeof why, "%.*s was left out: %s", (int)(name.n < 90 ? name.n : 90), name.p,
		 failure.reason);
	builder_cut(b, why);
	return OK;
}

bool
eml_put_message(const struct reader_input *whole, struct span bytes, struct span name,
		struct builder *b, enum err *e)
{
	struct reader_work *work = whole->work;
	GMimeMessage *message;
	struct buf subject = {0};

	*e = OK;
	if (work->parts == work->limits->parts || builder_full(b)) {
		if (!builder_full(b))
			builder_cut(b, EML_TOO_MANY);
		return false;
	}
	message = eml_parse(bytes);
	if (message == NULL)
		return true;
	eml_get_header(GMIME_OBJECT(message), "Subject", false, &subject);
	*e = eml_put_inner(whole, message, subject.n > 0 ? buf_span(&subject) : name, b);
	g_object_unref(message);
	buf_clear(&subject);
	return true;
}

static enum err
eml_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	GMimeMessage *message = eml_parse(in->bytes);
	enum err e;

	builder_format(b, "eml");
	if (message == NULL)
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This e-mail is damaged: it cannot be taken apart.",
				   "Save it again from the mail program.");
	e = eml_put(in, message, b, failure);
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
