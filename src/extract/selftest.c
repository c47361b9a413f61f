/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftest - a child says over a pipe which reader it begins with and how it went. One
 * that dies or is silent has failed its reader; another child goes on with the next.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/selftest.h"

#include "extract/confine.h"
#include "extract/work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef WITH_SANITIZERS
#define SELFTEST_SILENT_MS 20000
#else
#define SELFTEST_SILENT_MS 4000 /* of one reader; the daemon waits longer for the zygote */
#endif

#define SELFTEST_BYTES (16 * 1024 * 1024)

enum selftest_word { SELFTEST_BEGUN, SELFTEST_PASSED, SELFTEST_TEXT, SELFTEST_REFUSED };

struct selftest {
	struct child_setup setup;
	struct limits limits;
	const struct reader *const *list;
	size_t n, next; /* the reader that comes next */
	pid_t pid;
	int pipe; /* the end that is read */
};

/* --- in the child --- */

static void
selftest_say(size_t reader, enum selftest_word word)
{
	const unsigned char said[2] = {(unsigned char)reader, (unsigned char)word};

	if (write(CHILD_SOCKET, said, sizeof said) != sizeof said)
		_exit(EXIT_FAILURE);
}

/* Does each of the lines stand in the text, or in the names of its marks? */
static bool
selftest_has(const struct document *doc, struct span lines)
{
	struct span text = buf_span(&doc->text), names = buf_span(&doc->marks.names);

	while (lines.n > 0) {
		const char *end = memchr(lines.p, '\n', lines.n);
		size_t n = end == NULL ? lines.n : (size_t)(end - lines.p);

		if ((text.n == 0 || memmem(text.p, text.n, lines.p, n) == NULL) &&
		    (names.n == 0 || memmem(names.p, names.n, lines.p, n) == NULL))
			return false;
		lines = span_sub(lines, end == NULL ? n : n + 1, lines.n);
	}
	return true;
}

static enum selftest_word
selftest_read_one(const struct selftest *t, const struct reader *reader,
		  const struct reader_selftest *test)
{
	struct reader_failure failure;
	struct document doc = {0};
	enum selftest_word word = SELFTEST_TEXT;
	enum err e = work_read_document(t->setup.readers, reader, test->bytes, span_of(test->name),
					t->setup.limits, &doc, &failure);

	if (e == OK && doc.cut[0] != '\0')
		word = SELFTEST_REFUSED;
	else if (e == OK && selftest_has(&doc, span_of(test->text)))
		word = SELFTEST_PASSED;
	document_clear(&doc);
	return word;
}

static _Noreturn void
selftest_child(const struct selftest *t)
{
	if (confine_child(&t->setup) != OK)
		_exit(EXIT_FAILURE);
	for (size_t i = t->next; i < t->n; i++) {
		const struct reader_selftest *test = t->list[i]->selftest;
		enum selftest_word word = SELFTEST_PASSED;

		if (test == NULL)
			continue;
		selftest_say(i, SELFTEST_BEGUN);
		for (; test->text != NULL && word == SELFTEST_PASSED; test++)
			word = selftest_read_one(t, t->list[i], test);
		selftest_say(i, word);
	}
	_exit(EXIT_SUCCESS);
}

/* --- in the zygote --- */

static enum err
selftest_fork(struct selftest *t)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_from_errno(errno);
	t->setup.socket = ends[1];
	t->pipe = ends[0];
	t->pid = fork();
	if (t->pid == 0)
		selftest_child(t);
	close(ends[1]);
	if (t->pid > 0)
		return OK;
	close(ends[0]);
	return ERR_NOMEM;
}

/* What an administrator lets documents have is not what is tested. */
static void
selftest_widen(struct limits *l)
{
	l->file_bytes = l->text_bytes = l->unpacked_bytes = SELFTEST_BYTES;
	l->unpacked_ratio = l->pages = l->parts = l->part_depth = 100;
}

enum err
selftest_begin(const struct child_setup *setup, const struct reader *const *list, size_t n,
	       struct selftest **out)
{
	struct selftest *t = calloc(1, sizeof *t);
	enum err e;

	*out = NULL;
	if (t == NULL)
		return ERR_NOMEM;
	*t = (struct selftest){.setup = *setup, .limits = *setup->limits, .list = list, .n = n};
	selftest_widen(&t->limits);
	t->setup.limits = &t->limits;
	e = n > SELFTEST_READERS_MAX ? ERR_LIMIT : selftest_fork(t);
	if (e == OK)
		*out = t;
	else
		free(t);
	return e;
}

/* Two bytes of the child; false: it is silent for too long, or at its end. */
static bool
selftest_listen(const struct selftest *t, unsigned char said[2])
{
	struct pollfd p = {.fd = t->pipe, .events = POLLIN};
	int ready;

	do
		ready = poll(&p, 1, SELFTEST_SILENT_MS);
	while (ready < 0 && errno == EINTR);
	return ready == 1 && read(t->pipe, said, 2) == 2 && said[0] < t->n;
}

/* Why a child that began with a reader did not end with it. */
static void
selftest_say_how(int status, char why[100])
{
	if (status < 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		snprintf(why, 100, "it took too long");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		snprintf(why, 100, "the sandbox stopped it");
	else if (WIFSIGNALED(status))
		snprintf(why, 100, "it died of signal %d", WTERMSIG(status));
	else
		snprintf(why, 100, "it ended");
}

/* Hears one child out. t->next is what is left for another. */
static void
selftest_hear(struct selftest *t, void (*on_failed)(void *ctx, size_t reader, const char *why),
	      void *ctx)
{
	bool begun = false;
	unsigned char said[2];
	char why[100];
	int status = -1;

	while (selftest_listen(t, said)) {
		t->next = said[0] + (size_t)1;
		begun = said[1] == SELFTEST_BEGUN;
		if (said[1] == SELFTEST_TEXT)
			on_failed(ctx, said[0], "it gave another text than it should");
		else if (said[1] == SELFTEST_REFUSED)
			on_failed(ctx, said[0], "the sandbox refused it a file that it needs");
	}
	close(t->pipe);
	kill(t->pid, SIGKILL);
	while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (begun) {
		selftest_say_how(status, why);
		on_failed(ctx, t->next - 1, why);
	} else if (status == 0) {
		t->next = t->n;
	}
}

enum err
selftest_end(struct selftest *take_t, void (*on_failed)(void *ctx, size_t reader, const char *why),
	     void *ctx)
{
	struct selftest *t = take_t;
	size_t before;
	enum err e = OK;

	if (t == NULL)
		return OK;
	for (;;) {
		before = t->next;
		selftest_hear(t, on_failed, ctx);
		if (t->next == t->n)
			break;
		/* A child that cannot even begin never will. */
		e = t->next == before ? ERR_IO : selftest_fork(t);
		if (e != OK)
			break;
	}
	free(t);
	return e;
}
