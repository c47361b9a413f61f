/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jread - reading JSON strictly, on top of jansson.
 */
#pragma once

#include "common/err.h"
#include "common/span.h"

#include <jansson.h>

#define JSON_DEPTH_MAX 32 /* nesting of a text that comes from outside */

/*
 * Parses one JSON text. Duplicate keys, NULs in strings, invalid UTF-8 and
 * more than JSON_DEPTH_MAX levels are refused. The caller json_decref()s *out.
 * `why` (may be NULL) gets a sentence of at most 160 bytes with the position.
 *
 *   ERR_ENCODING  not UTF-8
 *   ERR_DEPTH     nested too deep
 *   ERR_FORMAT    not JSON
 */
MUST_CHECK enum err jread_parse(struct span text, json_t **out, char why[160]);

/*
 * The bytes of member `key`'s value in `object`, as they stand there. `object`
 * must have passed jread_parse(). False when there is no such member.
 */
bool jread_member(struct span object, const char *key, struct span *value);

/*
 * The bytes of the next element of `array` from *at on (start with 0; advanced).
 * False at its end. `array` must have passed jread_parse().
 */
bool jread_element(struct span array, size_t *at, struct span *value);
