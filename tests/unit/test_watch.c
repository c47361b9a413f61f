/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_watch - whatever happens in a watched folder, the index ends up as the
 * folder is. `wait` is part of what is tested: there is no other waiting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#define NOBODY 65534

#define REASON(f, path, text)                                                                      \
	do {                                                                                       \
		char reason[FILE_REASON_MAX];                                                      \
		wf_entry(f, path, reason);                                                         \
		assert_non_null(strstr(reason, text));                                             \
	} while (0)

static void
started(struct wf *f)
{
	wf_start(f);
	wf_wait(f);
}

/* --- scans --- */

static void
the_first_scan_finds_everything_and_the_next_start_opens_nothing(void **state)
{
	struct wf *f = *state;
	char path[64];

	wf_mkdir(f, "REF2029");
	wf_mkdir(f, "REF2029/UOA10");
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof path, "REF2029/UOA10/%d.txt", i);
		wf_write(f, path, "text");
	}
	wf_write(f, "top.txt", "text");
	started(f);
	wf_assert_same(f);
	assert_int_equal(f->opens, 201);
	wf_stop(f);
	wf_remove(f, "REF2029/UOA10/7.txt");
	wf_write(f, "REF2029/UOA10/8.txt", "changed while nobody watched");
	started(f);
	wf_assert_same(f);
	assert_int_equal(f->opens, 1);
	assert_int_equal(wf_state(f, "REF2029/UOA10/7.txt"), FILE_GONE);
}

static void
what_is_no_document_has_a_state_with_a_reason(void **state)
{
	struct wf *f = *state;
	char path[4096], big[2000];
	int fd = open(f->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	wf_write(f, "big.txt", big);
	wf_write(f, "empty.txt", "");
	wf_write(f, "real.txt", "text");
	wf_write(f, "~$real.docx", "who has it open");
	wf_mkdir(f, ".git");
	wf_write(f, ".git/config", "hidden");
	assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
	assert_int_equal(symlinkat("nowhere", fd, "dangling"), 0);
	assert_int_equal(symlinkat("/etc/passwd", fd, "outward"), 0);
	assert_int_equal(symlinkat("../out", fd, "dots"), 0);
	assert_int_equal(symlinkat("real.txt", fd, "inward"), 0);
	snprintf(path, sizeof path, "%s/real.txt", f->tree);
	assert_int_equal(symlinkat(path, fd, "absolute"), 0);
	assert_int_equal(symlinkat("loop", fd, "loop"), 0);
	assert_int_equal(symlinkat(".", fd, "folder"), 0);
	close(fd);
	started(f);
	assert_int_equal(wf_state(f, "real.txt"), FILE_NEEDS_YOU);
	REASON(f, "big.txt", "1999 bytes; at most 1000");
	REASON(f, "empty.txt", "empty");
	REASON(f, "fifo", "FIFO");
	REASON(f, "dangling", "dangling");
	REASON(f, "outward", "outside");
	REASON(f, "dots", "outside");
	REASON(f, "inward", "where it lies");
	REASON(f, "absolute", "where it lies");
	REASON(f, "loop", "itself");
	REASON(f, "folder", "where it lies");
	assert_int_equal(wf_state(f, "~$real.docx"), FILE_IGNORED);
	REASON(f, "~$real.docx", "~$*");
	assert_int_equal(wf_state(f, ".git"), FILE_IGNORED);
	assert_int_equal(wf_state(f, ".git/config"), FILE_NONE);
	wf_stop(f);
	started(f);
	assert_int_equal(f->opens, 0);
}

static void
names_of_any_bytes_are_found(void **state)
{
	struct wf *f = *state;
	char longest[256];

	memset(longest, 'n', 255);
	longest[255] = '\0';
	wf_write(f, longest, "text");
	wf_write(f, "new\nline \xff\xfe.txt", "text");
	started(f);
	wf_write(f, "later \x80\n.txt", "text");
	wf_wait(f);
	wf_assert_same(f);
}

static void
a_folder_deeper_than_a_path_can_be_ends_no_scan(void **state)
{
	struct wf *f = *state;
	char name[201];
	int fd = open(f->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(name, 'd', 200);
	name[200] = '\0';
	for (int i = 0; i < 25; i++) {
		int next;

		assert_int_equal(mkdirat(fd, name, 0700), 0);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		close(fd);
		fd = next;
	}
	close(fd);
	wf_write(f, "real.txt", "text");
	started(f);
	assert_int_equal(wf_state(f, "real.txt"), FILE_NEEDS_YOU);
	wf_stop(f);
	/* nftw(3) does not get there either: from the bottom up, by moving out. */
	for (int i = 0; i < 25; i++) {
		char from[600], to[600];

		snprintf(from, sizeof from, "%.90s/%s/%s", f->tree, name, name);
		snprintf(to, sizeof to, "%.90s/next", f->out);
		if (i == 24)
			break;
		assert_int_equal(rename(from, to), 0);
		snprintf(from, sizeof from, "%.90s/%s", f->tree, name);
		assert_int_equal(rmdir(from), 0);
		assert_int_equal(rename(to, from), 0);
	}
}

static void
failures_of_older_readers_are_tried_again_when_the_readers_are_known(void **state)
{
	struct wf *f = *state;

	wf_write(f, "a.txt", "text");
	wf_write(f, "empty.txt", "");
	started(f);
	wf_stop(f);
	started(f);
	assert_int_equal(f->opens, 0);
	root_set_reader_version(f->root, 1);
	wf_wait(f);
	assert_int_equal(f->opens, 0);
	root_set_reader_version(f->root, 2);
	wf_wait(f);
	assert_int_equal(f->opens, 1);
}

static void
a_polled_root_sees_changes_by_its_scans(void **state)
{
	struct wf *f = *state;
	struct root_status status;

	f->cw.mode = WATCH_POLL;
	wf_mkdir(f, "folder");
	wf_write(f, "folder/a.txt", "text");
	wf_write(f, "folder/b.txt", "text");
	started(f);
	root_status(f->root, &status);
	assert_string_equal(status.mode, "poll");
	assert_int_equal(status.watches, 0);
	assert_int_equal(status.seen_within_s, f->conf.poll_s);
	wf_write(f, "folder/a.txt", "other text");
	wf_remove(f, "folder/b.txt");
	wf_mkdir(f, "new");
	wf_write(f, "new/c.txt", "text");
	root_scan(f->root, (struct span){0});
	wf_wait(f);
	wf_assert_same(f);
}

/* --- events --- */

static void
a_closed_file_is_taken_at_once(void **state)
{
	struct wf *f = *state;

	started(f);
	wf_write(f, "a.txt", "text");
	while (f->opens == 0)
		wf_turn(f);
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(f->scans, 1);
}

static void
a_file_in_a_folder_made_just_before_is_never_missed(void **state)
{
	struct wf *f = *state;
	char path[64];

	started(f);
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof path, "%d", i);
		wf_mkdir(f, path);
		snprintf(path, sizeof path, "%d/deep", i);
		wf_mkdir(f, path);
		snprintf(path, sizeof path, "%d/deep/a.txt", i);
		wf_write(f, path, "text");
		if (i % 3 == 0)
			wf_turn(f);
		snprintf(path, sizeof path, "%d/deep/b.txt", i);
		wf_write(f, path, "text");
	}
	wf_wait(f);
	wf_assert_same(f);
}

static void
a_file_saved_by_rename_is_read_under_its_own_name(void **state)
{
	struct wf *f = *state;

	started(f);
	wf_write(f, "letter.docx", "first");
	wf_write(f, "letter.tmp", "second");
	wf_rename(f, "letter.tmp", "letter.docx");
	wf_write(f, "sedQ9x", "third");
	wf_rename(f, "sedQ9x", "letter.docx");
	wf_write(f, ".letter.docx.AbCdEf", "fourth, by rsync");
	wf_rename(f, ".letter.docx.AbCdEf", "letter.docx");
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(wf_state(f, "letter.tmp"), FILE_NONE);
	wf_rename(f, "letter.docx", "letter.docx~");
	wf_wait(f);
	assert_int_equal(wf_state(f, "letter.docx"), FILE_GONE);
}

static void
a_renamed_folder_is_moved_in_the_index_and_none_of_its_files_opened(void **state)
{
	struct wf *f = *state;
	size_t opens;

	wf_mkdir(f, "old");
	wf_mkdir(f, "old/sub");
	wf_write(f, "old/a.txt", "text");
	wf_write(f, "old/sub/b.txt", "text");
	started(f);
	opens = f->opens;
	wf_rename(f, "old", "new");
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(f->opens, opens);
	assert_int_equal(f->moves, 1);
	/* Its watches have moved with it. */
	wf_write(f, "new/sub/c.txt", "text");
	wf_wait(f);
	wf_assert_same(f);
	/* The scan of the moved folder may meet it as well. */
	assert_in_range(f->opens, opens + 1, opens + 2);
}

static void
a_folder_moved_in_is_read_and_one_moved_out_is_gone(void **state)
{
	struct wf *f = *state;
	struct root_status status;

	started(f);
	wf_write(f, "stays.txt", "text");
	wf_mkdir(f, "../out/case");
	wf_mkdir(f, "../out/case/letters");
	wf_write(f, "../out/case/letters/a.txt", "text");
	wf_write(f, "../out/case/letters/b.txt", "text");
	wf_rename(f, "../out/case", "case");
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(wf_state(f, "case/letters/b.txt"), FILE_NEEDS_YOU);
	wf_rename(f, "case", "../out/case");
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(wf_state(f, "case/letters/b.txt"), FILE_GONE);
	root_status(f->root, &status);
	assert_int_equal(status.watches, 1);
	/* Nothing of it is told any more. */
	wf_write(f, "../out/case/letters/c.txt", "text");
	wf_wait(f);
	wf_assert_same(f);
}

static void
files_and_folders_that_change_places_are_read_where_they_are(void **state)
{
	struct wf *f = *state;

	wf_write(f, "a", "one");
	wf_write(f, "b", "other");
	wf_mkdir(f, "x");
	wf_write(f, "x/in-x", "text");
	wf_mkdir(f, "x/sub");
	wf_mkdir(f, "y");
	wf_write(f, "y/in-y", "text");
	wf_write(f, "y/common", "y");
	wf_write(f, "x/common", "xx");
	started(f);
	wf_swap(f, "a", "b");
	wf_wait(f);
	wf_assert_same(f);
	wf_swap(f, "x", "y");
	wf_wait(f);
	wf_assert_same(f);
	wf_swap(f, "a", "x");
	wf_wait(f);
	wf_assert_same(f);
	wf_swap(f, "x", "a");
	wf_wait(f);
	wf_assert_same(f);
	/* They are watched at their new places. */
	wf_write(f, "x/late", "text");
	wf_write(f, "y/sub/late", "text");
	wf_wait(f);
	wf_assert_same(f);
}

static void
deleted_files_and_folders_are_gone(void **state)
{
	struct wf *f = *state;

	wf_mkdir(f, "folder");
	wf_mkdir(f, "folder/sub");
	wf_write(f, "folder/sub/a.txt", "text");
	wf_write(f, "folder/b.txt", "text");
	wf_write(f, "c.txt", "text");
	wf_write(f, "d.txt", "text");
	started(f);
	wf_remove(f, "c.txt");
	wf_remove(f, "folder");
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(wf_state(f, "folder/sub/a.txt"), FILE_GONE);
	assert_int_equal(wf_state(f, "c.txt"), FILE_GONE);
	/* The last one may go as well. */
	wf_remove(f, "d.txt");
	wf_wait(f);
	assert_int_equal(wf_state(f, "d.txt"), FILE_GONE);
	assert_true(root_available(f->root));
}

static void
a_hard_link_a_link_and_a_fifo_made_while_watching_get_a_state(void **state)
{
	struct wf *f = *state;
	int fd = open(f->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	wf_write(f, "../out/a.txt", "text");
	started(f);
	assert_int_equal(linkat(fd, "../out/a.txt", fd, "hard.txt", 0), 0);
	assert_int_equal(symlinkat("hard.txt", fd, "soft.txt"), 0);
	assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
	wf_wait(f);
	assert_int_equal(wf_state(f, "hard.txt"), FILE_NEEDS_YOU);
	REASON(f, "soft.txt", "link");
	REASON(f, "fifo", "FIFO");
	wf_assert_same(f);
	close(fd);
}

static void
a_file_where_a_folder_was_and_a_folder_where_a_file_was(void **state)
{
	struct wf *f = *state;

	wf_mkdir(f, "x");
	wf_write(f, "x/a.txt", "text");
	wf_write(f, "y", "text");
	started(f);
	wf_remove(f, "x");
	wf_write(f, "x", "text");
	wf_remove(f, "y");
	wf_mkdir(f, "y");
	wf_write(f, "y/b.txt", "text");
	wf_wait(f);
	wf_wait(f);
	assert_int_equal(wf_state(f, "x"), FILE_NEEDS_YOU);
	assert_int_equal(wf_state(f, "y/b.txt"), FILE_NEEDS_YOU);
}

/* Root may read everything: then the tree and we are somebody else's for a while. */
static void
be_nobody(struct wf *f)
{
	if (geteuid() != 0)
		return;
	assert_int_equal(chmod(f->fx->dir, 0711), 0);
	assert_int_equal(chmod(f->base, 0711), 0);
	assert_int_equal(chown(f->tree, NOBODY, NOBODY), 0);
	assert_int_equal(seteuid(NOBODY), 0);
}

static void
what_could_not_be_read_is_read_as_soon_as_it_may_be(void **state)
{
	struct wf *f = *state;
	char path[256];
	struct root_status status;

	be_nobody(f);
	wf_write(f, "a.txt", "text");
	wf_mkdir(f, "folder");
	wf_write(f, "folder/b.txt", "text");
	snprintf(path, sizeof path, "%s/folder", f->tree);
	assert_int_equal(chmod(path, 0), 0);
	snprintf(path, sizeof path, "%s/a.txt", f->tree);
	assert_int_equal(chmod(path, 0), 0);
	started(f);
	assert_int_equal(wf_state(f, "a.txt"), FILE_FAILED);
	REASON(f, "a.txt", "permission");
	root_status(f->root, &status);
	assert_non_null(strstr(status.reason, "folder (Permission denied)"));
	assert_int_equal(chmod(path, 0600), 0);
	wf_wait(f);
	assert_int_equal(wf_state(f, "a.txt"), FILE_NEEDS_YOU);
	snprintf(path, sizeof path, "%s/folder", f->tree);
	assert_int_equal(chmod(path, 0700), 0);
	wf_wait(f);
	wf_assert_same(f);
	/* Taken away again: what is known stays known. */
	assert_int_equal(chmod(path, 0), 0);
	root_scan(f->root, (struct span){0});
	wf_wait(f);
	assert_int_equal(wf_state(f, "folder/b.txt"), FILE_NEEDS_YOU);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(seteuid(getuid()), 0);
}

/* --- what the system does not tell --- */

static void
after_an_overflow_everything_is_compared(void **state)
{
	const struct inotify_event overflow = {.wd = -1, .mask = IN_Q_OVERFLOW};
	struct wf *f = *state;

	wf_mkdir(f, "a");
	started(f);
	/* Without watches nothing of this is told. */
	watch_drop(f->watch, f->root, SPAN("a"));
	wf_write(f, "a/lost.txt", "text");
	wf_mkdir(f, "a/sub");
	wf_write(f, "a/sub/lost.txt", "text");
	wf_wait(f);
	assert_int_equal(wf_state(f, "a/lost.txt"), FILE_NONE);
	watch_feed(f->watch, (const char *)&overflow, sizeof overflow);
	wf_wait(f);
	wf_assert_same(f);
	wf_write(f, "a/sub/told.txt", "text");
	wf_wait(f);
	wf_assert_same(f);
}

static void
any_bytes_from_the_system_are_survived(void **state)
{
	struct wf *f = *state;
	struct inotify_event raw;
	char bytes[256];
	uint32_t seed = 7;

	wf_write(f, "a.txt", "text");
	wf_mkdir(f, "b");
	started(f);
	for (int i = 0; i < 5000; i++) {
		for (size_t k = 0; k < sizeof bytes; k++) {
			seed = seed * 1664525 + 1013904223;
			bytes[k] = (char)(seed >> 24);
		}
		raw = (struct inotify_event){.wd = (int)(seed % 4),
					     .mask = (seed >> 8) & 0x4000efff & ~IN_Q_OVERFLOW,
					     .cookie = seed % 3,
					     .len = 32};
		bytes[sizeof raw + 8] = '\0';
		for (size_t k = 0; k < 8; k++)
			bytes[sizeof raw + k] =
			    (char)('a' + (unsigned char)bytes[sizeof raw + k] % 3);
		memcpy(bytes, &raw, sizeof raw);
		watch_feed(f->watch, bytes, i % 5 == 0 ? seed % sizeof bytes : sizeof raw + 32);
		if (i % 100 == 0)
			wf_turn(f);
	}
	wf_wait(f);
	watch_drop(f->watch, f->root, (struct span){0});
	root_scan(f->root, (struct span){0});
	wf_wait(f);
	wf_assert_same(f);
}

static void
a_root_that_is_gone_is_unavailable_and_nothing_of_it_counts_as_gone(void **state)
{
	struct wf *f = *state;
	struct root_status status;
	size_t opens;

	wf_mkdir(f, "a");
	wf_write(f, "a/a.txt", "text");
	wf_write(f, "b.txt", "text");
	started(f);
	opens = f->opens;
	wf_rename(f, "../tree", "../away");
	wf_until_available(f, false);
	root_status(f->root, &status);
	assert_string_equal(status.state, "unavailable");
	assert_non_null(strstr(status.reason, "not there"));
	root_scan(f->root, (struct span){0});
	wf_wait(f); /* it holds nobody up */
	assert_int_equal(wf_count(f, FILE_GONE), 0);
	wf_rename(f, "../away", "../tree");
	root_check(f->root);
	wf_until_available(f, true);
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(f->opens, opens);
	wf_write(f, "a/new.txt", "text");
	wf_wait(f);
	wf_assert_same(f);
}

static void
a_root_that_became_empty_all_at_once_keeps_its_documents(void **state)
{
	struct wf *f = *state;

	wf_mkdir(f, "a");
	wf_write(f, "a/a.txt", "text");
	wf_write(f, "b.txt", "text");
	started(f);
	wf_rename(f, "a", "../out/a");
	wf_rename(f, "b.txt", "../out/b.txt");
	wf_until_available(f, false);
	wf_wait(f);
	assert_int_equal(wf_count(f, FILE_GONE), 0);
	wf_rename(f, "../out/a", "a");
	wf_until_available(f, true);
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(wf_state(f, "b.txt"), FILE_GONE);
}

static void
an_empty_root_at_the_start_is_unavailable_while_files_are_known(void **state)
{
	struct wf *f = *state;

	wf_mkdir(f, "a");
	wf_write(f, "a/a.txt", "text");
	wf_write(f, "a/b.txt", "text");
	started(f);
	wf_stop(f);
	wf_rename(f, "a", "../out/a");
	wf_start(f);
	wf_until_available(f, false);
	assert_int_equal(wf_count(f, FILE_GONE), 0);
	wf_rename(f, "../out/a", "a");
	root_check(f->root);
	wf_until_available(f, true);
	wf_wait(f);
	wf_assert_same(f);
	assert_int_equal(f->opens, 0);
}

/* --- storms --- */

struct storm {
	struct wf *wf;
	uint32_t seed;
	int operations;
	atomic_bool over;
};

static uint32_t
storm_next(struct storm *s)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 17;
	s->seed ^= s->seed << 5;
	return s->seed;
}

/* A path of one to three names, of which there are few: so that operations meet. */
static void
storm_path(struct storm *s, char out[256])
{
	size_t n =
	    (size_t)snprintf(out, 256, "%s", storm_next(s) % 8 == 0 ? s->wf->out : s->wf->tree);
	uint32_t depth = storm_next(s) % 3 + 1;

	for (uint32_t i = 0; i < depth; i++)
		n += (size_t)snprintf(out + n, 256 - n, "/%c%u", i + 1 == depth ? 'f' : 'd',
				      storm_next(s) % 4);
	if (storm_next(s) % 3 == 0)
		out[n - 2] = 'd';
}

/*
 * Each may fail: the name is taken, or there is no such thing. No hard links: each
 * change of one changes the other's ctime, which nobody tells.
 */
static void *
storm_run(void *ctx)
{
	struct storm *s = ctx;

	for (int i = 0; i < s->operations; i++) {
		char a[256], b[256];
		uint32_t what = storm_next(s) % 16;
		int fd = -1;

		storm_path(s, a);
		storm_path(s, b);
		if (what < 4)
			mkdir(a, 0700);
		else if (what < 9)
			fd = open(a, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		else if (what < 12)
			rename(a, b);
		else if (what == 12)
			renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
		else if (what <= 14)
			remove(a);
		else
			fd = symlink(a, b) == 0 ? -1 : -1;
		if (fd >= 0) {
			if (write(fd, a, storm_next(s) % 200) < 0)
				abort();
			close(fd);
		}
	}
	atomic_store(&s->over, true);
	return NULL;
}

static void
storm(struct wf *f, uint32_t seed, size_t writers, int operations)
{
	struct storm storms[4];
	pthread_t threads[4];
	size_t running;

	for (size_t i = 0; i < writers; i++) {
		storms[i] = (struct storm){.wf = f,
					   .seed = seed + (uint32_t)i * 7919,
					   .operations = operations};
		assert_int_equal(pthread_create(&threads[i], NULL, storm_run, &storms[i]), 0);
	}
	do {
		uv_run(&f->loop, UV_RUN_NOWAIT);
		wf_turn(f);
		running = 0;
		for (size_t i = 0; i < writers; i++)
			running += !atomic_load(&storms[i].over);
	} while (running > 0);
	for (size_t i = 0; i < writers; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* A file found where a folder was, or the other way, leads to another scan, which nobody waits for.
 */
static void
wait_for_the_last(struct wf *f)
{
	size_t opens, scans;

	for (int i = 0; i < 20; i++) {
		opens = f->opens;
		scans = f->scans;
		wf_wait(f);
		if (f->opens == opens && f->scans == scans)
			return;
	}
	fail_msg("it does not come to rest");
}

static void
after_a_storm_of_anything_the_index_is_as_the_folder(void **state)
{
	struct wf *f = *state;

	/* Never all at once empty. */
	wf_write(f, "stays1.txt", "text");
	wf_write(f, "stays2.txt", "text");
	started(f);
	for (uint32_t round = 1; round <= 10; round++) {
		storm(f, round * 104729, round % 4 + 1, 300);
		wait_for_the_last(f);
		wf_assert_same(f);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wf_setup, wf_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_first_scan_finds_everything_and_the_next_start_opens_nothing),
	    TEST(what_is_no_document_has_a_state_with_a_reason),
	    TEST(names_of_any_bytes_are_found),
	    TEST(a_folder_deeper_than_a_path_can_be_ends_no_scan),
	    TEST(failures_of_older_readers_are_tried_again_when_the_readers_are_known),
	    TEST(a_polled_root_sees_changes_by_its_scans),
	    TEST(a_closed_file_is_taken_at_once),
	    TEST(a_file_in_a_folder_made_just_before_is_never_missed),
	    TEST(a_file_saved_by_rename_is_read_under_its_own_name),
	    TEST(a_renamed_folder_is_moved_in_the_index_and_none_of_its_files_opened),
	    TEST(a_folder_moved_in_is_read_and_one_moved_out_is_gone),
	    TEST(files_and_folders_that_change_places_are_read_where_they_are),
	    TEST(deleted_files_and_folders_are_gone),
	    TEST(a_hard_link_a_link_and_a_fifo_made_while_watching_get_a_state),
	    TEST(a_file_where_a_folder_was_and_a_folder_where_a_file_was),
	    TEST(what_could_not_be_read_is_read_as_soon_as_it_may_be),
	    TEST(after_an_overflow_everything_is_compared),
	    TEST(any_bytes_from_the_system_are_survived),
	    TEST(a_root_that_is_gone_is_unavailable_and_nothing_of_it_counts_as_gone),
	    TEST(a_root_that_became_empty_all_at_once_keeps_its_documents),
	    TEST(an_empty_root_at_the_start_is_unavailable_while_files_are_known),
	    TEST(after_a_storm_of_anything_the_index_is_as_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
