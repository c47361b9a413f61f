/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rerun - a walk over the documents in slices, each in a snapshot of its own.
 */
#include "daemon/rerun.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "index/documents.h"

#include <stdlib.h>

#define RERUN_SLICE 500 /* documents a turn of the loop: some 100 µs */

struct rerun {
	struct index *ix;
	struct queue *queue;
	unsigned char plugin_set[32];
	uint64_t from;  /* the next document to look at */
	size_t left;    /* of this slice */
	uint64_t found; /* in this walk */
	uv_idle_t idle;
	void (*on_walked)(void *ctx);
	void *walked_ctx;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

static bool
rerun_on_document(void *ctx, uint64_t document, const struct document_info *info)
{
	struct rerun *r = ctx;

	if (r->left == 0)
		return false;
	r->left--;
	r->from = document + 1;
	if (memcmp(info->plugin_set, r->plugin_set, sizeof r->plugin_set) != 0) {
		queue_push_rerun(r->queue, document);
		r->found++;
	}
	return true;
}

static void
rerun_on_idle(uv_idle_t *idle)
{
	struct rerun *r = idle->data;
	struct index_read *rd;
	enum err e = index_read_begin(r->ix, &rd);

	if (e == OK) {
		r->left = RERUN_SLICE;
		e = index_documents(rd, r->from, rerun_on_document, r);
		index_read_end(rd);
	}
	if (e == OK && r->left == 0)
		return;
	if (e != OK)
		log_error("cannot look for documents to run plugins over: %s", err_text(e));
	else if (r->found > 0)
		log_info("plugins changed: %llu stored documents go through them again",
			 (unsigned long long)r->found);
	uv_idle_stop(idle);
	r->on_walked(r->walked_ctx);
}

void
rerun_go(struct rerun *r, const unsigned char plugin_set[32])
{
	memcpy(r->plugin_set, plugin_set, sizeof r->plugin_set);
	r->from = 0;
	r->found = 0;
	uv_idle_start(&r->idle, rerun_on_idle);
}

enum err
rerun_new(uv_loop_t *loop, struct index *ix, struct queue *q, void (*on_walked)(void *ctx),
	  void *ctx, struct rerun **out)
{
	struct rerun *r = calloc(1, sizeof *r);
	int status;

	if (r == NULL)
		return ERR_NOMEM;
	r->ix = ix;
	r->queue = q;
	r->on_walked = on_walked;
	r->walked_ctx = ctx;
	status = uv_idle_init(loop, &r->idle);
	if (status != 0) {
		free(r);
		return err_from_uv(status);
	}
	r->idle.data = r;
	*out = r;
	return OK;
}

static void
rerun_on_closed(uv_handle_t *handle)
{
	struct rerun *r = handle->data;
	void (*on_closed)(void *ctx) = r->on_closed;
	void *ctx = r->closed_ctx;

	free(r);
	on_closed(ctx);
}

void
rerun_stop(struct rerun *r, void (*on_closed)(void *ctx), void *ctx)
{
	r->on_closed = on_closed;
	r->closed_ctx = ctx;
	uv_close((uv_handle_t *)&r->idle, rerun_on_closed);
}
