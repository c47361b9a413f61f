/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * daemon_state - what daemon.c and daemon_files.c share; nobody else includes it.
 */
#pragma once

#include "daemon/daemon.h"

#include "daemon/pool.h"
#include "daemon/queue.h"
#include "daemon/rerun.h"
#include "daemon/root.h"
#include "daemon/server.h"
#include "daemon/watch.h"
#include "daemon/writer.h"
#include "daemon/zygote.h"
#include "index/documents.h"

struct daemon {
	struct conf *conf;
	const char *conf_file;
	int lock;
	uv_loop_t loop;
	struct index *ix;
	struct watch *watch;
	struct queue *queue;
	struct writer *writer;
	struct zygote *zygote;
	struct pool *pool;
	struct rerun *rerun;
	struct root **roots; /* conf->watch_count of them */
	uint64_t *root_ids;
	struct server *server;
	struct server_world world;
	uv_signal_t signals[3];
	size_t signal_count;
	uv_timer_t stop_timer;
	bool stopping;
	bool awaiting;  /* plugins are being loaded: whoever waits, waits for them */
	size_t closing; /* modules of this stage that are not closed yet */
	int status;
};

/* --- daemon_files.c: what changes in the folders --- */

/* What the watcher's and the roots' news do; the daemon is their context. */
void daemon_files_watch(struct daemon *d, struct watch_events *events);
void daemon_files_roots(struct daemon *d, struct root_events *events);
/* An entry of the queue says that a file went: is it so? `ctx` is the daemon. */
void daemon_files_on_gone_due(void *ctx, struct queue_item *item);
