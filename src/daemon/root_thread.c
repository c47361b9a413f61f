/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * root_thread - takes tasks, does them, posts results; and knows whether the root
 * is the folder that it was.
 *
 * The folder is opened anew for each task, so that it can be unmounted between
 * them, and so that what is mounted over it is noticed.
 */
#include "daemon/root_thread.h"

#include "common/log.h"
#include "daemon/ignore.h"
#include "daemon/known.h"
#include "daemon/look.h"
#include "daemon/scan.h"
#include "daemon/watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define ROOT_SAMPLE 64 /* entries by which a root's content is known again */

uint64_t
root_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- tasks and results --- */

void
root_tasks_put(struct root_tasks *list, struct root_task *task)
{
	task->next = NULL;
	*(list->tail == NULL ? &list->head : &list->tail->next) = task;
	list->tail = task;
}

struct root_task *
root_tasks_take(struct root_tasks *list)
{
	struct root_task *task = list->head;

	if (task != NULL) {
		list->head = task->next;
		if (list->head == NULL)
			list->tail = NULL;
	}
	return task;
}

static void
root_post(struct root *r, struct root_result *result)
{
	pthread_mutex_lock(&r->lock);
	result->next = NULL;
	*r->results_end = result;
	r->results_end = &result->next;
	if (!r->loop_gone)
		uv_async_send(&r->async);
	pthread_mutex_unlock(&r->lock);
}

static struct root_result *
root_result_new(enum root_result_kind kind, struct span path)
{
	struct root_result *result = malloc(sizeof *result + path.n + 1);

	if (result == NULL)
		return NULL;
	*result = (struct root_result){.kind = kind, .path_n = path.n};
	if (path.n > 0)
		memcpy(result->path, path.p, path.n);
	result->path[path.n] = '\0';
	return result;
}

void
root_post_path(struct root *r, enum root_result_kind kind, struct span path, bool drop)
{
	struct root_result *result = root_result_new(kind, path);

	if (result == NULL) {
		log_error("no memory to tell of %.*s; the next scan finds it", (int)path.n, path.p);
		return;
	}
	result->drop = drop;
	root_post(r, result);
}

static void
root_post_state(struct root *r, bool available, bool rescan, const char *reason)
{
	struct root_result *result = root_result_new(RESULT_STATE, span_of(reason));

	r->thread_available = available;
	snprintf(r->thread_reason, sizeof r->thread_reason, "%s", reason);
	if (result == NULL) {
		log_error("no memory to tell of the state of %.*s", (int)r->path.n, r->path.p);
		return;
	}
	result->available = available;
	result->rescan = rescan;
	root_post(r, result);
}

bool
root_is_stopping(struct root *r)
{
	bool stopping;

	pthread_mutex_lock(&r->lock);
	stopping = r->stopping;
	pthread_mutex_unlock(&r->lock);
	return stopping;
}

/* --- is it the folder that it was? --- */

const char *
root_remote_fs(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return NULL;
	switch ((unsigned long)fs.f_type & 0xffffffffu) {
	case NFS_SUPER_MAGIC:
		return "NFS";
	case SMB_SUPER_MAGIC:
	case 0xff534d42u: /* cifs */
	case 0xfe534d42u: /* smb2 */
		return "SMB";
	case 0x65735546u: /* FUSE_SUPER_MAGIC of newer headers */
		return "FUSE";
	case V9FS_MAGIC:
		return "9P";
	case 0x00c36400u: /* CEPH_SUPER_MAGIC */
		return "Ceph";
	case AFS_SUPER_MAGIC:
		return "AFS";
	case CODA_SUPER_MAGIC:
		return "Coda";
	default:
		return NULL;
	}
}

static uint64_t
root_fsid(int fd)
{
	struct statfs fs;
	uint64_t id;

	if (fstatfs(fd, &fs) != 0)
		return 0;
	_Static_assert(sizeof fs.f_fsid == sizeof id, "a file system's id has 64 bits");
	memcpy(&id, &fs.f_fsid, sizeof id);
	return id;
}

/* Is there anything in the folder that is not ignored? When it can't be told: yes. */
static bool
root_has_entries(struct root *r, int dir)
{
	int fd = look_openat(dir, (struct span){0}, O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool has = false;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	for (errno = 0; !has && (entry = readdir(d)) != NULL; errno = 0)
		has = ignore_name(r->cw, span_of(entry->d_name)).n == 0;
	has = has || errno != 0;
	closedir(d);
	return has;
}

struct root_tally {
	size_t files, wanted;
};

static bool
root_on_known(void *ctx, struct span path, const struct file_entry *entry)
{
	struct root_tally *t = ctx;

	(void)path;
	t->files += known_is_present(entry);
	return t->files < t->wanted;
}

/* Does the index know two files, or by `tops` something at two names of the root folder itself? */
static bool
root_knows_two(struct root *r, bool tops)
{
	struct root_tally t = {.wanted = 2};
	struct known_list k = {0};
	size_t n = 0;
	enum err e;

	if (!tops) {
		e = known_below(r, (struct span){0}, root_on_known, &t);
		/* When the index does not answer, nothing is to count as gone. */
		return e != OK || t.files >= 2;
	}
	e = known_folder(r, (struct span){0}, &k);
	for (size_t i = 0; e == OK && i < k.n && n < 2; i++) {
		t = (struct root_tally){.wanted = 1};
		if (k.list[i].entry.state == FILE_FOLDER)
			e = known_below(r, known_name(&k, i), root_on_known, &t);
		else
			root_on_known(&t, (struct span){0}, &k.list[i].entry);
		n += t.files;
	}
	known_clear(&k);
	return e != OK || n >= 2;
}

bool
root_is_emptied(struct root *r, int dir, bool tops)
{
	if (root_has_entries(r, dir) || !root_knows_two(r, tops))
		return false;
	r->emptied = true;
	if (r->thread_available)
		root_post_state(
		    r, false, false,
		    "it became empty all at once; put something there if that is meant");
	return true;
}

/* Another file system: does it hold at least half of what the index knows, so that it is a copy? */
static bool
root_is_copy(struct root *r, int dir)
{
	struct known_list k = {0};
	size_t known = 0, there = 0;
	enum err e = known_folder(r, (struct span){0}, &k);

	for (size_t i = 0; e == OK && i < k.n && known < ROOT_SAMPLE; i++) {
		struct stat st;
		int hold;

		if (k.list[i].entry.state != FILE_FOLDER && !known_is_present(&k.list[i].entry))
			continue;
		known++;
		if (look_find(dir, known_name(&k, i), &hold, &st) == LOOK_THERE) {
			there++;
			close(hold);
		}
	}
	known_clear(&k);
	return e == OK && 2 * there >= known;
}

static void
root_open_reason(int number, char reason[256])
{
	switch (number) {
	case ENOENT:
		snprintf(reason, 256, "the folder is not there");
		break;
	case EACCES:
	case EPERM:
		snprintf(reason, 256, "the daemon may not read the folder (permission denied)");
		break;
	case ENOTDIR:
	case ELOOP:
		snprintf(reason, 256, "it is not a folder any more");
		break;
	default:
		snprintf(reason, 256, "the folder cannot be opened: %s", strerror(number));
	}
}

static void
root_other_reason(struct root *r, int fd, char reason[256])
{
	if (!root_has_entries(r, fd))
		snprintf(reason, 256, "the file system that was there is not mounted");
	else
		snprintf(reason, 256,
			 "another file system than before is there, without the known files; "
			 "start evidenced again if that is meant");
}

static void
root_remember(struct root *r, int fd, const struct stat *st)
{
	const char *fs = root_remote_fs(fd);

	r->known = true;
	r->dev = st->st_dev;
	r->ino = st->st_ino;
	r->fsid = root_fsid(fd);
	pthread_mutex_lock(&r->lock);
	r->seen.polled = r->cw->mode == WATCH_POLL || (r->cw->mode == WATCH_AUTO && fs != NULL);
	r->seen.fs = fs;
	pthread_mutex_unlock(&r->lock);
}

int
root_enter(struct root *r)
{
	int fd = open(r->path.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool same, replaced = false;
	char reason[256];
	struct stat st;

	/* Our own want is no state of the folder. */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return -1;
	if (fd < 0 || fstat(fd, &st) != 0) {
		root_open_reason(errno, reason);
		goto unavailable;
	}
	same = r->known && st.st_dev == r->dev && st.st_ino == r->ino;
	if (r->known && !same) {
		uint64_t fsid = root_fsid(fd);

		if ((fsid != r->fsid || (fsid == 0 && st.st_dev != r->dev)) &&
		    !root_is_copy(r, fd)) {
			root_other_reason(r, fd, reason);
			goto unavailable;
		}
		replaced = true;
	}
	if (r->emptied && !root_has_entries(r, fd)) {
		snprintf(reason, sizeof reason, "%s", r->thread_reason);
		goto unavailable;
	}
	r->emptied = false;
	if (!same)
		root_remember(r, fd, &st);
	if (replaced)
		watch_drop(r->watch, r, (struct span){0});
	if (replaced || !r->thread_available)
		root_post_state(r, true, true, "");
	return fd;
unavailable:
	if (fd >= 0)
		close(fd);
	if (r->thread_available || strcmp(reason, r->thread_reason) != 0) {
		/* Watches of what is covered, or not there, would tell of other files by our names.
		 */
		if (!r->emptied)
			watch_drop(r->watch, r, (struct span){0});
		root_post_state(r, false, false, reason);
	}
	return -1;
}

/* --- tasks --- */

void
root_watch_attrib(struct root *r, int dir, struct span path)
{
	const char *slash = path.n == 0 ? NULL : memrchr(path.p, '/', path.n);
	struct span folder = span_sub(path, 0, slash == NULL ? 0 : (size_t)(slash - path.p));
	bool polled;
	int fd;

	pthread_mutex_lock(&r->lock);
	polled = r->seen.polled;
	pthread_mutex_unlock(&r->lock);
	fd = polled ? -1 : look_openat(dir, folder, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return;
	/* Without it only the next scan sees that it became readable. */
	if (watch_add(r->watch, r, folder, fd, true) == ERR_NOMEM)
		log_error("no memory to watch %.*s", (int)folder.n, folder.p);
	close(fd);
}

static void
root_do_look(struct root *r, struct root_task *task)
{
	struct look l = {.dir = root_enter(r),
			 .root = r->path,
			 .path = {task->path, task->path_n},
			 .bytes_max = r->file_bytes,
			 .open = task->kind == TASK_OPEN};
	struct file_entry known;

	task->opened = (struct root_opened){.fd = -1, .unavailable = true};
	if (l.dir < 0)
		return;
	l.rule = ignore_path(r->cw, l.path);
	switch (look_at(&l, &task->opened, task->reason)) {
	case LOOK_GONE:
		task->opened.unavailable = root_is_emptied(r, l.dir, true);
		task->rescan = known_file(r, l.path, &known) == OK && known.state == FILE_FOLDER;
		break;
	case LOOK_UNREADABLE:
		root_watch_attrib(r, l.dir, l.path);
		break;
	case LOOK_NOT_NOW:
		task->opened.unavailable = true;
		break;
	case LOOK_FOLDER:
		task->rescan = true;
		break;
	case LOOK_THERE:
		break;
	}
	close(l.dir);
}

static void
root_do_scan(struct root *r, struct root_task *task)
{
	struct scan_options o = {.dir = root_enter(r),
				 .path = {task->path, task->path_n},
				 .drop = task->drop,
				 .again = task->again};
	struct buf recent = {0};
	const char *at;

	task->opened.unavailable = o.dir < 0;
	if (o.dir < 0)
		return;
	if (task->kind == TASK_SCAN) {
		scan_run(r, &o);
	} else {
		/* A copy: the list is replaced by whole scans, but not by these. */
		buf_put_span(&recent, buf_span(&r->recent));
		o.shallow = true;
		for (at = recent.p; at != NULL && at < recent.p + recent.n; at += strlen(at) + 1) {
			o.path = span_of(at);
			if (!scan_run(r, &o))
				break;
		}
		buf_clear(&recent);
	}
	close(o.dir);
}

static void
root_do(struct root *r, struct root_task *task)
{
	struct root_result *result = NULL;
	bool abandoned;
	int fd;

	switch (task->kind) {
	case TASK_OPEN:
	case TASK_LOOK:
		root_do_look(r, task);
		break;
	case TASK_CHECK:
		fd = root_enter(r);
		if (fd >= 0)
			close(fd);
		break;
	case TASK_SCAN:
	case TASK_RECENT:
		root_do_scan(r, task);
		break;
	}
	/* Every task asked for must be answered: with little memory, later. */
	while ((result = root_result_new(RESULT_TASK, (struct span){0})) == NULL)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	result->task = task;
	pthread_mutex_lock(&r->lock);
	abandoned = task->abandoned;
	if (r->running == task)
		r->running = NULL;
	pthread_mutex_unlock(&r->lock);
	if (!abandoned) {
		root_post(r, result);
		return;
	}
	if (task->opened.fd >= 0)
		close(task->opened.fd);
	free(task);
	free(result);
}

/* The most urgent task that waits, taken; the lock is held. */
static struct root_task *
root_next(struct root *r, bool folders, bool whole)
{
	struct root_task *task = root_tasks_take(&r->quick);

	if (task == NULL && folders && r->holds == 0)
		task = root_tasks_take(&r->folders);
	if (task == NULL && whole && r->holds == 0)
		task = root_tasks_take(&r->whole);
	if (task != NULL && (task->kind == TASK_OPEN || task->kind == TASK_LOOK))
		r->running = task;
	r->busy_ms = root_now_ms();
	return task;
}

bool
root_breathe(struct root *r, bool whole)
{
	struct root_task *task;
	bool stopping;

	do {
		pthread_mutex_lock(&r->lock);
		stopping = r->stopping;
		task = stopping ? NULL : root_next(r, whole, false);
		pthread_mutex_unlock(&r->lock);
		if (task != NULL)
			root_do(r, task);
	} while (task != NULL);
	return !stopping;
}

void *
root_thread(void *root)
{
	struct root *r = root;
	struct root_task *task = NULL;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		while (!r->stopping && (task = root_next(r, true, true)) == NULL) {
			r->busy_ms = 0;
			pthread_cond_wait(&r->wake, &r->lock);
		}
		if (r->stopping)
			break;
		pthread_mutex_unlock(&r->lock);
		root_do(r, task);
		pthread_mutex_lock(&r->lock);
	}
	r->ended = true;
	r->busy_ms = 0;
	if (!r->loop_gone)
		uv_async_send(&r->async);
	pthread_mutex_unlock(&r->lock);
	root_unref(r);
	return NULL;
}
