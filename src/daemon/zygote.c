/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote - worker processes, one a generation, and what becomes of their children.
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

#include "daemon/zygote.h"

#include "common/log.h"
#include "common/places.h"
#include "common/utf8.h"
#include "daemon/channel.h"
#include "daemon/generation.h"
#include "daemon/loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef WITH_SANITIZERS
#define ZYGOTE_SLOW 10
#else
#define ZYGOTE_SLOW 1
#endif
#define ZYGOTE_SILENT_MS    (5000 * ZYGOTE_SLOW)
#define ZYGOTE_END_MS       (1000 * ZYGOTE_SLOW)
#define ZYGOTE_LIVED_MS     10000 /* one that lived so long did not fail at its start */
#define ZYGOTE_RETRY_MS     100   /* doubling to ZYGOTE_RETRY_MAX_MS */
#define ZYGOTE_RETRY_MAX_MS 30000
#define ZYGOTE_FRAME_MAX    (64 * 1024) /* of one that it sends: a declaration */
#define ZYGOTE_NO_PLUGIN    SIZE_MAX

struct zygote_process {
	struct zygote *z;
	struct zygote_process *next;
	uv_process_t process;
	uv_timer_t timer;
	struct channel *channel; /* NULL once closed */
	struct generation *g;
	size_t loading; /* the plugin named last */
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

static void zygote_on_retry(uv_timer_t *timer);
static void zygote_on_timer(uv_timer_t *timer);
static void zygote_on_process_closed(uv_handle_t *handle);
static void zygote_on_retry_closed(uv_handle_t *handle);

/* --- children's tokens --- */

static enum err
zygote_add_token(struct zygote_process *p, uint32_t token)
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
static size_t
zygote_token_at(const struct zygote_process *p, uint32_t token)
{
	size_t i = 0;

	while (i < p->token_count && p->tokens[i] != token)
		i++;
	return i;
}

static struct zygote_process *
zygote_of_token(const struct zygote *z, uint32_t token)
{
	struct zygote_process *p = z->processes;

	while (p != NULL && zygote_token_at(p, token) == p->token_count)
		p = p->next;
	return p;
}

/* Nobody is left to tell their end (Z1). */
static void
zygote_lose_tokens(struct zygote_process *p)
{
	struct zygote *z = p->z;

	while (p->token_count > 0) {
		uint32_t token = p->tokens[--p->token_count];

		if (!z->stopping)
			z->events.on_ended(z->events.ctx, token, -1, 0);
	}
}

/* --- blame and retries --- */

static void
zygote_start_soon(struct zygote *z)
{
	uint64_t wait = z->failures == 0 ? 0 : (uint64_t)ZYGOTE_RETRY_MS << (z->failures - 1);

	if (z->stopping)
		return;
	if (wait > ZYGOTE_RETRY_MAX_MS)
		wait = ZYGOTE_RETRY_MAX_MS;
	uv_timer_start(&z->retry, zygote_on_retry, wait, 0);
}

static void
zygote_start_later(struct zygote *z)
{
	if (z->failures < 16)
		z->failures++;
	zygote_start_soon(z);
}

/* Puts a plugin out of force for as long as its file is as it is. */
static void
zygote_blame(struct zygote *z, size_t index, const char *why)
{
	struct plugin_file *f = &z->files.list[index];

	snprintf(f->error, sizeof f->error, "%s", why);
	f->error[utf8_valid_prefix(span_of(f->error))] = '\0';
	z->blamed = true;
	z->suspect = ZYGOTE_NO_PLUGIN;
	z->failures = 0;
}

/* It died without being asked. */
static void
zygote_judge(struct zygote_process *p)
{
	struct zygote *z = p->z;
	char how[64], why[200];

	if (p->term_signal != 0)
		snprintf(how, sizeof how, "was killed by signal %d", p->term_signal);
	else
		snprintf(how, sizeof how, "ended by itself");
	if (!p->wanted)
		return;
	if (p->ready) {
		log_error("the worker %s; starting it again", how);
		if (uv_now(z->loop) - p->since > ZYGOTE_LIVED_MS)
			z->failures = 0;
	} else if (p->loading == ZYGOTE_NO_PLUGIN) {
		log_error("the worker %s before it loaded a plugin; starting it again", how);
	} else if (z->suspect != p->loading) {
		/* Whoever kills processes by hand must not put a plugin out of force. */
		z->suspect = p->loading;
		log_error("the worker %s while it loaded %s; once more", how,
			  z->files.list[p->loading].path);
	} else {
		snprintf(why, sizeof why, "the worker %s while it loaded it", how);
		zygote_blame(z, p->loading, why);
		zygote_start_soon(z);
		return;
	}
	zygote_start_later(z);
}

/* --- a process's end --- */

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
	uv_close((uv_handle_t *)&p->timer, zygote_on_process_closed);
	uv_close((uv_handle_t *)&p->process, zygote_on_process_closed);
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
	uv_timer_start(&p->timer, zygote_on_timer, ZYGOTE_END_MS, 0);
	zygote_lose_tokens(p);
}

/* Ends it. It ends by itself when its channel does, but `kill_now` when it may not listen. */
static void
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

static void
zygote_free_if_done(struct zygote *z)
{
	void (*on_closed)(void *ctx) = z->on_closed;
	void *ctx = z->closed_ctx;

	if (!z->stopping || !z->retry_closed || z->processes != NULL)
		return;
	plugin_files_clear(&z->files);
	free(z->program);
	free(z);
	on_closed(ctx);
}

/* --- what it says --- */

static enum err
zygote_on_loading(struct zygote_process *p, struct frame *f)
{
	uint32_t index = frame_get_u32(f);

	if (frame_done(f) != OK || p->ready || index >= p->g->count)
		return ERR_FORMAT;
	p->loading = index;
	return OK;
}

static enum err
zygote_on_loaded(struct zygote_process *p, struct frame *f)
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
zygote_on_refused(struct zygote_process *p, struct frame *f)
{
	uint32_t index = frame_get_u32(f);
	struct span reason = frame_get_span(f);

	if (frame_done(f) != OK || p->ready || index != p->loading)
		return ERR_FORMAT;
	return generation_refuse(p->g, index, reason);
}

static enum err
zygote_on_ready_frame(struct zygote_process *p, struct frame *f)
{
	struct zygote *z = p->z;
	struct zygote_process *old = z->current;
	uint32_t reader_version = frame_get_u32(f);
	enum err e = p->ready || z->loading != p ? ERR_FORMAT : frame_done(f);

	if (e == OK)
		e = generation_seal(p->g, reader_version);
	if (e != OK)
		return e;
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
zygote_on_started(struct zygote_process *p, struct frame *f)
{
	struct zygote *z = p->z;
	uint32_t token = frame_get_u32(f), pid = frame_get_u32(f);

	if (frame_done(f) != OK || zygote_token_at(p, token) == p->token_count)
		return ERR_FORMAT;
	z->events.on_started(z->events.ctx, token, (pid_t)pid);
	return OK;
}

static enum err
zygote_on_ended(struct zygote_process *p, struct frame *f)
{
	struct zygote *z = p->z;
	uint32_t token = frame_get_u32(f), status = frame_get_u32(f);
	uint64_t resident = frame_get_u64(f);
	size_t at = zygote_token_at(p, token);

	if (frame_done(f) != OK || at == p->token_count)
		return ERR_FORMAT;
	p->tokens[at] = p->tokens[--p->token_count];
	z->events.on_ended(z->events.ctx, token, (int)status, resident);
	if (p != z->current && p->token_count == 0)
		zygote_process_end(p, false);
	return OK;
}

static enum err
zygote_on_frame(void *ctx, struct frame *f)
{
	struct zygote_process *p = ctx;

	if (!p->ready)
		uv_timer_start(&p->timer, zygote_on_timer, ZYGOTE_SILENT_MS, 0);
	switch (f->type) {
	case FRAME_LOADING:
		return zygote_on_loading(p, f);
	case FRAME_LOADED:
		return zygote_on_loaded(p, f);
	case FRAME_REFUSED:
		return zygote_on_refused(p, f);
	case FRAME_READY:
		return zygote_on_ready_frame(p, f);
	case FRAME_STARTED:
		return zygote_on_started(p, f);
	case FRAME_ENDED:
		return zygote_on_ended(p, f);
	default:
		return ERR_FORMAT;
	}
}

static void
zygote_on_end(void *ctx, enum err e)
{
	struct zygote_process *p = ctx;

	if (e != OK) {
		log_error("the worker said something malformed: %s", err_text(e));
		if (!p->reaped)
			uv_process_kill(&p->process, SIGKILL);
	}
	zygote_process_deaf(p);
}

/* --- starting one --- */

static void
zygote_put_plugins(const struct zygote *z, struct buf *b)
{
	size_t begun = frame_begin(b, FRAME_LIMITS);

	frame_put_limits(b, &z->conf->limits);
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
zygote_on_exit(uv_process_t *process, int64_t status, int term_signal)
{
	struct zygote_process *p = process->data;

	(void)status;
	p->reaped = true;
	p->term_signal = term_signal;
	/* The end of its channel follows; if not, the timer stands for it. */
	if (!p->deaf && !p->ending)
		uv_timer_start(&p->timer, zygote_on_timer, ZYGOTE_END_MS, 0);
	zygote_process_check(p);
}

static enum err
zygote_spawn(struct zygote_process *p, int control)
{
	char mode[] = "--zygote";
	char *args[] = {p->z->program, mode, NULL};
	uv_stdio_container_t stdio[] = {
	    {.flags = UV_IGNORE},
	    {.flags = UV_IGNORE},
	    {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
	    {.flags = UV_INHERIT_FD, .data.fd = control},
	};
	const uv_process_options_t options = {
	    .exit_cb = zygote_on_exit,
	    .file = p->z->program,
	    .args = args,
	    .stdio = stdio,
	    .stdio_count = sizeof stdio / sizeof *stdio,
	};

	return err_from_uv(uv_spawn(p->z->loop, &p->process, &options));
}

/* Starts a process that loads what stands in z->files. */
static enum err
zygote_begin(struct zygote *z)
{
	struct zygote_process *p = calloc(1, sizeof *p);
	const struct channel_events events = {.ctx = p,
					      .on_frame = zygote_on_frame,
					      .on_end = zygote_on_end};
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
	e = zygote_spawn(p, control);
	close(control);
	/* libuv wants the handle closed also when nothing was spawned. */
	p->reaped = e != OK;
	if (e == OK) {
		zygote_put_plugins(z, &b);
		e = channel_send(p->channel, &b, -1);
		uv_timer_start(&p->timer, zygote_on_timer, ZYGOTE_SILENT_MS, 0);
	}
	if (e != OK)
		zygote_process_end(p, true);
	return e;
fail:
	generation_unref(p->g);
	free(p);
	return e;
}

static enum err
zygote_read_plugins(const struct zygote *z, struct plugin_files *files)
{
	char *shipped = places_shipped_plugins();
	enum err e = OK;

	if (shipped == NULL)
		log_warning("the shipped plugins are not where they should be beside this program");
	else
		e = plugin_files_read(files, shipped, false);
	if (e == OK && z->conf->plugin_dir != NULL)
		e = plugin_files_read(files, z->conf->plugin_dir, true);
	plugin_files_log(files);
	free(shipped);
	return e;
}

enum err
zygote_start(uv_loop_t *loop, const struct conf *conf, const struct zygote_events *events,
	     struct zygote **out)
{
	struct zygote *z = calloc(1, sizeof *z);
	enum err e = ERR_NOMEM;

	if (z == NULL)
		return e;
	z->loop = loop;
	z->conf = conf;
	z->events = *events;
	z->suspect = ZYGOTE_NO_PLUGIN;
	z->program = places_program("evidenced-extract");
	if (z->program == NULL)
		goto fail;
	if (access(z->program, X_OK) != 0) {
		e = ERR_NOT_FOUND;
		goto fail;
	}
	e = zygote_read_plugins(z, &z->files);
	if (e == OK)
		e = generation_fingerprint(&z->files, conf, z->fingerprint);
	if (e != OK)
		goto fail;
	uv_timer_init(loop, &z->retry);
	z->retry.data = z;
	zygote_start_soon(z);
	*out = z;
	return OK;
fail:
	plugin_files_clear(&z->files);
	free(z->program);
	free(z);
	return e;
}

void
zygote_reload(struct zygote *z)
{
	struct plugin_files files = {0};
	unsigned char fingerprint[32];
	enum err e = zygote_read_plugins(z, &files);

	if (e == OK)
		e = generation_fingerprint(&files, z->conf, fingerprint);
	if (e != OK || z->stopping) {
		log_error("the plugins could not be read again: %s", err_text(e));
		plugin_files_clear(&files);
		return;
	}
	if (!z->blamed && memcmp(fingerprint, z->fingerprint, sizeof fingerprint) == 0) {
		log_info("the plugins have not changed");
		plugin_files_clear(&files);
		return;
	}
	plugin_files_clear(&z->files);
	z->files = files;
	memcpy(z->fingerprint, fingerprint, sizeof fingerprint);
	z->blamed = false;
	z->suspect = ZYGOTE_NO_PLUGIN;
	z->failures = 0;
	if (z->loading != NULL)
		zygote_process_end(z->loading, true);
	zygote_start_soon(z);
}

struct generation *
zygote_generation(struct zygote *z)
{
	return z->current == NULL ? NULL : z->current->g;
}

enum err
zygote_fork(struct zygote *z, uint32_t token, int take_fd)
{
	struct zygote_process *p = z->current;
	struct buf b = {0};
	size_t begun;
	enum err e = p == NULL || z->stopping ? ERR_CLOSED : zygote_add_token(p, token);

	if (e != OK) {
		close(take_fd);
		return e;
	}
	begun = frame_begin(&b, FRAME_FORK);
	frame_put_u32(&b, token);
	frame_end(&b, begun);
	e = channel_send(p->channel, &b, take_fd);
	if (e != OK)
		p->token_count--;
	return e;
}

void
zygote_kill(struct zygote *z, uint32_t token)
{
	struct zygote_process *p = zygote_of_token(z, token);
	struct buf b = {0};
	size_t begun;

	if (p == NULL || p->channel == NULL)
		return;
	begun = frame_begin(&b, FRAME_KILL);
	frame_put_u32(&b, token);
	frame_end(&b, begun);
	/* Without memory, or with the zygote gone: the pool's timer gives it up, or all have ended.
	 */
	if (channel_send(p->channel, &b, -1) == ERR_NOMEM)
		log_error("no memory to kill a child");
}

void
zygote_give_up(struct zygote *z, uint32_t token)
{
	struct zygote_process *p = zygote_of_token(z, token);

	if (p == NULL || p->reaped)
		return;
	log_error("the worker does not answer; it is killed");
	uv_process_kill(&p->process, SIGKILL);
}

void
zygote_stop(struct zygote *z, void (*on_closed)(void *ctx), void *ctx)
{
	z->stopping = true;
	z->on_closed = on_closed;
	z->closed_ctx = ctx;
	for (struct zygote_process *p = z->processes; p != NULL; p = p->next)
		zygote_process_end(p, !p->ready);
	uv_close((uv_handle_t *)&z->retry, zygote_on_retry_closed);
}

/* --- what the loop calls, in the order in which it happens --- */

static void
zygote_on_retry(uv_timer_t *timer)
{
	struct zygote *z = timer->data;
	enum err e = z->loading != NULL ? OK : zygote_begin(z);

	if (e == OK)
		return;
	log_error("the worker could not be started: %s; trying again", err_text(e));
	zygote_start_later(z);
}

static void
zygote_on_timer(uv_timer_t *timer)
{
	struct zygote_process *p = timer->data;
	struct zygote *z = p->z;
	char why[100];

	if (p->reaped) {
		zygote_process_deaf(p);
	} else if (p->ending || p->deaf) {
		uv_process_kill(&p->process, SIGKILL);
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
zygote_on_process_closed(uv_handle_t *handle)
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

static void
zygote_on_retry_closed(uv_handle_t *handle)
{
	struct zygote *z = handle->data;

	z->retry_closed = true;
	zygote_free_if_done(z);
}
