/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch_fixture - see the header; what goes wrong here fails the test at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch_fixture.h"

#include "daemon/ignore.h"
#include "daemon/look.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WF_PATH_MAX  4096
#define WF_OPENS_MAX 64

struct wf_op { /* a state or a move on its way into the index */
	struct wf_op *next;
	struct wf *wf;
	struct queue_item *item; /* ended after the commit; NULL for a move */
	struct buf path, to;
	struct file_entry entry;
	bool move;
};

static struct wf_op *
wf_op_new(struct wf *f, struct queue_item *item, struct span path)
{
	struct wf_op *op = calloc(1, sizeof *op);

	assert_non_null(op);
	op->wf = f;
	op->item = item;
	buf_put_span(&op->path, path);
	return op;
}

static void
wf_op_put(struct wf *f, struct wf_op *op)
{
	*f->ops_end = op;
	f->ops_end = &op->next;
}

static void
wf_op_free(struct wf_op *op)
{
	buf_clear(&op->path);
	buf_clear(&op->to);
	free(op);
}

/* --- as the daemon does: news to the queue --- */

static void
wf_on_ready(void *ctx, struct root *r, struct span path)
{
	queue_push(((struct wf *)ctx)->queue, QUEUE_DROP, r, path, 0);
}

static void
wf_on_created(void *ctx, struct root *r, struct span path)
{
	queue_push(((struct wf *)ctx)->queue, QUEUE_DROP, r, path, WF_SETTLE_MS);
}

static void
wf_on_gone(void *ctx, struct root *r, struct span path, bool folder)
{
	struct wf *f = ctx;

	if (!folder) {
		queue_push_gone(f->queue, r, path);
		return;
	}
	queue_gone_below(f->queue, r, path);
	root_scan(r, path);
}

static void
wf_on_moved(void *ctx, struct root *from_root, struct span from, struct root *to_root,
	    struct span to, bool folder)
{
	struct wf *f = ctx;
	struct wf_op *op = wf_op_new(f, NULL, from);

	buf_put_span(&op->to, to);
	op->move = true;
	wf_op_put(f, op);
	root_hold_scans(f->root);
	queue_scan_begin(f->queue, op);
	queue_move(f->queue, from_root, from, to_root, to, folder);
	if (folder)
		root_scan(to_root, to);
	else
		queue_push(f->queue, QUEUE_DROP, to_root, to, 0);
}

static void
wf_on_changed(void *ctx, struct root *r, struct span path, bool drop)
{
	queue_push(((struct wf *)ctx)->queue, drop ? QUEUE_FOUND : QUEUE_BULK, r, path, 0);
}

static void
wf_on_missing(void *ctx, struct root *r, struct span path)
{
	queue_push_gone(((struct wf *)ctx)->queue, r, path);
}

static void
wf_on_scan_begin(void *ctx, struct root *r)
{
	struct wf *f = ctx;

	f->scans++;
	queue_scan_begin(f->queue, r);
}

static void
wf_on_scan_end(void *ctx, struct root *r)
{
	queue_scan_end(((struct wf *)ctx)->queue, r);
}

static void
wf_on_state(void *ctx, struct root *r)
{
	if (!root_available(r))
		queue_drop_root(((struct wf *)ctx)->queue, r);
}

/* --- as the pool does: items to states --- */

static void
wf_on_opened(void *ctx, const struct root_opened *o)
{
	struct wf_op *op = ctx;
	struct wf *f = op->wf;

	f->running--;
	if (o->fd >= 0) {
		assert_int_equal(o->entry.state, FILE_INDEXED);
		close(o->fd);
	}
	if (o->unavailable) {
		queue_done(f->queue, op->item);
		wf_op_free(op);
		return;
	}
	op->entry = o->entry;
	op->entry.reader_version = 1;
	if (o->entry.state == FILE_INDEXED)
		op->entry.state = FILE_NEEDS_YOU;
	if (o->entry.state == FILE_NONE)
		op->entry = (struct file_entry){.state = FILE_GONE, .code = CODE_GONE};
	/* The reason lives only as long as this call; what a test needs of it is kept so. */
	if (o->entry.reason.n > 0) {
		buf_put_span(&op->to, o->entry.reason);
		op->entry.reason = buf_span(&op->to);
	}
	wf_op_put(f, op);
}

static void
wf_on_gone_looked(void *ctx, const struct root_opened *o)
{
	struct wf_op *op = ctx;
	struct wf *f = op->wf;

	if (!o->unavailable && o->entry.state == FILE_NONE) {
		op->entry = (struct file_entry){.state = FILE_GONE, .code = CODE_GONE};
		wf_op_put(f, op);
		return;
	}
	if (!o->unavailable)
		queue_push(f->queue, QUEUE_FOUND, op->item->root, op->item->path, 0);
	queue_done(f->queue, op->item);
	wf_op_free(op);
}

static void
wf_on_gone_due(void *ctx, struct queue_item *item)
{
	struct wf *f = ctx;

	root_look(item->root, item->path, wf_on_gone_looked, wf_op_new(f, item, item->path));
}

static void
wf_on_due(void *ctx)
{
	struct wf *f = ctx;
	struct queue_item *item;

	while (f->running < WF_OPENS_MAX && (item = queue_take(f->queue, true)) != NULL) {
		f->opens++;
		f->running++;
		root_open(item->root, item->path, wf_on_opened, wf_op_new(f, item, item->path));
	}
}

/* --- as the writer does --- */

static void
wf_apply(struct wf *f, struct index_txn *txn, struct wf_op *op)
{
	struct file_entry old;
	struct index_read *rd;
	enum err e;

	if (op->move) {
		e = index_move(txn, f->id, buf_span(&op->path), f->id, buf_span(&op->to));
		assert_true(e == OK || e == ERR_NOT_FOUND);
		f->moves++;
		return;
	}
	/* What the index never saw cannot go. */
	if (op->entry.state == FILE_GONE) {
		assert_int_equal(index_read_begin(f->fx->ix, &rd), OK);
		e = index_file_get(rd, f->id, buf_span(&op->path), &old);
		index_read_end(rd);
		if (e != OK || old.state == FILE_FOLDER)
			return;
	}
	assert_int_equal(index_file_put(txn, f->id, buf_span(&op->path), &op->entry), OK);
}

static void
wf_commit(struct wf *f)
{
	struct wf_op *ops = f->ops, *op;
	struct index_txn *txn;
	struct index_news *news;

	if (ops == NULL)
		return;
	f->ops = NULL;
	f->ops_end = &f->ops;
	assert_int_equal(index_begin(f->fx->ix, &txn), OK);
	for (op = ops; op != NULL; op = op->next)
		wf_apply(f, txn, op);
	assert_int_equal(index_commit(txn, &news), OK);
	index_news_free(news);
	while ((op = ops) != NULL) {
		ops = op->next;
		if (op->move) {
			root_release_scans(f->root);
			queue_scan_end(f->queue, op);
		} else {
			queue_done(f->queue, op->item);
		}
		wf_op_free(op);
	}
}

void
wf_turn(struct wf *f)
{
	uv_run(&f->loop, UV_RUN_ONCE);
	wf_commit(f);
	wf_on_due(f);
}

/* --- waiting --- */

static void
wf_on_deadline(uv_timer_t *timer)
{
	struct wf *f = timer->data;

	f->late = true;
}

static void
wf_begin(struct wf *f)
{
	f->late = false;
	uv_update_time(&f->loop);
	uv_timer_start(&f->deadline, wf_on_deadline, WF_DEADLINE_MS, 0);
}

static void
wf_on_waited(void *ctx)
{
	struct wf *f = ctx;

	f->waited = true;
}

void
wf_wait(struct wf *f)
{
	wf_begin(f);
	f->waited = false;
	watch_drain(f->watch);
	assert_non_null(queue_wait(f->queue, false, false, wf_on_waited, f));
	while (!f->waited && !f->late)
		wf_turn(f);
	assert_true(f->waited);
}

void
wf_until_available(struct wf *f, bool available)
{
	wf_begin(f);
	while (root_available(f->root) != available && !f->late)
		wf_turn(f);
	assert_int_equal(root_available(f->root), available);
}

/* --- start and stop --- */

static void
wf_on_closed(void *ctx)
{
	struct wf *f = ctx;

	f->closed++;
}

void
wf_start(struct wf *f)
{
	const struct watch_events watch_events = {.ctx = f,
						  .on_ready = wf_on_ready,
						  .on_created = wf_on_created,
						  .on_gone = wf_on_gone,
						  .on_moved = wf_on_moved};
	const struct queue_events queue_events = {.ctx = f,
						  .on_due = wf_on_due,
						  .on_gone_due = wf_on_gone_due};
	const struct root_events root_events = {.ctx = f,
						.on_changed = wf_on_changed,
						.on_missing = wf_on_missing,
						.on_scan_begin = wf_on_scan_begin,
						.on_scan_end = wf_on_scan_end,
						.on_state = wf_on_state};

	f->opens = f->moves = f->scans = f->closed = f->running = 0;
	f->ops = NULL;
	f->ops_end = &f->ops;
	assert_int_equal(uv_loop_init(&f->loop), 0);
	uv_timer_init(&f->loop, &f->deadline);
	f->deadline.data = f;
	assert_int_equal(watch_start(&f->loop, &watch_events, &f->watch), OK);
	assert_int_equal(queue_start(&f->loop, WF_SETTLE_MS, &queue_events, &f->queue), OK);
	assert_int_equal(root_start(&f->loop, f->fx->ix, f->watch, &f->conf, &f->cw, f->id,
				    &root_events, &f->root),
			 OK);
}

void
wf_stop(struct wf *f)
{
	root_stop(f->root, wf_on_closed, f);
	watch_stop(f->watch, wf_on_closed, f);
	while (f->closed < 2)
		uv_run(&f->loop, UV_RUN_ONCE);
	wf_commit(f);
	queue_stop(f->queue, wf_on_closed, f);
	uv_close((uv_handle_t *)&f->deadline, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->closed, 3);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	f->root = NULL;
}

static void
wf_get_id(struct wf *f)
{
	struct index_txn *txn;
	struct index_news *news;

	assert_int_equal(index_begin(f->fx->ix, &txn), OK);
	assert_int_equal(index_root(txn, span_of(f->tree), &f->id), OK);
	assert_int_equal(index_commit(txn, &news), OK);
	index_news_free(news);
}

int
wf_setup(void **state)
{
	struct wf *f = calloc(1, sizeof *f);

	if (f == NULL || fx_setup((void **)&f->fx) != 0)
		return -1;
	snprintf(f->base, sizeof f->base, "%s/watched", f->fx->dir);
	snprintf(f->tree, sizeof f->tree, "%s/tree", f->base);
	snprintf(f->out, sizeof f->out, "%s/out", f->base);
	if (mkdir(f->base, 0700) != 0 || mkdir(f->tree, 0700) != 0 || mkdir(f->out, 0700) != 0)
		return -1;
	conf_init(&f->conf);
	f->conf.limits.file_bytes = 1000;
	f->cw = (struct conf_watch){.path = f->tree};
	wf_get_id(f);
	*state = f;
	return 0;
}

int
wf_teardown(void **state)
{
	struct wf *f = *state;

	if (f->root != NULL)
		wf_stop(f);
	conf_clear(&f->conf);
	fx_teardown((void **)&f->fx);
	free(f);
	return 0;
}

/* --- the tree --- */

static const char *
wf_path(struct wf *f, const char *path, char out[WF_PATH_MAX])
{
	if (strncmp(path, "../", 3) == 0)
		snprintf(out, WF_PATH_MAX, "%s/%s", f->base, path + 3);
	else
		snprintf(out, WF_PATH_MAX, "%s/%s", f->tree, path);
	return out;
}

void
wf_write(struct wf *f, const char *path, const char *text)
{
	char full[WF_PATH_MAX];
	int fd = open(wf_path(f, path, full), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

void
wf_mkdir(struct wf *f, const char *path)
{
	char full[WF_PATH_MAX];

	assert_int_equal(mkdir(wf_path(f, path, full), 0700), 0);
}

void
wf_rename(struct wf *f, const char *from, const char *to)
{
	char a[WF_PATH_MAX], b[WF_PATH_MAX];

	assert_int_equal(rename(wf_path(f, from, a), wf_path(f, to, b)), 0);
}

void
wf_swap(struct wf *f, const char *a, const char *b)
{
	char x[WF_PATH_MAX], y[WF_PATH_MAX];

	assert_int_equal(renameat2(AT_FDCWD, wf_path(f, a, x), AT_FDCWD, wf_path(f, b, y),
				   RENAME_EXCHANGE),
			 0);
}

static int
wf_on_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void
wf_remove(struct wf *f, const char *path)
{
	char full[WF_PATH_MAX];

	assert_int_equal(nftw(wf_path(f, path, full), wf_on_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* --- what the index says --- */

struct file_entry
wf_entry(struct wf *f, const char *path, char reason[FILE_REASON_MAX])
{
	struct file_entry entry;
	struct index_read *rd;
	enum err e;

	assert_int_equal(index_read_begin(f->fx->ix, &rd), OK);
	e = index_file_get(rd, f->id, span_of(path), &entry);
	assert_true(e == OK || e == ERR_NOT_FOUND);
	if (e == ERR_NOT_FOUND)
		entry = (struct file_entry){0};
	snprintf(reason, FILE_REASON_MAX, "%.*s", (int)entry.reason.n,
		 entry.reason.n == 0 ? "" : entry.reason.p);
	entry.reason = entry.remedy = (struct span){0};
	index_read_end(rd);
	return entry;
}

enum file_state
wf_state(struct wf *f, const char *path)
{
	char reason[FILE_REASON_MAX];

	return wf_entry(f, path, reason).state;
}

size_t
wf_count(struct wf *f, enum file_state s)
{
	struct index_stats stats;

	index_stats(f->fx->ix, &stats);
	return stats.files[s];
}

struct wf_compared {
	struct wf *wf;
	size_t files;
};

static bool
wf_on_file(void *ctx, uint64_t root, struct span path, const struct file_entry *entry,
	   struct span cursor)
{
	struct wf_compared *c = ctx;
	struct file_entry now = {0};
	char full[WF_PATH_MAX];
	struct stat st;

	(void)cursor;
	if (root != c->wf->id || entry->state == FILE_GONE)
		return true;
	snprintf(full, sizeof full, "%s/%.*s", c->wf->tree, (int)path.n, path.p);
	if (lstat(full, &st) != 0)
		fail_msg("the index has %s, which is not there", full);
	look_put_stat(&now, &st);
	if (!file_entry_same(&now, entry))
		fail_msg("the index has an old %s: inode %llu for %llu, size %llu for %llu", full,
			 (unsigned long long)entry->inode, (unsigned long long)now.inode,
			 (unsigned long long)entry->size, (unsigned long long)now.size);
	c->files++;
	return true;
}

static struct wf_compared *wf_walked; /* nftw(3) hands nothing through */

static int
wf_on_walk(const char *path, const struct stat *st, int type, struct FTW *where)
{
	struct wf *f = wf_walked->wf;

	if (ignore_path(&f->cw, span_of(path + strlen(f->tree))).n > 0)
		return 0;
	if (type != FTW_D) {
		enum file_state state = wf_state(f, path + strlen(f->tree) + 1);

		if (state == FILE_NONE || state == FILE_GONE || state == FILE_FOLDER)
			fail_msg("%s is there, but %s in the index", path, file_state_name(state));
	}
	(void)st;
	(void)where;
	wf_walked->files += type != FTW_D;
	return 0;
}

void
wf_assert_same(struct wf *f)
{
	struct wf_compared known = {.wf = f}, there = {.wf = f};
	struct index_read *rd;

	assert_int_equal(index_read_begin(f->fx->ix, &rd), OK);
	assert_int_equal(index_files(rd, (struct span){0}, wf_on_file, &known), OK);
	index_read_end(rd);
	wf_walked = &there;
	assert_int_equal(nftw(f->tree, wf_on_walk, 16, FTW_PHYS), 0);
	assert_int_equal(known.files, there.files);
}
