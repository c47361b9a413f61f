/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger_read - the ledger at the start: from the mark on to the end.
 *
 *  1. Does the line before the mark have the mark's hash?
 *  2. Each line behind it: does `prev` fit? Its path's state is remembered.
 *  3. What follows the last newline is a torn line: cut off.
 *  4. Of the remembered, what the index knows already is forgotten.
 */
#include "index/ledger_file.h"

#include "common/jread.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER_READ_BYTES (64 * 1024)

struct ledger_reading {
	struct ledger *l;
	ledger_known *known;
	void *ctx;
	bool first;    /* the next line is the first behind the mark */
	bool overfull; /* said already that not all paths are remembered */
	struct buf path;
};

static enum err
ledger_read_at(int fd, uint64_t at, char *to, size_t want, size_t *got)
{
	*got = 0;
	while (*got < want) {
		ssize_t n = pread(fd, to + *got, want - *got, (off_t)(at + *got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_from_errno(errno);
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return OK;
}

static bool
ledger_unhex(const char *hex, unsigned char hash[32])
{
	if (hex == NULL || strlen(hex) != 64)
		return false;
	for (size_t i = 0; i < 64; i++) {
		const char *digits = "0123456789abcdef", *d = strchr(digits, hex[i]);

		if (d == NULL)
			return false;
		hash[i / 2] = (unsigned char)(hash[i / 2] << 4 | (d - digits));
	}
	return true;
}

/* The bytes of a path: from KEY_base64 where that is, else from KEY. */
static enum err
ledger_read_path(json_t *line, const char *key, struct buf *out)
{
	const char *text = json_string_value(json_object_get(line, key)), *coded;
	char coded_key[32];
	size_t n;
	int got;
	char *to;

	buf_reset(out);
	snprintf(coded_key, sizeof coded_key, "%s_base64", key);
	coded = json_string_value(json_object_get(line, coded_key));
	if (coded == NULL) {
		if (text == NULL)
			return ERR_FORMAT;
		buf_put_str(out, text);
		return buf_err(out);
	}
	n = strlen(coded);
	if (n == 0 || n % 4 != 0)
		return ERR_FORMAT;
	to = buf_reserve(out, n);
	if (to == NULL)
		return ERR_NOMEM;
	got = EVP_DecodeBlock((unsigned char *)to, (const unsigned char *)coded, (int)n);
	if (got < 0)
		return ERR_FORMAT;
	out->n = (size_t)got - (coded[n - 1] == '=') - (coded[n - 2] == '=');
	return OK;
}

static enum err
ledger_remember(struct ledger_reading *r, const struct ledger_state *state)
{
	enum err e = pending_set(&r->l->pending, buf_span(&r->path), state);

	if (e != ERR_LIMIT)
		return e;
	if (!r->overfull)
		log_warning("ledger.jsonl: more than %d paths to match: some lines may be written "
			    "again",
			    LEDGER_PENDING_MAX);
	r->overfull = true;
	return OK;
}

/* Remembers what a line says of its path, and of the one it came from. */
static enum err
ledger_read_news(struct ledger_reading *r, json_t *line)
{
	const char *event = json_string_value(json_object_get(line, "event"));
	struct ledger_state state = {0}, gone = {0};
	enum err e;

	if (event == NULL)
		return ERR_FORMAT;
	state.present = strcmp(event, "seen") == 0 || strcmp(event, "changed") == 0 ||
			strcmp(event, "moved") == 0;
	/* Decisions and packs say nothing about what lies where. */
	if (!state.present && strcmp(event, "gone") != 0)
		return OK;
	if (state.present) {
		state.has_hash =
		    ledger_unhex(json_string_value(json_object_get(line, "sha256")), state.sha256);
		state.size = (uint64_t)json_integer_value(json_object_get(line, "size"));
	}
	e = ledger_read_path(line, "path", &r->path);
	if (e == OK)
		e = ledger_remember(r, &state);
	if (e != OK || strcmp(event, "moved") != 0)
		return e;
	e = ledger_read_path(line, "from", &r->path);
	return e == OK ? ledger_remember(r, &gone) : e;
}

static enum err
ledger_read_line(struct ledger_reading *r, uint64_t at, struct span text)
{
	unsigned char prev[32] = {0};
	json_t *line = NULL;
	enum err e;

	e = text.n > LEDGER_LINE_MAX ? ERR_LIMIT : jread_parse(text, &line, NULL);
	if (e == OK && !ledger_unhex(json_string_value(json_object_get(line, "prev")), prev))
		e = ERR_FORMAT;
	if (e == OK && memcmp(prev, r->l->last, sizeof prev) != 0)
		log_error("ledger.jsonl: the line at byte %llu does not follow the one before it: "
			  "somebody changed the file",
			  (unsigned long long)at);
	if (e == OK)
		e = ledger_read_news(r, line);
	json_decref(line);
	SHA256((const unsigned char *)text.p, text.n, r->l->last);
	if (e == OK || e == ERR_NOMEM)
		return e;
	log_error("ledger.jsonl: the line at byte %llu is none of evidenced's (%s)",
		  (unsigned long long)at, err_text(e));
	return OK;
}

static enum err
ledger_read_lines(struct ledger_reading *r)
{
	struct ledger *l = r->l;
	struct buf in = {0};
	enum err e = OK;
	size_t got = 1;

	while (e == OK && got > 0) {
		char *to = buf_reserve(&in, LEDGER_READ_BYTES), *newline;

		if (to == NULL) {
			e = ERR_NOMEM;
			break;
		}
		e = ledger_read_at(l->fd, l->end + in.n, to, LEDGER_READ_BYTES, &got);
		in.n += got;
		for (size_t from = in.n - got, done = 0; e == OK;) {
			newline = memchr(in.p + from, '\n', in.n - from);
			if (newline == NULL) {
				buf_consume(&in, done);
				if (in.n > LEDGER_LINE_MAX)
					e = ERR_CORRUPT;
				break;
			}
			from = (size_t)(newline - in.p) + 1;
			e = ledger_read_line(r, l->end,
					     (struct span){in.p + done, from - 1 - done});
			l->end += from - done;
			done = from;
		}
	}
	if (e == ERR_CORRUPT)
		log_error("ledger.jsonl: no line ends for long behind byte %llu: that is no ledger",
			  (unsigned long long)l->end);
	if (e == OK && in.n > 0) {
		log_warning("ledger.jsonl: cut off a torn last line of %zu bytes", in.n);
		if (ftruncate(l->fd, (off_t)l->end) != 0 || fdatasync(l->fd) != 0)
			e = err_from_errno(errno);
	}
	buf_clear(&in);
	return e;
}

/* Does the line that ends at the mark have the mark's hash? */
static enum err
ledger_check_mark(struct ledger *l)
{
	size_t want =
	    l->mark.position < LEDGER_LINE_MAX ? (size_t)l->mark.position : LEDGER_LINE_MAX;
	unsigned char hash[32];
	size_t got, from;
	char *bytes;
	enum err e;

	if (l->mark.position == 0)
		return OK;
	bytes = malloc(want);
	if (bytes == NULL)
		return ERR_NOMEM;
	e = ledger_read_at(l->fd, l->mark.position - want, bytes, want, &got);
	if (e == OK && got > 0 && got == want) {
		for (from = want - 1; from > 0 && bytes[from - 1] != '\n'; from--)
			;
		SHA256((const unsigned char *)bytes + from, want - 1 - from, hash);
		if (bytes[want - 1] != '\n' || memcmp(hash, l->mark.hash, sizeof hash) != 0)
			log_error("ledger.jsonl: the line that ends at byte %llu is not the one "
				  "that was written: somebody changed the file",
				  (unsigned long long)l->mark.position);
	}
	free(bytes);
	return e;
}

static enum err
ledger_index_knows(void *ctx, const struct pending_entry *entry, bool *yes)
{
	struct ledger_reading *r = ctx;
	struct ledger_state state = {0};
	enum err e = r->known(r->ctx, (struct span){entry->path, entry->n}, &state);

	*yes = e == OK && ledger_state_eq(&entry->state, &state);
	return e;
}

static enum err
ledger_read(struct ledger *l, const struct ledger_mark *mark, ledger_known *known, void *ctx)
{
	struct ledger_reading r = {.l = l, .known = known, .ctx = ctx};
	struct stat st;
	enum err e;

	if (fstat(l->fd, &st) != 0)
		return err_from_errno(errno);
	l->mark = *mark;
	if ((uint64_t)st.st_size < mark->position) {
		log_error("ledger.jsonl has %lld bytes, the index knows of %llu: somebody cut it",
			  (long long)st.st_size, (unsigned long long)mark->position);
		l->mark = (struct ledger_mark){0};
	}
	e = ledger_check_mark(l);
	if (e != OK)
		return e;
	l->end = l->mark.position;
	memcpy(l->last, l->mark.hash, sizeof l->last);
	e = ledger_read_lines(&r);
	if (e == OK)
		e = pending_filter(&l->pending, ledger_index_knows, &r);
	buf_clear(&r.path);
	return e;
}

/* Opens the file; a new one's name is made durable. */
static enum err
ledger_open_file(const char *path, int *fd)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int dir;
	enum err e = OK;

	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*fd >= 0)
		return OK;
	if (errno != ENOENT)
		return err_from_errno(errno);
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*fd < 0)
		return err_from_errno(errno);
	folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	if (folder == NULL)
		return ERR_NOMEM;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fsync(dir) != 0)
		e = err_from_errno(errno);
	if (dir >= 0)
		close(dir);
	free(folder);
	return e;
}

enum err
ledger_open(const char *path, const struct ledger_mark *mark, ledger_known *known, void *ctx,
	    struct ledger **out, char why[256])
{
	struct ledger *l = calloc(1, sizeof *l);
	enum err e;

	*out = NULL;
	if (l == NULL)
		return ERR_NOMEM;
	l->opened_ms = ledger_now_ms();
	l->fd = -1;
	e = ledger_open_file(path, &l->fd);
	if (e == OK)
		e = ledger_read(l, mark, known, ctx);
	if (e != OK) {
		snprintf(why, 256, "%.200s: %s", path, err_text(e));
		ledger_close(l);
		return e;
	}
	*out = l;
	return OK;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0)
		close(l->fd);
	pending_clear(&l->pending);
	pending_clear(&l->undo);
	buf_clear(&l->told);
	free(l);
}
