/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * root_thread - the insides of a root: what its thread does (root_thread.c, known.c,
 * scan.c) and what the loop side (root.c) gives it to do.
 *
 *  RT1  A task is in one of the lists, or with the thread, or in a result.
 *  RT2  The thread touches neither index nor watch once `stopping` is set.
 *  RT3  The async is sent under the lock and only while `loop_gone` is not set, so
 *       that a thread that wakes from a hang finds no closed handle.
 */
#pragma once

#include "daemon/root.h"

#include <pthread.h>

#define ROOT_BREATH_ENTRIES 64 /* a scan looks for opens after so many */
#define ROOT_RECENT_MAX     1000

enum root_task_kind {
	TASK_OPEN,
	TASK_LOOK,
	TASK_CHECK,
	TASK_SCAN,
	TASK_RECENT /* the folders changed in the last day, each without those below */
};

struct root_task {
	struct root_task *next;
	enum root_task_kind kind;
	bool drop;      /* what a scan finds has just come */
	bool again;     /* it asks for what there was nothing to read with, too */
	bool rescan;    /* a folder is or was where a file was asked for: compare it */
	bool abandoned; /* answered already, since it hangs */
	root_on_opened *on_opened;
	void *ctx;
	struct root_opened opened;
	char reason[FILE_REASON_MAX];
	size_t path_n;
	char path[];
};

struct root_tasks {
	struct root_task *head, *tail;
};

enum root_result_kind {
	RESULT_CHANGED,
	RESULT_PICTURES,
	RESULT_MISSING,
	RESULT_TASK,
	RESULT_STATE
};

struct root_result {
	struct root_result *next;
	enum root_result_kind kind;
	bool drop;
	bool available, rescan; /* of RESULT_STATE; the reason in `path` */
	struct root_task *task;
	size_t path_n;
	char path[];
};

struct root_seen {           /* what the last whole scan met */
	bool polled;         /* the root's file system tells of no changes, or is told not to */
	const char *fs;      /* its name in that case; static */
	uint64_t unwatched;  /* folders without a watch */
	bool watch_full;     /* for want of watches */
	uint64_t unreadable; /* folders that can't be listed, names too long */
	char first[160];     /* one of the unreadable ones */
};

struct root {
	/* Set at the start. */
	uv_loop_t *loop;
	struct index *ix;
	struct watch *watch; /* held */
	const struct conf_watch *cw;
	struct span path;
	uint64_t id, file_bytes, poll_ms;
	bool ocr;
	struct root_events events;

	/* Under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct root_tasks quick, folders, whole; /* in this order of urgency */
	struct root_task *running;               /* an open or look that the thread is at */
	uint64_t busy_ms;                        /* since when it has not been seen; 0: it waits */
	struct root_result *results, **results_end;
	unsigned holds; /* scans wait for so many renames to be written */
	bool stopping, loop_gone, ended;
	unsigned refs; /* the loop side and the thread */
	uint32_t reader_version;
	uint32_t oldest_failed; /* reader version of a failure skipped while ours was not known */
	struct root_seen seen;

	/* The thread's own. */
	pthread_t thread;
	bool thread_available, known, emptied, scanned_once;
	dev_t dev;
	ino_t ino;
	uint64_t fsid;
	char thread_reason[256];
	struct buf recent; /* paths of folders changed in the last day, each with a NUL behind */
	size_t recent_count;
	struct buf
	    mounts; /* paths of folders that others were mounted at, each with a NUL behind */

	/* The loop's own. */
	uv_async_t async;
	uv_timer_t tick;
	struct root_result *todo; /* taken, to be told in this and the next turns */
	bool available, hung, told_scan, closing;
	char reason[256];
	size_t scans;
	uint64_t next_check_ms, check_ms, next_scan_ms, next_recent_ms;
	uint64_t missed_ms; /* when to scan since something could not be asked; 0: never */
	size_t open_handles;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* --- tasks and results: any side --- */

uint64_t root_now_ms(void); /* CLOCK_MONOTONIC */
void root_tasks_put(struct root_tasks *list, struct root_task *task);
struct root_task *root_tasks_take(struct root_tasks *list);
void root_unref(struct root *r);

/* --- the thread --- */

bool root_is_stopping(struct root *r);

void *root_thread(void *root);
void root_post_path(struct root *r, enum root_result_kind kind, struct span path, bool drop);

/*
 * Opens the root's folder and looks whether it is the one it was; posts what
 * changed. -1: it is unavailable.
 */
int root_enter(struct root *r);

/*
 * Called by a scan now and then: says that the thread lives, and does what is more
 * urgent than a scan of the whole root (`whole`) or of a folder. False: stop.
 */
bool root_breathe(struct root *r, bool whole);

/* The folder around `path` tells of changed permissions from now on. */
void root_watch_attrib(struct root *r, int dir, struct span path);

/* Is nothing left in the folder behind `dir`, while the index knows at least two files (or, by
   `tops`, two entries of the root folder itself)? Then the root is set unavailable (R3). */
bool root_is_emptied(struct root *r, int dir, bool tops);

/* The name of a file system that tells of no changes made elsewhere; NULL for others. */
const char *root_remote_fs(int fd);
