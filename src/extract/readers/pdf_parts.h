/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_parts - what a PDF carries beside its pages: attached files and comments.
 */
#pragma once

#include "extract/reader.h"

#include <poppler.h>

struct pdf_notes { /* {0} is empty */
	struct buf text, list;
};

/* Keeps the page's comments. Failure sticks to the buffers. */
void pdf_notes_add(struct pdf_notes *notes, PopplerPage *page);

/* Puts them as paragraphs with MARK_COMMENT and empties them. False: no memory. */
bool pdf_notes_put(struct pdf_notes *notes, struct builder *b);

/* Each attached file by its own reader, within the document's limits. ERR_NOMEM. */
MUST_CHECK enum err pdf_attachments_put(const struct reader_input *in, PopplerDocument *doc,
					struct builder *b);
