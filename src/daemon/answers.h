/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answers - what several methods' answers share: ids, clocks, cursors, warnings,
 * and paths as clients write them.
 */
#pragma once

#include "daemon/call.h"
#include "daemon/server.h"

#define ANSWER_BYTES_MAX (4 * 1024 * 1024) /* of a list's items; the rest is the next page */
#define ANSWER_LIMIT     100               /* items, when the client does not say */

/* "12" is a document, "12.3" its record 3 (*number is 0 for a document). */
bool answer_parse_id(struct span id, uint64_t *document, uint32_t *number);

/* `"clock": "…"`; carries the index's instance, so that a rebuilt one's is another. */
void answer_put_clock(struct jwrite *w, struct index *ix, uint64_t clock);

/*
 * `"cursor": …`, null when `place` is empty. `list` and `what` (query, filter) are
 * hashed into it, so that a cursor of another list is refused.
 */
void answer_put_cursor(struct jwrite *w, const char *list, struct span what, struct span place);

/* The place in the call's `cursor`, empty when there is none. False: the call failed. */
bool answer_take_cursor(struct call *c, const char *list, struct span what, struct buf *place);

/* `"warnings": […]` when there are any; as server_warnings() makes them. */
void answer_put_warnings(struct jwrite *w, struct span warnings);

/* The time by which a query that begins now must end, for query_page. */
uint64_t answer_deadline(const struct server_world *world);

/* --- paths --- */

/*
 * Appends `path` without doubled slashes, "." and ".."; no slash at its end.
 * ERR_FORMAT: it climbs above its beginning, or holds a NUL; ERR_NOMEM.
 */
MUST_CHECK enum err answer_clean_path(struct span path, struct buf *out);

/*
 * The call's path, cleaned and appended: the bytes of `path_base64` where it is
 * given, as lists give it beside `path` for a name that is not UTF-8; else `path`.
 * False: the call failed.
 */
bool answer_take_path(struct call *c, struct buf *out);

#define ANSWER_PATH_PARAMS                                                                         \
	"\"path\":{\"type\":\"string\",\"minLength\":1,\"description\":\"absolute, or below a "    \
	"watched folder\"},"                                                                       \
	"\"path_base64\":{\"type\":\"string\",\"minLength\":1,\"description\":\"before path, "     \
	"where its bytes are not UTF-8\"}"

/* Is `absolute` the root itself or below it? *below borrows from it. */
bool answer_below(struct span folder, struct span absolute, struct span *below);

/* The folders that an `under` names: itself, or relative to each root. */
struct answer_under { /* {0} takes everything */
	bool given;
	size_t n;
	struct buf folders; /* each ended by a NUL */
};

/* Reads the call's `under`. False: the call failed. */
bool answer_take_under(struct call *c, const struct server_world *world, struct answer_under *out);
bool answer_under_has(const struct answer_under *u, struct span absolute);
void answer_under_clear(struct answer_under *u);

struct query_error;

/* What is wrong with a query, as an answer. */
void answer_query_error(const struct query_error *error, struct rpc_error *out);
