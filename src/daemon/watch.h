/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch - the inotify descriptor and the map from its watches to folders.
 *
 * Events are hints: they say which file or folder to look at, never what is in
 * it. The map is shared with the roots' threads (which add watches while they
 * scan) under one lock.
 *
 *  W1  One node a watched folder; its path is made from its parents, so that a
 *      renamed folder is one changed node.
 *  W2  After IN_Q_OVERFLOW every root is scanned (with back-off from 1 s to 60 s).
 */
#pragma once

#include "daemon/root.h"

struct watch_events {
	void *ctx;
	/* Closed after writing, or moved in: ready now. */
	void (*on_ready)(void *ctx, struct root *r, struct span path);
	/* Made but not closed yet (a hard link, a slow writer): to be taken when quiet. */
	void (*on_created)(void *ctx, struct root *r, struct span path);
	/*
	 * Deleted or moved out. With `folder` a folder moved out, or another one than before:
	 * what runs of it is in question (queue_gone_below()), and it is to be scanned.
	 */
	void (*on_gone)(void *ctx, struct root *r, struct span path, bool folder);
	/*
	 * Renamed inside the watched folders; `folder` as above. What is told of things that
	 * change places is right only in the end: until the move is written, root_hold_scans()
	 * of both roots; look at a file's `to` again (its ctime is another one, too), scan a
	 * folder's.
	 */
	void (*on_moved)(void *ctx, struct root *from_root, struct span from, struct root *to_root,
			 struct span to, bool folder);
};

/* ERR_LIMIT: no inotify instance to be had (fs.inotify.max_user_instances). */
MUST_CHECK enum err watch_start(uv_loop_t *loop, const struct watch_events *events,
				struct watch **out);
void watch_stop(struct watch *w, void (*on_closed)(void *ctx), void *ctx);

/* Any thread: it lives until the last holder lets go, so that a root whose file system hangs is
 * safe. */
struct watch *watch_ref(struct watch *w);
void watch_unref(struct watch *w);

/*
 * Any thread: watches the folder behind `fd`. With `attrib` also for changed
 * permissions of what is in it: some of that could not be read.
 *
 *   ERR_FULL    no watches left (fs.inotify.max_user_watches): the folder must be polled
 *   ERR_DENIED, ERR_NOT_FOUND, ERR_IO, ERR_NOMEM  likewise
 */
MUST_CHECK enum err watch_add(struct watch *w, struct root *r, struct span path, int fd,
			      bool attrib);
/* Any thread: forgets the watches of a folder and all below it (empty path: of the root). */
void watch_drop(struct watch *w, struct root *r, struct span path);
/*
 * Any thread: a scan of a folder and all below it adds what is there between the
 * two; what was not added again is forgotten.
 */
uint64_t watch_sweep_begin(struct watch *w);
void watch_sweep_end(struct watch *w, struct root *r, struct span path, uint64_t begun);
uint64_t watch_count(struct watch *w, const struct root *r);

/*
 * Reads all events there are now and calls back: what `wait` begins with. Moves
 * half told are taken as they stand, a scan put off after an overflow is asked for.
 */
void watch_drain(struct watch *w);

/* Takes events as read(2) gives them. The poll ends here; tests and fuzzers begin here. */
void watch_feed(struct watch *w, const char *bytes, size_t n);
