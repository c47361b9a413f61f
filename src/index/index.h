/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * index - the evidence index on disk: one LMDB environment, one writer.
 *
 * Only the daemon opens it, once; only its writer thread changes it. Invariants:
 *  I1  A document's records, text and vector and its files' entries change in one commit.
 *  I2  A snapshot does not change while it is open.
 *  I3  After a crash at any point the index equals some whole commit.
 *  I4  Every name of a document is in `files` and, turned round, in `paths`.
 *
 * Threads: index_open/close on the main thread; transactions on one thread;
 * snapshots on any, each used by one thread at a time.
 */
#pragma once

#include "common/buf.h"
#include "common/record.h"

#define INDEX_SCHEMA       2
#define INDEX_EXIT_DAMAGED 74 /* exit status when LMDB finds its pages damaged; start again */

struct index;      /* opaque */
struct index_txn;  /* opaque: a write transaction */
struct index_read; /* opaque: one snapshot */

struct index_options {
	const char *state_dir; /* made already; `index/` and `ledger.jsonl` lie in it */
	uint64_t map_bytes;    /* wanted; halved down to 1 GiB when refused */
};

/*
 * Opens or makes the index. A damaged or foreign one is moved aside to
 * `index.TIME/` with a log line and a new one made. `why` gets a sentence on error.
 *
 *   ERR_DENIED, ERR_FULL, ERR_IO  the folder can't be used
 *   ERR_CORRUPT                   ledger.jsonl is no ledger
 *   ERR_NOMEM                     no memory, or no map of 1 GiB
 */
MUST_CHECK enum err index_open(const struct index_options *options, struct index **out,
			       char why[256]);
void index_close(struct index *ix); /* all snapshots and transactions have ended */

/* --- what is in it, from memory, without a snapshot --- */

struct kind_count {
	char kind[NAME_BYTES_MAX + 1];
	uint64_t records;
};

struct index_stats {
	uint64_t documents;
	uint64_t files[8]; /* by enum file_state */
	uint64_t bytes;    /* of the data file */
	uint64_t map_bytes;
	uint64_t clock; /* of the last commit */
	size_t kind_count;
	struct kind_count kinds[64];
};

void index_stats(struct index *ix, struct index_stats *out);

/* 32 hex digits, made with the index; a rebuild makes another. Borrowed from the index. */
const char *index_instance(const struct index *ix);

/* --- writing: the writer thread alone --- */

/* What a commit did, for subscribers. Document ids, ascending, each once. */
struct index_news {
	uint64_t clock;
	size_t added_count, gone_count;
	uint64_t *added; /* new, re-run, or with another path than before: their records are new to
			    a reader */
	uint64_t *gone;  /* removed, re-run, or with another path: as they were one commit before */
};

void index_news_free(struct index_news *news);

/*
 * Blocks while another transaction is open. Of the functions that write in it,
 * ERR_FULL, ERR_IO and ERR_NOMEM end the transaction (abort it); any other error is
 * the arguments' and leaves it as it was. ERR_NOMEM, ERR_IO, ERR_CORRUPT.
 */
MUST_CHECK enum err index_begin(struct index *ix, struct index_txn **out);

/*
 * Writes the ledger's lines and syncs them, then commits durably; blocks for two fsyncs.
 * On any error nothing of it stands and the transaction is gone.
 *
 *   ERR_FULL  no room in map or disk: index_grow(), or wait, and do it all again
 *   ERR_IO    the disk failed: the daemon must end
 */
MUST_CHECK enum err index_commit(struct index_txn *txn, struct index_news **news);
void index_abort(struct index_txn *txn);

/*
 * Doubles the map after an ERR_FULL that was the map's. Waits for open snapshots,
 * holds off new ones meanwhile. ERR_FULL: the disk is full, not the map, or the
 * system gives no bigger map: wait. ERR_IO.
 */
MUST_CHECK enum err index_grow(struct index *ix);

/* --- reading --- */

/*
 * A snapshot; end it before the callback that began it returns. A thread has at
 * most one open: index_grow() waits for it and holds off the next. ERR_NOMEM,
 * ERR_IO, ERR_LIMIT (too many).
 */
MUST_CHECK enum err index_read_begin(struct index *ix, struct index_read **out);
void index_read_end(struct index_read *rd); /* NULL is allowed */
uint64_t index_read_clock(const struct index_read *rd);
