/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg - mails that Outlook saved: head, text, attachments as parts.
 */
#include "extract/readers/msg.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/selftests.h"

#include <stdio.h>
#include <strings.h>

#define MSG_ATTACHMENTS_META 50 /* named in meta */
#define MSG_METHOD_MESSAGE   5
#define MSG_METHOD_OLE       6
#define MSG_FLAG_IN_BODY     4 /* shown within the text */
#define MSG_WHOLE_SMIME      "IPM.Note.SMIME"

/* The depth of recursion is that of parts: reader_may_open_part() ends it at limits.part_depth. */
static enum err msg_put_message(struct msg *m, GsfInfile *storage, size_t header,
				struct reader_failure *failure);

/* --- attachments --- */

static void
msg_put_attachment_name(struct msg *m, struct span name)
{
	char key[32];

	if (++m->attachments > MSG_ATTACHMENTS_META)
		return;
	snprintf(key, sizeof key, "attachment_%u", m->attachments);
	builder_meta(m->b, key, name);
}

static enum err
msg_attachment_name(const struct msg_props *p, struct buf *name)
{
	static const enum msg_prop props[] = {MSG_LONG_FILENAME, MSG_FILENAME, MSG_DISPLAY_NAME};
	enum err e = OK;

	for (size_t i = 0; i < sizeof props / sizeof props[0] && e == OK; i++) {
		e = msg_props_text(p, props[i], name);
		if (e == OK && heading_trim(buf_span(name)).n > 0)
			return OK;
	}
	buf_reset(name);
	buf_put_str(name, "attachment");
	return e == OK ? buf_err(name) : e;
}

/* A picture of the text itself (a logo in the signature), and not one that was sent along. */
static enum err
msg_is_decoration(const struct msg_props *p, bool *decoration)
{
	struct buf id = {0};
	enum err e = msg_props_text(p, MSG_CONTENT_ID, &id);

	*decoration =
	    msg_props_number(p, MSG_HIDDEN, 0) != 0 ||
	    (id.n > 0 && (msg_props_number(p, MSG_ATTACH_FLAGS, 0) & MSG_FLAG_IN_BODY) != 0);
	buf_clear(&id);
	return e;
}

static enum err
msg_put_embedded(struct msg *m, const struct msg_props *p, struct span name)
{
	GsfInfile *storage = msg_props_storage(p, MSG_DATA);
	struct msg inner = {.in = m->in, .b = m->b, .attachments = MSG_ATTACHMENTS_META};
	struct reader_failure failure = {0};
	enum err e = ERR_FORMAT;
	size_t token;

	if (storage == NULL) {
		reader_cut_part(name, "It is damaged.", m->b);
		return OK;
	}
	if (reader_may_open_part(m->in->work, name, m->b)) {
		token = builder_part_open(m->b, name);
		m->in->work->depth++;
		e = msg_put_message(&inner, storage, MSG_HEADER_EMBEDDED, &failure);
		m->in->work->depth--;
		builder_part_close(m->b, token);
		if (e != OK && e != ERR_NOMEM)
			reader_cut_part(name, failure.reason, m->b);
	}
	g_object_unref(storage);
	return e == ERR_NOMEM ? e : OK;
}

static enum err
msg_put_file(struct msg *m, const struct msg_props *p, struct span name)
{
	struct buf bytes = {0}, type = {0};
	bool decoration = false;
	enum err e = msg_props_bytes(p, MSG_DATA, &bytes);

	if (e == OK)
		e = msg_is_decoration(p, &decoration);
	if (e == OK)
		e = msg_props_text(p, MSG_MIME_TAG, &type);
	/* Streams may share their blocks: a small file can have many long ones. */
	if (e == OK && !reader_unpacked(m->in->work, bytes.n)) {
		reader_cut_unpacked(m->in->work, m->b);
	} else if (e == OK) {
		/* A signed mail is its own attachment, of which nothing but the type tells. */
		if (span_is(buf_span(&type), "multipart/signed"))
			name = SPAN("signed.eml");
		e = reader_put_part(m->in, buf_span(&bytes), name, decoration, m->b);
	} else if (e == ERR_FORMAT) {
		reader_cut_part(name, "It is damaged.", m->b);
	}
	buf_clear(&bytes);
	buf_clear(&type);
	return e == ERR_NOMEM ? e : OK;
}

static enum err
msg_put_attachment(struct msg *m, const struct msg_props *message, GsfInfile *storage)
{
	struct msg_props p;
	struct buf name = {0};
	enum err e =
	    msg_props_open(&p, storage, MSG_HEADER_PART, message->page, message->file_bytes);

	if (e == OK)
		e = msg_attachment_name(&p, &name);
	if (e != OK)
		goto out;
	msg_put_attachment_name(m, buf_span(&name));
	switch (msg_props_number(&p, MSG_METHOD, 1)) {
	case MSG_METHOD_MESSAGE:
		e = msg_put_embedded(m, &p, buf_span(&name));
		break;
	case MSG_METHOD_OLE:
		reader_cut_part(buf_span(&name), "It is an object inside the text.", m->b);
		break;
	default:
		e = msg_put_file(m, &p, buf_span(&name));
	}
out:
	msg_props_close(&p);
	buf_clear(&name);
	return e == ERR_NOMEM ? e : OK;
}

/* Numbered from 0; where some were taken out, there are gaps. */
static enum err
msg_put_attachments(struct msg *m, const struct msg_props *message)
{
	int n = gsf_infile_num_children(message->storage);
	enum err e = OK;

	for (int i = 0;
	     i < n && e == OK && !builder_full(m->b) && reader_unpack_left(m->in->work) > 0; i++) {
		const char *name = gsf_infile_name_by_index(message->storage, i);
		GsfInfile *storage = NULL;

		if (name != NULL && strncmp(name, "__attach_version1.0_#", 21) == 0)
			storage = ole_storage(message->storage, name);
		if (storage == NULL)
			continue;
		e = msg_put_attachment(m, message, storage);
		g_object_unref(storage);
	}
	return e;
}

/* --- the whole --- */

static enum err
msg_fail_encrypted(const struct msg_props *p, struct reader_failure *failure, bool *encrypted)
{
	struct buf class = {0};
	enum err e = msg_props_text(p, MSG_CLASS, &class);

	*encrypted = e == OK && span_is(buf_span(&class), MSG_WHOLE_SMIME);
	if (*encrypted)
		e = failure_set(failure, ERR_FORMAT, "encrypted",
				"This e-mail is encrypted or sealed as a whole (S/MIME).",
				"Open it in the mail program and save its text or print it to a "
				"PDF.");
	buf_clear(&class);
	return e;
}

static enum err
msg_put_message(struct msg *m, GsfInfile *storage, size_t header, struct reader_failure *failure)
{
	struct msg_props p;
	bool forwarded = false, found, encrypted = false;
	enum err e = msg_props_open(&p, storage, header, 0, m->in->bytes.n);

	if (e == ERR_NOT_FOUND || e == ERR_FORMAT) {
		e = failure_set(failure, ERR_FORMAT, "damaged",
				"This Outlook mail is damaged: the list of its properties is "
				"missing.",
				"Save it again from Outlook.");
		goto out;
	}
	if (e != OK)
		goto out;
	p.page = (uint32_t)msg_props_number(&p, MSG_CODEPAGE,
					    msg_props_number(&p, MSG_INTERNET_CPID, 1252));
	e = msg_put_head(m, &p, &forwarded);
	if (e == OK)
		e = msg_put_body(m, &p, forwarded, &found);
	if (e == OK && !found)
		e = msg_fail_encrypted(&p, failure, &encrypted);
	builder_paragraph(m->b);
	if (e == OK)
		e = msg_put_attachments(m, &p);
out:
	msg_props_close(&p);
	return e;
}

static enum err
msg_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct msg m = {.in = in, .b = b};
	GsfInfile *root;
	enum err e = ole_open(in->bytes, &root);

	if (e != OK)
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This Outlook mail is damaged or cut off.",
				   "Save it again from Outlook.");
	builder_format(b, "msg");
	e = msg_put_message(&m, root, MSG_HEADER_FILE, failure);
	g_object_unref(root);
	return e;
}

const struct reader reader_msg = {
    .name = "Outlook mail",
    .format = "msg",
    .prepare = ole_prepare,
    .read = msg_read,
    .selftest = selftests_msg,
};
