/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch_map - which folder an inotify watch stands for.
 *
 * A tree of nodes, one a watched folder and one a folder on the way to it; found
 * by watch, or by parent and name. Any thread may call; each call locks.
 *
 *  M1  A watch belongs to at most one node. Where two paths claim it, the later
 *      claim holds: the folder was renamed, or is mounted twice.
 *  M2  A node set aside (its rename is half told) has no parent; its watches stay.
 */
#pragma once

#include "common/buf.h"

#include <pthread.h>

struct root;
struct watch_node; /* opaque */

struct watch_table {
	struct watch_node **chains;
	size_t cap, count;
};

struct watch_root {
	struct watch_root *next;
	struct root *root;
	struct watch_node *node;
	uint64_t count; /* of watches */
};

struct watch_map {
	pthread_mutex_t lock;
	int fd; /* the inotify descriptor; borrowed */
	struct watch_table by_wd, by_name;
	struct watch_root *roots;
	uint64_t sweep;
};

MUST_CHECK enum err watch_map_init(struct watch_map *m, int fd);
void watch_map_clear(struct watch_map *m);

/*
 * Watches the folder that the system knows as `name`, as the root's folder
 * `path`. One step, so that nobody removes the watch in between.
 *
 *   ERR_NOMEM; else errno's of inotify_add_watch(2): ERR_FULL when there are no more
 */
MUST_CHECK enum err watch_map_add(struct watch_map *m, struct root *r, struct span path,
				  const char *name, uint32_t mask);
/* Forgets a folder and all below it, and removes their watches. */
void watch_map_drop(struct watch_map *m, struct root *r, struct span path);
uint64_t watch_map_sweep_begin(struct watch_map *m);
void watch_map_sweep_end(struct watch_map *m, struct root *r, struct span path, uint64_t begun);
uint64_t watch_map_count(struct watch_map *m, const struct root *r);

/* The i-th root that has a node, NULL behind the last. */
struct root *watch_map_root(struct watch_map *m, size_t i);

/*
 * Appends to `path` (which it empties first) the path of the watch's folder below
 * its root. NULL when the watch is unknown, or its folder is set aside: then
 * *aside is its topmost node.
 */
struct root *watch_map_find(struct watch_map *m, int wd, struct buf *path,
			    struct watch_node **aside);
/* Is a folder of that name known below the watch's folder? */
bool watch_map_has(struct watch_map *m, int wd, struct span name);
/* The system removed the watch. */
void watch_map_ended(struct watch_map *m, int wd);

/* Takes the folder `name` below the watch's folder out of the tree; NULL when it is not known. */
struct watch_node *watch_map_set_aside(struct watch_map *m, int wd, struct span name);
/* Puts it under another name; ERR_EXISTS: one stands there, and nothing was done. ERR_NOMEM,
 * ERR_NOT_FOUND. */
MUST_CHECK enum err watch_map_put_back(struct watch_map *m, struct watch_node *node, int wd,
				       struct span name);
/* Forgets a node set aside with all below it. */
void watch_map_drop_aside(struct watch_map *m, struct watch_node *node);
