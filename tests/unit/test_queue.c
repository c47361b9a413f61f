/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_queue - order, settling, renames and waiters of the queue, on a loop of its own.
 *
 * Time is libuv's: a test runs the loop until what it expects has come, or for so
 * long that it cannot come any more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "daemon/queue.h"

#define SETTLE_MS   40
#define DEADLINE_MS 5000

struct fixture {
	uv_loop_t loop;
	uv_timer_t deadline;
	struct queue *q;
	struct root *root, *other; /* never looked into: only addresses */
	char memory[2];
	bool late;
	bool keep_gone; /* leave gone entries running */
	struct queue_item *gone;
	size_t gone_count, due_count, outdated, done;
};

static void
on_due(void *ctx)
{
	struct fixture *f = ctx;

	f->due_count++;
}

static void
on_outdated(void *ctx, struct queue_item *item)
{
	struct fixture *f = ctx;

	(void)item;
	f->outdated++;
}

static void
on_gone_due(void *ctx, struct queue_item *item)
{
	struct fixture *f = ctx;

	f->gone_count++;
	f->gone = item;
	if (!f->keep_gone)
		queue_done(f->q, item);
}

static void
on_waited(void *ctx)
{
	size_t *done = ctx;

	(*done)++;
}

static void
on_deadline(uv_timer_t *timer)
{
	struct fixture *f = timer->data;

	f->late = true;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	const struct queue_events events = {.ctx = f,
					    .on_due = on_due,
					    .on_outdated = on_outdated,
					    .on_gone_due = on_gone_due};

	if (f == NULL || uv_loop_init(&f->loop) != 0)
		return -1;
	f->root = (struct root *)&f->memory[0];
	f->other = (struct root *)&f->memory[1];
	uv_timer_init(&f->loop, &f->deadline);
	f->deadline.data = f;
	*state = f;
	return queue_start(&f->loop, SETTLE_MS, &events, &f->q) == OK ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	f->done = 0;
	queue_stop(f->q, on_waited, &f->done);
	uv_close((uv_handle_t *)&f->deadline, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	if (f->done != 1 || uv_loop_close(&f->loop) != 0)
		return -1;
	free(f);
	return 0;
}

#define RUN_UNTIL(f, condition)                                                                    \
	do {                                                                                       \
		run_begin(f, DEADLINE_MS);                                                         \
		while (!(condition) && !(f)->late)                                                 \
			uv_run(&(f)->loop, UV_RUN_ONCE);                                           \
		assert_true(condition);                                                            \
	} while (0)

static void
run_begin(struct fixture *f, uint64_t ms)
{
	f->late = false;
	uv_update_time(&f->loop);
	uv_timer_start(&f->deadline, on_deadline, ms, 0);
}

/* Lets so much time pass on the loop. */
static void
run_for(struct fixture *f, uint64_t ms)
{
	run_begin(f, ms);
	while (!f->late)
		uv_run(&f->loop, UV_RUN_ONCE);
}

static void
push(struct fixture *f, enum queue_class class, const char *path, uint32_t delay_ms)
{
	uv_update_time(&f->loop);
	queue_push(f->q, class, f->root, span_of(path), delay_ms);
}

static struct queue_item *
take(struct fixture *f, const char *path)
{
	struct queue_item *item = queue_take(f->q, true);

	assert_non_null(item);
	assert_true(span_is(item->path, path));
	return item;
}

static struct queue_item *
take_later(struct fixture *f, const char *path, uint64_t *waited_ms)
{
	struct queue_item *item = NULL;
	uint64_t from = uv_now(&f->loop);

	run_begin(f, DEADLINE_MS);
	while ((item = queue_take(f->q, true)) == NULL && !f->late)
		uv_run(&f->loop, UV_RUN_ONCE);
	assert_non_null(item);
	assert_true(span_is(item->path, path));
	*waited_ms = uv_now(&f->loop) - from;
	return item;
}

static void
take_and_end(struct fixture *f, const char *path)
{
	queue_done(f->q, take(f, path));
}

/* --- order --- */

static void
a_path_is_taken_once_however_often_it_is_pushed(void **state)
{
	struct fixture *f = *state;

	push(f, QUEUE_DROP, "a", 0);
	push(f, QUEUE_DROP, "a", 0);
	push(f, QUEUE_BULK, "a", 0);
	RUN_UNTIL(f, f->due_count == 1);
	assert_true(queue_has(f->q, f->root, SPAN("a")));
	assert_false(queue_has(f->q, f->other, SPAN("a")));
	take_and_end(f, "a");
	assert_null(queue_take(f->q, true));
	assert_false(queue_has(f->q, f->root, SPAN("a")));
}

static void
drops_come_before_what_scans_find_and_reruns_come_last(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;

	queue_push_rerun(f->q, 7);
	push(f, QUEUE_BULK, "bulk1", 0);
	push(f, QUEUE_BULK, "bulk2", 0);
	push(f, QUEUE_FOUND, "found", 0);
	push(f, QUEUE_DROP, "drop", 0);
	push(f, QUEUE_DROP, "bulk2", 0);
	take_and_end(f, "drop");
	take_and_end(f, "bulk2");
	take_and_end(f, "found");
	take_and_end(f, "bulk1");
	item = queue_take(f->q, true);
	assert_non_null(item);
	assert_int_equal(item->document, 7);
	assert_null(item->root);
	queue_done(f->q, item);
	assert_null(queue_take(f->q, true));
}

static void
what_is_pushed_while_it_runs_runs_once_more(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;

	push(f, QUEUE_BULK, "a", 0);
	item = take(f, "a");
	item->deaths = 1;
	push(f, QUEUE_FOUND, "a", 0);
	push(f, QUEUE_FOUND, "a", 0);
	assert_null(queue_take(f->q, true));
	queue_done(f->q, item);
	item = take(f, "a");
	assert_int_equal(item->deaths, 0);
	queue_done(f->q, item);
	assert_null(queue_take(f->q, true));
}

static void
an_item_that_is_not_done_comes_again_with_what_is_known_of_it(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;
	uint64_t ms;

	push(f, QUEUE_BULK, "a", 0);
	item = take(f, "a");
	item->deaths = 1;
	item->alone = true;
	queue_again(f->q, item, 0, false);
	item = take(f, "a");
	assert_int_equal(item->deaths, 1);
	assert_true(item->alone);
	queue_again(f->q, item, SETTLE_MS, false);
	assert_null(queue_take(f->q, true));
	item = take_later(f, "a", &ms);
	assert_in_range(ms, SETTLE_MS, DEADLINE_MS);
	queue_done(f->q, item);
}

/* --- settling --- */

static void
a_created_file_waits_until_it_is_closed(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;
	uint64_t ms;

	push(f, QUEUE_DROP, "a", SETTLE_MS);
	assert_null(queue_take(f->q, true));
	push(f, QUEUE_DROP, "a", 0);
	take_and_end(f, "a");
	push(f, QUEUE_DROP, "never closed", SETTLE_MS);
	item = take_later(f, "never closed", &ms);
	assert_in_range(ms, SETTLE_MS, DEADLINE_MS);
	queue_done(f->q, item);
}

static void
a_file_closed_again_too_soon_waits_for_quiet_that_doubles(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;
	uint64_t ms;

	push(f, QUEUE_DROP, "a", 0);
	take_and_end(f, "a");
	push(f, QUEUE_DROP, "a", 0);
	assert_true(queue_has(f->q, f->root, SPAN("a")));
	assert_null(queue_take(f->q, true));
	item = take_later(f, "a", &ms);
	assert_in_range(ms, SETTLE_MS, DEADLINE_MS);
	/* Closed while it is read: that was in vain too. */
	push(f, QUEUE_DROP, "a", 0);
	queue_done(f->q, item);
	item = take_later(f, "a", &ms);
	assert_in_range(ms, 2 * SETTLE_MS, DEADLINE_MS);
	/* Changed while it was read. */
	queue_again(f->q, item, 0, true);
	item = take_later(f, "a", &ms);
	assert_in_range(ms, 4 * SETTLE_MS, DEADLINE_MS);
	queue_done(f->q, item);
	/* Quiet for as long as asked: it has settled. */
	run_for(f, 5 * SETTLE_MS);
	push(f, QUEUE_DROP, "a", 0);
	take_and_end(f, "a");
}

static void
each_close_begins_the_quiet_anew(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;
	uint64_t ms, from;

	push(f, QUEUE_DROP, "a", 0);
	take_and_end(f, "a");
	from = uv_now(&f->loop);
	for (int i = 0; i < 4; i++) {
		push(f, QUEUE_DROP, "a", 0);
		run_for(f, SETTLE_MS / 4);
	}
	item = take_later(f, "a", &ms);
	assert_in_range(uv_now(&f->loop) - from, SETTLE_MS + 3 * (SETTLE_MS / 4), DEADLINE_MS);
	queue_done(f->q, item);
}

static void
what_a_scan_finds_does_not_unsettle(void **state)
{
	struct fixture *f = *state;

	push(f, QUEUE_DROP, "a", 0);
	take_and_end(f, "a");
	push(f, QUEUE_FOUND, "a", 0);
	take_and_end(f, "a");
}

/* --- what went --- */

static void
a_file_that_went_is_told_after_the_quiet(void **state)
{
	struct fixture *f = *state;
	uint64_t from = uv_now(&f->loop);

	queue_push_gone(f->q, f->root, SPAN("a"));
	assert_false(queue_has(f->q, f->root, SPAN("a")));
	assert_null(queue_take(f->q, true));
	RUN_UNTIL(f, f->gone_count == 1);
	assert_in_range(uv_now(&f->loop) - from, SETTLE_MS, DEADLINE_MS);
}

static void
a_file_that_comes_back_was_never_gone(void **state)
{
	struct fixture *f = *state;

	push(f, QUEUE_BULK, "a", 0);
	queue_push_gone(f->q, f->root, SPAN("a"));
	assert_null(queue_take(f->q, true));
	push(f, QUEUE_DROP, "a", 0);
	take_and_end(f, "a");
	run_for(f, 2 * SETTLE_MS);
	assert_int_equal(f->gone_count, 0);
}

static void
a_file_that_goes_while_it_is_read_is_told_afterwards(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;

	push(f, QUEUE_DROP, "a", 0);
	item = take(f, "a");
	queue_push_gone(f->q, f->root, SPAN("a"));
	queue_done(f->q, item);
	assert_null(queue_take(f->q, true));
	RUN_UNTIL(f, f->gone_count == 1);
}

static void
only_some_gone_files_are_looked_at_at_once(void **state)
{
	struct fixture *f = *state;
	char path[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "%d", i);
		queue_push_gone(f->q, f->root, span_of(path));
	}
	f->keep_gone = true;
	RUN_UNTIL(f, f->gone_count > 0);
	run_for(f, 5);
	assert_in_range(f->gone_count, 1, 100);
	f->keep_gone = false;
	queue_done(f->q, f->gone);
	/* Those kept are with the test: all others get through the place of one. */
	RUN_UNTIL(f, f->gone_count == 1000);
}

/* --- renames and roots --- */

static void
what_waits_follows_a_renamed_folder(void **state)
{
	struct fixture *f = *state;

	push(f, QUEUE_BULK, "old/a", 0);
	push(f, QUEUE_BULK, "older", 0);
	queue_push_gone(f->q, f->root, SPAN("old/sub/b"));
	queue_move(f->q, f->root, SPAN("old"), f->other, SPAN("new"), true);
	assert_true(queue_has(f->q, f->other, SPAN("new/a")));
	assert_false(queue_has(f->q, f->root, SPAN("old/a")));
	take_and_end(f, "older");
	take_and_end(f, "new/a");
	f->keep_gone = true;
	RUN_UNTIL(f, f->gone_count == 1);
	assert_true(span_is(f->gone->path, "new/sub/b"));
	assert_ptr_equal(f->gone->root, f->other);
	queue_done(f->q, f->gone);
}

static void
a_file_renamed_while_it_runs_is_looked_at_in_both_places(void **state)
{
	struct fixture *f = *state;
	struct queue_item *item;

	push(f, QUEUE_DROP, "a", 0);
	item = take(f, "a");
	queue_move(f->q, f->root, SPAN("a"), f->root, SPAN("b"), false);
	take_and_end(f, "b");
	queue_done(f->q, item);
	f->keep_gone = true;
	RUN_UNTIL(f, f->gone_count == 1);
	assert_true(span_is(f->gone->path, "a"));
	queue_done(f->q, f->gone);
}

static void
an_unavailable_root_leaves_nothing_waiting(void **state)
{
	struct fixture *f = *state;
	struct queue_counts counts;
	struct queue_item *item;

	push(f, QUEUE_DROP, "runs", 0);
	item = take(f, "runs");
	push(f, QUEUE_DROP, "runs", 0);
	push(f, QUEUE_DROP, "due", 0);
	push(f, QUEUE_DROP, "later", SETTLE_MS);
	queue_push_gone(f->q, f->root, SPAN("gone"));
	queue_push(f->q, QUEUE_BULK, f->other, SPAN("stays"), 0);
	queue_drop_root(f->q, f->root);
	queue_done(f->q, item);
	take_and_end(f, "stays");
	queue_counts(f->q, &counts);
	assert_int_equal(counts.waiting + counts.running, 0);
	run_for(f, 2 * SETTLE_MS);
	assert_int_equal(f->gone_count, 0);
	assert_null(queue_take(f->q, true));
}

/* --- waiters --- */

static void
a_waiter_waits_for_what_was_there_and_not_for_more(void **state)
{
	struct fixture *f = *state;
	struct queue_waiter *w;
	struct queue_item *item;

	push(f, QUEUE_DROP, "a", 0);
	queue_push_gone(f->q, f->root, SPAN("b"));
	queue_push_rerun(f->q, 1);
	w = queue_wait(f->q, false, true, on_waited, &f->done);
	assert_non_null(w);
	assert_int_equal(queue_wait_pending(f->q, w), 2);
	push(f, QUEUE_DROP, "c", 0);
	assert_int_equal(queue_wait_pending(f->q, w), 2);
	item = take(f, "a");
	/* Asked for again: it is in no final state yet. */
	push(f, QUEUE_FOUND, "a", 0);
	queue_done(f->q, item);
	RUN_UNTIL(f, f->gone_count == 1);
	assert_int_equal(queue_wait_pending(f->q, w), 1);
	assert_int_equal(f->done, 0);
	take_and_end(f, "c");
	take_and_end(f, "a");
	RUN_UNTIL(f, f->done == 1);
}

static void
pictures_come_last_and_only_when_they_may(void **state)
{
	struct fixture *f = *state;
	struct queue_counts counts;

	push(f, QUEUE_OCR, "found at the start", 0);
	push(f, QUEUE_DROP, "picture", 0);
	queue_done_but_ocr(f->q, take(f, "picture"));
	queue_push_rerun(f->q, 7);
	assert_true(queue_has_rerun(f->q, 7));
	assert_int_equal(queue_take(f->q, true)->document, 7);
	assert_true(queue_has_ocr(f->q));
	assert_null(queue_take(f->q, false));
	queue_counts(f->q, &counts);
	assert_int_equal(counts.waiting + counts.running, 0);
	assert_int_equal(counts.ocr_waiting, 2);
	assert_false(queue_has(f->q, f->root, SPAN("picture")));
	take_and_end(f, "found at the start");
	take_and_end(f, "picture");
	assert_null(queue_take(f->q, true));
	assert_false(queue_has_ocr(f->q));
}

static void
who_does_not_ask_for_pictures_does_not_wait_for_them(void **state)
{
	struct fixture *f = *state;
	struct queue_waiter *files, *all;
	size_t all_done = 0;

	push(f, QUEUE_DROP, "a", 0);
	files = queue_wait(f->q, false, false, on_waited, &f->done);
	all = queue_wait(f->q, false, true, on_waited, &all_done);
	assert_non_null(files);
	assert_non_null(all);
	assert_int_equal(queue_wait_pending(f->q, files), 1);
	queue_done_but_ocr(f->q, take(f, "a"));
	RUN_UNTIL(f, f->done == 1);
	assert_int_equal(all_done, 0);
	assert_int_equal(queue_wait_pending(f->q, all), 1);
	take_and_end(f, "a");
	RUN_UNTIL(f, all_done == 1);
}

static void
a_picture_that_is_another_file_now_is_a_drop_again(void **state)
{
	struct fixture *f = *state;
	struct queue_waiter *w;
	struct queue_item *item;

	/* While it waits. */
	push(f, QUEUE_OCR, "a", 0);
	push(f, QUEUE_DROP, "a", 0);
	w = queue_wait(f->q, false, false, on_waited, &f->done);
	assert_int_equal(queue_wait_pending(f->q, w), 1);
	item = take(f, "a");
	assert_int_equal(item->class, QUEUE_DROP);
	queue_done_but_ocr(f->q, item);
	RUN_UNTIL(f, f->done == 1);

	/* While it is read. */
	item = take(f, "a");
	assert_int_equal(f->outdated, 0);
	push(f, QUEUE_OCR, "a", 0);
	assert_int_equal(f->outdated, 0);
	push(f, QUEUE_FOUND, "a", 0);
	assert_int_equal(f->outdated, 1);
	w = queue_wait(f->q, false, false, on_waited, &f->done);
	assert_int_equal(queue_wait_pending(f->q, w), 1);
	queue_again(f->q, item, 0, false);
	item = take(f, "a");
	assert_int_equal(item->class, QUEUE_FOUND);
	queue_done(f->q, item);
	RUN_UNTIL(f, f->done == 2);
}

static void
a_waiter_for_an_empty_queue_is_called_in_the_next_turn(void **state)
{
	struct fixture *f = *state;

	assert_non_null(queue_wait(f->q, true, true, on_waited, &f->done));
	assert_int_equal(f->done, 0);
	RUN_UNTIL(f, f->done == 1);
}

static void
a_waiter_waits_for_scans_and_for_what_they_find(void **state)
{
	struct fixture *f = *state;
	struct queue_waiter *w;

	queue_scan_begin(f->q, f->root);
	w = queue_wait(f->q, false, true, on_waited, &f->done);
	assert_non_null(w);
	queue_scan_begin(f->q, f->other); /* began after it */
	run_for(f, 5);
	assert_int_equal(f->done, 0);
	assert_int_equal(queue_wait_pending(f->q, w), 1);
	push(f, QUEUE_BULK, "found", 0);
	queue_scan_end(f->q, f->root);
	run_for(f, 5);
	assert_int_equal(f->done, 0);
	take_and_end(f, "found");
	RUN_UNTIL(f, f->done == 1);
	queue_scan_end(f->q, f->other);
}

static void
a_waiter_waits_for_the_scans_that_what_it_waited_for_has_led_to(void **state)
{
	struct fixture *f = *state;
	struct queue_waiter *w;

	queue_scan_begin(f->q, f);
	w = queue_wait(f->q, false, false, on_waited, &f->done);
	assert_non_null(w);
	queue_scan_begin(f->q, f->root);
	queue_scan_pass_on(f->q, f);
	queue_scan_begin(f->q, f->other); /* began after it */
	run_for(f, 5);
	assert_int_equal(f->done, 0);
	assert_int_equal(queue_wait_pending(f->q, w), 1);
	push(f, QUEUE_FOUND, "found", 0);
	queue_scan_end(f->q, f->root);
	run_for(f, 5);
	assert_int_equal(f->done, 0);
	take_and_end(f, "found");
	RUN_UNTIL(f, f->done == 1);
	queue_scan_end(f->q, f->other);
}

static void
a_waiter_for_reruns_waits_for_them_and_a_cancelled_one_is_not_called(void **state)
{
	struct fixture *f = *state;
	struct queue_waiter *w;
	size_t cancelled = 0;

	queue_push_rerun(f->q, 1);
	w = queue_wait(f->q, true, true, on_waited, &cancelled);
	assert_non_null(queue_wait(f->q, true, true, on_waited, &f->done));
	run_for(f, 5);
	assert_int_equal(f->done, 0);
	queue_wait_cancel(f->q, w);
	queue_done(f->q, queue_take(f->q, true));
	RUN_UNTIL(f, f->done == 1);
	assert_int_equal(cancelled, 0);
}

static void
a_waiter_follows_a_file_that_is_renamed(void **state)
{
	struct fixture *f = *state;

	push(f, QUEUE_DROP, "a", 0);
	assert_non_null(queue_wait(f->q, false, true, on_waited, &f->done));
	queue_move(f->q, f->root, SPAN("a"), f->root, SPAN("b"), false);
	run_for(f, 5);
	assert_int_equal(f->done, 0);
	take_and_end(f, "b");
	RUN_UNTIL(f, f->done == 1);
}

/* --- numbers --- */

static void
counts_and_rate_say_how_long_it_takes(void **state)
{
	struct fixture *f = *state;
	struct queue_counts counts;
	char path[16];

	queue_counts(f->q, &counts);
	assert_true(counts.left_s == 0);
	for (int i = 0; i < 30; i++) {
		snprintf(path, sizeof path, "%d", i);
		push(f, QUEUE_BULK, path, 0);
	}
	queue_counts(f->q, &counts);
	assert_int_equal(counts.waiting, 30);
	assert_true(counts.left_s < 0);
	for (int i = 0; i < 10; i++)
		queue_done(f->q, queue_take(f->q, true));
	queue_take(f->q, true);
	queue_counts(f->q, &counts);
	assert_int_equal(counts.waiting, 19);
	assert_int_equal(counts.running, 1);
	assert_true(counts.rate_per_s > 0 && counts.left_s > 0);
}

/* --- anything in any order --- */

static uint32_t
random_next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void
random_operation(struct fixture *f, uint32_t *seed, struct queue_item **running, size_t *n)
{
	uint32_t what = random_next(seed) % 12;
	char path[32], to[32];

	snprintf(path, sizeof path, "d%u/f%u", random_next(seed) % 4, random_next(seed) % 10);
	snprintf(to, sizeof to, "d%u/f%u", random_next(seed) % 4, random_next(seed) % 10);
	if (what < 4) {
		queue_push(f->q, random_next(seed) % 4, f->root, span_of(path),
			   random_next(seed) % 3);
	} else if (what == 4) {
		queue_push_gone(f->q, f->root, span_of(path));
	} else if (what == 5 && strcmp(path, to) != 0) {
		queue_move(f->q, f->root, span_of(path), f->root, span_of(to), false);
	} else if (what == 6) {
		queue_move(f->q, f->root, span_sub(span_of(path), 0, 2), f->root, SPAN("d9"), true);
	} else if (what == 7) {
		queue_push_rerun(f->q, random_next(seed) % 5 + 1);
	} else if (what < 10 && *n < 8) {
		running[*n] = queue_take(f->q, random_next(seed) % 2 == 0);
		*n += running[*n] != NULL;
	} else if (*n > 0) {
		struct queue_item *item = running[--*n];

		if (random_next(seed) % 4 == 0)
			queue_again(f->q, item, 1, random_next(seed) % 8 == 0);
		else if (item->root != NULL && item->class != QUEUE_OCR &&
			 random_next(seed) % 3 == 0)
			queue_done_but_ocr(f->q, item);
		else
			queue_done(f->q, item);
	}
}

static void
any_order_of_operations_ends_with_nothing_left_and_all_waiters_called(void **state)
{
	struct fixture *f = *state;
	struct queue_item *running[8], *item;
	struct queue_counts counts;
	size_t n = 0, waiters = 0;
	uint32_t seed = 20240229;

	for (int i = 0; i < 20000; i++) {
		random_operation(f, &seed, running, &n);
		if (i % 500 == 0 &&
		    queue_wait(f->q, i % 1000 == 0, i % 1500 == 0, on_waited, &f->done) != NULL)
			waiters++;
		if (i % 50 == 0)
			uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	while (n > 0)
		queue_done(f->q, running[--n]);
	run_begin(f, 20 * DEADLINE_MS);
	do {
		while ((item = queue_take(f->q, true)) != NULL)
			queue_done(f->q, item);
		uv_run(&f->loop, UV_RUN_ONCE);
		queue_counts(f->q, &counts);
	} while (counts.waiting + counts.running + counts.rerun + counts.ocr_waiting > 0 &&
		 !f->late);
	assert_false(f->late);
	RUN_UNTIL(f, f->done == waiters);
}

static void
very_many_entries_are_taken_in_the_order_in_which_they_came(void **state)
{
	struct fixture *f = *state;
	char path[64];

	for (int i = 0; i < 200000; i++) {
		snprintf(path, sizeof path, "REF2029/UOA10/case-%d/letter-%d.docx", i % 100, i);
		queue_push(f->q, QUEUE_BULK, f->root, span_of(path), 0);
	}
	for (int i = 0; i < 200000; i++) {
		snprintf(path, sizeof path, "REF2029/UOA10/case-%d/letter-%d.docx", i % 100, i);
		take_and_end(f, path);
	}
	assert_null(queue_take(f->q, true));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_path_is_taken_once_however_often_it_is_pushed),
	    TEST(drops_come_before_what_scans_find_and_reruns_come_last),
	    TEST(what_is_pushed_while_it_runs_runs_once_more),
	    TEST(an_item_that_is_not_done_comes_again_with_what_is_known_of_it),
	    TEST(a_created_file_waits_until_it_is_closed),
	    TEST(a_file_closed_again_too_soon_waits_for_quiet_that_doubles),
	    TEST(each_close_begins_the_quiet_anew),
	    TEST(what_a_scan_finds_does_not_unsettle),
	    TEST(a_file_that_went_is_told_after_the_quiet),
	    TEST(a_file_that_comes_back_was_never_gone),
	    TEST(a_file_that_goes_while_it_is_read_is_told_afterwards),
	    TEST(only_some_gone_files_are_looked_at_at_once),
	    TEST(what_waits_follows_a_renamed_folder),
	    TEST(a_file_renamed_while_it_runs_is_looked_at_in_both_places),
	    TEST(an_unavailable_root_leaves_nothing_waiting),
	    TEST(a_waiter_waits_for_what_was_there_and_not_for_more),
	    TEST(a_waiter_for_an_empty_queue_is_called_in_the_next_turn),
	    TEST(a_waiter_waits_for_scans_and_for_what_they_find),
	    TEST(a_waiter_waits_for_the_scans_that_what_it_waited_for_has_led_to),
	    TEST(a_waiter_for_reruns_waits_for_them_and_a_cancelled_one_is_not_called),
	    TEST(a_waiter_follows_a_file_that_is_renamed),
	    TEST(pictures_come_last_and_only_when_they_may),
	    TEST(who_does_not_ask_for_pictures_does_not_wait_for_them),
	    TEST(a_picture_that_is_another_file_now_is_a_drop_again),
	    TEST(counts_and_rate_say_how_long_it_takes),
	    TEST(any_order_of_operations_ends_with_nothing_left_and_all_waiters_called),
	    TEST(very_many_entries_are_taken_in_the_order_in_which_they_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
