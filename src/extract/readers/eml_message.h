/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_message - a mail that GMime has taken apart: which of its parts are its text, which
 * are attachments. For eml*.c and mhtml.c only.
 */
#pragma once

#include "extract/readers/eml.h"

#include <gmime/gmime.h>

struct eml_attached {
	GMimeObject *object; /* borrowed */
	bool decoration;     /* a small picture that belongs to the text */
	bool returned;       /* what a delivery report sends back */
};

struct eml_parts {
	struct builder *b;    /* for builder_cut() */
	GPtrArray *bodies;    /* GMimePart *, borrowed: the text, in order */
	GPtrArray *calendars; /* GMimePart *, borrowed */
	GArray *attached;     /* struct eml_attached */
	GPtrArray *owned;     /* GMimeObject *: what signatures held */
	size_t walked;
	bool encrypted; /* something of it is */
};

/* Sorts the parts of `message` into empty *p. */
void eml_parts_find(struct eml_parts *p, GMimeMessage *message);
void eml_parts_clear(struct eml_parts *p);

/* Takes a mail apart; unref it. NULL: it cannot be. */
GMimeMessage *eml_parse(struct span bytes);
/* The same for what has a part's head and no mail's. */
GMimeObject *eml_parse_part(struct span bytes);

/* A header as it stands in the mail; empty when there is none. */
struct span eml_raw_header(GMimeObject *object, const char *name);
/* A header as UTF-8 on one line, appended. */
void eml_get_header(GMimeObject *object, const char *name, bool addresses, struct buf *out);
/* The name of a part's file, appended; false when it has none. */
bool eml_get_filename(GMimeObject *part, struct buf *out);
bool eml_is_type(GMimeObject *object, const char *type, const char *subtype);

/* A part's bytes without their transfer encoding; unref them. */
GByteArray *eml_part_bytes(GMimePart *part);
struct span eml_part_charset(GMimePart *part);

static inline struct span
eml_span(const GByteArray *bytes)
{
	return (struct span){(const char *)bytes->data, bytes->len};
}
