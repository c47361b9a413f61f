/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger_file - what the files of the ledger share.
 */
#pragma once

#include "index/ledger.h"

/* Paths with what the ledger says last of them: a hash table with chains. */
struct pending_entry {
	struct pending_entry *next;
	struct ledger_state state;
	uint64_t hash;
	size_t n;
	char path[];
};

struct pending { /* {0} is empty */
	size_t count, bucket_count;
	struct pending_entry **buckets;
};

struct ledger {
	int fd;
	uint64_t end;           /* of the last whole line */
	unsigned char last[32]; /* its hash */
	bool torn;              /* something stands behind `end` */
	int64_t opened_ms;
	struct ledger_mark mark; /* moves to the end when nothing is pending */
	struct pending pending;
	struct pending undo; /* between append and settle: taken off `pending` */
	struct buf told;     /* likewise: the batch's lines that were written */
};

int64_t ledger_now_ms(void);
struct ledger_state ledger_line_state(const struct ledger_line *line);
bool ledger_state_eq(const struct ledger_state *a, const struct ledger_state *b);

/* NULL when the path is not in it. */
const struct ledger_state *pending_get(const struct pending *p, struct span path);
/* ERR_LIMIT past LEDGER_PENDING_MAX, ERR_NOMEM. */
MUST_CHECK enum err pending_set(struct pending *p, struct span path,
				const struct ledger_state *state);
/* Moves the path's entry to `to`; OK too when there is none. */
MUST_CHECK enum err pending_take(struct pending *p, struct span path, struct pending *to);
/* Moves all entries of `from` to *p. */
void pending_put_back(struct pending *p, struct pending *from);
/* Drops each entry of which `drop` says so. */
MUST_CHECK enum err pending_filter(struct pending *p,
				   enum err (*drop)(void *ctx, const struct pending_entry *entry,
						    bool *yes),
				   void *ctx);
void pending_clear(struct pending *p);
