/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger - appending lines, once each. What is remembered of lines that the
 * index lacks lies in ledger_pending.c, the reading at the start in ledger_read.c.
 */
#include "index/ledger_file.h"

#include "common/frame.h"
#include "common/jwrite.h"
#include "common/log.h"

#include <assert.h>
#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char *const ledger_event_names[] = {
    [LEDGER_SEEN] = "seen",
    [LEDGER_CHANGED] = "changed",
    [LEDGER_MOVED] = "moved",
    [LEDGER_GONE] = "gone",
};

int64_t
ledger_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
ledger_hex(const unsigned char hash[32], char out[64])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
}

void
ledger_put(struct buf *batch, const struct ledger_line *line)
{
	frame_put_u32(batch, (uint32_t)line->event);
	frame_put_u64(batch, (uint64_t)line->time_ms);
	frame_put_span(batch, line->path);
	frame_put_span(batch, line->from);
	frame_put_u32(batch, line->has_hash);
	buf_put(batch, line->sha256, sizeof line->sha256);
	frame_put_u64(batch, line->size);
}

static void
ledger_get(struct frame *f, struct ledger_line *line)
{
	line->event = (enum ledger_event)frame_get_u32(f);
	line->time_ms = (int64_t)frame_get_u64(f);
	line->path = frame_get_span(f);
	line->from = frame_get_span(f);
	line->has_hash = frame_get_u32(f) != 0;
	assert(!f->bad && f->rest.n >= sizeof line->sha256);
	memcpy(line->sha256, f->rest.p, sizeof line->sha256);
	f->rest = span_sub(f->rest, sizeof line->sha256, f->rest.n);
	line->size = frame_get_u64(f);
	assert(!f->bad);
}

struct ledger_state
ledger_line_state(const struct ledger_line *line)
{
	struct ledger_state s = {.present = line->event != LEDGER_GONE};

	if (!s.present)
		return s;
	s.has_hash = line->has_hash;
	if (s.has_hash)
		memcpy(s.sha256, line->sha256, sizeof s.sha256);
	s.size = line->size;
	return s;
}

/* Appends the line and makes its hash the last one. */
static void
ledger_write_line(const struct ledger_line *line, unsigned char last[32], struct buf *out)
{
	struct jwrite o = {.buf = out};
	size_t begun = out->n;
	char hex[64];

	jwrite_object_begin(&o);
	jwrite_key(&o, "time");
	jwrite_time(&o, line->time_ms);
	jwrite_put_string(&o, "event", span_of(ledger_event_names[line->event]));
	jwrite_put_path(&o, "path", line->path);
	if (line->event == LEDGER_MOVED)
		jwrite_put_path(&o, "from", line->from);
	jwrite_key(&o, "sha256");
	ledger_hex(line->sha256, hex);
	if (line->has_hash)
		jwrite_string(&o, (struct span){hex, sizeof hex});
	else
		jwrite_null(&o);
	jwrite_put_uint(&o, "size", line->size);
	jwrite_put_string(&o, "who", SPAN("evidenced"));
	ledger_hex(last, hex);
	jwrite_put_string(&o, "prev", (struct span){hex, sizeof hex});
	jwrite_object_end(&o);
	if (out->failed)
		return;
	SHA256((const unsigned char *)out->p + begun, out->n - begun, last);
	buf_put_char(out, '\n');
}

/* Does the line stand in the file already, as the last word on its path? */
static bool
ledger_is_told(const struct ledger *l, const struct ledger_line *line)
{
	struct ledger_state now = ledger_line_state(line);
	const struct ledger_state *told = pending_get(&l->pending, line->path);

	if (told == NULL || !ledger_state_eq(told, &now))
		return false;
	if (line->event != LEDGER_MOVED)
		return true;
	told = pending_get(&l->pending, line->from);
	return told != NULL && !told->present;
}

static enum err
ledger_write_all(struct ledger *l, struct span bytes)
{
	size_t done = 0;

	while (done < bytes.n) {
		ssize_t n = pwrite(l->fd, bytes.p + done, bytes.n - done, (off_t)(l->end + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_from_errno(errno);
		if (n == 0)
			return ERR_FULL;
		done += (size_t)n;
	}
	return OK;
}

/* Cuts off what stands behind the last whole line. */
static enum err
ledger_cut(struct ledger *l)
{
	if (ftruncate(l->fd, (off_t)l->end) != 0)
		return err_from_errno(errno);
	l->torn = false;
	return OK;
}

static enum err
ledger_write(struct ledger *l, struct span bytes, const unsigned char last[32])
{
	enum err e;

	if (bytes.n == 0)
		return OK;
	if (l->torn && ledger_cut(l) != OK)
		return ERR_IO;
	e = ledger_write_all(l, bytes);
	if (e != OK) {
		/* It is tried again before the next line. */
		l->torn = true;
		if (ledger_cut(l) != OK)
			log_error("ledger.jsonl: a torn line could not be cut off");
		return e;
	}
	/* After a failed sync nobody knows what is on the disk: no second try. */
	if (fdatasync(l->fd) != 0)
		return ERR_IO;
	l->end += bytes.n;
	memcpy(l->last, last, sizeof l->last);
	return OK;
}

/* After a day what was not told again will not be: the mark may pass it. */
static void
ledger_expire(struct ledger *l)
{
	if (l->pending.count > 0 && ledger_now_ms() - l->opened_ms > LEDGER_MATCH_MS)
		pending_clear(&l->pending);
}

enum err
ledger_append(struct ledger *l, struct span batch, struct ledger_mark *mark)
{
	unsigned char last[32];
	struct frame f = {.rest = batch};
	struct buf bytes = {0};
	enum err e = OK;

	assert(l->undo.count == 0 && l->told.n == 0);
	ledger_expire(l);
	memcpy(last, l->last, sizeof last);
	while (f.rest.n > 0 && e == OK) {
		struct ledger_line line;
		struct span from = f.rest;

		ledger_get(&f, &line);
		if (!ledger_is_told(l, &line)) {
			ledger_write_line(&line, last, &bytes);
			buf_put(&l->told, from.p, from.n - f.rest.n);
		}
		e = pending_take(&l->pending, line.path, &l->undo);
		if (e == OK && line.event == LEDGER_MOVED)
			e = pending_take(&l->pending, line.from, &l->undo);
	}
	if (e == OK)
		e = buf_err(&bytes);
	if (e == OK)
		e = buf_err(&l->told);
	if (e == OK)
		e = ledger_write(l, buf_span(&bytes), last);
	buf_clear(&bytes);
	if (e != OK) {
		pending_put_back(&l->pending, &l->undo);
		buf_clear(&l->told);
		return e;
	}
	if (l->pending.count == 0) {
		l->mark.position = l->end;
		memcpy(l->mark.hash, l->last, sizeof l->last);
	}
	*mark = l->mark;
	return OK;
}

void
ledger_settle(struct ledger *l, bool committed)
{
	struct frame f = {.rest = buf_span(&l->told)};
	enum err e = OK;

	if (committed) {
		pending_clear(&l->undo);
		buf_clear(&l->told);
		return;
	}
	pending_put_back(&l->pending, &l->undo);
	while (f.rest.n > 0 && e == OK) {
		struct ledger_line line;
		struct ledger_state s, gone = {0};

		ledger_get(&f, &line);
		s = ledger_line_state(&line);
		e = pending_set(&l->pending, line.path, &s);
		if (e == OK && line.event == LEDGER_MOVED)
			e = pending_set(&l->pending, line.from, &gone);
	}
	if (e != OK)
		log_warning("ledger.jsonl: out of memory: lines may be written twice");
	buf_clear(&l->told);
}

size_t
ledger_pending(const struct ledger *l)
{
	return l->pending.count;
}
