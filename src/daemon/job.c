/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job - frames in their one order, each checked whole before it is kept; then what
 * the several kinds of death mean.
 */
#include "daemon/job.h"

#include "common/plugin_files.h"
#include "common/utf8.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#define JOB_FORMAT_MAX        15
#define JOB_REASON_MAX        FILE_REASON_MAX
#define JOB_PLUGIN_REASON_MAX 1000
#define JOB_ROLE_MAX          16
#define JOB_LANGUAGE_MAX      35          /* a tag of BCP 47 */
#define JOB_QUOTE_MAX         (64 * 1024) /* of one record: no more of it is ever shown */

/* --- memory --- */

struct job *
job_new(struct pool *p, struct queue_item *item)
{
	struct job *j = calloc(1, sizeof *j);

	if (j == NULL)
		return NULL;
	j->values = calloc(RECORD_VALUES_MAX, sizeof *j->values);
	if (j->values == NULL) {
		free(j);
		return NULL;
	}
	j->pool = p;
	j->item = item;
	j->for_ocr = item->class == QUEUE_OCR;
	j->fd = -1;
	return j;
}

static void
job_drop_results(struct job *j)
{
	for (size_t i = 0; j->results != NULL && i < j->generation->count; i++) {
		struct job_result *r = &j->results[i];

		buf_clear(&r->frames);
		buf_clear(&r->reason);
		buf_clear(&r->role);
		buf_clear(&r->language);
	}
	free(j->results);
	j->results = NULL;
	generation_unref(j->generation);
	j->generation = NULL;
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	job_drop_results(j);
	if (j->fd >= 0)
		close(j->fd);
	buf_clear(&j->name);
	buf_clear(&j->format);
	buf_clear(&j->title);
	buf_clear(&j->meta);
	buf_clear(&j->cut);
	buf_clear(&j->text_zstd);
	buf_clear(&j->marks);
	buf_clear(&j->reason);
	buf_clear(&j->remedy);
	free(j->values);
	free(j);
}

/* --- asking --- */

static bool
job_name_says_text(struct span name)
{
	static const char *const endings[] = {".txt", ".text", ".md",  ".markdown",
					      ".csv", ".tsv",  ".vtt", ".srt"};

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t n = strlen(endings[i]);

		if (name.n > n && strncasecmp(name.p + name.n - n, endings[i], n) == 0)
			return true;
	}
	return false;
}

bool
job_may_run(const struct job *j)
{
	if (j->item->alone || j->for_ocr || j->deaths > 0)
		return false;
	if (j->phase == JOB_PLUGINS)
		return true;
	return j->before.size <= JOB_RUN_BYTES_MAX && job_name_says_text(buf_span(&j->name));
}

static enum err
job_set_generation(struct job *j, struct generation *g)
{
	if (j->generation == g)
		return OK;
	job_drop_results(j);
	j->results = calloc(g->count + 1, sizeof *j->results);
	if (j->results == NULL)
		return ERR_NOMEM;
	j->generation = generation_ref(g);
	return OK;
}

static void
job_put_rerun(const struct job *j, struct buf *b)
{
	uint32_t skip[PLUGINS_MAX], n = 0;
	size_t begun = frame_begin(b, FRAME_RERUN);

	frame_put_u32(b, j->run);
	for (size_t i = 0; i < j->generation->count && n < PLUGINS_MAX; i++)
		if (j->results[i].state >= JOB_RESULT_RECORDS)
			skip[n++] = (uint32_t)i;
	frame_put_span(b, buf_span(&j->format));
	frame_put_span(b, buf_span(&j->name));
	frame_put_span(b, buf_span(&j->title));
	frame_put_u64(b, j->text_bytes);
	frame_put_span(b, buf_span(&j->text_zstd));
	frame_put_span(b, buf_span(&j->marks));
	frame_put_span(b, buf_span(&j->meta));
	frame_put_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		frame_put_u32(b, skip[i]);
	frame_end(b, begun);
}

enum err
job_ask(struct job *j, struct generation *g, struct buf *frame)
{
	enum err e = job_set_generation(j, g);
	size_t begun;

	if (e != OK)
		return e;
	j->run = job_may_run(j);
	if (j->phase == JOB_PLUGINS) {
		job_put_rerun(j, frame);
		return buf_err(frame);
	}
	begun = frame_begin(frame, FRAME_READ);
	frame_put_u32(frame, j->run);
	frame_put_span(frame, buf_span(&j->name));
	frame_put_u64(frame, j->before.size);
	frame_end(frame, begun);
	return buf_err(frame);
}

/* --- what is said --- */

/* Keeps a text of at most `max` bytes; false when it is not one. */
static bool
job_keep(struct buf *to, struct span s, size_t max)
{
	if (s.n > max || !utf8_valid(s))
		return false;
	buf_reset(to);
	buf_put_span(to, s);
	return true;
}

static enum err
job_on_hash(struct job *j, const struct limits *l, struct frame *f)
{
	struct span hash = span_sub(f->rest, 0, sizeof j->sha256);
	uint64_t size;

	f->rest = span_sub(f->rest, hash.n, f->rest.n);
	size = frame_get_u64(f);
	if (hash.n != sizeof j->sha256 || frame_done(f) != OK || size > l->file_bytes)
		return ERR_FORMAT;
	memcpy(j->sha256, hash.p, hash.n);
	j->size = size;
	j->phase = JOB_HASHED;
	return OK;
}

static enum err
job_on_handed_back(struct job *j, struct frame *f)
{
	if (frame_done(f) != OK || !j->run)
		return ERR_FORMAT;
	j->alone = true;
	j->phase = JOB_READING;
	return OK;
}

static bool
job_format_valid(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n > 0 && s.n <= JOB_FORMAT_MAX;
}

static enum err
job_on_document(struct job *j, struct frame *f)
{
	struct span format = frame_get_span(f), title = frame_get_span(f);
	uint32_t pages = frame_get_u32(f);
	struct span meta = frame_get_span(f), cut = frame_get_span(f);
	uint32_t ocr = frame_get_u32(f);

	if (frame_done(f) != OK || ocr > OCR_DONE || !job_format_valid(format) ||
	    !meta_valid(meta) || !job_keep(&j->title, title, DOC_TITLE_MAX) ||
	    !job_keep(&j->cut, cut, DOC_CUT_MAX))
		return ERR_FORMAT;
	buf_put_span(&j->format, format);
	buf_put_span(&j->meta, meta);
	j->pages = pages;
	j->ocr = (enum document_ocr)ocr;
	j->phase = JOB_DESCRIBED;
	return OK;
}

static enum err
job_on_text(struct job *j, const struct limits *l, struct frame *f)
{
	uint64_t bytes = frame_get_u64(f);
	struct span packed = frame_get_span(f), coded = frame_get_span(f);
	struct marks marks = {0};
	enum err e;

	/* One zstd frame that states its length; what is in it, the writer unpacks and looks at. */
	if (frame_done(f) != OK || bytes > l->text_bytes ||
	    ZSTD_getFrameContentSize(packed.p, packed.n) != bytes ||
	    ZSTD_findFrameCompressedSize(packed.p, packed.n) != packed.n)
		return ERR_FORMAT;
	e = marks_decode(coded, bytes, &marks);
	marks_clear(&marks);
	if (e != OK)
		return e == ERR_NOMEM ? e : ERR_FORMAT;
	buf_put_span(&j->text_zstd, packed);
	buf_put_span(&j->marks, coded);
	j->text_bytes = bytes;
	j->phase = JOB_PLUGINS;
	return OK;
}

static enum err
job_on_failed(struct job *j, struct frame *f)
{
	struct span code = frame_get_span(f), reason = frame_get_span(f),
		    remedy = frame_get_span(f);
	uint32_t next = frame_get_u32(f);

	j->code = file_code_of(code);
	if (frame_done(f) != OK || j->code == CODE_NONE || next > NEXT_OCR || reason.n == 0 ||
	    !job_keep(&j->reason, reason, JOB_REASON_MAX) ||
	    !job_keep(&j->remedy, remedy, JOB_REASON_MAX))
		return ERR_FORMAT;
	if (j->run && j->code == CODE_MEMORY) {
		j->alone = true;
		j->phase = JOB_READING;
		return OK;
	}
	j->limit = j->code == CODE_MEMORY;
	j->next_step = (enum reader_next)next;
	j->phase = JOB_FAILED;
	return OK;
}

/* --- what plugins say --- */

/* The result of the plugin that a frame is about; NULL when it is none in force. */
static struct job_result *
job_result(struct job *j, uint32_t plugin)
{
	if (plugin >= j->generation->count || !j->generation->plugins[plugin].in_force)
		return NULL;
	return &j->results[plugin];
}

/* The plugin that is running; generation->count when none is. */
static size_t
job_running(const struct job *j)
{
	size_t i = 0;

	while (i < j->generation->count && j->results[i].state != JOB_RESULT_BEGUN)
		i++;
	return i;
}

static enum err
job_on_begin(struct job *j, struct frame *f)
{
	struct job_result *r = job_result(j, frame_get_u32(f));

	if (frame_done(f) != OK || r == NULL || r->state != JOB_RESULT_NONE ||
	    job_running(j) != j->generation->count)
		return ERR_FORMAT;
	r->state = JOB_RESULT_BEGUN;
	return OK;
}

static void
job_result_fail(struct job *j, struct job_result *r, struct span reason)
{
	buf_clear(&r->frames);
	r->count = 0;
	buf_reset(&r->reason);
	buf_put_span(&r->reason, reason);
	r->state = JOB_RESULT_FAILED;
	j->deaths = 0;
}

static enum err
job_on_records(struct job *j, struct frame *f)
{
	uint32_t plugin = frame_get_u32(f), n = frame_get_u32(f);
	struct job_result *r = job_result(j, plugin);
	struct span frames = f->rest;
	uint64_t quoted = 0;

	if (r == NULL || r->state != JOB_RESULT_BEGUN || n > RECORDS_MAX)
		return ERR_FORMAT;
	for (uint32_t i = 0; i < n && !f->bad; i++) {
		struct record record;

		frame_get_record(f, &j->generation->plugins[plugin].decl, j->text_bytes, &record,
				 j->values);
		quoted += record.end - record.start < JOB_QUOTE_MAX ? record.end - record.start
								    : JOB_QUOTE_MAX;
	}
	if (frame_done(f) != OK)
		return ERR_FORMAT;
	if (quoted > JOB_QUOTED_MAX) {
		job_result_fail(j, r, SPAN("its records quote more than 32 MiB of this document"));
		return OK;
	}
	buf_put_span(&r->frames, frames);
	r->count = n;
	r->state = JOB_RESULT_RECORDS;
	j->deaths = 0;
	return OK;
}

static enum err
job_on_plugin_failed(struct job *j, struct frame *f)
{
	struct job_result *r = job_result(j, frame_get_u32(f));
	struct span reason = frame_get_span(f);

	if (frame_done(f) != OK || r == NULL || r->state != JOB_RESULT_BEGUN || reason.n == 0 ||
	    reason.n > JOB_PLUGIN_REASON_MAX || !utf8_valid(reason))
		return ERR_FORMAT;
	job_result_fail(j, r, reason);
	return OK;
}

static enum err
job_on_proposed(struct job *j, struct frame *f)
{
	struct job_result *r = job_result(j, frame_get_u32(f));
	struct span role = frame_get_span(f), language = frame_get_span(f);

	if (frame_done(f) != OK || r == NULL || r->state == JOB_RESULT_NONE ||
	    !job_keep(&r->role, role, JOB_ROLE_MAX) ||
	    !job_keep(&r->language, language, JOB_LANGUAGE_MAX))
		return ERR_FORMAT;
	return OK;
}

static enum err
job_on_done(struct job *j, struct frame *f)
{
	if (frame_done(f) != OK || job_running(j) != j->generation->count)
		return ERR_FORMAT;
	j->phase = JOB_DONE;
	return OK;
}

static enum err
job_on_plugins_frame(struct job *j, struct frame *f)
{
	switch (f->type) {
	case FRAME_BEGIN:
		return job_on_begin(j, f);
	case FRAME_RECORDS:
		return job_on_records(j, f);
	case FRAME_PLUGIN_FAILED:
		return job_on_plugin_failed(j, f);
	case FRAME_PROPOSED:
		return job_on_proposed(j, f);
	case FRAME_DONE:
		return job_on_done(j, f);
	default:
		return ERR_FORMAT;
	}
}

/* Did any of the buffers want memory that was not there? */
static enum err
job_memory(const struct job *j)
{
	enum err e = OK;

	if (j->title.failed || j->cut.failed || j->format.failed || j->meta.failed ||
	    j->text_zstd.failed || j->marks.failed || j->reason.failed || j->remedy.failed)
		e = ERR_NOMEM;
	for (size_t i = 0; i < j->generation->count && e == OK; i++)
		if (j->results[i].frames.failed || j->results[i].reason.failed ||
		    j->results[i].role.failed || j->results[i].language.failed)
			e = ERR_NOMEM;
	return e;
}

enum err
job_on_frame(struct job *j, const struct limits *l, struct frame *f)
{
	enum err e = ERR_FORMAT;

	if (j->phase == JOB_PLUGINS)
		e = job_on_plugins_frame(j, f);
	else if (j->phase < JOB_PLUGINS && f->type == FRAME_FAILED)
		e = job_on_failed(j, f);
	else if (j->phase == JOB_READING && f->type == FRAME_HASH)
		e = job_on_hash(j, l, f);
	else if (j->phase == JOB_HASHED && f->type == FRAME_DOCUMENT)
		e = job_on_document(j, f);
	else if (j->phase == JOB_HASHED && f->type == FRAME_HANDED_BACK)
		e = job_on_handed_back(j, f);
	else if (j->phase == JOB_DESCRIBED && f->type == FRAME_TEXT)
		e = job_on_text(j, l, f);
	return e != OK ? e : job_memory(j);
}

/* --- deaths --- */

void
job_fail(struct job *j, enum file_code code, bool limit, const char *reason, const char *remedy)
{
	if (j->phase == JOB_FAILED)
		return;
	j->phase = JOB_FAILED;
	j->code = code;
	j->limit = limit;
	buf_reset(&j->reason);
	buf_reset(&j->remedy);
	buf_put_str(&j->reason, reason);
	buf_put_str(&j->remedy, remedy);
}

struct job_verdict {
	enum file_code code;
	bool limit;
	const char *how; /* after "it" */
};

/*
 * GLib ends by SIGTRAP where memory is refused, C++ by SIGABRT; the limit is on
 * addresses, so that half of it resident is a sign. A SIGKILL that is not ours is the
 * system's want of memory or somebody's hand: nobody can tell, so it costs nothing
 * the first time.
 */
static struct job_verdict
job_judge(const struct conf *conf, const struct job_death *d, bool ocr)
{
	uint64_t most = ocr ? conf->ocr_memory_bytes : conf->limits.memory_bytes;
	bool large = most != 0 && d->resident_bytes >= most / 2;
	int number = d->status >= 0 && WIFSIGNALED(d->status) ? WTERMSIG(d->status) : 0;

	if (d->timeout)
		return (struct job_verdict){CODE_TIMEOUT, true, "took too long and was stopped"};
	if (d->malformed)
		return (struct job_verdict){CODE_CRASH, true, "gave something malformed"};
	if (number == SIGXCPU)
		return (struct job_verdict){CODE_TIMEOUT, true, "used too much computing time"};
	if (number == SIGSYS)
		return (struct job_verdict){CODE_SANDBOX, true,
					    "did what the sandbox forbids and was stopped"};
	if (number == SIGTRAP || large ||
	    (d->status >= 0 && WIFEXITED(d->status) && WEXITSTATUS(d->status) == CHILD_EXIT_NOMEM))
		return (struct job_verdict){CODE_MEMORY, true, "needed more memory than allowed"};
	if (number == SIGKILL)
		return (struct job_verdict){CODE_MEMORY, false,
					    "was killed, most likely for want of memory"};
	return (struct job_verdict){CODE_CRASH, false, "made the program that ran it crash"};
}

static bool
job_all_done(const struct job *j)
{
	for (size_t i = 0; i < j->generation->count; i++)
		if (j->generation->plugins[i].in_force && j->results[i].state < JOB_RESULT_RECORDS)
			return false;
	return true;
}

/* In a plugin, or between two: the text is here and only results can be lost. */
static enum job_next
job_on_plugin_death(struct job *j, const struct job_verdict *v)
{
	size_t running = job_running(j);
	struct buf reason = {0};

	if (!v->limit && j->deaths++ == 0) {
		if (running < j->generation->count)
			j->results[running].state = JOB_RESULT_NONE;
		return JOB_NEXT_RESUME;
	}
	buf_printf(&reason, "%s %s", running < j->generation->count ? "it" : "the plugins' host",
		   v->how);
	/* Outside a plugin another child would end as this one did. */
	for (size_t i = 0; i < j->generation->count; i++)
		if (j->generation->plugins[i].in_force &&
		    (running == j->generation->count ? j->results[i].state == JOB_RESULT_NONE
						     : i == running))
			job_result_fail(j, &j->results[i], buf_span(&reason));
	buf_clear(&reason);
	if (!job_all_done(j))
		return JOB_NEXT_RESUME;
	j->phase = JOB_DONE;
	return JOB_NEXT_FINISH;
}

static unsigned
job_limit_s(const struct job *j, const struct conf *conf, bool wall)
{
	if (j->for_ocr)
		return conf->ocr_document_ms / 1000;
	return wall ? conf->document_ms / 1000 : (unsigned)conf->limits.cpu_s;
}

enum job_next
job_on_death(struct job *j, const struct conf *conf, const struct job_death *death)
{
	struct job_verdict v = job_judge(conf, death, j->for_ocr);
	char reason[200];

	/* What the texts before it have left may have had a part in that: once more, alone. */
	if (j->run && v.code == CODE_MEMORY)
		v.limit = false;

	/* Whoever sends nonsense once may have sent a wrong text before: nothing counts. */
	if (death->malformed && !j->rerun) {
		j->phase = JOB_READING;
		job_fail(j, CODE_CRASH, true, "The worker sent something malformed.",
			 "It is tried again when the file changes.");
	}
	if (j->phase == JOB_DONE || j->phase == JOB_FAILED)
		return JOB_NEXT_FINISH;
	if (j->phase == JOB_PLUGINS)
		return job_on_plugin_death(j, &v);
	if (!v.limit && j->item->deaths++ == 0)
		return JOB_NEXT_ALONE;
	if (v.code == CODE_TIMEOUT)
		snprintf(reason, sizeof reason, "Reading it %s (the limit is %u s).", v.how,
			 job_limit_s(j, conf, death->timeout));
	else
		snprintf(reason, sizeof reason, "Reading it %s.", v.how);
	job_fail(j, v.code, v.limit, reason, "It is tried again when the file changes.");
	return JOB_NEXT_FINISH;
}
