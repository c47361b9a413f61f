/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote_state - what zygote.c and zygote_process.c share; nobody else includes it.
 */
#pragma once

#include "common/plugin_files.h"
#include "daemon/channel.h"
#include "daemon/generation.h"
#include "daemon/zygote.h"

#define ZYGOTE_NO_PLUGIN SIZE_MAX

struct zygote_process {
	struct zygote *z;
	struct zygote_process *next;
	uv_process_t process;
	uv_timer_t timer;
	struct channel *channel; /* NULL once closed */
	struct generation *g;
	size_t loading;  /* the plugin named last */
	uint64_t cpu_ms; /* used when it spoke last */
	unsigned waits;  /* how often it was silent since, without computing */
	uint32_t *tokens;
	size_t token_count, token_cap;
	uint64_t since;
	bool ready;
	bool wanted; /* it was loading or in force when it died */
	bool ending; /* we ended it, or its death is judged */
	bool deaf;   /* its channel is at its end */
	bool reaped;
	int term_signal, open_handles;
};

struct zygote {
	uv_loop_t *loop;
	const struct conf *conf;
	bool ocr; /* its children read pictures */
	struct zygote_events events;
	char *program;
	struct plugin_files files; /* errors of loading are noted in them */
	unsigned char fingerprint[32];
	bool blamed;    /* an error in `files` came from loading */
	size_t suspect; /* a zygote died while this one was loaded, once */
	struct zygote_process *processes, *current, *loading;
	uv_timer_t retry;
	unsigned failures;
	bool stopping, retry_closed;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* --- zygote.c --- */

/* Starts another after the wait that failures so far ask for; none: in the next turn. */
void zygote_start_soon(struct zygote *z);

/* The same, after one more failure. */
void zygote_start_later(struct zygote *z);

/* Puts a plugin out of force for as long as its file is as it is. */
void zygote_blame(struct zygote *z, size_t index, const char *why);

/* It died without being asked. */
void zygote_judge(struct zygote_process *p);

/* Frees a stopped zygote when nothing of it is left. */
void zygote_free_if_done(struct zygote *z);

/* --- zygote_process.c --- */

/* One more child is asked for. ERR_NOMEM. */
MUST_CHECK enum err zygote_process_add_token(struct zygote_process *p, uint32_t token);

/* Where the token is; token_count when it is not. */
size_t zygote_process_token_at(const struct zygote_process *p, uint32_t token);

/* Ends it. It ends by itself when its channel does, but `kill_now` when it may not listen. */
void zygote_process_end(struct zygote_process *p, bool kill_now);

/* Starts a process that loads what stands in z->files. On an error nothing of it is left, or
   soon will not be. ERR_NOMEM, ERR_LIMIT, and what starting a program gives. */
MUST_CHECK enum err zygote_process_new(struct zygote *z);
