/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * work - reading bytes and documents; no process or socket in here.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/work.h"

#include "extract/sandbox.h"

#include <errno.h>
#include <locale.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WORK_CHUNK (1024 * 1024) /* read and hashed at once */
#define MIB        (1024 * 1024)

void
work_fail(struct reader_failure *failure, const char *code, const char *remedy, const char *format,
	  ...)
{
	va_list args;

	failure->code = code;
	va_start(args, format);
	vsnprintf(failure->reason, sizeof failure->reason, format, args);
	va_end(args);
	snprintf(failure->remedy, sizeof failure->remedy, "%s", remedy);
}

enum err
work_prepare(struct readers **out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	/* libarchive gives no names beyond ASCII in the C locale. */
	if (setlocale(LC_ALL, "C.UTF-8") == NULL && setlocale(LC_ALL, "") == NULL)
		return ERR_NOT_FOUND;
	tzset();
	/* The first use loads providers, which every child would do anew. */
	if (EVP_Digest("", 0, digest, &n, EVP_sha256(), NULL) != 1)
		return ERR_NOMEM;
	return readers_prepare(out);
}

enum err
work_limit(const struct limits *l, unsigned documents)
{
	const struct rlimit core = {0, 0};
	/* A second after the last SIGXCPU the kernel kills, should somebody have caught it. */
	const struct rlimit cpu = {l->cpu_s, (l->cpu_s + 1) * documents};

	if (setrlimit(RLIMIT_CORE, &core) != 0)
		return err_from_errno(errno);
	if (l->cpu_s != 0 && setrlimit(RLIMIT_CPU, &cpu) != 0)
		return err_from_errno(errno);
#ifndef WITH_SANITIZERS
	const struct rlimit memory = {l->memory_bytes, l->memory_bytes};

	if (l->memory_bytes != 0 && setrlimit(RLIMIT_AS, &memory) != 0)
		return err_from_errno(errno);
#endif
	return OK;
}

enum err
work_limit_next(const struct limits *l)
{
	struct timespec used;
	struct rlimit cpu;

	if (l->cpu_s == 0)
		return OK;
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0 || getrlimit(RLIMIT_CPU, &cpu) != 0)
		return err_from_errno(errno);
	cpu.rlim_cur = (rlim_t)used.tv_sec + 1 + l->cpu_s;
	if (cpu.rlim_cur > cpu.rlim_max)
		cpu.rlim_cur = cpu.rlim_max;
	return setrlimit(RLIMIT_CPU, &cpu) == 0 ? OK : err_from_errno(errno);
}

static void
work_fail_memory(struct reader_failure *failure, const struct limits *l)
{
	work_fail(failure, "memory", "", "Reading it needs more memory than a document may use%s.",
		  l->memory_bytes == 0 ? " here" : "");
	if (l->memory_bytes != 0)
		snprintf(failure->reason, sizeof failure->reason,
			 "Reading it needs more memory than the %llu MiB that a document may use.",
			 (unsigned long long)(l->memory_bytes / MIB));
}

/* Appends up to `max` + 1 bytes of the file, so that the caller sees one too many. */
static enum err
work_read_all(int fd, uint64_t max, struct buf *bytes, EVP_MD_CTX *md)
{
	for (;;) {
		/* First what was made room for: to grow is to copy. */
		uint64_t n = bytes->cap > bytes->n ? bytes->cap - bytes->n : WORK_CHUNK;
		ssize_t got;
		char *to;

		if (n > WORK_CHUNK)
			n = WORK_CHUNK;
		if (n > max + 1 - bytes->n)
			n = max + 1 - bytes->n;
		to = buf_reserve(bytes, (size_t)n);
		if (to == NULL)
			return ERR_NOMEM;
		got = pread(fd, to, (size_t)n, (off_t)bytes->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return OK;
		if (EVP_DigestUpdate(md, to, (size_t)got) != 1)
			return ERR_NOMEM;
		bytes->n += (size_t)got;
		if (bytes->n > max)
			return ERR_LIMIT;
	}
}

enum err
work_read_file(int fd, uint64_t size, const struct limits *l, struct buf *bytes,
	       unsigned char sha256[32], struct reader_failure *failure)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	enum err e = ERR_NOMEM;
	int number = 0;

	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		goto out;
	/* One more than there should be: the end is seen without growing. */
	if (size <= l->file_bytes && buf_reserve(bytes, (size_t)size + 1) == NULL)
		goto out;
	e = work_read_all(fd, l->file_bytes, bytes, md);
	number = errno;
	if (e == OK && EVP_DigestFinal_ex(md, sha256, NULL) != 1)
		e = ERR_NOMEM;
out:
	EVP_MD_CTX_free(md);
	if (e == ERR_LIMIT)
		work_fail(failure, "too_large", "Split it, or raise limits.file_bytes.",
			  "The file has more than the %llu bytes that are read.",
			  (unsigned long long)l->file_bytes);
	else if (e == ERR_IO)
		work_fail(failure, "unreadable", "", "The file could not be read: %s.",
			  strerror(number));
	else if (e != OK)
		work_fail_memory(failure, l);
	return e;
}

/* "/usr/share/x" as a sentence may show it: what hostile code chose is not trusted. */
static void
work_put_path(const char *path, char out[200])
{
	size_t n = 0;

	for (; path[n] != '\0' && n + 1 < 200; n++)
		out[n] = path[n] > ' ' && path[n] < 0x7f ? path[n] : '?';
	out[n] = '\0';
}

/* A library that is refused a file gives other text, and rarely says so. */
static void
work_say_refused(const char *path, struct builder *b, struct reader_failure *failure)
{
	char shown[200], why[300];

	if (path == NULL)
		return;
	work_put_path(path, shown);
	if (failure->code != NULL) {
		work_fail(failure, "sandbox", "Tell whoever runs evidenced: the file may be sound.",
			  "Reading it needs %s, which the sandbox refuses.", shown);
		return;
	}
	snprintf(why, sizeof why,
		 "Some of its text may be missing or wrong: the sandbox refused the reader %s.",
		 shown);
	builder_cut(b, why);
}

enum err
work_read_document(const struct readers *readers, const struct reader *reader, struct span bytes,
		   struct span name, const struct limits *l, struct document *out,
		   struct reader_failure *failure)
{
	struct reader_work work = {.readers = readers, .limits = l, .file_bytes = bytes.n};
	const struct reader_input in = {.bytes = bytes, .name = name, .work = &work};
	struct builder *b = builder_new(l->text_bytes);
	enum err e = b == NULL ? ERR_NOMEM : OK;

	*failure = (struct reader_failure){0};
	sandbox_refused_reset();
	if (e == OK && reader == NULL) {
		reader = readers_find(readers, &in, failure);
		e = reader == NULL ? ERR_UNSUPPORTED : OK;
	}
	if (e == OK) {
		builder_format(b, reader->format);
		e = reader->read(&in, b, failure);
		work_say_refused(sandbox_refused(), b, failure);
	}
	if (e == OK)
		e = builder_finish(b, out);
	builder_free(b);
	if (e == ERR_NOMEM)
		work_fail_memory(failure, l);
	else if (e != OK && failure->code == NULL)
		work_fail(failure, "damaged", "", "The %s could not be read.", reader->name);
	return e;
}
