/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote - starts evidenced-extract, gives it the plugins, asks it for children.
 *
 * A zygote belongs to one generation of plugins. Until a new one is ready the
 * old one goes on; it ends after its last child. Silent for 5 s while loading,
 * or dead: the plugin named last is put out of force with the reason, and it
 * starts again (with back-off when no plugin is to blame).
 *
 *  Z1  A child's end is known only by FRAME_ENDED, or by the end of the zygote's socket.
 */
#pragma once

#include "common/conf.h"
#include "common/frame.h"

#include <uv.h>

/* A generation's plugins, counted: the pool's jobs and the writer's items hold it. */
struct generation {
	unsigned refs;                /* atomic */
	unsigned char plugin_set[32]; /* SHA-256 of all plugins in force, by name */
	struct worker_level level;    /* its readers' version and what holds them */
	size_t count;                 /* in the order of indexes in frames */
	struct generation_plugin {
		char *file; /* as messages name it */
		bool in_force;
		char *error;              /* when it is not */
		unsigned char sha256[32]; /* of source, settings and host API version */
		struct plugin_decl decl;  /* when in force; else only the name (from the file's) */
	} * plugins;
};
struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation *g);

struct zygote; /* opaque */

struct zygote_events {
	void *ctx;
	/* A new generation is ready (also after a crash); children of it may be forked. */
	void (*on_ready)(void *ctx, struct generation *g);
	/* No worker here may read documents, with a sentence: the daemon is to end. */
	void (*on_unfit)(void *ctx, const char *why);
	/* A child was started or has ended. After the zygote's own death `status` is -1 for each.
	 */
	void (*on_started)(void *ctx, uint32_t token, pid_t pid);
	void (*on_ended)(void *ctx, uint32_t token, int status, uint64_t resident_bytes);
};

/* Reads shipped and admin's plugins, executes the worker: the one for pictures if `ocr`.
 * ERR_NOT_FOUND: no evidenced-extract beside this program. */
MUST_CHECK enum err zygote_start(uv_loop_t *loop, const struct conf *conf, bool ocr,
				 const struct zygote_events *events, struct zygote **out);
/* Kills it and its children; on_closed when all are reaped. */
void zygote_stop(struct zygote *z, void (*on_closed)(void *ctx), void *ctx);

/* Reads the plugins again. True: something changed, on_ready will tell of a new generation. */
bool zygote_reload(struct zygote *z);

/* The generation in force; NULL before the first is ready. Borrowed. */
struct generation *zygote_generation(struct zygote *z);

/*
 * Asks for a child that owns the other end of `fd` (takes it, also on failure).
 * The token is the caller's, unique among living children. ERR_CLOSED: not ready now.
 */
MUST_CHECK enum err zygote_fork(struct zygote *z, uint32_t token, int take_fd);
void zygote_kill(struct zygote *z, uint32_t token);
/* The child was killed and its end is not told: kills the zygote, which ends all its children. */
void zygote_give_up(struct zygote *z, uint32_t token);
