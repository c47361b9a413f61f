/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcome - what came of a job, as an item for the writer.
 *
 * Each copies what it needs from the job; NULL means no memory. The caller sets
 * on_done and puts it.
 */
#pragma once

#include "daemon/job.h"
#include "daemon/writer.h"

/* A document with its text and records (JOB_DONE of a file). */
struct writer_item *outcome_document(struct index *ix, const struct job *j);

/* Records anew (JOB_DONE of a stored text). */
struct writer_item *outcome_records(const struct job *j);

/* The bytes are known: `j->document` has another path. ERR_NOT_FOUND is the writer's answer when
   that went meanwhile. */
struct writer_item *outcome_known(struct index *ix, const struct job *j);

/* JOB_FAILED for want of OCR, which is to come: the file is partial, without a document. */
struct writer_item *outcome_picture(struct index *ix, const struct job *j);

/* JOB_FAILED. A document whose pictures cannot be read keeps what it has. */
struct writer_item *outcome_failure(struct index *ix, const struct job *j);

/* What root_open() gave instead of a descriptor: `entry` has state, code and reason. */
struct writer_item *outcome_unopened(struct index *ix, const struct job *j,
				     const struct file_entry *entry);
