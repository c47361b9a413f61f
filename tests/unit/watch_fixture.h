/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch_fixture - watch, root and queue on a real folder with a real index; the
 * fixture plays the daemon: what is taken is opened, and its state committed at the end
 * of the loop's turn. A file has no text here: what can be read is FILE_NEEDS_YOU.
 */
#pragma once

#include "daemon/queue.h"
#include "daemon/root.h"
#include "daemon/watch.h"
#include "index_fixture.h"

#define WF_SETTLE_MS   20
#define WF_DEADLINE_MS 20000

struct wf_op;

struct wf {
	struct fx *fx;
	char base[80]; /* holds `tree`, the watched folder, and `out`, another one */
	struct conf conf;
	struct conf_watch cw;
	char tree[96], out[96];
	uint64_t id;
	uv_loop_t loop;
	uv_timer_t deadline;
	struct watch *watch;
	struct root *root;
	struct queue *queue;
	struct wf_op *ops, **ops_end; /* to be committed */
	bool late, waited;
	size_t closed, running;
	size_t opens, moves, scans; /* so many there were */
};

int wf_setup(void **state);
int wf_teardown(void **state);
void wf_start(struct wf *f);
void wf_stop(struct wf *f);

/* Runs the loop until all that was dropped before is in the index, as the method `wait` does. */
void wf_wait(struct wf *f);
/* Until the root is available, or not. */
void wf_until_available(struct wf *f, bool available);
/* One turn of the loop, and the commit. */
void wf_turn(struct wf *f);

/* Asserts that the index knows exactly what is in the folder: regular files with size, times and
 * inode. */
void wf_assert_same(struct wf *f);
struct file_entry wf_entry(struct wf *f, const char *path, char reason[FILE_REASON_MAX]);
enum file_state wf_state(struct wf *f, const char *path);
size_t wf_count(struct wf *f, enum file_state s);

/* Paths below the tree, or with "../out/" beside it. */
void wf_write(struct wf *f, const char *path, const char *text);
void wf_mkdir(struct wf *f, const char *path);
void wf_rename(struct wf *f, const char *from, const char *to);
void wf_swap(struct wf *f, const char *a, const char *b);
void wf_remove(struct wf *f, const char *path); /* a folder with all below it */
