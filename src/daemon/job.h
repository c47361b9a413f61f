/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job - one document's way through children: what is asked of them, what they have
 * said so far, and what their deaths mean. No handle and no process in here.
 *
 *   JOB_READING --HASH--> JOB_HASHED --DOCUMENT--> JOB_DESCRIBED --TEXT--> JOB_PLUGINS --DONE-->
 * JOB_DONE
 *        \---------------------\----------------------\--FAILED--> JOB_FAILED
 *
 * In a run of small texts a child may say HANDED_BACK after HASH: `alone`, JOB_READING.
 * So is what failed there for want of memory: it may have been the others'.
 *
 *  J1  What a child sends is hostile: order, counts, lengths, UTF-8, types and offsets
 *      are checked here, before anything is kept.
 *  J2  Once the text is here a job can only cost plugins their results.
 *  J3  Results are of one generation's plugins.
 */
#pragma once

#include "daemon/queue.h"
#include "daemon/zygote.h"
#include "index/documents.h"

#define JOB_QUOTED_MAX                                                                             \
	(32u * 1024 * 1024) /* bytes that one plugin's records quote, all together                 \
			     */

#define JOB_RUN_BYTES_MAX (256u * 1024) /* a file of a run: others do not wait long behind it */

enum job_phase { JOB_READING, JOB_HASHED, JOB_DESCRIBED, JOB_PLUGINS, JOB_DONE, JOB_FAILED };

enum job_result_state { JOB_RESULT_NONE, JOB_RESULT_BEGUN, JOB_RESULT_RECORDS, JOB_RESULT_FAILED };

struct job_result { /* of one plugin */
	enum job_result_state state;
	uint32_t count;
	struct buf frames, reason, role, language;
};

/* Who has the job now: the pool's bookkeeping. */
enum job_place { JOB_AT_ROOT, JOB_WAITING, JOB_AT_CHILD, JOB_LOOKED_AT, JOB_AT_WRITER, JOB_PLACES };

struct job {
	struct pool
	    *pool; /* NULL once that was stopped: whoever is called back then frees the job */
	struct job *prev, *next, *next_waiting;
	enum job_place place;
	uint64_t since; /* it has been at the root */
	bool alone;     /* once more, without its results */
	bool starved;   /* we had no memory: once more, later */
	bool run;       /* its child may be asked for another one afterwards */

	struct queue_item *item;
	bool rerun;               /* of a stored text: no file, no hash */
	bool for_ocr;             /* by a child that reads words in pictures */
	int fd;                   /* the opened file until a child has it; -1 */
	struct file_entry before; /* as it was opened; no spans */
	struct buf name;          /* the file's, a hint for readers */

	enum job_phase phase;
	struct generation *generation;
	struct job_result *results; /* one a plugin of the generation */
	struct value *values;       /* room for a record's */

	unsigned char sha256[32];
	uint64_t size;
	uint64_t document; /* known already by its hash, or the one to run again; 0: none */
	struct buf format, title, meta, cut, text_zstd, marks;
	uint32_t pages;
	enum document_ocr ocr;
	uint64_t text_bytes;

	enum file_code code; /* of JOB_FAILED */
	struct buf reason, remedy;
	bool limit;
	enum reader_next next_step;

	unsigned deaths; /* without a limit, since the last plugin was done */
	bool looking;    /* the root is asked for the file as it is now */
	bool changed;    /* and it is not what was read */
};

/* Takes the item; fd is -1. NULL: no memory. */
struct job *job_new(struct pool *p, struct queue_item *item);
void job_free(struct job *j); /* closes fd; NULL is allowed */

/*
 * May it be one of a run? A stored text may; a file that is small and whose name says
 * text; neither after a death, nor what was handed back.
 */
bool job_may_run(const struct job *j);

/*
 * A child of generation `g` is to have it: results of another generation are dropped.
 * Appends the frame that asks for it, READ or (once there is a text) RERUN, and sets
 * `run`. ERR_NOMEM.
 */
MUST_CHECK enum err job_ask(struct job *j, struct generation *g, struct buf *frame);

/* What the child says. ERR_FORMAT: it must not say that. ERR_NOMEM. */
MUST_CHECK enum err job_on_frame(struct job *j, const struct limits *l, struct frame *f);

/* The first failure is the job's; JOB_FAILED. Not for a job in JOB_PLUGINS (J2). */
void job_fail(struct job *j, enum file_code code, bool limit, const char *reason,
	      const char *remedy);

/* How a child ended that had not said its last frame. */
struct job_death {
	bool timeout;   /* we killed it after document_ms */
	bool malformed; /* we killed it for what it sent */
	int status;     /* wait status; -1 when nobody could tell */
	uint64_t resident_bytes;
};

enum job_next {
	JOB_NEXT_FINISH, /* JOB_DONE or JOB_FAILED now */
	JOB_NEXT_RESUME, /* another child goes on with it at once */
	JOB_NEXT_ALONE   /* all of it once more, later: queue_again() */
};

/* The child is gone: what is to be done. */
enum job_next job_on_death(struct job *j, const struct conf *conf, const struct job_death *death);
