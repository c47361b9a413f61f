/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mhtml - a web page saved as one file (RFC 2557): the page, as HTML is read. Its
 * pictures and frames are left out.
 */
#include "extract/readers/eml_message.h"
#include "extract/readers/failure.h"
#include "extract/readers/html.h"
#include "extract/readers/html_tags.h"
#include "extract/readers/selftests.h"

#include <strings.h>

#define MHTML_DEPTH_MAX 30

/* The page: the part that `start` names or whose place is the page's, else the first of HTML. */
struct mhtml {
	struct buf address; /* of the page, as the file's head says */
	GMimePart *page;
	bool sure; /* it is the one that was named */
};

static void
mhtml_look(struct mhtml *m, GMimePart *part, const char *start)
{
	GMimeObject *object = GMIME_OBJECT(part);
	const char *id = g_mime_object_get_content_id(object);
	struct buf place = {0};
	bool sure;

	if (m->sure || !(eml_is_type(object, "text", "html") ||
			 eml_is_type(object, "application", "xhtml+xml")))
		return;
	eml_get_header(object, "Content-Location", false, &place);
	sure = (start != NULL && id != NULL && strncmp(start, id, strlen(id)) == 0) ||
	       (place.n > 0 && span_eq(buf_span(&place), buf_span(&m->address)));
	if (m->page == NULL || sure) {
		m->page = part;
		m->sure = sure;
	}
	buf_clear(&place);
}

static void
mhtml_find(struct mhtml *m, GMimeObject *object, const char *start, unsigned depth)
{
	if (object == NULL || depth > MHTML_DEPTH_MAX)
		return;
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *list = GMIME_MULTIPART(object);
		const char *named = g_mime_object_get_content_type_parameter(object, "start");

		if (named != NULL && depth == 0)
			start = named[0] == '<' ? named + 1 : named;
		for (int i = 0; i < g_mime_multipart_get_count(list) && !m->sure; i++)
			mhtml_find(m, g_mime_multipart_get_part(list, i), start, depth + 1);
	} else if (GMIME_IS_PART(object)) {
		mhtml_look(m, GMIME_PART(object), start);
	}
}

static void
mhtml_put_meta(GMimeMessage *message, struct builder *b)
{
	GDateTime *date = g_mime_message_get_date(message);
	char *day = date == NULL ? NULL : g_date_time_format(date, "%Y-%m-%d");
	struct buf subject = {0};

	builder_meta(b, "saved", span_of(day));
	/* Where the page itself had a title, that counts. */
	eml_get_header(GMIME_OBJECT(message), "Subject", false, &subject);
	builder_title(b, buf_span(&subject));
	buf_clear(&subject);
	g_free(day);
}

static enum err
mhtml_put_page(struct mhtml *m, struct builder *b)
{
	GByteArray *bytes = eml_part_bytes(m->page);
	struct html_options options = {
	    .charset = eml_part_charset(m->page),
	    .address = buf_span(&m->address),
	};
	enum err e = bytes->len == 0 ? ERR_FORMAT : html_put(eml_span(bytes), &options, b);

	g_byte_array_unref(bytes);
	return e;
}

static enum err
mhtml_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	GMimeMessage *message = eml_parse(in->bytes);
	struct mhtml m = {.page = NULL};
	enum err e = ERR_FORMAT;

	builder_format(b, "mhtml");
	if (message != NULL) {
		eml_get_header(GMIME_OBJECT(message), "Snapshot-Content-Location", false,
			       &m.address);
		if (m.address.n == 0)
			eml_get_header(GMIME_OBJECT(message), "Content-Location", false,
				       &m.address);
		mhtml_find(&m, g_mime_message_get_mime_part(message), NULL, 0);
	}
	if (m.page != NULL && m.address.n == 0)
		eml_get_header(GMIME_OBJECT(m.page), "Content-Location", false, &m.address);
	if (!html_is_absolute(buf_span(&m.address)))
		buf_reset(&m.address); /* a place on somebody's disk */
	if (m.page != NULL)
		e = mhtml_put_page(&m, b);
	if (e == OK)
		mhtml_put_meta(message, b);
	if (e == ERR_FORMAT)
		failure_set(failure, e, "damaged",
			    "This saved web page is damaged: the page itself is not in it.",
			    "Save it again from the browser, or print it to a PDF.");
	if (message != NULL)
		g_object_unref(message);
	buf_clear(&m.address);
	return e;
}

const struct reader reader_mhtml = {
    .name = "saved web page",
    .format = "mhtml",
    .read = mhtml_read,
    .selftest = selftests_mhtml,
};
