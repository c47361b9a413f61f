/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tnef - winmail.dat, in which Outlook wraps what other programs then cannot open.
 *
 *   signature, key, then attributes { level u8, id u32, length u32, bytes, sum u16 };
 *   some are blocks of properties (tnef_mapi.h), each attachment begins with one id
 */
#include "extract/readers/tnef.h"
#include "common/little.h"
#include "extract/readers/eml.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/html.h"
#include "extract/readers/lzfu.h"
#include "extract/readers/selftests.h"
#include "extract/readers/tnef_mapi.h"

#include <stdio.h>
#include <time.h>

#define TNEF_SIGNATURE        "\x78\x9f\x3e\x22"
#define TNEF_HEAD             6 /* signature and key */
#define TNEF_ATTRIBUTE_HEAD   9
#define TNEF_OBJECT_HEAD      16           /* the class of an object in a property */
#define TNEF_EPOCH            11644473600u /* seconds from 1601 to 1970 */
#define TNEF_DECORATION_BYTES (100 * 1024)

enum tnef_id {
	TNEF_SUBJECT = 0x8004,
	TNEF_BODY = 0x800c,
	TNEF_FILE_DATA = 0x800f,
	TNEF_FILE_TITLE = 0x8010,
	TNEF_FILE_BEGIN = 0x9002,
	TNEF_PROPERTIES = 0x9003,
	TNEF_FILE_PROPERTIES = 0x9005,
	TNEF_CODEPAGE = 0x9007
};

struct tnef_attribute {
	uint16_t id;
	struct span bytes;
	bool cut; /* there should be more */
};

struct tnef {
	const struct reader_input *in;
	struct builder *b;
	unsigned *named;
	uint32_t codepage;
	struct span subject, body, properties; /* of the mail */
	bool cut;
};

struct tnef_file {
	struct span title, data, properties;
	bool begun;
};

bool
tnef_is(struct span bytes)
{
	return bytes.n > TNEF_HEAD + TNEF_ATTRIBUTE_HEAD &&
	       span_starts(bytes, SPAN(TNEF_SIGNATURE));
}

static bool
tnef_next(struct span *in, struct tnef_attribute *a)
{
	uint32_t length;

	if (in->n < TNEF_ATTRIBUTE_HEAD)
		return false;
	a->id = (uint16_t)little_u32(*in, 1);
	length = little_u32(*in, 5);
	a->bytes = span_sub(*in, TNEF_ATTRIBUTE_HEAD, length);
	a->cut = a->bytes.n < length;
	*in = span_sub(*in, TNEF_ATTRIBUTE_HEAD + a->bytes.n + 2, in->n);
	return true;
}

/* What is said of the mail itself. */
static void
tnef_find(struct tnef *t, struct span bytes)
{
	struct span in = span_sub(bytes, TNEF_HEAD, bytes.n);
	struct tnef_attribute a;

	while (tnef_next(&in, &a)) {
		t->cut |= a.cut;
		switch (a.id) {
		case TNEF_SUBJECT:
			t->subject = a.bytes;
			break;
		case TNEF_BODY:
			t->body = a.bytes;
			break;
		case TNEF_PROPERTIES:
			t->properties = a.bytes;
			break;
		case TNEF_CODEPAGE:
			t->codepage = little_u32(a.bytes, 0);
			break;
		default:
			break;
		}
	}
}

static void
tnef_get(const struct tnef *t, struct span block, enum mapi_id id, struct buf *out)
{
	struct mapi_value v;

	if (mapi_find(block, id, &v))
		mapi_put_text(&v, t->codepage, out);
}

/* --- the mail --- */

static void
tnef_get_subject(const struct tnef *t, struct buf *out)
{
	tnef_get(t, t->properties, MAPI_SUBJECT, out);
	if (out->n == 0)
		mapi_put_bytes(t->subject, t->codepage, out);
}

static void
tnef_put_from(const struct tnef *t)
{
	struct buf from = {0}, address = {0};

	tnef_get(t, t->properties, MAPI_FROM_NAME, &from);
	tnef_get(t, t->properties, MAPI_FROM_ADDRESS, &address);
	if (from.n == 0) {
		buf_reset(&address);
		tnef_get(t, t->properties, MAPI_SENDER_NAME, &from);
		tnef_get(t, t->properties, MAPI_SENDER_ADDRESS, &address);
	}
	/* Inside an organisation the address is a path in its directory, which helps nobody. */
	if (address.n > 0 && memchr(address.p, '@', address.n) != NULL)
		buf_printf(&from, "%s<%.*s>", from.n > 0 ? " " : "", (int)address.n, address.p);
	eml_put_header(t->b, "From", buf_span(&from));
	buf_clear(&from);
	buf_clear(&address);
}

static void
tnef_put_date(const struct tnef *t)
{
	struct mapi_value v;
	uint64_t ticks;
	struct tm tm;
	time_t seconds;
	char text[40];

	if (!mapi_find(t->properties, MAPI_SENT, &v) || v.type != MAPI_TIME || v.bytes.n < 8)
		return;
	ticks = (uint64_t)little_u32(v.bytes, 4) << 32 | little_u32(v.bytes, 0);
	if (ticks / 10000000 < TNEF_EPOCH)
		return;
	seconds = (time_t)(ticks / 10000000 - TNEF_EPOCH);
	if (gmtime_r(&seconds, &tm) == NULL || strftime(text, sizeof text, "%FT%TZ", &tm) == 0)
		return;
	eml_put_header(t->b, "Date", span_of(text));
	builder_meta(t->b, "date", span_of(text));
}

static void
tnef_put_head(const struct tnef *t)
{
	struct buf value = {0};

	tnef_put_from(t);
	tnef_get(t, t->properties, MAPI_TO, &value);
	eml_put_header(t->b, "To", buf_span(&value));
	buf_reset(&value);
	tnef_get(t, t->properties, MAPI_CC, &value);
	eml_put_header(t->b, "Cc", buf_span(&value));
	tnef_put_date(t);
	buf_reset(&value);
	tnef_get_subject(t, &value);
	eml_put_header(t->b, "Subject", buf_span(&value));
	builder_title(t->b, buf_span(&value));
	builder_paragraph(t->b);
	buf_clear(&value);
}

static enum err
tnef_put_html(const struct tnef *t, const struct mapi_value *v, bool forwarded)
{
	struct html_options options = {.mail = true, .forwarded = forwarded};
	struct mapi_value page;
	char charset[24] = "";

	if (mapi_find(t->properties, MAPI_CODEPAGE, &page))
		mapi_charset(little_u32(page.bytes, 0), charset);
	options.charset = span_of(charset);
	return html_put(v->bytes, &options, t->b);
}

/* The text as RTF: by that format's reader, as if the mail were its document. */
static enum err
tnef_put_rtf(const struct tnef *t, struct span packed)
{
	struct reader_input in = {.name = SPAN("body.rtf"), .work = t->in->work};
	struct reader_failure failure = {0};
	const struct reader *reader;
	struct buf rtf = {0};
	enum err e = lzfu_unpack(packed, t->in->work, &rtf);

	if (e == ERR_LIMIT)
		reader_cut_unpacked(t->in->work, t->b);
	if (e == OK || e == ERR_LIMIT) {
		in.bytes = buf_span(&rtf);
		reader = readers_find(in.work->readers, &in, &failure);
		e = reader == &reader_rtf ? reader->read(&in, t->b, &failure) : ERR_FORMAT;
	}
	if (e != OK && e != ERR_NOMEM) {
		builder_cut(t->b, "The text of this e-mail, which is RTF, could not be read.");
		e = OK;
	}
	buf_clear(&rtf);
	return e;
}

/* The body in the form that is best to read. */
static enum err
tnef_put_body(const struct tnef *t)
{
	struct buf text = {0}, subject = {0};
	struct mapi_value v;
	struct eml_plain how = {0};
	enum err e = OK;

	tnef_get_subject(t, &subject);
	how.forwarded = eml_is_forward(buf_span(&subject));
	tnef_get(t, t->properties, MAPI_BODY, &text);
	if (heading_trim(buf_span(&text)).n == 0)
		mapi_put_bytes(t->body, t->codepage, &text);
	if (heading_trim(buf_span(&text)).n > 0)
		eml_plain_put(t->b, buf_span(&text), &how);
	else if (mapi_find(t->properties, MAPI_HTML, &v) && v.bytes.n > 0)
		e = tnef_put_html(t, &v, how.forwarded);
	else if (mapi_find(t->properties, MAPI_RTF, &v) && v.bytes.n > 0)
		e = tnef_put_rtf(t, v.bytes);
	if (e == ERR_FORMAT) {
		builder_cut(t->b, "The text of this e-mail is damaged and was left out.");
		e = OK;
	}
	builder_paragraph(t->b);
	buf_clear(&text);
	buf_clear(&subject);
	return e;
}

/* --- attachments --- */

static void
tnef_get_name(const struct tnef *t, const struct tnef_file *f, struct buf *name)
{
	tnef_get(t, f->properties, MAPI_FILE_LONG_NAME, name);
	if (name->n == 0)
		mapi_put_bytes(f->title, t->codepage, name);
	if (name->n == 0)
		tnef_get(t, f->properties, MAPI_FILE_NAME, name);
	if (name->n == 0)
		buf_put_str(name, "attachment");
}

static enum err
tnef_put_file(struct tnef *t, const struct tnef_file *f)
{
	struct buf name = {0};
	struct mapi_value v;
	struct span data = f->data;
	bool decoration;
	enum err e = OK;

	if (!f->begun)
		return OK;
	if (data.n == 0 && mapi_find(f->properties, MAPI_FILE_DATA, &v)) {
		data = v.bytes;
		if (v.type == MAPI_OBJECT) /* another mail, or what only Outlook can show */
			data = span_sub(data, TNEF_OBJECT_HEAD, data.n);
	}
	decoration = data.n <= TNEF_DECORATION_BYTES &&
		     ((mapi_find(f->properties, MAPI_CONTENT_ID, &v) && v.bytes.n > 1) ||
		      (mapi_find(f->properties, MAPI_HIDDEN, &v) && little_u32(v.bytes, 0) % 256));
	tnef_get_name(t, f, &name);
	if (!decoration)
		eml_put_attachment(t->b, t->named, buf_span(&name));
	if (data.n > 0)
		e = reader_put_part(t->in, data, buf_span(&name), decoration, t->b);
	buf_clear(&name);
	return e;
}

static enum err
tnef_put_files(struct tnef *t, struct span bytes)
{
	struct span in = span_sub(bytes, TNEF_HEAD, bytes.n);
	struct tnef_file file = {.begun = false};
	struct tnef_attribute a;
	enum err e = OK;

	while (e == OK && !builder_full(t->b) && tnef_next(&in, &a)) {
		if (a.id == TNEF_FILE_BEGIN) {
			e = tnef_put_file(t, &file);
			file = (struct tnef_file){.begun = true};
		} else if (a.id == TNEF_FILE_TITLE) {
			file.title = a.bytes;
		} else if (a.id == TNEF_FILE_DATA) {
			file.data = a.bytes;
		} else if (a.id == TNEF_FILE_PROPERTIES) {
			file.properties = a.bytes;
		}
	}
	return e == OK ? tnef_put_file(t, &file) : e;
}

/* --- the whole --- */

static enum err
tnef_put_all(const struct reader_input *in, struct span bytes, bool head, bool body,
	     unsigned *named, struct builder *b)
{
	struct tnef t = {.in = in, .b = b, .named = named};
	enum err e = OK;

	tnef_find(&t, bytes);
	if (head)
		tnef_put_head(&t);
	if (body)
		e = tnef_put_body(&t);
	if (e == OK)
		e = tnef_put_files(&t, bytes);
	if (t.cut)
		builder_cut(b, "Its winmail.dat is cut off: the end is missing.");
	return e;
}

enum err
tnef_put(const struct reader_input *whole, struct span bytes, bool body, unsigned *named,
	 struct builder *b)
{
	return tnef_put_all(whole, bytes, false, body, named, b);
}

static enum err
tnef_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	unsigned named = 0;

	builder_format(b, "eml");
	if (!tnef_is(in->bytes))
		return failure_set(
		    failure, ERR_FORMAT, "damaged",
		    "This winmail.dat is damaged: it is cut off at its beginning.",
		    "Ask the sender for the mail in another form than Outlook's rich "
		    "text.");
	return tnef_put_all(in, in->bytes, true, true, &named, b);
}

const struct reader reader_tnef = {
    .name = "winmail.dat",
    .format = "eml",
    .read = tnef_read,
    .selftest = selftests_tnef,
};
