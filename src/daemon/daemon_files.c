/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * daemon_files - what watch and roots tell of files becomes entries of the queue, or
 * goes to the writer at once.
 */
#include "daemon/daemon_state.h"

#include "common/log.h"
#include "daemon/loop.h"

#include <stdlib.h>

static void
daemon_files_on_ready(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push(d->queue, QUEUE_DROP, r, path, 0);
}

static void
daemon_files_on_created(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push(d->queue, QUEUE_DROP, r, path, d->conf->settle_ms);
}

static void
daemon_files_on_gone(void *ctx, struct root *r, struct span path, bool folder)
{
	struct daemon *d = ctx;

	if (!folder) {
		queue_push_gone(d->queue, r, path);
		return;
	}
	queue_gone_below(d->queue, r, path);
	root_scan(r, path); /* nothing of it is there: on_missing for each file */
}

/* Holds the scans of the watched folder `id`, or lets them go on. While stopping there are none. */
static void
daemon_files_hold_scans(struct daemon *d, uint64_t id, bool hold)
{
	for (size_t i = 0; i < d->conf->watch_count && !d->stopping; i++) {
		if (root_id(d->roots[i]) != id)
			continue;
		if (hold)
			root_hold_scans(d->roots[i]);
		else
			root_release_scans(d->roots[i]);
	}
}

static void
daemon_files_on_move_written(void *ctx, struct writer_item *written)
{
	struct daemon *d = ctx;

	/* A file that was renamed before it was read is not in the index yet. */
	if (written->result != OK && written->result != ERR_NOT_FOUND &&
	    written->result != ERR_STOPPING)
		log_error("cannot note that %.*s was renamed: %s", (int)written->path.n,
			  written->path.p, err_text(written->result));
	daemon_files_hold_scans(d, written->root, false);
	daemon_files_hold_scans(d, written->to_root, false);
	queue_scan_end(d->queue, written);
}

/* Tells the index. False when there is no memory for it. */
static bool
daemon_files_write_move(struct daemon *d, struct root *from_root, struct span from,
			struct root *to_root, struct span to)
{
	struct writer_item *item = writer_item_new(WRITE_MOVE);
	bool ok = true;

	if (item == NULL)
		return false;
	item->root = root_id(from_root);
	item->to_root = root_id(to_root);
	item->path = writer_own(item, from, &ok);
	item->to_path = writer_own(item, to, &ok);
	item->urgent = true;
	item->on_done = daemon_files_on_move_written;
	item->ctx = d;
	if (!ok) {
		writer_item_free(item);
		return false;
	}
	daemon_files_hold_scans(d, item->root, true);
	daemon_files_hold_scans(d, item->to_root, true);
	queue_scan_begin(d->queue, item);
	writer_put(d->writer, item);
	return true;
}

static void
daemon_files_on_moved(void *ctx, struct root *from_root, struct span from, struct root *to_root,
		      struct span to, bool folder)
{
	struct daemon *d = ctx;

	if (daemon_files_write_move(d, from_root, from, to_root, to))
		queue_move(d->queue, from_root, from, to_root, to, folder);
	else
		daemon_files_on_gone(d, from_root, from, folder);
	/* What is there now decides: a rename may have been the end of a save. */
	if (folder)
		root_scan(to_root, to);
	else
		queue_push(d->queue, QUEUE_DROP, to_root, to, 0);
}

static void
daemon_files_on_changed(void *ctx, struct root *r, struct span path, bool drop)
{
	struct daemon *d = ctx;

	queue_push(d->queue, drop ? QUEUE_FOUND : QUEUE_BULK, r, path, 0);
}

static void
daemon_files_on_pictures(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push(d->queue, d->conf->ocr ? QUEUE_OCR : QUEUE_BULK, r, path, 0);
}

static void
daemon_files_on_missing(void *ctx, struct root *r, struct span path)
{
	struct daemon *d = ctx;

	queue_push_gone(d->queue, r, path);
}

static void
daemon_files_on_scan_begin(void *ctx, struct root *r)
{
	struct daemon *d = ctx;

	queue_scan_begin(d->queue, r);
}

static void
daemon_files_on_scan_end(void *ctx, struct root *r)
{
	struct daemon *d = ctx;

	queue_scan_end(d->queue, r);
}

static void
daemon_files_on_state(void *ctx, struct root *r)
{
	struct daemon *d = ctx;
	struct root_status status;

	root_status(r, &status);
	if (root_available(r)) {
		log_info("%.*s is available again", (int)status.path.n, status.path.p);
		return;
	}
	log_warning("%.*s is unavailable: %s; its documents are kept", (int)status.path.n,
		    status.path.p, status.reason);
	queue_drop_root(d->queue, r);
}

/* --- a file that went --- */

struct daemon_gone {
	struct daemon *daemon;
	struct queue_item *item;
};

static void
daemon_files_on_gone_written(void *ctx, struct writer_item *written)
{
	struct daemon_gone *gone = ctx;

	if (written->result != OK && written->result != ERR_STOPPING)
		log_error("cannot note that %.*s is gone: %s", (int)written->path.n,
			  written->path.p, err_text(written->result));
	queue_done(gone->daemon->queue, gone->item);
	free(gone);
}

/* Is the path in the index as a file that was there? */
static bool
daemon_files_knows(struct daemon *d, const struct root *r, struct span path)
{
	struct file_entry entry;
	struct index_read *rd;
	bool known;

	if (index_read_begin(d->ix, &rd) != OK)
		return true;
	known = index_file_get(rd, root_id(r), path, &entry) != ERR_NOT_FOUND &&
		entry.state != FILE_GONE && entry.state != FILE_FOLDER;
	index_read_end(rd);
	return known;
}

static void
daemon_files_on_looked(void *ctx, const struct root_opened *o)
{
	struct daemon_gone *gone = ctx;
	struct daemon *d = gone->daemon;
	struct queue_item *item = gone->item;
	struct writer_item *write = NULL;
	bool ok = true;

	if (o->unavailable || d->stopping)
		goto done;
	if (o->entry.state != FILE_NONE) {
		queue_push(d->queue, QUEUE_DROP, item->root, item->path, 0);
		goto done;
	}
	if (!daemon_files_knows(d, item->root, item->path))
		goto done;
	write = writer_item_new(WRITE_FILE);
	if (write == NULL)
		goto again;
	write->root = root_id(item->root);
	write->path = writer_own(write, item->path, &ok);
	if (!ok)
		goto again;
	write->entry = (struct file_entry){.state = FILE_GONE,
					   .code = CODE_GONE,
					   .since_ms = loop_wall_ms(),
					   .reason = SPAN("The file is no longer there.")};
	write->on_done = daemon_files_on_gone_written;
	write->ctx = gone;
	writer_put(d->writer, write);
	return;
again:
	writer_item_free(write);
	queue_again(d->queue, item, d->conf->settle_ms, false);
	free(gone);
	return;
done:
	queue_done(d->queue, item);
	free(gone);
}

void
daemon_files_on_gone_due(void *ctx, struct queue_item *item)
{
	struct daemon *d = ctx;
	struct daemon_gone *gone;

	if (d->stopping)
		return; /* the roots close before the queue; the next start's scan finds it */
	gone = malloc(sizeof *gone);
	if (gone == NULL) {
		queue_again(d->queue, item, d->conf->settle_ms, false);
		return;
	}
	*gone = (struct daemon_gone){.daemon = d, .item = item};
	root_look(item->root, item->path, daemon_files_on_looked, gone);
}

void
daemon_files_watch(struct daemon *d, struct watch_events *events)
{
	*events = (struct watch_events){.ctx = d,
					.on_ready = daemon_files_on_ready,
					.on_created = daemon_files_on_created,
					.on_gone = daemon_files_on_gone,
					.on_moved = daemon_files_on_moved};
}

void
daemon_files_roots(struct daemon *d, struct root_events *events)
{
	*events = (struct root_events){.ctx = d,
				       .on_changed = daemon_files_on_changed,
				       .on_pictures = daemon_files_on_pictures,
				       .on_missing = daemon_files_on_missing,
				       .on_scan_begin = daemon_files_on_scan_begin,
				       .on_scan_end = daemon_files_on_scan_end,
				       .on_state = daemon_files_on_state};
}
