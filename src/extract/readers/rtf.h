/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rtf - a text in Rich Text Format, as Word and WordPad save it and Outlook wraps mails
 * in it.
 */
#pragma once

#include "text/document.h"

/*
 * Puts the words of `bytes` into `b`, and its properties. What Outlook made of HTML is
 * read as that HTML; `forwarded` as in html.h. One that breaks off is cut, with
 * builder_cut().
 *
 *   ERR_FORMAT  it is no RTF;  ERR_NOMEM
 */
MUST_CHECK enum err rtf_put(struct span bytes, bool forwarded, struct builder *b);
