/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * root - one watched folder and its thread: scans, opens and looks.
 *
 * Everything that may block on the folder's file system happens on this thread,
 * never on the loop; so a hung mount stops only itself. Tasks are done one at a
 * time; a scan yields to opens and looks between any 64 entries. Results come
 * back on the loop. Nothing of the user's is ever written.
 *
 *  R1  An open is below the root's own descriptor (openat2 with RESOLVE_BENEATH,
 *      NO_SYMLINKS, NO_MAGICLINKS), O_NONBLOCK | O_NOCTTY, and a regular file by fstat.
 *  R2  A folder's inotify watch is added before it is listed.
 *  R3  A root that is gone, became empty at once or is another file system than
 *      before is `unavailable`: nothing below it counts as gone. So is one that has
 *      not answered for 10 s.
 *  R4  No descriptor of it is kept between tasks, so that it can be unmounted.
 */
#pragma once

#include "common/conf.h"
#include "index/files.h"

#include <sys/stat.h>
#include <uv.h>

#define ROOT_STOP_MS 1000

struct root;  /* opaque */
struct watch; /* opaque: watch.h */

struct root_status {
	uint64_t id;       /* in the index */
	struct span path;  /* absolute; borrowed from the root */
	const char *state; /* "scanning", "ready", "unavailable" */
	const char *mode;  /* "inotify", "poll", "mixed" (some folders are polled) */
	char reason[256];  /* why unavailable or polled, or what can't be read; may be empty */
	uint64_t watches;
	uint32_t seen_within_s; /* 0: at once */
};

/* What the upper module wants to hear of, on the loop. Paths are borrowed for the call. */
struct root_events {
	void *ctx;
	/*
	 * A scan met something that is not in the index as it is now: a new or changed file, a
	 * link, a FIFO, an ignored name. root_open() says what it is. `drop`: it came while we
	 * watched (QUEUE_FOUND); else the first scan found it (QUEUE_BULK).
	 */
	void (*on_changed)(void *ctx, struct root *r, struct span path, bool drop);
	/* The first scan, or one that root_rescan() asked for, met an unchanged file with words in
	 * pictures that are still to be read. */
	void (*on_pictures)(void *ctx, struct root *r, struct span path);
	/* The index knows a file that a scan did not meet. */
	void (*on_missing)(void *ctx, struct root *r, struct span path);
	/* The first scan was asked for, or the last one is done: in turn, also from root_start().
	 */
	void (*on_scan_begin)(void *ctx, struct root *r);
	void (*on_scan_end)(void *ctx, struct root *r);
	/* Available again (a scan is asked for already) or not any more; root_status() says which.
	 */
	void (*on_state)(void *ctx, struct root *r);
};

/*
 * Starts the thread and asks for the first scan. Borrows all it is given until
 * it is closed. The id comes from index_root(). ERR_NOMEM, ERR_LIMIT.
 */
MUST_CHECK enum err root_start(uv_loop_t *loop, struct index *ix, struct watch *watch,
			       const struct conf *conf, const struct conf_watch *cw, uint64_t id,
			       const struct root_events *events, struct root **out);

/*
 * Ends the thread; opens that wait are answered as unavailable. on_closed comes when nothing of it
 * is left, or after ROOT_STOP_MS when its file system hangs. Stop the watch in the same turn.
 */
void root_stop(struct root *r, void (*on_closed)(void *ctx), void *ctx);

uint64_t root_id(const struct root *r);
struct span root_path(const struct root *r);
void root_status(const struct root *r, struct root_status *out);
bool root_available(const struct root *r);

/* Compares a folder and all below it with the index (empty path: all). One that waits already is
 * not asked twice. */
void root_scan(struct root *r, struct span path);
/* The same, and what there was nothing to read with is tried again. */
void root_rescan(struct root *r, struct span path);

/*
 * A rename below it is on its way into the index: no scan begins until it is written,
 * lest it compares the folder as it is with the index as it was.
 */
void root_hold_scans(struct root *r);
void root_release_scans(struct root *r);

/* Scans that are asked for or under way. */
size_t root_scans(const struct root *r);

/* Something happened to the root folder itself: looks whether it is still there. */
void root_check(struct root *r);

/*
 * The readers are known now: failures that an older set gave are met as changed,
 * by another scan if one is needed for that.
 */
void root_set_reader_version(struct root *r, uint32_t version);

/* The rule that ignores `path` or a folder on its way; the empty span when there is none. */
struct span root_ignored(const struct root *r, struct span path);

/* An opened file, or why not. Borrowed for the call, but for `fd`. */
struct root_opened {
	int fd; /* -1: not opened; else the callee's */
	/*
	 * Size, times and inode of what is there, and as state:
	 *   FILE_NONE     nothing, or a folder: no file of that name is there any more
	 *   FILE_IGNORED  by the rule in `remedy`
	 *   FILE_FAILED   with code, reason and perhaps remedy: no document by its kind or size
	 *   FILE_INDEXED  a file to read: opened, or only looked at
	 */
	struct file_entry entry;
	bool unavailable; /* the root is, nothing is known of the file: the scan that follows finds
			     it */
};
typedef void root_on_opened(void *ctx, const struct root_opened *o);

/* Opens a file for reading; calls back on the loop, later, exactly once. */
void root_open(struct root *r, struct span path, root_on_opened *on_opened, void *ctx);

/* Only looks: same callback, fd always -1. */
void root_look(struct root *r, struct span path, root_on_opened *on_opened, void *ctx);
