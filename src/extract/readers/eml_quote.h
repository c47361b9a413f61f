/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_quote - where, in the text of a mail, the mail begins that is answered or passed on.
 *
 * An answered mail is evidence of its own, elsewhere: its words are quoted here. A mail
 * that is passed on is what this one brings. Programs and languages: Outlook, Gmail, Apple
 * Mail, Thunderbird, phones; English, Welsh, Irish and ten more.
 */
#pragma once

#include "common/span.h"

enum quote_line {
	QUOTE_NOTHING,
	QUOTE_ORIGINAL, /* "-----Original Message-----" */
	QUOTE_FORWARD   /* "---------- Forwarded message ---------", "Begin forwarded message:" */
};
enum quote_line quote_separator(struct span line);

/*
 * Does `text` begin with the head that Outlook and others put above an answered mail (From,
 * Sent, To, Subject)? *length is how far it goes.
 */
bool quote_is_head(struct span text, size_t *length);

/*
 * Does `text` begin with "On …, Ada <ada@a.example> wrote:" and go on without '>'? Some
 * programs mark what is answered by nothing else. *length is how far the line goes.
 */
bool quote_is_attribution(struct span text, size_t *length);

/*
 * The block of lines that `text` begins with, after blank ones: *length with them. True:
 * its subject says that this mail, in turn, passes one on.
 */
bool quote_passes_on(struct span text, size_t *length);
