/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan - many patterns over one text in one pass (Hyperscan or Vectorscan).
 *
 * Patterns are UTF-8, without UCP: \w, \d and \b are ASCII. Of what the engine
 * reports, each pattern keeps the leftmost start with its longest end, not
 * overlapping, in text order, at most PLUGIN_MATCHES_MAX.
 */
#pragma once

#include "common/err.h"
#include "common/span.h"

#include <stdint.h>

#define SCAN_WHY_BYTES 300

struct scan; /* opaque: a database and room for its matches */

struct scan_match {
	uint32_t from, to; /* bytes into the text, `to` exclusive */
};

/*
 * Compiles `n` expressions; one's place in the list is its id.
 * ERR_FORMAT: *bad is the id of the one that was refused (n when no single one is
 * to blame), `why` the reason with a hint. ERR_NOMEM.
 */
MUST_CHECK enum err scan_new(const char *const *expressions, size_t n, struct scan **out,
			     size_t *bad, char why[SCAN_WHY_BYTES]);
void scan_free(struct scan *s); /* NULL is allowed */

/* Scans a valid UTF-8 text; forgets what it found before. ERR_LIMIT over 4 GiB, ERR_NOMEM. */
MUST_CHECK enum err scan_text(struct scan *s, struct span text);

/* What the last scan found of expression `id`; valid until the next one. */
const struct scan_match *scan_matches(const struct scan *s, size_t id, size_t *n);
