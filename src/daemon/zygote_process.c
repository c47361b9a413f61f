/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote_process - one worker process, from its start to its reaping.
 *
 *   LOADING --FRAME_READY--> in force --a newer one is ready--> retiring
 *      |   \                     |                                  | last child ended
 *      |    \ dead               | dead                             v
 *      |     +--> judged <-------+                                ENDING --reaped--> freed
 *      | silent, refused  \--> another is started, at once or later --/
 *      +--------------------------------------------------------------/
 *
 * Every state has a timer: LOADING the watchdog, ENDING the kill; one in force is
 * watched by the pool, which calls zygote_give_up() when a child's end is not told.
 * New ones are started by the retry timer alone, so never inside a callback of the old.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "daemon/zygote_state.h"

#include "common/log.h"
#include "daemon/loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef WITH_SANITIZERS
#define ZYGOTE_SLOW 10
#else
#define ZYGOTE_SLOW 1
#endif
#define ZYGOTE_SILENT_MS (5000 * ZYGOTE_SLOW)
#define ZYGOTE_HUNG_MS   (ZYGOTE_SILENT_MS / 2) /* of computing meanwhile: else it was not let */
#define ZYGOTE_WAITS_MAX 12
#define ZYGOTE_END_MS    (1000 * ZYGOTE_SLOW)
#define ZYGOTE_FRAME_MAX (64 * 1024) /* of one that it sends: a declaration */

static void zygote_process_on_timer(uv_timer_t *timer);
static void zygote_process_on_closed(uv_handle_t *handle);

/* --- children's tokens --- */

enum err
zygote_process_add_token(struct zygote_process *p, uint32_t token)
{
	if (p->token_count == p->token_cap) {
		size_t cap = p->token_cap == 0 ? 16 : p->token_cap * 2;
		uint32_t *tokens = realloc(p->tokens, cap * sizeof *tokens);

		if (tokens == NULL)
			return ERR_NOMEM;
		p->tokens = tokens;
		p->token_cap = cap;
	}
	p->tokens[p->token_count++] = token;
	return OK;
}

/* Where it is; token_count when it is not. */
size_t
zygote_process_token_at(const struct zygote_process *p, uint32_t token)
{
	size_t i = 0;

	while (i < p->token_count && p->tokens[i] != token)
		i++;
	return i;
}

/* Nobody is left to tell their end (Z1). */
static void
zygote_process_lose_tokens(struct zygote_process *p)
{
	struct zygote *z = p->z;

	while (p->token_count > 0) {
		uint32_t token = p->tokens[--p->token_count];

		if (!z->stopping)
			z->events.on_ended(z->events.ctx, token, -1, 0);
	}
}

/* --- its end --- */

static void
zygote_process_check(struct zygote_process *p)
{
	if (!p->reaped || !(p->deaf || p->ending) || p->open_handles == 0 ||
	    uv_is_closing((uv_handle_t *)&p->timer))
		return;
	if (!p->ending) {
		p->ending = true;
		zygote_judge(p);
	}
	uv_close((uv_handle_t *)&p->timer, zygote_process_on_closed);
	uv_close((uv_handle_t *)&p->process, zygote_process_on_closed);
}

static void
zygote_process_quit(struct zygote_process *p)
{
	struct zygote *z = p->z;

	p->wanted = p == z->current || p == z->loading;
	if (z->current == p)
		z->current = NULL;
	if (z->loading == p)
		z->loading = NULL;
	if (p->channel != NULL)
		channel_close(p->channel);
	p->channel = NULL;
	uv_timer_start(&p->timer, zygote_process_on_timer, ZYGOTE_END_MS, 0);
	zygote_process_lose_tokens(p);
}

/* Ends it. It ends by itself when its channel does, but `kill_now` when it may not listen. */
void
zygote_process_end(struct zygote_process *p, bool kill_now)
{
	if (p->ending || p->deaf)
		return;
	p->ending = true;
	zygote_process_quit(p);
	if (kill_now && !p->reaped)
		uv_process_kill(&p->process, SIGKILL);
	zygote_process_check(p);
}

/* Its channel is at its end, and not by us. */
static void
zygote_process_deaf(struct zygote_process *p)
{
	if (p->deaf || p->ending)
		return;
	p->deaf = true;
	zygote_process_quit(p);
	zygote_process_check(p);
}

/* --- what it says --- */

/* The processor time that it has used; 0 when nobody can tell. */
static uint64_t
zygote_process_cpu_ms(const struct zygote_process *p)
{
	struct timespec t;
	clockid_t clock;

	if (p->reaped || clock_getcpuclockid(p->process.pid, &clock) != 0 ||
	    clock_gettime(clock, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Silent because it was stopped or starved, not because it hangs: that is no plugin's fault. */
static bool
zygote_process_is_starved(struct zygote_process *p)
{
	return zygote_process_cpu_ms(p) - p->cpu_ms < ZYGOTE_HUNG_MS &&
	       p->waits++ < ZYGOTE_WAITS_MAX;
}

static enum err
zygote_process_on_loading(struct zygote_process *p, struct frame *f)
{
	uint32_t index = frame_get_u32(f);

	if (frame_done(f) != OK || p->ready || index >= p->g->count)
		return ERR_FORMAT;
	p->loading = index;
	return OK;
}

static enum err
zygote_process_on_loaded(struct zygote_process *p, struct frame *f)
{
	struct plugin_decl *decl = malloc(sizeof *decl);
	uint32_t index = frame_get_u32(f);
	char why[512];
	enum err e = decl == NULL ? ERR_NOMEM : OK;

	if (e == OK) {
		frame_get_decl(f, decl);
		e = p->ready || index != p->loading ? ERR_FORMAT : frame_done(f);
	}
	if (e == OK && generation_put(p->g, index, decl, why) != OK) {
		/* Its state is part of this process: another one without it. */
		zygote_blame(p->z, index, why);
		zygote_start_soon(p->z);
		zygote_process_end(p, true);
	}
	free(decl);
	return e;
}

static enum err
zygote_process_on_refused(struct zygote_process *p, struct frame *f)
{
	uint32_t index = frame_get_u32(f);
	struct span reason = frame_get_span(f);

	if (frame_done(f) != OK || p->ready || index != p->loading)
		return ERR_FORMAT;
	return generation_refuse(p->g, index, reason);
}

/* Why a worker with this level must not read anybody's documents; NULL: it may. */
static const char *
zygote_process_unfit(const struct zygote *z, const struct worker_level *l)
{
	if (!l->seccomp || (l->landlock == 0 && !z->conf->allow_no_landlock))
		return "the worker is not in a sandbox; documents of strangers are not read like "
		       "that";
	for (size_t i = 0; i < l->off_count; i++)
		if (strcmp(l->off[i], "text") == 0)
			return "not even plain text is read rightly in the sandbox; the lines "
			       "above "
			       "say what failed";
	return NULL;
}

static enum err
zygote_process_on_ready(struct zygote_process *p, struct frame *f)
{
	struct zygote *z = p->z;
	struct zygote_process *old = z->current;
	struct worker_level level;
	const char *why;
	enum err e;

	frame_get_level(f, &level);
	e = p->ready || z->loading != p ? ERR_FORMAT : frame_done(f);
	if (e == OK)
		e = generation_seal(p->g, &level);
	if (e != OK)
		return e;
	why = zygote_process_unfit(z, &level);
	if (why != NULL) {
		zygote_process_end(p, true);
		z->events.on_unfit(z->events.ctx, why);
		return OK;
	}
	p->ready = true;
	z->loading = NULL;
	z->current = p;
	z->suspect = ZYGOTE_NO_PLUGIN;
	uv_timer_stop(&p->timer);
	z->events.on_ready(z->events.ctx, p->g);
	if (old != NULL && old->token_count == 0)
		zygote_process_end(old, false);
	return OK;
}

static enum err
zygote_process_on_started(struct zygote_process *p, struct frame *f)
{
	struct zygote *z = p->z;
	uint32_t token = frame_get_u32(f), pid = frame_get_u32(f);

	if (frame_done(f) != OK || zygote_process_token_at(p, token) == p->token_count)
		return ERR_FORMAT;
	z->events.on_started(z->events.ctx, token, (pid_t)pid);
	return OK;
}

static enum err
zygote_process_on_ended(struct zygote_process *p, struct frame *f)
{
	struct zygote *z = p->z;
	uint32_t token = frame_get_u32(f), status = frame_get_u32(f);
	uint64_t resident = frame_get_u64(f);
	size_t at = zygote_process_token_at(p, token);

	if (frame_done(f) != OK || at == p->token_count)
		return ERR_FORMAT;
	p->tokens[at] = p->tokens[--p->token_count];
	z->events.on_ended(z->events.ctx, token, (int)status, resident);
	if (p != z->current && p->token_count == 0)
		zygote_process_end(p, false);
	return OK;
}

static enum err
zygote_process_on_frame(void *ctx, struct frame *f)
{
	struct zygote_process *p = ctx;

	if (!p->ready) {
		p->cpu_ms = zygote_process_cpu_ms(p);
		p->waits = 0;
		uv_timer_start(&p->timer, zygote_process_on_timer, ZYGOTE_SILENT_MS, 0);
	}
	switch (f->type) {
	case FRAME_LOADING:
		return zygote_process_on_loading(p, f);
	case FRAME_LOADED:
		return zygote_process_on_loaded(p, f);
	case FRAME_REFUSED:
		return zygote_process_on_refused(p, f);
	case FRAME_READY:
		return zygote_process_on_ready(p, f);
	case FRAME_STARTED:
		return zygote_process_on_started(p, f);
	case FRAME_ENDED:
		return zygote_process_on_ended(p, f);
	default:
		return ERR_FORMAT;
	}
}

static void
zygote_process_on_end(void *ctx, enum err e)
{
	struct zygote_process *p = ctx;

	if (e != OK) {
		log_error("the worker said something malformed: %s", err_text(e));
		if (!p->reaped)
			uv_process_kill(&p->process, SIGKILL);
	}
	zygote_process_deaf(p);
}

/* --- its start --- */

static void
zygote_process_put_plugins(const struct zygote *z, struct buf *b)
{
	size_t begun = frame_begin(b, FRAME_LIMITS);
	struct limits limits = z->conf->limits;

	if (z->ocr) {
		limits.cpu_s = z->conf->ocr_document_ms / 1000;
		limits.memory_bytes = z->conf->ocr_memory_bytes;
	}
	frame_put_limits(b, &limits);
	frame_end(b, begun);
	for (size_t i = 0; i < z->files.n; i++) {
		const struct plugin_file *f = &z->files.list[i];

		if (f->source == NULL || f->error[0] != '\0')
			continue;
		begun = frame_begin(b, FRAME_PLUGIN);
		frame_put_u32(b, (uint32_t)i);
		frame_put_span(b, span_of(f->path));
		frame_put_span(b, (struct span){f->source, f->n});
		frame_put_span(b, span_of(conf_plugin_settings(z->conf, f->name)));
		frame_end(b, begun);
	}
	begun = frame_begin(b, FRAME_START);
	frame_end(b, begun);
}

static void
zygote_process_on_exit(uv_process_t *process, int64_t status, int term_signal)
{
	struct zygote_process *p = process->data;

	(void)status;
	p->reaped = true;
	p->term_signal = term_signal;
	/* The end of its channel follows; if not, the timer stands for it. */
	if (!p->deaf && !p->ending)
		uv_timer_start(&p->timer, zygote_process_on_timer, ZYGOTE_END_MS, 0);
	zygote_process_check(p);
}

static enum err
zygote_process_spawn(struct zygote_process *p, int control)
{
	char mode[] = "--zygote";
	char option[] = "--ocr", languages[] = OCR_LANGUAGES;
	char *asked = p->z->conf->ocr_languages;
	char *args[] = {p->z->program, mode, p->z->ocr ? option : NULL,
			asked != NULL ? asked : languages, NULL};
	uv_stdio_container_t stdio[] = {
	    {.flags = UV_IGNORE},
	    {.flags = UV_IGNORE},
	    {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
	    {.flags = UV_INHERIT_FD, .data.fd = control},
	};
	const uv_process_options_t options = {
	    .exit_cb = zygote_process_on_exit,
	    .file = p->z->program,
	    .args = args,
	    .stdio = stdio,
	    .stdio_count = sizeof stdio / sizeof *stdio,
	};

	return err_from_uv(uv_spawn(p->z->loop, &p->process, &options));
}

/* Starts a process that loads what stands in z->files. */
enum err
zygote_process_new(struct zygote *z)
{
	struct zygote_process *p = calloc(1, sizeof *p);
	const struct channel_events events = {.ctx = p,
					      .on_frame = zygote_process_on_frame,
					      .on_end = zygote_process_on_end};
	struct buf b = {0};
	int control = -1;
	enum err e = ERR_NOMEM;

	if (p == NULL)
		return e;
	*p = (struct zygote_process){.z = z,
				     .loading = ZYGOTE_NO_PLUGIN,
				     .since = uv_now(z->loop),
				     .open_handles = 2};
	p->process.data = p;
	p->timer.data = p;
	p->g = generation_new(&z->files, z->conf);
	if (p->g == NULL)
		goto fail;
	e = channel_open(z->loop, ZYGOTE_FRAME_MAX, &events, &p->channel, &control);
	if (e != OK)
		goto fail;
	uv_timer_init(z->loop, &p->timer);
	p->next = z->processes;
	z->processes = p;
	z->loading = p;
	e = zygote_process_spawn(p, control);
	close(control);
	/* libuv wants the handle closed also when nothing was spawned. */
	p->reaped = e != OK;
	if (e == OK) {
		zygote_process_put_plugins(z, &b);
		e = channel_send(p->channel, &b, -1);
		uv_timer_start(&p->timer, zygote_process_on_timer, ZYGOTE_SILENT_MS, 0);
	}
	if (e != OK)
		zygote_process_end(p, true);
	return e;
fail:
	generation_unref(p->g);
	free(p);
	return e;
}

/* --- what the loop calls --- */

static void
zygote_process_on_timer(uv_timer_t *timer)
{
	struct zygote_process *p = timer->data;
	struct zygote *z = p->z;
	char why[100];

	if (p->reaped) {
		zygote_process_deaf(p);
	} else if (p->ending || p->deaf) {
		uv_process_kill(&p->process, SIGKILL);
	} else if (zygote_process_is_starved(p)) {
		uv_timer_start(&p->timer, zygote_process_on_timer, ZYGOTE_SILENT_MS, 0);
	} else {
		snprintf(why, sizeof why, "loading and trying it took longer than %d s",
			 ZYGOTE_SILENT_MS / 1000);
		if (p->loading == ZYGOTE_NO_PLUGIN) {
			log_error("the worker was silent for %d s; starting it again",
				  ZYGOTE_SILENT_MS / 1000);
			zygote_start_later(z);
		} else {
			zygote_blame(z, p->loading, why);
			zygote_start_soon(z);
		}
		zygote_process_end(p, true);
	}
}

static void
zygote_process_on_closed(uv_handle_t *handle)
{
	struct zygote_process *p = handle->data, **at;
	struct zygote *z = p->z;

	if (--p->open_handles > 0)
		return;
	for (at = &z->processes; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	generation_unref(p->g);
	free(p->tokens);
	free(p);
	zygote_free_if_done(z);
}
