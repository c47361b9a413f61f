/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * passage - the sentence and the paragraph around a place in a text.
 *
 * Both look only as far as PASSAGE_*_MAX to each side, so that a text without a
 * single full stop costs no more than any other. Offsets are 0-based, `to` exclusive,
 * without white space at either end, on UTF-8 borders.
 */
#pragma once

#include "common/span.h"

#define PASSAGE_SENTENCE_MAX  4096
#define PASSAGE_PARAGRAPH_MAX 32768

struct passage {
	size_t from, to;
};

/* Between blank lines. At white space between two: the one before it. */
struct passage passage_paragraph(struct span text, size_t at);

/*
 * Ends at ". ! ? …" (and the quotation marks or brackets that close after it)
 * before white space, where what follows may begin a sentence and what precedes is
 * no abbreviation or initial; at a paragraph's end, before a bullet, and between
 * the cells of a table.
 */
struct passage passage_sentence(struct span text, size_t at);
