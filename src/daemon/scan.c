/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan - the walk. Folders to visit wait on a stack; visited depth first, so that
 * `above` holds, by depth, the folders on the way to the one being visited.
 */
#include "daemon/scan.h"

#include "common/log.h"
#include "daemon/known.h"
#include "daemon/look.h"
#include "daemon/loop.h"
#include "daemon/watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCAN_DAY_S (24 * 60 * 60)

struct scan_folder {
	struct scan_folder *next;
	size_t depth, path_n;
	char path[];
};

struct scan_name {
	size_t at, n;       /* in `names` */
	unsigned char type; /* DT_… */
};

struct scan_inode {
	dev_t dev;
	ino_t ino;
};

struct scan {
	struct root *r;
	const struct scan_options *o;
	bool whole, stopped;
	struct scan_folder *stack;
	struct scan_inode *above;
	size_t above_cap;
	struct scan_name *list; /* of the folder being visited */
	size_t n, cap;
	struct buf names, path;
	struct known_list known;
	struct root_seen seen;
	struct buf recent;
	size_t recent_count;
	uint32_t reader_version, oldest_failed;
	bool want_attrib; /* something in this folder could not be read */
	size_t steps;
	int64_t now_ms;
};

static bool
scan_step(struct scan *s)
{
	if (++s->steps % ROOT_BREATH_ENTRIES == 0 && !root_breathe(s->r, s->whole))
		s->stopped = true;
	return !s->stopped;
}

static void
scan_no_memory(struct scan *s, struct span path)
{
	log_error("no memory to compare %.*s/%.*s", (int)s->r->path.n, s->r->path.p, (int)path.n,
		  path.p);
	s->stopped = true;
}

/* Did the index answer? */
static bool
scan_check(struct scan *s, enum err e, struct span path)
{
	if (e == ERR_STOPPING)
		s->stopped = true;
	else if (e != OK)
		log_error("cannot look up %.*s in the index: %s", (int)path.n, path.p, err_text(e));
	return e == OK;
}

static void
scan_note_unreadable(struct scan *s, struct span path, const char *why)
{
	if (s->seen.unreadable++ == 0)
		snprintf(s->seen.first, sizeof s->seen.first, "%.*s (%s)",
			 (int)(path.n < 100 ? path.n : 100), path.p, why);
}

static void
scan_push(struct scan *s, struct span path, size_t depth)
{
	struct scan_folder *f = malloc(sizeof *f + path.n);

	if (f == NULL) {
		scan_no_memory(s, path);
		return;
	}
	*f = (struct scan_folder){.next = s->stack, .depth = depth, .path_n = path.n};
	if (path.n > 0)
		memcpy(f->path, path.p, path.n);
	s->stack = f;
}

/* The path of a name in a folder, in s->path. */
static struct span
scan_path(struct scan *s, struct span folder, struct span name)
{
	buf_reset(&s->path);
	buf_put_span(&s->path, folder);
	if (folder.n > 0)
		buf_put_char(&s->path, '/');
	buf_put_span(&s->path, name);
	return buf_span(&s->path);
}

/* --- is it as the index says? --- */

/* Does the failure come from what a reader made of the bytes? */
static bool
scan_is_readers(enum file_code code)
{
	return code == CODE_NONE || code == CODE_ENCRYPTED || code == CODE_DAMAGED ||
	       code == CODE_UNSUPPORTED || code == CODE_TIMEOUT || code == CODE_MEMORY ||
	       code == CODE_CRASH || code == CODE_SANDBOX;
}

/* An unchanged file that has no document: is it time to try again? */
static bool
scan_try_again(struct scan *s, const struct file_entry *known)
{
	if (known->next_try_ms != 0 && known->next_try_ms <= s->now_ms)
		return true;
	if (known->code == CODE_TOO_LARGE)
		return known->size <= s->r->file_bytes;
	if (known->code == CODE_CRASH && !known->limit && !s->r->scanned_once)
		return true;
	if (!scan_is_readers(known->code))
		return false;
	if (s->reader_version == 0 && known->reader_version < s->oldest_failed)
		s->oldest_failed = known->reader_version;
	return known->reader_version < s->reader_version;
}

static bool
scan_is_unchanged(struct scan *s, const struct file_entry *known, const struct stat *st)
{
	struct file_entry now = {0};

	look_put_stat(&now, st);
	if (!file_entry_same(known, &now))
		return false;
	switch (known->state) {
	case FILE_INDEXED:
	case FILE_PARTIAL:
		return true;
	case FILE_FAILED:
	case FILE_NEEDS_YOU:
		if (known->code == CODE_UNREADABLE)
			s->want_attrib = true;
		/* A placeholder has its content now. */
		if (known->code == CODE_SPECIAL && S_ISREG(st->st_mode) && st->st_blocks > 0)
			return false;
		return !scan_try_again(s, known);
	default:
		return false;
	}
}

/*
 * Words in its pictures were not read. At the start nothing of that is queued; later only
 * what failed for want of Tesseract or a language is not.
 */
static bool
scan_wants_pictures(const struct scan *s, const struct file_entry *known)
{
	bool first = !s->r->scanned_once;

	if (s->r->ocr)
		return first || (s->o->again && known->state == FILE_FAILED);
	/* It is switched off since: that is said of the file then. */
	return first && known->state == FILE_PARTIAL && known->document == 0;
}

static bool
scan_on_missing(void *ctx, struct span path, const struct file_entry *entry)
{
	struct scan *s = ctx;

	(void)entry;
	root_post_path(s->r, RESULT_MISSING, path, s->o->drop);
	return scan_step(s);
}

static void
scan_missing_below(struct scan *s, struct span path)
{
	enum err e = known_below(s->r, path, scan_on_missing, s);

	if (e != OK)
		log_error("cannot look up what was below %.*s: %s", (int)path.n, path.p,
			  err_text(e));
}

/* The index knows it, and it is not there. */
static void
scan_missing(struct scan *s, struct span path, const struct file_entry *known)
{
	if (known->state == FILE_FOLDER)
		scan_missing_below(s, path);
	else if (known->state != FILE_GONE && known->state != FILE_NONE)
		root_post_path(s->r, RESULT_MISSING, path, s->o->drop);
}

/* --- one folder --- */

static bool
scan_list_add(struct scan *s, struct span name, unsigned char type)
{
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 256 : 2 * s->cap;
		struct scan_name *grown = realloc(s->list, cap * sizeof *grown);

		if (grown == NULL)
			return false;
		s->list = grown;
		s->cap = cap;
	}
	s->list[s->n++] = (struct scan_name){.at = s->names.n, .n = name.n, .type = type};
	buf_put_span(&s->names, name);
	return !s->names.failed;
}

static int
scan_name_cmp(const void *a, const void *b, void *names)
{
	const struct scan_name *x = a, *y = b;
	const char *p = names;

	return span_cmp((struct span){p + x->at, x->n}, (struct span){p + y->at, y->n});
}

/* Lists and sorts what is in the folder; false: it can't be, errno says why (0: stopped). Takes
 * `fd`. */
static bool
scan_list(struct scan *s, int take_fd, struct span path)
{
	DIR *d = fdopendir(take_fd);
	struct dirent *entry;
	int number = errno;

	s->n = 0;
	buf_reset(&s->names);
	if (d == NULL) {
		close(take_fd);
		errno = number;
		return false;
	}
	for (errno = 0; (entry = readdir(d)) != NULL; errno = 0) {
		struct span name = span_of(entry->d_name);

		if (span_is(name, ".") || span_is(name, ".."))
			continue;
		if (name.n > FILE_NAME_MAX_BYTES)
			scan_note_unreadable(s, name, "its name is too long");
		else if (!scan_list_add(s, name, entry->d_type))
			scan_no_memory(s, path);
		if (!scan_step(s))
			break;
	}
	number = s->stopped ? 0 : errno;
	closedir(d);
	if (number == 0 && !s->stopped && s->n > 1)
		qsort_r(s->list, s->n, sizeof *s->list, scan_name_cmp, s->names.p);
	errno = number;
	return number == 0 && !s->stopped;
}

static void
scan_ignored(struct scan *s, struct span path, const struct file_entry *known)
{
	if (known != NULL && known->state == FILE_FOLDER)
		scan_missing_below(s, path);
	else if (known == NULL || known->state != FILE_IGNORED)
		root_post_path(s->r, RESULT_CHANGED, path, s->o->drop);
}

/* A name that is in the folder; `known` may be NULL. */
static void
scan_there(struct scan *s, const struct scan_folder *f, int fd, struct span name,
	   unsigned char type, const struct file_entry *known)
{
	struct span path = scan_path(s, (struct span){f->path, f->path_n}, name);
	struct stat st;

	if (buf_err(&s->path) != OK) {
		scan_no_memory(s, name);
		return;
	}
	if (root_ignored(s->r, name).n > 0) {
		scan_ignored(s, path, known);
		return;
	}
	if (type != DT_DIR) {
		/* The name stands in the list's buffer: a NUL behind it only in s->path. */
		const char *base = buf_cstr(&s->path);

		if (base == NULL ||
		    fstatat(fd, base + path.n - name.n, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			if (known != NULL && errno == ENOENT)
				scan_missing(s, path, known);
			return;
		}
		path = buf_span(&s->path);
	}
	if (type == DT_DIR || S_ISDIR(st.st_mode)) {
		if (known != NULL && known->state != FILE_FOLDER)
			scan_missing(s, path, known);
		if (!s->o->shallow || known == NULL || known->state != FILE_FOLDER)
			scan_push(s, path, f->depth + 1);
		return;
	}
	if (known != NULL && known->state == FILE_FOLDER)
		scan_missing_below(s, path);
	if (known == NULL || !scan_is_unchanged(s, known, &st))
		root_post_path(s->r, RESULT_CHANGED, path, s->o->drop);
	else if (known->ocr && scan_wants_pictures(s, known))
		root_post_path(s->r, RESULT_PICTURES, path, s->o->drop);
}

static void
scan_merge(struct scan *s, const struct scan_folder *f, int fd)
{
	struct span folder = {f->path, f->path_n};
	size_t i = 0, k = 0;

	while ((i < s->n || k < s->known.n) && scan_step(s)) {
		struct span name = {0};
		int order = -1;

		if (i < s->n)
			name = (struct span){s->names.p + s->list[i].at, s->list[i].n};
		if (i == s->n)
			order = 1;
		else if (k < s->known.n)
			order = span_cmp(name, known_name(&s->known, k));
		if (order > 0) {
			struct span path = scan_path(s, folder, known_name(&s->known, k));

			scan_missing(s, path, &s->known.list[k].entry);
		} else {
			scan_there(s, f, fd, name, s->list[i].type,
				   order == 0 ? &s->known.list[k].entry : NULL);
		}
		i += order <= 0;
		k += order >= 0;
	}
}

/* Watches the folder, or notes that it must be polled. */
static void
scan_watch(struct scan *s, struct span path, int fd, const struct stat *st)
{
	const char *fs = st->st_dev == s->r->dev ? NULL : root_remote_fs(fd);
	enum err e;

	if (s->seen.polled)
		return;
	e = fs != NULL ? ERR_UNSUPPORTED : watch_add(s->r->watch, s->r, path, fd, false);
	if (e == OK)
		return;
	s->seen.unwatched++;
	s->seen.watch_full = s->seen.watch_full || e == ERR_FULL;
	if (fs != NULL)
		s->seen.fs = fs;
}

/* True if the folder is one of those that it lies in. */
static bool
scan_is_loop(struct scan *s, const struct scan_folder *f, const struct stat *st)
{
	struct scan_inode here = {st->st_dev, st->st_ino};

	for (size_t i = 0; i < f->depth; i++)
		if (s->above[i].dev == here.dev && s->above[i].ino == here.ino)
			return true;
	if (f->depth >= s->above_cap) {
		size_t cap = 2 * f->depth + 16;
		struct scan_inode *grown = realloc(s->above, cap * sizeof *grown);

		if (grown == NULL) {
			scan_no_memory(s, (struct span){f->path, f->path_n});
			return true;
		}
		s->above = grown;
		s->above_cap = cap;
	}
	s->above[f->depth] = here;
	return false;
}

static void
scan_note_recent(struct scan *s, struct span path, const struct stat *st)
{
	if (st->st_mtim.tv_sec < time(NULL) - SCAN_DAY_S || s->recent_count >= ROOT_RECENT_MAX)
		return;
	s->recent_count++;
	buf_put_span(&s->recent, path);
	buf_put_char(&s->recent, '\0');
}

/* It is no folder that we can list. Nothing below it counts as missing, unless it is not there. */
static void
scan_closed(struct scan *s, struct span path, int number)
{
	struct file_entry known;
	struct stat st;
	enum look_result result;
	enum err e;
	int hold;

	if (number != ENOENT && number != ENOTDIR && number != ELOOP) {
		scan_note_unreadable(s, path, strerror(number));
		root_watch_attrib(s->r, s->o->dir, path);
		return;
	}
	result = look_find(s->o->dir, path, &hold, &st);
	if (result == LOOK_THERE)
		close(hold);
	if ((result != LOOK_THERE && result != LOOK_GONE) ||
	    (result == LOOK_GONE && root_is_emptied(s->r, s->o->dir, true)))
		return;
	e = known_file(s->r, path, &known);
	if (!scan_check(s, e, path))
		return;
	if (result == LOOK_GONE) {
		watch_drop(s->r->watch, s->r, path);
		scan_missing_below(s, path);
		if (known.state != FILE_FOLDER)
			scan_missing(s, path, &known);
	} else if (!S_ISDIR(st.st_mode)) {
		scan_missing_below(s, path);
		if (!scan_is_unchanged(s, &known, &st))
			root_post_path(s->r, RESULT_CHANGED, path, s->o->drop);
	}
}

/*
 * Was something mounted at the folder, and is not any more? Then what the index knows
 * below it is kept, as that of an unavailable root. Remembered as long as the daemon runs.
 */
static bool
scan_is_unmounted(struct scan *s, struct span path, int fd, const struct stat *st)
{
	struct buf *mounts = &s->r->mounts;
	bool was = false, is;
	struct stat above;

	if (path.n == 0 || fstatat(fd, "..", &above, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	is = above.st_dev != st->st_dev;
	for (size_t at = 0; at < mounts->n && !was; at += strlen(mounts->p + at) + 1)
		was = span_is(path, mounts->p + at);
	if (is && !was) {
		buf_put_span(mounts, path);
		buf_put_char(mounts, '\0');
		if (buf_err(mounts) != OK)
			scan_no_memory(s, path);
	}
	return was && !is;
}

static void
scan_visit(struct scan *s, const struct scan_folder *f)
{
	struct span path = {f->path, f->path_n};
	int fd = look_openat(s->o->dir, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK), list_fd;
	struct stat st;
	enum err e;

	if (fd < 0) {
		scan_closed(s, path, errno);
		return;
	}
	if (fstat(fd, &st) != 0) {
		scan_note_unreadable(s, path, strerror(errno));
		goto out;
	}
	if (scan_is_loop(s, f, &st)) {
		scan_note_unreadable(s, path, "it is mounted inside itself");
		goto out;
	}
	if (scan_is_unmounted(s, path, fd, &st)) {
		scan_note_unreadable(s, path, "what was mounted there is not");
		goto out;
	}
	s->want_attrib = false;
	scan_watch(s, path, fd, &st);
	if (s->seen.polled || s->seen.unwatched > 0)
		scan_note_recent(s, path, &st);
	list_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (list_fd < 0 || !scan_list(s, list_fd, path)) {
		if (!s->stopped)
			scan_note_unreadable(s, path, strerror(errno));
		goto out;
	}
	pthread_mutex_lock(&s->r->lock);
	s->reader_version = s->r->reader_version;
	pthread_mutex_unlock(&s->r->lock);
	e = known_folder(s->r, path, &s->known);
	if (!scan_check(s, e, path))
		goto out;
	scan_merge(s, f, fd);
	if (s->want_attrib && !s->seen.polled && watch_add(s->r->watch, s->r, path, fd, true) != OK)
		s->seen.unwatched++;
out:
	close(fd);
}

/* --- the whole --- */

/* The index may know the place where a scan begins as a file; further down the merge sees that. */
static void
scan_begin(struct scan *s)
{
	struct file_entry known;
	struct stat st;
	int hold;

	if (s->o->path.n == 0 || look_find(s->o->dir, s->o->path, &hold, &st) != LOOK_THERE)
		return;
	close(hold);
	if (S_ISDIR(st.st_mode) &&
	    scan_check(s, known_file(s->r, s->o->path, &known), s->o->path) &&
	    known.state != FILE_FOLDER)
		scan_missing(s, s->o->path, &known);
}

static void
scan_publish(struct scan *s)
{
	struct root *r = s->r;
	struct buf recent = r->recent;
	bool full;

	if (s->whole && !s->stopped) {
		r->recent = s->recent;
		r->recent_count = s->recent_count;
		s->recent = recent;
		r->scanned_once = true;
	}
	pthread_mutex_lock(&r->lock);
	full = s->seen.watch_full && !r->seen.watch_full;
	if (s->whole && !s->stopped) {
		r->seen = s->seen;
	} else {
		r->seen.unwatched += s->seen.unwatched;
		r->seen.watch_full = r->seen.watch_full || s->seen.watch_full;
	}
	if (s->oldest_failed < r->oldest_failed)
		r->oldest_failed = s->oldest_failed;
	pthread_mutex_unlock(&r->lock);
	if (full)
		log_warning("no inotify watches are left: folders of %.*s are compared now and "
			    "then; raise fs.inotify.max_user_watches with sysctl",
			    (int)r->path.n, r->path.p);
}

bool
scan_run(struct root *r, const struct scan_options *options)
{
	struct scan s = {.r = r,
			 .o = options,
			 .whole = options->path.n == 0 && !options->shallow,
			 .oldest_failed = UINT32_MAX};
	uint64_t sweep = watch_sweep_begin(r->watch);

	s.now_ms = loop_wall_ms();
	pthread_mutex_lock(&r->lock);
	s.seen.polled = r->seen.polled;
	s.seen.fs = r->seen.fs;
	pthread_mutex_unlock(&r->lock);
	if (options->path.n == 0 && root_is_emptied(r, options->dir, false))
		return true;
	if (root_ignored(r, options->path).n > 0)
		return true;
	scan_push(&s, options->path, 0);
	scan_begin(&s);
	while (s.stack != NULL) {
		struct scan_folder *f = s.stack;

		s.stack = f->next;
		if (!s.stopped && scan_step(&s))
			scan_visit(&s, f);
		free(f);
	}
	if (!s.stopped && !options->shallow)
		watch_sweep_end(r->watch, r, options->path, sweep);
	scan_publish(&s);
	free(s.above);
	free(s.list);
	buf_clear(&s.names);
	buf_clear(&s.path);
	buf_clear(&s.recent);
	known_clear(&s.known);
	return !s.stopped;
}
