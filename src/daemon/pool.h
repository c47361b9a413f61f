/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool - children ahead: opens a file, hands it to a child, gathers its frames, and
 * gives the result to the writer. A child has one job, or up to RUN_DOCUMENTS_MAX small
 * texts one after the other (a run); only then is it given a next one.
 *
 *  P1  A job ends when its socket is at EOF and its child's end was told; in a run, with
 *      the child's last frame for it.
 *  P2  Exactly one result for each queue item taken: committed, or queued again.
 *  P3  A death without a limit costs nothing the first time; a limit counts at once.
 *  P4  A child that has had a job gets none but those of runs. What is not for one of our
 *      own text readers, and what came back from a death, has a fresh one.
 *  P5  What the text is without the words in pictures is committed first; only then
 *      the file waits for these, in QUEUE_OCR.
 */
#pragma once

#include "daemon/queue.h"
#include "daemon/writer.h"
#include "daemon/zygote.h"

struct pool; /* opaque */

MUST_CHECK enum err pool_start(uv_loop_t *loop, const struct conf *conf, struct index *ix,
			       struct queue *q, struct zygote *z, struct writer *w,
			       struct pool **out);
/* Running jobs are given up (their files stay waiting). */
void pool_stop(struct pool *p, void (*on_closed)(void *ctx), void *ctx);

/* Something is due, or a child is ready: assigns what can be. */
void pool_go(struct pool *p);

/* The queue's word, see there. */
void pool_on_outdated(struct pool *p, struct queue_item *item);

/* The zygote's news, passed on by main. */
void pool_on_ready(struct pool *p, struct generation *g);
void pool_on_started(struct pool *p, uint32_t token, pid_t pid);
void pool_on_ended(struct pool *p, uint32_t token, int status, uint64_t resident_bytes);

struct pool_status {
	uint64_t ready, running, killed;
	bool ocr_enabled;
	const struct worker_level *ocr; /* of the last zygote for pictures; NULL: none was needed */
};
/* What it points to lives till the loop's next turn. */
void pool_status(const struct pool *p, struct pool_status *out);
