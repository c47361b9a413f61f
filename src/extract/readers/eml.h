/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml - the plain text of a mail: quoted lines, flowed lines (RFC 3676).
 */
#pragma once

#include "text/document.h"

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
