/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml - the pieces of a mail, whatever file it comes in (.eml, mbox, winmail.dat, .msg).
 */
#pragma once

#include "extract/reader.h"

#define EML_HEADER_BYTES 65536 /* of one header; the rest is left out */

/*
 * One line of a mail's head: "From: Ada <ada@a.example>", with MARK_HEADER over the
 * value. UTF-8; a value of several lines becomes one. Without a value: nothing.
 */
void eml_put_header(struct builder *b, const char *name, struct span value);

/* Names an attachment in meta: attachment_1 … of the whole document. `named` counts them. */
void eml_put_attachment(struct builder *b, unsigned *named, struct span name);

/* Does the subject say that the mail passes another one on ("FW: ", "Fwd: ", "WG: " …)? */
bool eml_is_forward(struct span subject);

/* --- words: what headers say (RFC 2047, RFC 2231) --- */

/*
 * Appends a header's raw value as UTF-8 on one line, its encoded words decoded by
 * charset.h. `addresses`: names lose quotation marks that they do not need.
 */
void eml_words(struct span raw, bool addresses, struct buf *out);

/*
 * Appends parameter `name` ("filename") of a raw header as UTF-8, in whichever way it is
 * written. False: there is none.
 */
bool eml_parameter(struct span raw, const char *name, struct buf *out);

/* --- texts --- */

struct eml_plain {
	bool flowed;    /* a blank at a line's end: the next line belongs to it */
	bool join;      /* … and that blank does not count */
	bool forwarded; /* the mail passes another one on: what follows its headers is no quotation
			 */
};

/*
 * Puts the lines. Those behind ">" become MARK_QUOTED of their level, without the
 * signs; so does all below "-----Original Message-----" or an Outlook head.
 */
void eml_plain_put(struct builder *b, struct span text, const struct eml_plain *how);

/*
 * Puts what an invitation (text/calendar, UTF-8) says of each event: what, when, where,
 * and its `note`, which most mails have as their text already. `uid` holds the last
 * event's identity: the same event is put once.
 */
void eml_calendar_put(struct builder *b, struct span text, bool note, struct buf *uid);

/* --- the whole --- */

/*
 * Puts a mail (its bytes) as a part of `whole`, called by its subject, or `name` where it
 * has none. What cannot be read is named in builder_cut(). False: limits.parts is met,
 * no more of them. ERR_NOMEM in *e.
 */
bool eml_put_message(const struct reader_input *whole, struct span bytes, struct span name,
		     struct builder *b, enum err *e);

/* What an opaque S/MIME signature (application/pkcs7-mime, DER or BER) holds. */
enum eml_signed {
	EML_SIGNED,    /* *out has the mail that was signed */
	EML_ENVELOPED, /* it is encrypted */
	EML_UNKNOWN
};
enum eml_signed eml_signed_content(struct span der, struct buf *out);
