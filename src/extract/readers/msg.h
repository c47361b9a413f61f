/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg - a mail in an Outlook file: what its files share.
 *
 *   msg.c        the message as a whole, its attachments, messages in messages
 *   msg_head.c   From, To, Cc, Date, Subject
 *   msg_body.c   the text: plain, HTML or packed RTF
 */
#pragma once

#include "extract/reader.h"
#include "extract/readers/msg_props.h"

struct msg {
	const struct reader_input *in;
	struct builder *b;
	unsigned attachments; /* named in meta so far */
};

/* Puts the headers that people read, a line each, and says in *forwarded whether the mail
 * passes another one on. ERR_NOMEM. */
MUST_CHECK enum err msg_put_head(struct msg *m, const struct msg_props *p, bool *forwarded);

/* Puts the text; *found: there was one. What cannot be read is said by builder_cut(). ERR_NOMEM. */
MUST_CHECK enum err msg_put_body(struct msg *m, const struct msg_props *p, bool forwarded,
				 bool *found);
