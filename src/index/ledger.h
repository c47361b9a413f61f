/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger - ledger.jsonl: one line for each file first seen, changed, moved, gone.
 *
 * It outlives the index. Each line carries the SHA-256 of the one before, so
 * that tampering shows; no line is ever changed. Lines are written and synced
 * before the commit that they tell of. The index keeps a mark: all lines before
 * it are in the index. Lines behind it whose news the index lacks (a crash or a
 * failed commit came between, or the index is a new one) are remembered; when
 * the same is told again, it is not written again.
 *
 *  L1  Lines are whole; a torn last one is cut off at the opening.
 *  L2  `prev` of a line is the SHA-256 of the line before it, of the first 64 zeros.
 *
 * One thread at a time; blocks for the disk.
 */
#pragma once

#include "common/buf.h"

#define LEDGER_LINE_MAX    (128 * 1024)         /* longer ones are not ours */
#define LEDGER_PENDING_MAX 500000               /* paths remembered after a crash or a rebuild */
#define LEDGER_MATCH_MS    (24 * 3600 * 1000ll) /* after that nothing is matched any more */

struct ledger; /* opaque */

enum ledger_event { LEDGER_SEEN = 1, LEDGER_CHANGED, LEDGER_MOVED, LEDGER_GONE };

struct ledger_line {
	enum ledger_event event;
	int64_t time_ms;
	struct span path, from; /* absolute; `from` of LEDGER_MOVED */
	bool has_hash;
	unsigned char sha256[32];
	uint64_t size;
};

/* A place in the file and the hash of the line before it. */
struct ledger_mark {
	uint64_t position;
	unsigned char hash[32];
};

/* What a path is, by the ledger or by the index. */
struct ledger_state {
	bool present, has_hash;
	unsigned char sha256[32];
	uint64_t size;
};

/* Asks the index about an absolute path; a path it does not know is not present. */
typedef enum err ledger_known(void *ctx, struct span path, struct ledger_state *state);

/*
 * Opens or makes the file and reads the lines behind `mark`, asking `known` about
 * each path in them. Breaks in the chain are logged. ERR_CORRUPT: that is no ledger
 * at all. ERR_NOMEM, ERR_IO, ERR_DENIED, ERR_FULL; `why` gets a sentence.
 */
MUST_CHECK enum err ledger_open(const char *path, const struct ledger_mark *mark,
				ledger_known *known, void *ctx, struct ledger **out, char why[256]);
void ledger_close(struct ledger *l); /* NULL is allowed */

/* Adds a line to a batch of them; failure sticks to the buf. */
void ledger_put(struct buf *batch, const struct ledger_line *line);

/*
 * Writes the batch's lines, but for those that stand there already, and syncs.
 * *mark is what the commit that follows must keep. Then exactly one call of
 * ledger_settle() says whether that commit came about. On an error nothing was
 * written and ledger_settle() is not called. ERR_NOMEM, ERR_FULL, ERR_IO.
 */
MUST_CHECK enum err ledger_append(struct ledger *l, struct span batch, struct ledger_mark *mark);
void ledger_settle(struct ledger *l, bool committed);

/* Paths whose lines are waiting to be matched. */
size_t ledger_pending(const struct ledger *l);
