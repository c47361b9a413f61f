/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_parts - which parts of a mail are its text, which are attachments.
 *
 *   alternative  one of them is the text: the plain one if it says anything, else HTML;
 *                the others still give their attachments (Apple Mail puts them there)
 *   related      the first (or `start`) is the text, small pictures are decoration
 *   signed       the first, or what an opaque signature holds
 *   report       the text, then what was sent back
 *   others       all, in order
 */
#include "extract/readers/charset.h"
#include "extract/readers/eml_message.h"
#include "extract/readers/heading.h"

#include <strings.h>

#define PARTS_DEPTH_MAX        30
#define PARTS_WALKED_MAX       100000
#define PARTS_TEXT_ENOUGH      20  /* bytes: a shorter plain part says nothing */
#define PARTS_TEXT_EXCUSE      400 /* … nor does one of less than this that speaks of HTML */
#define PARTS_DECORATION_BYTES (100 * 1024)

struct parts_where {
	unsigned depth;
	bool closed;   /* another alternative has the text */
	bool related;  /* beside a text that may show it */
	bool returned; /* in a delivery report */
};

/* --- what a part is --- */

bool
eml_is_type(GMimeObject *object, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

struct span
eml_raw_header(GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	GMimeHeader *header = list == NULL ? NULL : g_mime_header_list_get_header(list, name);

	return span_sub(span_of(header == NULL ? NULL : g_mime_header_get_raw_value(header)), 0,
			EML_HEADER_BYTES);
}

void
eml_get_header(GMimeObject *object, const char *name, bool addresses, struct buf *out)
{
	eml_words(eml_raw_header(object, name), addresses, out);
}

bool
eml_get_filename(GMimeObject *part, struct buf *out)
{
	return (eml_parameter(eml_raw_header(part, "Content-Disposition"), "filename", out) ||
		eml_parameter(eml_raw_header(part, "Content-Type"), "name", out)) &&
	       out->n > 0;
}

static bool
parts_is_attached(GMimeObject *part)
{
	const char *disposition = g_mime_object_get_disposition(part);

	return disposition != NULL && strcasecmp(disposition, "attachment") == 0;
}

static bool
parts_has_name(GMimeObject *part)
{
	struct buf name = {0};
	bool has = eml_get_filename(part, &name);

	buf_clear(&name);
	return has;
}

GByteArray *
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

struct span
eml_part_charset(GMimePart *part)
{
	return span_of(g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset"));
}

/* The bytes of a part as they stand in the mail. */
static size_t
parts_encoded_bytes(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = content == NULL ? NULL : g_mime_data_wrapper_get_stream(content);
	gint64 n = stream == NULL ? 0 : g_mime_stream_length(stream);

	return n < 0 ? 0 : (size_t)n;
}

static bool
parts_is_decoration(GMimePart *part, const struct parts_where *where)
{
	GMimeObject *object = GMIME_OBJECT(part);
	const char *disposition = g_mime_object_get_disposition(object);
	bool attached = parts_is_attached(object);

	if (!eml_is_type(object, "image", "*") ||
	    parts_encoded_bytes(part) > PARTS_DECORATION_BYTES / 3 * 4)
		return false;
	return (disposition != NULL && strcasecmp(disposition, "inline") == 0) || where->related ||
	       (!attached && g_mime_object_get_content_id(object) != NULL);
}

/* --- signatures, encryption --- */

static void parts_walk(struct eml_parts *p, GMimeObject *object, struct parts_where where);

/* application/pkcs7-mime: a mail inside a signature, or an encrypted one. */
static void
parts_take_pkcs7(struct eml_parts *p, GMimePart *part, struct parts_where where)
{
	GByteArray *bytes = eml_part_bytes(part);
	struct buf inner = {0};
	GMimeObject *object = NULL;

	if (eml_signed_content(eml_span(bytes), &inner) == EML_SIGNED)
		object = eml_parse_part(buf_span(&inner));
	if (object != NULL) {
		g_ptr_array_add(p->owned, object);
		where.depth++;
		parts_walk(p, object, where);
	} else {
		p->encrypted = true;
	}
	buf_clear(&inner);
	g_byte_array_unref(bytes);
}

/* --- parts that have no parts --- */

static bool
parts_is_signature(GMimeObject *object)
{
	return eml_is_type(object, "application", "pkcs7-signature") ||
	       eml_is_type(object, "application", "x-pkcs7-signature") ||
	       eml_is_type(object, "application", "pgp-signature") ||
	       eml_is_type(object, "application", "pgp-keys");
}

static bool
parts_is_calendar(GMimeObject *object)
{
	return eml_is_type(object, "text", "calendar") || eml_is_type(object, "application", "ics");
}

static bool
parts_is_text(GMimeObject *object)
{
	return eml_is_type(object, "text", "plain") || eml_is_type(object, "text", "html") ||
	       eml_is_type(object, "message", "delivery-status") ||
	       eml_is_type(object, "message", "disposition-notification");
}

static void
parts_attach(struct eml_parts *p, GMimeObject *object, bool decoration,
	     const struct parts_where *where)
{
	struct eml_attached a = {.object = object,
				 .decoration = decoration,
				 .returned = where->returned};

	g_array_append_val(p->attached, a);
}

static void
parts_take(struct eml_parts *p, GMimePart *part, const struct parts_where *where)
{
	GMimeObject *object = GMIME_OBJECT(part);

	if (eml_is_type(object, "application", "pkcs7-mime") ||
	    eml_is_type(object, "application", "x-pkcs7-mime")) {
		parts_take_pkcs7(p, part, *where);
	} else if (parts_is_signature(object)) {
		return; /* says nothing to a reader */
	} else if (parts_is_calendar(object)) {
		g_ptr_array_add(p->calendars, part);
	} else if (parts_is_text(object) && !parts_is_attached(object) &&
		   (p->bodies->len == 0 || !parts_has_name(object))) {
		if (!where->closed)
			g_ptr_array_add(p->bodies, part);
	} else {
		parts_attach(p, object, parts_is_decoration(part, where), where);
	}
}

/* --- parts of parts --- */

enum parts_kind { PARTS_OTHER, PARTS_PLAIN, PARTS_HTML };

/* What an alternative is: by its first part that has no parts. */
static enum parts_kind
parts_kind(GMimeObject *object)
{
	for (int depth = 0; object != NULL && GMIME_IS_MULTIPART(object); depth++) {
		if (depth == PARTS_DEPTH_MAX ||
		    g_mime_multipart_get_count(GMIME_MULTIPART(object)) < 1)
			return PARTS_OTHER;
		object = g_mime_multipart_get_part(GMIME_MULTIPART(object), 0);
	}
	if (object == NULL || !GMIME_IS_PART(object))
		return PARTS_OTHER;
	if (eml_is_type(object, "text", "plain"))
		return PARTS_PLAIN;
	return eml_is_type(object, "text", "html") ? PARTS_HTML : PARTS_OTHER;
}

/* Is the plain text more than an excuse ("your mail program shows no HTML")? */
static bool
parts_says_something(GMimeObject *object)
{
	GByteArray *bytes;
	struct span text;
	bool excuse = false;

	while (GMIME_IS_MULTIPART(object))
		object = g_mime_multipart_get_part(GMIME_MULTIPART(object), 0);
	bytes = eml_part_bytes(GMIME_PART(object));
	text = heading_trim(eml_span(bytes));
	if (text.n < PARTS_TEXT_EXCUSE)
		for (size_t i = 0; i + 4 <= text.n; i++)
			excuse |= strncasecmp(text.p + i, "html", 4) == 0;
	excuse |= text.n < PARTS_TEXT_ENOUGH;
	g_byte_array_unref(bytes);
	return !excuse;
}

/* Which of the alternatives is the text. */
static int
parts_choose(GMimeMultipart *list, int n)
{
	int plain = -1, html = -1;

	for (int i = 0; i < n; i++) {
		enum parts_kind kind = parts_kind(g_mime_multipart_get_part(list, i));

		if (kind == PARTS_PLAIN && plain < 0)
			plain = i;
		else if (kind == PARTS_HTML)
			html = i;
	}
	if (plain >= 0 &&
	    (html < 0 || parts_says_something(g_mime_multipart_get_part(list, plain))))
		return plain;
	return html >= 0 ? html : 0;
}

/* The part that `start` names, else the first. */
static int
parts_root(GMimeMultipart *list, int n)
{
	const char *start = g_mime_object_get_content_type_parameter(GMIME_OBJECT(list), "start");
	size_t length;

	if (start == NULL)
		return 0;
	start += start[0] == '<';
	length = strcspn(start, ">");
	for (int i = 0; i < n; i++) {
		const char *id = g_mime_object_get_content_id(g_mime_multipart_get_part(list, i));

		if (id != NULL && strlen(id) == length && strncmp(id, start, length) == 0)
			return i;
	}
	return 0;
}

static void
parts_walk_list(struct eml_parts *p, GMimeMultipart *list, struct parts_where where)
{
	GMimeObject *object = GMIME_OBJECT(list);
	bool alternative = eml_is_type(object, "multipart", "alternative");
	bool related = eml_is_type(object, "multipart", "related");
	int n = g_mime_multipart_get_count(list), first = 0;

	if (eml_is_type(object, "multipart", "encrypted")) {
		p->encrypted = true;
		return;
	}
	if (alternative && !where.closed)
		first = parts_choose(list, n);
	else if (related)
		first = parts_root(list, n);
	where.depth++;
	where.returned |= eml_is_type(object, "multipart", "report");
	if (n > 0)
		parts_walk(p, g_mime_multipart_get_part(list, first), where);
	where.closed |= alternative;
	where.related |= related;
	for (int i = 0; i < n; i++)
		if (i != first)
			parts_walk(p, g_mime_multipart_get_part(list, i), where);
}

static void
parts_walk(struct eml_parts *p, GMimeObject *object, struct parts_where where)
{
	if (object == NULL)
		return;
	if (where.depth > PARTS_DEPTH_MAX) {
		builder_cut(p->b, "Parts of this e-mail are nested too deeply; they are left out.");
		return;
	}
	if (++p->walked > PARTS_WALKED_MAX) {
		builder_cut(p->b, "This e-mail has too many parts; the later ones are left out.");
		return;
	}
	if (GMIME_IS_MULTIPART(object))
		parts_walk_list(p, GMIME_MULTIPART(object), where);
	else if (GMIME_IS_MESSAGE_PART(object))
		parts_attach(p, object, false, &where);
	else if (GMIME_IS_PART(object))
		parts_take(p, GMIME_PART(object), &where);
}

void
eml_parts_find(struct eml_parts *p, GMimeMessage *message)
{
	p->bodies = g_ptr_array_new();
	p->calendars = g_ptr_array_new();
	p->attached = g_array_new(FALSE, FALSE, sizeof(struct eml_attached));
	p->owned = g_ptr_array_new_with_free_func(g_object_unref);
	parts_walk(p, g_mime_message_get_mime_part(message), (struct parts_where){0});
}

void
eml_parts_clear(struct eml_parts *p)
{
	g_ptr_array_unref(p->bodies);
	g_ptr_array_unref(p->calendars);
	g_array_unref(p->attached);
	g_ptr_array_unref(p->owned);
}
