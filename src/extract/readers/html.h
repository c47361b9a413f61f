/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html - a page, or the HTML part of a mail, as text.
 */
#pragma once

#include "text/document.h"

struct html_options {
	struct span charset; /* what the outside says; empty: the page itself, or its bytes */
	struct span address; /* where the page stood; empty: unknown. Links start from it */
	bool mail;           /* no title; quoted replies become MARK_QUOTED */
	bool forwarded;      /* the mail passes another one on: that is no quotation */
};

/*
 * Puts what is visible of `bytes` into `b`: no scripts, styles or hidden
 * elements. ERR_FORMAT (not text), ERR_NOMEM.
 */
MUST_CHECK enum err html_put(struct span bytes, const struct html_options *options,
			     struct builder *b);
