/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * words - words as the index and the query language compare them.
 *
 * A word is a run of letters, marks and digits (Unicode's word break rules,
 * UAX #29; ASCII takes a short way with the same result, an apostrophe or full
 * stop between letters does not part), but that a colon always parts: "doi:10.1".
 * Folded: NFKD without marks, full case folding, U+2019 as an apostrophe. "L'État"
 * is the word "l'etat".
 */
#pragma once

#include "common/buf.h"

#define WORD_BYTES_MAX 64 /* of a folded word; longer ones are cut on a UTF-8 border */

typedef void words_on_word(void *ctx, struct span folded, size_t from, size_t to);

/* Calls `on_word` for each word of `text` in order; from and to are bytes into it. ERR_NOMEM. */
MUST_CHECK enum err words_each(struct span text, words_on_word *on_word, void *ctx);

/* The whole of `text` folded, its words joined by one blank: for comparing phrases. */
MUST_CHECK enum err words_fold(struct span text, struct buf *out);

/* NFC of valid UTF-8, appended; ASCII is copied. */
MUST_CHECK enum err words_nfc(struct span text, struct buf *out);
