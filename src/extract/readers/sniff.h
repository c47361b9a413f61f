/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sniff - telling formats apart by their content. A name only decides where
 * content cannot: Markdown is text, and so is a mail without its usual headers.
 */
#pragma once

#include "extract/reader.h"
#include "extract/readers/charset.h"

bool sniff_is_pdf(struct span bytes);

/* A mail or page in ISO-2022-JP or -KR: text, but for the escapes that switch alphabets. */
bool sniff_is_iso2022(struct span bytes);

/* The reader for what is in a ZIP file; NULL with *failure for kinds that have none. */
const struct reader *sniff_zip(const struct reader_input *in, struct reader_failure *failure);

/* The reader for an old Office format or an Outlook mail; NULL with *failure when there is none,
 * or when it is an encrypted new one. */
const struct reader *sniff_ole2(struct span bytes, struct reader_failure *failure);

/* The reader for text of any kind; NULL with *failure for kinds that have none. */
const struct reader *sniff_text(const struct reader_input *in, enum charset cs,
				struct reader_failure *failure);
