/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * channel - one end of a socket pair on the loop: frames in, frames out, descriptors
 * out along with them. Descriptors are never taken in.
 *
 *  N1  Nothing blocks; what the other end does not take yet waits here.
 *  N2  After on_end or channel_close() there is no further callback.
 */
#pragma once

#include "common/frame.h"

#include <uv.h>

struct channel; /* opaque */

struct channel_events {
	void *ctx;
	/* A whole frame, borrowed for the call. Anything but OK ends the channel with that. */
	enum err (*on_frame)(void *ctx, struct frame *f);
	/* Nothing more comes: OK at the other end's end; ERR_FORMAT, ERR_LIMIT for bytes that are
	   no frames; or what on_frame gave. Never called from within channel_send(). */
	void (*on_end)(void *ctx, enum err e);
};

/*
 * Makes a socket pair: a channel of one end, and the other, blocking, in *other
 * (the caller's, close-on-exec). `max` bounds an incoming payload.
 *   ERR_NOMEM, ERR_LIMIT (no descriptors left)
 */
MUST_CHECK enum err channel_open(uv_loop_t *loop, size_t max, const struct channel_events *events,
				 struct channel **out, int *other);

/* May be called from its callbacks, also after on_end. */
void channel_close(struct channel *c);

/*
 * Sends whole frames, with a descriptor unless it is -1. Takes both, also on failure,
 * and leaves *take_bytes empty.
 *   ERR_NOMEM
 *   ERR_CLOSED  the other end is gone; on_end tells it too
 */
MUST_CHECK enum err channel_send(struct channel *c, struct buf *take_bytes, int take_fd);
