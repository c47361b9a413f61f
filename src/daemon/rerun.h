/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rerun - finds the stored documents whose records are of other plugins than
 * those in force, and queues them: some hundred a turn of the loop.
 */
#pragma once

#include "daemon/queue.h"

struct rerun; /* opaque */

/* `on_walked` is called when a walk that rerun_go() asked for is over. ERR_NOMEM. */
MUST_CHECK enum err rerun_new(uv_loop_t *loop, struct index *ix, struct queue *q,
			      void (*on_walked)(void *ctx), void *ctx, struct rerun **out);
void rerun_stop(struct rerun *r, void (*on_closed)(void *ctx), void *ctx);

/* Looks through all documents, from the first, for those not of this set. */
void rerun_go(struct rerun *r, const unsigned char plugin_set[32]);
