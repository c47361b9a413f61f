/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote - which worker process is in force, which plugins are to blame, and when
 * another is started: by the retry timer alone, so never inside a callback of the old.
 */
#include "daemon/zygote_state.h"

#include "common/log.h"
#include "common/places.h"
#include "common/utf8.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ZYGOTE_LIVED_MS     10000 /* one that lived so long did not fail at its start */
#define ZYGOTE_RETRY_MS     100   /* doubling to ZYGOTE_RETRY_MAX_MS */
#define ZYGOTE_RETRY_MAX_MS 30000

static void zygote_on_retry(uv_timer_t *timer);
static void zygote_on_retry_closed(uv_handle_t *handle);

static struct zygote_process *
zygote_of_token(const struct zygote *z, uint32_t token)
{
	struct zygote_process *p = z->processes;

	while (p != NULL && zygote_process_token_at(p, token) == p->token_count)
		p = p->next;
	return p;
}

/* --- blame and retries --- */

void
zygote_start_soon(struct zygote *z)
{
	uint64_t wait = z->failures == 0 ? 0 : (uint64_t)ZYGOTE_RETRY_MS << (z->failures - 1);

	if (z->stopping)
		return;
	if (wait > ZYGOTE_RETRY_MAX_MS)
		wait = ZYGOTE_RETRY_MAX_MS;
	uv_timer_start(&z->retry, zygote_on_retry, wait, 0);
}

void
zygote_start_later(struct zygote *z)
{
	if (z->failures < 16)
		z->failures++;
	zygote_start_soon(z);
}

/* Puts a plugin out of force for as long as its file is as it is. */
void
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
void
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

/* --- start, stop, and what is asked --- */

void
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
zygote_start(uv_loop_t *loop, const struct conf *conf, bool ocr, const struct zygote_events *events,
	     struct zygote **out)
{
	struct zygote *z = calloc(1, sizeof *z);
	enum err e = ERR_NOMEM;

	if (z == NULL)
		return e;
	z->loop = loop;
	z->conf = conf;
	z->ocr = ocr;
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

bool
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
		return false;
	}
	if (!z->blamed && memcmp(fingerprint, z->fingerprint, sizeof fingerprint) == 0) {
		log_info("the plugins have not changed");
		plugin_files_clear(&files);
		return false;
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
	return true;
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
	enum err e = p == NULL || z->stopping ? ERR_CLOSED : zygote_process_add_token(p, token);

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

/* --- what the loop calls --- */

static void
zygote_on_retry(uv_timer_t *timer)
{
	struct zygote *z = timer->data;
	enum err e = z->loading != NULL ? OK : zygote_process_new(z);

	if (e == OK)
		return;
	log_error("the worker could not be started: %s; trying again", err_text(e));
	zygote_start_later(z);
}

static void
zygote_on_retry_closed(uv_handle_t *handle)
{
	struct zygote *z = handle->data;

	z->retry_closed = true;
	zygote_free_if_done(z);
}
