/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writer - the one thread that changes the index: many items in one commit.
 *
 * An item waits until the transaction under way ends; then all that wait (up to
 * 4 MB or 500 items) go together. Bulk items alone wait up to 5 ms for company;
 * an urgent one is committed at once. Items are kept until the commit returned, so
 * that a full map or disk loses nothing: the map grows and the group is done
 * again; while the disk is full it is tried again each second and `full` is told.
 */
#pragma once

#include "daemon/root.h"
#include "daemon/zygote.h"
#include "index/documents.h"

struct writer; /* opaque */

enum writer_kind {
	WRITE_DOCUMENT, /* a file's new document and the file's entry; a known hash adds the path
			   only, unless it replaces */
	WRITE_FILE,     /* a file's entry alone (failed, ignored, gone, same document as before) */
	WRITE_MOVE,
	WRITE_UNREAD,   /* words in a stored document's pictures cannot be read, entry.reason */
	WRITE_RECORDS,  /* a stored document's records anew */
	WRITE_CATALOGUE /* a generation's kinds are in force */
};

struct writer_item { /* made by writer_item_new(); freed by the writer after on_done */
	enum writer_kind kind;
	bool urgent;
	uint64_t root, to_root;
	struct span path, to_path;     /* in `own` */
	struct file_entry entry;       /* reason and remedy in `own` */
	struct new_document document;  /* of WRITE_DOCUMENT; spans in `own`; results below */
	uint64_t document_id;          /* of WRITE_RECORDS, WRITE_UNREAD */
	struct plugin_result *results; /* malloc'ed array, freed with the item */
	size_t result_count;
	struct generation *generation; /* held */
	char **own;                    /* malloc'ed memory that dies with the item: writer_own() */
	size_t own_count;
	enum err result; /* for on_done; OK, or what stands: ERR_NOT_FOUND, ERR_LIMIT, … */
	void (*on_done)(void *ctx,
			struct writer_item *item); /* on the loop, after the commit; may be NULL */
	void *ctx;
	struct writer_item *next;
};

struct writer_item *writer_item_new(enum writer_kind kind); /* NULL: no memory */
void writer_item_free(struct writer_item *item);
/* Copies bytes into memory of the item. The empty span when there is no memory (and *ok false). */
struct span writer_own(struct writer_item *item, struct span s, bool *ok);

struct writer_events {
	void *ctx;
	/* A commit is done; items' on_done have been called. Takes the news. */
	void (*on_commit)(void *ctx, struct index_news *take_news);
	/* The disk became full, or has room again. */
	void (*on_full)(void *ctx, bool full);
	/* The disk failed: the daemon must end. */
	void (*on_broken)(void *ctx, enum err e);
};

MUST_CHECK enum err writer_start(uv_loop_t *loop, struct index *ix,
				 const struct writer_events *events, struct writer **out);
/* Commits what it has, then ends. */
void writer_stop(struct writer *w, void (*on_closed)(void *ctx), void *ctx);

/* Loop thread; takes the item. */
void writer_put(struct writer *w, struct writer_item *take_item);

/* Items waiting or being committed. */
size_t writer_pending(struct writer *w);
