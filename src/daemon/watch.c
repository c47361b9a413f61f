/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch - reads inotify's events and says what they mean.
 *
 * A rename is told in two halves, IN_MOVED_FROM and IN_MOVED_TO with one cookie,
 * that need not be neighbours. The first waits as a `move` for the second:
 *
 *   FROM --> held --TO with its cookie--> moved, or ready where the old name was ignored
 *              \--50 ms, drained, or its old name is taken again--> gone
 *
 * Meanwhile the nodes of a folder stand aside from the map; an event below it
 * then has no path, and is made up for by a scan when the folder has one again.
 *
 * Whatever does not fit what the map knows (two folders swapped, a move that a
 * scan overtook) is left to scans of both places.
 */
#include "daemon/watch.h"

#include "common/log.h"
#include "daemon/loop.h"
#include "daemon/watch_map.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WATCH_MASK                                                                                 \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF |   \
	 IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)
#define WATCH_READ_BYTES        (64 * 1024)
#define WATCH_READS_A_TURN      16
#define WATCH_READS_A_DRAIN     256 /* more than the largest usual queue of the system holds */
#define WATCH_MOVE_MS           50
#define WATCH_RECENT            16
#define WATCH_MOVES_MAX         256
#define WATCH_OVERFLOW_FIRST_MS 1000
#define WATCH_OVERFLOW_LAST_MS  60000

struct watch_move { /* the first half of a rename */
	struct watch_move *next;
	struct root *root;
	struct watch_node *node; /* of a folder that is watched; else NULL */
	struct buf path;
	size_t name_n; /* the last so many bytes of `path` */
	int wd;
	uint32_t cookie;
	bool folder, ignored;
	bool missed; /* something happened below it meanwhile */
	uint64_t until_ms;
};

struct watch_recent { /* a renamed file's places, hashed */
	uint64_t from, to;
};

struct watch {
	atomic_uint refs;
	int fd;
	struct watch_map map;
	struct watch_events events;
	uv_loop_t *loop;
	uv_poll_t poll;
	uv_timer_t move_timer, overflow_timer;
	struct watch_move *moves, **moves_end; /* oldest first */
	size_t move_count;
	struct watch_recent recent[WATCH_RECENT];
	size_t recent_at;
	bool overflowed; /* the scans after it are still to be asked for */
	uint64_t overflow_ms, backoff_ms;
	struct buf path;
	size_t open_handles;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* --- adding and forgetting: any thread --- */

struct watch *
watch_ref(struct watch *w)
{
	atomic_fetch_add(&w->refs, 1);
	return w;
}

void
watch_unref(struct watch *w)
{
	if (w == NULL || atomic_fetch_sub(&w->refs, 1) != 1)
		return;
	watch_map_clear(&w->map);
	close(w->fd);
	free(w);
}

enum err
watch_add(struct watch *w, struct root *r, struct span path, int fd, bool attrib)
{
	char proc[64];

	/* The path through /proc is the folder that was opened, whatever its name is now. It is a
	   link: IN_DONT_FOLLOW would watch the link itself. An event that is read before the map
	   knows the watch is of something that the scan lists afterwards. */
	snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
	return watch_map_add(&w->map, r, path, proc, WATCH_MASK | (attrib ? IN_ATTRIB : 0));
}

void
watch_drop(struct watch *w, struct root *r, struct span path)
{
	watch_map_drop(&w->map, r, path);
}

uint64_t
watch_sweep_begin(struct watch *w)
{
	return watch_map_sweep_begin(&w->map);
}

void
watch_sweep_end(struct watch *w, struct root *r, struct span path, uint64_t begun)
{
	watch_map_sweep_end(&w->map, r, path, begun);
}

uint64_t
watch_count(struct watch *w, const struct root *r)
{
	return watch_map_count(&w->map, r);
}

/* --- moves half told --- */

static struct watch_move *
watch_take_move(struct watch *w, struct watch_move **at)
{
	struct watch_move *move = *at;

	*at = move->next;
	if (*at == NULL)
		w->moves_end = at;
	w->move_count--;
	return move;
}

static void
watch_free_move(struct watch *w, struct watch_move *move)
{
	if (move->node != NULL)
		watch_map_drop_aside(&w->map, move->node);
	buf_clear(&move->path);
	free(move);
}

/* There was no second half: it left the watched folders. */
static void
watch_end_move(struct watch *w, struct watch_move *move)
{
	/* An ignored folder was never looked into; an ignored file may be in the index as such. */
	if (!move->folder || !move->ignored)
		w->events.on_gone(w->events.ctx, move->root, buf_span(&move->path), move->folder);
	watch_free_move(w, move);
}

static void
watch_on_move_timer(uv_timer_t *timer)
{
	struct watch *w = timer->data;

	while (w->moves != NULL && w->moves->until_ms <= uv_now(w->loop))
		watch_end_move(w, watch_take_move(w, &w->moves));
	if (w->moves != NULL)
		uv_timer_start(timer, watch_on_move_timer, w->moves->until_ms - uv_now(w->loop), 0);
}

static void
watch_end_moves(struct watch *w)
{
	while (w->moves != NULL)
		watch_end_move(w, watch_take_move(w, &w->moves));
}

/* Something else gets a name that a half-told rename left: the old thing's end must be told first.
 */
static void
watch_end_moves_from(struct watch *w, int wd, struct span name)
{
	struct watch_move **at = &w->moves;

	while (*at != NULL) {
		struct watch_move *move = *at;
		struct span path = buf_span(&move->path);

		if (move->wd == wd &&
		    span_eq(span_sub(path, path.n - move->name_n, SIZE_MAX), name))
			watch_end_move(w, watch_take_move(w, at));
		else
			at = &move->next;
	}
}

static struct watch_move *
watch_find_move(struct watch *w, uint32_t cookie)
{
	for (struct watch_move **at = &w->moves; *at != NULL; at = &(*at)->next)
		if ((*at)->cookie == cookie)
			return watch_take_move(w, at);
	return NULL;
}

static void
watch_mark_missed(struct watch *w, const struct watch_node *node)
{
	for (struct watch_move *move = w->moves; move != NULL; move = move->next)
		if (move->node == node)
			move->missed = true;
}

/* --- one event --- */

struct watch_event { /* of a name in a watched folder */
	struct root *root;
	struct span path, name;
	int wd;
	uint32_t cookie;
	bool folder, ignored;
};

static void
watch_moved_from(struct watch *w, const struct watch_event *ev)
{
	struct watch_move *move = malloc(sizeof *move);

	if (move == NULL)
		goto without;
	*move = (struct watch_move){.root = ev->root,
				    .name_n = ev->name.n,
				    .wd = ev->wd,
				    .cookie = ev->cookie,
				    .folder = ev->folder,
				    .ignored = ev->ignored,
				    .until_ms = uv_now(w->loop) + WATCH_MOVE_MS};
	buf_put_span(&move->path, ev->path);
	if (buf_err(&move->path) != OK)
		goto without;
	if (ev->folder)
		move->node = watch_map_set_aside(&w->map, ev->wd, ev->name);
	*w->moves_end = move;
	w->moves_end = &move->next;
	if (++w->move_count > WATCH_MOVES_MAX)
		watch_end_move(w, watch_take_move(w, &w->moves));
	if (!uv_is_active((uv_handle_t *)&w->move_timer))
		uv_timer_start(&w->move_timer, watch_on_move_timer, WATCH_MOVE_MS, 0);
	return;
without:
	if (move != NULL)
		buf_clear(&move->path);
	free(move);
	if (ev->folder)
		watch_drop(w, ev->root, ev->path);
	w->events.on_gone(w->events.ctx, ev->root, ev->path, ev->folder);
}

/* Both halves are there, and neither name is ignored. */
static void
watch_moved_folder(struct watch *w, const struct watch_event *ev, struct watch_move *move)
{
	struct span from = buf_span(&move->path);
	bool scanning = root_scans(move->root) > 0 || root_scans(ev->root) > 0;
	bool known = move->node != NULL;
	enum err e = known ? watch_map_put_back(&w->map, move->node, ev->wd, ev->name) : OK;

	if (e == OK)
		move->node = NULL;
	if (e == ERR_EXISTS) {
		/* Swapped, or put over an empty one: the map cannot tell what is where. */
		watch_drop(w, ev->root, ev->path);
		w->events.on_gone(w->events.ctx, move->root, from, true);
		w->events.on_gone(w->events.ctx, ev->root, ev->path, true);
		return;
	}
	w->events.on_moved(w->events.ctx, move->root, from, ev->root, ev->path, true);
	/* A scan under way may have met, or still meet, what is below by its old name. */
	if (scanning)
		w->events.on_gone(w->events.ctx, move->root, from, true);
	if (scanning || !known || e != OK || move->missed)
		root_scan(ev->root, ev->path);
}

static uint64_t
watch_hash_place(int wd, struct span name)
{
	uint64_t h = (uint64_t)wd * 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 0x100000001b3u;
	return h;
}

/* Was there just a rename the other way? Then the two may have been swapped. */
static bool
watch_was_swapped(struct watch *w, uint64_t from, uint64_t to)
{
	bool swapped = false;

	for (size_t i = 0; i < WATCH_RECENT; i++)
		swapped |= w->recent[i].from == to && w->recent[i].to == from;
	w->recent[w->recent_at++ % WATCH_RECENT] = (struct watch_recent){.from = from, .to = to};
	return swapped;
}

static void
watch_moved_file(struct watch *w, const struct watch_event *ev, struct watch_move *move)
{
	struct span from = buf_span(&move->path);
	struct span from_name = span_sub(from, from.n - move->name_n, SIZE_MAX);

	if (watch_map_has(&w->map, ev->wd, ev->name) ||
	    watch_map_has(&w->map, move->wd, from_name)) {
		/* A file and a folder were swapped. */
		w->events.on_gone(w->events.ctx, move->root, from, true);
		w->events.on_gone(w->events.ctx, ev->root, ev->path, true);
		return;
	}
	w->events.on_moved(w->events.ctx, move->root, from, ev->root, ev->path, false);
	if (watch_was_swapped(w, watch_hash_place(move->wd, from_name),
			      watch_hash_place(ev->wd, ev->name)))
		w->events.on_ready(w->events.ctx, move->root, from);
}

static void
watch_moved_to(struct watch *w, const struct watch_event *ev)
{
	struct watch_move *move = watch_find_move(w, ev->cookie);
	bool from_known = move != NULL && move->folder == ev->folder && !move->ignored;

	watch_end_moves_from(w, ev->wd, ev->name);
	if (from_known && !ev->ignored) {
		if (ev->folder)
			watch_moved_folder(w, ev, move);
		else
			watch_moved_file(w, ev, move);
		watch_free_move(w, move);
		return;
	}
	if (move != NULL)
		watch_end_move(w, move);
	if (ev->ignored)
		return;
	if (ev->folder)
		root_scan(ev->root, ev->path);
	else
		w->events.on_ready(w->events.ctx, ev->root, ev->path);
}

static void
watch_deleted(struct watch *w, const struct watch_event *ev)
{
	/* An ignored folder was never looked into; an ignored file may be in the index as such. */
	if (ev->folder && !ev->ignored) {
		/* It was empty: its files were told of one by one, unless it had no watch. */
		watch_drop(w, ev->root, ev->path);
		root_scan(ev->root, ev->path);
	} else if (!ev->folder) {
		w->events.on_gone(w->events.ctx, ev->root, ev->path, false);
	}
}

static void
watch_event(struct watch *w, const struct watch_event *ev, uint32_t mask)
{
	if (mask & IN_MOVED_FROM) {
		watch_moved_from(w, ev);
	} else if (mask & IN_MOVED_TO) {
		watch_moved_to(w, ev);
	} else if (mask & IN_DELETE) {
		watch_deleted(w, ev);
	} else if (ev->ignored) {
		return;
	} else if (mask & IN_CREATE) {
		watch_end_moves_from(w, ev->wd, ev->name);
		if (ev->folder)
			root_scan(ev->root, ev->path);
		else
			w->events.on_created(w->events.ctx, ev->root, ev->path);
	} else if (mask & IN_CLOSE_WRITE) {
		w->events.on_ready(w->events.ctx, ev->root, ev->path);
	} else if (mask & IN_ATTRIB) {
		/* Only the folders with something unreadable ask for it. */
		root_scan(ev->root, ev->path);
	}
}

/* --- overflow: every root is scanned, not more often than the back-off lets --- */

static void
watch_scan_all(struct watch *w)
{
	struct root *r;

	w->overflowed = false;
	uv_timer_stop(&w->overflow_timer);
	for (size_t i = 0; (r = watch_map_root(&w->map, i)) != NULL; i++)
		root_scan(r, (struct span){0});
}

static void
watch_on_overflow_timer(uv_timer_t *timer)
{
	watch_scan_all(timer->data);
}

static void
watch_overflow(struct watch *w)
{
	uint64_t now = uv_now(w->loop);

	if (w->overflowed)
		return;
	if (w->backoff_ms == 0 || now - w->overflow_ms > 2 * w->backoff_ms + WATCH_OVERFLOW_LAST_MS)
		w->backoff_ms = WATCH_OVERFLOW_FIRST_MS;
	else if (w->backoff_ms < WATCH_OVERFLOW_LAST_MS / 2)
		w->backoff_ms *= 2;
	else
		w->backoff_ms = WATCH_OVERFLOW_LAST_MS;
	w->overflowed = true;
	w->overflow_ms = now;
	log_info("more changes than the system could tell (fs.inotify.max_queued_events): "
		 "all folders are compared in %llu s",
		 (unsigned long long)w->backoff_ms / 1000);
	uv_timer_start(&w->overflow_timer, watch_on_overflow_timer, w->backoff_ms, 0);
}

/* --- reading --- */

static void
watch_take(struct watch *w, const struct inotify_event *raw, struct span name)
{
	struct watch_event ev = {.name = name,
				 .wd = raw->wd,
				 .cookie = raw->cookie,
				 .folder = (raw->mask & IN_ISDIR) != 0};
	struct watch_node *aside;

	if (raw->mask & IN_Q_OVERFLOW) {
		watch_overflow(w);
		return;
	}
	ev.root = watch_map_find(&w->map, raw->wd, &w->path, &aside);
	if (aside != NULL)
		watch_mark_missed(w, aside);
	if (ev.root != NULL && w->path.n == 0 &&
	    (raw->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)))
		root_check(ev.root);
	if (raw->mask & IN_IGNORED)
		watch_map_ended(&w->map, raw->wd);
	if (ev.root == NULL || name.n == 0)
		return;
	if (w->path.n > 0)
		buf_put_char(&w->path, '/');
	buf_put_span(&w->path, name);
	if (buf_err(&w->path) != OK) {
		watch_overflow(w);
		return;
	}
	ev.path = buf_span(&w->path);
	ev.ignored = root_ignored(ev.root, name).n > 0;
	watch_event(w, &ev, raw->mask);
}

void
watch_feed(struct watch *w, const char *bytes, size_t n)
{
	struct inotify_event raw;

	while (n >= sizeof raw) {
		memcpy(&raw, bytes, sizeof raw);
		if (raw.len > n - sizeof raw)
			return;
		watch_take(w, &raw,
			   (struct span){bytes + sizeof raw, strnlen(bytes + sizeof raw, raw.len)});
		bytes += sizeof raw + raw.len;
		n -= sizeof raw + raw.len;
	}
}

static void
watch_read(struct watch *w, int reads)
{
	_Alignas(struct inotify_event) char bytes[WATCH_READ_BYTES];
	ssize_t n;

	for (; reads > 0; reads--) {
		n = read(w->fd, bytes, sizeof bytes);
		if (n <= 0)
			break;
		watch_feed(w, bytes, (size_t)n);
	}
}

void
watch_drain(struct watch *w)
{
	watch_read(w, WATCH_READS_A_DRAIN);
	watch_end_moves(w);
	if (w->overflowed)
		watch_scan_all(w);
}

static void
watch_on_readable(uv_poll_t *poll, int status, int events)
{
	(void)events;
	if (status < 0)
		log_error("cannot wait for inotify: %s", err_text(err_from_uv(status)));
	else
		watch_read(poll->data, WATCH_READS_A_TURN);
}

enum err
watch_start(uv_loop_t *loop, const struct watch_events *events, struct watch **out)
{
	struct watch *w = calloc(1, sizeof *w);
	enum err e = ERR_NOMEM;

	if (w == NULL)
		return e;
	atomic_init(&w->refs, 1);
	w->loop = loop;
	w->events = *events;
	w->moves_end = &w->moves;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0) {
		e = errno == EMFILE ? ERR_LIMIT : err_from_errno(errno);
		goto free_watch;
	}
	e = watch_map_init(&w->map, w->fd);
	if (e != OK)
		goto close_fd;
	e = err_from_uv(uv_poll_init(loop, &w->poll, w->fd));
	if (e != OK)
		goto clear_map;
	/* From here on nothing fails: the timers only fill in their handles, the poll is armed by
	 * the loop. */
	uv_timer_init(loop, &w->move_timer);
	uv_timer_init(loop, &w->overflow_timer);
	uv_poll_start(&w->poll, UV_READABLE, watch_on_readable);
	w->poll.data = w->move_timer.data = w->overflow_timer.data = w;
	*out = w;
	return OK;
clear_map:
	watch_map_clear(&w->map);
close_fd:
	close(w->fd);
free_watch:
	free(w);
	return e;
}

static void
watch_on_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;
	void (*on_closed)(void *ctx) = w->on_closed;
	void *ctx = w->closed_ctx;

	if (--w->open_handles > 0)
		return;
	watch_unref(w);
	on_closed(ctx);
}

void
watch_stop(struct watch *w, void (*on_closed)(void *ctx), void *ctx)
{
	w->on_closed = on_closed;
	w->closed_ctx = ctx;
	while (w->moves != NULL)
		watch_free_move(w, watch_take_move(w, &w->moves));
	buf_clear(&w->path);
	w->open_handles = 3;
	uv_close((uv_handle_t *)&w->poll, watch_on_closed);
	uv_close((uv_handle_t *)&w->move_timer, watch_on_closed);
	uv_close((uv_handle_t *)&w->overflow_timer, watch_on_closed);
}
