/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_child - a zygote over its socket, and children over theirs, as the daemon
 * has them; and what they do when that other end is hostile or gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/landlock.h"
#include "extract/child.h"
#include "extract/zygote.h"

#include <dlfcn.h>
#include <errno.h>
#include <iconv.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#define MIB     (1024ull * 1024)
#define WAIT_MS 60000 /* before a test gives up: no answer is that slow */

static const char people[] =
    "return { name = 'people', version = 1, about = 'How many came',\n"
    "  kinds = { people = { count = 'number' } },\n"
    "  patterns = { p = [[\\d+ people]] },\n"
    "  on = { p = function(doc, from, to)\n"
    "    doc:emit('people', from, to, { count = tonumber(doc:sub(from, to):match('%d+')) })\n"
    "  end } }\n";

static const char broken[] = "return { name = 'broken',\n  version = = 1 }\n";

/* A loop inside the pattern matcher, where no instruction is counted. */
static const char hanging[] =
    "return { name = 'hanging', version = 1, about = 'Never ends',\n"
    "  kinds = { a = { b = 'text' } },\n"
    "  document = function(doc)\n"
    "    local s = string.rep('a', 60000)\n"
    "    while doc.text:find('HANG', 1, true) do s:find('.-.-.-.-b') end\n"
    "  end }\n";

/* --- the daemon's end --- */

struct peer { /* one end of a socket pair, and what came over it */
	int fd;
	struct buf in;
	size_t taken;
};

struct fixture {
	pid_t zygote;
	struct peer control;
	struct limits limits;
};

static void
peer_close(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	buf_clear(&p->in);
	*p = (struct peer){.fd = -1};
}

static void
peer_send(struct peer *p, struct buf *b, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec iov = {.iov_base = b->p, .iov_len = b->n};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&control.align), &fd, sizeof fd);
		msg.msg_control = &control;
		msg.msg_controllen = sizeof control.bytes;
	}
	assert_int_equal(sendmsg(p->fd, &msg, MSG_NOSIGNAL), b->n);
	buf_clear(b);
}

/* The next frame; false at the end. */
static bool
peer_next(struct peer *p, struct frame *f)
{
	size_t used = 0;

	if (p->taken > 0)
		buf_consume(&p->in, p->taken);
	p->taken = 0;
	for (;;) {
		struct pollfd polled = {.fd = p->fd, .events = POLLIN};
		char *to;
		ssize_t got;

		assert_int_equal(frame_next(buf_span(&p->in), FRAME_BYTES_MAX, f, &used), OK);
		if (used > 0)
			break;
		assert_int_equal(poll(&polled, 1, WAIT_MS), 1);
		to = buf_reserve(&p->in, 65536);
		assert_non_null(to);
		got = recv(p->fd, to, 65536, 0);
		if (got <= 0)
			return false;
		p->in.n += (size_t)got;
	}
	p->taken = used;
	return true;
}

static struct frame
peer_expect(struct peer *p, enum frame_type type)
{
	struct frame f;

	assert_true(peer_next(p, &f));
	assert_int_equal(f.type, type);
	return f;
}

static void
peer_expect_end(struct peer *p)
{
	struct frame f;

	assert_false(peer_next(p, &f));
}

/* --- a system without Cyrillic --- */

static bool without_cyrillic;

/* In place of the C library's: the converter is not loaded by that name, and by others only
 * from its file. */
iconv_t
iconv_open(const char *to, const char *from)
{
	iconv_t (*real)(const char *to, const char *from);
	void *found = dlsym(RTLD_NEXT, "iconv_open");

	memcpy(&real, &found, sizeof real);
	if (without_cyrillic && strcmp(from, "WINDOWS-1251") == 0) {
		errno = EINVAL;
		return (iconv_t)-1;
	}
	return real(to, from);
}

/* --- zygote --- */

static int
zygote_begin(void **state)
{
	struct fixture *t = calloc(1, sizeof *t);
	int pair[2];

	if (t == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return -1;
	t->limits = (struct limits){.file_bytes = 16 * MIB,
				    .text_bytes = 4 * MIB,
				    .memory_bytes = 1024 * MIB,
				    .cpu_s = 60,
				    .lua_memory_bytes = 64 * MIB,
				    .lua_instructions = 10000000};
	t->zygote = fork();
	if (t->zygote == 0) {
		close(pair[0]);
		if (pair[1] != CHILD_SOCKET && dup2(pair[1], CHILD_SOCKET) < 0)
			_exit(99);
		_exit(zygote_run(NULL));
	}
	close(pair[1]);
	t->control.fd = pair[0];
	*state = t;
	return t->zygote < 0 ? -1 : 0;
}

static int
zygote_end(void **state)
{
	struct fixture *t = *state;
	int status = -1;

	peer_close(&t->control);
	if (t->zygote > 0) {
		struct pollfd polled = {.fd = (int)syscall(SYS_pidfd_open, t->zygote, 0),
					.events = POLLIN};

		if (poll(&polled, 1, WAIT_MS) != 1)
			kill(t->zygote, SIGKILL);
		close(polled.fd);
		waitpid(t->zygote, &status, 0);
	}
	free(t);
	/* A test that killed it has waited for it, and set its pid to -1. */
	return status == -1 || (WIFEXITED(status) && WEXITSTATUS(status) == 0) ? 0 : -1;
}

static void
zygote_send_limits(struct fixture *t)
{
	struct buf b = {0};
	size_t begun = frame_begin(&b, FRAME_LIMITS);

	frame_put_limits(&b, &t->limits);
	frame_end(&b, begun);
	peer_send(&t->control, &b, -1);
}

static void
zygote_send_plugin(struct fixture *t, uint32_t index, const char *file, const char *source)
{
	struct buf b = {0};
	size_t begun = frame_begin(&b, FRAME_PLUGIN);

	frame_put_u32(&b, index);
	frame_put_span(&b, span_of(file));
	frame_put_span(&b, span_of(source));
	frame_put_span(&b, SPAN("{}"));
	frame_end(&b, begun);
	peer_send(&t->control, &b, -1);
}

static void
zygote_get_level(struct fixture *t, struct worker_level *level)
{
	struct buf b = {0};
	struct frame f;

	frame_end(&b, frame_begin(&b, FRAME_START));
	peer_send(&t->control, &b, -1);
	/* Each plugin is named once more before its trial run. */
	do
		assert_true(peer_next(&t->control, &f));
	while (f.type == FRAME_LOADING);
	assert_int_equal(f.type, FRAME_READY);
	frame_get_level(&f, level);
	assert_int_equal(frame_done(&f), OK);
	assert_true(level->seccomp);
	assert_int_equal(level->landlock, landlock_abi());
}

static void
zygote_send_start(struct fixture *t)
{
	struct worker_level level;

	zygote_get_level(t, &level);
	/* Without Landlock the reader for PDF misses its data. */
	assert_int_equal(level.off_count, landlock_abi() == 0);
	assert_int_equal(level.reader_version, READER_SET_VERSION * 2 + (level.off_count == 0));
}

static void
zygote_load(struct fixture *t, uint32_t index, const char *file, const char *source,
	    struct plugin_decl *decl)
{
	struct frame f;

	zygote_send_plugin(t, index, file, source);
	f = peer_expect(&t->control, FRAME_LOADING);
	assert_int_equal(frame_get_u32(&f), index);
	f = peer_expect(&t->control, FRAME_LOADED);
	assert_int_equal(frame_get_u32(&f), index);
	frame_get_decl(&f, decl);
	assert_int_equal(frame_done(&f), OK);
}

/* With the one plugin `people`. */
static void
zygote_ready(struct fixture *t, struct plugin_decl *decl)
{
	zygote_send_limits(t);
	zygote_load(t, 0, "people.lua", people, decl);
	zygote_send_start(t);
}

static struct peer
child_begin(struct fixture *t, uint32_t token, pid_t *pid)
{
	struct peer p = {.fd = -1};
	struct buf b = {0};
	struct frame f;
	size_t begun;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	begun = frame_begin(&b, FRAME_FORK);
	frame_put_u32(&b, token);
	frame_end(&b, begun);
	peer_send(&t->control, &b, pair[1]);
	close(pair[1]);
	f = peer_expect(&t->control, FRAME_STARTED);
	assert_int_equal(frame_get_u32(&f), token);
	*pid = (pid_t)frame_get_u32(&f);
	p.fd = pair[0];
	return p;
}

static int
child_end(struct fixture *t, uint32_t token)
{
	struct frame f = peer_expect(&t->control, FRAME_ENDED);
	int status;

	assert_int_equal(frame_get_u32(&f), token);
	status = (int)frame_get_u32(&f);
	assert_true(frame_get_u64(&f) > 0);
	assert_int_equal(frame_done(&f), OK);
	return status;
}

static int
file_of(const char *bytes, size_t n)
{
	int fd = memfd_create("document", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	return fd;
}

static void
child_send_next(struct peer *p, bool is_run, const char *name, const char *bytes, size_t n)
{
	struct buf b = {0};
	size_t begun = frame_begin(&b, FRAME_READ);
	int fd = file_of(bytes, n);

	frame_put_u32(&b, is_run);
	frame_put_span(&b, span_of(name));
	frame_put_u64(&b, n);
	frame_end(&b, begun);
	peer_send(p, &b, fd);
	close(fd);
}

static void
child_send_read(struct peer *p, const char *name, const char *bytes, size_t n)
{
	child_send_next(p, false, name, bytes, n);
}

static void
expect_people(struct peer *p, const struct plugin_decl *decl, uint64_t text_bytes, double count)
{
	struct value values[RECORD_VALUES_MAX];
	struct record r;
	struct frame f = peer_expect(p, FRAME_BEGIN);

	assert_int_equal(frame_get_u32(&f), 0);
	f = peer_expect(p, FRAME_RECORDS);
	assert_int_equal(frame_get_u32(&f), 0);
	assert_int_equal(frame_get_u32(&f), 1);
	frame_get_record(&f, decl, text_bytes, &r, values);
	assert_int_equal(frame_done(&f), OK);
	assert_true(span_is(r.kind, "people"));
	assert_float_equal(r.fields[0].values[0].number, count, 0);
}

/* --- loading --- */

static void
a_plugin_is_named_before_it_is_loaded(void **state)
{
	struct plugin_decl decl;

	zygote_ready(*state, &decl);
	assert_string_equal(decl.name, "people");
	assert_int_equal(decl.kind_count, 1);
	assert_string_equal(decl.kinds[0].fields[0].name, "count");
}

static void
a_broken_plugin_is_refused_with_its_line_and_the_others_stay(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct span reason;
	struct frame f;

	zygote_send_limits(t);
	zygote_send_plugin(t, 0, "broken.lua", broken);
	peer_expect(&t->control, FRAME_LOADING);
	f = peer_expect(&t->control, FRAME_REFUSED);
	assert_int_equal(frame_get_u32(&f), 0);
	reason = frame_get_span(&f);
	assert_int_equal(frame_done(&f), OK);
	assert_true(span_starts(reason, SPAN("broken.lua:2:")));
	zygote_load(t, 1, "people.lua", people, &decl);
	zygote_send_start(t);
}

static void
frames_out_of_order_end_the_zygote(void **state)
{
	struct fixture *t = *state;
	int status;

	zygote_send_plugin(t, 0, "people.lua", people);
	peer_expect_end(&t->control);
	assert_int_equal(waitpid(t->zygote, &status, 0), t->zygote);
	t->zygote = -1;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

static int
zygote_begin_without_cyrillic(void **state)
{
	int result;

	without_cyrillic = true;
	result = zygote_begin(state);
	without_cyrillic = false;
	return result;
}

static void
read_one(struct fixture *t, uint32_t token, const char *name, const char *text, struct frame *f,
	 struct peer *child)
{
	pid_t pid;

	*child = child_begin(t, token, &pid);
	child_send_read(child, name, text, strlen(text));
	peer_expect(child, FRAME_HASH);
	assert_true(peer_next(child, f));
}

static void
a_reader_that_fails_its_test_is_named_and_the_others_go_on(void **state)
{
	static const char *const off[] = {"mhtml", "rtf", "mbox", "msg"};
	struct fixture *t = *state;
	struct worker_level level;
	struct plugin_decl decl;
	struct peer child;
	struct frame f;

	if (landlock_abi() == 0)
		skip();
	zygote_send_limits(t);
	zygote_load(t, 0, "people.lua", people, &decl);
	zygote_get_level(t, &level);
	assert_int_equal(level.off_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(level.off[i], off[i]);
	assert_int_equal(level.reader_version, READER_SET_VERSION * 2);
	read_one(t, 1, "a.rtf", "{\\rtf1 In all 30 people came.\\par}", &f, &child);
	assert_int_equal(f.type, FRAME_FAILED);
	assert_true(span_is(frame_get_span(&f), "sandbox"));
	assert_true(span_is(frame_get_span(&f), "The reader for RTF is switched off: it failed "
						"its own test in the sandbox."));
	assert_int_equal(child_end(t, 1), 0);
	peer_close(&child);
	read_one(t, 2, "a.html", "<html><body><p>In all 30 people came.</p></body></html>", &f,
		 &child);
	assert_int_equal(f.type, FRAME_DOCUMENT);
	peer_expect(&child, FRAME_TEXT);
	expect_people(&child, &decl, 22, 30);
	peer_expect(&child, FRAME_DONE);
	peer_expect_end(&child);
	assert_int_equal(child_end(t, 2), 0);
	peer_close(&child);
}

/* --- reading --- */

static void
a_document_is_hashed_read_handed_over_and_run(void **state)
{
	static const char text[] = "Minutes\n\nIn all 30 people came.\n";
	struct fixture *t = *state;
	unsigned char sha256[32];
	char unpacked[100];
	struct plugin_decl decl;
	struct span packed;
	struct peer child;
	struct frame f;
	uint64_t bytes;
	pid_t pid;

	zygote_ready(t, &decl);
	child = child_begin(t, 7, &pid);
	child_send_read(&child, "minutes.txt", text, sizeof text - 1);
	f = peer_expect(&child, FRAME_HASH);
	EVP_Digest(text, sizeof text - 1, sha256, NULL, EVP_sha256(), NULL);
	assert_memory_equal(f.rest.p, sha256, 32);
	f = peer_expect(&child, FRAME_DOCUMENT);
	assert_true(span_is(frame_get_span(&f), "text"));
	f = peer_expect(&child, FRAME_TEXT);
	bytes = frame_get_u64(&f);
	packed = frame_get_span(&f);
	assert_int_equal(ZSTD_getFrameContentSize(packed.p, packed.n), bytes);
	assert_int_equal(ZSTD_decompress(unpacked, sizeof unpacked, packed.p, packed.n), bytes);
	assert_non_null(memmem(unpacked, bytes, "In all 30 people came.", 22));
	expect_people(&child, &decl, bytes, 30);
	peer_expect(&child, FRAME_DONE);
	peer_expect_end(&child);
	assert_int_equal(child_end(t, 7), 0);
	peer_close(&child);
}

static void
a_document_that_no_reader_knows_fails_with_a_reason(void **state)
{
	static const char elf[] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0\1\0\0\0";
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	struct frame f;
	pid_t pid;

	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	child_send_read(&child, "program", elf, sizeof elf - 1);
	peer_expect(&child, FRAME_HASH);
	f = peer_expect(&child, FRAME_FAILED);
	assert_true(span_is(frame_get_span(&f), "unsupported"));
	assert_true(frame_get_span(&f).n > 0);
	peer_expect_end(&child);
	assert_int_equal(child_end(t, 1), 0);
	peer_close(&child);
}

static void
a_file_over_the_limit_fails_without_a_hash(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	struct frame f;
	pid_t pid;

	t->limits.file_bytes = 10;
	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	child_send_read(&child, "long.txt", "eleven byte", 11);
	f = peer_expect(&child, FRAME_FAILED);
	assert_true(span_is(frame_get_span(&f), "too_large"));
	peer_expect_end(&child);
	assert_int_equal(child_end(t, 1), 0);
	peer_close(&child);
}

static void
child_send_rerun(struct peer *p, const char *text, uint64_t stated, size_t skip)
{
	struct buf b = {0}, marks = {0};
	struct marks none = {0};
	char packed[1000];
	size_t n = ZSTD_compress(packed, sizeof packed, text, strlen(text), 1), begun;

	assert_false(ZSTD_isError(n));
	marks_encode(&none, &marks);
	begun = frame_begin(&b, FRAME_RERUN);
	frame_put_u32(&b, 0);
	frame_put_span(&b, SPAN("text"));
	frame_put_span(&b, SPAN("minutes.txt"));
	frame_put_span(&b, SPAN("Minutes"));
	frame_put_u64(&b, stated);
	frame_put_span(&b, (struct span){packed, n});
	frame_put_span(&b, buf_span(&marks));
	frame_put_span(&b, SPAN(""));
	frame_put_u32(&b, (uint32_t)skip);
	for (uint32_t i = 0; i < skip; i++)
		frame_put_u32(&b, i);
	frame_end(&b, begun);
	peer_send(p, &b, -1);
	buf_clear(&marks);
}

static void
a_stored_text_goes_through_the_plugins_again(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	pid_t pid;

	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	child_send_rerun(&child, "Then 12 people came.", 20, 0);
	expect_people(&child, &decl, 20, 12);
	peer_expect(&child, FRAME_DONE);
	assert_int_equal(child_end(t, 1), 0);
	peer_close(&child);
	child = child_begin(t, 2, &pid);
	child_send_rerun(&child, "Then 12 people came.", 20, 1);
	peer_expect(&child, FRAME_DONE);
	assert_int_equal(child_end(t, 2), 0);
	peer_close(&child);
}

/* --- runs --- */

/* Keeps what it has seen in an upvalue, a table, a metatable and the state's own registry. */
static const char keeping[] =
    "local seen, n = {}, 0\n"
    "local meta = setmetatable({}, { __index = function(t, k) rawget(t, k) return 0 end })\n"
    "return { name = 'keeping', version = 1, about = 'Remembers',\n"
    "  kinds = { kept = { words = 'text' } },\n"
    "  document = function(doc)\n"
    "    n = n + 1 seen[#seen + 1] = doc.text:upper() meta.last = (meta.last or 0) + 1\n"
    "    evidence.lpeg.setmaxstack(400 + n)\n"
    "    doc:emit('kept', 1, 1, { words = n .. '/' .. #seen .. '/' .. meta.last })\n"
    "  end }\n";

/* The whole answer up to its last frame, as bytes. */
static void
child_answer(struct peer *p, struct buf *out)
{
	struct frame f;

	buf_reset(out);
	do {
		assert_true(peer_next(p, &f));
		buf_put_char(out, (char)f.type);
		buf_put_span(out, f.rest);
	} while (f.type != FRAME_DONE && f.type != FRAME_FAILED && f.type != FRAME_HANDED_BACK);
	assert_int_equal(buf_err(out), OK);
}

static void
a_text_gives_the_same_wherever_in_a_run_it_stands(void **state)
{
	static const char *const texts[] = {"In all 30 people came.\n", "Then 12 people came.\n",
					    "# A letter\n\nNobody came.\n"};
	struct buf first[3] = {{0}}, answer = {0};
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	pid_t pid;

	zygote_send_limits(t);
	zygote_load(t, 0, "people.lua", people, &decl);
	zygote_load(t, 1, "keeping.lua", keeping, &decl);
	zygote_send_start(t);
	for (uint32_t i = 0; i < 3; i++) {
		child = child_begin(t, 1 + i, &pid);
		child_send_read(&child, "a.md", texts[i], strlen(texts[i]));
		child_answer(&child, &first[i]);
		assert_int_equal(child_end(t, 1 + i), 0);
		peer_close(&child);
	}
	child = child_begin(t, 9, &pid);
	for (size_t i = 0; i < RUN_DOCUMENTS_MAX; i++) {
		size_t which = i * i % 3 == 0 ? 0 : 1 + i % 2;

		child_send_next(&child, true, "a.md", texts[which], strlen(texts[which]));
		child_answer(&child, &answer);
		assert_true(span_eq(buf_span(&answer), buf_span(&first[which])));
	}
	peer_close(&child);
	assert_int_equal(child_end(t, 9), 0);
	for (size_t i = 0; i < 3; i++)
		buf_clear(&first[i]);
	buf_clear(&answer);
}

static void
what_is_not_for_our_own_readers_is_handed_back_and_the_run_goes_on(void **state)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n";
	static const char html[] = "<!DOCTYPE html><html><body><p>30 people</p></body></html>";
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct buf answer = {0};
	struct peer child;
	pid_t pid;

	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	child_send_next(&child, true, "first.txt", pdf, sizeof pdf - 1);
	peer_expect(&child, FRAME_HASH);
	peer_expect(&child, FRAME_HANDED_BACK);
	child_send_next(&child, true, "minutes.txt", "30 people", 9);
	child_answer(&child, &answer);
	assert_int_equal(answer.p[answer.n - 1], FRAME_DONE);
	child_send_next(&child, true, "page.txt", html, sizeof html - 1);
	peer_expect(&child, FRAME_HASH);
	peer_expect(&child, FRAME_HANDED_BACK);
	child_send_next(&child, false, "page.txt", html, sizeof html - 1); /* now it is alone */
	child_answer(&child, &answer);
	assert_int_equal(answer.p[answer.n - 1], FRAME_DONE);
	peer_expect_end(&child);
	assert_int_equal(child_end(t, 1), 0);
	peer_close(&child);
	buf_clear(&answer);
}

static void
each_text_of_a_run_has_its_own_computing_time(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct buf answer = {0};
	struct peer child;
	pid_t pid;
	int status;

	t->limits.cpu_s = 2;
	t->limits.lua_instructions = 0;
	zygote_send_limits(t);
	zygote_load(t, 0, "slow.lua",
		    "return { name = 'slow', version = 1, about = 'Takes its time',\n"
		    "  kinds = { a = { b = 'text' } },\n"
		    "  document = function(doc)\n"
		    "    if doc.text:find('HANG', 1, true) then while true do end end\n"
		    "    if doc.text:find('SLOW', 1, true) then for _ = 1, 200000000 do end end\n"
		    "  end }\n",
		    &decl);
	zygote_send_start(t);
	child = child_begin(t, 1, &pid);
	for (int i = 0; i < 6; i++) { /* more than 2 s together */
		child_send_next(&child, true, "a.txt", "SLOW", 4);
		child_answer(&child, &answer);
		assert_int_equal(answer.p[answer.n - 1], FRAME_DONE);
	}
	child_send_next(&child, true, "b.txt", "HANG", 4);
	peer_expect(&child, FRAME_HASH);
	peer_expect(&child, FRAME_DOCUMENT);
	peer_expect(&child, FRAME_TEXT);
	peer_expect(&child, FRAME_BEGIN);
	peer_expect_end(&child);
	status = child_end(t, 1);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
	peer_close(&child);
	buf_clear(&answer);
}

/* --- ends --- */

static void
a_hanging_plugin_ends_by_its_computing_time_after_the_text_is_safe(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	pid_t pid;
	int status;

	t->limits.cpu_s = 1;
	zygote_send_limits(t);
	zygote_load(t, 0, "hanging.lua", hanging, &decl);
	zygote_send_start(t);
	child = child_begin(t, 1, &pid);
	child_send_read(&child, "a.txt", "HANG", 4);
	peer_expect(&child, FRAME_HASH);
	peer_expect(&child, FRAME_DOCUMENT);
	peer_expect(&child, FRAME_TEXT);
	peer_expect(&child, FRAME_BEGIN);
	peer_expect_end(&child);
	status = child_end(t, 1);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
	peer_close(&child);
}

static void
a_child_is_killed_on_request(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct buf b = {0};
	struct peer child;
	size_t begun;
	pid_t pid;
	int status;

	zygote_ready(t, &decl);
	child = child_begin(t, 5, &pid);
	begun = frame_begin(&b, FRAME_KILL);
	frame_put_u32(&b, 5);
	frame_end(&b, begun);
	peer_send(&t->control, &b, -1);
	status = child_end(t, 5);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	peer_expect_end(&child);
	peer_close(&child);
}

static void
a_child_ends_with_its_socket(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	pid_t pid;

	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	peer_close(&child);
	assert_int_equal(child_end(t, 1), 0);
}

static void
children_end_with_the_zygote(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	pid_t pid;
	int status;

	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	assert_int_equal(kill(t->zygote, SIGKILL), 0);
	assert_int_equal(waitpid(t->zygote, &status, 0), t->zygote);
	t->zygote = -1;
	peer_expect_end(&child);
	peer_close(&child);
}

static void
the_zygote_and_its_children_end_with_the_daemon(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct peer child;
	pid_t pid;
	int status;

	zygote_ready(t, &decl);
	child = child_begin(t, 1, &pid);
	peer_close(&t->control);
	peer_expect_end(&child);
	peer_close(&child);
	assert_int_equal(waitpid(t->zygote, &status, 0), t->zygote);
	t->zygote = -1;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- a hostile other end --- */

static void
child_refuses(struct fixture *t, uint32_t token, struct buf *b)
{
	pid_t pid;
	struct peer child = child_begin(t, token, &pid);
	int status;

	peer_send(&child, b, -1);
	peer_expect_end(&child);
	status = child_end(t, token);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
	peer_close(&child);
}

static void
a_child_refuses_what_it_is_not_asked_by(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl;
	struct buf b = {0};
	const uint32_t huge = 0xffffffff;
	struct peer child;
	size_t begun;
	pid_t pid;
	int status;

	zygote_ready(t, &decl);
	frame_end(&b, frame_begin(&b, FRAME_DONE));
	child_refuses(t, 1, &b);
	begun = frame_begin(&b, FRAME_READ); /* and no descriptor with it */
	frame_put_u32(&b, 0);
	frame_put_span(&b, SPAN("a.txt"));
	frame_put_u64(&b, 1);
	frame_end(&b, begun);
	child_refuses(t, 2, &b);
	buf_put(&b, &huge, sizeof huge);
	buf_put_char(&b, FRAME_RERUN);
	child_refuses(t, 3, &b);
	child = child_begin(t, 4, &pid);
	child_send_rerun(&child, "words", 500000000, 0); /* it unpacks to 5 bytes */
	peer_expect_end(&child);
	status = child_end(t, 4);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
	peer_close(&child);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, zygote_begin, zygote_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_plugin_is_named_before_it_is_loaded),
	    TEST(a_broken_plugin_is_refused_with_its_line_and_the_others_stay),
	    TEST(frames_out_of_order_end_the_zygote),
	    cmocka_unit_test_setup_teardown(
		a_reader_that_fails_its_test_is_named_and_the_others_go_on,
		zygote_begin_without_cyrillic, zygote_end),
	    TEST(a_document_is_hashed_read_handed_over_and_run),
	    TEST(a_document_that_no_reader_knows_fails_with_a_reason),
	    TEST(a_file_over_the_limit_fails_without_a_hash),
	    TEST(a_stored_text_goes_through_the_plugins_again),
	    TEST(a_text_gives_the_same_wherever_in_a_run_it_stands),
	    TEST(what_is_not_for_our_own_readers_is_handed_back_and_the_run_goes_on),
	    TEST(each_text_of_a_run_has_its_own_computing_time),
	    TEST(a_hanging_plugin_ends_by_its_computing_time_after_the_text_is_safe),
	    TEST(a_child_is_killed_on_request),
	    TEST(a_child_ends_with_its_socket),
	    TEST(children_end_with_the_zygote),
	    TEST(the_zygote_and_its_children_end_with_the_daemon),
	    TEST(a_child_refuses_what_it_is_not_asked_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
