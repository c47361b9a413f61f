/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doi - the normal form of a DOI (DOI Handbook, 2.4: case does not matter).
 */
#pragma once

#include "common/buf.h"

#define DOI_BYTES_MAX 2048

/*
 * Appends the normal form of the DOI that `text` is or begins with (after "doi:",
 * a resolver's address, blanks): lower case, percent escapes decoded, without a
 * prefix, balanced brackets kept, trailing punctuation dropped. *used (may be
 * NULL) is how many bytes of `text` it took, with the prefix. False when there
 * is none; then nothing was appended.
 */
bool doi_normalise(struct span text, struct buf *out, size_t *used);
