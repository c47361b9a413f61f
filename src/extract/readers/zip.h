/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zip - the members of a ZIP file in memory, unpacked as they are read.
 *
 * What a member unpacks to is counted by reader_unpacked(), whatever the
 * archive says of itself.
 */
#pragma once

#include "extract/reader.h"

#define ZIP_ENTRIES_MAX 10000 /* members of an office document */

/* Is the list of members at the end whole? Without it the file is cut off or damaged. */
bool zip_is_whole(struct span bytes);

/*
 * Calls `on_name` with the name of each member until it returns false. A damaged
 * list ends early: ERR_FORMAT. Past ZIP_ENTRIES_MAX: ERR_LIMIT. ERR_NOMEM.
 */
MUST_CHECK enum err zip_each(struct span bytes, bool (*on_name)(void *ctx, const char *name),
			     void *ctx);

/*
 * Unpacks, in the order of the list, each member that `wanted` says and gives it to
 * `on_member`, whose bytes are borrowed for the call. One member may have `max` bytes.
 *
 *   ERR_DENIED  one is encrypted
 *   ERR_FORMAT  damaged;  ERR_LIMIT  more members, bytes of one or bytes in all than are
 *               read, with what came before given;  what `on_member` returns;  ERR_NOMEM
 */
MUST_CHECK enum err zip_load(const struct reader_input *in, size_t max,
			     bool (*wanted)(void *ctx, const char *name),
			     enum err (*on_member)(void *ctx, const char *name, struct span bytes),
			     void *ctx);

struct zip_entry; /* opaque: one member being unpacked */

/*
 * Opens the member called `name` of the ZIP file `in`, which must outlive it.
 *
 *   ERR_NOT_FOUND  there is none
 *   ERR_DENIED     it is encrypted
 *   ERR_FORMAT     damaged;  ERR_LIMIT  too many members;  ERR_NOMEM
 */
MUST_CHECK enum err zip_open(const struct reader_input *in, const char *name,
			     struct zip_entry **out);

/* Up to `n` bytes into `to`: how many, 0 at the end, -1 on error. Fits libxml2's read callback. */
int zip_read(void *entry, char *to, int n);

/* What went wrong in zip_read(): OK, ERR_FORMAT (damaged), ERR_LIMIT (unpacks to too much). */
MUST_CHECK enum err zip_err(const struct zip_entry *entry);
void zip_close(struct zip_entry *entry); /* NULL is allowed */
