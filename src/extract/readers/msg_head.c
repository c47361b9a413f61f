/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg_head - the head of an Outlook mail, in the words that other mails have.
 */
#include "extract/readers/eml.h"
#include "extract/readers/heading.h"
#include "extract/readers/msg.h"

#include <stdio.h>
#include <strings.h>

#define HEAD_RECIPIENTS_MAX 500 /* that are named */
#define HEAD_TO             1   /* a recipient's type */
#define HEAD_CC             2

/* --- people --- */

/* `Carys Lindqvist <carys@saltby.example>`; a name with a comma in it is quoted. */
static void
msg_add_person(struct buf *list, struct span name, struct span address)
{
	bool quoted = false;

	name = heading_trim(name);
	address = heading_trim(address);
	/* Some programs put the address into quotes where the name should be. */
	if (name.n > 1 && name.p[0] == '\'' && name.p[name.n - 1] == '\'')
		name = span_sub(name, 1, name.n - 2);
	if (name.n == 0 && address.n == 0)
		return;
	if (list->n > 0)
		buf_put_str(list, ", ");
	if (name.n == address.n && name.n > 0 && strncasecmp(name.p, address.p, name.n) == 0)
		name.n = 0;
	for (size_t i = 0; i < name.n; i++)
		quoted |= strchr("()<>@,;:\\\".[]", name.p[i]) != NULL;
	quoted &= address.n > 0;
	for (size_t i = 0; i < name.n; i++) {
		if (quoted && i == 0)
			buf_put_char(list, '"');
		if (quoted && (name.p[i] == '"' || name.p[i] == '\\'))
			buf_put_char(list, '\\');
		buf_put_char(list, name.p[i]);
	}
	if (quoted)
		buf_put_char(list, '"');
	if (name.n > 0 && address.n > 0)
		buf_put_str(list, " <");
	buf_put_span(list, address);
	if (name.n > 0 && address.n > 0)
		buf_put_char(list, '>');
}

/* The first of the properties that holds an Internet address; Exchange's own are none. */
static enum err
msg_find_address(const struct msg_props *p, const enum msg_prop *props, size_t n, struct buf *out)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++) {
		e = msg_props_text(p, props[i], out);
		if (e == OK && out->n > 0 && memchr(out->p, '@', out->n) != NULL)
			return OK;
	}
	buf_reset(out);
	return e;
}

static enum err
msg_put_from(struct msg *m, const struct msg_props *p)
{
	static const enum msg_prop addresses[] = {MSG_FROM_SMTP, MSG_FROM_ADDRESS, MSG_SENDER_SMTP,
						  MSG_SENDER_ADDRESS};
	struct buf name = {0}, address = {0}, line = {0};
	enum err e = msg_props_text(p, MSG_FROM_NAME, &name);

	if (e == OK && name.n == 0)
		e = msg_props_text(p, MSG_SENDER_NAME, &name);
	if (e == OK)
		e = msg_find_address(p, addresses, 4, &address);
	if (e == OK) {
		msg_add_person(&line, buf_span(&name), buf_span(&address));
		eml_put_header(m->b, "From", buf_span(&line));
		e = buf_err(&line);
	}
	buf_clear(&name);
	buf_clear(&address);
	buf_clear(&line);
	return e;
}

static enum err
msg_add_recipient(const struct msg_props *message, GsfInfile *storage, struct buf *to,
		  struct buf *cc)
{
	static const enum msg_prop addresses[] = {MSG_SMTP_ADDRESS, MSG_ADDRESS};
	struct msg_props p;
	struct buf name = {0}, address = {0};
	enum err e =
	    msg_props_open(&p, storage, MSG_HEADER_PART, message->page, message->file_bytes);
	uint64_t type = e == OK ? msg_props_number(&p, MSG_RECIPIENT_TYPE, HEAD_TO) & 0xf : 0;

	if (type == HEAD_TO || type == HEAD_CC) {
		e = msg_props_text(&p, MSG_DISPLAY_NAME, &name);
		if (e == OK)
			e = msg_find_address(&p, addresses, 2, &address);
		if (e == OK)
			msg_add_person(type == HEAD_TO ? to : cc, buf_span(&name),
				       buf_span(&address));
	}
	msg_props_close(&p);
	buf_clear(&name);
	buf_clear(&address);
	return e == ERR_NOMEM ? e : OK;
}

/* Recipients have storages of their own; a draft has only what is shown of them. */
static enum err
msg_put_recipients(struct msg *m, const struct msg_props *p)
{
	struct buf to = {0}, cc = {0};
	char name[40];
	enum err e = OK;

	for (unsigned i = 0; i < HEAD_RECIPIENTS_MAX && e == OK; i++) {
		GsfInfile *storage;

		snprintf(name, sizeof name, "__recip_version1.0_#%08X", i);
		storage = ole_storage(p->storage, name);
		if (storage == NULL)
			break;
		e = msg_add_recipient(p, storage, &to, &cc);
		g_object_unref(storage);
	}
	if (e == OK && to.n == 0)
		e = msg_props_text(p, MSG_DISPLAY_TO, &to);
	if (e == OK && cc.n == 0)
		e = msg_props_text(p, MSG_DISPLAY_CC, &cc);
	if (e == OK)
		e = buf_err(&to);
	if (e == OK)
		e = buf_err(&cc);
	if (e == OK) {
		eml_put_header(m->b, "To", buf_span(&to));
		eml_put_header(m->b, "Cc", buf_span(&cc));
	}
	buf_clear(&to);
	buf_clear(&cc);
	return e;
}

/* --- the head --- */

static void
msg_put_date(struct msg *m, const struct msg_props *p)
{
	char iso[40], mail[40];

	if (!ole_time(msg_props_number(p, MSG_SUBMITTED, 0), iso, mail))
		ole_time(msg_props_number(p, MSG_DELIVERED, 0), iso, mail);
	eml_put_header(m->b, "Date", span_of(mail));
	builder_meta(m->b, "date", span_of(iso));
}

enum err
msg_put_head(struct msg *m, const struct msg_props *p, bool *forwarded)
{
	struct buf words = {0};
	struct span subject;
	enum err e = msg_put_from(m, p);

	if (e == OK)
		e = msg_put_recipients(m, p);
	if (e != OK)
		goto out;
	msg_put_date(m, p);
	e = msg_props_text(p, MSG_MESSAGE_ID, &words);
	if (e != OK)
		goto out;
	/* As other mails give it: without its angle brackets. */
	if (words.n > 2 && words.p[0] == '<' && words.p[words.n - 1] == '>')
		builder_meta(m->b, "message_id", span_sub(buf_span(&words), 1, words.n - 2));
	else
		builder_meta(m->b, "message_id", buf_span(&words));
	e = msg_props_text(p, MSG_SUBJECT, &words);
	if (e != OK)
		goto out;
	subject = heading_trim(buf_span(&words));
	eml_put_header(m->b, "Subject", subject);
	builder_title(m->b, subject);
	*forwarded = (subject.n >= 3 && strncasecmp(subject.p, "fw:", 3) == 0) ||
		     (subject.n >= 4 && strncasecmp(subject.p, "fwd:", 4) == 0);
out:
	builder_paragraph(m->b);
	buf_clear(&words);
	return e;
}
