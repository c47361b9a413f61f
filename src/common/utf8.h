/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * utf8 - validity and code points, by the Unicode Standard's table 3-7
 * (no overlong forms, no surrogates, nothing above U+10FFFF).
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

bool utf8_valid(struct span s);

/* The length of the valid part from the start. */
size_t utf8_valid_prefix(struct span s);

/*
 * Decodes the code point at s.p (s.n > 0) into *cp and returns its length in
 * bytes; on an invalid byte *cp is U+FFFD and the length 1.
 */
size_t utf8_decode(struct span s, uint32_t *cp);

/* Writes cp (a valid one) to out and returns how many bytes it took. */
size_t utf8_encode(uint32_t cp, char out[4]);

/* Is the byte the continuation of a character? */
static inline bool
utf8_is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}
