/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zip - the members of a ZIP file in memory, unpacked as they are read.
 *
 * What a member unpacks to is counted against the limits below, whatever the
 * archive says of itself.
 */
#pragma once

#include "common/err.h"
#include "common/span.h"

#include <stdint.h>

#define ZIP_ENTRIES_MAX     10000
#define ZIP_ENTRY_BYTES_MAX (256u * 1024 * 1024) /* of one member, unpacked */
#define ZIP_RATIO_MAX       200                  /* unpacked bytes for each byte of the file … */
#define ZIP_RATIO_FROM      (10u * 1024 * 1024)  /* … once a member is longer than this */

/* Is the list of members at the end whole? Without it the file is cut off or damaged. */
bool zip_is_whole(struct span bytes);

/*
 * Calls `on_name` with the name of each member until it returns false. A damaged
 * list ends early: ERR_FORMAT. Past ZIP_ENTRIES_MAX: ERR_LIMIT. ERR_NOMEM.
 */
MUST_CHECK enum err zip_each(struct span bytes, bool (*on_name)(void *ctx, const char *name),
			     void *ctx);

struct zip_entry; /* opaque: one member being unpacked */

/*
 * Opens the member called `name`. `bytes` must outlive it.
 *
 *   ERR_NOT_FOUND  there is none
 *   ERR_DENIED     it is encrypted
 *   ERR_FORMAT     damaged;  ERR_LIMIT  too many members;  ERR_NOMEM
 */
MUST_CHECK enum err zip_open(struct span bytes, const char *name, struct zip_entry **out);

/* Up to `n` bytes into `to`: how many, 0 at the end, -1 on error. Fits libxml2's read callback. */
int zip_read(void *entry, char *to, int n);

/* What went wrong in zip_read(): OK, ERR_FORMAT (damaged), ERR_LIMIT (unpacks to too much). */
MUST_CHECK enum err zip_err(const struct zip_entry *entry);
void zip_close(struct zip_entry *entry); /* NULL is allowed */
