/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child - limits, one frame in, many out. Everything blocks; nobody waits for this
 * process but through its socket, and any trouble with that is its end.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/child.h"

#include "extract/confine.h"
#include "extract/rehearse.h"
#include "extract/work.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zstd.h>

#define CHILD_IDLE_MS    20 /* bulk work comes sooner, and is done sooner without a rehearsal */
#define CHILD_NAME_MAX   4096
#define CHILD_TEXT_MAX   (1024ull * 1024 * 1024) /* of a stored text that comes back */
#define CHILD_ZSTD_LEVEL 3

struct child {
	const struct limits *limits;
	const struct readers *readers;
	struct host *host;
	struct buf in, out;
	struct document doc;
	int document; /* the descriptor, -1 when there is none */
	bool run;     /* another may follow */
};

static _Noreturn void
child_end(int status)
{
	/* Not exit(): what libraries registered for it belongs to the zygote. */
	_exit(status);
}

/* --- in --- */

/* Keeps the first descriptor that comes along; more are closed. */
static void
child_take_fd(struct child *c, struct msghdr *msg)
{
	for (struct cmsghdr *cm = CMSG_FIRSTHDR(msg); cm != NULL; cm = CMSG_NXTHDR(msg, cm)) {
		int fd;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS ||
		    cm->cmsg_len != CMSG_LEN(sizeof fd))
			continue;
		memcpy(&fd, CMSG_DATA(cm), sizeof fd);
		if (c->document < 0)
			c->document = fd;
		else
			close(fd);
	}
}

/* Receives some bytes, at most `n`. */
static void
child_receive(struct child *c, size_t n)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = buf_reserve(&c->in, n), .iov_len = n};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof control};
	ssize_t got;

	if (iov.iov_base == NULL)
		child_end(CHILD_EXIT_NOMEM);
	do
		got = recvmsg(CHILD_SOCKET, &msg, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		child_end(EXIT_SUCCESS);
	child_take_fd(c, &msg);
	c->in.n += (size_t)got;
}

/* Waits for the next frame; there is never more than one. */
static struct frame
child_wait(struct child *c)
{
	struct frame f;
	size_t used = 0;
	uint32_t n = 0;

	while (c->in.n < FRAME_HEADER_BYTES)
		child_receive(c, FRAME_HEADER_BYTES - c->in.n);
	memcpy(&n, c->in.p, sizeof n);
	if (n > FRAME_BYTES_MAX)
		child_end(EXIT_FAILURE);
	while (c->in.n < FRAME_HEADER_BYTES + (size_t)n)
		child_receive(c, FRAME_HEADER_BYTES + (size_t)n - c->in.n);
	if (frame_next(buf_span(&c->in), FRAME_BYTES_MAX, &f, &used) != OK || used == 0)
		child_end(EXIT_FAILURE);
	return f;
}

/* --- out --- */

/* Sends the frame that stands in c->out; it is empty afterwards. */
static void
child_send(struct child *c)
{
	size_t done = 0;

	if (buf_err(&c->out) != OK)
		child_end(CHILD_EXIT_NOMEM);
	while (done < c->out.n) {
		ssize_t put = send(CHILD_SOCKET, c->out.p + done, c->out.n - done, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			child_end(EXIT_SUCCESS);
		done += (size_t)put;
	}
	buf_reset(&c->out);
}

static void
child_send_failed(struct child *c, const struct reader_failure *failure)
{
	size_t begun;

	buf_reset(&c->out);
	begun = frame_begin(&c->out, FRAME_FAILED);
	frame_put_span(&c->out, span_of(failure->code));
	frame_put_span(&c->out, span_of(failure->reason));
	frame_put_span(&c->out, span_of(failure->remedy));
	frame_put_u32(&c->out, failure->next);
	frame_end(&c->out, begun);
	child_send(c);
}

static void
child_send_empty(struct child *c, enum frame_type type)
{
	frame_end(&c->out, frame_begin(&c->out, type));
	child_send(c);
}

static void
child_send_hash(struct child *c, const unsigned char sha256[32], uint64_t size)
{
	size_t begun = frame_begin(&c->out, FRAME_HASH);

	buf_put(&c->out, sha256, 32);
	frame_put_u64(&c->out, size);
	frame_end(&c->out, begun);
	child_send(c);
}

static void
child_send_document(struct child *c)
{
	size_t begun = frame_begin(&c->out, FRAME_DOCUMENT);

	frame_put_span(&c->out, span_of(c->doc.format));
	frame_put_span(&c->out, span_of(c->doc.title));
	frame_put_u32(&c->out, c->doc.pages);
	frame_put_span(&c->out, buf_span(&c->doc.meta));
	frame_put_span(&c->out, span_of(c->doc.cut));
	frame_put_u32(&c->out, c->doc.ocr);
	frame_end(&c->out, begun);
	child_send(c);
}

/* Appends the text as one zstd frame with its length and a checksum. */
static enum err
child_put_compressed(struct buf *out, struct span text)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(text.n), n;
	enum err e = ERR_NOMEM;
	char *to;

	if (z == NULL ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, CHILD_ZSTD_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1)))
		goto out;
	to = buf_reserve(out, bound);
	if (to == NULL)
		goto out;
	n = ZSTD_compress2(z, to, bound, text.p, text.n);
	if (ZSTD_isError(n))
		goto out;
	out->n += n;
	e = OK;
out:
	ZSTD_freeCCtx(z);
	return e;
}

/* False: it is too large, and that was said. */
static bool
child_send_text(struct child *c)
{
	struct buf packed = {0}, marks = {0};
	struct reader_failure failure = {0};
	bool fits;
	size_t begun;

	if (child_put_compressed(&packed, buf_span(&c->doc.text)) != OK)
		child_end(CHILD_EXIT_NOMEM);
	marks_encode(&c->doc.marks, &marks);
	if (buf_err(&marks) != OK)
		child_end(CHILD_EXIT_NOMEM);
	fits = packed.n + marks.n + FRAME_HEADER_BYTES + 64 <= FRAME_BYTES_MAX;
	if (fits) {
		begun = frame_begin(&c->out, FRAME_TEXT);
		frame_put_u64(&c->out, c->doc.text.n);
		frame_put_span(&c->out, buf_span(&packed));
		frame_put_span(&c->out, buf_span(&marks));
		frame_end(&c->out, begun);
		child_send(c);
		buf_clear(&c->out); /* as large as the text: plugins may want the room */
	} else {
		work_fail(&failure, "too_large", "Split it.",
			  "Its text and tables do not fit into the %u MiB that are handed over.",
			  FRAME_BYTES_MAX / 1024 / 1024);
		child_send_failed(c, &failure);
	}
	buf_clear(&packed);
	buf_clear(&marks);
	return fits;
}

/* --- what the host says --- */

static void
child_on_begin(void *ctx, uint32_t plugin)
{
	struct child *c = ctx;
	size_t begun = frame_begin(&c->out, FRAME_BEGIN);

	frame_put_u32(&c->out, plugin);
	frame_end(&c->out, begun);
	child_send(c);
}

static void
child_on_records(void *ctx, uint32_t plugin, struct span frames, uint32_t n)
{
	struct child *c = ctx;
	size_t begun = frame_begin(&c->out, FRAME_RECORDS);

	frame_put_u32(&c->out, plugin);
	frame_put_u32(&c->out, n);
	buf_put_span(&c->out, frames);
	frame_end(&c->out, begun);
	child_send(c);
}

static void
child_on_failed(void *ctx, uint32_t plugin, struct span reason)
{
	struct child *c = ctx;
	size_t begun = frame_begin(&c->out, FRAME_PLUGIN_FAILED);

	frame_put_u32(&c->out, plugin);
	frame_put_span(&c->out, reason);
	frame_end(&c->out, begun);
	child_send(c);
}

static void
child_on_proposed(void *ctx, uint32_t plugin, struct span role, struct span language)
{
	struct child *c = ctx;
	size_t begun = frame_begin(&c->out, FRAME_PROPOSED);

	frame_put_u32(&c->out, plugin);
	frame_put_span(&c->out, role);
	frame_put_span(&c->out, language);
	frame_end(&c->out, begun);
	child_send(c);
}

static void
child_run_plugins(struct child *c, struct span name, const uint32_t *skip, size_t skip_count)
{
	const struct host_events events = {
	    .ctx = c,
	    .on_begin = child_on_begin,
	    .on_records = child_on_records,
	    .on_failed = child_on_failed,
	    .on_proposed = child_on_proposed,
	};
	enum err e = host_run(c->host, &c->doc, name, skip, skip_count, &events);

	if (e != OK)
		child_end(e == ERR_NOMEM ? CHILD_EXIT_NOMEM : EXIT_FAILURE);
	child_send_empty(c, FRAME_DONE);
}

/* --- the two jobs --- */

/* `bytes` are the file's, whose hash was sent. */
static void
child_read_bytes(struct child *c, struct buf *bytes, struct span name)
{
	struct reader_failure failure = {0};
	struct reader_work work = {.readers = c->readers, .limits = c->limits};
	const struct reader_input in = {.bytes = buf_span(bytes), .name = name, .work = &work};
	const struct reader *own = c->run ? readers_find_own(&in) : NULL;

	if (c->run && own == NULL) {
		child_send_empty(c, FRAME_HANDED_BACK);
		return;
	}
	if (work_read_document(c->readers, own, buf_span(bytes), name, c->limits, &c->doc,
			       &failure) != OK) {
		child_send_failed(c, &failure);
		return;
	}
	buf_clear(bytes);
	child_send_document(c);
	if (child_send_text(c))
		child_run_plugins(c, name, NULL, 0);
}

static void
child_read(struct child *c, struct frame *f)
{
	uint32_t run = frame_get_u32(f);
	struct span name = frame_get_span(f);
	uint64_t size = frame_get_u64(f);
	struct reader_failure failure = {0};
	struct buf bytes = {0};
	unsigned char sha256[32];
	enum err e;

	if (frame_done(f) != OK || run > 1 || name.n > CHILD_NAME_MAX || c->document < 0)
		child_end(EXIT_FAILURE);
	c->run = run != 0;
	e = work_read_file(c->document, size, c->limits, &bytes, sha256, &failure);
	close(c->document);
	c->document = -1;
	if (e == OK) {
		child_send_hash(c, sha256, bytes.n);
		child_read_bytes(c, &bytes, name);
	} else {
		child_send_failed(c, &failure);
	}
	buf_clear(&bytes);
}

static void
child_unpack(struct child *c, struct span packed, uint64_t text_bytes)
{
	char *to;
	size_t n;

	if (text_bytes > CHILD_TEXT_MAX ||
	    ZSTD_getFrameContentSize(packed.p, packed.n) != text_bytes)
		child_end(EXIT_FAILURE);
	to = buf_reserve(&c->doc.text, (size_t)text_bytes + 1);
	if (to == NULL)
		child_end(CHILD_EXIT_NOMEM);
	n = ZSTD_decompress(to, (size_t)text_bytes, packed.p, packed.n);
	if (ZSTD_isError(n) || n != text_bytes)
		child_end(EXIT_FAILURE);
	c->doc.text.n = n;
}

/* A span of the frame as a string in `to`, cut to its room. */
static void
child_get_string(struct frame *f, char *to, size_t size)
{
	struct span s = frame_get_span(f);

	s = span_sub(s, 0, size - 1);
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static void
child_rerun(struct child *c, struct frame *f)
{
	uint32_t skip[PLUGINS_MAX], n, run = frame_get_u32(f);
	struct span name, packed, marks;
	uint64_t text_bytes;
	enum err e;

	child_get_string(f, c->doc.format, sizeof c->doc.format);
	name = frame_get_span(f);
	child_get_string(f, c->doc.title, sizeof c->doc.title);
	text_bytes = frame_get_u64(f);
	packed = frame_get_span(f);
	marks = frame_get_span(f);
	buf_put_span(&c->doc.meta, frame_get_span(f));
	n = frame_get_u32(f);
	if (n > PLUGINS_MAX)
		child_end(EXIT_FAILURE);
	for (uint32_t i = 0; i < n; i++)
		skip[i] = frame_get_u32(f);
	if (frame_done(f) != OK || run > 1 || name.n > CHILD_NAME_MAX)
		child_end(EXIT_FAILURE);
	c->run = run != 0;
	child_unpack(c, packed, text_bytes);
	e = marks_decode(marks, text_bytes, &c->doc.marks);
	if (e == OK)
		e = buf_err(&c->doc.meta);
	if (e != OK)
		child_end(e == ERR_NOMEM ? CHILD_EXIT_NOMEM : EXIT_FAILURE);
	child_run_plugins(c, name, skip, n);
}

/* Nobody waits for this child yet: it makes itself ready in the meantime. */
static void
child_rehearse_if_idle(const struct child *c)
{
	struct pollfd p = {.fd = CHILD_SOCKET, .events = POLLIN};

	if (poll(&p, 1, CHILD_IDLE_MS) != 0)
		return;
	if (rehearse(c->readers, c->host, c->limits, NULL, NULL) != OK)
		child_end(CHILD_EXIT_NOMEM);
	host_rewind(c->host);
}

/* The document is done: nothing of it stays. */
static void
child_renew(struct child *c)
{
	document_clear(&c->doc);
	buf_clear(&c->in);
	buf_reset(&c->out);
	if (c->document >= 0)
		close(c->document);
	c->document = -1;
	host_rewind(c->host);
	/* Without that limit nobody is let in. */
	if (work_limit_next(c->limits) != OK)
		child_end(EXIT_SUCCESS);
}

void
child_run(const struct child_setup *s)
{
	struct child c = {.limits = s->limits,
			  .readers = s->readers,
			  .host = s->host,
			  .document = -1};
	struct frame f;

	if (confine_child(s) != OK)
		child_end(EXIT_FAILURE);
	child_rehearse_if_idle(&c);
	do {
		f = child_wait(&c);
		if (f.type == FRAME_READ)
			child_read(&c, &f);
		else if (f.type == FRAME_RERUN)
			child_rerun(&c, &f);
		else
			child_end(EXIT_FAILURE);
		if (c.run)
			child_renew(&c);
	} while (c.run);
	child_end(EXIT_SUCCESS);
}
