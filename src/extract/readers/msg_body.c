/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg_body - the text of an Outlook mail: the plain one, else HTML, else RTF.
 */
#include "extract/readers/eml.h"
#include "extract/readers/heading.h"
#include "extract/readers/html.h"
#include "extract/readers/lzfu.h"
#include "extract/readers/msg.h"

#define BODY_TEXT_ENOUGH 20 /* bytes: a shorter plain text only says "see the HTML" */

/* HTML is bytes in the mail's code page, or (seldom) a string. */
static enum err
msg_html(const struct msg_props *p, struct buf *html, char label[24])
{
	enum err e = msg_props_bytes(p, MSG_HTML, html);

	ole_charset((uint32_t)msg_props_number(p, MSG_INTERNET_CPID, p->page), label);
	if (e == ERR_NOMEM || (e == OK && html->n > 0))
		return e;
	ole_charset(65001, label);
	return msg_props_text(p, MSG_HTML, html);
}

static enum err
msg_put_rtf(struct msg *m, const struct msg_props *p, bool *found)
{
	struct buf packed = {0}, rtf = {0};
	struct reader_failure failure = {0};
	enum err e = msg_props_bytes(p, MSG_RTF, &packed);

	*found = e == OK && packed.n > 0;
	if (*found)
		e = lzfu_unpack(buf_span(&packed), m->in->work, &rtf);
	if (e == ERR_LIMIT) {
		reader_cut_unpacked(m->in->work, m->b);
		e = OK;
	}
	if (e == OK && rtf.n > 0) {
		struct reader_input in = {.bytes = buf_span(&rtf),
					  .name = SPAN("text.rtf"),
					  .work = m->in->work};

		e = reader_rtf.read(&in, m->b, &failure);
		builder_format(m->b, "msg");
	}
	if (e != OK && e != ERR_NOMEM && *found)
		builder_cut(m->b, "The mail's text (RTF) could not be read.");
	buf_clear(&packed);
	buf_clear(&rtf);
	return e == ERR_NOMEM ? e : OK;
}

enum err
msg_put_body(struct msg *m, const struct msg_props *p, bool forwarded, bool *found)
{
	struct buf plain = {0}, html = {0};
	char label[24];
	struct eml_plain how = {.forwarded = forwarded};
	struct html_options options = {.mail = true, .forwarded = forwarded};
	size_t words;
	enum err e = msg_props_text(p, MSG_BODY, &plain);

	*found = false;
	if (e != OK)
		goto out;
	words = heading_trim(buf_span(&plain)).n;
	if (words < BODY_TEXT_ENOUGH) {
		e = msg_html(p, &html, label);
		if (e == ERR_NOMEM)
			goto out;
		options.charset = span_of(label);
	}
	e = OK;
	if (!reader_unpacked(m->in->work, plain.n + html.n)) {
		reader_cut_unpacked(m->in->work, m->b);
		*found = true;
		goto out;
	}
	if (html.n > 0) {
		e = html_put(buf_span(&html), &options, m->b);
		*found = e == OK;
	}
	if (e == ERR_NOMEM)
		goto out;
	e = OK;
	if (!*found && words > 0) {
		eml_plain_put(m->b, buf_span(&plain), &how);
		*found = true;
	}
	if (!*found)
		e = msg_put_rtf(m, p, found);
out:
	buf_clear(&plain);
	buf_clear(&html);
	return e;
}
